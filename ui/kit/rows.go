package kit

import (
	"slices"

	"fyne.io/fyne/v2"
)

// Rows are parts of a page whose number changes. The part of a key is made once and
// keeps the focus when it moves.
type Rows[K comparable, T any] struct {
	Box    *fyne.Container
	create func(K) (fyne.CanvasObject, T)
	made   map[K]row[T]
}

type row[T any] struct {
	object fyne.CanvasObject
	part   T
}

// NewRows returns rows inside box. newRow makes the row of a key and returns what is
// drawn and what fill gets.
func NewRows[K comparable, T any](box *fyne.Container, newRow func(K) (fyne.CanvasObject, T)) *Rows[K, T] {
	box.Hidden = true
	return &Rows[K, T]{Box: box, create: newRow, made: map[K]row[T]{}}
}

// Show shows the rows of the keys in their order and fills each. It reports whether
// rows came, went or moved. Without rows it hides the box.
func (r *Rows[K, T]) Show(keys []K, fill func(K, T)) bool {
	objects := make([]fyne.CanvasObject, 0, len(keys))
	for _, k := range keys {
		one, ok := r.made[k]
		if !ok {
			one.object, one.part = r.create(k)
			r.made[k] = one
		}
		fill(k, one.part)
		objects = append(objects, one.object)
	}
	if slices.Equal(r.Box.Objects, objects) {
		return false
	}
	r.Box.Objects = objects
	r.Box.Hidden = len(objects) == 0
	r.Box.Refresh()
	return true
}
