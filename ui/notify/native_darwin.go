package notify

import "syscall"

func shower(m message) command { return banner(m) }

// remover returns false: a script cannot withdraw its notifications.
func remover(kind) (command, bool) { return command{}, false }
func hidden() *syscall.SysProcAttr { return nil }
