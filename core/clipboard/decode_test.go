//go:build !windows && !darwin

package clipboard

import (
	"bytes"
	"testing"
	"unicode/utf8"
)

// FuzzDecoded: whatever another program gives for a text, it becomes one, no longer than
// it may be, and a text that is right stays as it is.
func FuzzDecoded(f *testing.F) {
	for _, text := range []string{"85_abcdefghijklmnop", "appid: wx0123456789abcdef\nsecret: \xff", "caf\xe9", "中文", "🇨🇳", "a\x00b", "\xe4\xb8", ""} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		kept := bytes.Clone(b)
		text := decoded("UTF8_STRING", b)
		if !utf8.ValidString(text) || len(text) > len(b) || utf8.Valid(b) && text != string(b) {
			t.Fatalf("%q is read as %q", b, text)
		}
		old := decoded("STRING", b)
		var back []byte
		for _, r := range old {
			if r > 0xff {
				t.Fatalf("%q is read as %q", b, old)
			}
			back = append(back, byte(r))
		}
		if !utf8.ValidString(old) || !bytes.Equal(back, b) || !bytes.Equal(b, kept) {
			t.Fatalf("%q is read as %q", kept, old)
		}
	})
}
