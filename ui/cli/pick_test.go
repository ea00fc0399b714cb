package cli

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// picks is a run with accounts to pick from, at a terminal with keys.
func picks(keys ...Key) *run {
	r := withToken(newRun())
	r.agent.list = api.List{Active: core.Sandbox, Settings: core.DefaultSettings()}
	for i := range 12 {
		r.agent.list.Accounts = append(r.agent.list.Accounts, account(fmt.Sprintf("shop%02d", i), core.Sandbox, time.Hour))
	}
	used := account("gate", core.Sandbox, time.Hour)
	used.LastUsed = start().Add(-time.Minute)
	r.agent.list.Accounts = append(r.agent.list.Accounts, account("gate", core.Live, time.Hour), used, whitelisted("campus", core.Live))
	r.term.tty, r.term.width, r.term.height = true, 80, 24
	r.term.keys = make(chan Key, len(keys))
	for _, k := range keys {
		r.term.keys <- k
	}
	return r
}

// TestPickAtTheTerminal: a few letters and Enter, also typed ahead, copy; standard
// output stays empty, and no token is in the list.
func TestPickAtTheTerminal(t *testing.T) {
	for _, tt := range []struct {
		name string
		keys []Key
		args []string
		want string
	}{
		{"the last used is first", []Key{"\r"}, nil, "gate/sandbox"},
		{"letters", []Key{"s", "h", "0", "x", "\x7f", "\x15", "p", "0", "3", "\r"}, nil, "shop03/sandbox"},
		{"typed ahead", []Key{"p07\r"}, nil, "shop07/sandbox"},
		{"arrows", []Key{"shop", KeyDown, KeyDown, KeyUp, "\r"}, nil, "shop01/sandbox"},
		{"pages", []Key{"shop", KeyPageDn, KeyPageDn, "\r"}, nil, "shop11/sandbox"},
		{"words at first", []Key{"\r"}, []string{"env:live", "gate"}, "gate/live"},
		{"one environment", []Key{"\r"}, []string{"--env", "live", "gate"}, "gate/live"},
		{"nothing fits, then something", []Key{"zzz", "\r", "\x15", "gate", "\r"}, nil, "gate/sandbox"},
	} {
		r := picks(tt.keys...)
		out, errOut := r.try(t, 0, append([]string{"pick"}, tt.args...)...)
		if last := r.agent.calls[len(r.agent.calls)-1]; last != "copy "+tt.want+" " {
			t.Errorf("%s: %q", tt.name, last)
		}
		if out != "" || strings.Contains(errOut, r.agent.token.AccessToken) {
			t.Errorf("%s: %q, %q", tt.name, out, errOut)
		}
		for _, line := range strings.Split(errOut, lineEnd) {
			if cells(clean(line)) > 100 { // with what is left of the escape sequences
				t.Errorf("%s: %q is too long", tt.name, line)
			}
		}
	}
}

// TestPickEndsAndPrints: Esc and Ctrl-C take nothing; --print prints the token alone.
func TestPickEndsAndPrints(t *testing.T) {
	for _, key := range []Key{keyEscape, KeyCtrlC} {
		r := picks("ga", key)
		r.try(t, exitInterrupted, "pick")
		if len(r.agent.calls) > 0 {
			t.Error(r.agent.calls)
		}
	}
	r := picks("gate\r")
	if out, _ := r.try(t, 0, "pick", "--print"); out != r.agent.token.AccessToken+"\n" {
		t.Errorf("%q", out)
	}
	r = picks()
	r.term.tty = false
	r.try(t, exitUsage, "pick")
	r = picks()
	r.try(t, exitUsage, "pick", "no such words")
	r = picks()
	r.try(t, exitUsage, "pick", "--format", "odd")
}

// TestPickAsksBeforeALiveCopy where the settings say so: Enter twice, and another key
// between them begins anew.
func TestPickAsksBeforeALiveCopy(t *testing.T) {
	r := picks("env:live gate", "\r", keyEscape, "\r", "\r")
	r.agent.list.Settings.AskLiveCopy = true
	_, errOut := r.try(t, 0, "pick")
	if n := strings.Count(errOut, "Enter once more copies the token of gate/live"); n != 2 || len(r.agent.calls) != 2 {
		t.Errorf("asked %d times: %q", n, r.agent.calls)
	}
}

// TestListIsNarrowed by names, environment and state.
func TestListIsNarrowed(t *testing.T) {
	for _, tt := range []struct {
		args      []string
		has, lack string
	}{
		{[]string{"gate"}, "gate", "shop"},
		{[]string{"gate/live", "campus/live"}, "campus", "sandbox"},
		{[]string{"--state", "needs"}, "campus", "gate"},
		{[]string{"--state", "blocked,fre", "--env", "live"}, "gate", "shop"},
		{[]string{"--state", "需要"}, "campus", "gate"},
		{[]string{"gate", "--json"}, `"name":"gate"`, "shop"},
	} {
		r := picks()
		if strings.HasPrefix(tt.args[len(tt.args)-1], "需") {
			r.env["TOKENTRAY_LANG"] = "zh"
		}
		out, _ := r.try(t, 0, append([]string{"list"}, tt.args...)...)
		if !strings.Contains(out, tt.has) || strings.Contains(out, tt.lack) {
			t.Errorf("%q:\n%s", tt.args, out)
		}
	}
	r := picks()
	r.try(t, exitNoAccount, "list", "nowhere")
	r = picks()
	r.try(t, exitUsage, "list", "--state", "odd")
	r = picks()
	if _, errOut := r.try(t, 0, "list", "--state", "locked"); !strings.Contains(errOut, "No account fits that.") {
		t.Error(errOut)
	}
	r = picks()
	if out, errOut := r.try(t, exitUsage, "list", "shop", strings.Repeat("0123abcd", 4)); strings.Contains(out+errOut, "0123abcd") {
		t.Error("a secret in the wrong place was repeated")
	}
}
