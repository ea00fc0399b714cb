package window

import (
	"tokentray/core"
	"tokentray/ui/kit"
)

// fillList shows the rows of the view, or what stands in their place.
func (w *Window) fillList() {
	w.settle()
	w.env.Choose(string(w.view))
	w.paintBand()
	accounts := w.model.shown(w.view, newQuery(w.look.Words, w.search), w.now())
	ids := make([]core.ID, len(accounts))
	for i, a := range accounts {
		ids[i] = a.ID
	}
	kit.Visible(w.list, len(ids) > 0)
	kit.Visible(w.empty.root, len(ids) == 0)
	if len(ids) == 0 {
		w.fillEmpty()
	}
	w.list.show(ids)
	w.keepFocus()
}

// rowNow is what the row of an account shows now.
func (w *Window) rowNow(id core.ID) row {
	a, _ := w.model.find(id)
	r := rowOf(w.look, a, w.view == viewAll, w.now())
	if _, ok := w.model.pair(id); ok {
		r.Kind = pairMark + " " + r.Kind
	}
	return r
}

// plainRow reports whether the row of an account has nothing to tell under it.
func (w *Window) plainRow(id core.ID) bool {
	a := w.model.Find(id)
	return a == nil || a.Error == nil && !mayBeUndecided(w.look.Words, a)
}

// point selects the account that was clicked.
func (w *Window) point(id core.ID) {
	w.list.keyed = false
	w.pick(id)
	w.focusList()
}

// pick selects an account; in a wide window the pane shows it.
func (w *Window) pick(id core.ID) {
	if w.selected == id {
		w.list.choose(id)
		return
	}
	w.selected = id
	w.list.choose(id)
	if w.wide() || w.opened {
		w.fillDetail()
		w.loadHistory()
	}
}

// settle sees to it that what is selected belongs to the view.
func (w *Window) settle() {
	a := w.model.Find(w.selected)
	if a == nil || w.view == viewAll || view(a.Env) == w.view {
		return
	}
	other, _ := w.model.pair(w.selected)
	w.selected = other.ID
	w.list.selected = other.ID
}

func (w *Window) focusList() {
	if c := w.win.Canvas(); c != nil && len(w.list.ids) > 0 && w.shelf.Visible() && w.form == nil && w.settings == nil {
		w.list.quietly = true
		c.Focus(w.list)
		w.list.quietly = false
	}
}
