package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"tokentray/core/api"
)

func (a *app) stopCommand() *cobra.Command {
	return &cobra.Command{
		Use:  "stop",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			agent, err := a.Connect(cmd.Context(), a.home, false)
			switch {
			case errors.Is(err, api.ErrNoAgent):
				a.note(a.say("status.none"))
				return nil
			case err != nil && !errors.Is(err, api.ErrVersion):
				return err
			}
			a.text() // the agent knows the language, and is gone afterwards
			if err := agent.Stop(cmd.Context()); err != nil && !errors.Is(err, api.ErrNoAgent) {
				return err
			}
			a.note(a.say("stop.done"))
			return nil
		},
	}
}
