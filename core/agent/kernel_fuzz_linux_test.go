package agent

import (
	"strings"
	"testing"
)

// FuzzTellsOf: events of the kernel may be cut off anywhere.
func FuzzTellsOf(f *testing.F) {
	f.Add("db", make([]byte, 16))
	f.Add("", []byte{1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 'd', 'b', 0, 0})
	f.Fuzz(func(_ *testing.T, name string, events []byte) { tellsOf(name, events) })
}

// FuzzDisposable: nothing but whole mappings of the program is dropped from memory.
func FuzzDisposable(f *testing.F) {
	f.Add("00400000-00452000 r-xp 00000000 08:02 173521 /usr/bin/tokentray\nPrivate_Dirty: 0 kB\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, m := range disposable(strings.NewReader(text), "/usr/bin/tokentray") {
			if !strings.Contains(text, " /usr/bin/tokentray") {
				t.Fatalf("%x to %x of %q", m.start, m.end, text)
			}
		}
	})
}
