package core

import "time"

// verdict is what a round found out about an account's token.
type verdict int

const (
	// failed: no answer came, or upstream refused. Nothing is known of the token.
	failed verdict = iota
	// granted: another token came.
	granted
	// same: the same token came back. Nobody asked whether upstream accepts it.
	same
	// accepted: upstream accepts this very token.
	accepted
	// dead: upstream refuses this token, and no other came.
	dead
	// unknown: whether upstream accepts the token was asked and not answered.
	unknown
)

// outcome is the result of a round.
type outcome struct {
	verdict verdict
	grant   Grant         // of granted and same; of accepted if a token was asked for too
	err     *Error        // why there is no token, for failed, dead and unknown
	sent    time.Time     // wall time before the fetch that brought the grant
	back    time.Duration // Keeper.setBack at that time
	took    time.Duration // since then
	calls   int
	forced  bool   // a new token was forced, or a force was tried
	spent   bool   // a forced fetch was counted
	by      string // who of a team fetched the grant, where it was not this machine
}

// effect is what a verdict means for the renewal of the account.
type effect int

const (
	// untouched: it says nothing of renewal.
	untouched effect = iota
	// works: renewal works; earlier failures are forgotten.
	works
	// broken: renewal fails, and the next try is planned.
	broken
	// maybeBroken: the round failed, but was not a renewal. It counts if the token
	// at hand is not good, so that one is wanted, or if only a person can help, so
	// that a renewal would fail too.
	maybeBroken
)

// effect is what a round's verdict means for the renewal of the account:
//
//	         granted  same   accepted     dead       unknown    failed
//	renew    works    works  works        broken     untouched  broken
//	report   works    works  works *      broken     untouched  maybe broken
//	force    works    works  works        broken     untouched  maybe broken **
//	check    -        -      untouched    untouched  untouched  untouched
//
//	*  untouched when nothing was fetched
//	** untouched when nobody was asked because the day's budget is used up
func (o outcome) effect(g goal) effect {
	switch {
	case g == check, o.verdict == unknown, o.verdict == accepted && o.grant.Value == "":
		return untouched
	case o.err == nil:
		return works
	case g == force && o.calls == 0:
		return untouched
	case g == renew, o.verdict == dead:
		return broken
	}
	return maybeBroken
}

// accept makes an outcome the entry's state and returns the current token. The
// lock is held.
func (k *Keeper) accept(e *entry, f *flight, out *outcome, now time.Time) Token {
	traits, _ := k.traits(*e.account)
	if g := out.grant.Value; out.err == nil && out.verdict != accepted && g != "" && g == e.dead {
		out.verdict, out.err = dead, errStillDead(*out, traits)
	}
	cur := *e.token.Load()
	if out.verdict == accepted {
		e.revive(&cur)
	}
	if out.err == nil && out.grant.Value != "" {
		out.sent = out.sent.Add(k.setBack - out.back)
		if out.grant.Value != cur.Value {
			e.check = nil // it was about another token
		}
		cur = traits.succeed(cur, *out, now)
		e.longest = cur.Remaining(now)
	}
	e.token.Store(&cur)
	k.learn(e, *out, f.goal, now)

	f.err = out.err
	f.answer = Answer{Token: cur, StillValid: out.verdict == accepted}
	if f.goal == report {
		e.report = &reported{f.stale, now, f.answer.StillValid, f.err}
	}
	return cur
}

// learn applies what a round says about renewal to the entry. The lock is held.
func (k *Keeper) learn(e *entry, out outcome, g goal, now time.Time) {
	switch out.effect(g) {
	case untouched:
		return
	case works:
		e.err, e.errBefore, e.fails, e.notBefore = nil, nil, 0, time.Time{}
		return
	case maybeBroken:
		if e.token.Load().Good(now, 0) && !out.err.Class.waits() {
			return
		}
	}
	if out.err.Class == Temporary || out.err.Class == Internal {
		e.fails++
	}
	e.err = out.err
	e.notBefore = k.retryAt(e, out.err, now)
	if out.forced { // a limit of forced fetches says nothing about asking without force
		e.notBefore = e.lastRound.Add(autoFloor)
	}
	if e.err.RetryAt.IsZero() && !e.err.Class.waits() && e.err.Class != VaultClosed {
		err := *out.err
		err.RetryAt = e.notBefore
		e.err = &err
	}
}

// condemn marks the account's token as refused by upstream, if it is still the
// current one: it counts as expired from now on.
func (e *entry) condemn(value string, now time.Time) {
	t := *e.token.Load()
	if t.Value != value {
		return
	}
	t.Dead, t.ExpiresAt = true, earlier(t.ExpiresAt, now)
	e.token.Store(&t)
	e.dead, e.report, e.unsaved = value, nil, true
}

// revive takes back the verdict on a token that upstream accepts after all. Its
// remaining life is no longer known; asking again tells it. Failures that came from
// the verdict no longer delay that.
func (e *entry) revive(t *Token) {
	if t.Value != e.dead {
		return
	}
	e.dead, t.Dead = "", false
	if e.err != nil && e.err.Class == Temporary {
		e.err, e.fails, e.notBefore = nil, 0, time.Time{}
	}
}

// succeed is the current token after a grant.
func (t Traits) succeed(cur Token, out outcome, now time.Time) Token {
	// The life counts from before the call. If the clock was set back meanwhile, or
	// the machine slept, the earlier of two readings counts.
	sent := out.sent
	if s := now.Add(-out.took); s.Before(sent) {
		sent = s
	}
	g := out.grant
	if g.Value == cur.Value {
		cur.ExpiresAt = sent.Add(g.ExpiresIn)
		cur.Life = max(cur.Life, g.ExpiresIn)
		if cur.ObtainedAt.After(sent) {
			cur.ObtainedAt = sent
		}
		return cur
	}
	next := Token{Value: g.Value, ObtainedAt: sent, ExpiresAt: sent.Add(g.ExpiresIn), Life: g.ExpiresIn}
	if cur.Good(now, 0) && !(out.forced && t.ForceBudget > 0) {
		until := sent.Add(t.overlap(cur.Life))
		if cur.ExpiresAt.Before(until) {
			until = cur.ExpiresAt
		}
		next.Previous = Previous{Value: cur.Value, Until: until}
	}
	return next
}

func errStillDead(out outcome, t Traits) *Error {
	return &Error{
		Class: Temporary, Remedy: RemedyTryAgain, RetryAt: out.sent.Add(out.grant.ExpiresIn - t.window(out.grant.ExpiresIn)),
		Message: "upstream hands out the very token that it refuses; report it again with tokentray refresh",
	}
}

func errNoGrant() *Error {
	return &Error{Class: Temporary, Remedy: RemedyAnswer, Message: "upstream's answer holds no token that lives; it is asked again by itself"}
}
