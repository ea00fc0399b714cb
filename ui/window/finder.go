package window

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"tokentray/ui/kit"
)

const finderHeight = 52

// drawFinder is the line to search in, hidden until asked for.
func (w *Window) drawFinder() fyne.CanvasObject {
	l := w.look
	w.entry = kit.NewEntry(l, l.T("search"), w.search, func(s string) {
		w.search = s
		w.fillList()
		w.list.choose(w.selected) // in sight, if it is among what was found
		if w.list.index(w.selected) < 0 {
			w.list.scrollTo(0)
		}
	})
	w.entry.OnPaste = w.pastedInSearch
	w.entry.OnDown = w.toFound
	w.entry.OnSubmitted = func(string) {
		if len(w.list.ids) > 0 {
			w.pick(w.list.ids[0])
			w.toFound()
		}
	}
	closing := kit.NewIconButton(l, kit.IconClose, l.T("close"), w.closeFinder)
	w.finder = container.New(&kit.Bar{Gap: kit.Grid, PadX: 2 * kit.Grid, Height: finderHeight}, w.entry, closing)
	w.finder.Hidden = w.search == ""
	return w.finder
}

// toFound takes the keyboard from the search to what was found: to the selected
// row, else to the first, and shows that it is there.
func (w *Window) toFound() {
	if len(w.list.ids) == 0 {
		return
	}
	if w.list.index(w.selected) < 0 {
		w.pick(w.list.ids[0])
	}
	w.list.keyed = true
	w.focusList()
}

func (w *Window) toggleFinder() {
	if w.finder.Visible() {
		w.closeFinder()
		return
	}
	w.openFinder()
}

func (w *Window) openFinder() {
	w.closePage()
	w.opened = false
	w.finder.Show()
	w.shelf.Refresh()
	w.root.Refresh()
	w.win.Canvas().Focus(w.entry)
}

// findFrom begins a search with what was typed.
func (w *Window) findFrom(start string) {
	w.openFinder()
	w.entry.SetText(w.entry.Text + start)
	w.entry.CursorColumn = len([]rune(w.entry.Text))
	w.entry.Refresh()
}

// pastedInSearch begins an account with a pasted text that holds an AppSecret. It
// finds nothing here, and would stand on the screen in clear.
func (w *Window) pastedInSearch(content string) bool {
	p, _ := readPasted(content)
	if w.look.Words.Kinds().LooksSecret(content) {
		p = pasted{Secret: strings.TrimSpace(content)}
	}
	if p.Secret == "" {
		return false
	}
	w.closeFinder()
	w.openAdd()
	w.form.fill(p)
	return true
}

func (w *Window) closeFinder() {
	w.finder.Hide()
	w.entry.SetText("") // which fills the list
	w.shelf.Refresh()
	w.focusList()
}
