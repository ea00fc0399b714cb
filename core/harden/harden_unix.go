//go:build unix

package harden

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Limit is the limit of core dumps that a process was started with.
type Limit struct {
	before unix.Rlimit
	known  bool
}

// seal forbids core dumps and, if the system can, access from other processes.
func seal() (Limit, error) {
	had, err := limitCores()
	return had, errors.Join(err, hide())
}

// limitCores sets the limit of core dumps to zero. The hard limit stays, so that a
// user's own program can have the original limit.
func limitCores() (had Limit, err error) {
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &had.before); err != nil {
		return had, fmt.Errorf("read the limit of core dumps: %w", err)
	}
	had.known = true
	none := had.before
	none.Cur = 0
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &none); err != nil {
		return had, fmt.Errorf("set the limit of core dumps to 0: %w; run ulimit -c 0 before", err)
	}
	return had, nil
}

// Lift restores this process's limit. Call it just before starting a program of the
// user's, which inherits the limit. On Linux this process still writes no core dump.
func (l Limit) Lift() {
	if l.known {
		_ = unix.Setrlimit(unix.RLIMIT_CORE, &l.before) // the limit it was started with
	}
}

// startAgain replaces this process by the same program without GOTRACEBACK. It
// returns only if that fails.
func (l Limit) startAgain() error {
	exe, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program, to start it without %s: %w", traceback, err)
	}
	env := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, traceback+"=") })
	l.Lift()
	err = syscall.Exec(exe, os.Args, append(env, kept+"="+os.Getenv(traceback)))
	_, again := seal()
	return errors.Join(fmt.Errorf("start this program without %s: %w; unset it", traceback, err), again)
}
