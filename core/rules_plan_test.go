package core

import (
	"testing"
	"time"
)

func TestTheBackoff(t *testing.T) {
	for _, tt := range []struct {
		fails int32
		left  time.Duration // of the token
		class Class
		most  time.Duration // the pause is drawn below this
	}{
		{1, time.Hour, Temporary, 2 * time.Second},
		{1, time.Hour, Internal, 2 * time.Second},
		{2, time.Hour, Temporary, 4 * time.Second},
		{4, time.Hour, Temporary, 16 * time.Second},
		{5, time.Hour, Temporary, 30 * time.Second},
		{9, time.Hour, Temporary, 30 * time.Second},
		{10, time.Hour, Temporary, 30 * time.Second},
		{500, time.Hour, Temporary, 30 * time.Second}, // while a token lives there is something to save
		{20, -time.Hour, Temporary, 30 * time.Second},
		{21, -time.Hour, Temporary, time.Minute},
		{140, -time.Hour, Temporary, time.Minute},
		{141, -time.Hour, Temporary, 5 * time.Minute},
		{141, 0, Temporary, 5 * time.Minute},
	} {
		k, e := ruled(8), withToken(tt.left)
		e.fails, e.lastRound = tt.fails, noon.Add(-time.Hour)
		var most time.Duration
		for range 400 {
			pause := k.retryAt(e, &Error{Class: tt.class}, noon).Sub(noon)
			if pause < 0 || pause >= tt.most {
				t.Fatalf("%d failures, %v left: a pause of %v, want less than %v", tt.fails, tt.left, pause, tt.most)
			}
			most = max(most, pause)
		}
		if most < tt.most*8/10 {
			t.Errorf("%d failures, %v left: pauses up to %v, want up to %v", tt.fails, tt.left, most, tt.most)
		}
	}
}

