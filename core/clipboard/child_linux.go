package clipboard

import "syscall"

// childAttr gives a child its own process group, since Ctrl-C in a terminal is
// for the agent, and ends it with us should we be killed.
func childAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
