package window

import (
	"bytes"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// FuzzPastedPath: a path that was pasted is one line, from the root, and of a plain file
// that is there; a file manager's address of a file finds it.
func FuzzPastedPath(f *testing.F) {
	folder := f.TempDir()
	for _, s := range []string{"/", "file:///dev/null", "file:///%2e%2e/%0a", "relative", "a\nb", "file:x", "wx0123456789abcdef", "\x00", "file://[::1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, content string) {
		if path, ok := pastedPath(content); ok {
			info, err := os.Stat(path)
			if err != nil || !info.Mode().IsRegular() || !filepath.IsAbs(path) || strings.ContainsAny(path, "\r\n") {
				t.Fatalf("%q is the file %q", content, path)
			}
		}
		if runtime.GOOS == "windows" { // whose Explorer copies no text
			return
		}
		name := strings.Map(func(r rune) rune {
			if r < ' ' || r == '/' || r == utf8.RuneError {
				return -1
			}
			return r
		}, content)
		path := filepath.Join(folder, "x"+name+"x")
		if len(name) > 200 || os.WriteFile(path, nil, 0o600) != nil {
			return
		}
		defer os.Remove(path)
		for _, copied := range []string{path, " " + path + "\n", (&url.URL{Scheme: "file", Path: path}).String() + "\r\n"} {
			if got, ok := pastedPath(copied); !ok || got != path {
				t.Fatalf("%q is not found, but %q, %v", copied, got, ok)
			}
		}
	})
}

// FuzzTextOf: of an answer nothing moves the cursor or turns the text, nothing is drawn
// beyond its bounds, and only a character that was cut is left out.
func FuzzTextOf(f *testing.F) {
	for _, raw := range []string{`{"a":[1,"\u202e"]}`, "\xef\xbb\xbf[]", "中\xe6\x96", "a\xff\xff\xff\xff", "a\u202eb\x1b[31m\u009b", "\x89PNG\x00", strings.Repeat("a\n", shownLines+1), strings.Repeat("中", shownBytes), "{", ""} {
		f.Add([]byte(raw), true)
		f.Add([]byte(raw), false)
	}
	f.Fuzz(func(t *testing.T, raw []byte, cut bool) {
		kept := slices.Clone(raw)
		text, ok := textOf(raw, cut)
		if string(kept) != string(raw) {
			t.Fatalf("%q became %q", kept, raw)
		}
		plain := bytes.TrimSpace(raw)
		whole := utf8.Valid(plain)
		for n := 1; cut && n < utf8.UTFMax && n <= len(plain); n++ {
			whole = whole || utf8.Valid(plain[:len(plain)-n])
		}
		if ok && (!whole || !utf8.ValidString(text)) || !ok && text != "" {
			t.Fatalf("%q, cut %v, is the text %q, %v", raw, cut, text, ok)
		}
		if strings.ContainsFunc(text, func(r rune) bool {
			return r != '\n' && r != '\t' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
		}) {
			t.Fatalf("%q is shown as %q", raw, text)
		}
		shown, left := excerptOf(text)
		if !utf8.ValidString(shown) || len(shown) > 2*shownBytes+len("…") || left < 0 || strings.Count(shown, "\n") >= shownLines || !strings.HasPrefix(text, strings.TrimSuffix(shown, "…")) {
			t.Fatalf("%d bytes with %d lines left are shown of %q", len(shown), left, text)
		}
	})
}
