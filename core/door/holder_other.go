//go:build !linux

package door

// listeners finds nobody: this system tells only the administrator who owns a
// socket.
func listeners(int) []int { return nil }
