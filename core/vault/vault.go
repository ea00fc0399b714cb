package vault

import (
	"context"
	"errors"

	"tokentray/core"
)

// Vault keeps small secrets under keys. It is safe for concurrent use. Every
// error is a *core.Error, mostly of class VaultClosed, with one of the causes
// below in its chain, and never holds a secret.
type Vault interface {
	// Get returns the secret of a key, or ErrNotFound, ErrLocked or
	// ErrUnavailable.
	Get(ctx context.Context, key string) ([]byte, error)
	// Set keeps a secret in place of the one before. After an error other than
	// ErrTooBig the vault may hold either.
	Set(ctx context.Context, key string, value []byte) error
	// Delete removes a secret. A missing one is no error.
	Delete(ctx context.Context, key string) error
}

// Causes that callers distinguish by errors.Is.
var (
	ErrNotFound    = errors.New("the vault has no such entry")
	ErrLocked      = errors.New(core.SaysVaultLocked)
	ErrUnavailable = errors.New("the vault is unavailable")
	ErrTooBig      = errors.New("the secret is too big for the vault") // class Invalid: the vault itself works

	// ErrPassphrase, beside ErrLocked: the passphrase is wrong.
	ErrPassphrase = errors.New("the passphrase is wrong")
	// ErrDamaged, beside ErrUnavailable: the passphrase file is damaged.
	ErrDamaged = errors.New(core.SaysPassphraseFileDamaged)
	// ErrTooHard, beside ErrUnavailable: the passphrase file demands more memory
	// than this program allows.
	ErrTooHard = errors.New("the passphrase file is too hard to open")
	// ErrExists: there is a passphrase file already.
	ErrExists = errors.New("there is a passphrase file already")
)

// problem makes the *core.Error of a cause. details join the chain for logs.
func problem(cause error, message string, details ...error) *core.Error {
	e := &core.Error{
		Class: core.VaultClosed, Message: message, Remedy: core.RemedyVaultUnlock,
		Err: errors.Join(append([]error{cause}, details...)...),
	}
	switch cause {
	case ErrNotFound:
		e.Remedy = core.RemedyReenter
	case ErrUnavailable:
		e.Remedy = core.RemedyVaultInit
	case ErrTooBig:
		e.Class, e.Remedy = core.Invalid, core.RemedyInput
	}
	return e
}

func notFound(details ...error) error {
	return problem(ErrNotFound, "the vault has no such secret; enter it again with tokentray edit", details...)
}
