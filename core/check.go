package core

import (
	"context"
	"time"
)

// Check asks upstream whether the current token is accepted from here: nil,
// ErrDead in the chain, or another *Error. A token that upstream calls dead
// counts as expired from then on. It may run beside a round.
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
		return &Error{Class: Misuse, Remedy: RemedyTryAgain, Message: "this kind cannot check a token; force a new one"}
	}
	if !w.open() && a.Proxy != "" { // without a proxy a check needs no secret
		return w.out.err
	}
	w.check(checker)
	k.checked(w)
	if w.out.verdict == dead {
		refused := w.out.err
		return &Error{
			Class: Temporary, Remedy: RemedyTryAgain, Err: ErrDead,
			Code: refused.Code, Upstream: refused.Upstream, RID: refused.RID,
			Message: "upstream no longer accepts the token; get another with tokentray refresh",
		}
	}
	if w.out.err != nil {
		return w.out.err
	}
	return nil
}

// checked notes what a check beside the rounds found out.
func (k *Keeper) checked(w *attempt) {
	id := w.req.Account.ID
	var rec Record
	k.change(id, func(e *entry, now time.Time) {
		rec = k.count(w.req.Account, w.out, now)
		if t := *e.token.Load(); w.out.verdict == accepted && t.Value == w.current.Value {
			e.revive(&t)
			e.token.Store(&t)
		}
	})
	k.record(id, rec, w.out.verdict == dead)
}

// Test asks upstream once with an account and credentials that need not be
// kept, and keeps nothing. A source whose fetch would kill a token is asked
// through its harmless probe; one that has none is not asked for a live account
// without its owner's consent: Misuse. Two tests of one upstream lie 3 s apart;
// Test waits that long.
func (k *Keeper) Test(ctx context.Context, a Account, c Credentials) (Grant, error) {
	up := k.upstream(a.Kind)
	if up.Source == nil {
		return Grant{}, errKind(a.Kind)
	}
	k.mu.RLock()
	stopped := k.stopped
	k.mu.RUnlock()
	if stopped {
		return Grant{}, ErrStopping()
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
	if e := AsError(err); up.Probe == nil && (e == nil || !e.Unsent) { // a probe is another call, which upstream counts apart
		k.countTest(a)
	}
	if err != nil {
		return Grant{}, AsError(err)
	}
	return grant, nil
}

// testGap books the next test of the account's upstream and returns how long to
// wait for it.
func (k *Keeper) testGap(a Account) time.Duration {
	now := k.lock()
	defer k.mu.Unlock()
	for token, at := range k.tests {
		if now.Sub(at) > personFloor {
			delete(k.tests, token)
		}
	}
	token, at := k.TokenID(a), now
	if last, ok := k.tests[token]; ok {
		at = later(now, last.Add(personFloor))
	}
	k.tests[token] = at
	return at.Sub(now)
}
