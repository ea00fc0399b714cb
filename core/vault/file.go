package vault

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"tokentray/core"
	"tokentray/core/durable"
)

// WorkFactor is the default cost of guessing a passphrase: scrypt with N = 2^18
// takes about a second and 256 MB, given back at once, for each unlock and each
// change. A file that has another work factor, up to maxWorkFactor, keeps it.
const WorkFactor = 18

// maxFile bounds what is read as a passphrase file, in bytes.
const maxFile = 64 << 20

// File is a vault in a file under a passphrase: JSON from keys to secrets in
// base64, encrypted by age with scrypt, so that `age -d` opens it too. While it is
// unlocked the entries and the passphrase are in memory.
type File struct {
	path    string
	initial int // the work factor of a file that Create makes

	mu      sync.Mutex
	pass    core.Secret
	factor  int               // the work factor of the file that was made or unlocked last
	entries map[string][]byte // nil while locked
	sum     [sha256.Size]byte // of the file as it was last read or written
	seen    os.FileInfo       // of it when Mend last looked
	kept    bool              // the entries are beside what lies in its place
	trouble error             // what kept the last Unlock from opening it
}

var _ Vault = (*File)(nil)

// NewFile returns the vault in the file at path, locked. workFactor, the binary
// logarithm of scrypt's N, is for a file that Create makes; 0 means WorkFactor.
func NewFile(path string, workFactor int) *File {
	if workFactor == 0 {
		workFactor = WorkFactor
	}
	return &File{path: path, initial: workFactor}
}

// Exists reports whether the file was made. A file whose entries are in memory
// exists even if somebody removed it: see Mend.
func (f *File) Exists() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.entries != nil || f.onDisk()
}

func (f *File) onDisk() bool {
	_, err := os.Lstat(f.path)
	return err == nil
}

// Inspect reads the file on the disk without its passphrase. It returns why nobody
// can open it, as far as its beginning tells.
func (f *File) Inspect() error {
	data, err := f.read()
	if err == nil {
		err = inspect(data)
	}
	return err
}

// Damaged reports whether there is a file that nobody can open, as far as its
// beginning or the last Unlock tells.
func (f *File) Damaged() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.entries == nil && f.damagedOnDisk()
}

func (f *File) damagedOnDisk() bool {
	if errors.Is(f.trouble, ErrDamaged) {
		return true
	}
	return errors.Is(f.Inspect(), ErrDamaged)
}

// Create makes the file with its first entries and leaves it unlocked. If a file
// exists the error is ErrExists, unless it is damaged: then it is put aside.
func (f *File) Create(ctx context.Context, passphrase core.Secret, entries map[string][]byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if passphrase.Empty() {
		return &core.Error{Class: core.Invalid, Remedy: core.RemedyInput, Message: core.SaysPassphraseEmpty + "; choose one that is hard to guess"}
	}
	switch {
	case f.entries == nil && f.onDisk() && f.damagedOnDisk():
		if err := f.putAside("damaged"); err != nil {
			return f.unwritable(err)
		}
	case f.entries != nil || f.onDisk():
		return &core.Error{
			Class: core.Invalid, Remedy: core.RemedyVaultUnlock, Err: ErrExists,
			Message: "there is a passphrase file already; unlock it with tokentray vault unlock",
		}
	}
	if err := os.MkdirAll(filepath.Dir(f.path), 0o700); err != nil {
		return f.unwritable(err)
	}
	if err := ctx.Err(); err != nil {
		return core.AsError(err)
	}
	first := map[string][]byte{}
	maps.Copy(first, entries)
	f.factor = f.initial // not that of a file that was here before
	return f.save(passphrase, first)
}

// Unlock opens the file. Its error has ErrPassphrase or ErrDamaged in its chain if
// one of them is the cause; the file is never changed. On an unlocked vault it only
// checks the passphrase: an older file may lie in the file's place, or one of somebody
// else, whose passphrase proves nothing.
func (f *File) Unlock(_ context.Context, passphrase core.Secret) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.entries != nil {
		return f.check(passphrase)
	}
	data, err := f.read()
	if err != nil {
		f.trouble = err
		return err
	}
	entries, err := decode(data, passphrase)
	if err != nil {
		if errors.Is(err, ErrUnavailable) {
			f.trouble = err
		}
		return err
	}
	f.pass, f.entries, f.sum, f.trouble = passphrase, entries, sha256.Sum256(data), nil
	f.factor, _ = factorOf(data)
	f.kept = false
	return nil
}

// check compares a passphrase with that of the entries in memory. It does the work of
// scrypt for that, so that it helps nobody to guess.
func (f *File) check(passphrase core.Secret) error {
	if passphrase.Empty() {
		return wrongPassphrase()
	}
	if _, err := encode(nil, passphrase, f.factor); err != nil {
		return problem(ErrUnavailable, "the passphrase could not be checked; try again", err)
	}
	if subtle.ConstantTimeCompare([]byte(passphrase.Reveal()), []byte(f.pass.Reveal())) != 1 {
		return wrongPassphrase()
	}
	return nil
}

