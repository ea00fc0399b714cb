package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"tokentray/core"
	"tokentray/core/durable"
)

// mayWrite refuses to write a file of TokenTray's own: --force would take the vault away.
func (a *app) mayWrite(path string) error {
	if a.Ours != nil && a.Ours(a.home, path) {
		return usage("problem.push_home")
	}
	return nil
}

// mayOut refuses what mayWrite and checkOut refuse.
func (a *app) mayOut(path string, force bool) error {
	if err := a.mayWrite(path); err != nil {
		return err
	}
	return checkOut(path, force)
}

// checkOut refuses an existing file, unless it may be replaced, and a path where no
// file can be written. It is called before anything is made that would be lost.
func checkOut(path string, force bool) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return noOut(fmt.Errorf("look at %s: %w", path, cause(err)))
	case !info.Mode().IsRegular():
		return usage("export.no_file", "file", path)
	case !force:
		return usage("export.exists", "files", path)
	}
	return nil
}

// writeOut writes a file that only its owner can read, whole or not at all. Without
// force it creates the name first, so that it never replaces a file that was made in
// the meantime.
func writeOut(path string, data []byte, force bool) (err error) {
	if err := checkOut(path, force); err != nil {
		return err
	}
	if !force {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		switch {
		case errors.Is(err, fs.ErrExist):
			return usage("export.exists", "files", path)
		case err != nil:
			return noOut(fmt.Errorf("create %s: %w", path, cause(err)))
		}
		_ = f.Close()
		defer func() {
			if err != nil {
				_ = os.Remove(path)
			}
		}()
	}
	err = durable.Write(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
	if err != nil {
		return noOut(fmt.Errorf("write %s: %w", path, cause(err)))
	}
	return nil
}

// noOut is the error for a file that cannot be written where --out says.
func noOut(err error) error {
	return &core.Error{Class: core.Internal, Remedy: core.RemedyOutput, Message: err.Error() + "; choose another --out", Err: err}
}

// unanswered is the error for an answer that standard output does not take.
func unanswered(err error) error {
	return &core.Error{Class: core.Internal, Remedy: core.RemedyOutput, Message: "write the answer: " + cause(err).Error() + "; write it to another place", Err: err}
}
