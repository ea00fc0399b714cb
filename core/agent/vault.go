package agent

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"sync"

	"tokentray/core"
	"tokentray/core/api"
)

// Vault keeps small secrets under keys. Package vault has three. Every error is
// a *core.Error, of class VaultClosed unless the vault itself works.
type Vault interface {
	// Get's value is the caller's own, who may wipe it. Its error has
	// Vaults.NotFound in its chain when there is no such key.
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
	// NotFound is in the chain of an error for a key that is not there, Locked
	// in that of a vault which a person can unlock.
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
	base     func(core.Account) string // where an account asks
	onChange func(api.Vault)           // is told of each change of state

	mu    sync.Mutex
	state string
	err   *core.Error // why it is not open
	warns string      // a warning although it is open
	// byPerson is set after a person locked the vault, until a person unlocks it:
	// nothing else opens it meanwhile.
	byPerson bool
}

var _ core.Vault = (*vaultAccess)(nil)

func newVaultAccess(parts Vaults, goes func(core.Account) core.Destination, base func(core.Account) string, onChange func(api.Vault)) *vaultAccess {
	return &vaultAccess{parts: parts, goes: goes, base: base, onChange: onChange, state: vaultLocked, err: lockedVault(nil)}
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
	changed := k.state != state
	k.state, k.err = state, err
	k.mu.Unlock()
	if changed {
		k.onChange(k.status())
	}
}

// closed is why the vault may not be asked now; nil when it may.
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

// entry is what the vault keeps of an account, as it stands there.
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

// kept is an entry as it goes into the vault, and the mark under which the index
// lists it.
type kept struct {
	entry entry
	mark  string
}

// kept is the entry of an account with all that the vault is to tell of it.
func (k *vaultAccess) kept(a core.Account, e entry) kept {
	return kept{e.of(a, k.base(a)), k.markOf(a)}
}

// put keeps an account's entry. The index lists it first, so that whatever
// happens the entry can be found again.
func (k *vaultAccess) put(ctx context.Context, id core.ID, e kept) error {
	if err := k.closed(); err != nil {
		return err
	}
	raw, err := e.entry.encode()
	if err != nil {
		return err
	}
	if err := k.list(map[core.ID]kept{id: e}); err != nil {
		return err
	}
	err = k.inUse().Set(ctx, string(id), raw)
	if err == nil {
		return nil
	}
	_ = k.parts.Index.Keep(map[string]string{string(id): markUnknown}) // the database has the last word
	switch {
	case core.AsError(err).Class != core.VaultClosed: // too big: the vault itself is well
		return core.AsError(err)
	}
	return k.failed(ctx, err)
}

// list puts entries into the index.
func (k *vaultAccess) list(entries map[core.ID]kept) error {
	marks := make(map[string]string, len(entries))
	for id, e := range entries {
		marks[string(id)] = e.mark
	}
	return k.parts.Index.Keep(marks)
}

// batcher is a vault that writes many entries as cheaply as one.
type batcher interface {
	// Batch writes and removes everything or nothing.
	Batch(ctx context.Context, set map[string][]byte, remove []string) error
}

// putAll keeps the entries of many accounts and takes out those of others. A
// vault that takes one at a time may, after an error, have taken some.
func (k *vaultAccess) putAll(ctx context.Context, entries map[core.ID]kept, remove []core.ID) error {
	if len(entries)+len(remove) == 0 {
		return nil
	}
	if err := k.parts.Index.Remove(names(remove)...); err != nil {
		return err
	}
	if err := k.closed(); err != nil {
		return err
	}
	vault, atOnce := k.inUse().(batcher)
	if !atOnce {
		for _, id := range slices.Sorted(maps.Keys(entries)) {
			if err := k.put(ctx, id, entries[id]); err != nil {
				return err
			}
		}
		for _, id := range remove {
			if err := k.drop(ctx, id); err != nil {
				return err
			}
		}
		return nil
	}
	if err := k.list(entries); err != nil {
		return err
	}
	set := make(map[string][]byte, len(entries))
	for id, e := range entries {
		raw, err := e.entry.encode()
		if err != nil {
			return err
		}
		set[string(id)] = raw
	}
	if err := vault.Batch(ctx, set, names(remove)); err != nil {
		return k.failed(ctx, err)
	}
	return nil
}

// undo puts back what an import that failed wrote.
func (k *vaultAccess) undo(ctx context.Context, w newSecrets) error {
	if err := k.putAll(ctx, w.before, append(w.added, w.there...)); err != nil {
		return err
	}
	return k.parts.Index.Forget(names(w.there)...) // these accounts nobody removed
}

// drop takes the entry of an account that is removed out of the vault. That it
// is removed is written down whatever the vault says.
func (k *vaultAccess) drop(ctx context.Context, id core.ID) error {
	if err := k.parts.Index.Remove(string(id)); err != nil {
		return err
	}
	if err := k.closed(); err != nil {
		return err
	}
	vault := k.inUse()
	if err := vault.Delete(ctx, string(id)); err != nil && !errors.Is(err, k.parts.NotFound) {
		return k.failed(ctx, err)
	}
	return nil
}

// dropAll takes the secrets of many accounts out of the vault.
func (k *vaultAccess) dropAll(ctx context.Context, ids []core.ID) error {
	return k.putAll(ctx, nil, ids)
}

// open asks the vault for the data key, although it failed before. Without one
// and with create a new one is made; else nil is returned.
// found tells that the vault had the key, and so is the one of before.
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

// wipe deletes the secrets of the accounts and the data key from the keyring;
// the passphrase file goes with the home. Where there are accounts and the
// keyring cannot be reached it fails, for their secrets would stay behind and
// nothing would remember them. So it does while the passphrase file is locked,
// which lists what stayed in the keyring, unless the keyring says that it has
// nothing: the data key is the last to leave it.
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
	return e
}

// unlock lifts a person's lock, when a person opened the vault.
func (k *vaultAccess) unlock() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.byPerson = false
}

// lockedByPerson is why nothing but a person may open the vault, nil when anything may.
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
		Message: "the vault is locked; unlock it with tokentray vault unlock",
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
