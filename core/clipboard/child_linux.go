package clipboard

import "syscall"

// childAttr gives a child its own process group, because Ctrl-C in a terminal is for
// the agent, and ends it with us if we are killed.
func childAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
