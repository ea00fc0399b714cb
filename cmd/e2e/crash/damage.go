//go:build linux

package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.etcd.io/bbolt"

	"tokentray/cmd/e2e/upstream"
	"tokentray/core/api"
)

// damage is what was done to the database while no agent ran.
type damage struct {
	what string
	// then is what was acknowledged when the newest backup was made.
	then book
	told bool // the damage may have been reported by an agent that was killed
}

// between sometimes damages the home of an agent that was killed.
func (w *world) between() error {
	if _, err := os.Stat(w.home.DB()); err != nil {
		return nil // nothing was ever saved
	}
	switch n := w.rng.IntN(30); {
	case n < 3:
		count(&w.t.damage, "none, the schema is that of an older version")
		return w.olderSchema(1 + w.rng.IntN(4))
	case n < 8:
		return w.ageBackups()
	case n < 12 && len(w.book) > 2:
		return w.spoil()
	}
	return nil
}

// olderSchema turns the database into one that needs its migrations.
func (w *world) olderSchema(version int) error {
	return w.edit1(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("meta")).Put([]byte("schema"), fmt.Append(nil, version))
	})
}

// edit1 changes the database in one transaction.
func (w *world) edit1(fn func(*bbolt.Tx) error) error {
	db, err := bbolt.Open(w.home.DB(), 0o600, &bbolt.Options{Timeout: 10 * time.Second})
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	return errors.Join(db.Update(fn), db.Close())
}

// stamp is the time in the name of a backup.
const stamp = "20060102T150405.000Z"

func (w *world) backups() []string {
	all, _ := filepath.Glob(filepath.Join(w.home.Dir(), "backups", "accounts-*.db")) // the pattern is sound
	return all
}

// ageBackups makes all backups two hours older, so that the next change makes a new
// one.
func (w *world) ageBackups() error {
	for _, path := range w.backups() {
		text, rest, _ := strings.Cut(strings.TrimPrefix(filepath.Base(path), "accounts-"), "Z")
		at, err := time.Parse(stamp, text+"Z")
		if err != nil {
			return err
		}
		to := filepath.Join(filepath.Dir(path), "accounts-"+at.Add(-2*time.Hour).Format(stamp)+rest)
		if err := os.Rename(path, to); err != nil {
			return err
		}
	}
	return nil
}

// spoil flips bytes of one kind of page, beside a new backup or the existing ones,
// which may be stale. It first checks a change in progress.
func (w *world) spoil() error {
	if err := w.start(true); err != nil {
		return err
	}
	if err := w.look(context.Background()); err != nil {
		return err
	}
	w.agent.Kill()
	data, err := os.ReadFile(w.home.DB())
	if err != nil {
		return err
	}
	kinds := pagesOf(data)
	kinds["the file is gone"] = nil
	names := slices.Sorted(maps.Keys(kinds))
	name := names[w.rng.IntN(len(names))]
	pages := kinds[name]
	dmg := &damage{what: name + ", stale backups"}
	if w.rng.IntN(2) == 0 {
		dmg.what, dmg.then = name+", a fresh backup", w.book
		for _, path := range w.backups() { // of a transaction as new as this one
			if strings.Contains(path, "-other") {
				continue
			}
			if err := os.Remove(path); err != nil {
				return err
			}
		}
		path := filepath.Join(w.home.Dir(), "backups", "accounts-"+time.Now().UTC().Format(stamp)+".db")
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, data, 0o600)); err != nil {
			return err
		}
	}
	for appID := range w.book {
		w.up.Keep(appID, upstream.Stored{}) // the tokens may be lost with the page
	}
	if len(pages) == 0 {
		w.damaged = dmg
		return os.Remove(w.home.DB())
	}
	size := os.Getpagesize()
	for range 1 + w.rng.IntN(3) {
		at := pages[w.rng.IntN(len(pages))]*size + w.rng.IntN(96)
		data[at] ^= byte(1 + w.rng.IntN(255))
	}
	w.damaged = dmg
	return os.WriteFile(w.home.DB(), data, 0o600)
}

// pagesOf groups the pages of a bbolt file by their kind. See bbolt's
// internal/common: the flags are at a page's ninth byte.
func pagesOf(data []byte) map[string][]int {
	out := map[string][]int{}
	size := os.Getpagesize()
	for n := range len(data) / size {
		name, known := map[uint16]string{1: "branch pages", 2: "leaf pages", 4: "meta pages", 16: "freelist pages"}[binary.NativeEndian.Uint16(data[n*size+8:])]
		if known {
			out[name] = append(out[name], n)
		}
	}
	return out
}

// afterDamage checks what is there after damage. Every account is there with its
// AppSecret, and no removed account is. What only the database knew may be as in the
// backup. Tokens may be missing and are then fetched again.
func (w *world) afterDamage(got book, list api.List, recovered map[string]bool) {
	what := w.damaged.what
	if list.Notice == "" {
		count(&w.t.damage, what+", of no account")
	} else {
		count(&w.t.damage, what+", restored")
	}
	for _, appID := range w.book.ids() {
		was, g, there := w.book[appID], kept{}, false
		if g, there = got[appID]; !there && was.Secret == "" && w.damaged.then == nil {
			continue // the vault has nothing of it: the team's invite brings it again
		} else if !there {
			w.t.fault("%s: %s is lost: %+v (notice %q)", what, appID, was, list.Notice)
			continue
		}
		switch {
		case g.Shared != was.Shared:
			w.t.fault("%s: %s is shared %v, and was acknowledged as %v", what, appID, g.Shared, was.Shared)
		case g.Secret != was.Secret || g.Env != was.Env || g.Kind != was.Kind:
			w.t.fault("%s: %s is %+v, and was acknowledged as %+v", what, appID, g, was)
		case list.Notice == "" && !w.damaged.told && g != was && !recovered[appID]:
			w.t.fault("%s: %s is %+v without a word, and was acknowledged as %+v", what, appID, g, was)
		case w.damaged.then != nil && g != was && !(recovered[appID] && g.sameButNote(was)):
			w.t.fault("%s: %s is %+v, and was acknowledged as %+v", what, appID, g, was)
		}
	}
	for _, appID := range got.ids() {
		if _, was := w.book[appID]; !was {
			w.t.fault("%s: %s is back and was removed: %+v", what, appID, got[appID])
		}
	}
}
