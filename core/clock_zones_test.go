package core_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
	_ "time/tzdata" // real zones, whatever the machine has

	"tokentray/core"
)

// TestSummerTimeBeginsAndEnds: in the night in which a city's clocks go forward or back,
// the time left is right within a second at each moment, no dead token is given, and
// nobody is asked for it.
func TestSummerTimeBeginsAndEnds(t *testing.T) {
	for _, night := range []struct {
		city          string
		at            time.Time // when its clocks change
		before, after string    // what they show a second before, and then
	}{
		{"America/New_York", time.Date(2026, 3, 8, 7, 0, 0, 0, time.UTC), "01:59:59 EST", "03:00:00 EDT"},
		{"America/New_York", time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC), "01:59:59 EDT", "01:00:00 EST"},
		{"Europe/Berlin", time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC), "01:59:59 CET", "03:00:00 CEST"},
		{"Europe/Berlin", time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC), "02:59:59 CEST", "02:00:00 CET"},
	} {
		t.Run(night.city+" "+night.at.Format(time.DateOnly), func(t *testing.T) {
			zone, err := time.LoadLocation(night.city)
			if err != nil {
				t.Fatal(err)
			}
			synctest.Test(t, func(t *testing.T) {
				const ahead = 20 * time.Minute
				change := time.Now().Add(ahead) // by the test's steady time
				f := &fleet{tokens: map[string]minted{}}
				h := start(t, setup{source: f, wall: &wall{offset: night.at.Sub(change), zone: zone}})
				for i := 2; i <= many; i++ {
					a := h.account
					a.ID, a.Name, a.AppID = core.ID(fmt.Sprint(i)), fmt.Sprint("shop", i), fmt.Sprintf("wx%d", i)
					h.Put(a, core.Token{})
				}
				all := func() {
					t.Helper()
					for _, s := range h.Snapshots() {
						checkAccount(t, f, h, s, true, 0)
					}
				}
				const clock = "15:04:05 MST"
				time.Sleep(time.Until(change) - 5*time.Second)
				for range 10 { // the seconds around the change
					all()
					switch shown := h.wall.Now().Format(clock); time.Until(change) {
					case time.Second:
						if shown != night.before {
							t.Fatalf("before the change the clock shows %s", shown)
						}
					case 0:
						if shown != night.after {
							t.Fatalf("after the change the clock shows %s", shown)
						}
					}
					time.Sleep(time.Second)
				}
				for time.Since(change) < time.Hour {
					time.Sleep(61 * time.Second)
					all()
				}
				if n := f.since(change.Add(-time.Minute)); n > 0 {
					t.Errorf("the change of the clocks cost %d calls", n)
				}
				for time.Since(change) < 3*time.Hour {
					time.Sleep(61 * time.Second)
					all()
				}
				if n := f.since(change); n < many || n > 2*many {
					t.Errorf("%d calls in three hours for %d accounts", n, many)
				}
				if n := f.busiest(change); n > many/5 {
					t.Errorf("%d calls within a second", n)
				}
			})
		})
	}
}
