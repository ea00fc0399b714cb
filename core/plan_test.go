package core_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

func TestThirtyDaysWithFaults(t *testing.T) {
	for _, kind := range []string{"stable", "legacy"} {
		t.Run(kind, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(twoHours)
				up.legacy(kind == "legacy")
				h := start(t, setup{source: up})
				if _, err := h.Get(t.Context(), "1", 0); err != nil {
					t.Fatal(err)
				}
				begin := time.Now()
				up.set(func() { up.failing, up.delay = 0.05, 200*time.Millisecond })
				rnd := rand.New(rand.NewPCG(3, 4))
				var back time.Time // end of the last outage
				asked := 0
				for time.Since(begin) < 30*24*time.Hour {
					time.Sleep(time.Duration(1+rnd.IntN(90)) * time.Second)
					if n := len(up.outages); n < 3 && time.Since(begin) > time.Duration(1+9*n)*24*time.Hour {
						current, _ := h.Token("1") // over the very end of its life, or just before
						from := current.ExpiresAt.Add([]time.Duration{-301, -600, -400}[n] * time.Second)
						up.set(func() { up.outages = append(up.outages, from) })
					}
					down := up.unreachable(time.Now())
					for _, o := range up.outages {
						if end := o.Add(outage); time.Now().After(end) {
							back = end
						}
					}
					token, err := h.Get(t.Context(), "1", 0)
					asked++
					if err != nil {
						if kept, _ := h.Token("1"); kept.Good(time.Now(), 0) && up.Accepts(kept.Value) {
							t.Fatalf("after %v: %v, although a token lives for %v", time.Since(begin), err, kept.Remaining(time.Now()))
						}
						if s, _ := h.Snapshot("1"); !down && time.Since(back) > time.Minute {
							t.Fatalf("after %v: %v; state %s", time.Since(begin), err, s.State(time.Now()))
						}
						continue
					}
					if !up.Accepts(token.Value) {
						t.Fatalf("after %v: got a token that upstream refuses", time.Since(begin))
					}
				}
				if asked < 20000 {
					t.Errorf("asked only %d times", asked)
				}
				if n := up.count(); n > 30*24*60/115*4 {
					t.Errorf("%d upstream calls in 30 days", n)
				}
			})
		})
	}
}

func TestRenewsInTheWindowOnly(t *testing.T) {
	for _, tt := range []struct {
		life, before time.Duration // renewal no earlier than this much before expiry
	}{
		{twoHours, 300 * time.Second},
		{600 * time.Second, 300 * time.Second},
		{200 * time.Second, 100 * time.Second},
	} {
		t.Run(tt.life.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(tt.life)
				h := start(t, setup{source: up})
				token, err := h.Get(t.Context(), "1", 0)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(tt.life - tt.before)
				if up.count() != 1 {
					t.Error("asked before the window")
				}
				time.Sleep(tt.before / 2)
				next, _ := h.Token("1")
				if up.count() != 2 || next.Value == token.Value {
					t.Errorf("%d calls, want a new token by the second", up.count())
				}
				if next.Previous.Value != token.Value || !next.Previous.Until.After(time.Now()) {
					t.Errorf("the previous token is not kept: %v", next.Previous.Until)
				}
			})
		})
	}
}

func TestAnUpstreamBehindOurClockIsAskedAgainShortly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := start(t, setup{source: up})
		token, err := h.Get(t.Context(), "1", 0)
		if err != nil {
			t.Fatal(err)
		}
		up.set(func() { up.current.dies = up.current.dies.Add(40 * time.Second) })
		time.Sleep(twoHours - 280*time.Second)
		if next, _ := h.Token("1"); next.Value != token.Value {
			t.Fatal("upstream gave a new token early: the test's model is wrong")
		}
		time.Sleep(80 * time.Second)
		if next, _ := h.Token("1"); next.Value == token.Value || up.count() > 4 {
			t.Errorf("not renewed after %d calls", up.count())
		}
	})
}

