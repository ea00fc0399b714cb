package durable

import (
	"errors"
	"os"
)

// ErrNotPlain is in the chain of an error about a pipe, device or folder that
// stands where a file should be.
var ErrNotPlain = errors.New("it is not a plain file")

// Open opens a plain file for reading. Where a pipe or a device stands it fails
// at once instead of waiting for whoever writes into it.
func Open(path string) (*os.File, error) { return OpenFile(path, os.O_RDONLY, 0) }

// OpenFile is os.OpenFile for plain files alone; see Open.
func OpenFile(path string, flag int, mode os.FileMode) (*os.File, error) {
	f, err := os.OpenFile(path, flag|noWait, mode)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &os.PathError{Op: "open", Path: path, Err: ErrNotPlain}
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}
