package agent

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/vault"
)

func TestWithoutAKeyringNothingIsKeptAnywhereElse(t *testing.T) {
	w := newWorld(t)
	w.ring.breaks(closedBy(vault.ErrUnavailable))
	r := w.start()
	_, err := r.client.Add(t.Context(), input("shop", core.Sandbox, appID))
	wantClass(t, err, core.VaultClosed)
	status, err := r.client.Status(t.Context())
	if err != nil || status.Vault.State != vaultUnavailable || status.Vault.Kind != VaultKeyring || status.Accounts != 0 {
		t.Errorf("status = %+v, %v", status, err)
	}
	if _, err := os.Stat(w.home.PassphraseFile()); err == nil {
		t.Error("a passphrase file came to be unasked")
	}
	if hits := found(t, w.home.Dir(), goodSecret); len(hits) > 0 {
		t.Errorf("the secret is in %v", hits)
	}
}

func TestALockedVaultAtTheStartKeepsFromFetchingAlone(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	a := r.add("shop", core.Sandbox)
	token, err := r.client.Token(t.Context(), a.Ref(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}

	w.ring.breaks(closedBy(vault.ErrLocked))
	r = w.start()
	got, err := r.client.Account(t.Context(), a.Ref())
	if err != nil || got.State != core.StateLocked {
		t.Fatalf("account = %+v, %v; want it locked", got, err)
	}
	_, err = r.client.Token(t.Context(), a.Ref(), 0)
	wantClass(t, err, core.VaultClosed)
	asked := w.ring.asked()
	for range 3 {
		_, err = r.client.Token(t.Context(), a.Ref(), 0)
		wantClass(t, err, core.VaultClosed)
	}
	if w.ring.asked() != asked {
		t.Error("a locked keyring was asked again although nobody unlocked it")
	}

	w.ring.breaks(nil)
	if v, err := r.client.VaultUnlock(t.Context(), core.Secret{}); err != nil || v.State != vaultOpen {
		t.Fatalf("unlock: %+v, %v", v, err)
	}
	again, err := r.client.Token(t.Context(), a.Ref(), 0)
	if err != nil || again.AccessToken != token.AccessToken || w.up.count() != 1 {
		t.Errorf("after the unlock: %v with %d fetches in all, want the kept token and one", err, w.up.count())
	}
}

// A keyring that failed is looked at again by itself, ever less often: no hiccup
// ends renewal until a person comes, and nobody is asked anything meanwhile.
func TestAKeyringThatComesBackIsNoticed(t *testing.T) {
	for name, cause := range map[string]error{"unlocked elsewhere": vault.ErrLocked, "a bus that hung": vault.ErrUnavailable} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			r := w.start()
			a := r.add("shop", core.Sandbox)
			if err := r.end(); err != nil {
				t.Fatal(err)
			}
			w.ring.breaks(closedBy(cause))
			r = w.start()
			look := func(after time.Duration) int {
				before := w.ring.asked()
				w.pass(after)
				r.upkeep.now(t.Context())
				for r.retrier.busy.Load() {
					runtime.Gosched()
				}
				return w.ring.asked() - before
			}
			if n := look(0); n != 0 {
				t.Errorf("the keyring was asked again at once, %d times", n)
			}
			for _, wait := range []time.Duration{firstRetry, 2 * firstRetry, 4 * firstRetry} {
				if n := look(wait - 30*time.Second); n != 0 {
					t.Errorf("before %v the keyring was asked %d times", wait, n)
				}
				if n := look(30 * time.Second); n != 1 {
					t.Errorf("after %v the keyring was asked %d times, want once", wait, n)
				}
			}
			w.ring.breaks(nil)
			look(lastRetry)
			got, err := r.client.Account(t.Context(), a.Ref())
			if err != nil || got.State != core.StateFresh {
				t.Errorf("account = %s, %v; want it fresh", got.State, err)
			}
		})
	}
}

// A keyring that is busy closes nothing: the next call finds it free.
func TestABusyKeyringClosesNoVault(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	a := r.add("shop", core.Sandbox)
	w.pass(3 * time.Hour)
	w.ring.breaks(&core.Error{Class: core.Temporary, Remedy: core.RemedyTryAgain, Message: "the keyring is busy"})
	_, err := r.client.Token(t.Context(), a.Ref(), 0)
	wantClass(t, err, core.Temporary)
	status, err := r.client.Status(t.Context())
	if err != nil || status.Vault.State != vaultOpen {
		t.Errorf("vault = %+v, %v", status.Vault, err)
	}
	w.ring.breaks(nil)
	w.pass(time.Minute)
	if _, err := r.client.Token(t.Context(), a.Ref(), 0); err != nil {
		t.Errorf("the next call: %v", err)
	}
}

// What a person closed stays closed.
func TestNobodyLooksIntoAVaultThatAPersonLocked(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	r.add("shop", core.Sandbox)
	if _, err := r.client.VaultLock(t.Context()); err != nil {
		t.Fatal(err)
	}
	asked := w.ring.asked()
	for range 5 {
		w.pass(lastRetry)
		r.upkeep.now(t.Context())
	}
	if n := w.ring.asked() - asked; n != 0 || r.retrier.busy.Load() {
		t.Errorf("the keyring was asked %d times", n)
	}
}

