package cli

import (
	"github.com/spf13/cobra"
)

// exportCommand is the parent of the commands that write files for other programs.
func (a *app) exportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:  "export",
		Args: a.noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			a.help(cmd)
			return nil
		},
	}
	cmd.AddCommand(a.exportClientCommands()...)
	cmd.AddCommand(a.exportAccountsCommand(), a.exportBackupCommand())
	return cmd
}
