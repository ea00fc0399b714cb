package core

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"math"
	"strings"
	"time"
)

// Claims are what a JWT token says about itself (RFC 7519, RFC 9068). They are
// decoded, not verified.
type Claims struct {
	Issuer   string    `json:"iss,omitempty"`
	Subject  string    `json:"sub,omitempty"`
	Audience []string  `json:"aud,omitempty"`
	Client   string    `json:"client_id,omitempty"` // or azp, or appid
	Scope    []string  `json:"scope,omitempty"`     // or scp, and the roles of an application
	IssuedAt time.Time `json:"iat,omitzero"`
	Expires  time.Time `json:"exp,omitzero"`
}

// claimed are the claims of one token, read once.
type claimed struct {
	token  *Token
	claims *Claims // nil: it is no JWT
}

// of are the claims of a token. The Keeper's lock is held.
func (c *claimed) of(token *Token) *Claims {
	if c.token != token {
		*c = claimed{token: token}
		if found, is := ReadClaims(token.Value); is {
			c.claims = &found
		}
	}
	return c.claims
}

// maxClaim is how much of a claim is kept, in bytes, and maxListed how many of a list.
const (
	maxClaim  = 300
	maxListed = 32
)

// ReadClaims decodes the claims of a token; false: it is no JWT that can be read. It
// verifies nothing. It removes control characters and those that change the
// direction of text.
func ReadClaims(token string) (Claims, bool) {
	head, rest, ok := strings.Cut(token, ".")
	body, sign, signed := strings.Cut(rest, ".")
	if !ok || !signed || strings.Contains(sign, ".") || !jsonObject(head, nil) {
		return Claims{}, false
	}
	var raw struct {
		Issuer   any `json:"iss"`
		Subject  any `json:"sub"`
		Audience any `json:"aud"`
		Client   any `json:"client_id"`
		Party    any `json:"azp"`
		App      any `json:"appid"`
		Scope    any `json:"scope"`
		Scp      any `json:"scp"`
		Roles    any `json:"roles"`
		IssuedAt any `json:"iat"`
		Expires  any `json:"exp"`
	}
	if !jsonObject(body, &raw) {
		return Claims{}, false
	}
	c := Claims{
		Issuer: oneClaim(raw.Issuer), Subject: oneClaim(raw.Subject), Audience: listClaim(raw.Audience),
		IssuedAt: dateClaim(raw.IssuedAt), Expires: dateClaim(raw.Expires),
	}
	for _, v := range []any{raw.Client, raw.Party, raw.App} {
		if c.Client == "" {
			c.Client = oneClaim(v)
		}
	}
	for _, v := range []any{raw.Scope, raw.Scp, raw.Roles} {
		if text, is := v.(string); is {
			for _, word := range strings.Fields(text) {
				c.Scope = append(c.Scope, oneClaim(word))
			}
			continue
		}
		c.Scope = append(c.Scope, listClaim(v)...)
	}
	c.Scope = c.Scope[:min(len(c.Scope), maxListed)]
	return c, true
}

// jsonObject reads a part of a JWT that is a JSON object.
func jsonObject(part string, into any) bool {
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(part, "="))
	raw = bytes.TrimSpace(raw)
	if err != nil || len(raw) == 0 || raw[0] != '{' {
		return false
	}
	if into == nil {
		return json.Valid(raw)
	}
	return json.Unmarshal(raw, into) == nil
}

// oneClaim is a claim that is a text, fit to be shown.
func oneClaim(v any) string {
	text, _ := v.(string)
	text = strings.Join(strings.Fields(cleanNote(strings.ToValidUTF8(text, ""))), " ")
	for len(text) > maxClaim {
		text = strings.ToValidUTF8(text[:maxClaim], "")
	}
	return text
}

// listClaim is a claim that is a text or a list of them.
func listClaim(v any) []string {
	list, is := v.([]any)
	if !is {
		list = []any{v}
	}
	var out []string
	for _, one := range list[:min(len(list), maxListed)] {
		if text := oneClaim(one); text != "" {
			out = append(out, text)
		}
	}
	return out
}

// dateClaim returns a claim that is a time in seconds since 1970, or the zero time if
// it is not one.
func dateClaim(v any) time.Time {
	seconds, is := v.(float64)
	if !is || seconds <= 0 || seconds > 253402300799 || math.IsNaN(seconds) { // the end of the year 9999
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0).UTC()
}
