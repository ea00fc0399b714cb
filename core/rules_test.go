package core

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// The rules that decide when upstream is asked and what its answers mean, each by
// itself. What they lead to together is tested from outside.

// noon is a moment for the tests of rules.
var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// upstreams are sources that are never asked: one is enough to know its kind.
type mute struct{}

func (mute) Fetch(context.Context, Request) (Grant, error) { panic("asked") }

type muteChecker struct{ mute }

func (muteChecker) Check(context.Context, Request, string) error { panic("asked") }

// forgetful is a journal that keeps nothing.
type forgetful struct{ Journal }

func (forgetful) Record(ID, Record) error { return nil }

// shut is a vault that stays closed.
type shut struct{}

func (shut) Credentials(context.Context, Account) (Credentials, error) {
	return Credentials{}, &Error{Class: VaultClosed}
}

const (
	plainKind  Kind = "plain"  // asking again is harmless
	deadlyKind Kind = "deadly" // asking again is destructive
	blindKind  Kind = "blind"  // likewise, and no token can be checked
)

func ruled(workers int) *Keeper {
	return NewKeeper(Config{Workers: workers, Vault: shut{}, Journal: forgetful{}, Now: func() time.Time { return noon }, Upstreams: map[Kind]Upstream{
		plainKind:  {Source: muteChecker{}, Traits: Traits{Repeat: RepeatSame, Window: 300 * time.Second}},
		deadlyKind: {Source: muteChecker{}, Traits: Traits{Repeat: RepeatDestructive, Window: 300 * time.Second}},
		blindKind:  {Source: mute{}, Traits: Traits{Repeat: RepeatDestructive, Window: 300 * time.Second}},
	}})
}

// withToken is an entry whose token has left to live; with 0 it has none.
func withToken(left time.Duration) *entry {
	e := &entry{account: Account{Kind: plainKind, Env: Sandbox, Auto: true}, slot: -1}
	t := Token{}
	if left != 0 {
		t = Token{Value: "t", ObtainedAt: noon.Add(left - 2*time.Hour), ExpiresAt: noon.Add(left), Life: 2 * time.Hour}
	}
	e.token.Store(&t)
	return e
}

