package core

import (
	"fmt"
	"testing"
	"time"
)

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
		{"in the future, because the clock was set back", 1, -time.Second, "", time.Time{}},
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
		if tt.want == Temporary && err.Remedy != RemedyForceGap {
			t.Errorf("%s: %s says nothing of the reason", tt.name, err.Remedy)
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

// The history keeps the first of successive failures, those that differ and ever fewer
// of the rest. It keeps every failure that a person caused.
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
			written = append(written, int(e.fails))
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
		if asked, _ := e.line(&flight{round: round{goal: tt.g, asked: true}}, tt.out, token, token, noon); (asked.What == tt.what) == (tt.what == DidReport) {
			t.Errorf("%v, %+v, because a person asked: %s", tt.g, tt.out, asked.What)
		}
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

// Good is the one judge of a token.
func TestWhenATokenIsGood(t *testing.T) {
	good := Token{Value: "t", ObtainedAt: noon.Add(-time.Hour), ExpiresAt: noon.Add(time.Hour)}
	for name, tt := range map[string]struct {
		change func(*Token)
		life   time.Duration
		want   bool
	}{
		"living":                    {func(*Token) {}, 0, true},
		"as long as it lives":       {func(*Token) {}, time.Hour, true},
		"longer than it lives":      {func(*Token) {}, time.Hour + 1, false},
		"none":                      {func(t *Token) { t.Value = "" }, 0, false},
		"dead":                      {func(t *Token) { t.Dead = true }, 0, false},
		"expired now":               {func(t *Token) { t.ExpiresAt = noon }, 0, false},
		"expired":                   {func(t *Token) { t.ExpiresAt = noon.Add(-1) }, -time.Hour, false},
		"at its last moment":        {func(t *Token) { t.ExpiresAt = noon.Add(1) }, 0, true},
		"from the future":           {func(t *Token) { t.ObtainedAt = noon.Add(clockTolerance + 1) }, 0, false},
		"of a clock a little ahead": {func(t *Token) { t.ObtainedAt = noon.Add(clockTolerance) }, 0, true},
	} {
		token := good
		tt.change(&token)
		if got := token.Good(noon, tt.life); got != tt.want {
			t.Errorf("%s: good %v", name, got)
		}
	}
}

// Only what is tried again by itself counts as a failure in a row: the others have
// their own time.
func TestWhatCountsAsAFailureInARow(t *testing.T) {
	for c, want := range map[Class]int32{Temporary: 1, Internal: 1, Whitelist: 0, Confirm: 0, Quota: 0, BadSecret: 0, VaultClosed: 0} {
		k, e := ruled(8), withToken(time.Hour)
		k.learn(e, outcome{verdict: failed, err: &Error{Class: c}}, renew, noon)
		if e.fails != want || classOf(e.err) != c {
			t.Errorf("%s: %d failures, kept %v", c, e.fails, e.err)
		}
		k.learn(e, outcome{verdict: granted, grant: Grant{Value: "t", ExpiresIn: 1}}, renew, noon)
		if e.fails != 0 || e.err != nil || !e.notBefore.IsZero() {
			t.Errorf("%s, then a token: %d failures, kept %v until %v", c, e.fails, e.err, e.notBefore)
		}
	}
}

// A token that upstream accepts after all is dead no more. What failed because it
// was is forgotten; what has another reason stays.
func TestATokenIsAcceptedAfterAll(t *testing.T) {
	for _, tt := range []struct {
		name string
		dead bool
		kept Class
		want Class
	}{
		{"dead, nothing failed", true, "", ""},
		{"dead, and asked in vain", true, Temporary, ""},
		{"dead, and the quota is used up", true, Quota, Quota},
		{"not dead", false, Temporary, Temporary},
	} {
		e := withToken(time.Hour)
		token := *e.token.Load()
		if tt.dead {
			e.dead, token.Dead = token.Value, true
		}
		if tt.kept != "" {
			e.err, e.fails, e.notBefore = &Error{Class: tt.kept}, 3, noon
		}
		e.revive(&token)
		if token.Dead || e.dead != "" || classOf(e.err) != tt.want || (e.fails == 0) != (tt.want == "") || e.notBefore.IsZero() != (tt.want == "") {
			t.Errorf("%s: dead %v, kept %v, %d failures", tt.name, token.Dead, e.err, e.fails)
		}
	}
}

// The history tells the remedy of a failure that is kept as the renewal's, and of no
// other.
func TestTheHistoryTellsTheRemedyOfARenewal(t *testing.T) {
	kept := &Error{Class: Whitelist, Message: "not in the whitelist", Remedy: "whitelist", RetryAt: noon.Add(time.Minute)}
	for _, tt := range []struct {
		name string
		err  *Error
		kept *Error
		want string
	}{
		{"the failure that is kept", &Error{Class: Whitelist, Message: "not in the whitelist"}, kept, "whitelist"},
		{"another class", &Error{Class: Temporary, Message: "not in the whitelist"}, kept, ""},
		{"another message", &Error{Class: Whitelist, Message: "refused"}, kept, ""},
		{"none is kept", &Error{Class: Whitelist, Message: "not in the whitelist"}, nil, ""},
	} {
		e := withToken(time.Hour)
		e.err = tt.kept
		token := *e.token.Load()
		line, _ := e.line(&flight{round: round{goal: report}}, outcome{err: tt.err}, token, token, noon)
		if line.What != DidFail || line.Remedy != tt.want || line.RetryAt.IsZero() != (tt.want == "") {
			t.Errorf("%s: %+v, want the remedy %q", tt.name, line, tt.want)
		}
	}
}

func TestWhatCanBeAnUpstreamsCode(t *testing.T) {
	for text, want := range map[string]bool{
		"0": true, "-1": true, "40001": true, "123456789": true, "-123456789": true,
		"": false, "-": false, "--1": false, "1234567890": false, "4x1": false, "40 01": false,
		"abc": true, "azAZ": true, "invalid_grant": true, "InvalidParameter.Value": true, "Z__": true, "zzz": true, "AAA": true,
		"ab": false, "_ab": false, ".ab": false, "1ab": false, "ab1": false, "ab-c": false, "ab c": false, "äbc": false, "abö": false,
		"a[b": false, "a`b": false, "a@b": false, "a{b": false, "[ab": false, "`ab": false, "@ab": false, "{ab": false,
		"abcdefghijabcdefghijabcdefghijabcdefghij": true, "abcdefghijabcdefghijabcdefghijabcdefghijk": false,
	} {
		if got := IsUpstreamCode(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// No more is insisted on than an upstream gives that has no other token before the end.
func TestTheLifeThatACallerCanHave(t *testing.T) {
	toTheEnd := Traits{Repeat: RepeatSame, Window: time.Second}
	for _, tt := range []struct {
		traits    Traits
		ask, want time.Duration
	}{
		{toTheEnd, DefaultMinTTL, time.Second},
		{toTheEnd, time.Second / 2, time.Second / 2},
		{toTheEnd, DefaultMinTTL + time.Second, DefaultMinTTL + time.Second},
		{Traits{Repeat: RepeatSame, Window: personFloor}, DefaultMinTTL, DefaultMinTTL},
		{Traits{Repeat: RepeatSame, Window: personFloor - 1}, DefaultMinTTL, personFloor - 1},
		{Traits{Repeat: RepeatDestructive, Window: time.Second}, DefaultMinTTL, DefaultMinTTL},
	} {
		if got := tt.traits.atHand(tt.ask); got != tt.want {
			t.Errorf("%+v, asked for %v: %v, want %v", tt.traits, tt.ask, got, tt.want)
		}
	}
}
