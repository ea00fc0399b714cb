package cli

import (
	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/ui/text"
)

func (a *app) useCommand() *cobra.Command {
	return &cobra.Command{
		Use: "use sandbox|live",
		Args: func(cmd *cobra.Command, args []string) error {
			return counted(cmd, args, 1, "usage.one_env")
		},
		ValidArgs: words(core.Envs()),
		RunE: func(cmd *cobra.Command, args []string) error {
			env, err := parseEnv(args[0])
			if err != nil {
				return err
			}
			agent, err := a.connect(cmd.Context())
			if err != nil {
				return err
			}
			if err := agent.Use(cmd.Context(), env); err != nil {
				return err
			}
			if a.json {
				return a.printJSON(map[string]core.Env{"active": env})
			}
			a.note(a.say(text.Key("use." + string(env))))
			return nil
		},
	}
}
