package cli

import (
	"errors"
	"io"
	"io/fs"
	"os"

	"tokentray/core"
	"tokentray/core/durable"
)

// checkOut refuses an existing file, unless it may be replaced, and a path where no
// file can be written. It is called before anything is made that would be lost.
func checkOut(path string, force bool) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return noOut("look at "+path, err)
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
			return noOut("create "+path, err)
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
		return noOut("write "+path, err)
	}
	return nil
}

// noOut is the error for a file that cannot be written where --out says.
func noOut(doing string, err error) error { return unwritten(doing, err, "choose another --out") }

// unanswered is the error for an answer that standard output does not take.
func unanswered(err error) error {
	return unwritten("write the answer", err, "write it to another place")
}

func unwritten(doing string, err error, instead string) error {
	return &core.Error{Class: core.Internal, Remedy: core.RemedyOutput, Message: doing + ": " + cause(err).Error() + "; " + instead, Err: err}
}
