package agent

import (
	"context"
	"os"
	"slices"
	"sync"
	"testing"

	"tokentray/core"
)

// atDrop calls first before the database removes an account, and then when it has and
// the secret is still in the vault. What a renewal brought is written before or after
// that: a token is given before it is stored.
type atDrop struct {
	Store
	alone       *sync.Mutex
	first, then func()
}

func (s atDrop) Record(id core.ID, r core.Record) error {
	s.alone.Lock()
	defer s.alone.Unlock()
	return s.Store.Record(id, r)
}

func (s atDrop) Remove(ctx context.Context, id core.ID, unset func(context.Context) error) error {
	s.alone.Lock()
	defer s.alone.Unlock()
	s.first()
	return s.Store.Remove(ctx, id, func(ctx context.Context) error {
		s.then()
		return unset(ctx)
	})
}

// TestARemovalThatWasNeverCommittedRemovesNothing: the agent is killed between the
// pages of a removal and the meta page that makes it count, and later the meta pages
// are damaged. The pages still tell of a removal. The account is there nevertheless,
// from the backup or from the vault, and keeps its secret.
func TestARemovalThatWasNeverCommittedRemovesNothing(t *testing.T) {
	for name, inBackup := range map[string]bool{"the backup has the account": true, "the backup lacks it": false} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			r := w.start()
			r.add("a", core.Sandbox)
			if inBackup {
				r.add("b", core.Sandbox)
			}
			if err := r.end(); err != nil {
				t.Fatal(err)
			}
			kept := w.backups()
			var torn, index, before []byte
			w.over = func(s Store) Store {
				return atDrop{
					s, new(sync.Mutex),
					func() { before = w.read(w.home.DB()) },
					func() { torn, index = w.read(w.home.DB()), w.read(w.home.VaultIndex()) },
				}
			}
			r = w.start()
			w.over = nil
			ref := refOf(core.Account{Name: "b", Env: core.Sandbox})
			if !inBackup {
				r.add("b", core.Sandbox)
			}
			b, err := r.client.Account(t.Context(), ref)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := r.client.Token(t.Context(), ref, 0); err != nil {
				t.Fatal(err)
			}
			raw, err := w.ring.Memory.Get(t.Context(), string(b.ID))
			if err != nil {
				t.Fatal(err)
			}
			if err := r.client.Remove(t.Context(), ref); err != nil {
				t.Fatal(err)
			}
			metas := 2 * os.Getpagesize()
			copy(torn, before[:metas])
			w.crash(r, torn)
			if err := os.WriteFile(w.home.VaultIndex(), index, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := w.ring.Set(t.Context(), string(b.ID), raw); err != nil {
				t.Fatal(err)
			}
			w.putBackups(kept)
			r = w.start() // nothing was removed, and a person sees it
			if got := w.refs(r); !slices.Equal(got, []string{"a/sandbox", "b/sandbox"}) {
				t.Fatalf("after the kill: accounts %v", got)
			}
			clear(torn[:metas])
			w.crash(r, torn)
			w.putBackups(kept)
			w.ring.deleted = nil
			r = w.start()
			if got := w.refs(r); !slices.Equal(got, []string{"a/sandbox", "b/sandbox"}) {
				t.Errorf("after the damage: accounts %v", got)
			}
			if _, err := w.ring.Memory.Get(t.Context(), string(b.ID)); err != nil || len(w.ring.deleted) > 0 {
				t.Errorf("the secret: %v; deleted %v", err, w.ring.deleted)
			}
		})
	}
}
