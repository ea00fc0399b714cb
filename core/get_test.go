package core_test

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

func TestManyCallersCauseOneCall(t *testing.T) {
	for _, tt := range []struct {
		name  string
		wait  time.Duration // before the callers come
		calls int
	}{
		{"cold", 0, 1},
		{"expired", 3 * time.Hour, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(twoHours)
				up.delay = time.Second
				h := start(t, setup{source: up, account: byHand})
				if tt.wait > 0 {
					if _, err := h.Get(t.Context(), "1", 0); err != nil {
						t.Fatal(err)
					}
					time.Sleep(tt.wait)
				}
				var wg sync.WaitGroup
				got := make([]string, 1000)
				for i := range got {
					wg.Go(func() {
						token, err := h.Get(t.Context(), "1", core.DefaultMinTTL)
						if err != nil {
							t.Error(err)
						}
						got[i] = token.Value
					})
				}
				wg.Wait()
				for _, v := range got {
					if v != got[0] || !up.Accepts(v) {
						t.Fatalf("callers got different or dead tokens: %s and %s", v, got[0])
					}
				}
				if n := up.count(); n != tt.calls {
					t.Errorf("%d upstream calls, want %d", n, tt.calls)
				}
			})
		})
	}
}

// Living is Get for those who cannot wait: what lives long enough, and nothing
// else, without a call.
func TestLiving(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := start(t, setup{source: up, account: byHand})
		if _, _, ok := h.Living(&core.Account{ID: "none"}, 0); ok {
			t.Error("an account that there is not has a token")
		}
		if token, now, ok := h.Living(h.own("1"), 0); ok || token.Value != "" || !now.Equal(time.Now().Round(0)) || up.count() != 0 {
			t.Errorf("without a token: %v at %v after %d calls", ok, now, up.count())
		}
		want := get(t, h)
		time.Sleep(time.Hour)
		token, now, ok := h.Living(h.own("1"), time.Hour)
		if !ok || token != want || !now.Equal(time.Now().Round(0)) {
			t.Errorf("an hour of life: %v, %v at %v", ok, token.Remaining(now), now)
		}
		if s, _ := h.Snapshot("1"); !s.LastUsed.IsZero() {
			t.Errorf("last used at %v, and nobody said so", s.LastUsed)
		}
		h.Used("none", now)
		h.Used("1", now)
		if s, _ := h.Snapshot("1"); !s.LastUsed.Equal(now) {
			t.Errorf("last used at %v, want %v", s.LastUsed, now)
		}
		if token, _, ok := h.Living(h.own("1"), time.Hour+1); ok || token.Value != "" {
			t.Error("more life than it has")
		}
		h.wall.jump(-time.Minute)
		if _, _, ok := h.Living(h.own("1"), 0); ok {
			t.Error("the clock jumped, and the life is said to be known")
		}
	})
}

// Who read an account before an edit gets no token with it: it may be another app's by now.
func TestLivingOfAnEditedAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t, setup{account: byHand})
		want := get(t, h)
		was := h.own("1")
		edited := h.account
		edited.Name = "shop two"
		h.Put(edited, core.Token{})
		if _, _, ok := h.Living(was, 0); ok {
			t.Error("an account that was edited since has a token")
		}
		if token, _, ok := h.Living(h.own("1"), 0); !ok || token != want || h.own("1").Name != edited.Name {
			t.Error("the edited account has lost its token")
		}
		if a, ok := h.Account("1"); !ok || a.Name != edited.Name {
			t.Errorf("the Keeper has %q", a.Name)
		}
		if _, ok := h.Account("none"); ok {
			t.Error("the Keeper has an account that there is not")
		}
	})
}

func TestARestartWithALivingTokenAsksNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		now := time.Now().Round(0)
		stored := core.Token{Value: "stored", ObtainedAt: now.Add(-time.Hour), ExpiresAt: now.Add(time.Hour), Life: twoHours}
		h := start(t, setup{source: up, stored: stored})
		time.Sleep(50 * time.Minute)
		token, err := h.Get(t.Context(), "1", 0)
		if err != nil || token.Value != "stored" || up.count() != 0 {
			t.Errorf("got %q, %v after %d calls; want the stored token after none", token.Value, err, up.count())
		}
	})
}

func TestAMarginAboveTheWindowCostsNoCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := start(t, setup{source: up})
		if _, err := h.Get(t.Context(), "1", 0); err != nil {
			t.Fatal(err)
		}
		time.Sleep(twoHours - 400*time.Second)
		for range 10 {
			_, err := h.Get(t.Context(), "1", 10*time.Minute)
			if e := core.AsError(err); e == nil || e.Class != core.Temporary || !e.RetryAt.After(time.Now()) {
				t.Fatalf("got %v, want Temporary with the time of the next try", err)
			}
		}
		if up.count() != 1 {
			t.Errorf("%d calls, want 1", up.count())
		}
	})
}

func TestALifeUpstreamNeverGivesIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(600 * time.Second)
		h := start(t, setup{source: up})
		for range 5 {
			_, err := h.Get(t.Context(), "1", time.Hour)
			if class(err) != core.Temporary {
				t.Fatalf("got %v, want Temporary", err)
			}
		}
		if up.count() != 1 {
			t.Errorf("%d calls, want 1", up.count())
		}
	})
}

// If a round brings less life than was asked for, no other round follows at once. The
// caller learns when to ask again.
func TestTooShortALifeTellsWhenToAskAgain(t *testing.T) {
	for _, tt := range []struct {
		life, want time.Duration
		retry      time.Duration // after the round began
	}{
		{10 * time.Minute, time.Hour, 5 * time.Minute},
		{20 * time.Second, time.Minute, 30 * time.Second},
	} {
		t.Run(tt.life.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(tt.life)
				h := start(t, setup{source: up, account: byHand})
				begin := time.Now().Round(0)
				_, err := h.Get(t.Context(), "1", tt.want)
				e := core.AsError(err)
				if e == nil || e.Class != core.Temporary || e.Remedy != core.RemedyLifeTooLong || !e.RetryAt.Equal(begin.Add(tt.retry)) || up.count() != 1 {
					t.Errorf("%+v after %d calls, want Temporary until %v later", e, up.count(), tt.retry)
				}
			})
		})
	}
}

func TestGetTakesNoAnswerOfAForce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := start(t, setup{source: up, account: byHand})
		h.Get(t.Context(), "1", 0)
		for range 20 {
			h.journal.CountForce("1", beijing.Day(time.Now().Add(3*time.Hour)), time.Now())
		}
		time.Sleep(3 * time.Hour) // expired
		h.vault.slow(2 * time.Second)
		go h.Refresh(t.Context(), "1", core.Report{Force: true, Person: true})
		time.Sleep(time.Second)
		_, err := h.Get(t.Context(), "1", 0)
		if err != nil {
			t.Errorf("a caller of get is told %v; calls %d", err, up.count())
		}
	})
}

func TestGetTakesNoAnswerOfAReport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		up.traits = legacy
		h := start(t, setup{source: up, account: byHand})
		tok, _ := h.Get(t.Context(), "1", 0)
		time.Sleep(twoHours - 250*time.Second)
		h.vault.slow(2 * time.Second)
		go h.Refresh(t.Context(), "1", core.Report{Stale: tok.Value})
		time.Sleep(time.Second)
		_, err := h.Get(t.Context(), "1", 5*time.Minute)
		if err != nil && strings.Contains(err.Error(), "upstream gave a token") {
			t.Errorf("%v, remedy %s; upstream was asked for no token", err, core.AsError(err).Remedy)
		}
	})
}

func TestStopWaitsAndRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		up.delay = time.Hour
		h := start(t, setup{source: up})
		synctest.Wait()
		h.stop()
		if _, err := h.Get(t.Context(), "1", 0); class(err) != core.Temporary {
			t.Errorf("after stop: %v", err)
		}
	})
}
