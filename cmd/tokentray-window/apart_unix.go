//go:build !windows

package main

import "syscall"

// apart makes a child live in a session of its own.
func apart() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
