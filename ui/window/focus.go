package window

import (
	"slices"

	"fyne.io/fyne/v2"

	"tokentray/ui/kit"
)

// focusables are what can have the keyboard in a tree, in the order it stands;
// what is hidden cannot.
func focusables(tree fyne.CanvasObject) []fyne.Focusable {
	if !tree.Visible() {
		return nil
	}
	if f, ok := tree.(fyne.Focusable); ok {
		return []fyne.Focusable{f}
	}
	var inner []fyne.CanvasObject
	switch t := tree.(type) {
	case *fyne.Container:
		inner = t.Objects
	case *kit.Scroller:
		inner = t.Inner.Objects
	}
	var out []fyne.Focusable
	for _, o := range inner {
		out = append(out, focusables(o)...)
	}
	return out
}

// keepFocus sees to it that the keyboard is on something that can be seen: what
// had it may have gone with what it was about.
func (w *Window) keepFocus() {
	c := w.win.Canvas()
	had := c.Focused()
	if had == nil || c.Overlays().Top() != nil || slices.Contains(focusables(w.root), had) {
		return
	}
	if w.pane.side.Visible() && w.pane.detail.back.Visible() {
		c.Focus(w.pane.detail.back)
		return
	}
	c.Unfocus()
	w.listing.focusList()
}

// place is where in the window the keyboard is: the how-manieth part that can have
// it, and the cursor of a field.
type place struct{ index, row, column int }

// focusPlace is where the keyboard is, before all parts are made anew.
func (w *Window) focusPlace() place {
	if w.root == nil {
		return place{index: -1}
	}
	had := w.win.Canvas().Focused()
	p := place{index: slices.Index(focusables(w.root), had)}
	if e, ok := had.(*kit.Entry); ok {
		p.row, p.column = e.CursorRow, e.CursorColumn
	}
	return p
}

// focusAt gives the keyboard to the part that stands where it was.
func (w *Window) focusAt(p place) {
	all := focusables(w.root)
	if p.index < 0 || p.index >= len(all) {
		return
	}
	w.focus(all[p.index])
	if e, ok := all[p.index].(*kit.Entry); ok {
		e.CursorRow, e.CursorColumn = p.row, p.column
	}
}
