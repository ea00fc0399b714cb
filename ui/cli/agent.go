package cli

import (
	"context"

	"github.com/spf13/cobra"
)

// AgentOptions are the choices of tokentray agent.
type AgentOptions struct {
	Home   string
	NoTray bool
	JSON   bool // log to standard error, a JSON object a line
}

func (a *app) agentCommand() *cobra.Command {
	var o AgentOptions
	cmd := &cobra.Command{
		Use:  "agent",
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			run, o := a.Agent, o
			o.Home, o.JSON = a.home, a.json
			a.after = func(ctx context.Context) error { return run(ctx, o) }
			return nil
		},
	}
	cmd.Flags().BoolVar(&o.NoTray, "no-tray", false, "flag.no_tray")
	return cmd
}
