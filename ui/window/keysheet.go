package window

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"tokentray/ui/kit"
	"tokentray/ui/search"
)

// openKeySheet shows what every key does, as the table of keys has it, and what can
// be searched for.
func openKeySheet(sh *shell, lines []binding) {
	if sh.win.Canvas().Overlays().Top() != nil {
		return
	}
	s := &sheet{Sheet: kit.NewLongSheet(sh.ui, 2*kit.Grid, kit.Title(sh.ui, sh.ui.T("keys.title")), sh.closeSheet)}
	ui := s.UI
	for _, g := range keyGroups() {
		s.Add(kit.Subhead(ui, ui.T("keys."+string(g))))
		for _, b := range lines {
			if b.group == g {
				s.Add(keyLine(ui, b.labels(ui), ui.T("keys.do."+b.name)))
			}
		}
		if g == keysList {
			s.Add(keyLine(ui, ui.T("keys.letters"), ui.T("keys.do.letters")))
		}
	}
	s.Add(kit.Subhead(ui, ui.T("keys.search")))
	for _, example := range searchExamples() {
		s.Add(keyLine(ui, example, ui.T("keys.search."+search.New(ui.Words, example).Field())))
	}
	s.Add(kit.Subhead(ui, ui.T("keys.marks")))
	s.Add(keyLine(ui, pairMark, ui.T("keys.marks.pair")))
	closing := kit.NewButton(ui, kit.Quiet, ui.T("close"), sh.closeSheet)
	s.SetFoot(kit.AtRight(closing))
	s.first = closing
	s.again = func() {
		sh.closeSheet()
		openKeySheet(sh, lines)
	}
	sh.openSheet(s)
}

// searchExamples are terms that a search knows, one for each field.
func searchExamples() []string {
	return []string{"state:blocked", "env:live", "kind:legacy", "group:shop"}
}

// keyLine is a key and what it does.
func keyLine(ui *kit.UI, key, does string) fyne.CanvasObject {
	return container.New(&keyLineLayout{}, kit.BoldText(key, 13, ui.Palette.Text), kit.NewProse(does, 13, ui.Palette.Text))
}

// keyColumn is the width of the keys.
const keyColumn = 124

// keyLineLayout stands what a key does beside the key, or under it where that is too
// wide for its column.
type keyLineLayout struct{}

func (k *keyLineLayout) places(o []fyne.CanvasObject, width float32) (x, y float32) {
	if w := o[0].MinSize().Width; w > keyColumn-2*kit.Grid || width < 2*keyColumn {
		return 0, o[0].MinSize().Height
	}
	return keyColumn, 0
}

func (k *keyLineLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	m := o[0].MinSize()
	kit.Place(o[0], 0, 0, m.Width, m.Height)
	x, y := k.places(o, size.Width)
	kit.Place(o[1], x, y, size.Width-x, size.Height-y)
}

func (k *keyLineLayout) HeightOf(o []fyne.CanvasObject, width float32) float32 {
	x, y := k.places(o, width)
	return max(o[0].MinSize().Height, y+kit.HeightFor(o[1], width-x))
}

func (k *keyLineLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(o[0].MinSize().Width, o[0].MinSize().Height)
}
