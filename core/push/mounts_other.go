//go:build unix && !linux

package push

import "io/fs"

// mountedAlone works on Linux only.
func mountedAlone(string, fs.FileInfo) bool { return false }
