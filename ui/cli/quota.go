package cli

import (
	"context"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/api"
)

func (a *app) quotaCommand() *cobra.Command {
	var (
		req        api.QuotaRequest
		reset, yes bool
	)
	cmd := &cobra.Command{
		Use:               "quota NAME[/ENV]",
		Args:              oneAccount,
		ValidArgsFunction: a.completeRef,
		RunE: func(cmd *cobra.Command, args []string) error {
			if reset && len(req.Paths) > 0 {
				return usage("usage.quota_both")
			}
			if reset {
				return a.resetQuota(cmd.Context(), args[0], yes)
			}
			return a.quota(cmd.Context(), args[0], req)
		},
	}
	cmd.Flags().StringArrayVar(&req.Paths, "path", nil, "flag.quota_path")
	cmd.Flags().BoolVar(&reset, "reset", false, "flag.quota_reset")
	cmd.Flags().BoolVar(&yes, "yes", false, "flag.yes")
	return cmd
}

// quota prints what upstream reports about its quotas, and TokenTray's own counts. A
// path without a report ends it with the reason.
func (a *app) quota(ctx context.Context, arg string, req api.QuotaRequest) error {
	agent, acc, err := a.findAccount(ctx, arg)
	if err != nil {
		return err
	}
	a.account = acc.Ref().String()
	told, err := agent.Quota(ctx, acc.Ref(), req)
	if err != nil {
		return err
	}
	if a.json {
		err = a.printJSON(told)
	} else {
		err = a.print(a.quotaLines(acc, told)...)
	}
	if err != nil || told.Error == nil {
		return err
	}
	if a.json {
		return &errSilent{told.Error.Core()}
	}
	return told.Error.Core()
}

func (a *app) quotaLines(acc api.Account, told api.QuotaResult) []string {
	t := table{colour: a.colour()}
	for _, u := range told.Usage {
		t.add(plain(clean(u.Path)), plain(a.text().Usage(u)))
	}
	if n := len(told.Usage); n > 0 {
		t.add(plain(a.say("quota.read")), plain(when(told.Usage[n-1].At)))
	}
	acc.CallsToday, acc.ForcedToday, acc.Budget, acc.CountsUntil = told.CallsToday, told.ForcedToday, told.Budget, told.CountsUntil
	for _, line := range a.text().Quota(acc, a.Now()) {
		t.add(plain(a.say(line.Label)), plain(line.Value))
	}
	return t.lines(0)
}

// resetQuota resets upstream's counters of the day, after saying what that costs.
// For a live account it asks once more.
func (a *app) resetQuota(ctx context.Context, arg string, yes bool) error {
	agent, acc, err := a.findAccount(ctx, arg)
	if err != nil {
		return err
	}
	a.account = acc.Ref().String()
	spec := a.text().Spec(acc.Kind)
	if spec.Meter == nil || spec.Meter.Resets == 0 {
		return &core.Error{Class: core.Misuse, Remedy: core.RemedyNoMeter, Kind: acc.Kind, Message: "the counters of this kind cannot be reset"}
	}
	says := []string{a.say("quota.reset_says", "most", spec.Meter.Resets, "host", clean(spec.Base(acc.Account)))}
	if err := a.confirm(ctx, yes, says, "quota.reset_ask", "account", acc.Ref()); err != nil {
		return err
	}
	if acc.Env == core.Live {
		if err := a.confirm(ctx, yes, nil, "quota.reset_live", "account", acc.Ref()); err != nil {
			return err
		}
	}
	after, err := agent.ResetQuota(ctx, acc.Ref())
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(after)
	}
	a.note(a.say("quota.reset_done", "account", acc.Ref()))
	return nil
}
