package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestARepairIsToldUntilItIsDone: an agent that is killed after the file was
// replaced leaves the rest to the next one.
func TestARepairIsToldUntilItIsDone(t *testing.T) {
	spoil := func(data []byte) []byte { clear(data[:2*os.Getpagesize()]); return data }
	for name, c := range map[string]struct {
		file func(old, last []byte) []byte // nil: it is gone
		bare bool                          // without backups
		key  string
	}{
		"damaged":                 {file: func(_, last []byte) []byte { return spoil(last) }, key: "store_restored"},
		"damaged, without backup": {file: func(_, last []byte) []byte { return spoil(last) }, bare: true, key: "store_emptied"},
		"gone":                    {key: "store_refound"},
		"an older one":            {file: func(old, _ []byte) []byte { return old }, key: "store_put_back"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHome(t)
			h.add("a")
			old, err := os.ReadFile(h.path)
			if err != nil {
				t.Fatal(err)
			}
			gone := h.add("gone")
			h.clock.add(2 * time.Hour)
			h.add("b")
			locked := errors.New("locked")
			if err := h.Remove(t.Context(), gone.ID, func(context.Context) error { return locked }); !errors.Is(err, locked) {
				t.Fatal(err)
			}
			if err := h.db.Close(); err != nil {
				t.Fatal(err)
			}
			last, err := os.ReadFile(h.path)
			if err != nil {
				t.Fatal(err)
			}
			if c.bare {
				if err := os.RemoveAll(filepath.Join(filepath.Dir(h.path), "backups")); err != nil {
					t.Fatal(err)
				}
			}
			if c.file != nil {
				h.write(c.file(old, last))
			} else if err := os.Remove(h.path); err != nil {
				t.Fatal(err)
			}
			h.open()
			first := h.Repaired()
			if first == nil || first.Key() != c.key {
				t.Fatalf("repaired %+v", first)
			}
			h.crash()
			if d := cmp.Diff(first, h.Repaired(), cmpopts.EquateEmpty(), cmpopts.EquateApproxTime(time.Second)); d != "" {
				t.Errorf("after a crash (-first +second):\n%s", d)
			}
			h.RepairDone()
			h.crash()
			if r := h.Repaired(); r != nil {
				t.Errorf("it is told of again: %+v", r)
			}
			if _, err := os.Stat(h.path + markName); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the mark: %v", err)
			}
		})
	}
}
