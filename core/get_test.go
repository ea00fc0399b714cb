package core_test

import (
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

// Living is Get for those who cannot wait: what lives long enough, and nothing
// else, without a call.
func TestLiving(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := start(t, setup{source: up, account: byHand})
		if _, _, ok := h.Living("none", 0); ok {
			t.Error("an account that there is not has a token")
		}
		if token, now, ok := h.Living("1", 0); ok || token.Value != "" || !now.Equal(time.Now().Round(0)) || up.count() != 0 {
			t.Errorf("without a token: %v at %v after %d calls", ok, now, up.count())
		}
		want := get(t, h)
		time.Sleep(time.Hour)
		token, now, ok := h.Living("1", time.Hour)
		if !ok || token != want || !now.Equal(time.Now().Round(0)) {
			t.Errorf("an hour of life: %v, %v at %v", ok, token.Remaining(now), now)
		}
		if s, _ := h.Snapshot("1"); !s.LastUsed.Equal(now) {
			t.Errorf("last used at %v, want %v", s.LastUsed, now)
		}
		if token, _, ok := h.Living("1", time.Hour+1); ok || token.Value != "" {
			t.Error("more life than it has")
		}
		h.wall.jump(-time.Minute)
		if _, _, ok := h.Living("1", 0); ok {
			t.Error("the clock jumped, and the life is said to be known")
		}
	})
}

// A round that brings less life than was asked for is no reason for another: the
// caller is told when one makes sense.
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
