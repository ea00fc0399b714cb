package vault

import "syscall"

// childAttr keeps the terminal's Ctrl-C from a child that is about to write, and
// lets it die with us: what one that was left over would still write, the next
// agent would not find when it looks.
func childAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
