package core

import "time"

// Twins are accounts that ask for the same token, see TokenID: two names for one, say,
// or one AppID that is kept for the sandbox and for live. One round serves them all:
// what it brought goes to each, and while it is under way the others wait for it.
//
// A token goes to no account of which something waits for a person, such as a secret
// that was entered for another host, and to none that trusts other certificates.

// twins are the others that may have an entry's token, and it theirs. The lock is held.
func (k *Keeper) twins(e *entry) []*entry {
	if e.tally.accounts < 2 || !k.shares(e) {
		return nil
	}
	var out []*entry
	for _, other := range k.entries {
		if other != e && other.tally == e.tally && other.account.CA == e.account.CA && k.shares(other) {
			out = append(out, other)
		}
	}
	return out
}

// shares reports whether an account may have a token that came for another one.
func (k *Keeper) shares(e *entry) bool {
	return k.Live(e.account) && (e.err == nil || !e.err.Class.waits())
}

// takeOver gives an entry the token of a twin that lives longer than its own, and
// reports whether there is one that is good for minTTL. The lock is held.
func (k *Keeper) takeOver(e *entry, now time.Time, minTTL time.Duration) bool {
	for _, twin := range k.twins(e) {
		own, t := e.token.Load(), *twin.token.Load()
		if t.Good(now, minTTL) && t.Value != e.dead && t.ExpiresAt.After(own.ExpiresAt) {
			k.hand(e, t, now)
			return true
		}
	}
	return false
}

// twinFlight is the round of a twin that may bring a token, nil when there is none.
// The lock is held.
func (k *Keeper) twinFlight(e *entry) *flight {
	for _, twin := range k.twins(e) {
		if f := twin.flight; f != nil && f.goal != check && !f.obsolete {
			return f
		}
	}
	return nil
}

// spread gives what a round brought to the twins. The lock is held.
func (k *Keeper) spread(e *entry, now time.Time) {
	t := *e.token.Load()
	if !t.Good(now, 0) {
		return
	}
	for _, twin := range k.twins(e) {
		own := twin.token.Load()
		has := own.Value == t.Value && own.ExpiresAt.Equal(t.ExpiresAt)
		if !has && twin.flight == nil && t.Value != twin.dead { // one that asks ends by itself
			k.hand(twin, t, now)
			k.publish(twin)
		}
	}
}

// release plans those anew that waited for a round, whatever became of it and of its
// account, which was asked. The lock is held.
func (k *Keeper) release(asked Account, now time.Time) {
	t := k.tallyOf(asked)
	if t.accounts == 0 || t.accounts == 1 && k.entries[asked.ID] != nil {
		return
	}
	for _, other := range k.entries {
		if other.tally == t && other.flight == nil {
			k.replan(other, now)
		}
	}
}

// hand makes a twin's token the entry's. It is kept, and whoever wants to know is
// told, in the background. The lock is held.
func (k *Keeper) hand(e *entry, t Token, now time.Time) {
	another := e.token.Load().Value != t.Value
	e.token.Store(&t)
	e.longest, e.unsaved = t.Remaining(now), true
	e.err, e.errBefore, e.fails, e.notBefore, e.noted = nil, nil, 0, time.Time{}, ""
	if another {
		e.check, e.report = nil, nil
	}
	k.replan(e, now)
	if k.stopped {
		return
	}
	id, rec := e.account.ID, Record{}
	if another {
		rec.Line = &Entry{At: now, What: DidRenew, Mask: Mask(t.Value), Expires: t.ExpiresAt, PrevUntil: t.Previous.Until}
	}
	k.wg.Go(func() {
		k.record(id, rec, true)
		k.renewed(id)
	})
}