func TestARestartFetchesNothingWhileATokenLives(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	a := r.add("shop", core.Sandbox)
	for range 3 {
		if err := r.end(); err != nil {
			t.Fatal(err)
		}
		r = w.start()
		if _, err := r.client.Token(t.Context(), a.Ref(), 0); err != nil {
			t.Fatal(err)
		}
	}
	if w.up.count() != 1 {
		t.Errorf("%d fetches, want the first one alone", w.up.count())
	}
}

func TestLockAndUnlockByPassphrase(t *testing.T) {
	w := newWorld(t)
	w.ring.breaks(closedBy(vault.ErrUnavailable))
	r := w.start()
	v, err := r.client.VaultInit(t.Context(), core.NewSecret(passphrase))
	if err != nil || v.Kind != VaultFile || v.State != vaultOpen {
		t.Fatalf("init: %+v, %v", v, err)
	}
	_, err = r.client.VaultInit(t.Context(), core.NewSecret("another"))
	if e := wantClass(t, err, core.Misuse); e.Remedy != core.RemedyVaultThere {
		t.Errorf("a second init: remedy %s", e.Remedy)
	}
	a := r.add("shop", core.Sandbox)

	if v, err := r.client.VaultLock(t.Context()); err != nil || v.State != vaultLocked {
		t.Fatalf("lock: %+v, %v", v, err)
	}
	if _, err := r.client.Token(t.Context(), a.Ref(), 0); err != nil {
		t.Errorf("a token that lives: %v", err)
	}
	_, err = r.client.VaultUnlock(t.Context(), core.NewSecret("wrong"))
	wantClass(t, err, core.VaultClosed)
	_, err = r.client.VaultUnlock(t.Context(), core.Secret{})
	wantClass(t, err, core.Invalid)
	if v, err := r.client.VaultUnlock(t.Context(), core.NewSecret(passphrase)); err != nil || v.State != vaultOpen {
		t.Fatalf("unlock: %+v, %v", v, err)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}

	file := filepath.Join(t.TempDir(), "passphrase")
	if err := os.WriteFile(file, []byte(passphrase+"\nnot this\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(PassphraseVariable, file)
	got, err := w.start().client.Account(t.Context(), a.Ref())
	if err != nil || got.State != core.StateFresh || w.up.count() != 1 {
		t.Errorf("unattended start: %+v, %v after %d fetches", got, err, w.up.count())
	}
}

func TestInitTakesAlongWhatTheKeyringHolds(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	a := r.add("shop", core.Sandbox)
	if _, err := r.client.VaultInit(t.Context(), core.NewSecret(passphrase)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.ring.Get(t.Context(), string(a.ID)); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("the keyring still has the secret: %v", err)
	}
	w.ring.breaks(closedBy(vault.ErrUnavailable))
	w.pass(time.Minute)
	if _, err := r.client.Refresh(t.Context(), a.Ref(), api.RefreshRequest{Force: true}); err != nil {
		t.Errorf("a fetch by the secret in the file: %v", err)
	}
}

func TestAMissingSecretIsNoLockedVault(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	a, b := r.add("shop", core.Sandbox), r.add("till", core.Sandbox)
	if err := w.ring.Memory.Delete(t.Context(), string(a.ID)); err != nil {
		t.Fatal(err)
	}
	w.pass(time.Minute)
	_, err := r.client.Refresh(t.Context(), a.Ref(), api.RefreshRequest{Force: true})
	if e := wantClass(t, err, core.VaultClosed); e.Remedy != core.RemedyReenter {
		t.Errorf("remedy %q, want %q", e.Remedy, core.RemedyReenter)
	}
	if _, err := r.client.Refresh(t.Context(), b.Ref(), api.RefreshRequest{Force: true}); err != nil {
		t.Errorf("another account: %v", err)
	}
	saved, err := r.client.Edit(t.Context(), a.Ref(), api.AccountInput{Secret: ptr(goodSecret)})
	if err != nil || saved.Account.Error != nil {
		t.Errorf("entered again: %+v, %v", saved.Account.Error, err)
	}
}

// A crash between the secret and its account must leave neither.
func TestACrashDuringAnAdditionLeavesNoSecret(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	r.add("first", core.Sandbox)
	w.ring.noSet = closedBy(vault.ErrUnavailable) // it may have been saved nevertheless
	w.ring.noDrop = closedBy(vault.ErrUnavailable)
	_, err := r.client.Add(t.Context(), input("shop", core.Sandbox, appID))
	wantClass(t, err, core.VaultClosed)
	if _, err := r.client.Account(t.Context(), api.Ref{Name: "shop"}); err == nil {
		t.Error("an account without a secret is shown")
	}
	pending, err := r.parts.Store.Pending()
	if err != nil || len(pending) != 1 {
		t.Fatalf("pending = %v, %v; want the one secret that may be left", pending, err)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	w.ring.noSet, w.ring.noDrop, w.ring.deleted = nil, nil, nil
	r = w.start()
	if len(w.ring.deleted) != 1 || w.ring.deleted[0] != string(pending[0]) {
		t.Errorf("the next start removed %v from the keyring, want %v", w.ring.deleted, pending)
	}
	if left, err := r.parts.Store.Pending(); err != nil || len(left) > 0 {
		t.Errorf("still pending: %v, %v", left, err)
	}
}

func TestACrashDuringARemovalIsFinishedAtTheNextStart(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	a := r.add("shop", core.Sandbox)
	w.ring.noDrop = closedBy(vault.ErrUnavailable)
	wantClass(t, r.client.Remove(t.Context(), a.Ref()), core.VaultClosed)
	_, err := r.client.Account(t.Context(), a.Ref())
	wantClass(t, err, core.NotFound)
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	w.ring.noDrop = nil
	w.start()
	if _, err := w.ring.Get(t.Context(), string(a.ID)); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("the secret outlived its account: %v", err)
	}
}

func TestASecretTooBigForTheVaultDoesNotCloseIt(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	r.add("first", core.Sandbox)
	w.ring.noSet = &core.Error{Class: core.Invalid, Message: "too big", Err: vault.ErrTooBig}
	_, err := r.client.Add(t.Context(), input("shop", core.Sandbox, appID))
	wantClass(t, err, core.Invalid)
	if got := r.vault.status(); got.State != vaultOpen {
		t.Errorf("the vault is %s, want it open", got.State)
	}
}

// The agent holds off from a keyring that failed, until a person wants
// something of it.
func TestAPersonMakesTheAgentAskTheKeyringAgain(t *testing.T) {
	tests := []struct {
		name string
		do   func(context.Context, *running) error
	}{
		{"by Try again", func(ctx context.Context, r *running) error {
			_, err := r.client.Refresh(ctx, api.Ref{Name: "shop"}, api.RefreshRequest{Person: true})
			return err
		}},
		{"by adding an account", func(ctx context.Context, r *running) error {
			_, err := r.client.Add(ctx, input("till", core.Sandbox, "wx00000000000000aa"))
			return err
		}},
		{"by a desktop with a bus", func(ctx context.Context, r *running) error {
			return r.client.Session(ctx, api.Session{DBus: "unix:path=/new"})
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			r := w.start()
			a := r.add("shop", core.Sandbox)
			if err := r.end(); err != nil {
				t.Fatal(err)
			}
			w.ring.breaks(closedBy(vault.ErrUnavailable))
			r = w.start()
			w.ring.breaks(nil)
			if _, err := r.client.Token(t.Context(), a.Ref(), 0); wantClass(t, err, core.VaultClosed).Remedy == "" {
				t.Error("the refusal names no remedy")
			}
			if err := tt.do(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			if got, err := r.client.Account(t.Context(), a.Ref()); err != nil || got.State != core.StateFresh {
				t.Errorf("account = %+v, %v; want it fresh again", got, err)
			}
		})
	}
}

// What a person locked nothing opens but a person who says so.
func TestAPersonsLockHoldsUntilAPersonUnlocks(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	a := r.add("shop", core.Sandbox)
	if _, err := r.client.VaultLock(t.Context()); err != nil {
		t.Fatal(err)
	}
	asked := w.ring.asked()
	w.pass(time.Minute)
	_, err := r.client.Refresh(t.Context(), a.Ref(), api.RefreshRequest{Force: true, Person: true})
	wantClass(t, err, core.VaultClosed)
	_, err = r.client.Add(t.Context(), input("till", core.Sandbox, "wx00000000000000aa"))
	if e := wantClass(t, err, core.VaultClosed); e.Remedy != core.RemedyVaultUnlock {
		t.Errorf("remedy %s", e.Remedy)
	}
	if err := r.client.Session(t.Context(), api.Session{DBus: "unix:path=/new"}); err != nil {
		t.Fatal(err)
	}
	if s, err := r.client.Status(t.Context()); err != nil || s.Vault.State != vaultLocked || w.ring.asked() != asked {
		t.Errorf("after all that the vault is %s, asked %d times, %v", s.Vault.State, w.ring.asked()-asked, err)
	}
	w.ring.breaks(closedBy(vault.ErrLocked)) // the keyring's own prompt is dismissed
	_, err = r.client.VaultUnlock(t.Context(), core.Secret{})
	wantClass(t, err, core.VaultClosed)
	w.ring.breaks(nil)
	_, err = r.client.Refresh(t.Context(), a.Ref(), api.RefreshRequest{Force: true, Person: true})
	wantClass(t, err, core.VaultClosed)

	if v, err := r.client.VaultUnlock(t.Context(), core.Secret{}); err != nil || v.State != vaultOpen {
		t.Fatalf("unlock: %+v, %v", v, err)
	}
	if _, err := r.client.Refresh(t.Context(), a.Ref(), api.RefreshRequest{Force: true, Person: true}); err != nil {
		t.Error(err)
	}
}
