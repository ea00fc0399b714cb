package cli

import (
	"context"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/text"
)

func (a *app) pauseCommand() *cobra.Command  { return a.autoCommand("pause", false) }
func (a *app) resumeCommand() *cobra.Command { return a.autoCommand("resume", true) }

// autoCommand switches background renewal, of one account or of all.
func (a *app) autoCommand(verb string, auto bool) *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use: verb + " NAME[/ENV] | --all",
		Args: func(cmd *cobra.Command, args []string) error {
			if all {
				return noArgs(cmd, args)
			}
			return counted(cmd, args, 1, "usage.account_or_all")
		},
		ValidArgsFunction: a.completeRef,
		RunE: func(cmd *cobra.Command, args []string) error {
			if all {
				return a.pauseAll(cmd.Context(), verb, !auto)
			}
			return a.setAuto(cmd.Context(), verb, args[0], auto)
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "flag."+verb+"_all")
	return cmd
}

func (a *app) pauseAll(ctx context.Context, verb string, paused bool) error {
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	if err := agent.PauseAll(ctx, paused); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(map[string]bool{"paused_all": paused})
	}
	a.note(a.say(text.Key(verb + ".all_done")))
	return nil
}

func (a *app) setAuto(ctx context.Context, verb, arg string, auto bool) error {
	agent, acc, err := a.findAccount(ctx, arg)
	if err != nil {
		return err
	}
	s, err := agent.Edit(ctx, acc.Ref(), api.AccountInput{Input: core.Input{Auto: &auto}})
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(s.Account)
	}
	a.note(a.say(text.Key(verb+".done"), "account", acc.Ref()))
	return nil
}
