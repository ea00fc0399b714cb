package window

import (
	"context"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// tokenAgent is what the detail of an account asks of the agent.
type tokenAgent interface {
	Token(ctx context.Context, ref api.Ref, minTTL time.Duration) (api.Token, error)
	Refresh(ctx context.Context, ref api.Ref, req api.RefreshRequest) (api.Token, error)
	Check(ctx context.Context, ref api.Ref) (api.CheckResult, error)
	History(ctx context.Context, ref api.Ref, q api.HistoryQuery) ([]api.HistoryEntry, error)
}

// renew asks for a new token as a person does: what waits for a person is tried
// at once.
func (w *Window) renew(id core.ID) { w.refresh(id, api.RefreshRequest{Person: true}) }

func (w *Window) refresh(id core.ID, req api.RefreshRequest) {
	a, ok := w.model.find(id)
	if !ok {
		return
	}
	ref := a.Ref()
	w.tell(w.look.T("snack.busy", "account", refWords(ref)))
	ask(w, upstreamWait, func(ctx context.Context, g Agent) (api.Token, error) {
		t, err := g.Refresh(ctx, ref, req)
		t.AccessToken = "" // not needed here
		return t, err
	}, func(t api.Token, err *core.Error) {
		switch {
		case err != nil:
			w.fail(err, ref)
		case t.StillValid:
			w.tell(w.look.T("snack.still_valid", "account", refWords(ref)))
		default:
			w.tell(w.look.T("snack.renewed", "account", refWords(ref), "time", w.look.Words.Coarse(t.ExpiresAt.Sub(w.now()))))
		}
	})
}

// force asks for a new token although the current one lives, after saying what
// that breaks.
func (w *Window) force(id core.ID) {
	a, ok := w.model.find(id)
	if !ok {
		return
	}
	l := w.look
	var body []string
	if breaks := l.Words.KindSays(a.Kind, "force"); breaks != "" {
		body = append(body, breaks)
	}
	if a.Env == core.Live {
		body = append(body, l.T("force.live"))
	}
	w.question(question{
		title: l.T("force.title", "account", refWords(a.Ref())), body: strings.Join(body, "\n"), yes: l.T("force.go"),
		live: a.Env == core.Live, role: kit.Danger,
	}, func() { w.refresh(id, api.RefreshRequest{Force: true, Person: true}) })
}

func (w *Window) check(id core.ID) {
	a, ok := w.model.find(id)
	if !ok {
		return
	}
	ref := a.Ref()
	w.tell(w.look.T("snack.busy", "account", refWords(ref)))
	ask(w, upstreamWait, func(ctx context.Context, g Agent) (api.CheckResult, error) {
		return g.Check(ctx, ref)
	}, func(r api.CheckResult, err *core.Error) {
		switch {
		case err != nil:
			w.fail(err, ref)
		case r.Accepted:
			w.tell(w.look.T("snack.accepted", "account", refWords(ref)))
		case r.Dead || r.Error == nil:
			w.tell(w.look.T("snack.dead", "account", refWords(ref)))
		default:
			w.message(snack{
				Text: explained(w.look, r.Error, refWords(ref)),
				Bad:  true, Until: w.now().Add(errorTime),
			})
		}
	})
}
