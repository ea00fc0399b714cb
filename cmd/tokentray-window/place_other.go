//go:build !linux && !windows

package main

import (
	"fyne.io/fyne/v2"

	"tokentray/ui/window"
)

// placeOf does nothing: the system chooses where the window opens.
func placeOf(fyne.Window) (window.Place, bool) { return window.Place{}, false }