func TestTheGoalOfAReport(t *testing.T) {
	for _, tt := range []struct {
		name   string
		r      Report
		left   time.Duration
		dead   bool
		failed bool // a renewal
		want   goal
	}{
		{"of a living token", Report{}, time.Hour, false, false, report},
		{"of a living token, by a person", Report{Person: true}, time.Hour, false, false, report},
		{"after a failure", Report{}, time.Hour, false, true, report},
		{"after a failure, by a person", Report{Person: true}, time.Hour, false, true, renew},
		{"of an expired token", Report{}, -time.Hour, false, false, renew},
		{"at its last moment", Report{}, time.Nanosecond, false, false, report},
		{"of none", Report{}, 0, false, false, renew},
		{"of none, by a person", Report{Person: true}, 0, false, true, renew},
		{"of a dead token", Report{}, -time.Hour, true, false, report},
		{"of a dead token, by a person after a failure", Report{Person: true}, -time.Hour, true, true, report},
		{"force", Report{Force: true}, time.Hour, false, false, force},
		{"force without a token", Report{Force: true, Person: true}, 0, false, true, force},
		{"force of a dead token", Report{Force: true}, -time.Hour, true, true, force},
	} {
		e := withToken(tt.left)
		cur := *e.token.Load()
		if tt.dead {
			e.dead, cur.Dead = cur.Value, true
		}
		if tt.failed {
			e.err = &Error{Class: Temporary}
		}
		if got := tt.r.goal(e, cur, noon); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestWhichFlightAnswersAReport(t *testing.T) {
	failure := &Error{Class: Temporary}
	for _, tt := range []struct {
		goal  goal
		stale string
		err   *Error
		// the answers for a report and a force of the token "t"
		report, force bool
	}{
		{renew, "", nil, false, false}, // answers by its token
		{renew, "", failure, true, false},
		{report, "t", nil, true, false},
		{report, "t", failure, true, false},
		{report, "other", nil, false, false},
		{report, "other", failure, false, false},
		{force, "t", nil, false, true},
		{force, "t", failure, false, true},
		{force, "other", nil, false, false},
		{force, "other", failure, false, false},
	} {
		f := &flight{round: round{tt.goal, tt.stale}, err: tt.err}
		if got := (Report{Stale: "t"}).answeredBy(f); got != tt.report {
			t.Errorf("%v of %q with %v answers a report: %v", tt.goal, tt.stale, tt.err, got)
		}
		if got := (Report{Stale: "t", Force: true}).answeredBy(f); got != tt.force {
			t.Errorf("%v of %q with %v answers a force: %v", tt.goal, tt.stale, tt.err, got)
		}
	}
}

func TestWhichReportTheLastOneCovers(t *testing.T) {
	for _, tt := range []struct {
		last *reported
		want bool
	}{
		{nil, false},
		{&reported{stale: "t", at: noon}, true},
		{&reported{stale: "t", at: noon.Add(1 - autoFloor)}, true},
		{&reported{stale: "t", at: noon.Add(-autoFloor)}, false},
		{&reported{stale: "other", at: noon}, false},
	} {
		if got := tt.last.covers(Report{Stale: "t"}, noon); got != tt.want {
			t.Errorf("%+v covers it: %v", tt.last, got)
		}
	}
}

// What keeps a report from a round: that nobody may fetch, a failure that the
// round would only end with again, and the floors.
func TestWhatForbidsAReport(t *testing.T) {
	const ago = time.Second
	kept := func(c Class, notBefore time.Duration) func(*entry) {
		return func(e *entry) { e.err, e.notBefore = &Error{Class: c}, noon.Add(notBefore) }
	}
	live := func(kind Kind, allowed bool) func(*entry) {
		return func(e *entry) { e.account.Kind, e.account.Env, e.account.AllowLive = kind, Live, allowed }
	}
	round := func(before time.Duration) func(*entry) {
		return func(e *entry) { e.lastRound = noon.Add(-before) }
	}
	last := func(before time.Duration) func(*entry) {
		return func(e *entry) { e.report = &reported{stale: "other", at: noon.Add(-before)} }
	}
	none := func(*entry) {}
	for _, tt := range []struct {
		name string
		with func(*entry)
		// the class that a caller is told and a person is told; "": go on
		report, renew, force             Class
		personReport, personRenew, press Class
	}{
		{name: "nothing", with: none},
		{name: "a kind that is not known", with: func(e *entry) { e.account.Kind = "none" }, report: Misuse, renew: Misuse, force: Misuse, personReport: Misuse, personRenew: Misuse, press: Misuse},
		{name: "a live account", with: live(plainKind, false)},
		{name: "a live destructive account", with: live(deadlyKind, false), renew: Misuse, personRenew: Misuse},
		{name: "a live destructive account with consent", with: live(deadlyKind, true)},
		{name: "a live destructive account that cannot be checked", with: live(blindKind, false), report: Misuse, renew: Misuse, personReport: Misuse, personRenew: Misuse},
		{name: "the same with consent", with: live(blindKind, true)},
		{name: "temporary, too early", with: kept(Temporary, time.Hour)},
		{name: "quota, too early", with: kept(Quota, 1), report: Quota, renew: Quota, force: Quota},
		{name: "quota, in time", with: kept(Quota, 0)},
		{name: "quota, late", with: kept(Quota, -time.Hour)},
		{name: "internal, too early", with: kept(Internal, time.Hour), report: Internal, renew: Internal, force: Internal},
		{name: "whitelist, too early", with: kept(Whitelist, time.Hour), report: Whitelist, renew: Whitelist, force: Whitelist},
		{name: "a wrong secret, however late", with: kept(BadSecret, -time.Hour), report: BadSecret, renew: BadSecret, force: BadSecret},
		{name: "frozen, however late", with: kept(Frozen, -time.Hour), report: Frozen, renew: Frozen, force: Frozen},
		{name: "misuse, however late", with: kept(Misuse, -time.Hour), report: Misuse, renew: Misuse, force: Misuse},
		{name: "the vault, however late", with: kept(VaultClosed, -time.Hour), report: VaultClosed, renew: VaultClosed, force: VaultClosed},
		{name: "a round just now", with: round(ago), renew: Temporary, force: Temporary},
		{name: "a round within the floor", with: round(autoFloor - 1), renew: Temporary, force: Temporary},
		{name: "a round before the floor", with: round(autoFloor)},
		{name: "a report just now", with: last(ago), report: Temporary},
		{name: "a report within the floor", with: last(autoFloor - 1), report: Temporary},
		{name: "a report before the floor", with: last(autoFloor)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, c := range []struct {
				r    Report
				g    goal
				want Class
			}{
				{Report{}, report, tt.report},
				{Report{}, renew, tt.renew},
				{Report{Force: true}, force, tt.force},
				{Report{Person: true}, report, tt.personReport},
				{Report{Person: true}, renew, tt.personRenew},
				{Report{Person: true, Force: true}, force, tt.press},
			} {
				k, e := ruled(8), withToken(time.Hour)
				tt.with(e)
				err := k.forbids(e, c.r, c.g, noon)
				if got := classOf(err); got != c.want {
					t.Errorf("%+v, goal %v: %s, want %s", c.r, c.g, got, c.want)
				}
				k.stopped = true
				if err := k.forbids(e, c.r, c.g, noon); err == nil || err.Message != errStopping().Message {
					t.Errorf("%+v, goal %v, after the end: %v", c.r, c.g, err)
				}
			}
		})
	}
}

func classOf(err *Error) Class {
	if err == nil {
		return ""
	}
	return err.Class
}

// The floor tells when the next try is and, where a temporary failure is the
// reason for the next one, that.
func TestTheFloorTellsWhy(t *testing.T) {
	e := withToken(time.Hour)
	e.lastRound = noon.Add(-10 * time.Second)
	want := noon.Add(20 * time.Second)
	if err := e.floor(noon); err == nil || !err.RetryAt.Equal(want) || err.Remedy != RemedyTryAgain {
		t.Errorf("no failure: %+v", err)
	}
	e.err = &Error{Class: Temporary, Message: "no answer", Remedy: RemedyNetwork, RetryAt: noon.Add(time.Hour)}
	if err := e.floor(noon); err == nil || !err.RetryAt.Equal(want) || err.Message != "no answer" || err.Remedy != RemedyNetwork {
		t.Errorf("after a temporary failure: %+v", err)
	}
	if !e.err.RetryAt.Equal(noon.Add(time.Hour)) {
		t.Error("the kept failure was changed")
	}
	e.err = &Error{Class: Quota, Message: "used up"}
	if err := e.floor(noon); err == nil || err.Class != Temporary || err.Message == "used up" {
		t.Errorf("after another failure: %+v", err)
	}
}

// A person waits three seconds at most between two rounds.
func TestAPersonsFloor(t *testing.T) {
	for _, tt := range []struct {
		before time.Duration // the last round began; 0: there was none
		pause  time.Duration
	}{
		{0, 0},
		{time.Second, 2 * time.Second},
		{personFloor, 0},
		{personFloor - 1, 1},
		{-time.Hour, personFloor}, // the clock was set back a little, or far
	} {
		k, e := ruled(8), withToken(time.Hour)
		e.account.ID = "1"
		if tt.before != 0 {
			e.lastRound = noon.Add(-tt.before)
		}
		k.entries["1"] = e
		k.cancel() // a round that starts ends at once
		n, err := k.next("1", Report{Stale: "t", Person: true})
		if err != nil || n.pause != tt.pause || (n.flight == nil) != (tt.pause > 0) {
			t.Errorf("%v after the last round: pause %v, flight %v, %v; want %v", tt.before, n.pause, n.flight != nil, err, tt.pause)
		}
		k.wg.Wait()
	}
}

func TestALifeThatUpstreamCannotGive(t *testing.T) {
	plain := Traits{Repeat: RepeatSame, Window: 300 * time.Second}
	anytime := Traits{Repeat: RepeatNewAllLive, Window: 300 * time.Second, Anytime: true}
	for _, tt := range []struct {
		name    string
		traits  Traits
		left    time.Duration
		longest time.Duration
		want    time.Duration // minTTL
		refused bool
	}{
		{"before the window", plain, 301 * time.Second, 0, 302 * time.Second, true},
		{"at the window", plain, 300 * time.Second, 0, 302 * time.Second, false},
		{"expired", plain, -1, 0, time.Hour, false},
		{"none", plain, 0, 0, time.Hour, false},
		{"at any time", anytime, time.Hour, 0, 2 * time.Hour, false},
		{"at any time, more than a life", anytime, time.Hour, 0, 2*time.Hour + 1, true},
		{"at any time, as long as they were when they came", anytime, time.Hour, 119 * time.Minute, 119 * time.Minute, false},
		{"at any time, longer than they were when they came", anytime, time.Hour, 119 * time.Minute, 2 * time.Hour, true},
		{"at any time, more than a life in the window", anytime, 300 * time.Second, 0, 3 * time.Hour, false},
	} {
		e := withToken(tt.left)
		e.longest = tt.longest
		err := e.tooLong(tt.traits, noon, tt.want)
		if (err != nil) != tt.refused {
			t.Errorf("%s: %v", tt.name, err)
		}
		if err != nil && (!err.RetryAt.Equal(noon.Add(tt.left-300*time.Second)) || err.Remedy != RemedyLifeTooLong || err.Class != Temporary) {
			t.Errorf("%s: %+v", tt.name, err)
		}
	}
}

func TestTheBudgetOfForce(t *testing.T) {
	traits := Traits{ForceBudget: 2, ForceGap: 30 * time.Second, Day: "+08:00"}
	for _, tt := range []struct {
		name string
		used int
		last time.Duration // before now; 0: never
		want Class
		next time.Time
	}{
		{"the first", 0, 0, "", time.Time{}},
		{"the last one", 1, time.Hour, "", time.Time{}},
		{"one too many", 2, time.Hour, Quota, time.Date(2026, 3, 4, 16, 0, 0, 0, time.UTC)},
		{"far too many", 3, 0, Quota, time.Date(2026, 3, 4, 16, 0, 0, 0, time.UTC)},
		{"too soon", 1, 30*time.Second - 1, Temporary, noon.Add(1)},
		{"at the end of the gap", 1, 30 * time.Second, "", time.Time{}},
		{"in the future, for the clock was set back", 1, -time.Second, "", time.Time{}},
		{"at this moment", 1, time.Nanosecond, Temporary, noon.Add(30*time.Second - 1)},
	} {
		var last time.Time
		if tt.last != 0 {
			last = noon.Add(-tt.last)
		}
		err := AsError(budget(traits, tt.used, last, noon))
		if classOf(err) != tt.want || err != nil && !err.RetryAt.Equal(tt.next) {
			t.Errorf("%s: %+v, want %s until %v", tt.name, err, tt.want, tt.next)
		}
	}
}

func TestWindowAndOverlapOfShortLives(t *testing.T) {
	traits := Traits{Repeat: RepeatSame, Window: 300 * time.Second, Overlap: 100 * time.Second}
	for _, tt := range []struct{ life, window, overlap time.Duration }{
		{2 * time.Hour, 300 * time.Second, 100 * time.Second},
		{300 * time.Second, 300 * time.Second, 100 * time.Second},
		{299 * time.Second, 299 * time.Second / 2, 100 * time.Second},
		{100 * time.Second, 50 * time.Second, 50 * time.Second},
	} {
		if w, o := traits.window(tt.life), traits.overlap(tt.life); w != tt.window || o != tt.overlap {
			t.Errorf("a life of %v: window %v, overlap %v; want %v, %v", tt.life, w, o, tt.window, tt.overlap)
		}
	}
	for _, again := range []Repeat{RepeatNewAllLive, RepeatNewTwoLive} {
		traits.Repeat = again
		if o := traits.overlap(time.Hour); o != time.Hour {
			t.Errorf("%s: overlap %v, want the whole life", again, o)
		}
	}
}

func TestTheBackoff(t *testing.T) {
	for _, tt := range []struct {
		fails int
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
	for fails, want := range map[int]lane{0: healthy, ailingAfter: healthy, ailingAfter + 1: ailing} {
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
	put := func(id ID, fails int, due time.Duration) {
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

// What the current token is after a grant.
func TestATokenAfterAGrant(t *testing.T) {
	traits := Traits{Repeat: RepeatSame, Window: 300 * time.Second, Overlap: 300 * time.Second, ForceBudget: 1}
	old := func(left time.Duration) Token { return *withToken(left).token.Load() }
	out := func(value string, left time.Duration) outcome {
		return outcome{grant: Grant{Value: value, ExpiresIn: left}, sent: noon.Add(-5 * time.Second), took: 5 * time.Second}
	}
	for _, tt := range []struct {
		name     string
		traits   Traits
		cur      Token
		out      outcome
		change   func(*outcome)
		obtained time.Duration // from noon
		expires  time.Duration
		life     time.Duration
		previous time.Duration // until when the old one may work; 0: none
	}{
		{name: "the first", traits: traits, cur: old(0), out: out("new", time.Hour), obtained: -5 * time.Second, expires: time.Hour - 5*time.Second, life: time.Hour},
		{name: "another", traits: traits, cur: old(time.Hour), out: out("new", time.Hour), obtained: -5 * time.Second, expires: time.Hour - 5*time.Second, life: time.Hour, previous: 295 * time.Second},
		{name: "another, the old one nearly at its end", traits: traits, cur: old(100 * time.Second), out: out("new", time.Hour), obtained: -5 * time.Second, expires: time.Hour - 5*time.Second, life: time.Hour, previous: 100 * time.Second},
		{name: "another, the old one expired", traits: traits, cur: old(-1), out: out("new", time.Hour), obtained: -5 * time.Second, expires: time.Hour - 5*time.Second, life: time.Hour},
		{name: "forced", traits: traits, cur: old(time.Hour), out: out("new", time.Hour), change: func(o *outcome) { o.forced = true }, obtained: -5 * time.Second, expires: time.Hour - 5*time.Second, life: time.Hour},
		{name: "forced where that is a fetch like any other", traits: Traits{Repeat: RepeatDestructive, Window: 300 * time.Second, Overlap: 300 * time.Second}, cur: old(time.Hour), out: out("new", time.Hour), change: func(o *outcome) { o.forced = true }, obtained: -5 * time.Second, expires: time.Hour - 5*time.Second, life: time.Hour, previous: 295 * time.Second},
		{name: "the old ones live on", traits: Traits{Repeat: RepeatNewAllLive, Window: 300 * time.Second}, cur: old(time.Hour), out: out("new", time.Hour), obtained: -5 * time.Second, expires: time.Hour - 5*time.Second, life: time.Hour, previous: time.Hour},
		{name: "the same", traits: traits, cur: old(time.Hour), out: out("t", 50*time.Minute), obtained: -time.Hour, expires: 50*time.Minute - 5*time.Second, life: 2 * time.Hour},
		{name: "the same with more life than it ever had", traits: traits, cur: old(time.Hour), out: out("t", 3*time.Hour), obtained: -time.Hour, expires: 3*time.Hour - 5*time.Second, life: 3 * time.Hour},
		{name: "the same, obtained in the future", traits: traits, cur: old(2*time.Hour + time.Minute), out: out("t", time.Hour), obtained: -5 * time.Second, expires: time.Hour - 5*time.Second, life: 2 * time.Hour},
		{name: "the clock went back a little meanwhile", traits: traits, cur: old(0), out: out("new", time.Hour), change: func(o *outcome) { o.sent = noon.Add(-4 * time.Second) }, obtained: -5 * time.Second, expires: time.Hour - 5*time.Second, life: time.Hour},
		{name: "the machine slept meanwhile", traits: traits, cur: old(0), out: out("new", time.Hour), change: func(o *outcome) { o.sent = noon.Add(-time.Minute) }, obtained: -time.Minute, expires: 59 * time.Minute, life: time.Hour},
	} {
		if tt.change != nil {
			tt.change(&tt.out)
		}
		got := tt.traits.succeed(tt.cur, tt.out, noon)
		if got.Value != tt.out.grant.Value || !got.ObtainedAt.Equal(noon.Add(tt.obtained)) || !got.ExpiresAt.Equal(noon.Add(tt.expires)) || got.Life != tt.life {
			t.Errorf("%s: obtained %v, expires %v, life %v; want %v, %v, %v", tt.name, got.ObtainedAt.Sub(noon), got.ExpiresAt.Sub(noon), got.Life, tt.obtained, tt.expires, tt.life)
		}
		if has := got.Previous.Value != ""; has != (tt.previous != 0) || has && (got.Previous.Value != "t" || !got.Previous.Until.Equal(noon.Add(tt.previous))) {
			t.Errorf("%s: the old one until %v, want %v", tt.name, got.Previous.Until.Sub(noon), tt.previous)
		}
	}
}

// Of failures in a row the history keeps the first, those that differ and, of the
// rest, ever fewer; and every one that somebody asked for.
func TestTheHistoryThinsOutFailures(t *testing.T) {
	e := withToken(time.Hour)
	token := *e.token.Load()
	fail := func(g goal, message, ip string) bool {
		e.fails++
		_, write := e.line(&flight{round: round{goal: g}}, outcome{err: &Error{Class: Temporary, Message: message, CallerIP: ip}}, token, token, noon)
		return write
	}
	var written []int
	for range 20 {
		if fail(renew, "no answer", "") {
			written = append(written, e.fails)
		}
	}
	if got := fmt.Sprint(written); got != "[1 2 4 8 16]" {
		t.Errorf("of twenty failures these are written: %s", got)
	}
	e.fails = 20
	if !fail(report, "no answer", "") || !fail(force, "no answer", "") {
		t.Error("a failure that somebody asked for is left out")
	}
	if !fail(renew, "no answer", "203.0.113.7") || fail(renew, "no answer", "203.0.113.7") || !fail(renew, "no answer", "203.0.113.8") || !fail(renew, "another", "203.0.113.8") {
		t.Error("a failure that differs is left out, or one that does not is written")
	}
	for _, tt := range []struct {
		g     goal
		out   outcome
		what  What
		write bool
	}{
		{renew, outcome{verdict: same}, DidKeep, false},
		{report, outcome{verdict: same}, DidKeep, true},
		{force, outcome{verdict: same, forced: true}, DidKeep, true},
		{report, outcome{verdict: accepted}, DidReport, true},
		{renew, outcome{verdict: granted}, DidRenew, true},
		{report, outcome{verdict: granted, forced: true}, DidForce, true},
	} {
		line, write := e.line(&flight{round: round{goal: tt.g}}, tt.out, token, token, noon)
		if line.What != tt.what || write != tt.write {
			t.Errorf("%v, %+v: %s, written %v", tt.g, tt.out, line.What, write)
		}
	}
	if !fail(renew, "another", "203.0.113.8") {
		t.Error("the first failure after a success is left out")
	}
	next := token
	next.Value, next.Previous = "new", Previous{Value: "t", Until: noon.Add(time.Minute)}
	for _, before := range []Token{token, next} {
		line, _ := e.line(&flight{}, outcome{verdict: granted}, next, before, noon)
		if replaced := before.Value != next.Value; line.PrevUntil.IsZero() == replaced {
			t.Errorf("a token was replaced: %v; the history says until %v", replaced, line.PrevUntil)
		}
	}
}
