package kit

import (
	"slices"

	"fyne.io/fyne/v2"
)

// Pages are drawn anew when what they show has changed. What had the keyboard is
// then thrown away, and the keyboard must go to what took its place: whoever
// presses Space on one setting wants to go on from there.

// Focusables are what can have the keyboard in a tree, in the order it stands; what is hidden cannot.
func Focusables(tree fyne.CanvasObject) []fyne.Focusable {
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
	case *Scroller:
		inner = t.Inner.Objects
	}
	var out []fyne.Focusable
	for _, o := range inner {
		out = append(out, Focusables(o)...)
	}
	return out
}

// Holds reports whether something is among those that can have the keyboard.
func Holds(all []fyne.Focusable, sought fyne.Focusable) bool {
	return sought != nil && slices.Contains(all, sought)
}

// Successor is what took the place of something when a page was drawn anew: the
// one with the same words, else what stands at the same place; nil when
// neither is there.
func Successor(was fyne.Focusable, before, after []fyne.Focusable) fyne.Focusable {
	i := slices.Index(before, was)
	if was == nil || i < 0 {
		return nil
	}
	next := fyne.Focusable(nil)
	if i < len(after) && alike(was, after[i]) {
		next = after[i]
	} else if j := slices.IndexFunc(after, func(f fyne.Focusable) bool { return alike(was, f) }); j >= 0 {
		next = after[j]
	} else if len(before) == len(after) {
		next = after[i]
	}
	e, typed := was.(*Entry)
	if n, ok := next.(*Entry); ok && typed && n.Text == e.Text { // who types goes on where they were
		n.CursorRow, n.CursorColumn = e.CursorRow, e.CursorColumn
	}
	return next
}

// alike reports whether two parts say the same, so that one stands for the other
// wherever it is.
func alike(a, b fyne.Focusable) bool {
	switch a := a.(type) {
	case *Button:
		b, ok := b.(*Button)
		return ok && a.Label == b.Label && a.paths == b.paths && a.role == b.role
	case *Entry:
		b, ok := b.(*Entry)
		return ok && a.PlaceHolder == b.PlaceHolder && a.Password == b.Password && a.Text == b.Text
	case *Toggle:
		b, ok := b.(*Toggle)
		return ok && a.Words.Content == b.Words.Content
	case *Segment:
		b, ok := b.(*Segment)
		return ok && slices.EqualFunc(a.choices, b.choices, func(x, y Choice) bool { return x.Value == y.Value && x.Label == y.Label })
	}
	return false
}
