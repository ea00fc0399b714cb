package vault

import "syscall"

// createNoWindow keeps a console from flashing up (CREATE_NO_WINDOW).
const createNoWindow = 0x08000000

// childEnv is the child's whole environment: where Windows and the user's profile
// are.
func childEnv(getenv func(string) string, _ string) ([]string, error) {
	return some(getenv, "SystemRoot", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "USERNAME", "USERDOMAIN"), nil
}

func childAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: createNoWindow | syscall.CREATE_NEW_PROCESS_GROUP}
}

// rootDir is the child's working folder; empty is ours.
func rootDir() string { return "" }

// closed: the Credential Manager raises no prompt.
func closed() (outcome, string) { return didIt, "" }
