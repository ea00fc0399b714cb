//go:build ci || (!linux && !windows)

package main

import (
	"fyne.io/fyne/v2"

	"tokentray/ui/window"
)

// putAt and fitScreen do nothing: the system chooses where the window opens, and how
// large it can be.
func putAt(window.Place) {}

func fitScreen(fyne.Window, func(func())) {}
