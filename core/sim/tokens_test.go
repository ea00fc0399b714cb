package sim_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/sim"
)

func TestTokensLookReal(t *testing.T) {
	r := newRig(t, sim.Account{}, sim.Config{})
	seen := map[string]bool{}
	for range 50 {
		token := r.legacy().Token
		if !regexp.MustCompile(`^[0-9]{2}_[0-9A-Za-z_-]{133}$`).MatchString(token) {
			t.Fatalf("%q", token)
		}
		if seen[token] {
			t.Fatal("the same token twice")
		}
		seen[token] = true
	}
	if r.Minted(appID) != 50 {
		t.Errorf("%d minted", r.Minted(appID))
	}
}

// The legacy call: the two newest tokens live, the older one 300 s at most.
func TestLegacy(t *testing.T) {
	r := newRig(t, sim.Account{}, sim.Config{})
	first := r.legacy()
	if first.Expires != 7200 || first.Code != 0 || strings.Contains(first.raw, "errcode") {
		t.Fatalf("got %s", first.raw)
	}
	r.pass(time.Minute)
	second := r.legacy()
	r.accepted(first.Token, 0)
	r.pass(300*time.Second - time.Millisecond)
	r.accepted(first.Token, 0)
	r.pass(time.Millisecond)
	r.accepted(first.Token, 40001)
	r.accepted(second.Token, 0)

	third, fourth := r.legacy(), r.legacy()
	r.accepted(second.Token, 40001) // a third fetch kills it at once
	r.accepted(third.Token, 0)
	r.accepted(fourth.Token, 0)
	r.pass(2 * time.Hour)
	r.accepted(fourth.Token, 42001)
}

// A token never outlives its promise because it was replaced.
func TestOverlapEndsWithTheToken(t *testing.T) {
	r := newRig(t, sim.Account{}, sim.Config{})
	first := r.legacy()
	r.pass(7190 * time.Second)
	r.legacy()
	r.pass(10 * time.Second)
	r.accepted(first.Token, 42001)
}

func TestStable(t *testing.T) {
	r := newRig(t, sim.Account{}, sim.Config{})
	first := r.stable(false)
	for _, step := range []struct {
		pass time.Duration
		left int
	}{
		{0, 7200},
		{1500 * time.Millisecond, 7198}, // seconds are rounded down
		{6898 * time.Second, 300},
		{499 * time.Millisecond, 300},
	} {
		r.pass(step.pass)
		if got := r.stable(false); got.Token != first.Token || got.Expires != step.left {
			t.Errorf("after %v: %d left, want the same token with %d", r.now.Sub(noon), got.Expires, step.left)
		}
	}
	r.pass(time.Millisecond)
	second := r.stable(false)
	if second.Token == first.Token || second.Expires != 7200 {
		t.Fatalf("with 300 s left: %s", second.raw)
	}
	r.accepted(first.Token, 0)
	r.accepted(second.Token, 0)
	r.pass(300 * time.Second)
	r.accepted(first.Token, 42001)
	r.accepted(second.Token, 0)
	r.pass(3 * time.Hour)
	if third := r.stable(false); third.Token == second.Token || third.Expires != 7200 {
		t.Errorf("after its end: %s", third.raw)
	}
}

// The two rows of tokens do not touch each other.
func TestStableAndLegacyAreApart(t *testing.T) {
	r := newRig(t, sim.Account{}, sim.Config{})
	s, l := r.stable(false), r.legacy()
	for range 3 {
		r.pass(30 * time.Second)
		r.legacy()
	}
	r.accepted(s.Token, 0)
	l = r.legacy()
	for range 3 {
		r.pass(30 * time.Second)
		r.stable(true)
	}
	r.accepted(l.Token, 0)
}

