package autostart

import (
	"errors"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// program is what is started, with arguments: tokentray.exe is a console program
// and would open a console at each login.
const program = "tokentray-window"

func arguments() []string { return []string{"--agent-only"} }

func platform() (place, error) { return runKey{}, nil }

// Where Windows keeps the programs that it starts at login, and where Task Manager
// and the settings store that the user switched one of them off.
const (
	runPath      = `Software\Microsoft\Windows\CurrentVersion\Run`
	approvedPath = `Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run`
	valueName    = "TokenTray"
)

// runKey is the Run key of the user.
type runKey struct{}

func (runKey) enabled() (bool, error) {
	run, err := registry.OpenKey(registry.CURRENT_USER, runPath, registry.QUERY_VALUE)
	if err != nil {
		return false, absent(err)
	}
	defer run.Close()
	if _, _, err := run.GetStringValue(valueName); err != nil {
		return false, absent(err)
	}
	approved, err := registry.OpenKey(registry.CURRENT_USER, approvedPath, registry.QUERY_VALUE)
	if err != nil {
		return absent(err) == nil, absent(err)
	}
	defer approved.Close()
	state, _, err := approved.GetBinaryValue(valueName)
	if err != nil {
		return absent(err) == nil, absent(err)
	}
	// The first byte is even for on (2, 6) and odd for off (3, 7).
	return len(state) == 0 || state[0]&1 == 0, nil
}

func (runKey) write(command []string) error {
	run, _, err := registry.CreateKey(registry.CURRENT_USER, runPath, registry.SET_VALUE)
	if err != nil {
		return err
	}
	defer run.Close()
	if err := run.SetStringValue(valueName, windows.ComposeCommandLine(command)); err != nil {
		return err
	}
	return forget(approvedPath) // switching it on here means that the user wants it on
}

func (runKey) remove() error { return errors.Join(forget(runPath), forget(approvedPath)) }

// forget deletes our value of a key.
func forget(path string) error {
	key, err := registry.OpenKey(registry.CURRENT_USER, path, registry.SET_VALUE)
	if err != nil {
		return absent(err)
	}
	defer key.Close()
	return absent(key.DeleteValue(valueName))
}

// absent turns the error of a missing key or value into nil.
func absent(err error) error {
	if errors.Is(err, registry.ErrNotExist) {
		return nil
	}
	return err
}
