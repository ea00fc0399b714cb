package agent

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"sync"

	"tokentray/core"
	"tokentray/core/api"
)

// Vault keeps small secrets under keys. Package vault has three. Every error is
// a *core.Error, of class VaultClosed unless the vault itself works.
type Vault interface {
	// The caller owns Get's value and may wipe it. Its error has Vaults.NotFound in
	// its chain when there is no such key.
	Get(ctx context.Context, key string) ([]byte, error)
	Set(ctx context.Context, key string, value []byte) error
	// Delete of a key that is not there is no error.
	Delete(ctx context.Context, key string) error
}

// FileVault is a Vault that a passphrase opens.
type FileVault interface {
	Vault
	Exists() bool
	// Damaged reports whether nobody can open the file.
	Damaged() bool
	// Mend writes the file again when it was removed or damaged while it is
	// unlocked, and reports whether it did.
	Mend() (bool, error)
	// Create makes the file and leaves it unlocked. A damaged one is put aside.
	Create(ctx context.Context, passphrase core.Secret, entries map[string][]byte) error
	Unlock(ctx context.Context, passphrase core.Secret) error
	Lock()
}

// The kinds of vaults.
const (
	VaultKeyring = "keyring"
	VaultFile    = "file"
	VaultMemory  = "memory"
)

// Vaults are the vaults of a home. If the passphrase file exists it is the one in
// use; it is made only when a person asks for it.
type Vaults struct {
	Main Vault     // the platform's keyring, or memory for a demo; nil: there is none
	Kind string    // of Main
	File FileVault // nil for a demo
	// Index lists what the vault in use holds.
	Index VaultIndex
	// NotFound is in the chain of an error for a missing key, Locked in that of a
	// vault which a person can unlock.
	NotFound, Locked error
}

// The states of a vault.
const (
	vaultOpen        = "open"
	vaultLocked      = "locked"
	vaultUnavailable = "unavailable"
)

// dataKeyName is the name under which the vault has the key that seals the tokens.
// Account IDs are hexadecimal and never equal it.
const dataKeyName = "data-key"

// dataKeySize is the size that the store needs.
const dataKeySize = 32

// vaultAccess gives access to the vault in use. After a failure it refuses everything
// until open is called, so that a locked keyring is not asked again and again
// without a person knowing.
type vaultAccess struct {
	parts    Vaults
	goes     func(core.Account) core.Destination
	base     func(core.Account) string // the URL that an account asks
	forget   func()                    // called when something stored changed, or must not be read
	onChange func(api.Vault)           // called on each change of state

	mu    sync.Mutex
	state string
	err   *core.Error // why it is not open
	warns string      // a warning while it is open
	// before is the state that people see while an opening is under way; nil: the
	// current one.
	before *api.Vault
	// byPerson is set after a person locked the vault, until a person unlocks it:
	// nothing else opens it meanwhile.
	byPerson bool
}

var _ core.Vault = (*vaultAccess)(nil)

func newVaultAccess(parts Vaults, goes func(core.Account) core.Destination, base func(core.Account) string, forget func(), onChange func(api.Vault)) *vaultAccess {
	return &vaultAccess{parts: parts, goes: goes, base: base, forget: forget, onChange: onChange, state: vaultLocked, err: lockedVault(nil)}
}

// inUse is the vault in use.
func (k *vaultAccess) inUse() Vault {
	if k.fileInUse() {
		return k.parts.File
	}
	return k.parts.Main
}

func (k *vaultAccess) fileInUse() bool { return k.parts.File != nil && k.parts.File.Exists() }

func (k *vaultAccess) status() api.Vault {
	kind := k.parts.Kind
	if k.fileInUse() {
		kind = VaultFile
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.before != nil {
		return *k.before
	}
	out := api.Vault{Kind: kind, State: k.state, Warning: k.warns}
	if k.err != nil {
		out.Error = api.FromError(k.err)
	}
	return out
}

// warn sets a warning for people.
func (k *vaultAccess) warn(key string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.warns = key
}

// setState changes the state and publishes it.
func (k *vaultAccess) setState(state string, err *core.Error) {
	k.mu.Lock()
	changed := k.state != state && k.before == nil
	k.state, k.err = state, err
	k.mu.Unlock()
	if changed {
		k.onChange(k.status())
	}
}

// opening shows people the present state until the returned function is called: a
// vault counts as open when everything that an opening does was done. The caller
// holds the edit lock.
func (k *vaultAccess) opening() (done func()) {
	was := k.status()
	k.mu.Lock()
	defer k.mu.Unlock()
	k.before = &was
	return func() {
		k.mu.Lock()
		k.before = nil
		k.mu.Unlock()
		if now := k.status(); now.State != was.State {
			k.onChange(now)
		}
	}
}

// closed is why the vault cannot be asked now; nil when it can.
func (k *vaultAccess) closed() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.state == vaultOpen {
		return nil
	}
	return k.err
}

