//go:build unix

package doctor

import (
	"io/fs"

	"golang.org/x/sys/unix"
)

// writable asks the system whether we may write and enter, without trying.
func writable(path string) error { return unix.Access(path, unix.W_OK|unix.X_OK) }

func othersMayEnter(_ string, info fs.FileInfo) bool { return info.Mode().Perm()&0o077 != 0 }
