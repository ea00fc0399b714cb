package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/text"
)

func (a *app) stopCommand() *cobra.Command {
	return &cobra.Command{
		Use:  "stop",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			agent, err := a.Connect(cmd.Context(), a.home, false)
			switch {
			case errors.Is(err, api.ErrNoAgent):
				if a.DatabaseOpen != nil && a.DatabaseOpen(a.home) {
					return lostAgent()
				}
				return a.stopped(false, "status.none")
			case err != nil && !errors.Is(err, api.ErrVersion):
				return err
			}
			a.text() // the agent knows the language, and is gone afterwards
			if err := agent.Stop(cmd.Context()); err != nil && !errors.Is(err, api.ErrNoAgent) {
				return err
			}
			return a.stopped(true, "stop.done")
		},
	}
}

// stopped says whether there was an agent to stop.
func (a *app) stopped(was bool, say text.Key) error {
	if a.json {
		return a.printJSON(struct {
			Stopped bool `json:"stopped"`
		}{was})
	}
	a.note(a.say(say))
	return nil
}

// lostAgent says that an agent runs which nobody can reach.
func lostAgent() error {
	return &core.Error{
		Class: core.Internal, Remedy: core.RemedyLostAgent,
		Message: "an agent has this home open but its socket is gone; try again in a minute, or end the process tokentray",
		Err:     api.ErrNoAgent,
	}
}
