//go:build !linux

package door

// listeners knows nobody: this system tells only the administrator whose a
// socket is.
func listeners(int) []int { return nil }
