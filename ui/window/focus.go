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
// one with the same words, else what stands at the same place; nil when
// neither is there.
func twin(was fyne.Focusable, before, after []fyne.Focusable) fyne.Focusable {
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
	e, typed := was.(*entry)
	if n, ok := next.(*entry); ok && typed && n.Text == e.Text { // who types goes on where they were
		n.CursorRow, n.CursorColumn = e.CursorRow, e.CursorColumn
	}
	return next
}

// alike reports whether two parts say the same, so that one stands for the other
// wherever it is.
func alike(a, b fyne.Focusable) bool {
	switch a := a.(type) {
	case *button:
		b, ok := b.(*button)
		return ok && a.label == b.label && a.paths == b.paths && a.role == b.role
	case *entry:
		b, ok := b.(*entry)
		return ok && a.PlaceHolder == b.PlaceHolder && a.Password == b.Password && a.Text == b.Text
	case *toggle:
		b, ok := b.(*toggle)
		return ok && a.words.content == b.words.content
	case *segment:
		b, ok := b.(*segment)
		return ok && slices.EqualFunc(a.choices, b.choices, func(x, y choice) bool { return x.value == y.value && x.label == y.label })
	}
	return false
}
