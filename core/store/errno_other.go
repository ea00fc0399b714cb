//go:build !windows

package store

import "syscall"

// fullErrnos are the system's errors for a full disk.
func fullErrnos() []syscall.Errno {
	return []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG}
}
