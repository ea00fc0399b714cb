package core_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

func TestADeadTokenIsNotShownAsGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := start(t, setup{source: up, account: byHand}) // else the next token may be there at once
		if _, err := h.Get(t.Context(), "1", 0); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		up.kill()
		if err := h.Check(t.Context(), "1"); !errors.Is(err, core.ErrDead) {
			t.Fatalf("check: %v, want ErrDead", err)
		}
		s, _ := h.Snapshot("1")
		if s.ExpiresAt.After(time.Now()) {
			t.Error("the dead token is shown with life left")
		}
	})
}

// TestADeadTokenIsLostOnce: a second check of a dead token adds no line to the history.
func TestADeadTokenIsLostOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := start(t, setup{source: up, account: byHand})
		get(t, h)
		time.Sleep(time.Minute)
		up.kill()
		for range 2 {
			if err := h.Check(t.Context(), "1"); !errors.Is(err, core.ErrDead) {
				t.Fatalf("check: %v, want ErrDead", err)
			}
			time.Sleep(time.Minute)
		}
		lost := 0
		for _, line := range h.journal.lines {
			if line.What == core.DidLose {
				lost++
			}
		}
		if lost != 1 {
			t.Errorf("the history tells %d times that the token died", lost)
		}
	})
}

func TestACheckDuringARoundHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		ref := &refuser{upstream: up, dead: map[string]bool{}}
		h := start(t, setup{source: ref, account: byHand})
		tok, _ := h.Get(t.Context(), "1", 0)
		time.Sleep(twoHours - 299*time.Second)
		up.set(func() { up.current.dies = up.current.dies.Add(100 * time.Second) }) // upstream a little behind: same token
		up.delay = 5 * time.Second
		go h.Get(t.Context(), "1", 300*time.Second)
		time.Sleep(time.Second)
		ref.dead[tok.Value] = true
		if err := h.Check(t.Context(), "1"); !errors.Is(err, core.ErrDead) {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		if g, err := h.Get(t.Context(), "1", 0); err == nil && g.Value == tok.Value {
			t.Error("Get hands out a token that Check found dead")
		}
	})
}

func TestACheckOutlivesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		ref := &refuser{upstream: up, dead: map[string]bool{}}
		h := start(t, setup{source: ref, account: byHand})
		tok, _ := h.Get(t.Context(), "1", 0)
		time.Sleep(time.Minute)
		ref.dead[tok.Value] = true
		if err := h.Check(t.Context(), "1"); !errors.Is(err, core.ErrDead) {
			t.Fatal(err)
		}
		h.stop()
		h2 := start(t, setup{source: ref, account: byHand, stored: h.journal.token("1")})
		if g, err := h2.Get(t.Context(), "1", 0); err == nil && g.Value == tok.Value {
			t.Errorf("after a restart the dead token is handed out, %d calls", up.count())
		}
	})
}

func TestACheckOverridesAnEarlierAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		ref := &refuser{upstream: up, dead: map[string]bool{}}
		h := start(t, setup{source: ref, account: byHand})
		tok, _ := h.Get(t.Context(), "1", 0)
		time.Sleep(time.Minute)
		if a, err := h.Refresh(t.Context(), "1", core.Report{Stale: tok.Value}); err != nil || !a.StillValid {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		ref.dead[tok.Value] = true
		h.Check(t.Context(), "1")
		a, err := h.Refresh(t.Context(), "1", core.Report{Stale: tok.Value})
		if err == nil && a.Token.Value == tok.Value {
			t.Errorf("still valid %v with %v left, after Check found it dead", a.StillValid, a.Token.Remaining(time.Now()))
		}
	})
}

func TestAnAcceptedCheckLiftsTheVerdict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		ref := &refuser{upstream: up, dead: map[string]bool{}}
		h := start(t, setup{source: ref})
		tok, _ := h.Get(t.Context(), "1", 0)
		time.Sleep(time.Hour)
		ref.dead[tok.Value] = true
		h.Check(t.Context(), "1")
		time.Sleep(time.Minute)
		delete(ref.dead, tok.Value)
		if err := h.Check(t.Context(), "1"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if g, err := h.Get(t.Context(), "1", 0); err != nil {
			t.Errorf("upstream accepts the token, Get says %v %v", g.Value == "", err)
		}
	})
}

type odd struct {
	*upstream
	err error
}

func (o *odd) Check(context.Context, core.Request, string) error { return o.err }

