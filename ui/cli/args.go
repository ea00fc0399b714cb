package cli

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/text"
)

// oneAccount checks the arguments of commands that take NAME[/ENV]. Its error does not
// repeat surplus arguments: they may be secrets.
func oneAccount(cmd *cobra.Command, args []string) error {
	return counted(cmd, args, 1, "usage.one_account")
}

func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		u := usage("usage.no_args")
		u.command = cmd.CommandPath()
		return u
	}
	return nil
}

func counted(cmd *cobra.Command, args []string, n int, missing string) error {
	key := missing
	switch {
	case len(args) == n:
		return nil
	case len(args) > n && (missing == "usage.one_account" || slices.ContainsFunc(args, core.HoldsSecret)):
		key = "usage.too_many" // what follows an account may be its secret
	}
	u := usage(text.Key(key))
	u.command = cmd.CommandPath()
	return u
}

// notBoth refuses a command with two flags that exclude each other.
func notBoth(cmd *cobra.Command, one, other string) error {
	if cmd.Flags().Changed(one) && cmd.Flags().Changed(other) {
		return eitherOr(one, other)
	}
	return nil
}

func eitherOr(one, other string) error {
	return usage("usage.not_both", "one", "--"+one, "other", "--"+other)
}

// noSuchCommand checks the arguments of the program itself: one that is left names no
// command.
func (a *app) noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	u := usage("usage.command_unknown", "name", args[0])
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		u = usage("usage.command_near", "name", args[0], "near", strings.Join(near, ", "))
	}
	u.command = cmd.CommandPath()
	return u
}

// ref parses NAME or NAME/ENV and keeps it for remedies. A name holds no slash.
func (a *app) ref(arg string) (api.Ref, error) {
	name, env, slash := strings.Cut(arg, "/")
	r := api.Ref{Name: name, Env: core.Env(env)}
	if slash && !r.Env.Valid() {
		return r, usage("usage.ref_env")
	}
	clean, err := core.CleanName(name)
	if err != nil {
		return r, badName(err)
	}
	r.Name = clean
	a.account = r.String()
	return r, nil
}

func badName(err error) error {
	var p core.Problems
	if errors.As(err, &p) && len(p) > 0 {
		return usage(text.Key("problem." + p[0].Key))
	}
	return err
}

// findAccount connects to the agent and finds the account that an argument names.
func (a *app) findAccount(ctx context.Context, arg string) (api.Agent, api.Account, error) {
	ref, err := a.ref(arg)
	if err != nil {
		return nil, api.Account{}, err
	}
	agent, err := a.connect(ctx)
	if err != nil {
		return nil, api.Account{}, err
	}
	acc, err := a.lookUp(ctx, agent, ref)
	return agent, acc, err
}

// lookUp finds an account and keeps its name with the environment for remedies.
func (a *app) lookUp(ctx context.Context, agent api.Agent, r api.Ref) (api.Account, error) {
	acc, err := agent.Account(ctx, r)
	if err != nil {
		return acc, a.onlyElsewhere(ctx, agent, r, err)
	}
	a.account = acc.Ref().String()
	return acc, nil
}

// onlyElsewhere adds to "no such account" that the name exists in the other
// environment, which a bare name never means.
func (a *app) onlyElsewhere(ctx context.Context, agent api.Agent, r api.Ref, err error) error {
	if core.AsError(err).Class != core.NotFound {
		return err
	}
	for _, env := range core.Envs() {
		if env == r.Env {
			continue
		}
		if acc, err2 := agent.Account(ctx, api.Ref{Name: r.Name, Env: env}); err2 == nil {
			return &elsewhere{err, acc.Ref()}
		}
	}
	return err
}

// elsewhere is "no such account" with the account that was probably meant.
type elsewhere struct {
	err error
	ref api.Ref
}

func (e *elsewhere) Error() string { return e.err.Error() }
func (e *elsewhere) Unwrap() error { return e.err }

// parseLife parses a duration such as 90s or 5m.
func parseLife(s string) (time.Duration, error) {
	d, err := time.ParseDuration(strings.TrimSpace(s))
	if err != nil || d < 0 {
		return 0, usage("usage.duration")
	}
	return d, nil
}

// parseEnv parses an environment.
func parseEnv(s string) (core.Env, error) {
	if e := core.Env(s); e.Valid() {
		return e, nil
	}
	return "", usage("problem.env_unknown")
}

// completionTime limits how long completion may take.
const completionTime = 500 * time.Millisecond

// running is the list of a running agent, for the shell's completion. It never starts
// an agent: pressing Tab must not cause calls to an upstream.
func (a *app) running(cmd *cobra.Command) (api.List, bool) {
	ctx, cancel := context.WithTimeout(cmd.Context(), completionTime)
	defer cancel()
	agent, err := a.Connect(ctx, a.home, false)
	if err != nil {
		return api.List{}, false
	}
	l, err := agent.List(ctx)
	return l, err == nil
}

// completeRef offers accounts to the shell: all with their environment, and those of
// the active one also by bare name.
func (a *app) completeRef(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return a.refs(cmd), cobra.ShellCompDirectiveNoFileComp
}

// completeRefs offers accounts for a command that takes several.
func (a *app) completeRefs(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	return a.refs(cmd), cobra.ShellCompDirectiveNoFileComp
}

// completeGroup offers the groups that accounts stand in.
func (a *app) completeGroup(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	l, _ := a.running(cmd)
	var out []string
	for _, acc := range l.Accounts {
		if acc.Group != "" && !slices.Contains(out, acc.Group) {
			out = append(out, acc.Group)
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// refs are all ways to name an account.
func (a *app) refs(cmd *cobra.Command) []string {
	l, _ := a.running(cmd)
	var out []string
	for _, acc := range l.Accounts {
		if acc.Env == l.Active {
			out = append(out, acc.Name)
		}
		out = append(out, acc.Ref().String())
	}
	return out
}

// completeFile offers files, for a flag that takes one.
func completeFile(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

// completeName offers the names of accounts without an environment.
func (a *app) completeName(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	l, _ := a.running(cmd)
	var out []string
	for _, acc := range l.Accounts {
		if !slices.Contains(out, acc.Name) {
			out = append(out, acc.Name)
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// completeWords offers fixed words, for a flag or as the one argument.
func completeWords(words ...string) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return words, cobra.ShellCompDirectiveNoFileComp
	}
}

// completeKinds offers the kinds that the agent knows for --kind, and for --product
// the products of the chosen kind, else of all.
func (a *app) completeKinds(cmd *cobra.Command) {
	_ = cmd.RegisterFlagCompletionFunc("kind", func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		return completeWords(words(a.kinds().Names())...)(cmd, args, begun)
	})
	_ = cmd.RegisterFlagCompletionFunc("product", func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		products := a.kinds().Products()
		if spec, known := a.kinds().Of(core.Kind(cmd.Flag("kind").Value.String())); known {
			products = nil
			for _, p := range spec.Products {
				products = append(products, p.Product)
			}
		}
		return completeWords(words(products)...)(cmd, args, begun)
	})
}

// words turns values of a string type into strings.
func words[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}

func unknownFormat() error {
	return usage("usage.format", "formats", strings.Join(printed(), ", "))
}

func unknownSetting() error {
	return usage("usage.setting_unknown", "keys", strings.Join(core.SettingKeys(), ", "))
}
