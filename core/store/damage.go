package store

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"tokentray/core"
	"tokentray/core/durable"
)

// attach opens and locks the file and checks it. On an error, ErrDamaged or another,
// nothing stays open and nothing has changed. known is the newest schema that this
// program reads.
func (s *Store) attach(known int) error {
	info, err := os.Stat(s.path)
	switch {
	case err == nil && info.IsDir():
		return fmt.Errorf("%s is a folder: %w", s.path, os.ErrPermission)
	case err == nil && !info.Mode().IsRegular():
		return fmt.Errorf("%s: %w", s.path, durable.ErrNotPlain)
	case errors.Is(err, os.ErrNotExist):
		if s.goodBackup(known) != nil {
			return damage("the file is gone") // a reset deletes the backups first
		}
		if err := create(s.path); err != nil {
			return err
		}
	case err == nil && info.Size() == 0 && len(listBackups(s.opt.Backups)) > 0:
		return damage("the file has no bytes") // a power cut, for bbolt a new file
	}
	db, file, err := openBolt(s.path, s.opt)
	if err != nil {
		return err
	}
	if !stillAt(s.path, file) { // a reset removed it while we waited for its lock
		_ = db.Close()
		return s.attach(known)
	}
	s.db, s.file = db, file
	s.damaged.Store(false)
	if err := s.examine(known); err != nil {
		if s.damaged.Load() {
			_ = release(file)
		} else {
			_ = db.Close()
		}
		return err
	}
	return nil
}

// stillAt reports whether the open file is the one at path.
func stillAt(path string, file *os.File) bool {
	ours, err := file.Stat()
	if err != nil {
		return true // not for us to judge; examine fails
	}
	there, err := os.Stat(path)
	return err == nil && os.SameFile(ours, there)
}

// Gone reports whether the database was removed, or replaced by another file. Nobody
// finds again what is written from then on.
func (s *Store) Gone() bool {
	ours, err := s.file.Stat()
	if err != nil {
		return false // the database is closed
	}
	there, err := os.Stat(s.path)
	return errors.Is(err, os.ErrNotExist) || err == nil && !os.SameFile(ours, there)
}

// create makes an empty database completely or not at all, so that a full disk
// leaves nothing that looks like damage.
func create(path string) error {
	part := path + partMark + string(core.NewID())
	defer func() { _ = os.Remove(part) }()
	db, err := bbolt.Open(part, 0o600, nil)
	if err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return err
	}
	if err := os.Link(part, path); err == nil || exists(path) {
		return nil // another program's is as good; its owner may have removed ours
	}
	return os.Rename(part, path) // a file system without links
}

// Suffixes of the database's name for a file being created, and for the lock of a
// repair.
const (
	partMark = ".new-"
	lockMark = ".repair"
)

// sweep removes the files of a killed creation or repair. The lock on the database
// is held: another process that works on such a file now finds the database in use
// and no longer needs it.
func sweep(path string) {
	names, _ := os.ReadDir(filepath.Dir(path))
	for _, n := range names {
		mark, ours := strings.CutPrefix(n.Name(), filepath.Base(path))
		if ours && (strings.HasPrefix(mark, partMark) || mark == lockMark) {
			_ = os.Remove(filepath.Join(filepath.Dir(path), n.Name()))
		}
	}
}

// openBolt opens the file with bbolt and turns its panics on damage into
// ErrDamaged.
func openBolt(path string, opt Options) (db *bbolt.DB, file *os.File, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			_ = release(file)
			db, err = nil, damage("%v", r)
		}
	}()
	db, err = bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout:      opt.LockWait,
		FreelistType: bbolt.FreelistMapType,
		NoStatistics: true,
		MaxSize:      opt.MaxSize,
		OpenFile: func(name string, flag int, mode os.FileMode) (f *os.File, err error) {
			f, err = openPatiently(name, flag, mode)
			file = f
			return f, err
		},
	})
	if err != nil && isDamage(err) {
		err = fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return db, file, err
}

// How long and how often a file that another program keeps to itself is tried.
const (
	elsewhereTime  = 8 * time.Second
	elsewherePause = 50 * time.Millisecond
)

