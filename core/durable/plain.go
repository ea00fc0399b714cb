package durable

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
)

// ErrNotPlain is in the chain of an error about a pipe, device or folder that
// stands where a file should be.
var ErrNotPlain = errors.New("it is not a plain file")

// Open opens a plain file for reading. On a pipe or a device it fails at once
// instead of waiting for a writer.
func Open(path string) (*os.File, error) { return OpenFile(path, os.O_RDONLY, 0) }

// OpenFile is os.OpenFile for plain files alone; see Open.
func OpenFile(path string, flag int, mode os.FileMode) (*os.File, error) {
	f, err := os.OpenFile(path, flag|noWait, mode)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	// Irregular is what Go calls the files of a cloud drive on Windows.
	if err == nil && info.Mode().Type()&^os.ModeIrregular != 0 {
		err = &os.PathError{Op: "open", Path: path, Err: ErrNotPlain}
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// ErrTooBig is in the chain of an error about a file that holds more than its
// reader takes.
var ErrTooBig = errors.New("it is too big")

// Read reads a plain file of at most limit bytes.
func Read(path string, limit int64) ([]byte, os.FileInfo, error) {
	f, err := Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("read %s: %w", path, ErrTooBig)
	}
	return data, info, err
}

// maxLine bounds the file of FirstLine, in bytes.
const maxLine = 64 << 10

// FirstLine reads the first line of a small file, such as one with a passphrase.
// open reports that users other than its owner may read the file.
func FirstLine(path string) (line string, open bool, err error) {
	data, info, err := Read(path, maxLine)
	if err != nil {
		return "", false, err
	}
	first, _, _ := bytes.Cut(data, []byte("\n"))
	open = info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" // Windows has no such modes
	return string(bytes.TrimRight(first, "\r")), open, nil
}
