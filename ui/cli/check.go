package cli

import (
	"context"

	"github.com/spf13/cobra"

	"tokentray/core"
)

func (a *app) checkCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "check NAME[/ENV]",
		Args:              oneAccount,
		ValidArgsFunction: a.completeRef,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.check(cmd.Context(), args[0]) },
	}
}

// check tells whether upstream accepts the current token from here. If not, the exit
// code is that of the reason.
func (a *app) check(ctx context.Context, arg string) error {
	agent, acc, err := a.findAccount(ctx, arg)
	if err != nil {
		return err
	}
	r, err := agent.Check(ctx, acc.Ref())
	if err != nil {
		return err
	}
	var why error
	switch {
	case r.Accepted:
	case r.Dead:
		why = &core.Error{Class: core.Misuse, Message: "upstream no longer accepts the token; refresh it"}
	case r.Error != nil:
		why = r.Error.Core()
	default:
		why = &core.Error{Class: core.Temporary, Message: "upstream did not say; try again", Remedy: core.RemedyTryAgain}
	}
	if a.json {
		if err := a.printJSON(r); err != nil || why == nil {
			return err
		}
		return &errSilent{why}
	}
	a.note(clean(a.text().Check(r, acc.Ref().String(), a.Now())))
	switch {
	case r.Accepted:
		return nil
	case r.Dead:
		a.note("  " + a.say("check.fix", "account", acc.Ref()))
		return &errSilent{why}
	}
	a.about = &acc
	return why
}
