package core_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

func TestAPersonReplacesADeadToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		ref := &refuser{upstream: up, dead: map[string]bool{}}
		r := newRig(t, ref, stable, core.Account{Auto: true}, core.Token{})
		defer r.stop()
		tok, err := r.Get(t.Context(), "1", 0)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		ref.dead[tok.Value] = true
		if err := r.Check(t.Context(), "1"); !errors.Is(err, core.ErrDead) {
			t.Fatal(err)
		}
		for range 5 {
			time.Sleep(40 * time.Second)
			_, err = r.Refresh(t.Context(), "1", core.Report{Person: true}) // tokentray refresh
			t.Log(err)
		}
		if err != nil || up.forces == 0 {
			t.Errorf("tokentray refresh never gets rid of the dead token: %v, forces %d", err, up.forces)
		}
	})
}

type stubborn struct{ *upstream }

func (s *stubborn) Fetch(ctx context.Context, req core.Request) (core.Grant, error) {
	req.Force = false
	return s.upstream.Fetch(ctx, req)
}
func (s *stubborn) Check(context.Context, core.Request, string) error { return core.ErrDead }

func TestAForceWithoutEffectRevivesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		r := newRig(t, &stubborn{up}, stable, core.Account{Auto: true}, core.Token{})
		defer r.stop()
		tok, _ := r.Get(t.Context(), "1", 0)
		time.Sleep(time.Hour)
		a, err := r.Refresh(t.Context(), "1", core.Report{Stale: tok.Value})
		if err == nil {
			t.Errorf("report of a dead token answered the same token as good: same %v, still valid %v, left %v", a.Token.Value == tok.Value, a.StillValid, a.Token.Remaining(time.Now()))
		}
		if g, err := r.Get(t.Context(), "1", 0); err == nil && g.Value == tok.Value {
			t.Error("Get hands out the token upstream just refused")
		}
	})
}

func TestACheckDuringARoundHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		ref := &refuser{upstream: up, dead: map[string]bool{}}
		r := newRig(t, ref, stable, core.Account{}, core.Token{})
		defer r.stop()
		tok, _ := r.Get(t.Context(), "1", 0)
		time.Sleep(twoHours - 299*time.Second)
		up.set(func() { up.current.dies = up.current.dies.Add(100 * time.Second) }) // upstream a little behind: same token
		up.delay = 5 * time.Second
		go r.Get(t.Context(), "1", 300*time.Second)
		time.Sleep(time.Second)
		ref.dead[tok.Value] = true
		if err := r.Check(t.Context(), "1"); !errors.Is(err, core.ErrDead) {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		if g, err := r.Get(t.Context(), "1", 0); err == nil && g.Value == tok.Value {
			t.Error("Get hands out a token that Check found dead")
		}
	})
}

func TestACheckOutlivesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		ref := &refuser{upstream: up, dead: map[string]bool{}}
		r := newRig(t, ref, stable, core.Account{}, core.Token{})
		tok, _ := r.Get(t.Context(), "1", 0)
		time.Sleep(time.Minute)
		ref.dead[tok.Value] = true
		if err := r.Check(t.Context(), "1"); !errors.Is(err, core.ErrDead) {
			t.Fatal(err)
		}
		r.stop()
		r2 := newRig(t, ref, stable, core.Account{}, r.j.token("1"))
		defer r2.stop()
		if g, err := r2.Get(t.Context(), "1", 0); err == nil && g.Value == tok.Value {
			t.Errorf("after a restart the dead token is handed out, %d calls", up.count())
		}
	})
}

func TestACheckOverridesAnEarlierAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		ref := &refuser{upstream: up, dead: map[string]bool{}}
		r := newRig(t, ref, stable, core.Account{}, core.Token{})
		defer r.stop()
		tok, _ := r.Get(t.Context(), "1", 0)
		time.Sleep(time.Minute)
		if a, err := r.Refresh(t.Context(), "1", core.Report{Stale: tok.Value}); err != nil || !a.StillValid {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		ref.dead[tok.Value] = true
		r.Check(t.Context(), "1")
		a, err := r.Refresh(t.Context(), "1", core.Report{Stale: tok.Value})
		if err == nil && a.Token.Value == tok.Value {
			t.Errorf("still valid %v with %v left, after Check found it dead", a.StillValid, a.Token.Remaining(time.Now()))
		}
	})
}

func TestAnUnlockDuringARoundIsNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		r := newRig(t, up, stable, core.Account{}, core.Token{})
		defer r.stop()
		r.v.slow(3 * time.Second)
		r.v.set(&core.Error{Class: core.VaultClosed, Message: "locked"})
		a := r.a
		a.Auto = true
		r.Put(a, core.Token{})
		time.Sleep(time.Second) // the round is asking the vault
		r.v.set(nil)
		r.Unlocked()
		time.Sleep(48 * time.Hour)
		s, _ := r.Snapshot("1")
		_, err := r.Get(t.Context(), "1", 0)
		if err != nil {
			t.Errorf("two days after the unlock: state %s, %d calls, Get: %v", s.State(time.Now()), up.count(), err)
		}
	})
}

func TestAForgottenAccountIsNeverAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		r := newRig(t, up, stable, core.Account{}, core.Token{})
		defer r.stop()
		r.j.slow(2*time.Second, "")
		go r.Get(t.Context(), "1", 0)
		a := r.a
		a.Auto = true
		r.Put(a, core.Token{})
		time.Sleep(time.Second)
		r.Forget("1")
		time.Sleep(24 * time.Hour)
		if up.count() != 1 {
			t.Errorf("%d calls, the last for an account that was forgotten a day ago", up.count())
		}
	})
}

func TestAnEditDuringASaveKeepsNoForeignToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		r := newRig(t, up, stable, core.Account{}, core.Token{})
		defer r.stop()
		r.j.slow(2*time.Second, "")
		res := make(chan error)
		go func() { _, err := r.Get(t.Context(), "1", 0); res <- err }()
		time.Sleep(time.Second)
		a := r.a
		a.AppID = "wx1"
		r.j.Record("1", core.Record{Token: &core.Token{}}) // as the agent does
		r.Put(a, core.Token{})
		up.set(func() { up.err = &core.Error{Class: core.BadSecret, Message: "x"} })
		err := <-res
		t.Log("caller who waited:", err)
		if class(err) == core.Temporary {
			t.Error("a waiting caller got a made-up min_ttl refusal")
		}
		time.Sleep(time.Minute)
		if k := r.j.token("1"); k.Value != "" {
			t.Errorf("the other AppID's token is kept for the next start: %s, lives until %v", core.Mask(k.Value), k.ExpiresAt)
		}
	})
}

func TestSavingAllKeepsTheNewest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		r := newRig(t, up, stable, core.Account{}, core.Token{})
		defer r.stop()
		old, _ := r.Get(t.Context(), "1", 0)
		time.Sleep(time.Minute)
		r.j.slow(5*time.Second, old.Value) // 10,000 accounts are being written
		r.wall.jump(-10 * time.Minute)
		r.Get(t.Context(), "1", 0) // notices
		time.Sleep(time.Second)
		a, err := r.Refresh(t.Context(), "1", core.Report{Force: true, Person: true})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if k := r.j.token("1"); k.Value != a.Token.Value {
			t.Errorf("on disk is a token that the force killed, with %v of life", k.Remaining(r.wall.Now()))
		}
	})
}

func TestAnAccountThatBecomesLiveIsNotFetched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		up.traits = legacy
		r := newRig(t, up, legacy, core.Account{}, core.Token{})
		defer r.stop()
		r.v.slow(3 * time.Second)
		go r.Get(t.Context(), "1", 0)
		time.Sleep(time.Second)
		a := r.a
		a.Env = core.Live
		r.Put(a, core.Token{})
		time.Sleep(time.Minute)
		if up.count() != 0 {
			t.Error("a live account of a destructive source was fetched for without consent")
		}
	})
}

func TestWithdrawnConsentStopsAWaitingRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		up.traits = legacy
		r := newRig(t, up, legacy, core.Account{Env: core.Live, AllowLive: true}, core.Token{})
		defer r.stop()
		r.v.slow(3 * time.Second)
		go r.Get(t.Context(), "1", 0)
		time.Sleep(time.Second)
		a := r.a
		a.AllowLive = false
		r.Put(a, core.Token{})
		time.Sleep(time.Minute)
		if up.count() != 0 {
			t.Error("fetched after the consent was withdrawn")
		}
	})
}

func TestTheLiveRefusalEndsWithTheEdit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		up.traits = legacy
		now := time.Now().Round(0)
		r := newRig(t, up, legacy, core.Account{Env: core.Live, Auto: true}, core.Token{Value: "dead-token", ObtainedAt: now, ExpiresAt: now.Add(time.Hour), Life: time.Hour})
		defer r.stop()
		_, err := r.Refresh(t.Context(), "1", core.Report{})
		t.Log(err)
		a := r.a
		a.Env = core.Sandbox
		r.Put(a, core.Token{})
		time.Sleep(time.Hour)
		if _, err := r.Get(t.Context(), "1", 0); err != nil {
			t.Errorf("now a sandbox account: %v", err)
		}
	})
}

func TestGetTakesNoAnswerOfAForce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		r := newRig(t, up, stable, core.Account{}, core.Token{})
		defer r.stop()
		r.Get(t.Context(), "1", 0)
		for range 20 {
			r.j.CountForce("1", beijing.Day(time.Now().Add(3*time.Hour)), time.Now())
		}
		time.Sleep(3 * time.Hour) // expired
		r.v.slow(2 * time.Second)
		go r.Refresh(t.Context(), "1", core.Report{Force: true, Person: true})
		time.Sleep(time.Second)
		_, err := r.Get(t.Context(), "1", 0)
		if err != nil {
			t.Errorf("a caller of get is told %v; calls %d", err, up.count())
		}
	})
}

func TestLockingForgetsNoRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		up.err = &core.Error{Class: core.BadSecret, Message: "wrong secret"}
		r := newRig(t, up, stable, core.Account{Auto: true}, core.Token{})
		defer r.stop()
		time.Sleep(time.Minute)
		for range 10 {
			r.Locked(&core.Error{Class: core.VaultClosed, Message: "locked"})
			time.Sleep(time.Second)
			r.Unlocked()
			time.Sleep(time.Second)
		}
		if up.count() != 1 {
			t.Errorf("a wrong secret was tried %d times in 20 s without an edit or a Try again", up.count())
		}
	})
}

// A machine whose address changes is told which one was refused before, in the
// snapshot, in the answer and in the history.
func TestARefusalRecallsTheAddressBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := newUpstream(2 * time.Hour)
		u.err = &core.Error{Class: core.Whitelist, Message: "not on the whitelist", CallerIP: "203.0.113.7"}
		r := newRig(t, u, stable, core.Account{Auto: true}, core.Token{})
		defer r.stop()
		time.Sleep(time.Second)
		if s, _ := r.Snapshot("1"); s.Err == nil || s.Err.PriorIP != "" {
			t.Fatalf("the first refusal recalls %+v", s.Err)
		}
		for _, ip := range []string{"203.0.113.8", "203.0.113.8"} {
			time.Sleep(time.Minute)
			u.mu.Lock()
			u.err = &core.Error{Class: core.Whitelist, Message: "not on the whitelist", CallerIP: ip}
			u.mu.Unlock()
			_, err := r.Refresh(t.Context(), "1", core.Report{Person: true})
			if e := core.AsError(err); e == nil || e.PriorIP != "203.0.113.7" {
				t.Errorf("the answer recalls %+v", e)
			}
			if s, _ := r.Snapshot("1"); s.Err == nil || s.Err.PriorIP != "203.0.113.7" {
				t.Errorf("the snapshot recalls %+v", s.Err)
			}
		}
		if prior, _ := r.j.RefusedIP("1", "203.0.113.8"); prior != "203.0.113.7" {
			t.Errorf("the history recalls %q", prior)
		}
	})
}

func TestATokenFromTheFutureHasNoLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now().Round(0)
		up := newUpstream(twoHours)
		up.down = true
		r := newRig(t, up, stable, core.Account{}, core.Token{Value: "from the future", ObtainedAt: now.Add(time.Hour), ExpiresAt: now.Add(3 * time.Hour), Life: twoHours})
		defer r.stop()
		if s, _ := r.Snapshot("1"); s.ExpiresAt.After(now) {
			t.Errorf("shown with %v of life that nobody knows", s.ExpiresAt.Sub(now))
		}
		time.Sleep(time.Hour - time.Second)
		if g, err := r.Get(t.Context(), "1", 0); err == nil {
			t.Errorf("Get: %q", g.Value)
		}
	})
}

func TestASetBackIsNoticedWhilePaused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		r := newRig(t, up, stable, core.Account{}, core.Token{})
		defer r.stop()
		r.Get(t.Context(), "1", 0)
		r.PauseAll(true)
		time.Sleep(time.Hour)
		r.wall.jump(-90 * time.Minute)
		time.Sleep(70 * time.Minute)
		s, _ := r.Snapshot("1")
		kept, _ := r.Token("1")
		if left := s.ExpiresAt.Sub(r.wall.Now()); left > 0 && !up.Accepts(kept.Value) {
			t.Errorf("a dead token is shown with %v left", left)
		}
	})
}

func TestASetBackDuringASaveKeepsThePlan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		r := newRig(t, up, stable, core.Account{}, core.Token{})
		defer r.stop()
		r.j.slow(3*time.Second, "")
		a := r.a
		a.Auto = true
		r.Put(a, core.Token{})
		time.Sleep(time.Second)
		r.wall.jump(-12 * time.Hour)
		r.Wake()
		time.Sleep(10 * time.Second)
		s, _ := r.Snapshot("1")
		if late := s.NextTry.Sub(s.ExpiresAt); late > 0 {
			t.Errorf("renewal is planned %v after the token's end", late)
		}
	})
}

type suspended struct {
	*upstream
	r **rig
}

func (s *suspended) Fetch(ctx context.Context, req core.Request) (core.Grant, error) {
	// The answer (7200 s from now) is in the socket when the machine falls asleep for an hour.
	(*s.r).wall.jump(time.Hour)
	(*s.r).Snapshots()
	(*s.r).Get(ctx, "2", 0)             // anybody: the Keeper notices the wake
	(*s.r).wall.jump(-30 * time.Minute) // NTP corrects
	(*s.r).Get(ctx, "2", 0)
	return core.Grant{Value: "t-0123456789-0123456789-0123456789", ExpiresIn: twoHours}, nil
}

func TestSleepThenASetBackInMidFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r *rig
		r = newRig(t, &suspended{newUpstream(twoHours), &r}, stable, core.Account{}, core.Token{})
		defer r.stop()
		now := time.Now().Round(0)
		r.Put(core.Account{ID: "2", Name: "b", AppID: "b", Env: core.Sandbox, Kind: kindStable}, core.Token{Value: "b", ObtainedAt: now, ExpiresAt: now.Add(9 * time.Hour), Life: 9 * time.Hour})
		tok, err := r.Get(t.Context(), "1", 0)
		if err != nil {
			t.Fatal(err)
		}
		// true age of the token: an hour, so an hour is left
		if left := tok.Remaining(r.wall.Now()); left > time.Hour+time.Second {
			t.Errorf("said to live %v, really 1h", left)
		}
	})
}

