package core

import "time"

// Accounts share a token when their TokenIDs are equal: two names for one account, or
// one AppID kept for the sandbox and for live. One round serves them all: each gets its
// token, and the others wait while it is under way.
//
// An account that waits for a person, for example because its secret was entered for
// another host, gets no shared token. Accounts that trust other certificates share none.

// sharers are the other entries that share an entry's token. The lock is held.
func (k *Keeper) sharers(e *entry) []*entry {
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

// shares reports whether an account may use a token that was fetched for another one.
func (k *Keeper) shares(e *entry) bool {
	return k.Live(*e.account) && (e.err == nil || !e.err.Class.waits())
}

// takeOver gives an entry a sharer's token that lives longer than its own and is good
// for minTTL, and reports whether there was one. The lock is held.
func (k *Keeper) takeOver(e *entry, now time.Time, minTTL time.Duration) bool {
	for _, other := range k.sharers(e) {
		own, t := e.token.Load(), *other.token.Load()
		if t.Good(now, minTTL) && t.Value != e.dead && t.ExpiresAt.After(own.ExpiresAt) {
			k.hand(e, t, now)
			return true
		}
	}
	return false
}

// sharedFlight is a round under way for a sharer that may bring a token; nil when there
// is none. The lock is held.
func (k *Keeper) sharedFlight(e *entry) *flight {
	for _, other := range k.sharers(e) {
		if f := other.flight; f != nil && f.goal != check && !f.obsolete {
			return f
		}
	}
	return nil
}

// spread gives an entry's new token to its sharers. The lock is held.
func (k *Keeper) spread(e *entry, now time.Time) {
	t := *e.token.Load()
	if !t.Good(now, 0) {
		return
	}
	for _, other := range k.sharers(e) {
		own := other.token.Load()
		has := own.Value == t.Value && own.ExpiresAt.Equal(t.ExpiresAt)
		if !has && other.flight == nil && t.Value != other.dead { // one that asks gets its own answer
			k.hand(other, t, now)
			k.publish(other)
		}
	}
}

// release plans the accounts again that waited for a round of asked, whatever its
// result, and even if asked was removed meanwhile. The lock is held.
func (k *Keeper) release(asked Account, now time.Time) {
	t, e := k.tallyOf(asked), k.entries[asked.ID]
	if t.accounts == 0 || t.accounts == 1 && e != nil && e.tally == t { // nobody but asked, unless it was edited to another token
		return
	}
	for _, other := range k.entries {
		if other.tally == t && other.flight == nil {
			k.replan(other, now)
		}
	}
}

// hand makes a sharer's token the entry's. It is recorded, and Config.Renewed called,
// in the background. The lock is held.
func (k *Keeper) hand(e *entry, t Token, now time.Time) {
	another := e.token.Load().Value != t.Value
	e.token.Store(&t)
	e.longest, e.unsaved = t.Remaining(now), true
	e.err, e.errBefore, e.fails, e.notBefore, e.noted = nil, nil, 0, time.Time{}, 0
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
