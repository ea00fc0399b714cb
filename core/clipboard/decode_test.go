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

// FuzzInSession: a process is on the session's display by a variable of that name alone.
func FuzzInSession(f *testing.F) {
	for _, env := range []string{"HOME=/root\x00DISPLAY=:0\x00", "DISPLAY=:0.1", "XDISPLAY=:0\x00DISPLAY", "WAYLAND_DISPLAY=wayland-0", "DISPLAY=\x00WAYLAND_DISPLAY=", "\x00\x00", ""} {
		f.Add([]byte(env), ":0", "wayland-0")
		f.Add([]byte(env), "", "")
	}
	f.Fuzz(func(t *testing.T, env []byte, display, wayland string) {
		s := Session{Display: display, WaylandDisplay: wayland}
		of := func(name, value string) bool { // a variable that is there whole
			return value != "" && (bytes.HasPrefix(env, []byte(name+"="+value)) || bytes.Contains(env, []byte("\x00"+name+"="+value)))
		}
		if inSession(env, s) && !of("DISPLAY", screenless(display)) && !of("WAYLAND_DISPLAY", wayland) {
			t.Fatalf("%q is of %+v", env, s)
		}
		if bytes.IndexByte([]byte(display), 0) >= 0 || display == "" {
			return
		}
		if !inSession(append(bytes.Clone(env), "\x00DISPLAY="+display...), s) {
			t.Fatalf("%q with its display is not of %+v", env, s)
		}
	})
}
