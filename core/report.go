package core

import (
	"context"
	"errors"
	"time"
)

// Report is a request for another token than the current one.
type Report struct {
	// Stale is the token that failed. Empty means the current one.
	Stale string
	// Force asks for a new token although the current one may live.
	Force bool
	// Person is set when somebody waits: what waits for a person is tried at
	// once, and the floor between rounds is 3 s.
	Person bool
}

// Answer is what a Report led to.
type Answer struct {
	Token Token
	// StillValid: upstream accepts the very token that was reported.
	StillValid bool
}

// Refresh serves a report by compare-and-swap: when the reported token is no
// longer the current one, the caller gets the current one and nothing is
// fetched. Else one round runs for all who report that token, and all get its
// answer. The first report of a token is served at once, however young the token
// is. Errors are those of Get, and Temporary when another token of the account
// was reported in the last 30 s.
func (k *Keeper) Refresh(ctx context.Context, id ID, r Report) (Answer, error) {
	if r.Stale == "" {
		t, ok := k.Token(id)
		if !ok {
			return Answer{}, errNoAccount()
		}
		r.Stale = t.Value
	}
	for {
		f, answer, err := k.join(id, r)
		var wait *tooSoon
		switch {
		case errors.As(err, &wait):
			if err := sleep(ctx, wait.d); err != nil {
				return Answer{}, err
			}
			continue
		case err != nil:
			return Answer{}, err
		case f == nil && answer.Token.Value == "":
			t, err := k.Get(ctx, id, 0)
			return Answer{Token: t}, err
		case f == nil:
			return answer, nil
		}
		if err := f.wait(ctx); err != nil {
			return Answer{}, err
		}
		if f.obsolete || !r.wants(f) {
			continue
		}
		if f.err != nil {
			return Answer{}, f.err
		}
		return f.answer, nil
	}
}

// wants reports whether the flight's answer is an answer to r.
func (r Report) wants(f *flight) bool {
	switch f.goal {
	case force:
		return r.Force && f.stale == r.Stale
	case report:
		return !r.Force && f.stale == r.Stale
	}
	return !r.Force && f.err != nil // a renewal under way answers by its token, see join
}

// tooSoon asks the caller, a person, to wait a little.
type tooSoon struct{ d time.Duration }

func (*tooSoon) Error() string { return "too soon" }

// join finds the answer to a report, or the flight to wait for; it starts one
// where needed. Neither means that a token is to be had by Get.
func (k *Keeper) join(id ID, r Report) (*flight, Answer, error) {
	now := k.lock()
	defer k.mu.Unlock()
	e := k.entries[id]
	if e == nil {
		return nil, Answer{}, errNoAccount()
	}
	cur := *e.token.Load()
	if cur.Value != r.Stale {
		if cur.Good(now, 0) {
			return nil, Answer{Token: cur}, nil
		}
		return nil, Answer{}, nil
	}
	if e.flight != nil {
		return e.flight, Answer{}, nil
	}
	goal := r.goal(e, cur, now)
	if goal == renew && !r.Person {
		return nil, Answer{}, nil
	}
	if last := e.report; goal == report && !r.Person && last != nil && last.stale == r.Stale && now.Before(last.at.Add(autoFloor)) {
		if last.err != nil {
			return nil, Answer{}, last.err
		}
		return nil, Answer{Token: cur, StillValid: last.answer.StillValid}, nil
	}
	if err := k.forbids(e, r, goal, now); err != nil {
		return nil, Answer{}, err
	}
	return k.start(e, round{goal, r.Stale}, now), Answer{}, nil
}

// goal is what kind of round a report needs.
func (r Report) goal(e *entry, cur Token, now time.Time) goal {
	switch {
	case r.Force:
		return force
	case cur.Value == "" || !cur.Good(now, 0) && e.dead != cur.Value, r.Person && e.err != nil && e.dead != cur.Value:
		return renew
	}
	return report
}

// forbids is why the round may not start now.
func (k *Keeper) forbids(e *entry, r Report, goal goal, now time.Time) error {
	switch _, known := k.traits(e.account); {
	case k.stopped:
		return k.refusal(e, now, 0)
	case !known:
		return errKind(e.account.Kind)
	case (goal == renew || goal == report && !k.checks(e.account)) && !k.Live(e.account):
		return k.errLive(e.account)
	}
	if r.Person {
		if next := e.lastRound.Add(personFloor); !e.lastRound.IsZero() && now.Before(next) {
			return &tooSoon{min(next.Sub(now), personFloor)}
		}
		return nil
	}
	if e.err != nil && e.err.Class != Temporary && (e.err.Class.waits() || e.err.Class == VaultClosed || now.Before(e.notBefore)) {
		return e.err
	}
	floor := e.floor
	if goal == report {
		floor = e.reportFloor
	}
	if err := floor(now); err != nil {
		return err
	}
	return nil
}

