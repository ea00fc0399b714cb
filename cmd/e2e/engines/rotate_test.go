//go:build linux

package engines

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// TestANewKeyAndLeaving gives the team a new key, lets the other machine join again
// by the new invite, and then lets it leave. Its account is paused if a fetch would
// do harm.
func TestANewKeyAndLeaving(t *testing.T) {
	t.Parallel()
	c := newCrew(t, legacy)
	a, b := c.hire("a", true), c.hire("b", true)
	token := a.mustToken()
	agree(token, b)
	invite := filepath.Join(a.dir, "new.invite")
	code, _, errOut := a.try(invitePass+"\n", "team", "rotate-key", "--out", invite, "--passphrase-stdin")
	if code != 0 || !strings.Contains(errOut, "password of the Redis") {
		t.Fatalf("rotate-key: code %d\n%s", code, errOut)
	}
	next := a.next(token)
	c.until("b says that its key is old", 60*time.Second, func() bool { e := b.account().Team.Error; return e != nil && e.Remedy == core.RemedyTeamKey })
	if _, err := b.report(t.Context(), token); core.AsError(err) == nil || core.AsError(err).Remedy != core.RemedyTeamKey {
		t.Errorf("b reports with the old key: %v", err)
	}
	b.run(invitePass+"\n", "team", "join", invite, "--passphrase-stdin", "--yes")
	agree(next, b)
	if n := c.asked(); n != 2 {
		t.Errorf("the upstream was asked %d times", n)
	}
	on := true
	if _, err := b.client.Edit(t.Context(), shop(), api.AccountInput{Input: core.Input{Auto: &on}}); err != nil {
		t.Fatal(err)
	}
	b.run("", "team", "unshare", "shop")
	if got := b.account(); got.Team != nil || got.Auto {
		t.Errorf("after unshare: %+v, renewed in the background %v", got.Team, got.Auto)
	}
	b.run("", "team", "share", "shop")
	if got := b.account(); got.Team == nil {
		t.Error("after share it is nobody's")
	}
	b.run("", "team", "leave", "--yes")
	if code, _, errOut := b.try("", "team", "status"); code != 0 || !strings.Contains(errOut, "in no team") {
		t.Errorf("after leave: code %d\n%s", code, errOut)
	}
	if got := b.account(); got.Team != nil {
		t.Error("after leave it is still shared")
	}
	agree(a.next(next), a)
	if out := a.run("", "team", "status"); strings.Contains(out, "\nb ") {
		t.Errorf("who left is still there:\n%s", out)
	}
}
