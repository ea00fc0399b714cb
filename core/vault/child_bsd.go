//go:build freebsd || netbsd || openbsd || dragonfly

package vault

import "syscall"

// childAttr keeps the terminal's Ctrl-C from a child that is about to write.
func childAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
