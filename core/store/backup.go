package store

import (
	"cmp"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.etcd.io/bbolt"

	"tokentray/core/durable"
)

// Backups are made after accounts changed, at most one in backupEvery, and the
// newest of each of keepDays different days are kept. A change that comes too soon
// after the last backup is in the next one: made by Settle when no further change
// came for settleTime, by the first change after the hour, by Close, or, after a
// crash, by the next Open that comes late enough.
const (
	backupEvery = time.Hour
	settleTime  = 30 * time.Second
	keepDays    = 5
)

const (
	backupPrefix = "accounts-"
	backupSuffix = ".db"
	backupOther  = "-other" // before the suffix: see setAside
)

// backupFile is a backup on disk.
type backupFile struct {
	path  string
	at    time.Time // by the clock at that time, which may have been wrong
	tx    uint64    // number of its transaction; 0 when it cannot be read
	other bool      // set aside
}

// listBackups returns the backups in dir, newest first: by their transaction, which
// no clock can set back, and those that were set aside after all others. Names that
// are not ours are ignored.
func listBackups(dir string) []backupFile {
	names, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var out []backupFile
	for _, n := range names {
		text, ours := strings.CutPrefix(n.Name(), backupPrefix)
		text, whole := strings.CutSuffix(text, backupSuffix)
		if !ours || !whole {
			continue
		}
		other := strings.HasSuffix(text, backupOther)
		text, _, _ = strings.Cut(text, "-") // accounts-<time>[-schema1][-other].db
		if at, err := time.Parse(stamp, text); err == nil {
			path := filepath.Join(dir, n.Name())
			out = append(out, backupFile{path, at, transaction(path), other})
		}
	}
	rank := func(b backupFile) int {
		if b.other {
			return 1
		}
		return 0
	}
	slices.SortFunc(out, func(a, b backupFile) int {
		return cmp.Or(rank(a)-rank(b), cmp.Compare(b.tx, a.tx), b.at.Compare(a.at), strings.Compare(b.path, a.path))
	})
	return out
}

// transaction is the number of the newest one that the database at path holds.
func transaction(path string) uint64 {
	f, err := durable.Open(path)
	if err != nil {
		return 0
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return 0
	}
	m, err := newestMeta(f, info.Size())
	if err != nil {
		return 0
	}
	return m.tx
}

// newestBackup is the newest that is of the database in use, or nil.
func newestBackup(dir string) *backupFile {
	if all := listBackups(dir); len(all) > 0 && !all[0].other {
		return &all[0]
	}
	return nil
}

// setAside marks the backups of a later transaction than the database's: it was
// restored from an older one, because they are damaged, or a person put an older
// copy in its place. They are kept, but no longer precede later backups, which count
// on from the database, nor displace them. It reports whether there were any.
func (s *Store) setAside() (found bool, err error) {
	var now uint64
	err = s.view("read the transaction's number", func(tx *bbolt.Tx) error {
		now = uint64(tx.ID())
		return nil
	})
	if err != nil {
		return false, err
	}
	for _, b := range listBackups(s.opt.Backups) {
		if b.other || b.tx <= now {
			continue
		}
		if !found && s.repair == nil {
			if err := s.mark(Repair{PutBack: true}); err != nil {
				return false, err
			}
		}
		found = true
		aside := strings.TrimSuffix(b.path, backupSuffix) + backupOther + backupSuffix
		if err := os.Rename(b.path, aside); err != nil {
			s.log.Error("a backup of a later database could not be set aside", "backup", b.path, "err", err)
			continue
		}
		s.log.Warn("the database is older than a backup, which is set aside", "backup", aside)
	}
	return found, nil
}

// goodBackup is the newest backup that can be read, or nil.
func (s *Store) goodBackup(known int) *backupFile {
	for _, b := range listBackups(s.opt.Backups) {
		if good(b.path, known, s.log.Warn) {
			return &b
		}
	}
	return nil
}

// changed marks, inside tx, that accounts changed and want a backup.
func (s *Store) changed(tx *bbolt.Tx) error {
	text, err := s.now().UTC().MarshalText()
	if err != nil {
		return err
	}
	return tx.Bucket([]byte(bucketMeta)).Put([]byte(keyChanged), text)
}

// backupIfDue makes the backup that account changes called for, unless the last one
// is too young. A failure is logged: the change itself is safe.
func (s *Store) backupIfDue() { s.backupAfter(backupEvery) }

// backupAfter is backupIfDue with the age from which the last one is old enough.
func (s *Store) backupAfter(every time.Duration) {
	if !s.due.Load() {
		return
	}
	s.backups.Lock()
	defer s.backups.Unlock()
	if age := s.now().Sub(s.last); age >= 0 && age < every || !s.due.Load() {
		return
	}
	s.due.Store(false)
	if err := s.backup(""); err != nil {
		s.due.Store(true)
		s.last = s.now() // try again in an hour, not at every write
		s.failed.Store(s.last.Unix())
		s.log.Error("the backup failed", "err", err)
		return
	}
	s.failed.Store(0)
	s.last = s.now()
}

// unsettled reports whether accounts changed since the last backup, and how long Settle
// waits for a further change.
func (s *Store) unsettled() (wait time.Duration, due bool) {
	if !s.due.Load() {
		return 0, false
	}
	if since := s.now().Sub(time.Unix(s.failed.Load(), 0)); since >= 0 && since < backupEvery {
		return 0, false
	}
	age := s.now().Sub(time.Unix(s.touched.Load(), 0))
	if age < 0 { // the clock was set back
		return 0, true
	}
	return max(0, settleTime-age), true
}

// Settle backs up what changed, however young the last backup is: an account that
// somebody has just entered, with an AppSecret that upstream never shows again, must
// not depend on one file for an hour. It costs nothing when nothing is due. wait says
// when to call it again for a change that is too young; 0: there is none.
func (s *Store) Settle() (wait time.Duration) {
	wait, due := s.unsettled()
	if due && wait == 0 {
		s.backupAfter(0)
	}
	return wait
}

// backup writes the whole database, as one transaction sees it, beside the others
// and deletes those no longer kept. mark tells what it precedes.
func (s *Store) backup(mark string) error {
	const doing = "back up the database"
	if err := os.MkdirAll(s.opt.Backups, 0o700); err != nil {
		return fail(doing, err)
	}
	path := filepath.Join(s.opt.Backups, backupPrefix+s.now().UTC().Format(stamp)+mark+backupSuffix)
	durable.Sweep(s.opt.Backups, backupPrefix)
	err := s.view(doing, func(tx *bbolt.Tx) error {
		return durable.Write(path, func(w io.Writer) error {
			_, err := tx.WriteTo(w)
			return err
		})
	})
	if err != nil {
		return err
	}
	s.log.Info("database backed up", "path", path)
	for _, old := range surplus(listBackups(s.opt.Backups)) {
		if old.path == path {
			continue
		}
		if err := os.Remove(old.path); err != nil { // it costs space, and the new one is there
			s.log.Warn("an old backup cannot be removed", "path", old.path, "err", err)
		}
	}
	return nil
}

// surplus returns those of all, which is sorted newest first, that are not the
// newest of one of the last keepDays days with a backup. Days are counted in UTC,
// and separately for those that were set aside.
func surplus(all []backupFile) []backupFile {
	var out []backupFile
	kept := map[bool]map[string]bool{false: {}, true: {}}
	for _, b := range all {
		day, days := b.at.Format(time.DateOnly), kept[b.other]
		if days[day] || len(days) == keepDays {
			out = append(out, b)
			continue
		}
		days[day] = true
	}
	return out
}
