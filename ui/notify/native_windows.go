package notify

import (
	"os"
	"syscall"

	"golang.org/x/sys/windows"
)

func shower(m message) command       { return toast(os.Getenv("SystemRoot"), m) }
func remover(k kind) (command, bool) { return untoast(os.Getenv("SystemRoot"), k), true }
func hidden() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.CREATE_NO_WINDOW}
}
