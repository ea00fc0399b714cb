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
	// Renewed brings the environment with each new token. The child gets Signal for
	// it. Where Signal is nil, it is ended with all of its process group, by TERM and
	// after Grace by KILL, and started again. A child that ends by itself is not.
	// There is no Renewed without Beside, and none on Windows.
	Renewed <-chan []string
	Signal  os.Signal
	Grace   time.Duration
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
	renewFlags
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
	f.register(cmd)
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
	if f.file != "" || f.wanted() {
		k, err := a.keepFile(ctx, agent, f, last)
		if err != nil {
			return err
		}
		defer k.remove()
		if f.file != "" {
			env = setEnv(env, f.variable(0)+format.EnvFile, k.path)
		}
		if f.wanted() {
			tell := f.notifier(&child)
			k.renewed = func(t api.Token) { tell(tokenEnv(env, f.variable(0), t)) }
		}
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
	if f.wanted() && accounts != 1 && f.renewFlags.check() == nil {
		return usage("usage.exec_renew_account")
	}
	return f.renewFlags.check()
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

// callEnv adds the URL where the command makes calls, and a key that ends with it.
// If the API is off, or the system does not tell when a process ends, it adds
// neither.
func (a *app) callEnv(ctx context.Context, agent api.Agent, env []string, t api.Token) []string {
	env = withoutEnv(withoutEnv(env, envCallURL), envCallKey)
	k, err := agent.AddChildKey(ctx, api.Ref{Name: t.Account, Env: t.Env}, os.Getpid())
	if err != nil {
		return env
	}
	return format.MarkEnv(append(env, envCallURL+"="+k.URL, envCallKey+"="+k.Key), envCallKey)
}

// setEnv sets a variable in an environment.
func setEnv(env []string, name, value string) []string {
	return append(withoutEnv(env, name), name+"="+value)
}

// withoutEnv is an environment without a variable.
func withoutEnv(env []string, name string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(entry string) bool { return strings.HasPrefix(entry, name+"=") })
}
