package kit

// wheelPace is how much faster the wheel is than Fyne's own. macOS already
// accelerates it.
const wheelPace = 1
