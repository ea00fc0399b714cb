package core_test

import (
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
