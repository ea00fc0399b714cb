package cli

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tokentray/core"
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
	f.register(cmd)
	cmd.Flags().StringVar(&f.name, "name", "", "flag.new_name")
	cmd.Flags().BoolVar(&f.askSecret, "secret", false, "flag.ask_secret")
	return cmd
}

func (a *app) edit(ctx context.Context, f *inputFlags, set *pflag.FlagSet, arg string) error {
	ref, err := a.ref(arg)
	if err != nil {
		return err
	}
	in := f.input(set)
	if !f.changesAnything(set) {
		u := usage("usage.nothing_to_edit")
		u.command = "tokentray edit"
		return u
	}
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	acc, err := a.full(ctx, agent, ref)
	if err != nil {
		return err
	}
	env := acc.Env
	if in.Env != nil {
		env = *in.Env
	}
	if err := a.confirmLive(ctx, f, in, env == core.Live); err != nil {
		return err
	}
	if err := a.readSecrets(ctx, f, &in); err != nil {
		return err
	}
	s, err := agent.Edit(ctx, acc.Ref(), in)
	if err != nil {
		return err
	}
	return a.saved(s, a.say("edit.done", "account", s.Account.Ref()))
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
