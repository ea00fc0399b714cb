package cli

import (
	"context"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/api"
)

func (a *app) refreshCommand() *cobra.Command {
	var (
		stale      string
		as         outform
		force, yes bool
	)
	cmd := &cobra.Command{
		Use:               "refresh NAME[/ENV]",
		Args:              oneAccount,
		ValidArgsFunction: a.completeRef,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case cmd.Flags().Changed("stale") && stale != "-":
				return usage("usage.stale")
			case stale != "" && force:
				return eitherOr("stale", "force")
			}
			if err := a.checkForm(&as); err != nil {
				return err
			}
			return a.refresh(cmd.Context(), args[0], stale == "-", force, yes, as)
		},
	}
	cmd.Flags().StringVar(&stale, "stale", "", "flag.stale")
	as.register(cmd)
	cmd.Flags().BoolVar(&force, "force", false, "flag.force")
	cmd.Flags().BoolVar(&yes, "yes", false, "flag.yes")
	_ = cmd.RegisterFlagCompletionFunc("stale", completeWords("-"))
	return cmd
}

// refresh reports a token as no longer accepted, or forces a new one. The report is
// about the current token unless standard input has another. Without --stale a person
// asked, so an account that waits for a person is tried at once.
func (a *app) refresh(ctx context.Context, arg string, fromStdin, force, yes bool, as outform) error {
	ref, err := a.ref(arg)
	if err != nil {
		return err
	}
	req := api.RefreshRequest{Force: force, Person: !fromStdin, Failing: !fromStdin && !force}
	if fromStdin {
		if req.Stale, err = a.stdin(ctx, "ask.stale"); err != nil {
			return err
		}
		if req.Stale == "" {
			return usage("usage.stale_empty")
		}
	}
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	acc, err := a.lookUp(ctx, agent, ref)
	if err != nil {
		return err
	}
	if force && acc.Env == core.Live {
		var warning []string
		if breaks := a.text().KindSays(acc.Kind, "force_live"); breaks != "" {
			warning = []string{breaks}
		}
		if err := a.confirm(ctx, yes, warning, "live.force_ask", "account", acc.Ref()); err != nil {
			return err
		}
	}
	t, err := agent.Refresh(ctx, acc.Ref(), req)
	if err != nil {
		return a.refused(ctx, agent, acc.Ref(), err)
	}
	switch {
	case t.StillValid:
		a.note(a.say("refresh.still_valid", "account", acc.Ref()))
	case t.Same && t.ExpiresAt.After(a.Now()):
		a.note(a.say("refresh.same", "account", acc.Ref(), "left", a.text().Coarse(t.ExpiresAt.Sub(a.Now()))), "  "+a.sameAgain(acc.Kind, acc.Ref()))
	default:
		a.note(a.say("refresh.done", "account", acc.Ref(), "left", a.text().Coarse(t.ExpiresAt.Sub(a.Now()))))
	}
	return a.printToken(ctx, agent, t, as)
}

// sameAgain says why an upstream gave the same token again, where that is its way.
func (a *app) sameAgain(kind core.Kind, ref api.Ref) string {
	switch a.text().Spec(kind).Traits.Repeat {
	case core.RepeatSame, core.RepeatSameRenewed:
		if own := a.text().KindSays(kind, "force"); own != "" && a.text().Spec(kind).Traits.ForceBudget == 0 {
			return own
		}
		return a.say("refresh.same_normal")
	}
	return a.say("refresh.same_odd", "account", ref)
}
