package text

import "testing"

// TestAValueIsNoSentence: braces in a value stay as they are, in any order and
// whatever the names of the other placeholders are.
func TestAValueIsNoSentence(t *testing.T) {
	say := New(English)
	for _, c := range []struct {
		args []any
		want string
	}{
		{[]any{"account", "{left}/sandbox", "left", "2 h"}, "{left}/sandbox has a token that lives for 2 h."},
		{[]any{"left", "{account}", "account", "shop"}, "shop has a token that lives for {account}."},
		{[]any{"account", "{account}", "left", 7}, "{account} has a token that lives for 7."},
		{[]any{"account", "shop"}, "shop has a token that lives for {left}."},
		{nil, "{account} has a token that lives for {left}."},
	} {
		if got := say.Say("refresh.done", c.args...); got != c.want {
			t.Errorf("%v: %q, want %q", c.args, got, c.want)
		}
	}
}
