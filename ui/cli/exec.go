package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
)

// Child is a program that exec runs with our streams in its place.
type Child struct {
	Path string   // of the program
	Args []string // the name it was called by, then its arguments
	Env  []string
	// Beside runs while the child runs; its ctx ends with the child. It may be nil:
	// on a system that can do so the child then replaces this process, and RunChild
	// does not return.
	Beside func(ctx context.Context)
}

// The exit codes that shells use for a program that cannot be run.
const (
	exitNotExecutable = 126
	exitNoProgram     = 127
)

// childExit ends exec with the child's exit code.
type childExit struct{ code int }

func (e *childExit) Error() string { return fmt.Sprintf("exit %d", e.code) }

// noProgram is a command that cannot be run.
type noProgram struct {
	*usageError
	code int
}

func (e *noProgram) Unwrap() error { return e.usageError }

// execFlags are the flags of exec.
type execFlags struct {
	minTTL    string
	vars      []string
	file      string // kept current
	overwrite bool
	openAPI   string // the account that plain HTTP is called for
	liveWrite bool
}

func (a *app) execCommand() *cobra.Command {
	f := &execFlags{}
	cmd := &cobra.Command{
		Use:                   "exec NAME[/ENV]… [flags] -- COMMAND [ARGUMENT…]",
		DisableFlagsInUseLine: true,
		Args: func(cmd *cobra.Command, args []string) error {
			accounts, command := split(cmd, args)
			if len(accounts) == 0 && f.openAPI == "" || len(command) == 0 {
				u := usage("usage.exec")
				u.command = cmd.CommandPath()
				return u
			}
			return nil
		},
		ValidArgsFunction: a.completeExec,
		RunE: func(cmd *cobra.Command, args []string) error {
			accounts, command := split(cmd, args)
			return a.exec(cmd.Context(), f, accounts, command)
		},
	}
	s := cmd.Flags()
	s.StringVar(&f.minTTL, "min-ttl", "30s", "flag.min_ttl")
	s.StringArrayVar(&f.vars, "var", nil, "flag.exec_var")
	s.StringVar(&f.file, "renew-file", "", "flag.renew_file")
	s.BoolVar(&f.overwrite, "overwrite", false, "flag.renew_overwrite")
	s.StringVar(&f.openAPI, "open-api", "", "flag.open_api")
	s.BoolVar(&f.liveWrite, "live-write", false, "flag.open_api_write")
	_ = cmd.RegisterFlagCompletionFunc("renew-file", completeFile)
	_ = cmd.RegisterFlagCompletionFunc("open-api", func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		return a.refs(cmd), cobra.ShellCompDirectiveNoFileComp
	})
	return cmd
}

// completeExec offers accounts, and after the -- what the shell offers itself.
func (a *app) completeExec(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if a.behindDash() {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return without(a.refs(cmd), args), cobra.ShellCompDirectiveNoFileComp
}

// behindDash reports whether the word that is completed comes after a --. Cobra adds
// a -- of its own before it asks, so ArgsLenAtDash does not tell.
func (a *app) behindDash() bool {
	return len(a.args) > 0 && slices.Contains(a.args[:len(a.args)-1], "--")
}

// without drops the words that were typed already.
func without(words, typed []string) []string {
	return slices.DeleteFunc(words, func(w string) bool { return slices.Contains(typed, w) })
}

func (a *app) exec(ctx context.Context, f *execFlags, accounts, command []string) error {
	life, err := parseLife(f.minTTL)
	if err != nil {
		return err
	}
	if err := f.check(len(accounts)); err != nil {
		return err
	}
	path, err := program(command[0])
	if err != nil {
		return err
	}
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	env := withoutEnv(a.Environ(), format.PassphraseVariable)
	var last api.Token
	for i, arg := range accounts {
		ref, err := a.ref(arg)
		if err != nil {
			return err
		}
		if last, err = agent.Token(ctx, ref, life); err != nil {
			return a.notGot(ctx, agent, ref, err)
		}
		env = tokenEnv(env, f.variable(i), last)
	}
	if len(accounts) == 1 {
		env = a.callEnv(ctx, agent, env, last)
	}
	child := Child{Path: path, Args: command}
	if f.openAPI != "" {
		o, err := a.startOpenAPI(ctx, agent, f)
		if err != nil {
			return err
		}
		defer o.listener.Close()
		env, child.Beside = o.env(env), o.run
	}
	if f.file != "" {
		k, err := a.keepFile(ctx, agent, f, last)
		if err != nil {
			return err
		}
		defer k.remove()
		env = setEnv(env, f.variable(0)+format.EnvFile, k.path)
		child.Beside = together(child.Beside, k.run)
	}
	child.Env = env
	if ctx.Err() != nil {
		return ctx.Err()
	}
	code, err := a.RunChild(child)
	if err != nil {
		return notRun(command[0], err)
	}
	return &childExit{code}
}

// together runs what there is at once, and returns when all of it has ended.
func together(all ...func(context.Context)) func(context.Context) {
	return func(ctx context.Context) {
		var wait sync.WaitGroup
		for _, one := range all {
			if one != nil {
				wait.Go(func() { one(ctx) })
			}
		}
		wait.Wait()
	}
}

// check refuses combinations of flags that make no sense.
func (f *execFlags) check(accounts int) error {
	for _, name := range f.vars {
		if !core.ValidVariable(name) {
			return usage("problem.push_key")
		}
	}
	distinct := slices.Compact(slices.Sorted(slices.Values(f.vars)))
	switch {
	case len(f.vars) > accounts, len(distinct) < len(f.vars), accounts > 1 && len(f.vars) < accounts:
		return usage("usage.exec_vars")
	case f.liveWrite && f.openAPI == "":
		return usage("usage.exec_live_write")
	case f.file != "" && accounts != 1:
		return usage("usage.exec_file")
	}
	return nil
}

// variable is the name of the variable for the nth account's token.
func (f *execFlags) variable(n int) string {
	if n < len(f.vars) {
		return f.vars[n]
	}
	return format.Variable
}

// program finds the program that a command names, before anything is fetched.
func program(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err != nil {
		return "", notRun(name, err)
	}
	return path, nil
}

// notRun is why a program cannot be run, with the exit code that shells use.
func notRun(name string, err error) error {
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) || errors.Is(err, exec.ErrDot) {
		return &noProgram{usage("usage.push_program", "name", name), exitNoProgram}
	}
	return &noProgram{usage("usage.exec_not_executable", "name", name), exitNotExecutable}
}