func TestForce(t *testing.T) {
	r := newRig(t, sim.Account{}, sim.Config{})
	leaked := r.stable(false)
	second := r.stable(true)
	if second.Token == leaked.Token || second.Expires != 7200 {
		t.Fatalf("forced: %s", second.raw)
	}
	r.accepted(leaked.Token, 0)
	r.pass(29 * time.Second)
	if again := r.stable(true); again.Token != second.Token {
		t.Error("forced within 30 s, and it refreshed")
	}
	r.pass(time.Second)
	third := r.stable(true)
	r.accepted(leaked.Token, 40001) // forcing twice kills a leaked token
	r.accepted(second.Token, 0)
	r.accepted(third.Token, 0)

	for n := 3; n <= 20; n++ {
		r.pass(30 * time.Second)
		if got := r.stable(true); got.Code != 0 {
			t.Fatalf("forced refresh %d: %s", n, got.raw)
		}
	}
	r.pass(30 * time.Second)
	if got := r.stable(true); got.Code != 45009 {
		t.Errorf("forced refresh 21: %s", got.raw)
	}
	if got := r.stable(false); got.Code != 0 {
		t.Errorf("unforced after that: %s", got.raw)
	}
	r.now = core.Zone("+08:00").NextDay(r.now)
	if got := r.stable(true); got.Code != 0 {
		t.Errorf("on the next day: %s", got.raw)
	}
}

// Under 300 s, half the life takes the place of 300 s.
func TestShortLives(t *testing.T) {
	r := newRig(t, sim.Account{Life: 100 * time.Second}, sim.Config{})
	first := r.stable(false)
	r.pass(50*time.Second - time.Millisecond)
	if got := r.stable(false); got.Token != first.Token {
		t.Error("replaced before half its life")
	}
	r.pass(time.Millisecond)
	if got := r.stable(false); got.Token == first.Token || got.Expires != 100 {
		t.Error("not replaced at half its life")
	}
	l := r.legacy()
	r.legacy()
	r.pass(50*time.Second - time.Millisecond)
	r.accepted(l.Token, 0)
	r.pass(time.Millisecond)
	r.accepted(l.Token, 40001)

	whole := newRig(t, sim.Account{}, sim.Config{Life: 10 * time.Minute})
	if got := whole.stable(false); got.Expires != 600 {
		t.Errorf("the simulator's own life: %s", got.raw)
	}
}

func TestRevokeAndRemove(t *testing.T) {
	r := newRig(t, sim.Account{}, sim.Config{})
	s, l := r.stable(false), r.legacy()
	if !r.Revoke(appID) || r.Revoke("wx1") {
		t.Error("revoked what is not there, or not what is")
	}
	r.accepted(s.Token, 40001)
	r.accepted(l.Token, 40001)
	if next := r.stable(false); next.Token == s.Token {
		t.Error("a dead token came again")
	}
	if !r.Remove(appID) || r.Remove(appID) {
		t.Error("removed twice, or not at all")
	}
	if got := r.stable(false); got.Code != 40013 {
		t.Errorf("after removal: %s", got.raw)
	}
}

// A broken token comes again until it is forced away.
func TestBreak(t *testing.T) {
	r := newRig(t, sim.Account{}, sim.Config{})
	if r.Break("wx1") || !r.Break(appID) {
		t.Error("broke what is not there, or not what is")
	}
	token := r.stable(false).Token
	r.Break(appID)
	r.accepted(token, 40001)
	if again := r.stable(false); again.Token != token {
		t.Error("another token came unforced")
	}
	forced := r.stable(true).Token
	r.accepted(forced, 0)
	r.accepted(token, 40001)
}

// The simulator forgets the dead, however long it runs.
func TestMemoryIsBounded(t *testing.T) {
	r := newRig(t, sim.Account{LegacyPerDay: 5000}, sim.Config{})
	first := r.legacy().Token
	for range 1000 {
		r.legacy()
	}
	r.accepted(first, 40001)
}

func TestAdvance(t *testing.T) {
	r := newRig(t, sim.Account{}, sim.Config{})
	token := r.stable(false).Token
	r.Advance(time.Hour)
	if got := r.stable(false); got.Token != token || got.Expires != 3600 {
		t.Errorf("an hour on: %s", got.raw)
	}
	r.Advance(time.Hour)
	r.accepted(token, 42001)
}
