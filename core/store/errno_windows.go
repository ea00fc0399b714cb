package store

import (
	"errors"
	"syscall"

	"golang.org/x/sys/windows"
)

// fullErrnos are the system's errors for a full disk: ERROR_HANDLE_DISK_FULL and
// ERROR_DISK_FULL.
func fullErrnos() []syscall.Errno { return []syscall.Errno{39, 112} }

// openElsewhere reports whether another program keeps a file to itself.
func openElsewhere(err error) bool { return errors.Is(err, windows.ERROR_SHARING_VIOLATION) }
