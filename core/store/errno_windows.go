package store

import "syscall"

// fullErrnos are the system's errors for a full disk: ERROR_HANDLE_DISK_FULL and
// ERROR_DISK_FULL.
func fullErrnos() []syscall.Errno { return []syscall.Errno{39, 112} }
