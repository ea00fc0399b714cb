//go:build !windows

package store

import "syscall"

// fullErrnos are the system's words for "no room".
func fullErrnos() []syscall.Errno {
	return []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG}
}