func TestClassesDecideWhatHappensNext(t *testing.T) {
	at := func(d time.Duration) time.Time { return time.Now().Round(0).Add(d) }
	for _, tt := range []struct {
		class core.Class
		retry time.Duration // RetryAt from now, 0 for none
		after time.Duration // when the background has asked again
		never bool
		calls int // of one round
	}{
		{core.Temporary, 0, 36 * time.Second, false, 2}, // a hiccup is worth a second try
		{core.Whitelist, 0, 15*time.Minute + time.Second, false, 1},
		{core.Confirm, 5 * time.Minute, 5*time.Minute + time.Second, false, 1},
		{core.Quota, 6 * time.Hour, 6*time.Hour + time.Second, false, 1},
		{core.BadSecret, 0, 0, true, 1},
		{core.Frozen, 0, 0, true, 1},
		{core.Misuse, 0, 0, true, 1},
	} {
		t.Run(string(tt.class), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(twoHours)
				up.err = &core.Error{Class: tt.class, Message: "refused"}
				if tt.retry > 0 {
					up.err.RetryAt = at(tt.retry)
				}
				h := start(t, setup{source: up})
				time.Sleep(3 * time.Second)
				if up.count() != tt.calls {
					t.Fatalf("%d calls at first, want %d", up.count(), tt.calls)
				}
				if _, err := h.Get(t.Context(), "1", 0); class(err) != tt.class || up.count() != tt.calls {
					t.Errorf("Get: %v after %d calls, want the kept error", err, up.count())
				}
				if tt.never {
					time.Sleep(48 * time.Hour)
					if up.count() != tt.calls {
						t.Errorf("asked %d times without a person", up.count())
					}
					up.set(func() { up.err = nil })
					if _, err := h.Get(t.Context(), "1", 0); class(err) != tt.class {
						t.Error("a caller broke what waits for a person")
					}
				} else {
					time.Sleep(tt.after - 10*time.Second)
					if up.count() != tt.calls {
						t.Error("asked again too early")
					}
					time.Sleep(10 * time.Second)
					if up.count() != 2*tt.calls {
						t.Errorf("%d calls after %v, want %d", up.count(), tt.after, 2*tt.calls)
					}
					up.set(func() { up.err = nil })
				}
				a, err := h.Refresh(t.Context(), "1", core.Report{Person: true})
				if err != nil || !up.Accepts(a.Token.Value) {
					t.Errorf("Try again: %v", err)
				}
				if s, _ := h.Snapshot("1"); s.State(time.Now()) != core.StateFresh {
					t.Errorf("state %s, want fresh", s.State(time.Now()))
				}
			})
		})
	}
}

func TestPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := start(t, setup{source: up})
		if _, err := h.Get(t.Context(), "1", 0); err != nil {
			t.Fatal(err)
		}
		h.PauseAll(true)
		time.Sleep(5 * time.Hour)
		if s, _ := h.Snapshot("1"); up.count() != 1 || s.State(time.Now()) != core.StatePaused {
			t.Errorf("%d calls in state %s while paused", up.count(), s.State(time.Now()))
		}
		if token, err := h.Get(t.Context(), "1", 0); err != nil || !up.Accepts(token.Value) {
			t.Errorf("get while paused: %v", err)
		}
		h.PauseAll(false)
		time.Sleep(5 * time.Hour)
		if up.count() < 4 {
			t.Errorf("%d calls after the pause", up.count())
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
	many := []int{100, 30, 300, 1000}
	if testing.Short() {
		many = many[:1]
	}
	for _, n := range many {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(twoHours)
				h := start(t, setup{source: &hung{up}})
				time.Sleep(time.Minute)
				for i := range n {
					h.Put(core.Account{ID: core.ID(fmt.Sprint("h", i)), Name: fmt.Sprint("h", i), AppID: fmt.Sprint(i), Env: core.Sandbox, Kind: kindStable, Auto: true}, core.Token{})
				}
				dead := time.Duration(0)
				var worst time.Duration
				for range 24 * 360 {
					time.Sleep(10 * time.Second)
					tok, _ := h.Token("1")
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
