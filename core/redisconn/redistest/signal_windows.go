package redistest

import "syscall"

// Windows has no such signals; to send them is an error there.
const (
	sigStop     = syscall.Signal(0x13)
	sigContinue = syscall.Signal(0x12)
)
