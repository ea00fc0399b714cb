package core

import (
	"math/rand/v2"
	"time"
)

// Changes to accounts that come from outside: accounts are added, edited and
// removed, renewal is paused, the vault closes and opens.

// Put adds or changes an account. stored is the token kept from an earlier run and
// counts only when the account is new. A change of the TokenID drops the token,
// because it belongs to the old one; any change of SameUpstream clears the kept error
// and the floor.
func (k *Keeper) Put(a Account, stored Token) {
	now := k.lock()
	defer k.mu.Unlock()
	e := k.entries[a.ID]
	if e == nil {
		e = &entry{account: &a, slot: -1, spread: uint8(rand.UintN(256))}
		e.adopt(stored, now)
		k.share(e)
		k.entries[a.ID] = e
		k.takeOver(e, now, 0)
	} else {
		k.edit(e, a)
	}
	if k.cfg.List != nil {
		k.cfg.List(e.account)
	}
	k.replan(e, now)
	k.publish(e)
}

// edit makes a the account of an entry. The lock is held.
func (k *Keeper) edit(e *entry, a Account) {
	was := *e.account
	e.account = &a
	if !k.SameUpstream(was, a) {
		e.forgive()
	}
	if !k.sameToken(was, a) {
		k.share(e)
		k.drop(e)
		k.saveSoon(a.ID) // a round that just ended may have saved the old one
	}
	if was.Budget != a.Budget && e.err != nil && e.err.Remedy == RemedyBudget {
		e.err, e.notBefore = nil, time.Time{}
	}
	could, may := k.Live(was), k.Live(a)
	if could && !may && e.flight != nil && e.flight.goal != force { // it may not have asked yet
		e.edits++
		e.flight.cancel()
	}
	if may && !could && e.err != nil && e.err.Class == Misuse {
		e.err = nil
	}
}

// forgive forgets what was learned from the upstream before an edit.
func (e *entry) forgive() {
	e.err, e.errBefore, e.fails, e.notBefore = nil, nil, 0, time.Time{}
	e.lastRound, e.report = time.Time{}, nil
	e.edits++
}

// drop discards an entry's token, what was learned of it, and the result of a round
// under way for it. The lock is held.
func (k *Keeper) drop(e *entry) {
	e.token.Store(&Token{})
	delete(k.usage, e.account.ID)
	e.dead, e.longest, e.check, e.lost = "", 0, nil, nil
	if e.flight != nil {
		e.flight.obsolete = true
		e.flight.cancel()
	}
}

// adopt makes a stored token the entry's. A token from the future, because the clock
// was set back since, has no known life.
func (e *entry) adopt(stored Token, now time.Time) {
	if stored.Value != "" && now.Before(stored.ObtainedAt.Add(-clockTolerance)) {
		stored.ExpiresAt = now
	}
	e.token.Store(&stored)
	if stored.Dead {
		e.dead = stored.Value
	}
}

// SecretChanged tells that the account's credentials were edited: the kept
// error and the floor are cleared.
func (k *Keeper) SecretChanged(id ID) {
	k.change(id, func(e *entry, _ time.Time) { e.forgive() })
}

// Refuse keeps err, of a class that waits for a person, as the account's error, when
// its secret may not go to the account's host: no round begins, and the token is
// dropped, because it would be sent to that host too.
func (k *Keeper) Refuse(id ID, err *Error) {
	k.change(id, func(e *entry, _ time.Time) {
		e.err, e.errBefore = err, nil
		if e.token.Load().Value != "" || e.flight != nil {
			k.drop(e)
			k.saveSoon(id)
		}
	})
}

// Restore gives accounts the tokens that could not be read earlier because the vault
// was locked. An account that has a token keeps it.
func (k *Keeper) Restore(tokens map[ID]Token) {
	for id, t := range tokens {
		k.change(id, func(e *entry, now time.Time) {
			if e.token.Load().Value == "" {
				e.adopt(t, now)
			}
		})
	}
}

