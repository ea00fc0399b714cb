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

// FuzzLocale: whatever the environment says, there is a language, and it is that of the
// variable that gettext goes by.
func FuzzLocale(f *testing.F) {
	for _, s := range []string{"zh_CN.UTF-8", "zh-Hant-TW", "C", "C.UTF-8", "en_GB@euro", "x-klingon", "und", "de:zh_CN", "zh_CN:en", "-", "i-default", "zh_" + strings.Repeat("a_", 500), "\xff", ""} {
		f.Add(s, "")
		f.Add("de_DE.UTF-8", s)
	}
	f.Fuzz(func(t *testing.T, lang, list string) {
		env := map[string]string{"LANG": lang, "LANGUAGE": list}
		got := locale(func(name string) string { return env[name] })
		if got != English && got != Chinese {
			t.Fatalf("%q and %q are the language %d", lang, list, got)
		}
		env["LC_ALL"] = "C"
		if got := locale(func(name string) string { return env[name] }); got != English {
			t.Fatalf("with the C locale, %q and %q are the language %d", lang, list, got)
		}
		env["LC_ALL"], env["LANGUAGE"] = "zh_CN.UTF-8", ""
		if got := locale(func(name string) string { return env[name] }); got != Chinese {
			t.Fatalf("with Chinese, %q is the language %d", lang, got)
		}
	})
}
