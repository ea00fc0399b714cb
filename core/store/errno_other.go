//go:build !windows

package store

import "syscall"

// openElsewhere: no program keeps a file to itself here.
func openElsewhere(error) bool { return false }

// fullErrnos are the system's errors for a full disk.
func fullErrnos() []syscall.Errno {
	return []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG}
}
