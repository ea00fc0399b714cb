//go:build !windows

package agent

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/vault"
)

// withFile is a world whose secrets are in a passphrase file, with one account.
func withFile(t *testing.T) (*world, *running, api.Account) {
	w := newWorld(t)
	r := w.start()
	if _, err := r.client.VaultInit(t.Context(), core.NewSecret(passphrase)); err != nil {
		t.Fatal(err)
	}
	return w, r, r.add("shop", core.Sandbox)
}

// TestThePassphraseComesFromAPlainFile alone, of a sane size; one that others can
// read is taken and told about.
func TestThePassphraseComesFromAPlainFile(t *testing.T) {
	w, r, _ := withFile(t)
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "pass")
	t.Setenv(PassphraseVariable, path)
	for _, c := range []struct {
		name    string
		make    func() error
		state   string
		warning string
	}{
		{"a file", func() error { return os.WriteFile(path, []byte(passphrase+"\r\nmore"), 0o600) }, vaultOpen, ""},
		{"of a group", func() error { return os.Chmod(path, 0o640) }, vaultOpen, api.WarnPassphraseShared},
		{"big", func() error { return os.WriteFile(path, []byte(strings.Repeat(passphrase, 1<<16)), 0o600) }, vaultLocked, ""},
		{"a pipe", func() error { return errors.Join(os.Remove(path), syscall.Mkfifo(path, 0o600)) }, vaultLocked, ""},
		{"nothing", func() error { return os.Remove(path) }, vaultLocked, ""},
	} {
		if err := c.make(); err != nil {
			t.Fatal(err)
		}
		r = w.start()
		s, err := r.client.Status(t.Context())
		if err != nil || s.Vault.State != c.state || s.Vault.Warning != c.warning {
			t.Errorf("%s: vault %+v, %v", c.name, s.Vault, err)
		}
		if err := r.end(); err != nil {
			t.Fatal(err)
		}
	}
	if strings.Contains(w.log.String(), passphrase) {
		t.Error("the passphrase is in the log")
	}
}

// TestAnotherPassphraseFileTakesNoSecret: with an older file in its place, or somebody
// else's, a backup and an unlock of the open vault leave the secrets that it has.
func TestAnotherPassphraseFileTakesNoSecret(t *testing.T) {
	w, r, _ := withFile(t)
	path, other := w.home.PassphraseFile(), core.NewSecret("somebody else's passphrase")
	older := w.read(path)
	strange := filepath.Join(t.TempDir(), "secrets.age")
	if err := vault.NewFile(strange, 2).Create(t.Context(), other, nil); err != nil {
		t.Fatal(err)
	}
	later := r.add("later", core.Sandbox)
	for name, data := range map[string][]byte{"older": older, "somebody else's": w.read(strange)} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := r.client.Backup(t.Context(), other)
			if e := wantClass(t, err, core.VaultClosed); e.Remedy != core.RemedyBackupPass {
				t.Errorf("a backup under another passphrase: %v", e)
			}
			if b, err := r.client.Backup(t.Context(), core.NewSecret(passphrase)); err != nil || b.Accounts != 2 || len(b.NoSecret) > 0 {
				t.Errorf("the backup: %d accounts, without a secret %v, %v", b.Accounts, b.NoSecret, err)
			}
			if _, err := r.client.VaultUnlock(t.Context(), core.NewSecret(passphrase)); err != nil {
				t.Error(err)
			}
			if got, err := r.vault.entry(t.Context(), later.ID); err != nil || got.Secret != goodSecret {
				t.Errorf("the secret that was entered last is gone: %v", err)
			}
		})
	}
}

