package cli

import (
	"context"

	"github.com/spf13/cobra"

	"tokentray/core/api"
)

func (a *app) openCommand() *cobra.Command {
	search := false
	cmd := &cobra.Command{
		Use:  "open",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !a.hasDisplay() {
				return usage("usage.no_display")
			}
			what := api.Showing{}
			if search {
				what.Page = api.PageSearch
			}
			return a.open(cmd.Context(), what)
		},
	}
	cmd.Flags().BoolVar(&search, "search", false, "flag.open_search")
	return cmd
}

// open raises the window that is there, or starts one, and shows something there.
func (a *app) open(ctx context.Context, what api.Showing) error {
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	n, err := agent.Open(ctx, what)
	if err != nil {
		return err
	}
	if n == 0 {
		return a.OpenWindow(a.home)
	}
	return nil
}
