package agent

import (
	"context"
	"os"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/vault"
)

// busyKeyring is what a keyring says whose turn did not come.
func busyKeyring() error {
	return &core.Error{Class: core.Temporary, Remedy: core.RemedyTryAgain, Message: "the keyring is busy; try again"}
}

// setNoGet changes which entries the keyring does not give.
func (r *ring) setNoGet(f func(ctx context.Context, key string) error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.noGet = f
}

// losing returns a home with four accounts, one of them in the database, and their
// IDs.
func losing(t *testing.T) (w *world, ids []core.ID) {
	t.Helper()
	w = newWorld(t)
	r := w.start()
	ids = append(ids, r.add("a", core.Sandbox).ID)
	file := w.read(w.home.DB())
	for _, name := range []string{"b", "c", "d"} {
		ids = append(ids, r.add(name, core.Sandbox).ID)
	}
	w.crash(r, file)
	return w, ids
}

var allFour = []string{"a/sandbox", "b/sandbox", "c/sandbox", "d/sandbox"}

// TestOneSlowAnswerLosesNoAccount: the keyring fails once, at any of the questions
// that an opening asks, in any way. Later all accounts are there, without a person.
func TestOneSlowAnswerLosesNoAccount(t *testing.T) {
	for name, failure := range map[string]func() error{
		"no answer in time":    func() error { return closedBy(vault.ErrLocked) },
		"no answer at all":     func() error { return closedBy(vault.ErrUnavailable) },
		"another has its turn": busyKeyring,
	} {
		t.Run(name, func(t *testing.T) {
			for nth := int64(1); ; nth++ {
				w, _ := losing(t)
				var asked atomic.Int64
				w.ring.setNoGet(func(context.Context, string) error {
					if asked.Add(1) == nth {
						return failure()
					}
					return nil
				})
				r := w.start()
				if asked.Load() < nth {
					if nth < 5 {
						t.Fatalf("an opening asks %d questions", asked.Load())
					}
					return // it did not fail
				}
				l, err := r.client.List(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for range 3 {
					r.upkeep.now(t.Context())
					w.pass(2 * time.Minute)
				}
				r.upkeep.now(t.Context())
				for r.retrier.busy.Load() {
					runtime.Gosched()
				}
				if got := w.refs(r); !slices.Equal(got, allFour) {
					t.Errorf("question %d failed: accounts %v, at first %d and the vault %s", nth, got, len(l.Accounts), l.Vault.State)
				}
				if len(w.ring.deleted) > 0 {
					t.Errorf("question %d failed: deleted %v", nth, w.ring.deleted)
				}
				if err := r.end(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// TestACallerWhoGoesLosesNoAccount: the caller that unlocks the keyring leaves before
// the keyring has answered for every account.
func TestACallerWhoGoesLosesNoAccount(t *testing.T) {
	w, ids := losing(t)
	w.ring.setNoGet(func(context.Context, string) error { return closedBy(vault.ErrLocked) })
	r := w.start()
	ctx, leave := context.WithCancel(t.Context())
	w.ring.setNoGet(func(ctx context.Context, key string) error {
		if slices.Contains(ids[1:], core.ID(key)) {
			leave()
			<-ctx.Done()
			return core.AsError(ctx.Err())
		}
		return nil
	})
	if _, err := r.Service.VaultUnlock(ctx, core.Secret{}); err != nil {
		t.Fatal(err)
	}
	if got := w.refs(r); !slices.Equal(got, allFour[:1]) {
		t.Fatalf("accounts %v, although nobody waited", got)
	}
	w.ring.setNoGet(nil)
	r.retrier.due(r.now())
	w.pass(2 * time.Minute)
	r.reopen(t.Context(), r.wantsOpening)
	if got := w.refs(r); !slices.Equal(got, allFour) || r.unfinished.Load() {
		t.Errorf("accounts %v", got)
	}
}

// TestAVaultIsOpenWhenAllIsThere: the vault is not shown as open before the lost
// accounts are there again.
func TestAVaultIsOpenWhenAllIsThere(t *testing.T) {
	w, ids := losing(t)
	w.ring.setNoGet(func(context.Context, string) error { return closedBy(vault.ErrLocked) })
	r := w.start()
	asked, goOn := make(chan bool), make(chan bool)
	w.ring.setNoGet(func(_ context.Context, key string) error {
		if slices.Contains(ids[1:], core.ID(key)) {
			asked <- true
			<-goOn
		}
		return nil
	})
	over := make(chan error, 1)
	go func() {
		v, err := r.client.VaultUnlock(context.WithoutCancel(t.Context()), core.Secret{})
		if err == nil && v.State != vaultOpen {
			err = closedBy(vault.ErrLocked)
		}
		over <- err
	}()
	for range ids[1:] {
		<-asked
		l, err := r.client.List(t.Context())
		if err != nil || l.Vault.State == vaultOpen {
			t.Errorf("the vault is %s with %d accounts, %v", l.Vault.State, len(l.Accounts), err)
		}
		goOn <- true
	}
	if err := <-over; err != nil {
		t.Fatal(err)
	}
	l, err := r.client.List(t.Context())
	if err != nil || l.Vault.State != vaultOpen || len(l.Accounts) != len(ids) {
		t.Errorf("the vault is %s with %d accounts, %v", l.Vault.State, len(l.Accounts), err)
	}
}

// TestAKeyringThatStartsAnewLosesNoAccount: in the middle of an opening it says of
// every entry that it is not there. Nothing is believed that was said then.
func TestAKeyringThatStartsAnewLosesNoAccount(t *testing.T) {
	w, ids := losing(t)
	var gone atomic.Bool
	w.ring.setNoGet(func(_ context.Context, key string) error {
		if gone.Load() || slices.Contains(ids[1:], core.ID(key)) {
			gone.Store(true)
			return vault.ErrNotFound
		}
		return nil
	})
	r := w.start()
	w.ring.setNoGet(nil)
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	r = w.start()
	if got := w.refs(r); !slices.Equal(got, allFour) {
		t.Errorf("accounts %v", got)
	}
}

// TestALockedVaultForgetsNoLostAccount: the database is damaged and the list of vault
// entries is gone; the agent that saw it found the vault locked, the next one opens it.
func TestALockedVaultForgetsNoLostAccount(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	r.add("a", core.Sandbox)
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	kept := w.backups()
	r = w.start()
	for _, name := range []string{"b", "c", "d"} {
		r.add(name, core.Sandbox)
	}
	last := w.read(w.home.DB())
	clear(last[:2*os.Getpagesize()])
	w.crash(r, last)
	w.putBackups(kept)
	home := "home " + r.vaultHome() + "\n"
	if err := os.WriteFile(w.home.VaultIndex(), []byte(home), 0o600); err != nil {
		t.Fatal(err)
	}
	w.ring.setNoGet(func(context.Context, string) error { return closedBy(vault.ErrLocked) })
	r = w.start()
	if got := w.refs(r); !slices.Equal(got, allFour[:1]) {
		t.Fatalf("accounts %v, although the vault is locked", got)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	w.ring.setNoGet(nil)
	r = w.start()
	if got := w.refs(r); !slices.Equal(got, allFour) {
		t.Errorf("accounts %v", got)
	}
}

// pickyStore refuses to save some accounts together with others.
type pickyStore struct{ Store }

func (s pickyStore) SaveAll(ctx context.Context, accounts []core.Account, lines []core.Entry, set, undo func(context.Context) error) (bool, error) {
	if slices.ContainsFunc(accounts, func(a core.Account) bool { return a.Name == "c" }) {
		return true, &core.Error{Class: core.Invalid, Remedy: core.RemedyInput, Message: "no; use another name"}
	}
	return s.Store.SaveAll(ctx, accounts, lines, set, undo)
}

// TestOneAccountThatCannotBeSavedTakesNoOther with it.
func TestOneAccountThatCannotBeSavedTakesNoOther(t *testing.T) {
	w, _ := losing(t)
	w.over = func(s Store) Store { return pickyStore{s} }
	r := w.start()
	if got := w.refs(r); !slices.Equal(got, []string{"a/sandbox", "b/sandbox", "d/sandbox"}) {
		t.Errorf("accounts %v", got)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	w.over = nil
	r = w.start()
	if got := w.refs(r); !slices.Equal(got, allFour) {
		t.Errorf("the next start: accounts %v", got)
	}
}

// vaultHome is the home under whose name the vault keeps its entries.
func (r *running) vaultHome() string {
	return r.vault.parts.Index.(interface{ Home() string }).Home()
}
