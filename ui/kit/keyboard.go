package kit

import (
	"slices"

	"fyne.io/fyne/v2"
)

// Focusables are the parts of a tree that can have the keyboard, in order; hidden
// ones cannot.
func Focusables(tree fyne.CanvasObject) []fyne.Focusable {
	if !tree.Visible() {
		return nil
	}
	if f, ok := tree.(fyne.Focusable); ok {
		parts := []fyne.Focusable{f}
		if e, ok := tree.(*Entry); ok && e.ActionItem != nil { // the eye of a secret
			parts = append(parts, Focusables(e.ActionItem)...)
		}
		return parts
	}
	var inner []fyne.CanvasObject
	switch t := tree.(type) {
	case *fyne.Container:
		inner = t.Objects
	case *Scroller:
		inner = t.Inner.Objects
	}
	var out []fyne.Focusable
	for _, o := range inner {
		out = append(out, Focusables(o)...)
	}
	return out
}

// Keyboard is where in a tree the keyboard is: the number of the part among those that
// can have it, and the cursor of a field. With it the keyboard stays in its place when
// the tree is made again in another language. The zero Keyboard is nowhere.
type Keyboard struct{ number, row, column int }

// KeyboardIn finds the keyboard in a tree. focused is what has it, which may be no part
// of the tree.
func KeyboardIn(tree fyne.CanvasObject, focused fyne.Focusable) Keyboard {
	k := Keyboard{number: slices.Index(Focusables(tree), focused) + 1}
	if e, ok := focused.(*Entry); ok {
		k.row, k.column = e.CursorRow, e.CursorColumn
	}
	return k
}

// Put gives the keyboard to the part of a tree at the same place, if there is one.
func (k Keyboard) Put(c fyne.Canvas, tree fyne.CanvasObject) {
	all := Focusables(tree)
	if k.number < 1 || k.number > len(all) {
		return
	}
	part := all[k.number-1]
	c.Focus(part)
	if e, ok := part.(*Entry); ok {
		e.CursorRow, e.CursorColumn = k.row, k.column
	}
}
