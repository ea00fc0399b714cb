package cli

import (
	"context"

	"github.com/spf13/cobra"
)

func (a *app) resetCommand() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:  "reset",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.reset(cmd.Context(), yes) },
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "flag.yes")
	return cmd
}

// reset removes everything of a home, after it has said what that is.
func (a *app) reset(ctx context.Context, yes bool) error {
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	s, err := agent.Status(ctx)
	if err != nil {
		return err
	}
	warning := []string{
		a.say("reset.what"),
		"  " + a.say("reset.accounts", "n", s.Accounts),
		"  " + a.say("reset.files", "home", clean(s.Home)),
	}
	if s.Vault.Kind == "keyring" {
		warning = append(warning, "  "+a.say("reset.keyring"))
	}
	a.text() // the language is a setting, and that is gone afterwards
	if err := a.confirm(ctx, yes, warning, "reset.ask"); err != nil {
		return err
	}
	if yes {
		a.note(warning...)
	}
	if err := agent.Reset(ctx); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(map[string]bool{"reset": true})
	}
	a.note(a.say("reset.done"))
	return nil
}
