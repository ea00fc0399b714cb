// Package autostart starts TokenTray's agent when its user logs in, hidden: no
// window opens, only the tray icon shows.
//
// The operating system's own entry is the only record of this, and is read each
// time, because people also switch such entries off in their desktop's settings. On
// Linux it is a file in the XDG autostart folder, on macOS a launch agent, on
// Windows a value of the registry's Run key.
package autostart

import (
	"errors"
	"fmt"
	"os"

	"tokentray/core"
)

// Login is the entry of this user on this machine.
type Login struct {
	find  func(name string) (string, error)
	place place
	bad   error // why there is no place
}

// place is where a platform keeps its entries.
type place interface {
	enabled() (bool, error)
	write(command []string) error
	remove() error
}

// New returns the entry of this user. find finds a program of ours by name and
// returns its absolute path; it is called when the entry is written.
func New(find func(name string) (string, error)) *Login {
	p, err := platform()
	return &Login{find, p, err}
}

// Enabled reports whether the system starts the agent at login, according to its
// entry. The error, a *core.Error of class Internal, is for an entry that cannot be
// read.
func (l *Login) Enabled() (bool, error) {
	if l.bad != nil {
		return false, failure("find where programs to start at login are listed", l.bad)
	}
	on, err := l.place.enabled()
	if err != nil {
		return false, failure("read whether TokenTray starts at login", err)
	}
	return on, nil
}

// Set writes or removes the entry. Its error is a *core.Error of class Internal that
// says what the system refused.
func (l *Login) Set(on bool) error {
	if l.bad != nil {
		return failure("find where programs to start at login are listed", l.bad)
	}
	if !on {
		return failure("stop TokenTray from starting at login", l.place.remove())
	}
	exe, err := l.find(program)
	if err == nil {
		err = l.place.write(append([]string{exe}, arguments()...))
	}
	return failure("make TokenTray start at login", err)
}

func failure(doing string, err error) error {
	if err == nil {
		return nil
	}
	return &core.Error{Class: core.Internal, Remedy: core.RemedyLog, Message: fmt.Sprintf("cannot %s: %v", doing, err), Err: err}
}

// executable reports whether path is a file that can be run. Windows has no such
// mark.
func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// missing turns the error of a missing file into nil.
func missing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}
