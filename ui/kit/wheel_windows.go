package kit

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// wheelPace is how much faster the wheel is than Fyne's own: as many lines a notch as the
// settings of Windows say, which is 3 unless a person chose another number.
func wheelPace() float32 {
	const getWheelScrollLines, most = 0x0068, 20 // "a screen at a time" is a huge number
	lines := uint32(3)
	_, _, _ = windows.NewLazySystemDLL("user32.dll").NewProc("SystemParametersInfoW").
		Call(getWheelScrollLines, 0, uintptr(unsafe.Pointer(&lines)), 0)
	return float32(max(1, min(lines, most)))
}
