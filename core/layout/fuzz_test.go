package layout_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tokentray/core/layout"
)

// Whatever is in Redis, every codec answers a token that can stand in a header and lives
// no longer than what is told, or an error that quotes nothing.
func FuzzRead(f *testing.F) {
	for _, text := range []string{
		token, `"` + token + `"`, `{"access_token":"` + token + `","expires_in":7200}`, `s:78:"` + token + `";`, `a:1:{s:12:"access_token";s:78:"` + token + `";}`,
		`{"AccessTokenExpireTime":"2026-03-04T12:30:00+08:00","AccessTokenResult":{"access_token":"` + token + `"}}`, "\x03\x88" + token, "a:9:{", `s:3:"ab`, "1772600000000",
	} {
		f.Add([]byte(text), text, int64(3_600_000), []byte("1772600400"))
		f.Add([]byte(text), "1772600000000", int64(-1), []byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte, field string, left int64, expiry []byte) {
		v := layout.Value{Text: text, Fields: map[string]string{"value": string(text), "expire": field}, Left: time.Duration(left), Expiry: expiry}
		for _, l := range layout.All() {
			got, err := l.Read(v, now)
			if err != nil {
				if len(text) > 20 && strings.Contains(err.Error(), string(text)) {
					t.Errorf("%s: the error quotes the value", l.ID)
				}
				continue
			}
			bad := strings.ContainsFunc(got.Token, func(r rune) bool { return r <= ' ' || r > '~' })
			if got.Token == "" || bad || got.Life < time.Second || got.Life > layout.MaxLife || got.Life%time.Second != 0 {
				t.Errorf("%s: %q that lives %v", l.ID, got.Token, got.Life)
			}
		}
	})
}

// Whatever key is met, what it is taken for makes the same key again, and what is shown
// of it can be printed.
func FuzzMatch(f *testing.F) {
	for _, l := range layout.All() {
		if key, err := l.Key(layout.Name{AppID: appID, Secret: secret, Component: appID, Own: l.ID}); err == nil {
			f.Add("x:" + key)
		}
	}
	f.Fuzz(func(t *testing.T, key string) {
		for _, one := range layout.Match(key) {
			if back, err := one.Layout.Key(one.Name); err != nil || back != key {
				t.Errorf("%s: %q became %q, %v", one.Layout.ID, key, back, err)
			}
			if shown := one.Layout.Shown(one.Name); one.Name.Secret != "" && len(one.Name.Secret) > 10 && strings.Contains(shown, one.Name.Secret) {
				t.Errorf("%s: the secret is shown", one.Layout.ID)
			}
		}
		if shown := layout.ShownKey(key); !utf8.ValidString(shown) || strings.ContainsFunc(shown, func(r rune) bool { return r < ' ' }) {
			t.Errorf("%q is shown", shown)
		}
	})
}

// FuzzWrite: what a codec writes it reads again.
func FuzzWrite(f *testing.F) {
	f.Add(token, int64(7200))
	f.Fuzz(func(t *testing.T, written string, seconds int64) {
		if seconds < 0 || seconds > 1<<31 {
			return
		}
		for _, l := range layout.All() {
			text, ttl, err := l.Write(written, time.Duration(seconds)*time.Second)
			if err != nil || len(text) > layout.MaxValue {
				continue
			}
			got, err := l.Token(layout.Value{Text: []byte(text), Left: ttl})
			if err != nil || got != written {
				t.Fatalf("%s: %q is written as %q and read as %q, %v", l.ID, written, text, got, err)
			}
		}
	})
}
