package window

import (
	"fyne.io/fyne/v2"

	"tokentray/ui/kit"
)

// sheet is a kit.Sheet and what the window keeps of it. Esc closes it.
type sheet struct {
	*kit.Sheet
	typed   func() bool    // something was typed that would be lost; nil: never
	first   fyne.Focusable // what has the keyboard at first
	leaving bool           // it asks whether to close the window
}

func (w *Window) newSheet() *sheet { return &sheet{Sheet: kit.NewSheet(w.look, w.closeSheet)} }

func (w *Window) openSheet(s *sheet) {
	w.closeSheet()
	w.sheet = s
	c := w.win.Canvas()
	s.Resize(c.Size())
	c.Overlays().Add(s.Sheet)
	c.Focus(s.first)
}

func (w *Window) closeSheet() {
	if w.sheet != nil {
		w.win.Canvas().Overlays().Remove(w.sheet.Sheet)
		w.sheet = nil
		w.keepFocus()
	}
}
