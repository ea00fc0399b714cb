package store

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"tokentray/core"
)

// lost makes a home whose last account is in no backup, as after a crash, and
// returns it with the bytes of its file.
func lost(t *testing.T) (h *home, a core.Account, data []byte) {
	t.Helper()
	h = newHome(t)
	h.add("a")
	h.clock.add(time.Minute)
	a = h.add("b") // within the hour
	if err := h.db.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(h.path)
	if err != nil {
		t.Fatal(err)
	}
	return h, a, data
}

func spoilAll(b []byte, what string) {
	for i := bytes.Index(b, []byte(what)); i >= 0; i = bytes.Index(b, []byte(what)) {
		clear(b[i : i+len(what)])
	}
}

// TestARestoreTellsWhatItLost: the accounts that the backup does not have, with
// all that is known of them, and nothing is to be removed for them.
func TestARestoreTellsWhatItLost(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func([]byte)
		known int // states of the lost account
	}{
		"both metas":  {func(b []byte) { clear(b[:2*os.Getpagesize()]) }, 1},
		"the digests": {func(b []byte) { spoilAll(b, "digest") }, 1},
		"the names":   {func(b []byte) { spoilAll(b, `"name":"`) }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			h, b, data := lost(t)
			c.spoil(data)
			h.write(data)
			h.open()
			r := h.Repaired()
			if got := h.refs(); !slices.Equal(got, []string{"a/sandbox"}) || r == nil {
				t.Fatalf("accounts %v, repaired %+v", got, r)
			}
			if known, named := r.Lost[b.ID]; !named || len(r.Lost) != 1 || len(known) != c.known {
				t.Errorf("lost %+v, want %s with %d states", r.Lost, b.ID, c.known)
			} else if c.known == 1 && known[0].Ref() != b.Ref() {
				t.Errorf("lost %+v, want %+v", known[0], b)
			}
			nothing := func(_ context.Context, ids []core.ID) error {
				t.Errorf("secrets of %v are removed", ids)
				return nil
			}
			if edited, added, err := h.Clean(t.Context(), nothing); err != nil || len(edited)+len(added) != 0 {
				t.Errorf("unfinished %v %v, %v", edited, added, err)
			}
		})
	}
}

// TestARestoreKnowsWhatWasRemoved: it tells of an account that a person removed, and
// leaves it to its caller whether the removal is to be finished.
func TestARestoreKnowsWhatWasRemoved(t *testing.T) {
	h := newHome(t)
	h.add("a")
	h.clock.add(time.Minute)
	b := h.add("b")
	locked := errors.New("locked")
	if err := h.Remove(t.Context(), b.ID, func(context.Context) error { return locked }); !errors.Is(err, locked) {
		t.Fatal(err)
	}
	if err := h.db.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(h.path)
	if err != nil {
		t.Fatal(err)
	}
	clear(data[:2*os.Getpagesize()])
	h.write(data)
	h.open()
	if r := h.Repaired(); !slices.Equal(r.Removed, []core.ID{b.ID}) {
		t.Errorf("removed %v; want %s", r.Removed, b.ID)
	}
	if pending, err := h.Pending(); err != nil || len(pending) != 0 {
		t.Errorf("what may never have been committed is finished: %v, %v", pending, err)
	}
	h.FinishRemovals(b.ID)
	if pending, err := h.Pending(); err != nil || !slices.Equal(pending, []core.ID{b.ID}) {
		t.Errorf("the secret of the removed account is forgotten in the vault: %v, %v", pending, err)
	}
}

// TestNothingIsLostThatAnAccountHas, even when nothing can be read.
func TestNothingIsLostThatAnAccountHas(t *testing.T) {
	for name, spoil := range map[string]func([]byte) []byte{
		"metas": func(b []byte) []byte { clear(b[:8192]); return b },
		"text":  func([]byte) []byte { return []byte("somebody's diary") },
	} {
		t.Run(name, func(t *testing.T) {
			h, data := kept(t)
			h.write(spoil(data))
			h.open()
			if r := h.Repaired(); r == nil || len(r.Lost)+len(r.Removed) != 0 {
				t.Errorf("repaired %+v", r)
			}
		})
	}
}

// TestANewDatabaseKeepsTheHome: without a backup nothing is left but the vault,
// whose entries lie under the home's id.
func TestANewDatabaseKeepsTheHome(t *testing.T) {
	h, data := kept(t)
	id := h.HomeID()
	for _, b := range listBackups(filepath.Join(filepath.Dir(h.path), "backups")) {
		if err := os.Remove(b.path); err != nil {
			t.Fatal(err)
		}
	}
	clear(data[:2*os.Getpagesize()])
	h.write(data)
	h.open()
	if r := h.Repaired(); h.HomeID() != id || r.Key() != "store_emptied" || len(r.Lost) == 0 {
		t.Errorf("the home is %s and was %s, repaired %+v", h.HomeID(), id, r)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Dir(h.path)); err != nil {
		t.Fatal(err)
	}
	h.opt.Home = id
	h.open()
	if h.HomeID() != id || h.Repaired() != nil {
		t.Errorf("the home is %s, want the one that the vault knows", h.HomeID())
	}
}

func TestScanFindsEveryAccount(t *testing.T) {
	for _, n := range []int{1, 300} { // inside the page of all buckets, and in pages of their own
		h := newHome(t)
		ids := fill(t, h.Store, n, 0)
		h.close()
		got := readRemains(h.path, slog.New(slog.DiscardHandler))
		want := slices.Sorted(slices.Values(ids))
		if have := slices.Sorted(maps.Keys(got.accounts)); !slices.Equal(have, want) {
			t.Errorf("found %d IDs of %d", len(have), len(want))
		}
		for id, states := range got.accounts {
			if len(states) == 0 {
				t.Errorf("nothing is known of %s", id)
			}
		}
		if !got.homes[h.home] || len(got.homes) != 1 {
			t.Errorf("homes %v, want %s", got.homes, h.home)
		}
	}
}

// FuzzScan throws arbitrary bytes at the reader of damaged files.
func FuzzScan(f *testing.F) {
	page := make([]byte, os.Getpagesize())
	page[8], page[10] = flagLeaf, 1
	f.Add(page)
	f.Add([]byte("not a database"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for id := range scan(bytes.NewReader(data), int64(len(data))).accounts {
			if !isID([]byte(id)) {
				t.Errorf("took %q for an ID", id)
			}
		}
	})
}
