package core_test

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

func TestAZoneHasItsOwnDays(t *testing.T) {
	at := time.Date(2026, 11, 22, 15, 59, 59, 0, time.UTC)
	for _, tt := range []struct {
		zone     core.Zone
		valid    bool
		day      string
		left     time.Duration // of the day
		tomorrow string
	}{
		{"+08:00", true, "2026-11-22", time.Second, "2026-11-23"},
		{"", true, "2026-11-22", 8*time.Hour + time.Second, "2026-11-23"},
		{"-08:00", true, "2026-11-22", 16*time.Hour + time.Second, "2026-11-23"},
		{"+09:30", true, "2026-11-23", 22*time.Hour + 30*time.Minute + time.Second, "2026-11-24"},
		{"Asia/Shanghai", false, "2026-11-22", 8*time.Hour + time.Second, "2026-11-23"},
	} {
		z := tt.zone
		if z.Valid() != tt.valid {
			t.Errorf("%q is valid: %v", z, z.Valid())
		}
		next := z.NextDay(at)
		if got := z.Day(at); got != tt.day {
			t.Errorf("%q: day %s, want %s", z, got, tt.day)
		}
		if got := next.Sub(at); got != tt.left {
			t.Errorf("%q: the next day in %v, want %v", z, got, tt.left)
		}
		if got := z.Day(next); got != tt.tomorrow {
			t.Errorf("%q: the next day is %s, want %s", z, got, tt.tomorrow)
		}
		if got := z.Day(next.Add(-1)); got != tt.day {
			t.Errorf("%q: the moment before the next day is of %s", z, got)
		}
	}
}

// TestStepsOfTheWallClock: steps of up to two seconds are what time synchronisation
// does. A larger one is a jump, after which every account is planned anew, which shows.
func TestStepsOfTheWallClock(t *testing.T) {
	const tolerance = 2 * time.Second
	for _, tt := range []struct {
		step   time.Duration
		jumped bool
	}{
		{0, false},
		{tolerance, false},
		{tolerance + 1, true},
		{-tolerance, false},
		{-tolerance - 1, true},
	} {
		t.Run(tt.step.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := start(t, setup{})
				get(t, h)
				synctest.Wait()
				var events atomic.Int32
				t.Cleanup(h.Subscribe(func(core.Event) { events.Add(1) }))
				h.wall.jump(tt.step)
				get(t, h)
				if jumped := events.Load() > 0; jumped != tt.jumped {
					t.Errorf("a step of %v is a jump: %v", tt.step, jumped)
				}
			})
		})
	}
}

func TestJumpsOfTheWallClock(t *testing.T) {
	for _, jump := range []time.Duration{-30 * time.Hour, -3 * time.Hour, -time.Hour, -10 * time.Minute, time.Hour, 5 * time.Hour} {
		t.Run(jump.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(twoHours)
				h := start(t, setup{source: up})
				if _, err := h.Get(t.Context(), "1", 0); err != nil {
					t.Fatal(err)
				}
				for _, at := range []time.Duration{90 * time.Minute, 31 * time.Minute, 119 * time.Minute} {
					up.set(func() { up.down = true }) // so that nothing but the clock decides
					time.Sleep(at)
					h.wall.jump(jump)
					for range 200 {
						token, err := h.Get(t.Context(), "1", 0)
						if err == nil && !up.Accepts(token.Value) {
							t.Fatalf("%v after the jump a dead token was called fresh", time.Now())
						}
						if s, _ := h.Snapshot("1"); s.Mask != "" && s.ExpiresAt.After(h.wall.Now()) {
							if kept, _ := h.Token("1"); !up.Accepts(kept.Value) {
								t.Fatal("a dead token is shown with life left")
							}
						}
						time.Sleep(41 * time.Second)
					}
					up.set(func() { up.down = false })
					time.Sleep(2 * time.Minute)
					if token, err := h.Get(t.Context(), "1", 0); err != nil || !up.Accepts(token.Value) {
						t.Fatalf("no good token after upstream came back: %v", err)
					}
					h.wall.jump(-jump)
					if token, err := h.Get(t.Context(), "1", 0); err == nil && !up.Accepts(token.Value) {
						t.Fatal("the jump back called a dead token fresh")
					}
				}
			})
		})
	}
}

func TestAClockSetBackBetweenTwoRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now().Round(0)
		stored := core.Token{Value: "from the future", ObtainedAt: now.Add(time.Hour), ExpiresAt: now.Add(3 * time.Hour), Life: twoHours}
		up := newUpstream(twoHours)
		up.down = true
		h := start(t, setup{source: up, stored: stored})
		if token, err := h.Get(t.Context(), "1", 0); err == nil {
			t.Errorf("got %q whose life cannot be known", token.Value)
		}
	})
}

func TestATokenFromTheFutureHasNoLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now().Round(0)
		up := newUpstream(twoHours)
		up.down = true
		h := start(t, setup{source: up, account: byHand, stored: core.Token{Value: "from the future", ObtainedAt: now.Add(time.Hour), ExpiresAt: now.Add(3 * time.Hour), Life: twoHours}})
		if s, _ := h.Snapshot("1"); s.ExpiresAt.After(now) {
			t.Errorf("shown with %v of life that nobody knows", s.ExpiresAt.Sub(now))
		}
		time.Sleep(time.Hour - time.Second)
		if g, err := h.Get(t.Context(), "1", 0); err == nil {
			t.Errorf("Get: %q", g.Value)
		}
	})
}

