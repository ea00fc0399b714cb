package team

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"

	"golang.org/x/crypto/chacha20poly1305"

	"tokentray/core"
)

const keySize = 32

// Keys are a team's keys. They are secret: printing them shows nothing.
type Keys struct {
	naming  []byte // for key names and hashes of tokens; never changes
	current key    // seals and opens
	older   *key   // opens what was sealed before the last Rotate; nil: none
}

// key seals tokens.
type key struct {
	id     string
	secret []byte
}

// NewKeys makes the keys of a new team.
func NewKeys() Keys {
	return Keys{naming: random(keySize), current: newKey()}
}

func newKey() key { return key{id: hex.EncodeToString(random(4)), secret: random(keySize)} }

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails, see its documentation
	return b
}

// Rotate returns keys with a new one for sealing. Members with either can read
// meanwhile. Members with only the older one seal nothing that members with the new
// keys would refuse.
func (k Keys) Rotate() Keys {
	old := k.current
	return Keys{naming: k.naming, current: newKey(), older: &old}
}

// SameTeam reports whether other are keys of the same team, before or after a Rotate.
func (k Keys) SameTeam(other Keys) bool { return hmac.Equal(k.naming, other.naming) }

// Zero reports whether there are no keys.
func (k Keys) Zero() bool { return len(k.current.secret) == 0 }

// keysForm is how the vault and an invite store keys.
type keysForm struct {
	Naming string `json:"naming"`
	ID     string `json:"id"`
	Key    string `json:"key"`
	OldID  string `json:"old_id,omitempty"`
	Old    string `json:"old,omitempty"`
}

// form returns the keys in their stored form.
func (k Keys) form() keysForm {
	enc := base64.RawStdEncoding.EncodeToString
	f := keysForm{Naming: enc(k.naming), ID: k.current.id, Key: enc(k.current.secret)}
	if k.older != nil {
		f.OldID, f.Old = k.older.id, enc(k.older.secret)
	}
	return f
}

// keys is the inverse of form.
func (f keysForm) keys() (Keys, error) {
	bad := false
	dec := func(s string) []byte {
		b, err := base64.RawStdEncoding.DecodeString(s)
		bad = bad || err != nil || len(b) != keySize
		return b
	}
	k := Keys{naming: dec(f.Naming), current: key{f.ID, dec(f.Key)}}
	if f.OldID != "" {
		k.older = &key{f.OldID, dec(f.Old)}
	}
	if bad || f.ID == "" {
		return Keys{}, errKeys()
	}
	return k, nil
}

func errKeys() error {
	return &core.Error{Class: core.Misuse, Remedy: core.RemedyTeamKey, Message: "these are no keys of a team; ask for a new invite"}
}

// Format hides the keys from everything that prints them.
func (k Keys) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, core.Hidden) }

// MarshalJSON hides the keys in JSON.
func (k Keys) MarshalJSON() ([]byte, error) { return []byte(`"` + core.Hidden + `"`), nil }

// acct is the name of a token's account in the Redis.
func (k Keys) acct(id core.TokenID) string { return hex.EncodeToString(k.mac("acct", string(id))[:16]) }

// tokenHash distinguishes tokens without revealing them.
func (k Keys) tokenHash(token string) string { return hex.EncodeToString(k.mac("token", token)[:16]) }

func (k Keys) mac(use, text string) []byte {
	m := hmac.New(sha256.New, k.naming)
	_, _ = io.WriteString(m, use+"\x00"+text)
	return m.Sum(nil)
}

// find returns the key with an id, or nil if it is not the team's.
func (k Keys) find(id string) *key {
	switch {
	case id == k.current.id:
		return &k.current
	case k.older != nil && id == k.older.id:
		return k.older
	}
	return nil
}

// seal encrypts text so that it opens only with the same aad.
func (k key) seal(use, text, aad string) (string, error) {
	derived, err := hkdf.Key(sha256.New, k.secret, nil, use, keySize)
	if err != nil {
		return "", err
	}
	box, err := chacha20poly1305.NewX(derived)
	if err != nil {
		return "", err
	}
	nonce := random(chacha20poly1305.NonceSizeX)
	return string(box.Seal(nonce, nonce, []byte(text), []byte(aad))), nil
}

// open is the inverse of seal. false: it was sealed with another key or another aad,
// or was changed.
func (k key) open(use, sealed, aad string) (string, bool) {
	derived, err := hkdf.Key(sha256.New, k.secret, nil, use, keySize)
	if err != nil {
		return "", false
	}
	box, err := chacha20poly1305.NewX(derived)
	if err != nil || len(sealed) < chacha20poly1305.NonceSizeX {
		return "", false
	}
	n := chacha20poly1305.NonceSizeX
	text, err := box.Open(nil, []byte(sealed[:n]), []byte(sealed[n:]), []byte(aad))
	return string(text), err == nil
}
