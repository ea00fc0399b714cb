package agent

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/door"
	"tokentray/core/durable"
	"tokentray/core/format"
)

// tokenStore keeps tokens, sealed with a key in the vault.
type tokenStore interface {
	Unseal(key []byte) error
	Seal()
	Tokens() (map[core.ID]core.Token, error)
}

// PassphraseVariable names a file whose first line is the passphrase of the
// passphrase file, for machines without a person.
const PassphraseVariable = format.PassphraseVariable

// passphraseFile reads the passphrase from the file that PassphraseVariable
// names; it is empty when there is none. shared: others may read the file.
func passphraseFile() (p core.Secret, shared bool, err error) {
	path := os.Getenv(PassphraseVariable)
	if path == "" {
		return core.Secret{}, false, nil
	}
	line, shared, err := durable.FirstLine(path)
	if err != nil {
		return core.Secret{}, false, fmt.Errorf("read the passphrase from the file that %s names: %w", PassphraseVariable, err)
	}
	return core.NewSecret(line), shared && !credential(path), nil
}

// credential reports whether systemd provided a file. systemd keeps other users out
// of its folder; the mode of the file shows only the ACL.
func credential(path string) bool {
	dir := os.Getenv("CREDENTIALS_DIRECTORY")
	return dir != "" && filepath.Dir(path) == filepath.Clean(dir)
}

// unlockUnattended opens the passphrase file by PassphraseVariable, at the start.
func (s *Service) unlockUnattended(ctx context.Context) {
	if !s.vault.fileInUse() {
		return
	}
	passphrase, shared, err := passphraseFile()
	if shared {
		s.log.Warn("others can read the file with the passphrase; take that away with chmod 600", "variable", PassphraseVariable)
		s.vault.warn(api.WarnPassphraseShared)
	}
	if err == nil && !passphrase.Empty() {
		err = s.parts.Vaults.File.Unlock(ctx, passphrase)
	}
	if err != nil {
		s.log.Warn("the passphrase file stays locked", "error", err)
	}
}

// openVault opens the vault, unseals the store and finishes changes of both that a
// crash interrupted. It returns the tokens kept from the last run, or why the vault
// stays closed. The edit lock is held.
func (s *Service) openVault(ctx context.Context) (map[core.ID]core.Token, *core.Error) {
	store := s.parts.Store
	defer s.vault.opening()()
	key, found, err := s.vault.open(ctx, s.accounts.count() > 0)
	if err != nil {
		s.log.Warn("the vault stays closed", "error", err)
		store.Seal()
		return nil, core.AsError(err)
	}
	s.vault.clearMoved(ctx)
	edited, added, err := store.Clean(ctx, s.vault.dropAll)
	if err != nil {
		s.log.Warn("secrets of accounts that are gone are still in the vault", "error", err)
	}
	whole := err == nil
	for _, a := range edited {
		s.log.Warn("an edit was interrupted: its secret may be the old one or the new one", "account", a.Ref())
	}
	s.listEntries()
	whole = s.dropDoubtful(ctx) && whole
	whole = s.recoverLost(ctx, added, found) && whole
	s.unfinished.Store(!whole)
	s.noteOutdated(s.accounts.all()...)
	if key == nil && s.accounts.count() > 0 { // all of them came back from the vault
		if key, _, err = s.vault.open(ctx, true); err != nil {
			return nil, core.AsError(err)
		}
	}
	if key == nil { // no account yet, so no token either
		return nil, nil
	}
	if err := s.unseal(key); err != nil {
		s.log.Error("cannot read the kept tokens", "error", err)
		return nil, nil
	}
	tokens, err := store.Tokens()
	if err != nil {
		s.log.Error("cannot read the kept tokens", "error", err)
	}
	return tokens, nil
}

// unseal gives the data key to everything that seals with it, or with a key derived
// from it.
func (s *Service) unseal(key []byte) error {
	if err := s.parts.Store.Unseal(key); err != nil {
		return err
	}
	s.loopback.server.SetSealKey(door.SealKey(madeOf(key, "stand-ins of client keys")))
	s.children.seal(madeOf(key, "keys of commands"))
	return nil
}

// madeOf derives a key for a purpose; the data key cannot be found from it.
func madeOf(key []byte, purpose string) [sha256.Size]byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(purpose))
	return [sha256.Size]byte(mac.Sum(nil))
}

// retryVault tries a closed vault again, because a person asked for something
// that needs it, unless a person locked it. The edit lock must not be held.
func (s *Service) retryVault(ctx context.Context) {
	s.reopen(ctx, func() bool { return s.vault.closed() != nil && s.vault.lockedByPerson() == nil })
}

