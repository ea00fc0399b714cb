package store

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"go.etcd.io/bbolt"

	"tokentray/core"
)

// TestInspectChangesNothing: it tells what Open would meet, and leaves the home
// byte for byte as it was.
func TestInspectChangesNothing(t *testing.T) {
	_, sound := kept(t)
	newerSchema := func(t *testing.T, path string) {
		db, err := bbolt.Open(path, 0o600, nil)
		if err == nil {
			err = errors.Join(db.Update(func(tx *bbolt.Tx) error {
				return tx.Bucket([]byte(bucketMeta)).Put([]byte(keySchema), []byte(strconv.Itoa(len(migrations())+1)))
			}), db.Close())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, tt := range map[string]struct {
		data    []byte
		prepare func(*testing.T, string)
		want    error
	}{
		"sound":          {sound, nil, nil},
		"newer":          {sound, newerSchema, ErrNewer},
		"cut off":        {sound[:len(sound)/2], nil, ErrDamaged},
		"not a database": {[]byte("hello, hello, hello"), nil, ErrDamaged},
		"none":           {nil, nil, os.ErrNotExist},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.db")
			if tt.data != nil {
				if err := os.WriteFile(path, tt.data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if tt.prepare != nil {
				tt.prepare(t, path)
			}
			before, _ := os.ReadFile(path)
			if err := Inspect(path); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
			after, _ := os.ReadFile(path)
			entries, err := os.ReadDir(filepath.Dir(path))
			if string(before) != string(after) || err != nil || len(entries) > 1 {
				t.Errorf("something changed: %v %v", entries, err)
			}
		})
	}
}

func TestInspectOfAnOpenDatabase(t *testing.T) {
	h := newHome(t)
	if err := Inspect(h.path); !errors.Is(err, ErrInUse) {
		t.Errorf("%v, want %v", err, ErrInUse)
	}
	h.close()
	if err := Inspect(h.path); err != nil {
		t.Error(err)
	}
}

// TestPeek reads the settings of a database that nobody has open.
func TestPeek(t *testing.T) {
	h := newHome(t)
	set := core.DefaultSettings()
	set.LoopbackPort = 18000
	if err := h.PutSettings(set); err != nil {
		t.Fatal(err)
	}
	if _, err := Peek(h.path); !errors.Is(err, ErrInUse) {
		t.Errorf("an open one: %v, want %v", err, ErrInUse)
	}
	h.close()
	before, _ := os.ReadFile(h.path)
	if got, err := Peek(h.path); err != nil || got != set {
		t.Errorf("%+v, %v", got, err)
	}
	if after, _ := os.ReadFile(h.path); string(after) != string(before) {
		t.Error("it changed the database")
	}
	if _, err := Peek(h.path + "x"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("none: %v", err)
	}
}
