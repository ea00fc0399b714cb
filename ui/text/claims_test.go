package text

import (
	"slices"
	"testing"
	"time"

	"tokentray/core"
)

// The claims of a JWT stand below a line that says that nobody verified them.
func TestClaims(t *testing.T) {
	at := time.Unix(1772625600, 0)
	c := &core.Claims{Issuer: "https://sso.example", Audience: []string{"a", "b"}, Scope: []string{"read", "write"}, Expires: at}
	for lang, title := range map[Lang]string{English: "decoded, not verified", Chinese: "已解码，未验证签名"} {
		got := New(lang).Claims(c, func(at time.Time) string { return at.UTC().Format(time.TimeOnly) })
		want := []Fact{{"claims.title", title}, {"claims.iss", "https://sso.example"}, {"claims.aud", "a b"}, {"claims.scope", "read write"}, {"claims.exp", "12:00:00"}}
		if !slices.Equal(got, want) {
			t.Errorf("%q", got)
		}
	}
	if got := New(English).Claims(nil, nil); got != nil {
		t.Errorf("no JWT, and yet %q", got)
	}
}
