package store

import (
	"fmt"
	"testing"
	"time"

	"tokentray/core"
)

func TestHistoryIsBoundedAndNewestFirst(t *testing.T) {
	h := newHome(t)
	a, b := h.add("a"), h.add("b")
	h.db.NoSync = true
	for i := range MaxHistory + 20 {
		at := h.clock.now().Add(time.Duration(i) * time.Hour) // all but the newest are older than the day kept whole
		if err := h.Append(a.ID, core.Entry{Code: i, At: at}); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Append(b.ID, core.Entry{Code: -1}); err != nil {
		t.Fatal(err)
	}
	all, err := h.History(a.ID, time.Time{}, 0)
	if err != nil || len(all) != MaxHistory || all[0].Code != MaxHistory+19 || all[MaxHistory-1].Code != 20 {
		t.Errorf("%d lines from %d to %d, %v", len(all), all[0].Code, all[len(all)-1].Code, err)
	}
	few, err := h.History(a.ID, time.Time{}, 3)
	if err != nil || len(few) != 3 || few[2].Code != MaxHistory+17 {
		t.Errorf("the newest three: %v, %v", few, err)
	}
}

// TestLastLines: of each account the newest line about itself, whatever its neighbours
// have.
func TestLastLines(t *testing.T) {
	h := newHome(t)
	if got, err := h.LastLines(); err != nil || len(got) != 0 {
		t.Errorf("an empty home: %v, %v", got, err)
	}
	want := map[core.ID]int{}
	for i := range 7 {
		a := h.add(fmt.Sprint("shop", i))
		for n := range i % 3 { // the first, among others, has none
			want[a.ID] = 10*i + n
			if err := h.Append(a.ID, core.Entry{Code: 10*i + n, RetryAt: h.clock.now()}); err != nil {
				t.Fatal(err)
			}
		}
		for range i % 2 { // a call tells nothing of the account itself
			if err := h.Append(a.ID, core.Entry{What: core.DidCall, Code: 99, Target: "GET /x", By: "claude"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	got, err := h.LastLines()
	if err != nil || len(got) != len(want) {
		t.Errorf("%d lines, want %d; %v", len(got), len(want), err)
	}
	for id, code := range want {
		if got[id].Code != code || !got[id].RetryAt.Equal(h.clock.now()) {
			t.Errorf("%s: %+v, want %d", id, got[id], code)
		}
	}
}

// Whoever put an address on the whitelist is told when the next refusal names
// another, however long ago the first was.
func TestRefusedIP(t *testing.T) {
	h := newHome(t)
	a, b := h.add("a"), h.add("b")
	for _, e := range []core.Entry{
		{What: core.DidFail, CallerIP: "203.0.113.6"},
		{What: core.DidFail, CallerIP: "203.0.113.7"},
		{What: core.DidRenew},
		{What: core.DidFail, Class: core.Temporary},
		{What: core.DidFail, CallerIP: "203.0.113.8"},
	} {
		if err := h.Append(a.ID, e); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		id       core.ID
		ip, want string
	}{
		{a.ID, "203.0.113.8", "203.0.113.7"},
		{a.ID, "203.0.113.9", "203.0.113.8"},
		{b.ID, "203.0.113.8", ""},
	} {
		if got, err := h.RefusedIP(c.id, c.ip); got != c.want || err != nil {
			t.Errorf("before %s: %q, %v; want %q", c.ip, got, err, c.want)
		}
	}
}

// A day of a token that lives two minutes is kept whole, but bounded.
func TestHistoryKeepsADayOfShortLives(t *testing.T) {
	h := newHome(t)
	a := h.add("a")
	h.db.NoSync = true
	start := h.clock.now()
	const every = time.Minute
	for i := range 26 * 60 {
		if err := h.Append(a.ID, core.Entry{Code: i, At: start.Add(time.Duration(i) * every)}); err != nil {
			t.Fatal(err)
		}
	}
	end := start.Add((26*60 - 1) * every)
	all, err := h.History(a.ID, time.Time{}, 0)
	if err != nil || len(all) != 25*60 {
		t.Errorf("%d lines, %v; want those of 25 hours", len(all), err)
	}
	day, err := h.History(a.ID, end.Add(-24*time.Hour), 0)
	if err != nil || len(day) != 24*60+1 || !day[len(day)-1].At.Equal(end.Add(-24*time.Hour)) {
		t.Errorf("%d lines of a day, %v", len(day), err)
	}
	for i := range MaxDay + 10 { // many in one minute
		if err := h.Append(a.ID, core.Entry{Code: i, At: end}); err != nil {
			t.Fatal(err)
		}
	}
	if all, err = h.History(a.ID, time.Time{}, 0); err != nil || len(all) != MaxDay {
		t.Errorf("%d lines, %v; want at most %d", len(all), err, MaxDay)
	}
	if err := h.Append(a.ID, core.Entry{At: end.Add(48 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if all, err = h.History(a.ID, time.Time{}, 0); err != nil || len(all) != MaxHistory {
		t.Errorf("%d lines, %v; two quiet days later want %d", len(all), err, MaxHistory)
	}
}

// The calls of a day outlive the process; the next day begins with none.
func TestCallsAreCountedByDay(t *testing.T) {
	h := newHome(t)
	a := h.add("a")
	for _, err := range []error{
		h.CountCalls(a.ID, "2026-03-01", 2), h.CountCalls(a.ID, "2026-03-01", 1),
		h.CountForce(a.ID, "2026-03-01", h.clock.now()), h.CountCalls("gone", "2026-03-01", 9),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	h.reopen()
	counts := func() map[core.ID]core.DayCounts {
		t.Helper()
		got, err := h.Counts()
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := counts(); len(got) != 1 || got[a.ID] != (core.DayCounts{Day: "2026-03-01", Counts: core.Counts{Calls: 3, Forced: 1}}) {
		t.Errorf("after a restart: %v", got)
	}
	if err := h.CountCalls(a.ID, "2026-03-02", 1); err != nil {
		t.Fatal(err)
	}
	if got := counts(); got[a.ID] != (core.DayCounts{Day: "2026-03-02", Counts: core.Counts{Calls: 1}}) {
		t.Errorf("the next day: %v", got)
	}
	if _, last, _ := h.Forced(a.ID, "2026-03-02"); !last.Equal(h.clock.now()) {
		t.Errorf("the last forced fetch was at %v; the gap still counts from it", last)
	}
}

func TestForcedCountsByDay(t *testing.T) {
	h := newHome(t)
	at := h.clock.now()
	for i := range 3 {
		if err := h.CountForce("a", "2026-03-01", at.Add(time.Duration(i)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	n, last, err := h.Forced("a", "2026-03-01")
	if n != 3 || !last.Equal(at.Add(2*time.Minute)) || err != nil {
		t.Errorf("today: %d, %v, %v", n, last, err)
	}
	n, last, err = h.Forced("a", "2026-03-02")
	if n != 0 || !last.Equal(at.Add(2*time.Minute)) || err != nil {
		t.Errorf("the next day: %d, %v, %v; the gap still counts from the last one", n, last, err)
	}
	if err := h.CountForce("a", "2026-03-02", at.Add(24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if n, _, _ := h.Forced("a", "2026-03-02"); n != 1 {
		t.Errorf("first of the next day counts %d", n)
	}
	if n, last, _ := h.Forced("b", "2026-03-02"); n != 0 || !last.IsZero() {
		t.Errorf("another account: %d, %v", n, last)
	}
}

// TestFailures: of each account the newest failure since a time, and how many there were.
func TestFailures(t *testing.T) {
	h := newHome(t)
	a, b, c := h.add("shop"), h.add("mall"), h.add("blog")
	at := h.clock.now()
	add := func(id core.ID, after time.Duration, what core.What, code int) {
		t.Helper()
		if err := h.Append(id, core.Entry{At: at.Add(after), What: what, Code: code}); err != nil {
			t.Fatal(err)
		}
	}
	add(a.ID, -time.Hour, core.DidFail, 1)
	add(a.ID, time.Hour, core.DidFail, 2)
	add(c.ID, time.Hour, core.DidRenew, 0)
	add(a.ID, 2*time.Hour, core.DidLose, 3)
	add(b.ID, 0, core.DidMiss, 4)
	add(a.ID, 3*time.Hour, core.DidRenew, 0)
	got, err := h.Failures(at)
	if err != nil || len(got) != 2 || got[a.ID].Lines != 2 || got[a.ID].Newest.Code != 3 || got[b.ID].Lines != 1 || got[b.ID].Newest.Code != 4 {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err = h.Failures(at.Add(9 * time.Hour)); err != nil || len(got) != 0 {
		t.Errorf("later: %+v, %v", got, err)
	}
}
