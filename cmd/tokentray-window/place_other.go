//go:build !linux || ci

package main

import (
	"fyne.io/fyne/v2"

	"tokentray/ui/window"
)

// placeOf and putAt do nothing: the system chooses where the window opens.
func placeOf(fyne.Window) (window.Place, bool) { return window.Place{}, false }

func putAt(window.Place) {}
