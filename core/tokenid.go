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

// Unshared as a key of an identity says that only the secret may tell whose token it
// is: no two accounts of such a kind share a token.
const Unshared = "*"

// NewTokenID returns an account's TokenID. baseURL is the kind's own; identity are
// the keys of the params that count, and Unshared.
func NewTokenID(a Account, baseURL string, identity []string) TokenID {
	if a.BaseURL != "" {
		baseURL = a.BaseURL
	}
	parts := []string{string(a.Kind), CleanURL(baseURL), a.AppID}
	for _, key := range slices.Sorted(slices.Values(identity)) {
		value := a.Params[key]
		if key == Unshared {
			value = string(a.ID)
		}
		parts = append(parts, key, value)
	}
	return TokenID(strings.Join(parts, "\x00"))
}
