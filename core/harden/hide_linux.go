package harden

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// hide makes the process one that is not dumpable, see prctl(2): the kernel
// writes no core dump of it, not even into a pipe, where the limit does not
// count, and its files in /proc are the administrator's.
//
// Some programs look at who calls them by these files. A desktop portal refuses
// such a caller, so that calls of portals come from a child of their own;
// KeePassXC warns that it cannot see the program which asks for an entry.
func hide() error {
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("keep other processes from this one's memory: %w", err)
	}
	return nil
}
