//go:build !windows

package main

import "syscall"

// apart makes a child live in a session of its own, out of reach of the
// terminal's Ctrl-C.
func apart() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
