package core

import (
	"slices"
	"strings"
)

// TokenID names the token that an account asks for: two accounts share a token
// at upstream if, and only if, their TokenIDs are equal. It holds no secret.
//
// It is made of kind, base URL, AppID and those params that the kind marks as
// part of the identity. A base URL that was left out is the kind's own, so that
// writing it out changes nothing.
type TokenID string

// Unshared as a key of an identity means that only the secret can say whose token it
// is: no two accounts of such a kind share a token, even if they have the same
// secret.
//
// A digest of the secret could tell whether two are the same. It is not part of a
// TokenID for three reasons. A TokenID is needed while the vault is locked, when
// restored tokens find their accounts. It would change with each new secret, and the
// counts of the day and the stored data would be lost. And a short key could be
// guessed from a stored digest. The price is a call for each account, to a server
// that gives everybody the same token.
const Unshared = "*"

// NewTokenID returns an account's TokenID. baseURL is the kind's own; identity are
// the keys of the params that count, and Unshared.
func NewTokenID(a Account, baseURL string, identity []string) TokenID {
	if a.BaseURL != "" {
		baseURL = a.BaseURL
	}
	parts := []string{string(a.Kind), CleanURL(baseURL), a.AppID}
	for _, key := range slices.Sorted(slices.Values(identity)) {
		value := a.Params.Get(key)
		if key == Unshared {
			value = string(a.ID)
		}
		parts = append(parts, key, value)
	}
	return TokenID(strings.Join(parts, "\x00"))
}
