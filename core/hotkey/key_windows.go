package hotkey

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/windows"

	"tokentray/core"
)

var (
	user32           = windows.NewLazySystemDLL("user32.dll")
	registerHotKey   = user32.NewProc("RegisterHotKey")
	unregisterHotKey = user32.NewProc("UnregisterHotKey")
	getMessage       = user32.NewProc("GetMessageW")
	postMessage      = user32.NewProc("PostThreadMessageW")
)

const (
	modAlt      = 1
	modControl  = 2
	modShift    = 4
	modWin      = 8
	modNoRepeat = 0x4000

	messageHotKey = 0x0312
	messageQuit   = 0x0012

	vkF1 = 0x70

	hotkeyID = 1 // of the thread, which has no other
)

// message is MSG.
type message struct {
	window  windows.Handle
	message uint32
	wParam  uintptr
	lParam  uintptr
	time    uint32
	x, y    int32
}

// grabKey registers a key for a thread of its own, whose messages tell of each press.
func grabKey(_ Session, want core.Hotkey, press, _ func()) (release func(), err error) {
	type result struct {
		thread uint32
		err    error
	}
	got := make(chan result)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		mods, key := codes(want)
		if ok, _, err := registerHotKey.Call(0, hotkeyID, mods, key); ok == 0 {
			got <- result{err: refused(want, err)}
			return
		}
		defer unregisterHotKey.Call(0, hotkeyID)
		got <- result{thread: windows.GetCurrentThreadId()}
		for {
			var m message
			if n, _, _ := getMessage.Call(uintptr(unsafe.Pointer(&m)), 0, 0, 0); int32(n) <= 0 {
				return
			}
			if m.message == messageHotKey {
				go press() // whoever waits for this thread may hold what press waits for
			}
		}
	}()
	r := <-got
	if r.err != nil {
		return nil, r.err
	}
	return func() {
		_, _, _ = postMessage.Call(uintptr(r.thread), messageQuit, 0, 0)
		<-ended
	}, nil
}

func refused(want core.Hotkey, err error) error {
	if errors.Is(err, windows.ERROR_HOTKEY_ALREADY_REGISTERED) {
		return taken(want)
	}
	return unavailable(fmt.Sprintf("Windows refuses the key (%v)", err))
}

// codes are the modifiers and the virtual key of a hotkey.
func codes(want core.Hotkey) (mods, key uintptr) {
	names, name := want.Parts()
	mods = modNoRepeat
	for _, m := range names {
		switch m {
		case core.ModCtrl:
			mods |= modControl
		case core.ModAlt:
			mods |= modAlt
		case core.ModShift:
			mods |= modShift
		case core.ModSuper:
			mods |= modWin
		}
	}
	switch {
	case name == "Space":
		return mods, windows.VK_SPACE
	case len(name) > 1:
		n := 0
		_, _ = fmt.Sscanf(name, "F%d", &n)
		return mods, vkF1 + uintptr(n) - 1
	}
	return mods, uintptr(name[0]) // letters and figures are their own virtual keys
}
