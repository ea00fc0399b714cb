package tray

import (
	"context"
	"unsafe"

	"fyne.io/systray"
	"golang.org/x/sys/windows"
)

var (
	user32            = windows.NewLazySystemDLL("user32.dll")
	peekMessage       = user32.NewProc("PeekMessageW")
	postThreadMessage = user32.NewProc("PostThreadMessageW")
)

// waiter returns what waits for the icon and reports whether it was made. Where it
// cannot be, systray does not tell and waits for messages on the calling thread, for
// ever; that ends with ctx.
func waiter() func(ctx context.Context, begun <-chan struct{}) bool {
	const quit = 0x0012 // WM_QUIT
	thread := windows.GetCurrentThreadId()
	var message [64]byte                                                      // a MSG is smaller
	_, _, _ = peekMessage.Call(uintptr(unsafe.Pointer(&message)), 0, 0, 0, 0) // the thread has a queue from now on
	return func(ctx context.Context, begun <-chan struct{}) bool {
		select {
		case <-begun:
			return true
		case <-ctx.Done():
			systray.Quit()
			_, _, _ = postThreadMessage.Call(uintptr(thread), quit, 0, 0)
			return false
		}
	}
}
