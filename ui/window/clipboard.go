package window

import (
	"cmp"
	"context"
	"crypto/sha256"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// While our text is on the clipboard the bottom line says so, whoever copied it:
// this window, the tray or the command line. Other messages take its place for their
// time; closing it hides it until something else is copied.

// clipboard puts tokens and other texts on the clipboard, and says what is there.
type clipboard struct {
	*shell
	clipClosed  bool               // the message about what is on the clipboard was closed
	paths       map[core.ID]string // the calls that were chosen last
	last        string             // the form that was chosen last; empty: none was
	tokenCopied func(core.ID)      // called with a token that was copied
	over        func() bool        // called when a message is over; reports whether another one is shown
}

// clipMessage is the message about the clipboard.
func (cp *clipboard) clipMessage() message {
	s := copiedMessage(cp.ui, cp.model.Clipboard, cp.now())
	s.Follow = cp.model.Settings.ClipboardFollow
	return s
}

// clipOurs reports whether a text of ours is on the clipboard that will be cleared.
func (cp *clipboard) clipOurs() bool {
	c := cp.model.Clipboard
	return c.HasOurs() && c.ClearsAt.After(cp.now())
}

// clipChanged updates the message about the clipboard.
func (cp *clipboard) clipChanged() {
	shown := cp.snackbar.shown
	told := cp.snackbar.Visible() && shown.Clip
	switch {
	case !cp.model.Clipboard.HasOurs() && told && shown.Bad: // a failure is read first
		shown.Clip, shown.Holds = false, ""
		cp.showMessage(shown)
	case cp.model.Clipboard.Returned, cp.model.Clipboard.Stays, cp.model.Clipboard.Silent:
		// It is still there, or was after clearing: that must be said, and nothing
		// else says it.
		cp.showMessage(message{Say: func(*kit.UI) (string, string) { return cp.goneWords(), "" }, Bad: true, Until: cp.now().Add(lateTime)})
	case !cp.model.Clipboard.HasOurs():
		if told && !shown.Clears.IsZero() {
			cp.showInfo(cp.goneWords())
		}
	case cp.model.Clipboard.ClearsAt.IsZero() || cp.clipOurs():
		next := cp.clipMessage()
		same := shown.Clip && next.Text == shown.Text && next.Clears.Equal(shown.Clears)
		if same {
			return
		}
		cp.clipClosed = false
		if !cp.snackbar.Visible() || !shown.Bad { // a failure is read first
			cp.showMessage(next)
		}
	}
}

// goneWords says why our text is no longer on the clipboard.
func (cp *clipboard) goneWords() string {
	c, ui := cp.model.Clipboard, cp.ui
	manager := cmp.Or(c.Manager, ui.T("snack.some_program"))
	switch {
	case c.Replaced:
		return ui.T("snack.replaced")
	case c.Pasted:
		return ui.T("snack.pasted")
	case c.Silent:
		return ui.T("snack.silent")
	case c.Returned:
		return ui.T("snack.returned", "manager", manager)
	case c.Stays:
		return ui.T("snack.stays_there", "manager", manager)
	}
	return ui.T("snack.cleared")
}

// failedCopy is the message about a failed copy. If another token is still on the
// clipboard, it says so and offers to clear it.
func (cp *clipboard) failedCopy(e *core.Error, ref api.Ref) {
	n := cp.errorMessage(e, ref)
	if cp.clipOurs() {
		c := cp.model.Clipboard
		n.Clip, n.Clears, n.Holds = true, c.ClearsAt, cp.ui.T("snack.holds", "account", refWords(api.Ref{Name: c.Account, Env: c.Env}))
		if c.Key != "" {
			n.Holds = cp.ui.T("snack.holds_key", "what", cp.ui.Words.CopiedSecret(c.Key))
		}
	}
	cp.showMessage(n)
}

// copyKey lets the agent put a new client key, or a call with it, on the clipboard,
// concealed from histories, and clear it after the same time as tokens. It calls done
// once the key is there.
func (cp *clipboard) copyKey(name, content string, done func()) {
	ask(cp.shell, quickWait, func(ctx context.Context, g Agent) (api.Clipboard, error) {
		return g.CopyText(ctx, api.TextRequest{Text: core.NewSecret(content), Secret: true, Key: name})
	}, func(c api.Clipboard, err *core.Error) {
		if err != nil && err.Remedy == core.RemedyClipboard {
			// The agent has no clipboard. The key is shown only once, so copying it
			// unconcealed is better than losing it.
			cp.app.Clipboard().SetContent(content)
			cp.showInfo(cp.ui.T("clientkey.copied"))
			done()
			return
		}
		if err != nil {
			cp.showError(err, api.Ref{})
			return
		}
		cp.model.Clipboard, cp.clipClosed = c, false
		cp.showMessage(cp.clipMessage())
		done()
	})
}

// copyText copies a text that is no secret, such as an address, through the agent:
// the copy then outlives this window, and no token that is still awaited replaces
// it. If the agent has no clipboard, it uses the window's own.
func (cp *clipboard) copyText(text, said string) { cp.copyTextThen(text, said, func() {}) }

// copyTextThen is copyText, and calls then once the text is on the clipboard.
func (cp *clipboard) copyTextThen(text, said string, then func()) {
	ask(cp.shell, quickWait, func(ctx context.Context, g Agent) (api.Clipboard, error) {
		return g.CopyText(ctx, api.TextRequest{Text: core.NewSecret(text)})
	}, func(_ api.Clipboard, err *core.Error) {
		if err != nil {
			cp.app.Clipboard().SetContent(text)
		}
		cp.showInfo(said)
		then()
	})
}

// fetchFirst is the life below which a copy fetches a new token first, which
// takes a moment.
const fetchFirst = 30 * time.Second

// copyDefault copies in the format of the settings.
func (cp *clipboard) copyDefault(id core.ID) { cp.copyAs(id, "", false) }

// copyAs copies a token; a live one only after a question, if that is set.
func (cp *clipboard) copyAs(id core.ID, form string, previous bool) {
	if form != "" {
		cp.last = form
	}
	cp.copyCall(id, api.CopyRequest{Format: form, Previous: previous})
}

func (cp *clipboard) copyCall(id core.ID, req api.CopyRequest) {
	a, ok := cp.model.find(id)
	if !ok {
		return
	}
	if a.Env == core.Live && cp.model.Settings.AskLiveCopy {
		cp.question(func(ui *kit.UI) question {
			return question{title: ui.T("live.title"), body: ui.T("live.body", "account", refWords(a.Ref())), yes: ui.T("live.go"), live: true, role: kit.Danger}
		}, func() { cp.copyNow(a, req) })
		return
	}
	cp.copyNow(a, req)
}

func (cp *clipboard) copyNow(a api.Account, req api.CopyRequest) {
	ref := a.Ref()
	if a.Remaining(cp.now()) < fetchFirst {
		cp.showInfo(cp.ui.T("snack.busy", "account", refWords(ref)))
	}
	ask(cp.shell, upstreamWait, func(ctx context.Context, g Agent) (api.Clipboard, error) {
		return g.Copy(ctx, ref, req)
	}, func(c api.Clipboard, err *core.Error) {
		if err != nil && err.Remedy == core.RemedyCopyLate {
			cp.showMessage(message{
				Live: ref.Env == core.Live, Until: cp.now().Add(lateTime), Do: func() { cp.copyNow(a, req) },
				Say: func(ui *kit.UI) (string, string) {
					return ui.T("snack.late", "account", refWords(ref)), ui.T("snack.late.copy")
				},
			})
			return
		}
		if err != nil {
			cp.failedCopy(err, ref)
			return
		}
		c.Account, c.Env = ref.Name, ref.Env
		cp.model.Clipboard, cp.clipClosed = c, false
		cp.showMessage(cp.clipMessage())
		cp.tokenCopied(a.ID)
		cp.hideAfter()
	})
}

// hideAfter takes the window out of the way after a copy of tokens, where that is set.
func (cp *clipboard) hideAfter() {
	if cp.model.Settings.HideAfterCopy {
		cp.win.Hide()
	}
}

func (cp *clipboard) clearClipboard() {
	ask(cp.shell, quickWait, func(ctx context.Context, g Agent) (none, error) {
		return nothing(g.ClearClipboard(ctx))
	}, func(_ none, err *core.Error) {
		if err != nil {
			cp.showError(err, api.Ref{})
			return
		}
		cp.showInfo(cp.goneWords())
	})
}

// dismiss closes the message because a person wants so.
func (cp *clipboard) dismiss() {
	if shown := cp.snackbar.shown; shown.Bad && shown.Clip && cp.clipOurs() {
		cp.showMessage(cp.clipMessage())
		return
	}
	cp.clipClosed = cp.clipClosed || cp.snackbar.shown.Clip
	cp.snackbar.Hide()
	cp.relayout()
}

// messageOver closes the message because its time is over. The message about the
// clipboard comes back if another one replaced it.
func (cp *clipboard) messageOver() {
	if cp.over() {
		return
	}
	if shown := cp.snackbar.shown; (!shown.Clip || shown.Bad) && cp.clipOurs() && !cp.clipClosed {
		cp.showMessage(cp.clipMessage())
		return
	}
	cp.snackbar.Hide()
	cp.relayout()
}

// offerClear offers to clear the clipboard of an AppSecret that was taken from it, as
// TokenTray clears what it put there itself.
func (cp *clipboard) offerClear(content string) {
	sum := sha256.Sum256([]byte(content))
	cp.showMessage(message{
		Until: cp.now().Add(lateTime),
		Say:   func(ui *kit.UI) (string, string) { return ui.T("snack.secret_there"), ui.T("snack.clear") },
		Do: func() {
			cp.readClipboard(func(now string) {
				if sha256.Sum256([]byte(now)) != sum { // nothing of others is cleared
					cp.showInfo(cp.ui.T("snack.replaced"))
					return
				}
				cp.app.Clipboard().SetContent("")
				cp.showInfo(cp.ui.T("snack.cleared"))
			})
		},
	})
}

// copyIP puts an address on the clipboard, for a whitelist.
func (cp *clipboard) copyIP(ip string) {
	cp.copyText(ip, cp.ui.T("snack.ip", "ip", ip))
}
