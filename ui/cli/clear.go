package cli

import (
	"context"

	"github.com/spf13/cobra"
)

func (a *app) clearCommand() *cobra.Command {
	return &cobra.Command{
		Use:  "clear",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.clear(cmd.Context()) },
	}
}

// clear takes what TokenTray copied off the clipboard. What others put there stays.
func (a *app) clear(ctx context.Context) error {
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	if err := agent.ClearClipboard(ctx); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(map[string]bool{"cleared": true})
	}
	a.note(a.say("clear.done"))
	return nil
}
