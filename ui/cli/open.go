package cli

import (
	"context"

	"github.com/spf13/cobra"

	"tokentray/core/api"
)

func (a *app) openCommand() *cobra.Command {
	return &cobra.Command{
		Use:  "open",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !a.hasDisplay() {
				return usage("usage.no_display")
			}
			return a.open(cmd.Context())
		},
	}
}

// open raises the window that is there, or starts one.
func (a *app) open(ctx context.Context) error {
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	n, err := agent.Open(ctx, api.Showing{})
	if err != nil {
		return err
	}
	if n == 0 {
		return a.OpenWindow(a.home)
	}
	return nil
}
