package notify

import (
	"os"
	"syscall"

	"golang.org/x/sys/windows"
)

func (n *native) shower(m message) command {
	return toast(os.Getenv("SystemRoot"), n.id, m, func(act string) string { return n.report(m.kind, act) })
}

func (n *native) remover(k kind) (command, bool) {
	return untoast(os.Getenv("SystemRoot"), n.id, k), true
}

func hidden() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.CREATE_NO_WINDOW}
}
