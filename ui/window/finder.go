package window

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"tokentray/ui/kit"
)

const finderHeight = 52

// finder is the line to search in, hidden until asked for.
type finder struct {
	root  *fyne.Container
	entry *kit.Entry
}

// finderActions are what it asks of the list.
type finderActions struct {
	changed func(string)
	pasted  func(string) bool // see kit.Entry.OnPaste
	down    func()            // to what was found
	enter   func()
	closed  func()
}

func newFinder(ui *kit.UI, search string, on finderActions) *finder {
	f := &finder{entry: kit.NewEntry(ui, ui.T("search"), search, on.changed)}
	f.entry.OnPaste, f.entry.OnDown = on.pasted, on.down
	f.entry.OnSubmitted = func(string) { on.enter() }
	closing := kit.NewIconButton(ui, kit.IconClose, ui.T("close"), on.closed).Keyed(ui.KeyOf("back"))
	f.root = container.New(&kit.Bar{Gap: kit.Grid, PadX: 2 * kit.Grid, Height: finderHeight}, f.entry, closing)
	f.root.Hidden = search == ""
	return f
}

// more adds to what is searched for.
func (f *finder) more(s string) {
	f.entry.SetText(f.entry.Text + s)
	f.entry.CursorColumn = len([]rune(f.entry.Text))
	f.entry.Refresh()
}
