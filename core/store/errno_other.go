//go:build !windows

package store

import "syscall"

// heldElsewhere: no program keeps a file to itself here.
func heldElsewhere(error) bool { return false }

// fullErrnos are the system's errors for a full disk.
func fullErrnos() []syscall.Errno {
	return []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG}
}
