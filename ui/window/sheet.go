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

func (sh *shell) newSheet() *sheet { return &sheet{Sheet: kit.NewSheet(sh.look, sh.closeSheet)} }

func (sh *shell) openSheet(s *sheet) {
	sh.closeSheet()
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
	}
}