// tokenEnv adds a token and its details to an environment.
func tokenEnv(env []string, name string, t api.Token) []string {
	for _, v := range [][2]string{
		{"", t.AccessToken},
		{format.EnvExpiresAt, t.ExpiresAt.Format(time.RFC3339)},
		{format.EnvExpiresAtUnix, strconv.FormatInt(t.ExpiresAt.Unix(), 10)},
		{format.EnvAccount, api.Ref{Name: t.Account, Env: t.Env}.String()},
		{format.EnvAppID, t.AppID},
		{format.EnvBaseURL, t.BaseURL},
	} {
		env = setEnv(env, name+v[0], v[1])
	}
	return format.MarkEnv(env, name)
}

// The variables by which a command makes calls without the token.
const (
	envCallURL = "TOKENTRAY_CALL_URL"
	envCallKey = "TOKENTRAY_CALL_KEY"
)

// callEnv adds where the command makes calls, and a key that ends with it. Where the
// API is off, or the system does not tell when a process ends, there is neither.
func (a *app) callEnv(ctx context.Context, agent api.Agent, env []string, t api.Token) []string {
	env = withoutEnv(withoutEnv(env, envCallURL), envCallKey)
	k, err := agent.AddChildKey(ctx, api.Ref{Name: t.Account, Env: t.Env}, os.Getpid())
	if err != nil {
		return env
	}
	return append(env, envCallURL+"="+k.URL, envCallKey+"="+k.Key)
}

// setEnv sets a variable in an environment.
func setEnv(env []string, name, value string) []string {
	return append(withoutEnv(env, name), name+"="+value)
}

// withoutEnv is an environment without a variable.
func withoutEnv(env []string, name string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(entry string) bool { return strings.HasPrefix(entry, name+"=") })
}

// keptFile is the file of --renew-file: it holds an account's current token while a
// child runs.
type keptFile struct {
	app         *app
	agent       api.Agent   // nil: there is none
	stopped     atomic.Bool // the last one was stopped on purpose
	picture     *api.Picture[api.Account]
	id          core.ID
	path        string
	form        core.PushForm
	token       atomic.Pointer[api.Token] // never nil
	lastFailure string                    // that was printed

	written string // path without links
}

// keepFile writes the file for the first time.
func (a *app) keepFile(ctx context.Context, agent api.Agent, f *execFlags, t api.Token) (*keptFile, error) {
	path, err := filepath.Abs(f.file)
	if err != nil {
		return nil, usage("problem.push_path")
	}
	if info, err := os.Stat(path); err == nil && info.Size() > 0 && !f.overwrite {
		return nil, usage("usage.exec_exists")
	}
	acc, err := agent.Account(ctx, api.Ref{Name: t.Account, Env: t.Env})
	if err != nil {
		return nil, err
	}
	k := &keptFile{app: a, agent: agent, picture: api.NewPicture(api.Whole), id: acc.ID, path: path, form: core.PushPlain}
	k.token.Store(&t)
	if core.GuessPushForm(path) == core.PushJSON {
		k.form = core.PushJSON
	}
	if err := k.write(); err != nil {
		return nil, err
	}
	if k.written, err = filepath.EvalSymlinks(path); err != nil {
		k.written = path
	}
	return k, nil
}

