package kit

import (
	"fyne.io/fyne/v2"

	"tokentray/ui/text"
)

// Look is what every part of the window is drawn with: colours, language, and
// where keys go that a part has no use for.
type Look struct {
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
func (l *Look) T(key string, args ...any) string {
	return l.Words.Say(text.Key("window."+key), args...)
}

// Within is the look of what stands in a scroller: what gets the keyboard there
// is scrolled into sight, in what the scroller stands in too.
func (l *Look) Within(s *Scroller) *Look {
	in := *l
	in.scrollers = append([]*Scroller{s}, l.scrollers...)
	return &in
}

// Reveal scrolls what got the keyboard into sight.
func (l *Look) Reveal(o fyne.CanvasObject) {
	for _, s := range l.scrollers {
		s.Reveal(o)
	}
}

// pointed is told that the pointer is on a part. When what the part stands in
// scrolls away under the pointer, left is called: Fyne says nothing of that.
func (l *Look) pointed(left func()) {
	for _, s := range l.scrollers {
		s.left = left
	}
}

func (l *Look) tip(icon fyne.CanvasObject, words string) {
	if l.OnTip != nil {
		l.OnTip(icon, words)
	}
}

// wheel scrolls by the pointer's wheel what a part stands in.
func (l *Look) wheel(e *fyne.ScrollEvent) {
	if len(l.scrollers) > 0 {
		l.scrollers[0].scroll.Scrolled(e)
	}
}

// Typed hands on a character that a part has no use for.
func (l *Look) Typed(r rune) {
	if l.OnChar != nil {
		l.OnChar(r)
	}
}
