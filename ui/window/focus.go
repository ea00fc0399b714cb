package window

import (
	"slices"

	"fyne.io/fyne/v2"
)

// Pages are drawn anew when what they show has changed. What had the keyboard is
// then thrown away, and the keyboard must go to what took its place: whoever
// presses Space on one setting wants to go on from there.

// focusables are what can have the keyboard in a tree, in the order it stands.
func focusables(tree fyne.CanvasObject) []fyne.Focusable {
	if f, ok := tree.(fyne.Focusable); ok {
		return []fyne.Focusable{f}
	}
	var inner []fyne.CanvasObject
	switch t := tree.(type) {
	case *fyne.Container:
		inner = t.Objects
	case *scroller:
		inner = t.inner.Objects
	}
	var out []fyne.Focusable
	for _, o := range inner {
		out = append(out, focusables(o)...)
	}
	return out
}

// holds reports whether something is among those that can have the keyboard.
func holds(all []fyne.Focusable, sought fyne.Focusable) bool {
	return sought != nil && slices.Contains(all, sought)
}

// twin is what took the place of something when a page was drawn anew: the
// button with the same words, else what stands at the same place; nil when
// neither is there.
func twin(was fyne.Focusable, before, after []fyne.Focusable) fyne.Focusable {
	i := slices.Index(before, was)
	if was == nil || i < 0 {
		return nil
	}
	if b, ok := was.(*button); ok {
		j := slices.IndexFunc(after, func(f fyne.Focusable) bool {
			c, ok := f.(*button)
			return ok && c.label == b.label && c.paths == b.paths && c.role == b.role
		})
		if j >= 0 {
			return after[j]
		}
	}
	if len(before) != len(after) {
		return nil
	}
	if e, ok := was.(*entry); ok {
		if next, ok := after[i].(*entry); ok && next.Text == e.Text { // who types goes on where they were
			next.CursorRow, next.CursorColumn = e.CursorRow, e.CursorColumn
		}
	}
	return after[i]
}

// refocus gives the keyboard to the twin of what had it; nil changes nothing.
func (w *Window) refocus(next fyne.Focusable) {
	if next == nil {
		return
	}
	w.win.Canvas().Focus(next)
}
