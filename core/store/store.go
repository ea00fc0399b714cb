package store

import (
	"crypto/cipher"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"

	"tokentray/core"
	"tokentray/core/durable"
)

// lockWait is how long Open waits for another process to release the lock.
const lockWait = 500 * time.Millisecond

// Options of Open. The agent uses the zero value.
type Options struct {
	Now      func() time.Time // the wall clock; nil means the machine's
	Log      *slog.Logger     // nil discards
	LockWait time.Duration    // for another process; 0 means half a second
	MaxSize  int              // bytes the file may grow to; 0 means no limit
	Backups  string           // folder; empty means "backups" beside the file
	// Home is the id of a new database if no damaged one has a better: the one under
	// which the vault still keeps secrets. Empty means a random one.
	Home string
	// TokenID names the token that an account asks for: a change of it drops the
	// stored token. Nil counts every field of the account.
	TokenID func(core.Account) core.TokenID
}

// Store is the open database. All methods are safe for concurrent use; every
// error is a *core.Error.
type Store struct {
	db     *bbolt.DB
	file   *os.File // the one that bbolt has open, to close it after damage
	path   string
	opt    Options
	log    *slog.Logger
	now    func() time.Time
	home   string
	repair *Repair
	isNew  bool // the database was empty

	remains *remains // of a damaged file, until prepare took them in

	damaged atomic.Bool // a transaction met damage; nothing else is tried

	key atomic.Pointer[cipher.AEAD] // nil while sealed

	backups sync.Mutex // one backup at a time
	due     atomic.Bool
	touched atomic.Int64 // when accounts last changed, in Unix seconds
	failed  atomic.Int64 // when a backup last failed, in Unix seconds; 0 after one that did not
	last    time.Time    // of the newest backup, under backups
}

// Repair is what Open did about a file that was damaged, gone or replaced.
type Repair struct {
	Moved  string    // where the damaged file is now; empty when there was none
	Backup time.Time // of the backup that was restored; zero when there was none
	// PutBack: nothing was damaged, but the database is older than the newest
	// backup; somebody put a copy in its place.
	PutBack bool
	// Behind: the newest state was unreadable and the one before it is used. The
	// last change, one transaction, may be missing.
	Behind bool
	// Lost are the accounts in the damaged file that the database does not have:
	// their secrets are in the vault. Each comes with what can be read of it,
	// nothing or several states in unknown order.
	Lost map[core.ID][]core.Account
	// Removed are those that a person removed according to the damaged file, the
	// last first. A removal that was never committed looks the same, so nothing may
	// be deleted for it without a second sign. Lost has them as well.
	Removed []core.ID
}

// Key is the key of the sentence that tells people about it.
func (r *Repair) Key() string {
	switch {
	case r.PutBack:
		return "store_put_back"
	case r.Behind:
		return "store_behind"
	case r.Backup.IsZero():
		return "store_emptied"
	case r.Moved == "":
		return "store_refound"
	}
	return "store_restored"
}

// Open opens the database at path and creates it with its folder if neither it nor a
// good backup exists. A damaged file is moved aside and the newest good backup takes
// its place; this also happens when the file is gone. Repaired reports that. Its
// error is a *core.Error, with ErrInUse, ErrNewer, ErrFull or ErrReadOnly in its
// chain if one of them is the cause; nothing is changed then.
func Open(path string, opt Options) (*Store, error) {
	return open(path, opt, migrations())
}

func open(path string, opt Options, steps []migration) (*Store, error) {
	const doing = "open the database"
	s := newStore(path, opt)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fail(doing, err)
	}
	err := s.attach(len(steps))
	if errors.Is(err, ErrDamaged) {
		err = s.restore(err, len(steps))
	}
	if err != nil {
		return nil, fail(doing, err)
	}
	if err := s.prepare(steps); err != nil {
		_ = s.Close()
		return nil, fail(doing, err)
	}
	return s, nil
}

