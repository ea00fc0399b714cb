package text

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// FuzzClock: the figures are the seconds that are left, rounded down, and never below
// zero.
func FuzzClock(f *testing.F) {
	f.Add(int64(7147 * time.Second))
	f.Add(int64(-1))
	f.Add(int64(1<<63 - 1))
	both := []*Text{New(English), New(Chinese)}
	f.Fuzz(func(t *testing.T, n int64) {
		d := time.Duration(n)
		text := Clock(d)
		var h, m, s int64
		if strings.Count(text, ":") == 2 {
			if _, err := fmt.Sscanf(text, "%d:%02d:%02d", &h, &m, &s); err != nil {
				t.Fatalf("%v is %q: %v", d, text, err)
			}
		} else if _, err := fmt.Sscanf(text, "%d:%02d", &m, &s); err != nil {
			t.Fatalf("%v is %q: %v", d, text, err)
		}
		if got, want := h*3600+m*60+s, int64(max(0, d)/time.Second); got != want || m > 59 || s > 59 {
			t.Fatalf("%v is %q", d, text)
		}
		for _, words := range both {
			if c := words.Coarse(d); c == "" || strings.Contains(c, "-") || strings.Contains(c, "{") {
				t.Fatalf("%v is %q", d, c)
			}
		}
	})
}

// FuzzIsolated: a name stays whole and does not change the direction of the text
// around it.
func FuzzIsolated(f *testing.F) {
	f.Add("shop")
	f.Add("חנות")
	f.Add("متجر a")
	f.Fuzz(func(t *testing.T, name string) {
		out := Isolated(name)
		switch {
		case !strings.Contains(out, name):
			t.Fatalf("%q became %q", name, out)
		case out != name && !(strings.HasPrefix(out, "\u200e\u2068") && strings.HasSuffix(out, "\u2069\u200e")):
			t.Fatalf("%q is not closed: %q", name, out)
		case out == name && rightToLeft(name):
			t.Fatalf("%q is not isolated", name)
		}
	})
}
