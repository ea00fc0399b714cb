package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"tokentray/core"
)

// TestDatabasesOfEverySchema: what any version left is opened, whole, and the
// file from before the last migration stays as a backup that can be opened too.
func TestDatabasesOfEverySchema(t *testing.T) {
	newest := len(migrations())
	for schema := 1; schema <= newest; schema++ {
		t.Run(strconv.Itoa(schema), func(t *testing.T) {
			f := readFixture(t, schema)
			path := filepath.Join(t.TempDir(), "tokentray.db")
			unpack(t, fmt.Sprintf("schema%d", schema), path)
			s := openFixture(t, path, f)
			if r := s.Repaired(); r != nil {
				t.Errorf("a sound database was repaired: %+v", r)
			}
			compare(t, s, f)
			home := s.HomeID()
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = openFixture(t, path, f) // as it was written by today's version
			compare(t, s, f)
			if s.HomeID() != home {
				t.Error("the home has another id, and so loses its keyring entries")
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if schema == newest {
				return
			}
			before, err := filepath.Glob(filepath.Join(filepath.Dir(path), "backups", "*-schema*.db"))
			if err != nil || len(before) != 1 {
				t.Fatalf("backups from before the migration: %v, %v", before, err)
			}
			other := filepath.Join(t.TempDir(), "tokentray.db")
			if err := os.Rename(before[0], other); err != nil {
				t.Fatal(err)
			}
			compare(t, openFixture(t, other, f), f)
		})
	}
}

// TestABackupOfAnEarlierVersionIsRestored when the database is gone.
func TestABackupOfAnEarlierVersionIsRestored(t *testing.T) {
	f := readFixture(t, 3)
	dir := t.TempDir()
	unpack(t, "backup-schema3", filepath.Join(dir, "backups", "accounts-20261128T190631.884Z.db"))
	s := openFixture(t, filepath.Join(dir, "tokentray.db"), f)
	if r := s.Repaired(); r == nil || r.Key() != "store_refound" {
		t.Errorf("repaired: %+v", r)
	}
	compare(t, s, f)
}

// TestANewerDatabaseIsLeftAlone: a program that is older than its database
// refuses it and changes no byte, neither of it nor beside it.
func TestANewerDatabaseIsLeftAlone(t *testing.T) {
	f := readFixture(t, 3)
	dir := t.TempDir()
	path := filepath.Join(dir, "tokentray.db")
	unpack(t, "schema3", path)
	db, err := bbolt.Open(path, 0o600, nil)
	if err == nil {
		err = errors.Join(db.Update(func(tx *bbolt.Tx) error {
			return tx.Bucket([]byte("meta")).Put([]byte("schema"), []byte(strconv.Itoa(len(migrations())+1)))
		}), db.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(path, Options{Now: func() time.Time { return f.At }})
	if s != nil || !errors.Is(err, ErrNewer) {
		t.Errorf("opened: %v, %v", s, err)
	}
	after, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("its bytes changed: %v", err)
	}
	names, err := os.ReadDir(dir)
	if err != nil || slices.ContainsFunc(names, func(e os.DirEntry) bool { return e.Name() != "tokentray.db" && e.Name() != "backups" }) {
		t.Errorf("beside it stands %v, %v", names, err)
	}
}

// TestTeamsAmongTheSettingsAreMoved: before they had a bucket, teams stood among the
// settings of a database of schema 3.
func TestTeamsAmongTheSettingsAreMoved(t *testing.T) {
	f := readFixture(t, 3)
	path := filepath.Join(t.TempDir(), "tokentray.db")
	unpack(t, "schema3", path)
	records := map[string][]byte{"friends": []byte(`{"redis":"redis://127.0.0.1"}`), "shop": []byte(`{"redis":"redis://127.0.0.2"}`)}
	db, err := bbolt.Open(path, 0o600, nil)
	if err == nil {
		err = errors.Join(db.Update(func(tx *bbolt.Tx) (err error) {
			for name, record := range records {
				err = errors.Join(err, tx.Bucket([]byte("settings")).Put([]byte("team/"+name), record))
			}
			return errors.Join(err, tx.Bucket([]byte("settings")).Put([]byte("preset/own"), []byte("kept")))
		}), db.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	s := openFixture(t, path, f)
	teams, err := s.Teams()
	if d := cmp.Diff(records, teams); d != "" || err != nil {
		t.Errorf("teams (-then +now): %v\n%s", err, d)
	}
	presets, err := s.Presets()
	if d := cmp.Diff(map[core.Kind][]byte{"own": []byte("kept")}, presets); d != "" || err != nil {
		t.Errorf("presets (-then +now): %v\n%s", err, d)
	}
	left := 0
	err = s.view("look", func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(bucketSettings)).ForEach(func(k, _ []byte) error {
			if bytes.HasPrefix(k, []byte("team/")) {
				left++
			}
			return nil
		})
	})
	if left != 0 || err != nil {
		t.Errorf("%d teams are left among the settings: %v", left, err)
	}
}

// TestAPushOfAnUnknownKindCostsNoAccount: in a schema that this program knows such a
// push is damage, since it must not be misread. The accounts come from the backup, and
// where that has the same push, from the damaged file.
func TestAPushOfAnUnknownKindCostsNoAccount(t *testing.T) {
	newest := len(migrations())
	for name, spoilBackup := range map[string]bool{"not in the backup": false, "in the backup too": true} {
		t.Run(name, func(t *testing.T) {
			f := readFixture(t, newest)
			path := filepath.Join(t.TempDir(), "tokentray.db")
			backup := filepath.Join(filepath.Dir(path), "backups", "accounts-20261128T190631.884Z.db")
			unpack(t, fmt.Sprintf("schema%d", newest), path)
			unpack(t, fmt.Sprintf("schema%d", newest), backup)
			spoilt := []string{path}
			if spoilBackup {
				spoilt = append(spoilt, backup)
			}
			for _, file := range spoilt {
				db, err := bbolt.Open(file, 0o600, nil)
				if err == nil {
					err = errors.Join(db.Update(func(tx *bbolt.Tx) error {
						return tx.Bucket([]byte("pushes")).Put([]byte("a"), []byte(`{"last":1,"pushes":[{"number":1,"kind":"pigeon"}]}`))
					}), db.Close())
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			s := openFixture(t, path, f)
			if s.Repaired() == nil {
				t.Fatal("the push was read")
			}
			if !spoilBackup {
				compare(t, s, f)
				return
			}
			if lost := s.Repaired().Lost; len(lost) != len(f.List.Accounts) {
				t.Errorf("%d accounts were found in the damaged file, not %d", len(lost), len(f.List.Accounts))
			}
			for _, a := range f.List.Accounts {
				states := s.Repaired().Lost[core.ID(a["id"].(string))]
				if !slices.ContainsFunc(states, func(l core.Account) bool {
					return l.Name == a["name"] && string(l.Env) == a["env"] && l.AppID == a["appid"]
				}) {
					t.Errorf("%s/%s is not whole: %+v", a["name"], a["env"], states)
				}
			}
		})
	}
}
