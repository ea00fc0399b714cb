package core

import (
	"testing"
	"time"
)

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
		f := &flight{round: round{goal: tt.goal, stale: tt.stale}, err: tt.err}
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
				if err := k.forbids(e, c.r, c.g, noon); err == nil || err.Message != ErrStopping().Message {
					t.Errorf("%+v, goal %v, after the end: %v", c.r, c.g, err)
				}
			}
		})
	}
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

// The history names the client and the token it was refused with only if there was
// such a report.
func TestWhichTokenSomebodyWasRefusedWith(t *testing.T) {
	for _, tt := range []struct {
		name  string
		round round
		want  string
	}{
		{"renewed by itself", round{goal: renew}, ""},
		{"renewed, whatever it was asked with", round{goal: renew, stale: "t"}, ""},
		{"reported", round{goal: report, stale: "t"}, "t"},
		{"reported by a person who watches", round{goal: report, stale: "t", person: true}, "t"},
		{"a person asks for another", round{goal: report, stale: "t", asked: true}, ""},
		{"a probe", round{goal: report, stale: "t", probe: true}, ""},
		{"forced", round{goal: force, stale: "t"}, "t"},
		{"forced by a person who names none", round{goal: force, stale: "t", asked: true}, "t"},
	} {
		if got := tt.round.failing(); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
