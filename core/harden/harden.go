// Package harden keeps other programs out of a process's memory. A program that
// holds secrets calls Process before anything else.
//
// On Linux no core dump is written, whatever the shell's limits are, and other
// processes of the same user can neither attach to the process nor read its memory,
// environment or open files. macOS and the BSDs write no core dump. On Windows a
// crash report leaves the heap out; there programs of the same user can read each
// other's memory, and a process cannot change that for itself. The administrator can
// read everything everywhere.
//
// A crash prints the stacks of goroutines: functions and the numbers they were
// called with, not the contents of strings. GOTRACEBACK can ask for more, up to a
// core dump. The Go runtime reads it before main, and debug.SetTraceback cannot undo
// it. On Unix Process therefore starts the program again without it.
//
// These settings end when the process starts another program. Only the limit of core
// dumps is inherited, and Limit.Lift restores the original one.
package harden

import "os"

// The variable that the Go runtime reads, and where its value is kept while the
// program is started again without it.
const (
	traceback = "GOTRACEBACK"
	kept      = "TOKENTRAY_GOTRACEBACK"
)

// Process hardens this process and returns the limit of core dumps that it had. The
// error says what could not be done; everything else is done. On Unix it may start
// the program again, in the same process and with the same arguments, so call it
// first.
func Process() (Limit, error) {
	had, err := seal()
	if value, again := os.LookupEnv(kept); again {
		_ = os.Unsetenv(kept)
		_ = os.Setenv(traceback, value) // for the programs that we start
		return had, err
	}
	switch os.Getenv(traceback) {
	case "", "none", "single":
		return had, err
	}
	if failed := had.startAgain(); failed != nil {
		return had, failed
	}
	return had, err
}
