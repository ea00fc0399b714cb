package core_test

import (
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

// What was asked of upstream today outlives the process and ends at midnight in
// Beijing, whatever the machine's own zone is.
func TestCallsOfTheDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, newUpstream(twoHours), nil, core.Token{})
		defer h.stop()
		// The bubble begins at midnight UTC, 08:00 in Beijing.
		today := beijing.Day(time.Now())
		h.Recall(map[core.ID]core.DayCounts{"1": dayCounts(today, 198, 7), "gone": dayCounts(today, 1, 0)})
		want := func(when string, c core.Counts) {
			t.Helper()
			if s, _ := h.Snapshot("1"); s.Today != c {
				t.Errorf("%s: %+v, want %+v", when, s.Today, c)
			}
		}
		want("after a restart", core.Counts{Calls: 198, Forced: 7})
		token, err := h.Get(t.Context(), "1", 0)
		if err != nil {
			t.Fatal(err)
		}
		want("after a fetch", core.Counts{Calls: 199, Forced: 7})
		time.Sleep(time.Minute)
		if _, err := h.Refresh(t.Context(), "1", core.Report{Stale: token.Value, Force: true}); err != nil {
			t.Fatal(err)
		}
		want("after a forced one", core.Counts{Calls: 200, Forced: 8})
		if err := h.Check(t.Context(), "1"); err != nil {
			t.Fatal(err)
		}
		want("after a check", core.Counts{Calls: 201, Forced: 8})
		other := h.account
		other.AppID = "wx1"
		for _, a := range []core.Account{h.account, other} { // the second is not of this account's quota
			if _, err := h.Test(t.Context(), a, core.Credentials{}); err != nil {
				t.Fatal(err)
			}
		}
		want("after a test", core.Counts{Calls: 202, Forced: 8})
		if n := h.journal.called(today); n != 4 {
			t.Errorf("the journal counts %d calls of this run, want 4", n)
		}
		h.Recall(map[core.ID]core.DayCounts{"1": dayCounts(today, 1, 0)})
		want("told too late", core.Counts{Calls: 202, Forced: 8})

		h.PauseAll(true)
		synctest.Wait()
		before, _ := h.Snapshot("1")
		time.Sleep(time.Until(beijing.NextDay(time.Now())) - time.Second)
		want("a second before midnight in Beijing", before.Today)
		time.Sleep(time.Second)
		want("midnight in Beijing", core.Counts{})
		if _, err := h.Get(t.Context(), "1", 0); err != nil {
			t.Fatal(err)
		}
		want("the first call of the day", core.Counts{Calls: 1})
		if n := h.journal.called(beijing.Day(time.Now())); n != 1 {
			t.Errorf("the journal counts %d calls on the new day", n)
		}
	})
}

// The history says until when a replaced token may still work: five minutes at
// best, not beyond its own end, and not at all after a force.
func TestHistoryTellsTheOverlap(t *testing.T) {
	for _, tt := range []struct {
		name   string
		legacy bool
		force  bool
		after  time.Duration // of a life of two hours
		want   time.Duration // from the replacement on
	}{
		{"stable, in its last minutes", false, false, 2*time.Hour - 200*time.Second, 200 * time.Second},
		{"stable, forced", false, true, time.Hour, 0},
		{"legacy, long before its end", true, true, time.Hour, 300 * time.Second},
		{"legacy, shortly before its end", true, true, 2*time.Hour - 100*time.Second, 100 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(twoHours)
				up.legacy(tt.legacy)
				h := open(t, up, func(a *core.Account) { a.Auto = false }, core.Token{})
				defer h.stop()
				first, err := h.Get(t.Context(), "1", 0)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(tt.after)
				next, err := h.Refresh(t.Context(), "1", core.Report{Stale: first.Value, Force: tt.force})
				if err != nil || next.Token.Value == first.Value {
					t.Fatalf("no new token: %v", err)
				}
				var want time.Time
				if tt.want > 0 {
					want = time.Now().Add(tt.want)
				}
				if got := next.Token.Previous.Until; !got.Equal(want) {
					t.Errorf("the previous token may work until %v, want %v", got, want)
				}
				synctest.Wait()
				lines := h.journal.lines
				if last := lines[len(lines)-1]; !last.PrevUntil.Equal(want) {
					t.Errorf("the history says %v, want %v", last.PrevUntil, want)
				}
			})
		})
	}
}

func dayCounts(day string, calls, forced int) core.DayCounts {
	return core.DayCounts{Day: day, Counts: core.Counts{Calls: calls, Forced: forced}}
}