func TestWhenAFailureIsTriedAgain(t *testing.T) {
	for _, tt := range []struct {
		name  string
		class Class
		retry time.Duration // upstream's own time; 0: none
		round time.Duration // before now
		want  time.Duration
	}{
		{"temporary, on the floor", Temporary, 0, 0, autoFloor},
		{"temporary, at upstream's own time", Temporary, time.Hour, 0, time.Hour},
		{"temporary, upstream's own time is over", Temporary, time.Second, 0, autoFloor},
		{"quota at upstream's own time", Quota, time.Hour, 0, time.Hour},
		{"whitelist without a time", Whitelist, 0, 0, patience},
		{"confirm, its time is over", Confirm, -time.Hour, 0, patience},
		{"confirm, its time is now", Confirm, 1, 0, 1},
	} {
		k, e := ruled(8), withToken(time.Hour)
		e.fails, e.lastRound = 1, noon.Add(-tt.round)
		err := &Error{Class: tt.class}
		if tt.retry != 0 {
			err.RetryAt = noon.Add(tt.retry)
		}
		if got := k.retryAt(e, err, noon).Sub(noon); got != tt.want {
			t.Errorf("%s: after %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestWhenTheBackgroundActs(t *testing.T) {
	const window = 300 * time.Second
	k := ruled(8)
	for _, tt := range []struct {
		name string
		with func(*entry)
		left time.Duration
		want time.Duration // from noon; -1: never
	}{
		{"a living token", func(*entry) {}, time.Hour, time.Hour - window + renewSlack},
		{"a living token, with jitter", func(e *entry) { e.spread = 128 }, time.Hour, time.Hour - window + renewSlack + window/20},
		{"a short life", func(e *entry) {
			t := *e.token.Load()
			t.Life = 100 * time.Second
			e.token.Store(&t)
		}, 80 * time.Second, 30*time.Second + renewSlack},
		{"no token", func(*entry) {}, 0, 0},
		{"an expired token", func(*entry) {}, -time.Hour, 0},
		{"no token, a round just now", func(e *entry) { e.lastRound = noon.Add(-10 * time.Second) }, 0, 20 * time.Second},
		{"a failure", func(e *entry) { e.err, e.notBefore = &Error{Class: Temporary}, noon.Add(time.Minute) }, time.Hour, time.Minute},
		{"a failure on the floor", func(e *entry) {
			e.err, e.notBefore, e.lastRound = &Error{Class: Quota}, noon, noon
		}, time.Hour, autoFloor},
		{"a failure that waits", func(e *entry) { e.err = &Error{Class: BadSecret} }, 0, -1},
		{"a locked vault", func(e *entry) { e.err = &Error{Class: VaultClosed} }, 0, -1},
		{"a round under way", func(e *entry) { e.flight = &flight{} }, 0, -1},
		{"paused", func(e *entry) { e.account.Auto = false }, 0, -1},
		{"a kind that is not known", func(e *entry) { e.account.Kind = "none" }, 0, -1},
		{"a live destructive account", func(e *entry) { e.account.Kind, e.account.Env = deadlyKind, Live }, 0, -1},
		{"with consent", func(e *entry) { e.account.Kind, e.account.Env, e.account.AllowLive = deadlyKind, Live, true }, 0, 0},
	} {
		e := withToken(tt.left)
		tt.with(e)
		due, planned := k.dueTime(e, noon)
		if planned != (tt.want >= 0) || planned && due.Sub(noon) != tt.want {
			t.Errorf("%s: planned %v, after %v; want %v", tt.name, planned, due.Sub(noon), tt.want)
		}
	}
	k.pausedAll = true
	if _, planned := k.dueTime(withToken(0), noon); planned {
		t.Error("everything is paused, and one is planned")
	}
}

// Half of the workers are for the healthy alone; one of one is for all.
func TestFailingAccountsHaveHalfOfTheWorkers(t *testing.T) {
	for _, tt := range []struct {
		workers, healthy, ailing int
		full                     [lanes]bool
	}{
		{8, 0, 0, [lanes]bool{false, false}},
		{8, 0, 3, [lanes]bool{false, false}},
		{8, 0, 4, [lanes]bool{false, true}},
		{8, 3, 4, [lanes]bool{false, true}},
		{8, 4, 4, [lanes]bool{true, true}},
		{8, 7, 0, [lanes]bool{false, false}},
		{8, 8, 0, [lanes]bool{true, true}},
		{1, 0, 0, [lanes]bool{false, false}},
		{1, 0, 1, [lanes]bool{true, true}},
	} {
		k := ruled(tt.workers)
		k.underWay = [lanes]int{tt.healthy, tt.ailing}
		if got := [lanes]bool{k.full(healthy), k.full(ailing)}; got != tt.full {
			t.Errorf("%+v: full %v", tt, got)
		}
	}
	for fails, want := range map[int32]lane{0: healthy, ailingAfter: healthy, ailingAfter + 1: ailing} {
		if got := (&entry{fails: fails}).healthLane(); got != want {
			t.Errorf("%d failures: lane %d, want %d", fails, got, want)
		}
	}
}

// The planner sleeps until the first due time that it may serve, a minute at most
// while there is an account at all.
func TestHowLongThePlannerSleeps(t *testing.T) {
	k := ruled(2)
	if d, planned := k.sleep(noon); planned || d != longestSleep {
		t.Errorf("without accounts: %v, %v", d, planned)
	}
	put := func(id ID, fails int32, due time.Duration) {
		e := withToken(0)
		e.account.ID, e.fails = id, fails
		e.err, e.notBefore = &Error{Class: Temporary}, noon.Add(due)
		k.entries[id] = e
		k.replan(e, noon)
	}
	want := func(when string, want time.Duration) {
		t.Helper()
		if d, planned := k.sleep(noon); !planned || d != want {
			t.Errorf("%s: %v, %v; want %v", when, d, planned, want)
		}
	}
	put("1", 0, time.Hour)
	want("an hour to go", longestSleep)
	put("2", ailingAfter+1, 20*time.Second)
	want("a failing account is due sooner", 20*time.Second)
	k.underWay[ailing] = 1
	want("its lane is full", longestSleep)
	put("3", 0, 10*time.Second)
	want("a healthy one is due sooner", 10*time.Second)
	k.underWay[healthy] = 1
	want("all workers are busy", longestSleep)
	k.underWay = [lanes]int{}
	put("4", 0, -time.Second)
	want("one is late", 0)
	e := k.entries["4"]
	e.account.Auto = false
	k.replan(e, noon)
	if e.slot != -1 || !e.due.IsZero() {
		t.Errorf("it is planned in slot %d at %v though it is paused", e.slot, e.due)
	}
	e = k.entries["3"]
	e.fails = ailingAfter + 1
	k.replan(e, noon)
	if e.lane != ailing || len(k.plans[ailing]) != 2 || len(k.plans[healthy]) != 1 {
		t.Errorf("it is in lane %d; %d are ailing and %d healthy", e.lane, len(k.plans[ailing]), len(k.plans[healthy]))
	}
}

// Upstream that gives no other token before the end of the current one is asked again
// after the short floor, if it was asked before that end and did not fail.
func TestTheFloorAfterARoundThatBroughtNothing(t *testing.T) {
	toTheEnd := Traits{Repeat: RepeatSame, Window: personFloor - time.Second}
	for _, tt := range []struct {
		name   string
		traits Traits
		round  time.Duration // when it began, after the token's end
		err    *Error
		want   time.Duration
	}{
		{"before the end", toTheEnd, -time.Second, nil, personFloor},
		{"at the end", toTheEnd, 0, nil, autoFloor},
		{"after the end", toTheEnd, time.Second, nil, autoFloor},
		{"before the end, and it failed", toTheEnd, -time.Second, &Error{Class: Temporary}, autoFloor},
		{"upstream gives others earlier", Traits{Repeat: RepeatSame, Window: personFloor}, -time.Second, nil, autoFloor},
		{"upstream gives others each time", Traits{Repeat: RepeatDestructive, Window: personFloor - time.Second}, -time.Second, nil, autoFloor},
	} {
		e := withToken(time.Minute)
		e.lastRound, e.err = e.token.Load().ExpiresAt.Add(tt.round), tt.err
		if got := e.gap(tt.traits); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// An edit of the budget lifts what the budget refused, and nothing else.
func TestAnotherBudgetLiftsItsRefusal(t *testing.T) {
	k := ruled(1)
	spent, other := &Error{Class: Quota, Remedy: RemedyBudget}, &Error{Class: Quota, Remedy: RemedyTryAgain}
	for _, tt := range []struct {
		name    string
		was, is int
		err     *Error
		want    *Error
	}{
		{"another budget", 5, 9, spent, nil},
		{"the same budget", 5, 5, spent, spent},
		{"another budget after another failure", 5, 9, other, other},
		{"another budget after a success", 5, 9, nil, nil},
	} {
		e := withToken(time.Hour)
		e.account.Budget, e.err, e.notBefore = tt.was, tt.err, noon.Add(time.Hour)
		a := *e.account
		a.Budget = tt.is
		k.edit(e, a)
		if lifted := tt.err != nil && tt.want == nil; e.err != tt.want || e.notBefore.IsZero() != lifted {
			t.Errorf("%s: %v until %v, want %v", tt.name, e.err, e.notBefore, tt.want)
		}
	}
}
