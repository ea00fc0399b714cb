package window

import (
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// message is one message at the bottom of the window.
type message struct {
	Text   string
	Live   bool
	Bad    bool
	Holds  string    // after a failed copy, the account whose token is still on the clipboard; empty: none
	Clip   bool      // it is about the clipboard
	Clears time.Time // when that is cleared; zero: it stays
	Follow bool      // a renewed token replaces the copied one
	Ends   time.Time // until when the button can be pressed, which is counted down; zero: not
	Until  time.Time // when the message goes by itself
	Button string    // what can be done about it; empty: nothing but Clear now
	Do     func()    // and does it

	// Say is Text and Button in the words of a UI: what stays long enough for the
	// language to change follows it. Nil: they are as they are.
	Say func(ui *kit.UI) (words, button string)
}

// in is the message in the words of a UI.
func (s message) in(ui *kit.UI) message {
	if s.Say != nil {
		s.Text, s.Button = s.Say(ui)
	}
	return s
}

// How long a message stays.
const (
	infoTime  = 4 * time.Second
	errorTime = 9 * time.Second
	lateTime  = 30 * time.Second // for a token that came late and waits to be copied
)

// copiedMessage tells of a copy. It stays until the clipboard is cleared.
func copiedMessage(ui *kit.UI, c api.Clipboard, now time.Time) message {
	ref := refWords(api.Ref{Name: c.Account, Env: c.Env})
	s := message{Text: ui.T("snack.copied", "account", ref), Live: c.Env == core.Live, Clip: true, Clears: c.ClearsAt, Until: c.ClearsAt}
	switch {
	case c.Key != "":
		s.Text = ui.T("snack.copied.key", "what", ui.Words.CopiedSecret(c.Key))
	case c.Followed:
		s.Text = ui.T("snack.followed", "account", ref)
	case c.Format != "" && c.Format != "raw":
		s.Text = ui.T("snack.copied.form", "account", ref, "format", ui.T("format."+c.Format))
	}
	if c.ClearsAt.IsZero() {
		s.Until = now.Add(infoTime)
	}
	return s
}

// words are the message itself.
func (s message) words(ui *kit.UI) string { return joined(ui, s.Text, s.Holds) }

// countdown is the text after the message: the countdown to clearing.
func (s message) countdown(ui *kit.UI, now time.Time) string {
	switch {
	case !s.Ends.IsZero():
		return ui.T("snack.ends", "time", ui.Words.Coarse((max(0, s.Ends.Sub(now)) + time.Second - 1).Truncate(time.Second)))
	case !s.Clip:
		return ""
	case s.Clears.IsZero():
		return ui.T("snack.stays")
	}
	left := max(0, s.Clears.Sub(now))
	words := ui.T("snack.clears", "time", ui.Words.Coarse((left + time.Second - 1).Truncate(time.Second)))
	if s.Follow {
		words += " · " + ui.T("snack.follows")
	}
	return words
}
