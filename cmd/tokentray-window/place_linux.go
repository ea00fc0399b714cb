package main

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver"
	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"

	"tokentray/ui/window"
)

// patience is how long closing waits for the X server to report the window's place. It
// answers in milliseconds; one that is busy with other windows takes longer.
const patience = 2 * time.Second

// placeOf returns where a window's content is on the screen, in pixels. Fyne does not
// report that, but it gives the X server's window ID. Wayland reports it to no
// program.
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
	go func() { // if the server does not answer, it runs until the program ends, which is soon
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
