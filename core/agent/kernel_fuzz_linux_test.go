package agent

import (
	"fmt"
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

// FuzzTicksOf: no name of a process moves its start time, and one that ended has none.
func FuzzTicksOf(f *testing.F) {
	for _, name := range []string{"bash", "a) R 1 2 3", "(sd-pam)", "", "\n) Z", "中"} {
		f.Add(name, "S", uint64(123456))
	}
	f.Add("x", "Z", uint64(1))
	f.Fuzz(func(t *testing.T, name, state string, started uint64) {
		_, _ = ticksOf([]byte(name)) // cut off, or nothing of the kind
		if len(state) != 1 || state[0] <= ' ' || state[0] > '~' || state == ")" {
			return
		}
		stat := fmt.Sprintf("4242 (%s) %s 1 4242 4242 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 %d 1000 5 18446744073709551615 1 1\n", name, state, started)
		switch got, err := ticksOf([]byte(stat)); {
		case state == "Z" || state == "X":
			if err == nil {
				t.Fatalf("%q has not ended", stat)
			}
		case err != nil || got != started:
			t.Fatalf("%q started at %d (%v)", stat, got, err)
		}
	})
}
