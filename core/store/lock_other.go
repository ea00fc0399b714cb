//go:build !windows

package store

import (
	"os"
	"syscall"
)

// release gives up bbolt's lock and closes the file. The lock has to be given
// up by name: the mapping that a panic left behind would keep it.
func release(f *os.File) error {
	if f == nil {
		return nil
	}
	_ = syscall.Flock(int(f.Fd()), syscall.LOCK_UN)
	return f.Close()
}
