package window

import (
	"context"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// clipboardAgent is what copying asks of the agent.
type clipboardAgent interface {
	Copy(ctx context.Context, ref api.Ref, req api.CopyRequest) (api.Clipboard, error)
	CopyText(ctx context.Context, req api.TextRequest) (api.Clipboard, error)
	ClearClipboard(ctx context.Context) error
}

// What of ours is on the clipboard is said at the bottom for as long as it is
// there, whoever copied it: this window, the tray or the command line. Other
// messages stand before it for their time; closing it keeps it away until
// something else is copied.

// clipMessage tells of what is on the clipboard.
func (w *Window) clipMessage() snack {
	s := copiedSnack(w.look, w.model.Clipboard, w.now())
	s.Follow = w.model.Settings.ClipboardFollow
	return s
}

// clipHeld reports whether something of ours is on the clipboard that will be
// cleared.
func (w *Window) clipHeld() bool {
	c := w.model.Clipboard
	return c.Held() && c.ClearsAt.After(w.now())
}

// clipChanged keeps the message about the clipboard true.
func (w *Window) clipChanged() {
	shown := w.snackbar.shown
	told := w.snackbar.Visible() && shown.Clip
	switch {
	case !w.model.Clipboard.Held():
		if told && !shown.Clears.IsZero() {
			w.tell(w.look.T("snack.cleared"))
		}
	case w.model.Clipboard.ClearsAt.IsZero() || w.clipHeld():
		next := w.clipMessage()
		same := shown.Clip && next.Text == shown.Text && next.Clears.Equal(shown.Clears)
		if same {
			return
		}
		w.clipClosed = false
		if !w.snackbar.Visible() || !shown.Bad { // a failure is read first
			w.message(next)
		}
	}
}

// copyText copies a text that is no secret, such as an address, through the agent:
// it then outlives this window, and a token that is still waited for does not
// replace it. Where the agent has no clipboard, this window's own is taken.
func (w *Window) copyText(text, said string) {
	ask(w, quickWait, func(ctx context.Context, g Agent) (api.Clipboard, error) {
		return g.CopyText(ctx, api.TextRequest{Text: core.NewSecret(text)})
	}, func(_ api.Clipboard, err *core.Error) {
		if err != nil {
			w.app.Clipboard().SetContent(text)
		}
		w.tell(said)
	})
}

// fetchFirst is the life below which a copy fetches a new token first, which
// takes a moment.
const fetchFirst = 30 * time.Second

// copyDefault copies in the format of the settings.
func (w *Window) copyDefault(id core.ID) { w.copyAs(id, "", false) }

// copyAs copies a token; a live one only after a question, where that is set.
func (w *Window) copyAs(id core.ID, form string, previous bool) {
	w.copyCall(id, api.CopyRequest{Format: form, Previous: previous})
}

func (w *Window) copyCall(id core.ID, req api.CopyRequest) {
	a, ok := w.model.find(id)
	if !ok {
		return
	}
	if a.Env == core.Live && w.model.Settings.AskLiveCopy {
		l := w.look
		w.question(question{
			title: l.T("live.title"), body: l.T("live.body", "account", refWords(a.Ref())), yes: l.T("live.go"), live: true, role: kit.Danger,
		}, func() { w.copyNow(a, req) })
		return
	}
	w.copyNow(a, req)
}

func (w *Window) copyNow(a api.Account, req api.CopyRequest) {
	ref := a.Ref()
	if a.Remaining(w.now()) < fetchFirst {
		w.tell(w.look.T("snack.busy", "account", refWords(ref)))
	}
	ask(w, upstreamWait, func(ctx context.Context, g Agent) (api.Clipboard, error) {
		return g.Copy(ctx, ref, req)
	}, func(c api.Clipboard, err *core.Error) {
		if err != nil && err.Remedy == core.RemedyCopyLate {
			w.message(snack{
				Text: w.look.T("snack.late", "account", refWords(ref)), Live: ref.Env == core.Live, Until: w.now().Add(lateTime),
				Button: w.look.T("snack.late.copy"), Do: func() { w.copyNow(a, req) },
			})
			return
		}
		if err != nil {
			w.fail(err, ref)
			return
		}
		c.Account, c.Env = ref.Name, ref.Env
		w.model.Clipboard, w.clipClosed = c, false
		w.message(w.clipMessage())
		w.flash(a.ID)
	})
}

// flash lights up the row that was copied, where the system wants motion.
func (w *Window) flash(id core.ID) {
	view := w.list.views[id]
	if view == nil || !w.app.Settings().ShowAnimations() {
		return
	}
	view.blink(true)
	w.later(180*time.Millisecond, func() { view.blink(false) })
}

// copyIP puts an address on the clipboard, for a whitelist.
func (w *Window) copyIP(ip string) {
	w.copyText(ip, w.look.T("snack.ip", "ip", ip))
}

func (w *Window) clearClipboard() {
	ask(w, quickWait, func(ctx context.Context, g Agent) (none, error) {
		return nothing(g.ClearClipboard(ctx))
	}, func(_ none, err *core.Error) {
		if err != nil {
			w.fail(err, api.Ref{})
			return
		}
		w.tell(w.look.T("snack.cleared"))
	})
}