// TestADamagedPassphraseFileHasARemedy: the error says that it is damaged, and init
// makes a new one beside it.
func TestADamagedPassphraseFileHasARemedy(t *testing.T) {
	for name, spoil := range map[string]func([]byte) []byte{
		"empty":    func([]byte) []byte { return nil },
		"cut off":  func(data []byte) []byte { return data[:len(data)-9] },
		"replaced": func([]byte) []byte { return []byte("notes") },
	} {
		t.Run(name, func(t *testing.T) {
			w, r, a := withFile(t)
			if err := r.end(); err != nil {
				t.Fatal(err)
			}
			data := spoil(w.read(w.home.PassphraseFile()))
			if err := os.WriteFile(w.home.PassphraseFile(), data, 0o600); err != nil {
				t.Fatal(err)
			}
			r = w.start()
			_, err := r.client.VaultUnlock(t.Context(), core.NewSecret(passphrase))
			if e := wantClass(t, err, core.VaultClosed); e.Remedy != core.RemedyVaultDamaged {
				t.Errorf("unlock: %v, remedy %s", e, e.Remedy)
			}
			if v, err := r.client.VaultInit(t.Context(), core.NewSecret("another passphrase")); err != nil || v.State != vaultOpen {
				t.Fatalf("init: %+v, %v", v, err)
			}
			aside, _ := filepath.Glob(w.home.PassphraseFile() + ".damaged-*")
			if len(aside) != 1 || string(w.read(aside[0])) != string(data) {
				t.Errorf("aside are %v", aside)
			}
			if _, err := r.client.Edit(t.Context(), a.Ref(), api.AccountInput{Secret: ptr(goodSecret)}); err != nil {
				t.Errorf("enter the secret again: %v", err)
			}
			if err := r.client.Reset(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := r.end(); err != nil {
				t.Fatal(err)
			}
			if left, _ := filepath.Glob(filepath.Join(w.home.Dir(), "*")); len(left) > 0 {
				t.Errorf("a reset leaves %v", left)
			}
		})
	}
}

// TestARemovedPassphraseFileIsWrittenAgain while its entries are in memory, but
// not after a reset.
func TestARemovedPassphraseFileIsWrittenAgain(t *testing.T) {
	w, r, a := withFile(t)
	for _, by := range []string{"the upkeep", "a change"} {
		if err := os.Remove(w.home.PassphraseFile()); err != nil {
			t.Fatal(err)
		}
		if by == "the upkeep" {
			r.upkeep.now(t.Context())
		} else if _, err := r.client.Edit(t.Context(), a.Ref(), api.AccountInput{Secret: ptr(goodSecret), ProxyPassword: ptr("x")}); err != nil {
			t.Fatal(err)
		}
		if s, err := r.client.Status(t.Context()); err != nil || s.Vault.Kind != VaultFile || s.Vault.State != vaultOpen {
			t.Errorf("%s: vault %+v, %v", by, s.Vault, err)
		}
		if _, err := os.Stat(w.home.PassphraseFile()); err != nil {
			t.Fatalf("%s: %v", by, err)
		}
	}
	if len(w.ring.keys()) > 0 {
		t.Errorf("the keyring was used: %v", w.ring.keys())
	}
	w.pass(3 * time.Hour)
	if _, err := r.client.Token(t.Context(), a.Ref(), 0); err != nil {
		t.Error(err)
	}
	if err := r.client.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	if mended, err := r.parts.Vaults.File.Mend(); err != nil || mended {
		t.Errorf("after a reset it was written again: %v", err)
	}
}

// TestALockOfARemovedFile: the secrets are in memory alone then, and are written again
// before they are forgotten, by a lock as by the agent's end.
func TestALockOfARemovedFile(t *testing.T) {
	w, r, shop := withFile(t)
	path := w.home.PassphraseFile()
	remove := func() {
		t.Helper()
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	unlocked := func() {
		t.Helper()
		if _, err := r.client.VaultUnlock(t.Context(), core.NewSecret(passphrase)); err != nil {
			t.Fatal(err)
		}
		if got, err := r.vault.entry(t.Context(), shop.ID); err != nil || got.Secret != goodSecret {
			t.Errorf("the secret is gone: %v", err)
		}
	}
	remove()
	if _, err := r.client.VaultLock(t.Context()); err != nil {
		t.Fatal(err)
	}
	unlocked()
	remove()
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	r = w.start()
	unlocked()
}
