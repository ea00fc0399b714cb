package notify

import "syscall"

func shower(m message) command { return banner(m) }

// remover: a script cannot take its notifications away.
func remover(kind) (command, bool) { return command{}, false }
func hidden() *syscall.SysProcAttr { return nil }
