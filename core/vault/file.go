package vault

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync"

	"filippo.io/age"

	"tokentray/core"
	"tokentray/core/durable"
)

// WorkFactor is the default cost of guessing a passphrase: scrypt with N = 2^18
// takes about a second and 256 MB, given back at once, for each unlock and each
// change.
const WorkFactor = 18

// maxFile bounds what is read as a passphrase file, in bytes.
const maxFile = 64 << 20

// File is a vault in a file under a passphrase: JSON from keys to secrets in
// base64, encrypted by age with scrypt, so that `age -d` opens it too. While it is
// unlocked the entries and the passphrase are in memory.
type File struct {
	path   string
	factor int

	mu      sync.Mutex
	pass    core.Secret
	entries map[string][]byte // nil while locked
	sum     [sha256.Size]byte // of the file as it was last read or written
	trouble error             // what kept the last Unlock from opening it
}

var _ Vault = (*File)(nil)

// NewFile returns the vault in the file at path, locked. workFactor is the
// binary logarithm of scrypt's N; 0 means WorkFactor.
func NewFile(path string, workFactor int) *File {
	if workFactor == 0 {
		workFactor = WorkFactor
	}
	return &File{path: path, factor: workFactor}
}

// Exists reports whether the file was made.
func (f *File) Exists() bool {
	_, err := os.Lstat(f.path)
	return err == nil
}

// Create makes the file with its first entries and leaves it unlocked. A file
// that is there, whatever it holds, is refused with ErrExists.
func (f *File) Create(ctx context.Context, passphrase core.Secret, entries map[string][]byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if passphrase.Empty() {
		return &core.Error{Class: core.Invalid, Remedy: core.RemedyInput, Message: "the passphrase is empty; choose one that is hard to guess"}
	}
	if f.Exists() {
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
	return f.save(passphrase, first)
}

// Unlock opens the file. Its error has ErrPassphrase or ErrDamaged in its chain
// where one of them is the cause; the file is never changed. On an unlocked
// vault it checks the passphrase and reads the file anew.
func (f *File) Unlock(_ context.Context, passphrase core.Secret) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	data, err := f.read()
	if err != nil {
		f.trouble = err
		return err
	}
	entries, err := decode(data, passphrase)
	if err != nil {
		if errors.Is(err, ErrDamaged) {
			f.trouble = err
		}
		return err
	}
	f.pass, f.entries, f.sum, f.trouble = passphrase, entries, sha256.Sum256(data), nil
	return nil
}

// Lock forgets entries and passphrase.
func (f *File) Lock() {
	f.mu.Lock()
	defer f.mu.Unlock()
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

// Keys lists what the file holds.
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

// Batch is many Sets and Deletes that cost one passphrase's work, and take effect
// together or not at all.
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
	if !edit(next) {
		return nil
	}
	data, err := f.read()
	if err != nil {
		return err
	}
	if sha256.Sum256(data) != f.sum {
		f.pass, f.entries = core.Secret{}, nil
		return problem(ErrLocked, "the passphrase file was changed by another program; unlock it again with tokentray vault unlock")
	}
	return f.save(f.pass, next)
}

// closed is why the file's entries are not at hand; nil when they are.
func (f *File) closed() error {
	switch {
	case f.entries != nil:
		return nil
	case !f.Exists():
		return problem(ErrUnavailable, "there is no passphrase file; make one with tokentray vault init")
	case f.trouble != nil:
		return f.trouble
	}
	return problem(ErrLocked, "the passphrase file is locked; unlock it with tokentray vault unlock")
}

func (f *File) read() ([]byte, error) {
	file, err := os.Open(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, problem(ErrUnavailable, "the passphrase file is gone; make one with tokentray vault init", err)
	case err != nil:
		return nil, problem(ErrUnavailable, "the passphrase file cannot be read; make it yours and readable", err)
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, problem(ErrUnavailable, "the passphrase file cannot be read; see that it is a file and the disk is well", err)
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
	f.pass, f.entries, f.sum, f.trouble = pass, entries, sha256.Sum256(data), nil
	return nil
}

// sweep removes what a crash during save left. Only the agent, which is alone on
// its home, writes here.
func (f *File) sweep() { durable.Sweep(filepath.Dir(f.path), filepath.Base(f.path)+".") }

func (f *File) unwritable(err error) error {
	return &core.Error{
		Class: core.Internal, Remedy: core.RemedyDisk, Err: err,
		Message: "the passphrase file could not be written; see that its folder is yours and the disk has room, nothing was lost",
	}
}

// encode encrypts entries under a passphrase.
func encode(entries map[string][]byte, pass core.Secret, factor int) ([]byte, error) {
	defer debug.FreeOSMemory() // scrypt's
	r, err := age.NewScryptRecipient(pass.Reveal())
	if err != nil {
		return nil, err
	}
	r.SetWorkFactor(factor)
	plain, err := json.Marshal(entries)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, r)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// decode is the reverse of encode. Its errors hold nothing of the content.
func decode(data []byte, pass core.Secret) (map[string][]byte, error) {
	defer debug.FreeOSMemory()
	if len(data) > maxFile {
		return nil, damaged(errors.New("it is too big"))
	}
	id, err := age.NewScryptIdentity(pass.Reveal())
	if err != nil {
		return nil, wrongPassphrase()
	}
	r, err := age.Decrypt(bytes.NewReader(data), id)
	var noMatch *age.NoIdentityMatchError
	switch {
	case errors.As(err, &noMatch) && errors.Is(err, age.ErrIncorrectIdentity):
		return nil, wrongPassphrase()
	case err != nil:
		return nil, damaged(err)
	}
	plain, err := io.ReadAll(io.LimitReader(r, maxFile))
	if err != nil {
		return nil, damaged(err)
	}
	var entries map[string][]byte
	if err := json.Unmarshal(plain, &entries); err != nil || entries == nil {
		return nil, damaged(errors.New("it holds something else"))
	}
	return entries, nil
}

func wrongPassphrase() error {
	return problem(ErrLocked, "the passphrase is wrong; try again with tokentray vault unlock", ErrPassphrase)
}

func damaged(cause error) error {
	return problem(ErrUnavailable, "the passphrase file is damaged; put a copy of it back, or move it away and make a new one with tokentray vault init", ErrDamaged, cause)
}
