package kit

// wheelPace is how much faster the wheel is than Fyne's own. macOS accelerates it
// already.
func wheelPace() float32 { return 1 }
