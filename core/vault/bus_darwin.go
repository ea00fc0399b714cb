package vault

import "syscall"

// childEnv is all that the child gets to see: whose keychain it is.
func childEnv(getenv func(string) string, _ string) ([]string, error) {
	return some(getenv, "HOME", "USER", "LOGNAME", "TMPDIR"), nil
}

// childAttr keeps the terminal's Ctrl-C from a child that is about to write.
func childAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// rootDir is where the child works: it holds no folder busy.
func rootDir() string { return "/" }

// closed: whether the keychain is locked cannot be told without asking it.
func closed() (outcome, string) { return didIt, "" }