func TestASetBackIsNoticedWhilePaused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := start(t, setup{source: up, account: byHand})
		h.Get(t.Context(), "1", 0)
		h.PauseAll(true)
		time.Sleep(time.Hour)
		h.wall.jump(-90 * time.Minute)
		time.Sleep(70 * time.Minute)
		s, _ := h.Snapshot("1")
		kept, _ := h.Token("1")
		if left := s.ExpiresAt.Sub(h.wall.Now()); left > 0 && !up.Accepts(kept.Value) {
			t.Errorf("a dead token is shown with %v left", left)
		}
	})
}

func TestASetBackDuringASaveKeepsThePlan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := start(t, setup{source: up, account: byHand})
		h.journal.slow(3*time.Second, "")
		a := h.account
		a.Auto = true
		h.Put(a, core.Token{})
		time.Sleep(time.Second)
		h.wall.jump(-12 * time.Hour)
		h.Wake()
		time.Sleep(10 * time.Second)
		s, _ := h.Snapshot("1")
		if late := s.NextTry.Sub(s.ExpiresAt); late > 0 {
			t.Errorf("renewal is planned %v after the token's end", late)
		}
	})
}

func TestAReportsAnswerMovesWithTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := start(t, setup{source: up, account: byHand})
		tok, _ := h.Get(t.Context(), "1", 0)
		time.Sleep(time.Minute)
		h.Refresh(t.Context(), "1", core.Report{Stale: tok.Value})
		h.wall.jump(-3 * time.Hour)
		a, err := h.Refresh(t.Context(), "1", core.Report{Stale: tok.Value})
		if err == nil && a.Token.Remaining(h.wall.Now()) > twoHours {
			t.Errorf("answered with %v of life", a.Token.Remaining(h.wall.Now()))
		}
	})
}

// A failure that is kept aside while the vault is locked moves with the clock.
func TestAFailureBehindALockMovesWithTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		retry := time.Now().Round(0).Add(6 * time.Hour)
		up.err = &core.Error{Class: core.Quota, Message: "used up", RetryAt: retry}
		h := start(t, setup{source: up})
		time.Sleep(time.Minute)
		h.Locked(&core.Error{Class: core.VaultClosed, Message: "locked"})
		h.wall.jump(-3 * time.Hour)
		h.Wake()
		time.Sleep(time.Minute)
		h.Unlocked()
		s, _ := h.Snapshot("1")
		if want := retry.Add(-3 * time.Hour); s.Err == nil || !s.Err.RetryAt.Equal(want) || !s.NextTry.Equal(want) {
			t.Errorf("kept %+v, next try %v; want it at %v", s.Err, s.NextTry, want)
		}
	})
}

type suspended struct {
	*upstream
	h **house
}

func (s *suspended) Fetch(ctx context.Context, req core.Request) (core.Grant, error) {
	// The answer (7200 s from now) is in the socket when the machine falls asleep for an hour.
	(*s.h).wall.jump(time.Hour)
	(*s.h).Snapshots()
	(*s.h).Get(ctx, "2", 0)             // anybody: the Keeper notices the wake
	(*s.h).wall.jump(-30 * time.Minute) // NTP corrects
	(*s.h).Get(ctx, "2", 0)
	return core.Grant{Value: "t-0123456789-0123456789-0123456789", ExpiresIn: twoHours}, nil
}

func TestSleepThenASetBackInMidFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h *house
		h = start(t, setup{source: &suspended{newUpstream(twoHours), &h}, account: byHand})
		now := time.Now().Round(0)
		h.Put(core.Account{ID: "2", Name: "b", AppID: "b", Env: core.Sandbox, Kind: kindStable}, core.Token{Value: "b", ObtainedAt: now, ExpiresAt: now.Add(9 * time.Hour), Life: 9 * time.Hour})
		tok, err := h.Get(t.Context(), "1", 0)
		if err != nil {
			t.Fatal(err)
		}
		// true age of the token: an hour, so an hour is left
		if left := tok.Remaining(h.wall.Now()); left > time.Hour+time.Second {
			t.Errorf("said to live %v, really 1h", left)
		}
	})
}

type sleeper struct {
	*upstream
	h **house
	n int
}

func (s *sleeper) Fetch(ctx context.Context, req core.Request) (core.Grant, error) {
	g, err := s.upstream.Fetch(ctx, req)
	if s.n++; s.n == 1 {
		(*s.h).wall.jump(3 * time.Hour)
	}
	return g, err
}

func TestSleepInMidFetchAsksAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h *house
		h = start(t, setup{source: &sleeper{newUpstream(twoHours), &h, 0}, account: byHand})
		_, err := h.Get(t.Context(), "1", core.DefaultMinTTL)
		if err != nil {
			t.Errorf("%v (%s)", err, core.AsError(err).Remedy)
		}
	})
}

// TestALogThatHangsHoldsUpNothing: that the clock was set back is told to the log, which
// can be on a disk that hangs. Tokens are served meanwhile.
func TestALogThatHangsHoldsUpNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := hangingLog{make(chan struct{}), make(chan struct{}, 1)}
		h := start(t, setup{log: slog.New(log)})
		get(t, h)
		h.wall.jump(-time.Hour)
		got := make(chan error, 1)
		go func() {
			_, err := h.Get(t.Context(), "1", 0)
			got <- err
		}()
		synctest.Wait()
		select {
		case err := <-got:
			if err != nil {
				t.Error(err)
			}
		default:
			t.Error("a caller waits for the log")
		}
		if len(log.told) != 1 {
			t.Error("the log was told nothing")
		}
		close(log.release)
	})
}

// hangingLog is a log that takes no line before release is closed.
type hangingLog struct {
	release chan struct{}
	told    chan struct{}
}

func (l hangingLog) Enabled(context.Context, slog.Level) bool { return true }
func (l hangingLog) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l hangingLog) WithGroup(string) slog.Handler            { return l }

func (l hangingLog) Handle(context.Context, slog.Record) error {
	l.told <- struct{}{}
	<-l.release
	return nil
}
