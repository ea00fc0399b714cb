//go:build !darwin && !windows

package kit

// wheelPace is how much faster the wheel is than Fyne's own, 25 units a notch. X11 has no
// setting for it that all desktops share; 75 is what GTK and Qt scroll by.
func wheelPace() float32 { return 3 }
