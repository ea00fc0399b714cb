package window

import (
	"fyne.io/fyne/v2"

	"tokentray/ui/kit"
)

// question is a sheet that asks before something is done.
type question struct {
	title, body, yes string
	no               string // empty: Cancel
	live             bool   // a tag says that it is about production
	role             kit.Role
}

func drawQuestion(l *kit.Look, q question, no, yes func()) (*sheet, fyne.Focusable) {
	stay := q.no
	if stay == "" {
		stay = l.T("cancel")
	}
	cancel := kit.NewButton(l, kit.Quiet, stay, no)
	ok := kit.NewButton(l, q.role, q.yes, yes)
	title := kit.NewProse(q.title, 17, l.Palette.Text)
	title.Style.Bold = true
	parts := []fyne.CanvasObject{title, kit.NewProse(q.body, kit.SizeText, l.Palette.Text), kit.Space(0, kit.Grid), atRight(cancel, ok)}
	if q.live {
		parts = append([]fyne.CanvasObject{newTag(l, true)}, parts...)
	}
	return newSheet(l, no, parts...), cancel
}

// question asks before something is done. The keyboard stands on No.
func (w *Window) question(q question, yes func()) {
	s, first := drawQuestion(w.look, q, w.closeSheet, func() {
		w.closeSheet()
		yes()
	})
	w.openSheet(s, first)
}
