package window

import (
	"context"
	"strings"
	"sync"
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/kit"
)

// shell is what every part of the window works with: the UI, the agent's state, the
// agent itself, and the places of messages and sheets. It knows none of the parts.
type shell struct {
	cfg   Config
	app   fyne.App
	win   fyne.Window
	ui    *kit.UI
	model model
	kinds kinds.Set // of the agent; this version's before it has sent them
	agent Agent     // nil while there is none
	seat  string    // by which the agent knows this window

	snackbar *snackbar
	sheet    *sheet // nil when none is open
	chooser  chooser
	overdue  bool // language or theme changed while that was open

	// apply applies the answer to a call, like the event that everybody gets.
	apply func(api.Event)
	// relayout lays the window out again after something came or went.
	relayout func()
	// retheme makes everything anew after language or theme changed.
	retheme func()

	modifiers func() fyne.KeyModifier              // the keys that are held down
	after     func(time.Duration) <-chan time.Time // time.After
	ctx       context.Context
	cancel    context.CancelFunc
	work      sync.WaitGroup
}

// now is the wall clock.
func (sh *shell) now() time.Time { return sh.cfg.Now().Round(0) }

// wide reports whether list and detail stand side by side.
func (sh *shell) wide() bool { return sh.win.Canvas().Size().Width >= wideFrom }

// wideFrom is the width from which they do.
const wideFrom = 720

// show brings the window to the front.
func (sh *shell) show() {
	sh.win.Show()
	sh.win.RequestFocus()
}

// focus gives the keyboard to a part of the window.
func (sh *shell) focus(o fyne.Focusable) { sh.win.Canvas().Focus(o) }

// put applies an account in the answer to a call. A later event may have come first:
// the history has then grown since the answer was made.
func (sh *shell) put(a api.Account) {
	if known := sh.model.Find(a.ID); known == nil || known.HistoryLines <= a.HistoryLines {
		sh.apply(api.Event{Type: api.EventAccount, Account: &a})
	}
}

func (sh *shell) newSheet() *sheet { return &sheet{Sheet: kit.NewSheet(sh.ui, sh.closeSheet)} }

func (sh *shell) openSheet(s *sheet) {
	sh.closeSheet()
	if sh.choosing() { // no sheet stands over it: closing it would take the sheet along
		sh.chooser.Dismiss()
	}
	sh.sheet = s
	c := sh.win.Canvas()
	s.Resize(c.Size())
	c.Overlays().Add(s.Sheet)
	c.Focus(s.first)
}

func (sh *shell) closeSheet() {
	if sh.sheet != nil {
		sh.win.Canvas().Overlays().Remove(sh.sheet.Sheet)
		sh.sheet = nil
		sh.relayout()
		sh.catchUp() // a dialog over it went with it
	}
}

// question asks before something is done.
func (sh *shell) question(q asking, yes func()) { sh.questionOr(q, func() {}, yes) }

// questionOr asks before something is done, and does something else after a No. words are
// asked for again when the language or the theme changes.
func (sh *shell) questionOr(words asking, no, yes func()) {
	s := newQuestion(sh.ui, words(sh.ui), func() {
		sh.closeSheet()
		no()
	}, func() {
		sh.closeSheet()
		yes()
	})
	s.again = func() { sh.questionOr(words, no, yes) }
	sh.openSheet(s)
}

// redrawSheet makes an open sheet again in the language and the theme of now, if it knows
// how to keep what was entered. The keyboard stays where it was.
func (sh *shell) redrawSheet() {
	if sh.sheet == nil || sh.sheet.again == nil {
		return
	}
	c := sh.win.Canvas()
	had := kit.KeyboardIn(sh.sheet.Box, c.Focused())
	sh.sheet.again()
	had.Put(c, sh.sheet.Box)
}

// showInfo shows a message at the bottom.
func (sh *shell) showInfo(words string) {
	sh.showMessage(message{Text: words, Until: sh.now().Add(infoTime)})
}

// showError shows cause and remedy at the bottom.
func (sh *shell) showError(e *core.Error, ref api.Ref) {
	sh.showMessage(sh.errorMessage(e, ref))
}

// errorMessage is cause and remedy, for an account if ref names one.
func (sh *shell) errorMessage(e *core.Error, ref api.Ref) message {
	account := ""
	if ref.Name != "" {
		account = refWords(ref)
	}
	words := explained(sh.ui, wire(e), account)
	if !strings.Contains(words, account) {
		words = sh.ui.T("snack.failed", "account", account, "words", words)
	}
	return message{Text: words, Bad: true, Live: ref.Env == core.Live, Until: sh.now().Add(errorTime)}
}

func (sh *shell) showMessage(s message) {
	sh.snackbar.show(s.in(sh.ui), sh.now())
	sh.relayout()
}

// readClipboard reads the desktop's clipboard and calls then with the text. A
// program that owns the clipboard and does not answer must not block the window: a
// message says so, and then is not called.
func (sh *shell) readClipboard(then func(content string)) {
	read := sh.cfg.ReadClipboard
	if read == nil {
		then(sh.app.Clipboard().Content())
		return
	}
	sh.work.Go(func() {
		content, err := read(sh.ctx)
		sh.do(func() {
			switch e := core.AsError(err); {
			case err == nil:
				then(content)
			case e.Remedy == core.RemedyClipboard:
				then(sh.app.Clipboard().Content())
			default:
				sh.showError(e, api.Ref{})
			}
		})
	})
}
