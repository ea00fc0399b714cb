//go:build !linux || ci

package main

import "fyne.io/fyne/v2"

// rest does nothing on systems where it was not measured.
type rest struct{ calm func() bool }

func (r *rest) do(f func()) { fyne.Do(f) }

func (r *rest) begin() {}