func newStore(path string, opt Options) *Store {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.LockWait == 0 {
		opt.LockWait = lockWait
	}
	if opt.Backups == "" {
		opt.Backups = filepath.Join(filepath.Dir(path), "backups")
	}
	return &Store{path: path, opt: opt, log: opt.Log, now: func() time.Time { return opt.Now().Round(0) }}
}

// prepare migrates and reads what stays in memory.
func (s *Store) prepare(steps []migration) error {
	s.recall()
	if s.repair != nil && s.repair.Behind {
		if err := s.mark(*s.repair); err != nil {
			return err
		}
	}
	if older, err := s.setAside(); err != nil {
		return err
	} else if older && (s.repair == nil || s.repair.Behind) {
		s.repair = &Repair{PutBack: true}
	}
	if err := s.migrate(steps); err != nil {
		return err
	}
	if err := s.takeRemains(); err != nil {
		return err
	}
	if info, err := s.file.Stat(); err == nil && info.Mode().Perm()&0o077 != 0 {
		if err := s.file.Chmod(0o600); err != nil {
			s.log.Warn("the database's mode could not be set to 0600", "err", err)
		}
	}
	durable.Sweep(filepath.Dir(s.path), filepath.Base(s.path)+".")
	sweep(s.path)
	var changed time.Time
	err := s.view("read the home's id", func(tx *bbolt.Tx) error {
		meta := tx.Bucket([]byte(bucketMeta))
		s.home = string(meta.Get([]byte(keyHome)))
		if text := meta.Get([]byte(keyChanged)); text != nil && changed.UnmarshalText(text) != nil {
			changed = s.now() // unreadable: an additional backup does no harm
		}
		return nil
	})
	if err != nil {
		return err
	}
	if newest := newestBackup(s.opt.Backups); newest != nil {
		s.last = newest.at
	}
	// A backup from the future says nothing about later changes.
	s.due.Store(changed.After(s.last) || s.last.After(s.now()))
	s.backupIfDue()
	return nil
}

// HomeID is the random id of this home. It is part of the names under which
// the keyring keeps this home's secrets.
func (s *Store) HomeID() string { return s.home }

// Path is where the database is.
func (s *Store) Path() string { return s.path }

// Repaired tells what Open had to repair; nil for nothing.
func (s *Store) Repaired() *Repair { return s.repair }

// Close makes the backup that is due, however young the last one is, unless a reset
// removed the file, and closes the file.
func (s *Store) Close() error {
	if !s.damaged.Load() && stillAt(s.path, s.file) {
		s.backupAfter(0)
	}
	if s.damaged.Load() {
		// bbolt may keep its own locks for ever after a panic: close the file and
		// leave the rest to the end of the process.
		return fail("close the database", ignoreClosed(release(s.file)))
	}
	return fail("close the database", s.db.Close())
}

func ignoreClosed(err error) error {
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}

func (s *Store) view(doing string, fn func(*bbolt.Tx) error) error {
	return s.run(doing, s.db.View, fn)
}

func (s *Store) update(doing string, fn func(*bbolt.Tx) error) error {
	return s.run(doing, s.db.Update, fn)
}

// run runs a transaction and turns damage, on which bbolt panics or the mapped file
// faults, into an error. After damage every call fails at once, because bbolt may
// still have its locks.
func (s *Store) run(doing string, do func(func(*bbolt.Tx) error) error, fn func(*bbolt.Tx) error) (err error) {
	if s.damaged.Load() {
		return fail(doing, ErrDamaged)
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			s.damaged.Store(true)
			s.log.Error(core.SaysDamaged, "doing", doing, "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
			err = fail(doing, fmt.Errorf("%w: %v", ErrDamaged, r))
		}
	}()
	return fail(doing, do(fn))
}

// forget drops everything stored about an account except its intent.
func forget(tx *bbolt.Tx, id core.ID) error {
	for _, name := range []string{bucketAccounts, bucketTokens, bucketForced, bucketUsed, bucketPushes} {
		if err := tx.Bucket([]byte(name)).Delete([]byte(id)); err != nil {
			return err
		}
	}
	if err := dropTickets(tx, id); err != nil {
		return err
	}
	return dropHistory(tx, id)
}
