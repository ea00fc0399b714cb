package text

import "testing"

func TestIsolated(t *testing.T) {
	for _, name := range []string{"", "shop", "公众号", "🎉 42"} {
		if got := Isolated(name); got != name {
			t.Errorf("%q became %q", name, got)
		}
	}
	for _, name := range []string{"חנות shop", "متجر", "shop 2 חנות"} {
		if got, want := Isolated(name), "\u200e\u2068"+name+"\u2069\u200e"; got != want {
			t.Errorf("%q became %q, want %q", name, got, want)
		}
	}
}
