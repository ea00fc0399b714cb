//go:build !ci

package main

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver"
	"github.com/go-gl/glfw/v3.4/glfw"
	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"

	"tokentray/ui/window"
)

// patience is how long closing waits for the X server to tell where the window is.
const patience = 300 * time.Millisecond

// placeOf is where the content of a window begins on the screen, in pixels. Fyne does
// not tell it, but gives the window's number at the X server; Wayland tells nobody.
func placeOf(win fyne.Window) (window.Place, bool) {
	var id uintptr
	if native, ok := win.(driver.NativeWindow); ok {
		native.RunNative(func(c any) {
			if x, ok := c.(driver.X11WindowContext); ok {
				id = x.WindowHandle
			}
		})
	}
	if id == 0 {
		return window.Place{}, false
	}
	told := make(chan window.Place, 1)
	go func() { // a server that does not answer keeps it until the program ends, which is now
		defer close(told)
		conn, err := xgb.NewConn()
		if err != nil {
			return
		}
		defer conn.Close()
		root := xproto.Setup(conn).DefaultScreen(conn).Root
		at, err := xproto.TranslateCoordinates(conn, xproto.Window(id), root, 0, 0).Reply()
		if err == nil {
			told <- window.Place{X: int(at.DstX), Y: int(at.DstY)}
		}
	}()
	select {
	case at, ok := <-told:
		return at, ok
	case <-time.After(patience):
		return window.Place{}, false
	}
}

// putAt has the next window open at a place, if a screen still shows enough of it
// there to be seen and moved. Call it after the window was made and before it is
// shown, on the window's thread.
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
