package vault

import "syscall"

// childEnv is the child's whole environment: whose keychain it is.
func childEnv(getenv func(string) string, _ string) ([]string, error) {
	return some(getenv, "HOME", "USER", "LOGNAME", "TMPDIR"), nil
}

// childAttr keeps the terminal's Ctrl-C from a child that is about to write.
func childAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// rootDir is the child's working folder: it keeps no other folder busy.
func rootDir() string { return "/" }

// closed: whether the keychain is locked cannot be told without asking it.
func closed() (outcome, string) { return didIt, "" }