// reopen opens the vault while that is wanted.
func (s *Service) reopen(ctx context.Context, wanted func() bool) {
	if !wanted() {
		return
	}
	s.edit.Lock()
	defer s.edit.Unlock()
	if wanted() {
		_ = s.openAndResume(ctx)
	}
}

// wantsOpening reports whether the vault is closed, or open without everything that
// an opening does, unless a person locked it.
func (s *Service) wantsOpening() bool {
	return (s.vault.closed() != nil || s.unfinished.Load()) && s.vault.lockedByPerson() == nil
}

// openForWriting makes sure that secrets can be saved and tokens sealed. The edit
// lock is held.
func (s *Service) openForWriting(ctx context.Context) error {
	if err := s.vault.lockedByPerson(); err != nil {
		return err
	}
	if s.vault.closed() != nil {
		return s.openAndResume(ctx)
	}
	if s.accounts.count() > 0 {
		return nil
	}
	key, _, err := s.vault.open(ctx, true) // the first account
	if err != nil {
		return err
	}
	return s.unseal(key)
}

// openAndResume opens the vault and resumes what waited for it. The edit lock is
// held.
func (s *Service) openAndResume(ctx context.Context) error {
	tokens, closed := s.openVault(ctx)
	if closed != nil {
		return closed
	}
	s.keeper.Restore(tokens)
	s.restoreTickets()
	s.pushes.catchUp()
	s.teams.start(ctx)
	s.keeper.Unlocked()
	return nil
}

// VaultInit implements api.Agent: it makes the passphrase file, which keeps the
// secrets from then on.
func (s *Service) VaultInit(ctx context.Context, passphrase core.Secret) (api.Vault, error) {
	s.edit.Lock()
	defer s.edit.Unlock()
	file := s.parts.Vaults.File
	switch {
	case file == nil:
		return api.Vault{}, &core.Error{Class: core.Misuse, Remedy: core.RemedyInput, Message: "this home keeps its secrets in memory alone; use another home"}
	case file.Exists() && !file.Damaged():
		return api.Vault{}, &core.Error{Class: core.Misuse, Remedy: core.RemedyVaultThere, Message: "there is a passphrase file already and it stays as it is; see tokentray vault"}
	case passphrase.Empty():
		return api.Vault{}, emptyPassphrase()
	}
	ids, err := s.keptIDs()
	if err != nil {
		return api.Vault{}, core.AsError(err)
	}
	left, err := s.vault.moveToFile(ctx, passphrase, ids)
	if err != nil {
		return api.Vault{}, core.AsError(err)
	}
	if len(left) > 0 {
		s.log.Warn("the keyring may still hold entries that are now in the passphrase file; they leave it once it opens", "keys", left)
	}
	if err := s.openAndResume(ctx); err != nil {
		return api.Vault{}, err
	}
	s.vault.unlock()
	return s.vault.status(), nil
}

// VaultUnlock implements api.Agent. A keyring asks for its own passphrase.
func (s *Service) VaultUnlock(ctx context.Context, passphrase core.Secret) (api.Vault, error) {
	s.edit.Lock()
	defer s.edit.Unlock()
	if s.vault.fileInUse() {
		switch {
		case passphrase.Empty() && s.vault.closed() == nil:
			return s.vault.status(), nil
		case passphrase.Empty():
			return api.Vault{}, emptyPassphrase()
		}
		if err := s.parts.Vaults.File.Unlock(ctx, passphrase); err != nil {
			return api.Vault{}, core.AsError(err)
		}
	}
	if err := s.openAndResume(core.Attended(ctx)); err != nil {
		return api.Vault{}, err
	}
	s.vault.unlock()
	return s.vault.status(), nil
}

// VaultLock implements api.Agent. Living tokens can still be used; nothing is
// fetched. Our text on the clipboard is cleared.
func (s *Service) VaultLock(ctx context.Context) (api.Vault, error) {
	s.clearAway(ctx, core.SaysVaultLocked)
	s.edit.Lock()
	defer s.edit.Unlock()
	s.mendVault() // what is in memory alone would be lost
	closed := s.vault.lock()
	s.teams.stop(closed)
	s.parts.Store.Seal()
	s.keeper.Locked(closed)
	return s.vault.status(), nil
}

func emptyPassphrase() error {
	return &core.Error{
		Class: core.Invalid, Remedy: core.RemedyInput, Err: errors.New("empty passphrase"),
		Message: core.SaysPassphraseEmpty + "; enter one",
	}
}
