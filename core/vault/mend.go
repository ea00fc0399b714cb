package vault

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/durable"
)

// While the passphrase file is unlocked its entries are in memory, and that copy may
// be the only one: somebody may remove the file, a disk may damage it, another
// program may put an older one in its place. None of these loses an entry.

// replaced handles a file that another program wrote. A damaged one is put aside,
// because the entries are in memory. Any other one counts, after it was opened;
// entries that it lacks are written beside it first.
func (f *File) replaced(data []byte) error {
	theirs, err := decode(data, f.pass)
	if errors.Is(err, ErrDamaged) {
		if err := f.putAside("damaged"); err != nil {
			return f.unwritable(err)
		}
		return nil
	}
	if err := f.keep(theirs); err != nil {
		return err
	}
	f.pass, f.entries = core.Secret{}, nil
	return problem(ErrLocked, "the passphrase file was changed by another program; unlock it again with tokentray vault unlock")
}

// keep writes the entries beside the file, once, if theirs, which are in its place,
// lack any of them.
func (f *File) keep(theirs map[string][]byte) error {
	lacks := false
	for key, value := range f.entries {
		lacks = lacks || !bytes.Equal(theirs[key], value)
	}
	if !lacks || f.kept {
		return nil
	}
	ours, err := encode(f.entries, f.pass, f.factor)
	if err == nil {
		err = durable.Write(f.beside("replaced"), func(w io.Writer) error {
			_, err := w.Write(ours)
			return err
		})
	}
	if err != nil {
		return f.unwritable(err)
	}
	f.kept = true
	return nil
}

// beside is a free name for a copy of the file, beside it.
func (f *File) beside(what string) string {
	path := f.path + "." + what + "-" + time.Now().UTC().Format("20060102T150405.000Z")
	for i := 2; ; i++ {
		if _, err := os.Lstat(path); err != nil {
			return path
		}
		path = fmt.Sprintf("%s-%d", strings.TrimSuffix(path, fmt.Sprintf("-%d", i-1)), i)
	}
}

// putAside keeps the file under another name.
func (f *File) putAside(what string) error {
	err := os.Rename(f.path, f.beside(what))
	durable.SyncDir(filepath.Dir(f.path))
	f.trouble = nil
	return err
}

// Mend writes the file again when it was removed or damaged while its entries are in
// memory, and reports whether it did. What another program put in its place stays, and
// entries that this lacks are written beside it. It reads the file only if that changed
// since the last time.
func (f *File) Mend() (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.entries == nil {
		return false, nil
	}
	info, err := os.Lstat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return true, f.save(f.pass, f.entries)
	case err != nil:
		return false, f.unwritable(err)
	case f.seen != nil && os.SameFile(info, f.seen) && info.Size() == f.seen.Size() && info.ModTime().Equal(f.seen.ModTime()):
		return false, nil
	}
	data, err := f.read()
	if err != nil {
		return false, err
	}
	switch {
	case sha256.Sum256(data) == f.sum:
		f.seen = info
		return false, nil
	case !errors.Is(inspect(data), ErrDamaged):
		theirs, _ := decode(data, f.pass) // none, if it has another passphrase
		if err := f.keep(theirs); err != nil {
			return false, err
		}
		f.seen = info
		return false, nil
	}
	if err := f.putAside("damaged"); err != nil {
		return false, f.unwritable(err)
	}
	return true, f.save(f.pass, f.entries)
}
