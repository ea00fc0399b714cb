package main

import (
	"unsafe"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver"
	"golang.org/x/sys/windows"

	"tokentray/ui/window"
)

var clientToScreen = windows.NewLazySystemDLL("user32.dll").NewProc("ClientToScreen")

// placeOf returns where a window's content is on the screen, in pixels.
func placeOf(win fyne.Window) (window.Place, bool) {
	var handle uintptr
	if native, ok := win.(driver.NativeWindow); ok {
		native.RunNative(func(c any) {
			if w, ok := c.(driver.WindowsWindowContext); ok {
				handle = w.HWND
			}
		})
	}
	var at struct{ x, y int32 }
	if handle == 0 {
		return window.Place{}, false
	}
	if ok, _, _ := clientToScreen.Call(handle, uintptr(unsafe.Pointer(&at))); ok == 0 {
		return window.Place{}, false
	}
	return window.Place{X: int(at.x), Y: int(at.y)}, true
}
