package push

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestRedact(t *testing.T) {
	token := newToken + strings.Repeat("Ab3_", 20)
	for _, secret := range []string{
		token, token[:9], token[40:60], base64.StdEncoding.EncodeToString([]byte("user:" + token)), hex.EncodeToString([]byte(token)), url.QueryEscape(token),
	} {
		got := redact("curl: (22) bad header 'Bearer "+secret+"'", token)
		if strings.Contains(got, secret) || !strings.HasPrefix(got, "curl: (22) bad header 'Bearer •••") {
			t.Errorf("%q is left of %q", got, secret)
		}
	}
	for i := range len(token) - 7 {
		if got := redact("bad header "+token[i:i+8]+"!", token); got != "bad header •••!" {
			t.Errorf("of the eight bytes from the %dth on is left %q", i, got)
		}
	}
	for line, want := range map[string]string{
		"no such host: api.example.com":              "no such host: api.example.com",
		"/srv/shop/deploy.sh: 3: cannot open\x1b[0m": "/srv/shop/deploy.sh: 3: cannot open[0m",
		"目录不存在":                                      "目录不存在",
		"":                                           "",
	} {
		if got := redact(line, token, ""); got != want {
			t.Errorf("%q became %q, want %q", line, got, want)
		}
	}
	if got := redact("short: abc", "abc"); got != "short: •••" {
		t.Errorf("a short token: %q", got)
	}
	if got := redact(strings.Repeat("字 ", 300), token); len(got) > maxSaid+3 || !utf8.ValidString(got) {
		t.Errorf("%d bytes, valid %v", len(got), utf8.ValidString(got))
	}
}

// FuzzRedact: no piece of the token that tells anything comes through, wherever
// it stands.
func FuzzRedact(f *testing.F) {
	f.Add("before ", "88_abcdefghijklmnopqrstuvwxyz", " behind")
	f.Add("", "abcdefghabcdefghabcdefgh", "abcdefg")
	f.Add("8", "88_88_88_88_88", "\xff")
	f.Fuzz(func(t *testing.T, before, token, behind string) {
		got := redact(before+token+behind, token)
		if len(token) <= 7 || strings.ContainsAny(token, "•…") {
			return
		}
		for i := range len(token) - 7 {
			if piece := token[i : i+7+1]; utf8.ValidString(piece) && strings.Contains(got, piece) {
				t.Fatalf("%q holds %q", got, piece)
			}
		}
		if !utf8.ValidString(got) && utf8.ValidString(before+token+behind) || len(got) > maxSaid+len("…") {
			t.Errorf("%q", got)
		}
	})
}
