package durable

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// How long a rename is tried again, and how often.
const (
	renameTime  = time.Second
	renamePause = 20 * time.Millisecond
)

// rename replaces the file at to. An editor, an indexer or a virus scanner may have
// it open for a moment, and Windows replaces no open file, so it tries again.
func rename(from, to string) error {
	for end := time.Now().Add(renameTime); ; time.Sleep(renamePause) {
		err := os.Rename(from, to)
		if err == nil || !openElsewhere(err) || time.Now().After(end) {
			return err
		}
	}
}

// openElsewhere reports whether a file may be open in another program.
func openElsewhere(err error) bool {
	return errors.Is(err, windows.ERROR_ACCESS_DENIED) || errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_LOCK_VIOLATION)
}
