package cli

import (
	"context"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
	"tokentray/core/kinds"
)

// EnvLine is an assignment of a .env file.
type EnvLine struct {
	Name, Value string
	Line        int
}

// EnvFault is a line of a .env file that cannot be read.
type EnvFault struct{ Line int }

// refScheme begins a value that stands for a token: tokentray://shop/sandbox.
const refScheme = "tokentray://"

// maxEnvFile is how long a .env file may be, in bytes.
const maxEnvFile = 1 << 20

func (a *app) runCommand() *cobra.Command {
	var files []string
	var minTTL string
	renew := &renewFlags{}
	cmd := &cobra.Command{
		Use:                   "run [--env-file FILE]… [flags] -- COMMAND [ARGUMENT…]",
		DisableFlagsInUseLine: true,
		Args: func(cmd *cobra.Command, args []string) error {
			if before, command := split(cmd, args); len(before) > 0 || len(command) == 0 {
				u := usage("usage.run")
				u.command = cmd.CommandPath()
				return u
			}
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			if a.behindDash() {
				return nil, cobra.ShellCompDirectiveDefault
			}
			return nil, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			_, command := split(cmd, args)
			return a.run(cmd.Context(), files, minTTL, renew, command)
		},
	}
	cmd.Flags().StringArrayVar(&files, "env-file", nil, "flag.env_file")
	cmd.Flags().StringVar(&minTTL, "min-ttl", "30s", "flag.min_ttl")
	_ = cmd.RegisterFlagCompletionFunc("env-file", completeFile)
	renew.register(cmd)
	return cmd
}

// reference is a variable whose value stands for a token.
type reference struct {
	name   string // of the variable
	where  string // the file and line that has it
	ref    api.Ref
	format string // empty: the token itself
}

// run runs a command with the variables of files, in which references have become
// tokens. Nothing is run where one of them cannot be had.
func (a *app) run(ctx context.Context, files []string, minTTL string, renew *renewFlags, command []string) error {
	life, err := parseLife(minTTL)
	if err != nil {
		return err
	}
	if err := renew.check(); err != nil {
		return err
	}
	path, err := program(command[0])
	if err != nil {
		return err
	}
	env, refs, err := a.runEnv(ctx, files)
	if err != nil {
		return err
	}
	child := Child{Path: path, Args: command, Env: env}
	if len(refs) > 0 {
		agent, err := a.connect(ctx)
		if err != nil {
			return err
		}
		r := &references{list: refs, env: env, tokens: map[api.Ref]api.Token{}, specs: map[api.Ref]kinds.Spec{}}
		if err := a.fetchAll(ctx, agent, r, life); err != nil {
			return err
		}
		if child.Env, err = r.filled(); err != nil {
			return err
		}
		if renew.wanted() {
			if err := a.followRefs(ctx, renew, agent, &child, r); err != nil {
				return err
			}
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	code, err := a.RunChild(child)
	if err != nil {
		return notRun(command[0], err)
	}
	return &childExit{code}
}

// runEnv is this environment with the variables of files, later ones before earlier
// ones, and the references in it.
func (a *app) runEnv(ctx context.Context, files []string) ([]string, []reference, error) {
	env := withoutEnv(a.Environ(), format.PassphraseVariable)
	where := map[string]string{}
	for _, file := range files {
		data, err := a.readFile(ctx, file, maxEnvFile)
		if err != nil {
			return nil, nil, err
		}
		lines, fault := a.ReadEnvFile(data)
		if fault != nil {
			return nil, nil, usage("usage.run_line", "file", file, "line", fault.Line)
		}
		for _, l := range lines {
			if !core.ValidVariable(l.Name) {
				return nil, nil, usage("usage.run_line", "file", file, "line", l.Line)
			}
			env = setEnv(env, l.Name, l.Value)
			where[l.Name] = a.say("run.where", "file", file, "line", l.Line)
		}
	}
	var refs []reference
	for _, entry := range env {
		name, value, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(strings.ToLower(value), refScheme) {
			continue
		}
		r, err := a.parseReference(value)
		at := where[name]
		if at == "" {
			at = a.say("run.inherited")
		}
		if err != nil {
			return nil, nil, usage("usage.run_reference", "name", name, "where", at)
		}
		r.name, r.where = name, at
		refs = append(refs, r)
	}
	return env, refs, nil
}

// parseReference reads tokentray://NAME[/ENV][?format=FORMAT]. In the name stands what
// a URL escapes as it escapes it.
func (a *app) parseReference(value string) (reference, error) {
	rest, query, _ := strings.Cut(value[len(refScheme):], "?")
	if before, after, ok := strings.Cut(rest, "/"); ok && strings.Contains(after, "/") || before == "" {
		return reference{}, usage("usage.run")
	}
	plain, err := url.PathUnescape(rest)
	if err != nil {
		return reference{}, err
	}
	ref, err := a.ref(plain)
	if err != nil {
		return reference{}, err
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return reference{}, err
	}
	out := reference{ref: ref, format: values.Get("format")}
	for name, v := range values {
		if name != "format" || len(v) != 1 || !format.Valid(out.format) {
			return reference{}, unknownFormat()
		}
	}
	return out, nil
}

// references are those of a command, with what stands in their place.
type references struct {
	list  []reference
	env   []string // with the references in it
	specs map[api.Ref]kinds.Spec

	mu     sync.Mutex // several accounts are followed
	tokens map[api.Ref]api.Token
}

// fetchAll gets the tokens. Each account is asked once.
func (a *app) fetchAll(ctx context.Context, agent api.Agent, r *references, life time.Duration) error {
	for _, one := range r.list {
		if _, known := r.tokens[one.ref]; !known {
			t, err := agent.Token(ctx, one.ref, life)
			if err != nil {
				a.note(a.say("run.failed", "name", one.name, "where", one.where))
				return a.notGot(ctx, agent, one.ref, err)
			}
			r.tokens[one.ref] = t
		}
		if _, known := r.specs[one.ref]; !known && format.Placed(one.format) {
			t := r.tokens[one.ref]
			acc, err := agent.Account(ctx, api.Ref{Name: t.Account, Env: t.Env})
			if err != nil {
				return err
			}
			r.specs[one.ref] = a.text().Spec(acc.Kind)
		}
	}
	return nil
}

// filled is the environment with tokens in the place of the references.
func (r *references) filled() ([]string, error) {
	env := r.env
	for _, one := range r.list {
		t := r.tokens[one.ref]
		out, err := format.Token(one.format, format.Input{
			AccessToken: t.AccessToken, ExpiresIn: t.ExpiresIn, ExpiresAt: t.ExpiresAt, ObtainedAt: t.ObtainedAt,
			Account: t.Account, Env: t.Env, AppID: t.AppID, BaseURL: t.BaseURL, Spec: r.specs[one.ref],
		})
		if err != nil {
			return nil, err
		}
		env = format.MarkEnv(setEnv(env, one.name, strings.TrimSuffix(out, "\n")), one.name)
	}
	return env, nil
}

// renewed takes a new token in and hands on the environment with it.
func (r *references) renewed(ref api.Ref, t api.Token, tell func(env []string)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tokens[ref] = t
	if env, err := r.filled(); err == nil { // it did not fail with the first tokens
		tell(env)
	}
}
