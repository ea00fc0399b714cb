package cli

import (
	"context"
	"maps"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/text"
)

func (a *app) addCommand() *cobra.Command {
	f := &inputFlags{}
	var paused, test bool
	cmd := &cobra.Command{
		Use: "add [NAME[/ENV]]",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && a.Term.InIsTerminal() && !a.json {
				return nil
			}
			return oneAccount(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			in, err := f.input(cmd.Context(), a, cmd.Flags())
			if err != nil {
				return err
			}
			in.Paused = paused
			if len(args) == 1 {
				if err := a.nameOf(args[0], &in); err != nil {
					return err
				}
			}
			if err := notBoth(cmd, "paused", "test"); err != nil {
				return err
			}
			return a.add(cmd.Context(), f, in, test)
		},
	}
	a.registerInput(cmd, f)
	cmd.Flags().BoolVar(&paused, "paused", false, "flag.add_paused")
	cmd.Flags().BoolVar(&test, "test", false, "flag.add_test")
	return cmd
}

// nameOf splits NAME or NAME/ENV. Whether the name is valid is checked with the other
// fields.
func (a *app) nameOf(arg string, in *api.AccountInput) error {
	name, env, slash := strings.Cut(arg, "/")
	if slash && core.Env(env).Valid() {
		if in.Env != nil && *in.Env != core.Env(env) {
			return usage("usage.env_twice")
		}
		in.Env = ptr(core.Env(env))
		arg = name
	}
	in.Name = &arg
	return nil
}

// add saves a new account or, for a test, asks the upstream once and saves nothing.
func (a *app) add(ctx context.Context, f *inputFlags, in api.AccountInput, test bool) error {
	if err := a.readSecrets(ctx, f, a.kindOf(in.Input), &in); err != nil {
		return err
	}
	if a.Term.InIsTerminal() && !a.json {
		if err := a.askMissing(ctx, &in); err != nil {
			return err
		}
	}
	if err := a.checkNames(f.own, a.kindOf(in.Input)); err != nil {
		return err
	}
	if f, _ := a.text().Spec(a.kindOf(in.Input)).Field(kinds.Secret); in.Secret == nil && f.Required {
		return usage("usage.secret_stdin")
	}
	if err := a.confirmLive(ctx, f, in, a.kindOf(in.Input), in.Env != nil && *in.Env == core.Live); err != nil {
		return err
	}
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	if test {
		return a.test(ctx, agent, in)
	}
	s, err := agent.Add(ctx, in)
	if err != nil {
		return err
	}
	return a.savedAsking(ctx, agent, s, a.say("add.done", "account", s.Account.Ref()))
}

// test asks the upstream once with what was entered, and saves nothing. If no token comes,
// the exit code is that of the reason.
func (a *app) test(ctx context.Context, agent api.Agent, in api.AccountInput) error {
	kind := a.kindOf(in.Input)
	live := in.Env != nil && *in.Env == core.Live
	if live && a.text().Spec(kind).Traits.Destructive() && (in.AllowLive == nil || !*in.AllowLive) {
		return usage("usage.add_test_live")
	}
	r, err := agent.Test(ctx, api.TestRequest{Input: in})
	if err != nil {
		return err
	}
	var why error
	if r.Error != nil {
		why = r.Error.Core()
	}
	if a.json {
		if err := a.printJSON(r); err != nil || why == nil {
			return err
		}
		return &errSilent{why}
	}
	for _, line := range a.problemLines(kind, r.Warnings) {
		a.note(a.say("cli.warning") + strings.TrimSpace(line))
	}
	if why == nil {
		a.note(a.say("add.tested", "mask", r.Mask, "left", a.text().Coarse(time.Duration(r.ExpiresIn)*time.Second)))
	}
	return why
}

