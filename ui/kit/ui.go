package kit

import (
	"fyne.io/fyne/v2"

	"tokentray/ui/text"
)

// UI is what every part of the window is drawn with: colours, language, and
// where keys go that a part has no use for.
type UI struct {
	Palette    Palette
	Words      *text.Text
	OnKey      func(*fyne.KeyEvent)
	OnShortcut func(fyne.Shortcut)
	OnChar     func(rune)
	// OnTip is told what an icon does when the pointer is on it, and "" when it
	// has left. nil: nothing is shown.
	OnTip func(icon fyne.CanvasObject, words string)

	// ReadClipboard reads the clipboard for a paste, and calls then on the goroutine
	// of the user interface unless it cannot be read. nil: the toolkit reads, which
	// waits for the program that holds the clipboard, however long that takes.
	ReadClipboard func(then func(content string))

	scrollers []*Scroller // in which the part stands, the innermost first
}

// T is the sentence of a key of the window's table.
func (ui *UI) T(key string, args ...any) string {
	return ui.Words.Say(text.Key("window."+key), args...)
}

// Within is the UI of what stands in a scroller: what gets the keyboard there
// is scrolled into sight, in what the scroller stands in too.
func (ui *UI) Within(s *Scroller) *UI {
	in := *ui
	in.scrollers = append([]*Scroller{s}, ui.scrollers...)
	return &in
}

// Reveal scrolls what got the keyboard into sight.
func (ui *UI) Reveal(o fyne.CanvasObject) {
	for _, s := range ui.scrollers {
		s.Reveal(o)
	}
}

// pointed is told that the pointer is on a part. When what the part stands in
// scrolls away under the pointer, left is called: Fyne says nothing of that.
func (ui *UI) pointed(left func()) {
	for _, s := range ui.scrollers {
		s.left = left
	}
}

func (ui *UI) tip(icon fyne.CanvasObject, words string) {
	if ui.OnTip != nil {
		ui.OnTip(icon, words)
	}
}

// wheel scrolls by the pointer's wheel what a part stands in.
func (ui *UI) wheel(e *fyne.ScrollEvent) {
	if len(ui.scrollers) > 0 {
		ui.scrollers[0].scroll.Scrolled(e)
	}
}

// Typed hands on a character that a part has no use for.
func (ui *UI) Typed(r rune) {
	if ui.OnChar != nil {
		ui.OnChar(r)
	}
}