func TestGetTakesNoAnswerOfAReport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		up.traits = legacy
		r := newRig(t, up, legacy, core.Account{}, core.Token{})
		defer r.stop()
		tok, _ := r.Get(t.Context(), "1", 0)
		time.Sleep(twoHours - 250*time.Second)
		r.v.slow(2 * time.Second)
		go r.Refresh(t.Context(), "1", core.Report{Stale: tok.Value})
		time.Sleep(time.Second)
		_, err := r.Get(t.Context(), "1", 5*time.Minute)
		if err != nil && strings.Contains(err.Error(), "upstream gave a token") {
			t.Errorf("%v, remedy %s; upstream was asked for no token", err, core.AsError(err).Remedy)
		}
	})
}

type hung struct{ *upstream }

func (h *hung) Fetch(ctx context.Context, req core.Request) (core.Grant, error) {
	if req.Account.ID == "1" {
		return h.upstream.Fetch(ctx, req)
	}
	select {
	case <-time.After(15 * time.Second):
	case <-ctx.Done():
	}
	return core.Grant{}, &core.Error{Class: core.Temporary, Message: "timeout"}
}

func TestHungAccountsStarveNobody(t *testing.T) {
	for _, n := range []int{30, 100, 300, 1000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(twoHours)
				r := newRig(t, &hung{up}, stable, core.Account{Auto: true}, core.Token{})
				defer r.stop()
				time.Sleep(time.Minute)
				for i := range n {
					r.Put(core.Account{ID: core.ID(fmt.Sprint("h", i)), Name: fmt.Sprint("h", i), AppID: fmt.Sprint(i), Env: core.Sandbox, Kind: kindStable, Auto: true}, core.Token{})
				}
				dead := time.Duration(0)
				var worst time.Duration
				for range 24 * 360 {
					time.Sleep(10 * time.Second)
					tok, _ := r.Token("1")
					if !tok.Good(time.Now(), 0) {
						dead += 10 * time.Second
						worst = max(worst, time.Since(tok.ExpiresAt))
					}
				}
				if dead > 0 {
					t.Errorf("with %d hung accounts the healthy one had no token for %v of a day, worst %v", n, dead, worst)
				}
			})
		})
	}
}

func TestAnAcceptedCheckLiftsTheVerdict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		ref := &refuser{upstream: up, dead: map[string]bool{}}
		r := newRig(t, ref, stable, core.Account{Auto: true}, core.Token{})
		defer r.stop()
		tok, _ := r.Get(t.Context(), "1", 0)
		time.Sleep(time.Hour)
		ref.dead[tok.Value] = true
		r.Check(t.Context(), "1")
		time.Sleep(time.Minute)
		delete(ref.dead, tok.Value)
		if err := r.Check(t.Context(), "1"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if g, err := r.Get(t.Context(), "1", 0); err != nil {
			t.Errorf("upstream accepts the token, Get says %v %v", g.Value == "", err)
		}
	})
}

type sleeper struct {
	*upstream
	r **rig
	n int
}

func (s *sleeper) Fetch(ctx context.Context, req core.Request) (core.Grant, error) {
	g, err := s.upstream.Fetch(ctx, req)
	if s.n++; s.n == 1 {
		(*s.r).wall.jump(3 * time.Hour)
	}
	return g, err
}

func TestSleepInMidFetchAsksAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r *rig
		r = newRig(t, &sleeper{newUpstream(twoHours), &r, 0}, stable, core.Account{}, core.Token{})
		defer r.stop()
		_, err := r.Get(t.Context(), "1", core.DefaultMinTTL)
		if err != nil {
			t.Errorf("%v (%s)", err, core.AsError(err).Remedy)
		}
	})
}
