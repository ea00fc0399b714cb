package cli

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tokentray/core"
	"tokentray/core/api"
)

func (a *app) editCommand() *cobra.Command {
	f := &inputFlags{}
	cmd := &cobra.Command{
		Use:               "edit NAME[/ENV]",
		Args:              oneAccount,
		ValidArgsFunction: a.completeRef,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.edit(cmd.Context(), f, cmd.Flags(), args[0])
		},
	}
	a.registerInput(cmd, f)
	f.plain["name"] = cmd.Flags().String("name", "", "flag.new_name")
	cmd.Flags().BoolVar(&f.askSecret, "secret", false, "flag.ask_secret")
	return cmd
}

func (a *app) edit(ctx context.Context, f *inputFlags, set *pflag.FlagSet, arg string) error {
	ref, err := a.ref(arg)
	if err != nil {
		return err
	}
	in, err := f.input(ctx, a, set)
	if err != nil {
		return err
	}
	if !f.changesAnything(set) {
		u := usage("usage.nothing_to_edit")
		u.command = "tokentray edit"
		return u
	}
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	acc, err := a.lookUp(ctx, agent, ref)
	if err != nil {
		return err
	}
	env := acc.Env
	if in.Env != nil {
		env = *in.Env
	}
	kind := acc.Kind
	if in.Kind != nil {
		kind = *in.Kind
	}
	if err := a.checkNames(f.own, kind); err != nil {
		return err
	}
	if err := a.confirmLive(ctx, f, in, kind, env == core.Live); err != nil {
		return err
	}
	if to := a.secretTo(acc, in); f.askSecret && to != "" { // a file may have named it
		a.note(a.say("edit.secret_to", append(a.text().Names(kind), "host", clean(to))...))
	}
	if err := a.readSecrets(ctx, f, kind, &in); err != nil {
		return err
	}
	s, err := agent.Edit(ctx, acc.Ref(), in)
	if err != nil {
		return err
	}
	done := a.say("edit.done", "account", s.Account.Ref())
	if !needsSecretAgain(s) || in.Secret != nil || a.json || !a.Term.InIsTerminal() {
		return a.savedAsking(ctx, agent, s, done)
	}
	return a.secretAgain(ctx, agent, s, done)
}

// secretTo names who gets the AppSecret of an edited account, "" for the kind's own.
func (a *app) secretTo(acc api.Account, in api.AccountInput) string {
	to := in.Over(acc.Account)
	if to.BaseURL == "" && to.CA == "" {
		return ""
	}
	return a.text().Spec(to.Kind).Destination(to).String()
}

// needsSecretAgain reports whether an edit moved an account to another host than
// its AppSecret was entered for.
func needsSecretAgain(s api.Saved) bool {
	return s.Account.Error != nil && s.Account.Error.Remedy == core.RemedySecretAgain
}

// secretAgain asks at once for the AppSecret that an account waits for. An empty
// answer leaves it waiting.
func (a *app) secretAgain(ctx context.Context, agent api.Agent, s api.Saved, done string) error {
	a.note(done, a.text().Cause(s.Account.Error, s.Account.Ref().String()))
	secret, err := a.askHidden(ctx, a.say("ask.secret_again", a.text().Names(s.Account.Kind)...))
	if err != nil {
		return err
	}
	if secret.Empty() {
		a.note(a.text().Remedy(s.Account.Error, s.Account.Ref().String()))
		return nil
	}
	if s, err = agent.Edit(ctx, s.Account.Ref(), api.AccountInput{Secret: ptr(secret.Reveal())}); err != nil {
		return err
	}
	return a.savedAsking(ctx, agent, s, done)
}

// changesAnything reports whether a flag other than those about asking was given.
func (f *inputFlags) changesAnything(set *pflag.FlagSet) bool {
	any := false
	set.Visit(func(flag *pflag.Flag) {
		switch flag.Name {
		case "yes", "apart", "json", "home":
		default:
			any = true
		}
	})
	return any
}