func (k *keptFile) write() error { return k.app.WriteToken(k.path, k.form, *k.token.Load()) }

// remove removes the file with the token; for a link that is the file it leads to.
func (k *keptFile) remove() { _ = os.Remove(k.written) }

// Times of keeping the file current.
const (
	// leadTime is how long before the token's expiry the next one is asked for if no
	// background renewal brought it; for a short life it is a quarter of the life.
	leadTime = 2 * time.Minute
	// askAgain is the time between two tries to get one.
	askAgain = 10 * time.Second
	// lastCall is how long before the token's expiry an agent that was stopped on
	// purpose is started again, since the child needs a token.
	lastCall = 5 * time.Minute
	// stopping is how long an agent that said bye has to end.
	stopping = time.Second
)

// run keeps the file current until ctx ends, also when the agent ends and another
// starts.
func (k *keptFile) run(ctx context.Context) {
	first := k.agent
	connect := func(ctx context.Context) (api.Agent, error) {
		if agent := first; agent != nil {
			first = nil
			return agent, nil
		}
		return k.app.Connect(ctx, k.app.home, k.mayStart())
	}
	for {
		k.follow(ctx, connect)
		if ctx.Err() != nil {
			return
		}
		k.stopped.Store(true)
		select {
		case <-time.After(stopping):
		case <-ctx.Done():
		}
	}
}

// mayStart reports whether an agent may be started. After one that crashed it may at
// once; after one that was stopped, when the token is about to expire.
func (k *keptFile) mayStart() bool {
	return !k.stopped.Load() || k.token.Load().ExpiresAt.Sub(k.app.Now()) < lastCall
}

// follow writes each new token until ctx ends or the agent says bye.
func (k *keptFile) follow(ctx context.Context, connect func(context.Context) (api.Agent, error)) {
	news := api.Follow(ctx, connect, api.Following{})
	timer := time.NewTimer(k.untilAsking())
	defer timer.Stop()
	for {
		select {
		case n, ok := <-news:
			switch {
			case !ok:
				return
			case n.Lost != nil:
				k.agent = nil
				continue
			}
			k.agent = n.Agent
			k.stopped.Store(false)
			k.picture.Apply(n.Event)
			if acc := k.picture.Find(k.id); acc != nil && k.replaced(*acc) {
				k.renew(ctx, 0)
				timer.Reset(k.untilAsking())
			}
		case <-timer.C:
			if k.agent != nil && k.token.Load().ExpiresAt.Sub(k.app.Now()) <= k.lead() {
				k.renew(ctx, k.lead()+time.Second)
			}
			timer.Reset(max(k.untilAsking(), askAgain))
		}
	}
}

// lead is how long before its expiry the token is renewed.
func (k *keptFile) lead() time.Duration {
	t := k.token.Load()
	return min(leadTime, t.ExpiresAt.Sub(t.ObtainedAt)/4)
}

func (k *keptFile) untilAsking() time.Duration {
	return max(0, k.token.Load().ExpiresAt.Sub(k.app.Now())-k.lead())
}

// replaced reports whether the account has a living token that is not the one
// in the file.
func (k *keptFile) replaced(acc api.Account) bool {
	t := k.token.Load()
	return acc.Mask != "" && acc.ExpiresAt.After(k.app.Now()) &&
		(acc.Mask != core.Mask(t.AccessToken) || !acc.ExpiresAt.Equal(t.ExpiresAt))
}

// renew gets the current token and writes it. A failure is printed once; the child
// goes on with the token it has.
func (k *keptFile) renew(ctx context.Context, life time.Duration) {
	t, err := k.fetch(ctx, life)
	if err == nil {
		k.token.Store(&t)
		err = k.write()
	}
	switch {
	case ctx.Err() != nil:
	case err == nil:
		k.lastFailure = ""
	case err.Error() != k.lastFailure:
		k.lastFailure = err.Error()
		k.app.note(k.app.explain(err)...)
	}
}

// fetch gets the account's token, whatever the account is called by now.
func (k *keptFile) fetch(ctx context.Context, life time.Duration) (api.Token, error) {
	acc := k.picture.Find(k.id)
	if acc == nil {
		return api.Token{}, &core.Error{Class: core.NotFound, Remedy: core.RemedyAccount, Message: "the account was removed; see tokentray list"}
	}
	return k.agent.Token(ctx, acc.Ref(), life)
}
