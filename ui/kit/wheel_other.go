//go:build !darwin

package kit

// wheelPace is how much faster the wheel is than Fyne's own.
const wheelPace = 3
