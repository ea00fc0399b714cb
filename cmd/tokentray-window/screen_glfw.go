//go:build !ci && (linux || windows)

package main

import (
	"time"

	"fyne.io/fyne/v2"
	"github.com/go-gl/glfw/v3.4/glfw"

	"tokentray/ui/window"
)

// putAt makes the next window open at a place, if enough of it would be visible there
// to be moved: the screen may be gone. It must be called on the window's thread after
// the window was made and before it is shown.
func putAt(at window.Place) {
	const seen = 64
	for _, m := range glfw.GetMonitors() {
		x, y, width, height := m.GetWorkarea()
		if at.X > x-seen && at.X < x+width-seen && at.Y >= y && at.Y < y+height-seen {
			glfw.WindowHint(glfw.PositionX, at.X)
			glfw.WindowHint(glfw.PositionY, at.Y)
			return
		}
	}
}

// fitTime is how long a new window takes to know its scale.
const fitTime = 400 * time.Millisecond

// fitScreen makes a window smaller if no screen has room for it: it was left on a larger
// one, or with a smaller scale.
func fitScreen(win fyne.Window, do func(func())) {
	time.AfterFunc(fitTime, func() {
		do(func() {
			most := fyne.Size{}
			scale := win.Canvas().Scale()
			for _, m := range glfw.GetMonitors() {
				_, _, width, height := m.GetWorkarea()
				most = most.Max(fyne.NewSize(float32(width)/scale, float32(height)/scale))
			}
			size := win.Canvas().Size()
			if fits := size.Min(most); most.Width > 0 && fits != size {
				win.Resize(fits)
			}
		})
	})
}
