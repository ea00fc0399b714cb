//go:build unix

package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPickInAMenu: the menu gets a line for each account, without a token, and answers
// with one of them or with words that only one account has.
func TestPickInAMenu(t *testing.T) {
	seen := filepath.Join(t.TempDir(), "seen")
	for _, tt := range []struct {
		menu, want string
		code       int
	}{
		{"tee " + seen + " | grep ^gate/live", "gate/live", 0},
		{"cat >/dev/null; echo p05", "shop05/sandbox", 0},
		{"cat >/dev/null; echo shop", "", exitUsage},
		{"cat >/dev/null; exit 1", "", exitInterrupted},
		{"cat >/dev/null", "", exitInterrupted},
		{"no-such-menu-program", "", exitUsage},
	} {
		r := picks()
		r.term.tty = false
		out, errOut := r.try(t, tt.code, "pick", "--dmenu", tt.menu)
		got := ""
		if n := len(r.agent.calls); n > 0 {
			got = strings.TrimSuffix(strings.TrimPrefix(r.agent.calls[n-1], "copy "), " ")
		}
		if got != tt.want || out != "" || strings.Contains(errOut, r.agent.token.AccessToken) {
			t.Errorf("%s: %q, %q, %q", tt.menu, got, out, errOut)
		}
	}
	raw, err := os.ReadFile(seen)
	if lines := strings.Split(strings.TrimSpace(string(raw)), "\n"); err != nil || len(lines) != 15 || strings.Contains(string(raw), "84_ab") {
		t.Errorf("the menu was given %q, %v", raw, err)
	} else if !strings.HasPrefix(lines[0], "gate/sandbox  1:00:00") || !strings.Contains(lines[13], "LIVE") {
		t.Errorf("the order is %q", lines)
	}
}

// TestAMenuAsksAndTellsFaults: before a live copy where the settings say so, and what
// went wrong, which nobody would see on standard error.
func TestAMenuAsksAndTellsFaults(t *testing.T) {
	dir := t.TempDir()
	script := `f=` + dir + `/n; echo x >>$f; cat >` + dir + `/$(wc -l <$f | tr -d ' '); `
	r := picks()
	r.agent.list.Settings.AskLiveCopy = true
	r.try(t, exitInterrupted, "pick", "--dmenu", script+"echo gate/live")
	if len(r.agent.calls) > 0 {
		t.Error("it was copied unasked", r.agent.calls)
	}
	if raw, _ := os.ReadFile(filepath.Join(dir, "2")); !strings.HasPrefix(string(raw), "Copy the LIVE token of gate/live\n") {
		t.Errorf("%q", raw)
	}
	r = picks()
	r.agent.refuse = noSuch(r.agent.list.Accounts[0].Ref())
	r.try(t, exitNoAccount, "pick", "--dmenu", script+"echo p05")
	if raw, _ := os.ReadFile(filepath.Join(dir, "4")); !strings.Contains(string(raw), "There is no account") {
		t.Errorf("%q", raw)
	}
}
