package main

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// apart makes a child live without a console window and out of reach of Ctrl-C.
func apart() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{
		HideWindow:    true,
		CreationFlags: windows.CREATE_NO_WINDOW | windows.CREATE_NEW_PROCESS_GROUP,
	}
}
