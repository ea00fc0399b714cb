package window

import (
	"cmp"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/ui/kit"
)

// drawCA is the field for the certificates of an account whose host has a private
// CA: whose they are, and buttons to choose a file and to remove them.
func (f *form) drawCA() fyne.CanvasObject {
	ui, d := f.ui, &f.draft
	name := kit.NewProse("", 13, ui.Palette.Text)
	show := func() {
		ink := ui.Palette.Text
		if d.CA == "" {
			ink = ui.Palette.Muted
		}
		name.Set(cmp.Or(core.CAName(d.CA), ui.T("form.ca.none")), ink)
	}
	set := func(ca string) {
		d.CA = ca
		show()
		f.touch("ca")
	}
	choose := kit.NewSmallButton(ui, kit.Quiet, ui.T("form.ca.choose"), func() {
		f.on.chooseCA(set, func(cause string) {
			f.answer(func() string { return f.ui.T("form.ca.failed", "cause", cause) }, false, nil)
		})
	})
	remove := kit.NewSmallButton(ui, kit.Quiet, ui.T("form.ca.remove"), func() { set("") })
	show()
	return f.field("ca", kit.Stack(kit.Grid, name, kit.Beside(choose, remove)))
}
