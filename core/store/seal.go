package store

import (
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"

	"tokentray/core"
)

// KeySize is the length of the data key in bytes.
const KeySize = chacha20poly1305.KeySize

// The sealed fields.
const (
	fieldToken    = "token"
	fieldPrevious = "previous"
)

// seal encrypts a field of an account. It binds the account and the field, so that a
// sealed value is useless in another place. XChaCha20-Poly1305, because its nonce is
// long enough to be random without counting.
func seal(aead cipher.AEAD, id core.ID, field, value string) []byte {
	if value == "" {
		return nil
	}
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(value)+aead.Overhead())
	rand.Read(nonce) // never fails, see crypto/rand
	return aead.Seal(nonce, nonce, []byte(value), bound(id, field))
}

// unseal is the reverse of seal. Its error says nothing about the value.
func unseal(aead cipher.AEAD, id core.ID, field string, sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	n := aead.NonceSize()
	if len(sealed) < n+aead.Overhead() {
		return "", errors.New("a sealed value is cut off")
	}
	value, err := aead.Open(nil, sealed[:n], sealed[n:], bound(id, field))
	if err != nil {
		return "", errors.New("a sealed value does not open with this data key")
	}
	return string(value), nil
}

// unsealRequired is unseal for a value that must be there.
func unsealRequired(aead cipher.AEAD, id core.ID, field string, sealed []byte) (string, error) {
	value, err := unseal(aead, id, field, sealed)
	if err == nil && value == "" {
		err = errors.New("it is empty")
	}
	return value, err
}

func bound(id core.ID, field string) []byte {
	return []byte("tokentray 1\x00" + string(id) + "\x00" + field)
}

// Unseal gives the store the data key, KeySize bytes from the vault, so that
// tokens can be read and saved.
func (s *Store) Unseal(key []byte) error {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return fail("take the data key", fmt.Errorf("it has %d bytes, not %d", len(key), KeySize))
	}
	s.key.Store(&aead)
	return nil
}

// Seal forgets the data key.
func (s *Store) Seal() { s.key.Store(nil) }

// opened returns the cipher, or an error that says what to do without it.
func (s *Store) opened(doing string) (cipher.AEAD, error) {
	if aead := s.key.Load(); aead != nil {
		return *aead, nil
	}
	return nil, &core.Error{
		Class: core.VaultClosed, Remedy: core.RemedyVaultUnlock, Err: ErrSealed,
		Message: doing + ": " + core.SaysVaultLocked + " and with it the key of the tokens; unlock it with tokentray vault unlock",
	}
}
