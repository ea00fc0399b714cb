package cli

import (
	"github.com/spf13/cobra"

	"tokentray/core/api"
)

func (a *app) teamShareCommand() *cobra.Command {
	var in api.ShareInput
	cmd := &cobra.Command{
		Use:               "share NAME[/ENV]",
		Args:              oneAccount,
		ValidArgsFunction: a.completeRef,
		RunE: func(cmd *cobra.Command, args []string) error {
			agent, acc, err := a.findAccount(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return a.sharedNow(agent.Share(cmd.Context(), acc.Ref(), in))
		},
	}
	cmd.Flags().StringVar(&in.Team, "team", "", "flag.team")
	cmd.Flags().BoolVar(&in.Plain, "plaintext", false, "flag.team_plaintext")
	_ = cmd.RegisterFlagCompletionFunc("team", a.completeTeamFlag)
	return cmd
}

func (a *app) teamUnshareCommand() *cobra.Command {
	var team string
	cmd := &cobra.Command{
		Use:               "unshare NAME[/ENV]",
		Args:              oneAccount,
		ValidArgsFunction: a.completeRef,
		RunE: func(cmd *cobra.Command, args []string) error {
			agent, acc, err := a.findAccount(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if team != "" && (acc.Team == nil || acc.Team.Name != team) {
				return usage("usage.team_not_shared", "account", acc.Ref(), "team", team)
			}
			return a.sharedNow(agent.Unshare(cmd.Context(), acc.Ref()))
		},
	}
	cmd.Flags().StringVar(&team, "team", "", "flag.team_of")
	_ = cmd.RegisterFlagCompletionFunc("team", a.completeTeamFlag)
	return cmd
}

// sharedNow says whose token an account has by now.
func (a *app) sharedNow(acc api.Account, err error) error {
	switch {
	case err != nil:
		return err
	case a.json:
		return a.printJSON(acc)
	case acc.Team != nil:
		a.note(a.say("team.shared", "account", acc.Ref(), "team", acc.Team.Name))
	default:
		a.note(a.say("team.unshared", "account", acc.Ref()))
		if !acc.Auto {
			a.note(a.say("team.unshared_paused", "account", acc.Ref()))
		}
	}
	return nil
}