func TestAnUnansweredCheckStopsNoRenewal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		up.traits = legacy
		h := start(t, setup{source: &odd{up, &core.Error{Class: core.Misuse, Code: 48001, Message: "not granted"}}})
		tok, _ := h.Get(t.Context(), "1", 0)
		time.Sleep(time.Minute)
		h.Refresh(t.Context(), "1", core.Report{Stale: tok.Value})
		time.Sleep(24 * time.Hour)
		if up.count() < 10 {
			_, err := h.Get(t.Context(), "1", 0)
			t.Errorf("%d fetches in a day after one report; Get: %v", up.count(), err)
		}
	})
}

func TestTestsLieThreeSecondsApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := start(t, setup{source: up, account: byHand})
		begin := time.Now()
		for range 3 {
			if g, err := h.Test(t.Context(), h.account, core.Credentials{}); err != nil || g.Value == "" {
				t.Fatal(err)
			}
		}
		if d := time.Since(begin); d != 6*time.Second {
			t.Errorf("three tests took %v, want 6s", d)
		}
		if token, _ := h.Token("1"); token.Value != "" {
			t.Error("a test kept its token")
		}
	})
}

// TestAHarmlessProbeTestsALiveDestructiveAccount: the probe is a call of the kind that does
// no harm, and is counted for the account of that kind, as upstream counts it.
func TestAHarmlessProbeTestsALiveDestructiveAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		harmful, harmless := newUpstream(twoHours), newUpstream(twoHours)
		k := core.NewKeeper(core.Config{
			Upstreams: map[core.Kind]core.Upstream{
				kindLegacy: {Source: harmful, Traits: legacy, Probe: harmless, Sibling: kindStable},
				kindStable: {Source: harmless, Traits: harmless.behaves()},
			},
			Vault: &vault{}, Journal: newJournal(),
		})
		a := core.Account{ID: "1", Name: "shop", Env: core.Live, Kind: kindLegacy, AppID: "wx0"}
		sibling := a
		sibling.ID, sibling.Name, sibling.Kind = "2", "stable", kindStable
		k.Put(a, core.Token{})
		k.Put(sibling, core.Token{})
		if _, err := k.Test(t.Context(), a, core.Credentials{}); err != nil {
			t.Error(err)
		}
		if harmful.count() != 0 || harmless.count() != 1 {
			t.Errorf("asked the harmful source %d times and the probe %d times", harmful.count(), harmless.count())
		}
		for id, want := range map[core.ID]int{"1": 0, "2": 1} {
			if s, _ := k.Snapshot(id); s.Today.Calls != want {
				t.Errorf("account %s is said to have asked %d times, want %d", id, s.Today.Calls, want)
			}
		}
	})
}

func TestNoTestAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := start(t, setup{source: up, account: byHand})
		h.stop()
		h.Test(t.Context(), h.account, core.Credentials{})
		if up.count() != 0 {
			t.Error("a call after the end of Run")
		}
	})
}

// A check needs nothing of the vault, unless the account's proxy wants a password.
func TestACheckBehindALockedVault(t *testing.T) {
	for proxy, want := range map[string]core.Class{"": "", "http://me@proxy.example:3128": core.VaultClosed} {
		t.Run(proxy, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(twoHours)
				h := start(t, setup{source: up, account: func(a *core.Account) { a.Auto, a.Proxy = false, proxy }})
				get(t, h)
				h.vault.set(&core.Error{Class: core.VaultClosed, Message: "locked"})
				if err := h.Check(t.Context(), "1"); class(err) != want || (up.checks == 0) != (want != "") {
					t.Errorf("%v after %d checks", err, up.checks)
				}
			})
		})
	}
}

func TestWhatCannotBeChecked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t, setup{source: unable{newUpstream(twoHours)}, account: byHand})
		check := func(id core.ID) core.Class { return class(h.Check(t.Context(), id)) }
		if got := check("none"); got != core.NotFound {
			t.Errorf("an account that there is not: %s", got)
		}
		if got := check("1"); got != core.Temporary {
			t.Errorf("no token: %s", got)
		}
		get(t, h)
		if got := check("1"); got != core.Misuse {
			t.Errorf("a source that cannot: %s", got)
		}
		other := h.account
		other.ID, other.Kind = "2", "none"
		h.Put(other, core.Token{})
		if got := check("2"); got != core.Misuse {
			t.Errorf("a kind that there is not: %s", got)
		}
	})
}
