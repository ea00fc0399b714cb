package cli

import (
	"context"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/api"
)

func (a *app) rmCommand() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:               "rm NAME[/ENV]",
		Args:              oneAccount,
		ValidArgsFunction: a.completeRef,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.rm(cmd.Context(), args[0], yes) },
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "flag.yes")
	return cmd
}

func (a *app) rm(ctx context.Context, arg string, yes bool) error {
	agent, acc, err := a.findAccount(ctx, arg)
	if err != nil {
		return err
	}
	if err := a.confirm(ctx, yes, []string{a.say("rm.what", a.text().Names(acc.Kind)...)}, "rm.ask", "account", acc.Ref()); err != nil {
		return err
	}
	var left *api.Error // the account is gone, its secret not yet: done, with a warning
	if err := agent.Remove(ctx, acc.Ref()); err != nil {
		if left = api.FromError(err); left.Remedy != core.RemedySecretLeft {
			return err
		}
	}
	if a.json {
		return a.printJSON(removedJSON{acc.Ref().String(), left})
	}
	a.note(a.say("rm.done", "account", acc.Ref()))
	if left != nil {
		a.note(a.say("cli.warning")+a.text().Cause(left, a.account), "  "+a.text().Remedy(left, a.account))
	}
	return nil
}

// removedJSON is what rm --json prints.
type removedJSON struct {
	Removed string     `json:"removed"`
	Warning *api.Error `json:"warning,omitempty"`
}