// askMissing asks for the fields that no flag gave, each until its value can be
// saved.
func (a *app) askMissing(ctx context.Context, in *api.AccountInput) error {
	str := func(field **string, name string, question text.Key) error {
		if *field != nil {
			return nil
		}
		s, err := a.askField(ctx, in.Input, name, a.say(question), "")
		*field = &s
		return err
	}
	if err := str(&in.Name, "name", "ask.name"); err != nil {
		return err
	}
	if in.Env == nil {
		s, err := a.askField(ctx, in.Input, "env", a.say("ask.env"), string(core.Sandbox))
		if err != nil {
			return err
		}
		in.Env = ptr(core.Env(s))
	}
	if in.Kind == nil {
		for _, k := range a.text().Kinds().Names() {
			a.note(string(k) + a.say("cli.colon") + a.text().KindSays(k, "say"))
		}
		s, err := a.askField(ctx, in.Input, "kind", a.say("ask.kind", "kinds", strings.Join(words(a.text().Kinds().Names()), ", ")), string(a.text().Kinds().Default().Kind))
		if err != nil {
			return err
		}
		in.Kind = ptr(core.Kind(s))
	}
	spec := a.text().Spec(*in.Kind)
	for _, f := range spec.Fields {
		if err := a.askOwn(ctx, spec, f, in); err != nil {
			return err
		}
	}
	return nil
}

// askOwn asks for a required field of the kind that no flag gave.
func (a *app) askOwn(ctx context.Context, spec kinds.Spec, f kinds.Field, in *api.AccountInput) error {
	known := in.Over(core.Account{})
	switch {
	case !spec.Wants(f, known) || f.Value(known) != "":
		return nil
	case f.Key == kinds.Secret:
		return a.askSecretOf(ctx, spec, in)
	}
	fallback := ""
	if len(f.Choices) > 0 {
		fallback = f.Choices[0]
	}
	s, err := a.askField(ctx, in.Input, f.Key, a.text().Field(spec.Kind, f), fallback)
	if err != nil {
		return err
	}
	switch f.Key {
	case kinds.AppID:
		in.AppID = &s
	case kinds.BaseURL:
		in.BaseURL = &s
	default:
		in.Params = maps.Clone(in.Params)
		if in.Params == nil {
			in.Params = map[string]string{}
		}
		in.Params[f.Key] = s
	}
	return nil
}

// askSecretOf asks for the secret until its value can be saved.
func (a *app) askSecretOf(ctx context.Context, spec kinds.Spec, in *api.AccountInput) error {
	for in.Secret == nil {
		s, err := a.askHidden(ctx, a.say("ask.secret", a.text().Names(spec.Kind)...))
		if err != nil {
			return err
		}
		if _, problems := spec.CleanSecret(s); len(problems.Fatal()) > 0 {
			a.note(a.problemLines(*in.Kind, problems.Fatal())...)
			continue
		}
		in.Secret = ptr(s.Reveal())
	}
	return nil
}

// askField asks for a field until its value can be saved with the fields that are
// known.
func (a *app) askField(ctx context.Context, known core.Input, field, question, fallback string) (string, error) {
	for {
		s, err := a.ask(ctx, question, fallback)
		if err != nil {
			return "", err
		}
		problems := a.checkField(known, field, s)
		if len(problems) == 0 {
			return s, nil
		}
		kind := core.Kind("")
		if known.Kind != nil {
			kind = *known.Kind
		}
		a.note(a.problemLines(kind, problems)...)
	}
}

// checkField is the problem of one field, given what is known of the account; problems
// of other fields are left out.
func (a *app) checkField(known core.Input, field, value string) core.Problems {
	acc := known.Over(core.Account{})
	switch field {
	case "name":
		acc.Name = value
	case "env":
		acc.Env = core.Env(value)
	case "kind":
		acc.Kind = core.Kind(value)
	default:
		if f, ok := a.text().Spec(acc.Kind).Field(field); ok {
			acc = f.Set(acc, value)
		}
	}
	var out core.Problems
	for _, p := range a.text().Kinds().Check(a.text().Kinds().Clean(acc)).Fatal() {
		if p.Field == field {
			out = append(out, p)
		}
	}
	return out
}

// confirmLive asks whoever allows fetching for a live account to confirm it, and says
// what that breaks.
func (a *app) confirmLive(ctx context.Context, f *inputFlags, in api.AccountInput, kind core.Kind, live bool) error {
	if in.AllowLive == nil || !*in.AllowLive || !live {
		return nil
	}
	var warning []string
	if breaks := a.text().KindSays(kind, "consent_live"); breaks != "" {
		warning = []string{breaks}
	}
	return a.confirm(ctx, f.yes, warning, "live.allow_ask")
}

// kindOf is the kind of an input, else that of a new account.
func (a *app) kindOf(in core.Input) core.Kind {
	if in.Kind != nil {
		return *in.Kind
	}
	return a.text().Kinds().Default().Kind
}