// openPatiently opens a file. On Windows a virus scanner or a backup may keep it to itself
// for some seconds: it is tried again, and is in use after that.
func openPatiently(name string, flag int, mode os.FileMode) (*os.File, error) {
	for end := time.Now().Add(elsewhereTime); ; time.Sleep(elsewherePause) {
		f, err := durable.OpenFile(name, flag, mode)
		if err == nil || !openElsewhere(err) {
			return f, err
		}
		if time.Now().After(end) {
			return nil, errors.Join(berrors.ErrTimeout, err)
		}
	}
}

// isDamage reports whether bbolt's refusal to open means that the file is not a
// sound database, and not that it cannot be reached.
func isDamage(err error) bool {
	for _, e := range []error{
		berrors.ErrInvalid, berrors.ErrChecksum, berrors.ErrVersionMismatch, berrors.ErrInvalidMapping,
		io.EOF, io.ErrUnexpectedEOF,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	return strings.HasPrefix(err.Error(), "file size too small")
}

// examine checks every page and decodes every record, in a schema that it knows; a
// newer schema is only recognised.
func (s *Store) examine(known int) error {
	info, err := s.file.Stat()
	if err != nil {
		return err
	}
	m, err := checkPages(s.file, info.Size())
	if err != nil {
		return err
	}
	if m.alone && s.behind(m) {
		return damage("its newest state is unreadable and the one before is older than the newest backup")
	}
	if m.lostNewer && s.repair == nil {
		s.log.Warn("the newest state of the database is unreadable; the one before it is used")
		s.repair = &Repair{Behind: true}
	}
	return s.view("check the database", func(tx *bbolt.Tx) error {
		have, err := readable(tx, known)
		if err == nil && have == 0 && m.count > newPages {
			return damage("it holds nothing, and once held something")
		}
		return err
	})
}

// behind reports whether the newest backup is of a later transaction than the one
// remaining meta page. After a crash while a transaction was written it never is.
func (s *Store) behind(m *meta) bool {
	b := newestBackup(s.opt.Backups)
	if b == nil {
		return false
	}
	f, err := durable.Open(b.path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return false
	}
	theirs, err := checkPages(f, info.Size())
	return err == nil && theirs.tx > m.tx
}

// readable decodes a database of the newest known schema, and refuses one of a newer
// schema. An older one is decoded after its migration.
func readable(tx *bbolt.Tx, known int) (have int, err error) {
	have, err = schemaOf(tx)
	switch {
	case err != nil:
		return 0, err
	case have > known:
		return 0, newer(have, known)
	case have < known:
		return have, nil
	}
	return have, decodeAll(tx)
}

// decodeAll reads every record that the program cannot do without. A line of history
// that does not decode is only skipped when it is read.
func decodeAll(tx *bbolt.Tx) error {
	for _, name := range []string{
		bucketMeta, bucketSettings, bucketAccounts, bucketTokens,
		bucketHistory, bucketIntents, bucketForced, bucketUsed, bucketClients, bucketPushes, bucketTeams,
	} {
		if tx.Bucket([]byte(name)) == nil {
			return damage("the bucket %s is missing", name)
		}
	}
	if len(tx.Bucket([]byte(bucketMeta)).Get([]byte(keyHome))) == 0 {
		return damage("the home's id is missing")
	}
	for name, decode := range map[string]func(k, v []byte) error{
		bucketAccounts: func(k, v []byte) error { _, err := decodeAccount(k, v); return err },
		bucketTokens:   func(_, v []byte) error { _, err := decodeToken(v); return err },
		bucketIntents:  func(k, v []byte) error { _, err := decodeIntent(k, v); return err },
		bucketClients:  func(k, v []byte) error { _, err := decodeClient(k, v); return err },
		bucketPushes: func(k, v []byte) error {
			if tx.Bucket([]byte(bucketAccounts)).Get(k) == nil { // they go with their account
				return fmt.Errorf("pushes of %q, which is no account", k)
			}
			_, err := decodePushes(v)
			return err
		},
	} {
		if err := tx.Bucket([]byte(name)).ForEach(decode); err != nil {
			return damage("in %s: %v", name, err)
		}
	}
	if !bytes.Equal(digest(tx), tx.Bucket([]byte(bucketMeta)).Get([]byte(keyDigest))) {
		return damage("the accounts are not as they were written")
	}
	return nil
}

// digest covers all accounts and intents. bbolt has no checksums of its own, and an
// account that vanishes or changes without a trace is the worst damage. SHA-256 is
// at hand; this is no protection against intent.
func digest(tx *bbolt.Tx) []byte {
	h := sha256.New()
	for _, name := range []string{bucketAccounts, bucketIntents} {
		_ = tx.Bucket([]byte(name)).ForEach(func(k, v []byte) error {
			_, _ = fmt.Fprintf(h, "%s %d %d\n", name, len(k), len(v))
			_, _ = h.Write(k)
			_, _ = h.Write(v)
			return nil
		})
	}
	return h.Sum(nil)
}

// restore moves the damaged file aside and puts the newest good backup in its place,
// or nothing if there is none, and opens that.
func (s *Store) restore(cause error, known int) error {
	// Two programs that start at once must not both repair: a temporary database is
	// the lock, and the second program finds the work done or the database in use.
	lock, err := bbolt.Open(s.path+lockMark, 0o600, &bbolt.Options{Timeout: s.opt.LockWait, NoStatistics: true, OpenFile: durable.OpenFile})
	if err != nil {
		return err
	}
	defer func() {
		_ = lock.Close()
		_ = os.Remove(s.path + lockMark)
	}()
	if err := s.attach(known); !errors.Is(err, ErrDamaged) {
		return err
	}
	backup := s.goodBackup(known)
	remains := readRemains(s.path, s.log)
	repair := Repair{Moved: s.asideName(backup)}
	if backup != nil {
		repair.Backup = backup.at
	}
	if err := s.mark(repair); err != nil {
		return err
	}
	if err := s.moveAside(repair.Moved, backup); err != nil {
		return err
	}
	s.repair, s.remains = &repair, remains
	s.log.Error("the database was damaged or gone and has been replaced",
		"cause", cause, "moved", repair.Moved, "backup", repair.Backup)
	return s.attach(known)
}

// asideName is the name under which the damaged file is kept; empty if the file is
// gone and a backup replaces it.
func (s *Store) asideName(b *backupFile) string {
	if b != nil && !exists(s.path) {
		return ""
	}
	name := fmt.Sprintf("%s.corrupt-%s", s.path, s.now().UTC().Format(stamp))
	for i := 2; exists(name); i++ {
		name = fmt.Sprintf("%s.corrupt-%s-%d", s.path, s.now().UTC().Format(stamp), i)
	}
	return name
}

// moveAside keeps the damaged file under another name and puts the backup, if there
// is one, in its place in one rename.
func (s *Store) moveAside(name string, b *backupFile) error {
	if name == "" {
		return copyFile(s.path, b.path)
	}
	if b == nil {
		if err := os.Rename(s.path, name); err != nil {
			return err
		}
		durable.SyncDir(filepath.Dir(s.path))
		return nil
	}
	if err := os.Link(s.path, name); err != nil {
		if err := copyFile(name, s.path); err != nil {
			return err
		}
	}
	return copyFile(s.path, b.path)
}

func copyFile(to, from string) error {
	src, err := durable.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = src.Close() }()
	return durable.Write(to, func(w io.Writer) error {
		_, err := io.Copy(w, src)
		return err
	})
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// stamp is the time in the names of backups and damaged files, always in UTC.
const stamp = "20060102T150405.000Z"

// good reports whether the file at path is a sound database that this program
// reads. It is opened read-only.
func good(path string, known int, log func(string, ...any)) bool {
	err := func() (err error) {
		f, err := durable.Open(path)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		info, err := f.Stat()
		if err != nil {
			return err
		}
		if _, err := checkPages(f, info.Size()); err != nil {
			return err
		}
		return decodeFile(path, known)
	}()
	if err != nil {
		log("a backup is not usable", "backup", path, "err", err)
	}
	return err == nil
}

func decodeFile(path string, known int) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = damage("%v", r)
		}
	}()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: time.Second, NoStatistics: true, OpenFile: durable.OpenFile})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	return db.View(func(tx *bbolt.Tx) error {
		have, err := readable(tx, known)
		if err == nil && have == 0 {
			return damage("it is empty")
		}
		return err
	})
}