// Check asks upstream whether the current token is accepted from here: nil,
// ErrDead in the chain, or another *Error. A token that upstream calls dead
// counts as expired from then on.
func (k *Keeper) Check(ctx context.Context, id ID) error {
	k.mu.RLock()
	e := k.entries[id]
	if e == nil {
		k.mu.RUnlock()
		return errNoAccount()
	}
	a, current := e.account, *e.token.Load()
	k.mu.RUnlock()
	if _, known := k.traits(a); !known {
		return errKind(a.Kind)
	}
	if current.Value == "" {
		return &Error{Class: Temporary, Remedy: RemedyTryAgain, Message: "there is no token to check yet; get one first"}
	}
	w := k.attempt(ctx, a, current)
	checker := w.checker()
	if checker == nil {
		return errNoCheck()
	}
	if !w.open() && a.Proxy != "" { // without a proxy a check needs no secret
		return w.out.err
	}
	w.check(checker)
	k.checked(w)
	switch {
	case w.out.verdict == dead:
		refused := w.out.err
		return &Error{
			Class: Temporary, Remedy: RemedyTryAgain, Err: ErrDead,
			Code: refused.Code, Upstream: refused.Upstream, RID: refused.RID,
			Message: "upstream no longer accepts the token; get another with tokentray refresh",
		}
	case w.out.err != nil:
		return w.out.err
	}
	return nil
}

// checked notes what a check beside the rounds found out.
func (k *Keeper) checked(w *attempt) {
	id := w.req.Account.ID
	var rec Record
	k.change(id, func(e *entry, now time.Time) {
		rec = k.count(e, w.out, now)
		if t := *e.token.Load(); w.out.verdict == accepted && t.Value == w.current.Value {
			e.revive(&t)
			e.token.Store(&t)
		}
	})
	k.record(id, rec, w.out.verdict == dead)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// Test asks upstream once with an account and credentials that need not be
// kept, and keeps nothing. A source whose fetch would kill a token is asked
// through its harmless probe; one that has none is not asked for a live account
// without its owner's consent: Misuse. Two tests of one upstream lie 3 s apart;
// Test waits that long.
func (k *Keeper) Test(ctx context.Context, a Account, c Credentials) (Grant, error) {
	up, ok := k.cfg.Upstreams[a.Kind]
	if !ok {
		return Grant{}, errKind(a.Kind)
	}
	k.mu.RLock()
	stopped := k.stopped
	k.mu.RUnlock()
	if stopped {
		return Grant{}, errStopping()
	}
	source := up.Source
	if up.Probe != nil {
		source = up.Probe
	} else if !k.Live(a) {
		return Grant{}, k.errLive(a)
	}
	if err := sleep(ctx, k.testGap(a)); err != nil {
		return Grant{}, err
	}
	grant, err := source.Fetch(ctx, Request{Account: a, Credentials: c})
	if up.Probe == nil { // a probe is another call, which upstream counts apart
		k.countTest(a)
	}
	if err != nil {
		return Grant{}, AsError(err)
	}
	return grant, nil
}

// countTest adds a test's call to those of its account, if it is one that is kept
// and asks upstream as that does.
func (k *Keeper) countTest(a Account) {
	var rec Record
	k.change(a.ID, func(e *entry, now time.Time) {
		if k.sameToken(e.account, a) {
			rec = k.count(e, outcome{calls: 1}, now)
		}
	})
	k.record(a.ID, rec, false)
}

// testGap books the next test of the account's upstream and returns how long to
// wait for it.
func (k *Keeper) testGap(a Account) time.Duration {
	now := k.lock()
	defer k.mu.Unlock()
	for upstream, at := range k.tests {
		if now.Sub(at) > personFloor {
			delete(k.tests, upstream)
		}
	}
	upstream := k.TokenID(a)
	at := now
	if last, ok := k.tests[upstream]; ok {
		at = later(now, last.Add(personFloor))
	}
	k.tests[upstream] = at
	return at.Sub(now)
}

// sleep waits for d, as long as ctx lasts.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return AsError(ctx.Err())
	}
}