// Lock forgets entries and passphrase. It wipes the entries; the passphrase is a
// string, whose memory is reused in time. Entries that a file in the place of this one
// lacks are written beside it first, if they can be.
func (f *File) Lock() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.entries != nil {
		if data, err := f.read(); err == nil && sha256.Sum256(data) != f.sum {
			theirs, _ := decode(data, f.pass)
			_ = f.keep(theirs)
		}
	}
	for _, value := range f.entries {
		clear(value)
	}
	f.pass, f.entries = core.Secret{}, nil
}

// Get implements Vault.
func (f *File) Get(_ context.Context, key string) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.closed(); err != nil {
		return nil, err
	}
	value, ok := f.entries[key]
	if !ok {
		return nil, notFound()
	}
	return bytes.Clone(value), nil
}

// Keys lists the file's keys.
func (f *File) Keys() ([]string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.closed(); err != nil {
		return nil, err
	}
	return slices.Sorted(maps.Keys(f.entries)), nil
}

// Set implements Vault.
func (f *File) Set(ctx context.Context, key string, value []byte) error {
	return f.change(ctx, func(entries map[string][]byte) bool {
		old, had := entries[key]
		entries[key] = bytes.Clone(value)
		return !had || !bytes.Equal(old, value)
	})
}

// Delete implements Vault.
func (f *File) Delete(ctx context.Context, key string) error {
	return f.change(ctx, func(entries map[string][]byte) bool {
		_, had := entries[key]
		delete(entries, key)
		return had
	})
}

// Batch makes many Sets and Deletes at the cost of one, and completely or not at
// all.
func (f *File) Batch(ctx context.Context, set map[string][]byte, remove []string) error {
	return f.change(ctx, func(entries map[string][]byte) bool {
		for key, value := range set {
			entries[key] = bytes.Clone(value)
		}
		for _, key := range remove {
			delete(entries, key)
		}
		return len(set)+len(remove) > 0
	})
}

// change writes a changed copy of the entries; only when that is on disk does
// it count.
func (f *File) change(ctx context.Context, edit func(map[string][]byte) bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.closed(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return core.AsError(err)
	}
	next := maps.Clone(f.entries)
	if !edit(next) && f.onDisk() {
		return nil
	}
	data, err := f.read()
	switch {
	case errors.Is(err, fs.ErrNotExist): // somebody removed it; only the copy in memory is left
	case err != nil:
		return err
	case sha256.Sum256(data) == f.sum:
	default:
		if err := f.replaced(data); err != nil {
			return err
		}
	}
	return f.save(f.pass, next)
}

// closed is why the file's entries are not available; nil when they are.
func (f *File) closed() error {
	switch {
	case f.entries != nil:
		return nil
	case !f.onDisk():
		return problem(ErrUnavailable, "there is no passphrase file; make one with tokentray vault init")
	case f.trouble != nil:
		return f.trouble
	}
	if err := f.Inspect(); err != nil {
		return err
	}
	return problem(ErrLocked, "the passphrase file is locked; unlock it with tokentray vault unlock")
}

func (f *File) read() ([]byte, error) {
	data, _, err := durable.Read(f.path, maxFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, problem(ErrUnavailable, "the passphrase file is gone; make one with tokentray vault init", err)
	case errors.Is(err, durable.ErrNotPlain):
		e := problem(ErrUnavailable, "something that is no file stands in the place of the passphrase file "+f.path+"; move it away", err)
		e.Remedy = core.RemedyPlainFile
		return nil, e
	case errors.Is(err, durable.ErrTooBig):
		return nil, damaged(err)
	case err != nil:
		e := problem(ErrUnavailable, core.SaysPassphraseFileUnread+"; make it yours and readable, and check the disk", err)
		e.Remedy = core.RemedyReadOnly
		return nil, e
	}
	return data, nil
}

// save encrypts entries and replaces the file; then they are the current ones.
func (f *File) save(pass core.Secret, entries map[string][]byte) error {
	data, err := encode(entries, pass, f.factor)
	if err != nil {
		return problem(ErrUnavailable, "the passphrase file could not be encrypted; try again", err)
	}
	f.sweep()
	err = durable.Write(f.path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
	if err != nil {
		return f.unwritable(err)
	}
	f.pass, f.entries, f.sum, f.trouble, f.seen, f.kept = pass, entries, sha256.Sum256(data), nil, nil, false
	return nil
}

// sweep removes the leftovers of a crash during save. Only the agent, the only one
// on its home, writes here.
func (f *File) sweep() { durable.Sweep(filepath.Dir(f.path), filepath.Base(f.path)+".") }

func (f *File) unwritable(err error) error {
	return &core.Error{
		Class: core.Internal, Remedy: core.RemedyDisk, Err: err,
		Message: "the passphrase file could not be written; see that its folder is yours and the disk has room, nothing was lost",
	}
}
