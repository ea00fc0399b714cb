// Package durable writes files whole or not at all: a crash or a full disk in
// the middle leaves the old file as it was.
package durable

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Write replaces the file at path with what fill writes, readable by its owner
// alone: it writes a temporary file beside it, flushes it to the disk, and renames
// it. If anything fails the old file stays and nothing else is left.
func Write(path string, fill func(io.Writer) error) error {
	return WriteFile(path, func(f *os.File) error { return fill(f) })
}

// WriteFile is Write for callers that also set the mode or the owner of the new
// file.
func WriteFile(path string, fill func(*os.File) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp") // mode 0600
	if err != nil {
		return fmt.Errorf("create a temporary file: %w", err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if err := fill(f); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("flush %s: %w", filepath.Base(path), err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("close %s: %w", filepath.Base(path), err)
	}
	if err := rename(f.Name(), path); err != nil {
		return fmt.Errorf("rename to %s: %w", filepath.Base(path), err)
	}
	SyncDir(filepath.Dir(path))
	return nil
}

// Sweep removes temporary files that a crash during Write left behind in dir,
// for files whose names begin with prefix. Nobody else may be writing them.
func Sweep(dir, prefix string) {
	names, _ := os.ReadDir(dir)
	for _, n := range names {
		if strings.HasPrefix(n.Name(), "."+prefix) && strings.HasSuffix(n.Name(), ".tmp") {
			_ = os.Remove(filepath.Join(dir, n.Name()))
		}
	}
}

// SyncDir makes a rename inside dir survive a power cut. Systems that cannot flush a
// folder skip this.
func SyncDir(dir string) {
	d, err := os.Open(dir)
	if err != nil {
		return
	}
	_ = d.Sync()
	_ = d.Close()
}
