//go:build !windows

package durable

import "syscall"

// noWait lets the opening of a named pipe return although nobody is at its other
// end.
const noWait = syscall.O_NONBLOCK
