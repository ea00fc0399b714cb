//go:build !windows

package store

import (
	"os"
	"syscall"
)

// release gives up bbolt's lock and closes the file. It must give up the lock
// explicitly: a mapping left by a panic would keep it.
func release(f *os.File) error {
	if f == nil {
		return nil
	}
	_ = syscall.Flock(int(f.Fd()), syscall.LOCK_UN)
	return f.Close()
}