// Forget drops an account and cancels its round under way.
func (k *Keeper) Forget(id ID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e := k.entries[id]
	if e == nil {
		return
	}
	delete(k.entries, id)
	delete(k.looked, id)
	delete(k.resets, id)
	delete(k.usage, id)
	e.tally.accounts--
	k.unplan(e)
	k.unlook(e)
	if e.flight != nil {
		e.flight.cancel()
	}
	a := *e.account
	for _, fn := range k.listeners {
		fn(Event{Removed: &a})
	}
}

// PauseAll switches background renewal of every account off or on.
func (k *Keeper) PauseAll(paused bool) {
	k.mu.Lock()
	changed := k.pausedAll != paused
	k.pausedAll = paused
	k.mu.Unlock()
	if changed {
		k.everyone(func(*entry) bool { return true })
	}
}

// Locked says that the vault closed: accounts that need it show that at once instead
// of at their next round. Living tokens stay.
func (k *Keeper) Locked(err *Error) {
	k.everyone(func(e *entry) bool {
		if traits, _ := k.traits(*e.account); !traits.UsesVault(*e.account) {
			return false
		}
		if e.err != nil && e.err.Class != VaultClosed {
			e.errBefore = e.err
		}
		e.err = err
		return true
	})
}

// Unlocked says that the vault opened: what waits for it is tried now.
func (k *Keeper) Unlocked() {
	k.everyone(func(e *entry) bool {
		if e.flight != nil { // it may have found the vault still closed
			e.edits++
		}
		if e.report != nil && e.report.err != nil && e.report.err.Class == VaultClosed {
			e.report = nil
		}
		if e.unsaved {
			k.saveSoon(e.account.ID)
		}
		if e.err == nil || e.err.Class != VaultClosed {
			return false
		}
		if e.errBefore != nil {
			e.err, e.errBefore = e.errBefore, nil
		} else {
			e.forgive()
		}
		return true
	})
}

// change runs fn on an account under the lock, then plans and publishes.
func (k *Keeper) change(id ID, fn func(e *entry, now time.Time)) {
	now := k.lock()
	defer k.mu.Unlock()
	if e := k.entries[id]; e != nil {
		fn(e, now)
		k.replan(e, now)
		k.publish(e)
	}
}

// SetUpstreams replaces Config.Upstreams, as when a kind joins at run time. The map
// must not change afterwards. Accounts of a kind that was unknown are tried now. An
// account whose TokenID changes with the new map loses its token, because that token
// is another account's. A round under way ends with the source it began with. swapped is
// called under the lock, when those tokens are gone and before the listeners know; nil is
// left out.
func (k *Keeper) SetUpstreams(all map[Kind]Upstream, swapped func()) {
	now := k.lock()
	defer k.mu.Unlock()
	was := *k.upstreams.Swap(&all)
	for _, e := range k.entries {
		before, knew := was[e.account.Kind]
		after, knows := all[e.account.Kind]
		switch {
		case knew && knows && before.TokenID(*e.account) != after.TokenID(*e.account):
			k.share(e)
			k.drop(e)
			k.saveSoon(e.account.ID)
			e.forgive()
		case knew != knows:
			k.share(e)
			e.forgive()
		}
	}
	if swapped != nil {
		swapped()
	}
	k.each(now, func(*entry) bool { return true })
}

// everyone runs fn on every account under the lock and, where it returns true,
// plans and publishes.
func (k *Keeper) everyone(fn func(*entry) bool) {
	now := k.lock()
	defer k.mu.Unlock()
	k.each(now, fn)
}

// each is everyone with the lock held.
func (k *Keeper) each(now time.Time, fn func(*entry) bool) {
	var changed []*entry
	for _, e := range k.entries {
		if fn(e) {
			changed = append(changed, e)
		}
	}
	for _, e := range changed {
		k.replan(e, now)
		k.publish(e)
	}
}
