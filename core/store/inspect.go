package store

import (
	"os"
	"runtime/debug"

	"go.etcd.io/bbolt"

	"tokentray/core"
	"tokentray/core/durable"
)

// Inspect examines the database at path and changes nothing, neither by creating nor
// by repairing it. It returns nil if Open would open it unchanged, os.ErrNotExist in
// the chain if there is none, and else the cause of Open's error: ErrInUse,
// ErrDamaged, ErrNewer or ErrReadOnly in its chain.
func Inspect(path string) error {
	return fail("look at the database", inspect(path, len(migrations())))
}

// Peek reads the settings of a database that Inspect accepts, without a change. It
// fails as Inspect does.
func Peek(path string) (out core.Settings, err error) {
	if err := Inspect(path); err != nil {
		return out, err
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: lockWait, OpenFile: durable.OpenFile})
	if err != nil {
		return out, fail("look at the settings", err)
	}
	defer func() { _ = db.Close() }()
	err = db.View(func(tx *bbolt.Tx) error {
		out = core.DefaultSettings()
		if b := tx.Bucket([]byte(bucketSettings)); b != nil {
			out = decodeSettings(b.Get([]byte(keySettings)))
		}
		return nil
	})
	return out, fail("look at the settings", err)
}

func inspect(path string, known int) (err error) {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	file, err := durable.OpenFile(path, os.O_RDWR, 0) // as Open will
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()

	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = damage("%v", r)
		}
	}()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: lockWait, OpenFile: durable.OpenFile})
	if err != nil {
		if isDamage(err) {
			return damage("%v", err)
		}
		return err
	}
	defer func() { _ = db.Close() }()
	if _, err := checkPages(file, info.Size()); err != nil {
		return err
	}
	return db.View(func(tx *bbolt.Tx) error {
		_, err := readable(tx, known)
		return err
	})
}
