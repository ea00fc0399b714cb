package window

import (
	"slices"

	"fyne.io/fyne/v2"

	"tokentray/ui/kit"
)

// focusables are the parts of a tree that can have the keyboard, in order; hidden
// ones cannot.
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

// place is the position of the keyboard in a tree: the number of the part among
// those that can have it, and the cursor of a field.
type place struct{ index, row, column int }

// placeOf is the position of the keyboard in a tree, before the tree is made again.
func placeOf(tree fyne.CanvasObject, had fyne.Focusable) place {
	p := place{index: slices.Index(focusables(tree), had)}
	if e, ok := had.(*kit.Entry); ok {
		p.row, p.column = e.CursorRow, e.CursorColumn
	}
	return p
}

// focusAt gives the keyboard to the part of a tree at a position.
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
