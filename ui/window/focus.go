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

// place is where in a tree the keyboard is: the how-manieth part that can have it,
// and the cursor of a field.
type place struct{ index, row, column int }

// placeOf is where in a tree the keyboard is, before all of it is made anew.
func placeOf(tree fyne.CanvasObject, had fyne.Focusable) place {
	p := place{index: slices.Index(focusables(tree), had)}
	if e, ok := had.(*kit.Entry); ok {
		p.row, p.column = e.CursorRow, e.CursorColumn
	}
	return p
}

// focusAt gives the keyboard to the part of a tree that stands at a place.
func focusAt(c fyne.Canvas, tree fyne.CanvasObject, p place) {
	all := focusables(tree)
	if p.index < 0 || p.index >= len(all) {
		return
	}
	c.Focus(all[p.index])
	if e, ok := all[p.index].(*kit.Entry); ok {
		e.CursorRow, e.CursorColumn = p.row, p.column
	}
}