// failed turns an error of the vault into the domain's, and closes the access.
func (k *vaultAccess) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return core.AsError(ctx.Err()) // the caller gave up, the vault did not
	}
	var other *core.Error
	if errors.As(err, &other) && other.Class != core.VaultClosed {
		return other // a full disk, a secret too big: the vault itself works
	}
	e := closedVault(err)
	if errors.Is(err, k.parts.Locked) {
		k.setState(vaultLocked, e)
	} else {
		k.setState(vaultUnavailable, e)
	}
	return e
}

// Credentials implements core.Vault.
func (k *vaultAccess) Credentials(ctx context.Context, a core.Account) (core.Credentials, error) {
	if a.BaseURL == unknownHost {
		return core.Credentials{}, noHost()
	}
	e, err := k.entry(ctx, a.ID)
	if err != nil {
		return core.Credentials{}, err
	}
	to := k.goes(a)
	return e.bind(to).release(to)
}

// entry is the vault's entry of an account, unchanged.
func (k *vaultAccess) entry(ctx context.Context, id core.ID) (entry, error) {
	if err := k.closed(); err != nil {
		return entry{}, err
	}
	vault := k.inUse()
	raw, err := vault.Get(ctx, string(id))
	switch {
	case errors.Is(err, k.parts.NotFound):
		return entry{}, missingSecret()
	case err != nil:
		return entry{}, k.failed(ctx, err)
	}
	defer clear(raw)
	var e entry
	if json.Unmarshal(raw, &e) != nil {
		return entry{}, missingSecret()
	}
	return e, nil
}

// secret is what the vault has under a key that is no account's. The caller wipes it.
func (k *vaultAccess) secret(ctx context.Context, key core.ID) ([]byte, error) {
	if err := k.closed(); err != nil {
		return nil, err
	}
	raw, err := k.inUse().Get(ctx, string(key))
	switch {
	case errors.Is(err, k.parts.NotFound):
		return nil, &core.Error{Class: core.VaultClosed, Remedy: core.RemedyTeamKey, Message: "the vault does not have the team's keys; join it again by a new invite"}
	case err != nil:
		return nil, k.failed(ctx, err)
	}
	return raw, nil
}

// putSecret keeps something under a key that is no account's.
func (k *vaultAccess) putSecret(ctx context.Context, key core.ID, value []byte) error {
	if err := k.closed(); err != nil {
		return err
	}
	if err := k.inUse().Set(ctx, string(key), value); err != nil {
		return k.failed(ctx, err)
	}
	return nil
}

// dropSecret removes what putSecret kept.
func (k *vaultAccess) dropSecret(ctx context.Context, key core.ID) error {
	if err := k.closed(); err != nil {
		return err
	}
	if err := k.inUse().Delete(ctx, string(key)); err != nil && !errors.Is(err, k.parts.NotFound) {
		return k.failed(ctx, err)
	}
	return nil
}

// open asks the vault for the data key, even after a failure. If there is none, it
// makes one with create set; else it returns nil. found says that the vault had the
// key, so it is the same vault as before.
func (k *vaultAccess) open(ctx context.Context, create bool) (key []byte, found bool, err error) {
	vault := k.inUse()
	if vault == nil {
		e := closedVault(errors.New("this machine has no keyring"))
		k.setState(vaultUnavailable, e)
		return nil, false, e
	}
	raw, err := vault.Get(ctx, dataKeyName)
	if err != nil && !errors.Is(err, k.parts.NotFound) {
		return nil, false, k.failed(ctx, err)
	}
	defer clear(raw)
	key, decodeErr := base64.StdEncoding.DecodeString(string(raw))
	if err == nil && decodeErr == nil && len(key) == dataKeySize {
		k.setState(vaultOpen, nil)
		return key, true, nil
	}
	if !create {
		k.setState(vaultOpen, nil)
		return nil, false, nil
	}
	key = make([]byte, dataKeySize)
	rand.Read(key) // never fails, see crypto/rand
	if err := vault.Set(ctx, dataKeyName, []byte(base64.StdEncoding.EncodeToString(key))); err != nil {
		return nil, false, k.failed(ctx, err)
	}
	k.setState(vaultOpen, nil)
	return key, false, nil
}

