//go:build unix && !linux

package push

import "io/fs"

// mountedAlone is known on Linux alone.
func mountedAlone(string, fs.FileInfo) bool { return false }
