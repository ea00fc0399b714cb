//go:build !linux && !windows && !darwin

package clipboard

import "syscall"

// childAttr gives a child its own process group: Ctrl-C in a terminal is for
// the agent.
func childAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
