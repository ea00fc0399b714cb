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

// Typed hands on a character that a part has no use for.
func (l *Look) Typed(r rune) {
	if l.OnChar != nil {
		l.OnChar(r)
	}
}
