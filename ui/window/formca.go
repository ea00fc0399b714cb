package window

import (
	"cmp"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/ui/kit"
)

// drawCA is the field for the certificates of an account whose host has a CA of its
// own: whose they are, and buttons to choose a file and to do without one.
func (f *form) drawCA() fyne.CanvasObject {
	l, d := f.look, &f.draft
	name := kit.NewProse("", 13, l.Palette.Text)
	show := func() {
		ink := l.Palette.Text
		if d.CA == "" {
			ink = l.Palette.Muted
		}
		name.Set(cmp.Or(core.CAName(d.CA), l.T("form.ca.none")), ink)
	}
	set := func(ca string) {
		d.CA = ca
		show()
		f.touch("ca")
	}
	choose := kit.NewSmallButton(l, kit.Quiet, l.T("form.ca.choose"), func() {
		f.on.chooseCA(set, func(cause string) {
			f.answer(l.T("form.ca.failed", "cause", cause), false, "")
		})
	})
	remove := kit.NewSmallButton(l, kit.Quiet, l.T("form.ca.remove"), func() { set("") })
	show()
	return f.field("ca", kit.Stack(kit.Grid, name, kit.Beside(choose, remove)))
}
