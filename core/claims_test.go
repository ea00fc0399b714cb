package core

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func madeJWT(claims string) string {
	part := base64.RawURLEncoding.EncodeToString
	return part([]byte(`{"alg":"RS256"}`)) + "." + part([]byte(claims)) + "." + part([]byte("sign"))
}

func TestClaims(t *testing.T) {
	at := time.Unix(1772625600, 0).UTC()
	for _, tt := range []struct {
		claims string
		want   Claims
	}{
		{`{"iss":"https://sso.example","sub":"crm","aud":"api","client_id":"crm","scope":"read write","iat":1772622000,"exp":1772625600}`, Claims{
			Issuer: "https://sso.example", Subject: "crm", Audience: []string{"api"}, Client: "crm", Scope: []string{"read", "write"}, IssuedAt: at.Add(-time.Hour), Expires: at,
		}},
		{`{"aud":["a","b"],"azp":"x","scp":["s"],"roles":["r"],"exp":1772625600.7}`, Claims{Audience: []string{"a", "b"}, Client: "x", Scope: []string{"s", "r"}, Expires: at}},
		{`{"iss":7,"aud":{"a":1},"exp":"soon","iat":-1}`, Claims{}},
		{`{"sub":"a\u0007b\u202ec\nd"}`, Claims{Subject: "abc d"}},
		{`{"exp":1e300}`, Claims{}},
		{`{}`, Claims{}},
	} {
		got, ok := ReadClaims(madeJWT(tt.claims))
		if diff := cmp.Diff(tt.want, got); diff != "" || !ok {
			t.Errorf("%s: %v\n%s", tt.claims, ok, diff)
		}
	}
	for _, token := range []string{"", "abc", "a.b", "a.b.c", "98_abc.def.ghi", madeJWT(`[]`), madeJWT(`null`), madeJWT(`{"a":`), madeJWT(`{}`) + ".x"} {
		if got, ok := ReadClaims(token); ok || !got.Expires.IsZero() {
			t.Errorf("%q is a JWT", token)
		}
	}
}

// The claims of a token are read once, and are those of the token that is there.
func TestClaimsOfTheCurrentToken(t *testing.T) {
	var c claimed
	token := &Token{Value: madeJWT(`{"sub":"a"}`)}
	first := c.of(token)
	if first == nil || first.Subject != "a" || c.of(token) != first {
		t.Errorf("%+v, or read twice", first)
	}
	if c.of(&Token{Value: "98_opaque"}) != nil || c.of(&Token{}) != nil || c.of(&Token{Value: madeJWT(`{"sub":"b"}`)}).Subject != "b" || first.Subject != "a" {
		t.Error("the claims are another token's")
	}
}

// No token makes reading its claims panic, and what comes out can be shown.
func FuzzReadClaims(f *testing.F) {
	for _, claims := range []string{`{"iss":"a","aud":["b",7,""],"scope":" x  y ","exp":1}`, `{"sub":"` + strings.Repeat("ü", 400) + `"}`, `{"scp":[[[]]]}`} {
		f.Add(madeJWT(claims))
	}
	f.Fuzz(func(t *testing.T, token string) {
		c, ok := ReadClaims(token)
		if !ok && (c.Issuer != "" || !c.Expires.IsZero()) {
			t.Fatalf("no JWT, and yet %+v", c)
		}
		for _, text := range append(append([]string{c.Issuer, c.Subject, c.Client}, c.Audience...), c.Scope...) {
			if len(text) > maxClaim || !utf8.ValidString(text) || strings.ContainsAny(text, "\n\t\x1b\u202e") {
				t.Fatalf("%q", text)
			}
		}
		if len(c.Audience) > maxListed || len(c.Scope) > maxListed {
			t.Fatalf("%d and %d entries", len(c.Audience), len(c.Scope))
		}
	})
}
