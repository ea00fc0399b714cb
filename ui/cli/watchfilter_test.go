package cli

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// TestWatchIsFiltered by what is typed after a slash, letters that scroll otherwise
// too; Enter keeps it, Esc takes it away, and q ends only where nothing is typed.
func TestWatchIsFiltered(t *testing.T) {
	r := newRun()
	r.env["NO_COLOR"] = "1"
	a := &app{Parts: Parts{Term: r.term, Getenv: func(k string) string { return r.env[k] }, Now: start}}
	var l api.List
	l.Active = core.Sandbox
	for i := range 30 {
		l.Accounts = append(l.Accounts, account(fmt.Sprintf("shop%02d", i), core.Sandbox, time.Hour))
	}
	l.Accounts = append(l.Accounts, account("kg jq/b", core.Live, time.Hour), account("商城", core.Live, time.Hour), whitelisted("gate", core.Live))
	v := &view{keys: true}
	press := func(keys ...Key) string {
		for _, k := range keys {
			if !v.filter.press(k) {
				v.move(k)
			}
		}
		return strings.Join(a.screen(l, v, 100, 30), "\n")
	}
	for _, step := range []struct {
		keys      []Key
		has, lack string
	}{
		{nil, "shop00", "Filter:"},
		{[]Key{"q"}, "shop00", "Filter:"}, // ends the program elsewhere
		{[]Key{"/"}, "Filter: _ · 33 of 33", ""},
		{[]Key{"s", "h", "o", "p", "1"}, "Filter: shop1_ · 10 of 33", "shop00"},
		{[]Key{"\x7f", "2", "q"}, "No account has these words.", "shop1"},
		{[]Key{"\x7f", "\r"}, "Filter: shop2 · 10 of 33", "shop2_"},
		{[]Key{"/", "\x15", "K", "G", " ", "j"}, "kg jq/b", "shop00"},
		{[]Key{"\x15", "商城"}, "商城", "shop00"},
		{[]Key{"\x15", "needs you"}, "gate", "shop00"},
		{[]Key{"\x15", "live\x1b]0;x"}, "Filter: _ · 33 of 33", "\x1b"}, // no escape is taken in
		{[]Key{"l", "i", "v", "e", "\r"}, "3 of 33", "shop00"},
		{[]Key{"\x1b"}, "shop00", "Filter:"},
		{[]Key{"/", "x", "\x1b"}, "shop00", "Filter:"},
	} {
		got := press(step.keys...)
		if !strings.Contains(got, step.has) || step.lack != "" && strings.Contains(got, step.lack) {
			t.Errorf("after %q:\n%s", step.keys, got)
		}
	}
}
