package kit

import (
	"fyne.io/fyne/v2"

	"tokentray/ui/text"
)

// UI is what every part of the window is made with: colours, language, and the
// handlers for keys that a part does not use.
type UI struct {
	Palette    Palette
	Words      *text.Text
	OnKey      func(*fyne.KeyEvent)
	OnShortcut func(fyne.Shortcut)
	OnChar     func(rune)
	// OnTip is called with an icon's label when the pointer enters it, and with ""
	// when the pointer leaves. nil: no tips.
	OnTip func(icon fyne.CanvasObject, words string)

	// Key returns the keys of one of the window's bindings, as they are written. nil:
	// none is known.
	Key func(name string) string

	// ReadClipboard reads the clipboard for a paste and then calls then on the
	// goroutine of the user interface. If it cannot read, it does not call then. nil:
	// Fyne reads, and waits for the program that owns the clipboard however long that
	// takes.
	ReadClipboard func(then func(content string))

	scrollers []*Scroller // that contain the part, the innermost first
}

// T returns a text of the window's table.
func (ui *UI) T(key string, args ...any) string {
	return ui.Words.Say(text.Key("window."+key), args...)
}

// KeyOf returns the keys that do something, as they are written.
func (ui *UI) KeyOf(name string) string {
	if ui.Key == nil {
		return ""
	}
	return ui.Key(name)
}

// Within returns the UI for parts inside a scroller. A part that gets the focus there
// is scrolled into view, in the outer scrollers too.
func (ui *UI) Within(s *Scroller) *UI {
	in := *ui
	in.scrollers = append([]*Scroller{s}, ui.scrollers...)
	return &in
}

// Reveal scrolls a part that got the focus into view.
func (ui *UI) Reveal(o fyne.CanvasObject) {
	for _, s := range ui.scrollers {
		s.Reveal(o)
	}
}

// pointed records that the pointer is on a part. If the part scrolls away under the
// pointer, left is called, because Fyne sends no event for that.
func (ui *UI) pointed(left func()) {
	for _, s := range ui.scrollers {
		s.left = left
	}
}

// Tip tells what an icon does, as the pointer comes to it; with "", that it left.
func (ui *UI) Tip(icon fyne.CanvasObject, words string) {
	if ui.OnTip != nil {
		ui.OnTip(icon, words)
	}
}

// Wheel scrolls the scroller around a part by the wheel.
func (ui *UI) Wheel(e *fyne.ScrollEvent) {
	if len(ui.scrollers) > 0 {
		ui.scrollers[0].scroll.Scrolled(e)
	}
}

// Typed passes on a character that a part does not use.
func (ui *UI) Typed(r rune) {
	if ui.OnChar != nil {
		ui.OnChar(r)
	}
}
