package store

import "syscall"

// fullErrnos are the system's words for "no room": ERROR_HANDLE_DISK_FULL and
// ERROR_DISK_FULL.
func fullErrnos() []syscall.Errno { return []syscall.Errno{39, 112} }
