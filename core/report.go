package core

import (
	"context"
	"time"
)

// Report asks for another token than the current one.
type Report struct {
	// Stale is the token that failed. Empty means the current one.
	Stale string
	// Force asks for a new token although the current one may live.
	Force bool
	// Person is set when a person waits: what waits for a person is tried at once,
	// and the floor between rounds is 3 s.
	Person bool
	// Probe is set when the token is not known to fail: the account was edited, and
	// the report shows whether it works.
	Probe bool
	// Failing is set when a person says that the current token fails, and does not name
	// it. Without it a person asks for another one and says nothing of this one.
	Failing bool

	asked bool // see round
}

// Answer is the result of a Report.
type Answer struct {
	Token Token
	// Same: Token is the very token that was reported.
	Same bool
	// StillValid: upstream accepts it, too.
	StillValid bool
}

// reported is how the last report of a token ended. Everybody who reports the same
// token within the floor gets the same answer.
type reported struct {
	stale string
	at    time.Time
	still bool // valid
	err   *Error
}

// Refresh serves a report by compare-and-swap: when the reported token is no longer
// the current one, the caller gets the current one and nothing is fetched. Else one
// round runs for all who report that token, and all get its answer. The first report
// of a token is served at once, even if the token is new. Errors are those of Get,
// and Temporary when another token of the account was reported in the last 30 s.
func (k *Keeper) Refresh(ctx context.Context, id ID, r Report) (Answer, error) {
	r.asked = r.Stale == "" && r.Person && !r.Failing
	if r.Stale == "" {
		t, ok := k.Token(id)
		if !ok {
			return Answer{}, errNoAccount()
		}
		r.Stale = t.Value
	}
	out, err := k.serve(ctx, id, r)
	out.Same = err == nil && out.Token.Value == r.Stale
	return out, err
}

// serve serves a report of a token that is named.
func (k *Keeper) serve(ctx context.Context, id ID, r Report) (Answer, error) {
	for {
		n, err := k.next(id, r)
		switch {
		case err != nil:
			return Answer{}, err
		case n.answer != nil:
			return *n.answer, nil
		case n.get:
			t, err := k.Get(ctx, id, 0)
			return Answer{Token: t}, err
		case n.pause > 0:
			if err := sleep(ctx, n.pause); err != nil {
				return Answer{}, err
			}
			continue
		}
		if err := n.flight.wait(ctx); err != nil {
			return Answer{}, err
		}
		if n.flight.obsolete || !r.answeredBy(n.flight) {
			continue
		}
		if n.flight.err != nil {
			return Answer{}, n.flight.err
		}
		return n.flight.answer, nil
	}
}

// answeredBy reports whether the end of a flight answers the report.
func (r Report) answeredBy(f *flight) bool {
	switch f.goal {
	case force:
		return r.Force && f.stale == r.Stale
	case report:
		return !r.Force && f.stale == r.Stale
	}
	return !r.Force && f.err != nil // a successful renewal answers by its token, see next
}

// next says how to serve a report. One of its fields is set.
type next struct {
	answer *Answer
	flight *flight       // its end may answer
	pause  time.Duration // how long a person waits before the next try
	get    bool          // Get has a token
}

// next finds out how to serve a report; it starts a round if one is needed.
func (k *Keeper) next(id ID, r Report) (next, error) {
	now := k.lock()
	defer k.mu.Unlock()
	e := k.entries[id]
	if e == nil {
		return next{}, errNoAccount()
	}
	cur := *e.token.Load()
	switch {
	case cur.Value != r.Stale && cur.Good(now, 0):
		return next{answer: &Answer{Token: cur}}, nil
	case cur.Value != r.Stale:
		return next{get: true}, nil
	case e.flight != nil:
		return next{flight: e.flight}, nil
	}
	goal := r.goal(e, cur, now)
	if goal == renew && !r.Person {
		return next{get: true}, nil
	}
	if goal == report && !r.Person && e.report.covers(r, now) {
		if e.report.err != nil {
			return next{}, e.report.err
		}
		return next{answer: &Answer{Token: cur, StillValid: e.report.still}}, nil
	}
	if err := k.forbids(e, r, goal, now); err != nil {
		return next{}, err
	}
	if r.Person {
		if wait := e.lastRound.Add(personFloor).Sub(now); !e.lastRound.IsZero() && wait > 0 {
			return next{pause: min(wait, personFloor)}, nil
		}
	}
	return next{flight: k.start(e, round{goal: goal, stale: r.Stale, asked: r.asked, person: r.Person, probe: r.Probe}, now)}, nil
}

// goal is the kind of round that a report needs.
func (r Report) goal(e *entry, cur Token, now time.Time) goal {
	dead := cur.Value != "" && cur.Value == e.dead
	switch {
	case r.Force:
		return force
	case dead:
		return report
	case !cur.Good(now, 0): // there is none, or it expired
		return renew
	case r.Person && e.err != nil: // Try again
		return renew
	}
	return report
}

// covers reports whether the last report answers this one too.
func (last *reported) covers(r Report, now time.Time) bool {
	return last != nil && last.stale == r.Stale && now.Before(last.at.Add(autoFloor))
}

// forbids is why a report's round may not start now; nil when it may.
func (k *Keeper) forbids(e *entry, r Report, g goal, now time.Time) *Error {
	_, known := k.traits(*e.account)
	switch {
	case k.stopped:
		return ErrStopping()
	case !known:
		return errKind(e.account.Kind)
	case g.fetches(k.checks(*e.account)) && !k.mayRound(*e.account):
		return k.errLive(*e.account)
	case r.Person:
		return nil
	case e.blocked(now) != nil:
		return e.err
	case k.left(e, now) == 0:
		return k.errBudget(*e.account, now)
	case g == report:
		return e.reportFloor(now)
	}
	return e.floor(now)
}

// fetches reports whether a round with this goal asks for a token whatever upstream
// says about the current one, without a person's force. checks says that upstream
// can be asked about a token.
func (g goal) fetches(checks bool) bool { return g == renew || g == report && !checks }

// floor refuses an automatic round too soon after the last round.
func (e *entry) floor(now time.Time) *Error { return e.apart(e.lastRound, now) }

// reportFloor refuses a report that comes too soon after the last one, of any token:
// it slows down a client that calls every token stale. A renewal does not delay a
// report, because a token may be dead from its first second.
func (e *entry) reportFloor(now time.Time) *Error {
	if e.report == nil {
		return nil
	}
	return e.apart(e.report.at, now)
}

// apart refuses what comes less than autoFloor after last.
func (e *entry) apart(last, now time.Time) *Error {
	next := last.Add(autoFloor)
	if last.IsZero() || !now.Before(next) {
		return nil
	}
	out := Error{Class: Temporary, Remedy: RemedyTryAgain, Message: "asked a moment ago; try again shortly"}
	if e.err != nil && e.err.Class == Temporary {
		out = *e.err
	}
	out.RetryAt = next
	return &out
}
