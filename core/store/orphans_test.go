package store

import (
	"bytes"
	"context"
	"maps"
	"os"
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

func TestSecretsOfAccountsThatARestoreLostAreRemoved(t *testing.T) {
	for name, spoil := range map[string]func([]byte){
		"both metas":  func(b []byte) { clear(b[:2*os.Getpagesize()]) },
		"the digests": func(b []byte) { spoilAll(b, "digest") },
		"the names":   func(b []byte) { spoilAll(b, `"name":"`) },
	} {
		t.Run(name, func(t *testing.T) {
			h, b, data := lost(t)
			spoil(data)
			h.write(data)
			h.open()
			if got := h.refs(); !slices.Equal(got, []string{"a/sandbox"}) || h.Repaired() == nil {
				t.Fatalf("accounts %v, repaired %+v", got, h.Repaired())
			}
			h.reopen() // the intents are whole and stay
			var removed []core.ID
			interrupted, err := h.Clean(t.Context(), func(_ context.Context, ids []core.ID) error {
				removed = append(removed, ids...)
				return nil
			})
			if err != nil || len(interrupted) != 0 || !slices.Equal(removed, []core.ID{b.ID}) {
				t.Errorf("secrets removed of %v, interrupted %v, %v; want %s", removed, interrupted, err, b.ID)
			}
		})
	}
}

// TestNoSecretIsRemovedThatAnAccountHas: nor is any when nothing was lost, or
// nothing can be read.
func TestNoSecretIsRemovedThatAnAccountHas(t *testing.T) {
	for name, spoil := range map[string]func([]byte) []byte{
		"metas": func(b []byte) []byte { clear(b[:8192]); return b },
		"text":  func([]byte) []byte { return []byte("somebody's diary") },
	} {
		t.Run(name, func(t *testing.T) {
			h, data := kept(t)
			h.write(spoil(data))
			h.open()
			if ids, err := h.Pending(); err != nil || len(ids) != 0 || h.Repaired() == nil {
				t.Errorf("intents %v, %v, repaired %+v", ids, err, h.Repaired())
			}
		})
	}
}

func TestScanFindsEveryAccount(t *testing.T) {
	for _, n := range []int{1, 300} { // inside the page of all buckets, and in pages of their own
		h := newHome(t)
		ids := fill(t, h.Store, n, 0)
		h.close()
		got, err := namedIDs(h.path)
		if err != nil {
			t.Fatal(err)
		}
		want := slices.Sorted(slices.Values(ids))
		if have := slices.Sorted(maps.Keys(got)); !slices.Equal(have, want) {
			t.Errorf("found %d IDs of %d", len(have), len(want))
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
		for id := range scanIDs(bytes.NewReader(data), int64(len(data))) {
			if !isID([]byte(id)) {
				t.Errorf("took %q for an ID", id)
			}
		}
	})
}
