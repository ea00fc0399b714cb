package cli

import (
	"github.com/spf13/cobra"
)

// AgentOptions are the choices of tokentray agent.
type AgentOptions struct {
	Home   string
	NoTray bool
}

func (a *app) agentCommand() *cobra.Command {
	var o AgentOptions
	cmd := &cobra.Command{
		Use:  "agent",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Home = a.home
			return a.Agent(cmd.Context(), o)
		},
	}
	cmd.Flags().BoolVar(&o.NoTray, "no-tray", false, "flag.no_tray")
	return cmd
}
