package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"tokentray/core"
	"tokentray/core/kinds"
)

// clock is a wall clock that a test moves.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// home is a store in a scratch folder that can be opened again.
type home struct {
	*Store
	t     testing.TB
	path  string
	clock *clock
	log   *bytes.Buffer
	opt   Options
}

func newHome(t testing.TB) *home {
	t.Helper()
	h := &home{t: t, path: filepath.Join(t.TempDir(), "home", "tokentray.db"), clock: newClock(), log: new(bytes.Buffer)}
	h.opt = Options{Now: h.clock.now, Log: slog.New(slog.NewTextHandler(h.log, nil)), LockWait: time.Millisecond}
	h.open()
	t.Cleanup(func() { _ = h.Close() })
	return h
}

func (h *home) open() {
	h.t.Helper()
	s, err := Open(h.path, h.opt)
	if err != nil {
		h.t.Fatal(err)
	}
	if err := s.Unseal(bytes.Repeat([]byte{7}, KeySize)); err != nil {
		h.t.Fatal(err)
	}
	h.Store = s
}

// SaveToken keeps a token as a round does that brought nothing else.
func (h *home) SaveToken(id core.ID, t core.Token) error {
	return h.Record(id, core.Record{Token: &t})
}

// CountCalls counts calls as a round does that brought no token.
func (h *home) CountCalls(id core.ID, day string, n int) error {
	return h.Record(id, core.Record{Day: day, Calls: n})
}

func (h *home) close() {
	h.t.Helper()
	if err := h.Close(); err != nil {
		h.t.Fatal(err)
	}
}

func (h *home) reopen() { h.t.Helper(); h.close(); h.open() }

// crash lets go of the file without anything that Close does.
func (h *home) crash() {
	h.t.Helper()
	if err := h.db.Close(); err != nil {
		h.t.Fatal(err)
	}
	h.open()
}

func (h *home) add(name string) core.Account {
	h.t.Helper()
	a := account(name)
	if err := h.Save(h.t.Context(), a, fine, fine); err != nil {
		h.t.Fatal(err)
	}
	return a
}

func (h *home) refs() []string {
	h.t.Helper()
	all, err := h.Accounts()
	if err != nil {
		h.t.Fatal(err)
	}
	var out []string
	for _, a := range all {
		out = append(out, a.Ref())
	}
	return out
}

func fine(context.Context) error { return nil }

func account(name string) core.Account {
	return core.Account{
		ID: core.NewID(), Name: name, Env: core.Sandbox, Kind: kinds.WeChat,
		Product: kinds.ProductTest, AppID: "wx0123456789abcdef", Auto: true,
	}
}

// fill puts accounts, tokens and lines of history in with one transaction.
func fill(t testing.TB, s *Store, accounts, lines int) []core.ID {
	t.Helper()
	if err := s.Unseal(bytes.Repeat([]byte{7}, KeySize)); err != nil {
		t.Fatal(err)
	}
	aead := *s.key.Load()
	var ids []core.ID
	err := s.change("fill", func(tx *bbolt.Tx) error {
		for i := range accounts {
			a := account(fmt.Sprintf("shop-%04d", i))
			ids = append(ids, a.ID)
			value, err := encodeAccount(a)
			if err != nil {
				return err
			}
			if err := tx.Bucket([]byte(bucketAccounts)).Put([]byte(a.ID), value); err != nil {
				return err
			}
			token, err := json.Marshal(tokenRecord{Token: seal(aead, a.ID, fieldToken, strings.Repeat("x", 512)), Life: 2 * time.Hour})
			if err != nil {
				return err
			}
			if err := tx.Bucket([]byte(bucketTokens)).Put([]byte(a.ID), token); err != nil {
				return err
			}
			h := tx.Bucket([]byte(bucketHistory))
			for range lines {
				n, err := h.NextSequence()
				if err != nil {
					return err
				}
				line := []byte(`{"at":"2026-03-01T09:00:00Z","what":"renewed","mask":"78_ab••••wxyz"}`)
				if err := h.Put(historyKey(a.ID, n), line); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func wantError(t *testing.T, err error, class core.Class, cause error) *core.Error {
	t.Helper()
	var e *core.Error
	if !errors.As(err, &e) {
		t.Fatalf("error %v (%T) is no *core.Error", err, err)
	}
	if e.Class != class {
		t.Errorf("class of %q = %s, want %s", e, e.Class, class)
	}
	if cause != nil && !errors.Is(err, cause) {
		t.Errorf("%q does not come from %q", e, cause)
	}
	if e.Remedy == "" {
		t.Errorf("%q has no remedy", e)
	}
	return e
}
