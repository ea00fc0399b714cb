package window

import (
	"context"

	"tokentray/core"
	"tokentray/core/api"
)

// What of ours is on the clipboard is said at the bottom for as long as it is
// there, whoever copied it: this window, the tray or the command line. Other
// messages stand before it for their time; closing it keeps it away until
// something else is copied.

// clipMessage tells of what is on the clipboard.
func (w *Window) clipMessage() snack {
	s := copiedSnack(w.look, w.model.clip, w.now())
	s.Follow = w.model.settings.ClipboardFollow
	return s
}

// clipHeld reports whether something of ours is on the clipboard that will be
// cleared.
func (w *Window) clipHeld() bool {
	c := w.model.clip
	return c.Held() && c.ClearsAt.After(w.now())
}

// clipChanged keeps the message about the clipboard true.
func (w *Window) clipChanged() {
	shown := w.snackbar.shown
	told := w.snackbar.Visible() && shown.Clip
	switch {
	case !w.model.clip.Held():
		if told && !shown.Clears.IsZero() {
			w.tell(w.look.T("snack.cleared"))
		}
	case w.model.clip.ClearsAt.IsZero() || w.clipHeld():
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

// dismiss takes the message away because a person wants so.
func (w *Window) dismiss() {
	w.clipClosed = w.clipClosed || w.snackbar.shown.Clip
	w.snackbar.Hide()
	w.root.Refresh()
}

// passed takes the message away because its time is over. What is on the
// clipboard is said again, if another message stood before it.
func (w *Window) passed() {
	if !w.snackbar.shown.Clip && w.clipHeld() && !w.clipClosed {
		w.message(w.clipMessage())
		return
	}
	w.snackbar.Hide()
	w.root.Refresh()
}
