package window

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"tokentray/ui/kit"
)

const finderHeight = 52

// drawFinder is the line to search in, hidden until asked for.
func (ls *listing) drawFinder() fyne.CanvasObject {
	l := ls.look
	ls.entry = kit.NewEntry(l, l.T("search"), ls.search, func(s string) {
		ls.search = s
		ls.fillList()
		ls.list.choose(ls.selected) // in sight, if it is among what was found
		if ls.list.index(ls.selected) < 0 {
			ls.list.scrollTo(0)
		}
	})
	ls.entry.OnPaste = ls.pastedInSearch
	ls.entry.OnDown = ls.toFound
	ls.entry.OnSubmitted = func(string) {
		if len(ls.list.ids) > 0 {
			ls.pick(ls.list.ids[0])
			ls.toFound()
		}
	}
	closing := kit.NewIconButton(l, kit.IconClose, l.T("close"), ls.closeFinder)
	ls.finder = container.New(&kit.Bar{Gap: kit.Grid, PadX: 2 * kit.Grid, Height: finderHeight}, ls.entry, closing)
	ls.finder.Hidden = ls.search == ""
	return ls.finder
}

// toFound takes the keyboard from the search to what was found: to the selected
// row, else to the first, and shows that it is there.
func (ls *listing) toFound() {
	if len(ls.list.ids) == 0 {
		return
	}
	if ls.list.index(ls.selected) < 0 {
		ls.pick(ls.list.ids[0])
	}
	ls.list.keyed = true
	ls.focusList()
}

func (ls *listing) toggleFinder() {
	if ls.finder.Visible() {
		ls.closeFinder()
		return
	}
	ls.openFinder()
}

func (ls *listing) openFinder() {
	ls.pages.closePage()
	ls.on.uncover()
	ls.finder.Show()
	ls.shelf.Refresh()
	ls.relayout()
	ls.win.Canvas().Focus(ls.entry)
}

// findFrom begins a search with what was typed.
func (ls *listing) findFrom(start string) {
	ls.openFinder()
	ls.entry.SetText(ls.entry.Text + start)
	ls.entry.CursorColumn = len([]rune(ls.entry.Text))
	ls.entry.Refresh()
}

// pastedInSearch begins an account with a pasted text that holds an AppSecret. It
// finds nothing here, and would stand on the screen in clear.
func (ls *listing) pastedInSearch(content string) bool {
	p, _ := readPasted(content)
	if ls.look.Words.Kinds().LooksSecret(content) {
		p = pasted{Secret: strings.TrimSpace(content)}
	}
	if p.Secret == "" {
		return false
	}
	ls.closeFinder()
	ls.on.addPasted(p)
	return true
}

func (ls *listing) closeFinder() {
	ls.finder.Hide()
	ls.entry.SetText("") // which fills the list
	ls.shelf.Refresh()
	ls.focusList()
}
