package core

import (
	"context"
	"errors"
	"slices"
	"time"
)

// Usage asks upstream how much of the quotas of some API paths is used, when a
// person wants to know, and keeps the answer with the account. It needs a living
// token. The first path that fails ends it; the answer has those before.
func (k *Keeper) Usage(ctx context.Context, id ID, paths []string) ([]Usage, error) {
	k.mu.RLock()
	e := k.entries[id]
	if e == nil {
		k.mu.RUnlock()
		return nil, errNoAccount()
	}
	a, current := *e.account, *e.token.Load()
	k.mu.RUnlock()
	w := k.attempt(ctx, a, current)
	meter, ok := w.up.Source.(Meter)
	if _, known := k.traits(a); !known {
		return nil, errKind(a.Kind)
	}
	switch {
	case !ok:
		return nil, errNoMeter(a)
	case !current.Good(k.now(), 0):
		return nil, &Error{Class: Temporary, Remedy: RemedyTryAgain, Message: "there is no living token to ask with; get one first"}
	case !w.open() && a.Proxy != "": // without a proxy the question needs no secret
		return nil, w.out.err
	}
	var out []Usage
	var failed error
	for _, path := range paths {
		one, err := meter.Usage(ctx, w.req, current.Value, path)
		w.out.asked(err)
		if err != nil {
			failed = err
			break
		}
		one.Path, one.At = path, k.now()
		out = append(out, one)
	}
	k.measured(w, out, failed)
	if failed != nil {
		return out, AsError(failed).of(a.Kind)
	}
	return out, nil
}

// measured notes what upstream told of its quotas.
func (k *Keeper) measured(w *attempt, told []Usage, failed error) {
	var rec Record
	dead := errors.Is(failed, ErrDead)
	k.change(w.req.Account.ID, func(e *entry, now time.Time) {
		rec = k.countBeside(w.req.Account, w.out, now)
		if !k.sameToken(*e.account, w.req.Account) {
			return
		}
		if dead {
			e.condemn(w.current.Value, now)
		}
		for _, one := range told {
			k.usage[w.req.Account.ID] = append(slices.DeleteFunc(slices.Clone(k.usage[w.req.Account.ID]), func(u Usage) bool { return u.Path == one.Path }), one)
		}
	})
	k.record(w.req.Account.ID, rec, dead)
}

// ResetQuota resets upstream's counters of the day, which it allows a few times a
// month for all who share the AppID. Only a person asks for it. Calls that were
// refused because the quota was used up are tried again afterwards. Two resets of an
// account are at least 30 s apart, so that a second press of a button spends no
// other.
func (k *Keeper) ResetQuota(ctx context.Context, id ID) error {
	w, resetter, err := k.mayReset(ctx, id)
	if err != nil {
		return err
	}
	if !w.open() {
		return w.out.err
	}
	a := w.req.Account
	failed := resetter.ResetQuota(ctx, w.req)
	w.out.asked(failed)
	var rec Record
	k.change(id, func(e *entry, now time.Time) {
		rec = k.countBeside(a, w.out, now)
		if failed != nil {
			return
		}
		rec.Line = &Entry{At: now, What: DidReset, Calls: w.out.calls}
		delete(k.usage, id)
		if e.err != nil && e.err.Class == Quota && e.err.Remedy != RemedyBudget {
			e.forgive()
		}
	})
	k.record(id, rec, false)
	if failed != nil {
		return AsError(failed).of(a.Kind)
	}
	return nil
}

// mayReset books a reset of the account, or says why there can be none now. The source
// is read once: another one, which cannot reset, may replace it at any time.
func (k *Keeper) mayReset(ctx context.Context, id ID) (*attempt, Resetter, error) {
	now := k.lock()
	defer k.mu.Unlock()
	e := k.entries[id]
	if e == nil {
		return nil, nil, errNoAccount()
	}
	w := k.attempt(ctx, *e.account, Token{})
	resetter, able := w.up.Source.(Resetter)
	_, known := k.traits(*e.account)
	switch {
	case k.stopped:
		return nil, nil, ErrStopping()
	case !known:
		return nil, nil, errKind(e.account.Kind)
	case !able:
		return nil, nil, errNoMeter(*e.account)
	}
	if err := e.apart(k.resets[id], now); err != nil {
		return nil, nil, &Error{Class: Temporary, Remedy: RemedyTryAgain, RetryAt: err.RetryAt, Message: "the counters were to be reset a moment ago; see whether they were before another reset is spent"}
	}
	k.resets[id] = now
	return w, resetter, nil
}

func errNoMeter(a Account) *Error {
	return &Error{Class: Misuse, Remedy: RemedyNoMeter, Kind: a.Kind, Message: SaysNoMeter + "; see its console"}
}