// sameAsBefore reports whether the vault still has the data key: then it is the one that
// was opened. A vault that lost the key meanwhile, such as a keyring that was made again,
// answers "not found" for everything.
func (k *vaultAccess) sameAsBefore(ctx context.Context) bool {
	raw, err := k.inUse().Get(ctx, dataKeyName)
	clear(raw)
	return err == nil && len(raw) > 0
}

// wipe deletes the secrets of the accounts and the data key from the keyring; the
// passphrase file is removed with the home. If there are accounts and the keyring
// cannot be reached, it fails, because their secrets would stay and nothing would
// remember them. It also fails while the passphrase file is locked, because that
// file lists what is left in the keyring, unless the keyring says that it has
// nothing: the data key is removed last.
func (k *vaultAccess) wipe(ctx context.Context, ids []core.ID) error {
	if k.parts.Main == nil {
		return nil
	}
	if k.fileInUse() {
		if _, err := k.parts.File.Get(ctx, movedKey); errors.Is(err, k.parts.Locked) {
			if _, err := k.parts.Main.Get(ctx, dataKeyName); !errors.Is(err, k.parts.NotFound) {
				return lockedReset()
			}
			return nil
		}
		k.clearMoved(ctx)
		return nil
	}
	for _, key := range append(names(ids), dataKeyName) {
		if err := k.parts.Main.Delete(ctx, key); err != nil {
			if len(ids) == 0 { // nothing was ever kept
				return nil
			}
			return k.failed(ctx, err)
		}
	}
	return nil
}

func names(ids []core.ID) []string {
	out := make([]string, 0, len(ids)+1)
	for _, id := range ids {
		out = append(out, string(id))
	}
	return out
}

// lock closes the vault until a person opens it.
func (k *vaultAccess) lock() *core.Error {
	k.mu.Lock()
	k.byPerson = true
	k.mu.Unlock()
	if k.parts.File != nil {
		k.parts.File.Lock()
	}
	e := lockedVault(nil)
	k.setState(vaultLocked, e)
	k.forget()
	return e
}

// unlock ends a person's lock, after a person opened the vault.
func (k *vaultAccess) unlock() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.byPerson = false
}

// lockedByPerson is the error that keeps everybody except a person from opening the
// vault, nil when everybody may.
func (k *vaultAccess) lockedByPerson() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.byPerson && k.err != nil { // it has none while a person's unlock is under way
		return k.err
	}
	return nil
}

func lockedVault(cause error) *core.Error {
	return &core.Error{
		Class: core.VaultClosed, Remedy: core.RemedyVaultUnlock, Err: cause,
		Message: core.SaysVaultLocked + "; unlock it with tokentray vault unlock",
	}
}

func lockedReset() *core.Error {
	return &core.Error{
		Class: core.VaultClosed, Remedy: core.RemedyResetLocked,
		Message: "the passphrase file is locked and lists what the keyring may still hold; unlock it with tokentray vault unlock, then reset",
	}
}

// closedVault is the vault's own error, which says what to do, or a general one.
func closedVault(err error) *core.Error {
	var e *core.Error
	if errors.As(err, &e) && e.Class == core.VaultClosed {
		return e
	}
	return &core.Error{
		Class: core.VaultClosed, Remedy: core.RemedyVaultInit, Err: err,
		Message: "there is no keyring that can be used; make a passphrase file with tokentray vault init",
	}
}

func missingSecret() *core.Error {
	return &core.Error{
		Class: core.VaultClosed, Remedy: core.RemedyReenter,
		Message: "the vault has no AppSecret for this account; enter it again with tokentray edit",
	}
}
