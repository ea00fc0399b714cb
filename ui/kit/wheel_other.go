//go:build !darwin

package kit

// wheelPace is by how much the wheel is faster than Fyne's own.
const wheelPace = 3
