package window

import (
	"context"
	"strings"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// renewals asks upstream for tokens, and whether it accepts one.
type renewals struct{ *shell }

// renew asks for a new token for a person: what waits for a person is tried at once.
func (rn *renewals) renew(id core.ID) { rn.refresh(id, api.RefreshRequest{Person: true}) }

func (rn *renewals) refresh(id core.ID, req api.RefreshRequest) {
	a, ok := rn.model.find(id)
	if !ok {
		return
	}
	ref := a.Ref()
	rn.showInfo(rn.ui.T("snack.busy", "account", refWords(ref)))
	ask(rn.shell, upstreamWait, func(ctx context.Context, g Agent) (api.Token, error) {
		t, err := g.Refresh(ctx, ref, req)
		t.AccessToken = "" // not needed here
		return t, err
	}, func(t api.Token, err *core.Error) {
		switch {
		case err != nil:
			rn.showError(err, ref)
		case t.StillValid:
			rn.showMessage(message{
				Text: rn.ui.T("snack.still_valid", "account", refWords(ref), "time", rn.ui.Words.Coarse(t.ExpiresAt.Sub(rn.now()))),
				Live: ref.Env == core.Live, Until: rn.now().Add(errorTime),
				Button: rn.ui.T("menu.force"), Do: func() { rn.force(id) },
			})
		case t.Same:
			rn.showInfo(rn.ui.T("snack.same", "account", refWords(ref), "time", rn.ui.Words.Coarse(t.ExpiresAt.Sub(rn.now()))))
		default:
			rn.showInfo(rn.ui.T("snack.renewed", "account", refWords(ref), "time", rn.ui.Words.Coarse(t.ExpiresAt.Sub(rn.now()))))
		}
	})
}

// force asks for a new token although the current one lives, after saying what
// that breaks.
func (rn *renewals) force(id core.ID) {
	a, ok := rn.model.find(id)
	if !ok {
		return
	}
	rn.question(func(ui *kit.UI) question {
		var body []string
		if breaks := ui.Words.KindSays(a.Kind, "force"); breaks != "" {
			body = append(body, breaks)
		}
		if a.Env == core.Live {
			body = append(body, ui.T("force.live"))
		}
		return question{
			title: ui.T("force.title", "account", refWords(a.Ref())), body: strings.Join(body, "\n"), yes: ui.T("force.go"),
			live: a.Env == core.Live, role: kit.Danger,
		}
	}, func() { rn.refresh(id, api.RefreshRequest{Force: true, Person: true}) })
}

func (rn *renewals) check(id core.ID) {
	a, ok := rn.model.find(id)
	if !ok {
		return
	}
	ref := a.Ref()
	rn.showInfo(rn.ui.T("snack.busy", "account", refWords(ref)))
	ask(rn.shell, upstreamWait, func(ctx context.Context, g Agent) (api.CheckResult, error) {
		return g.Check(ctx, ref)
	}, func(r api.CheckResult, err *core.Error) {
		switch {
		case err != nil:
			rn.showError(err, ref)
		case r.Accepted:
			rn.showInfo(rn.ui.Words.Check(r, refWords(ref), rn.now()))
		case r.Dead:
			rn.showMessage(message{
				Text: rn.ui.Words.Check(r, refWords(ref), rn.now()),
				Live: ref.Env == core.Live, Bad: true, Until: rn.now().Add(errorTime),
				Button: rn.ui.T("menu.renew"), Do: func() { rn.renew(id) },
			})
		default:
			said := rn.ui.Words.Check(r, refWords(ref), rn.now())
			if r.Error != nil && r.Error.Remedy != core.RemedyPermission { // which said it
				said += "\n" + explained(rn.ui, r.Error, refWords(ref))
			}
			rn.showMessage(message{Text: said, Bad: true, Until: rn.now().Add(errorTime)})
		}
	})
}

// quota asks upstream how much of its quotas is used; the account has the answer
// then.
func (rn *renewals) quota(id core.ID) {
	a, ok := rn.model.find(id)
	if !ok {
		return
	}
	ref := a.Ref()
	rn.showInfo(rn.ui.T("snack.busy", "account", refWords(ref)))
	ask(rn.shell, upstreamWait, func(ctx context.Context, g Agent) (api.QuotaResult, error) {
		return g.Quota(ctx, ref, api.QuotaRequest{})
	}, func(r api.QuotaResult, err *core.Error) {
		switch {
		case err != nil:
			rn.showError(err, ref)
		case r.Error != nil:
			rn.showError(r.Error.Core(), ref)
		default:
			rn.showInfo(rn.ui.T("snack.quota", "account", refWords(ref)))
		}
	})
}

// resetQuota resets upstream's counters of the day, after saying what that costs;
// for a live account it asks twice.
func (rn *renewals) resetQuota(id core.ID) {
	a, ok := rn.model.find(id)
	spec := rn.ui.Words.Spec(a.Kind)
	if !ok || spec.Meter == nil {
		return
	}
	ref := a.Ref()
	do := func() {
		ask(rn.shell, upstreamWait, func(ctx context.Context, g Agent) (api.Account, error) {
			return g.ResetQuota(ctx, ref)
		}, func(_ api.Account, err *core.Error) {
			if err != nil {
				rn.showError(err, ref)
				return
			}
			rn.showInfo(rn.ui.Words.Say("quota.reset_done", "account", refWords(ref)))
		})
	}
	first := func(ui *kit.UI) question {
		return question{
			title: ui.Words.Say("quota.reset_ask", "account", refWords(ref)), yes: ui.T("quota.reset_go"), live: ref.Env == core.Live, role: kit.Danger,
			body: ui.Words.Say("quota.reset_says", "most", spec.Meter.Resets, "host", spec.Base(a.Account)),
		}
	}
	rn.question(first, func() {
		if ref.Env != core.Live {
			do()
			return
		}
		rn.question(func(ui *kit.UI) question {
			again := first(ui)
			again.title, again.body = ui.Words.Say("quota.reset_live", "account", refWords(ref)), ""
			return again
		}, do)
	})
}
