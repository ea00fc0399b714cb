package core

import "time"

// Event tells that something changed. Exactly one field is set.
type Event struct {
	Account *Snapshot // added or changed
	Removed *Account
}

// Snapshot is the account as it stands.
func (k *Keeper) Snapshot(id ID) (Snapshot, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	e := k.entries[id]
	if e == nil {
		return Snapshot{}, false
	}
	return k.snapshot(e), true
}

// Snapshots are all accounts as they stand, in no order.
func (k *Keeper) Snapshots() []Snapshot { return k.SnapshotsFrom(func() {}) }

// SnapshotsFrom is Snapshots, and calls begin at the moment of the snapshots: the
// listeners got everything before that moment, and get the rest afterwards. begin
// must neither block nor call the Keeper.
func (k *Keeper) SnapshotsFrom(begin func()) []Snapshot {
	k.mu.RLock()
	defer k.mu.RUnlock()
	begin()
	out := make([]Snapshot, 0, len(k.entries))
	for _, e := range k.entries {
		out = append(out, k.snapshot(e))
	}
	return out
}

// Subscribe calls fn for every Event, one at a time and in order. fn must neither
// block nor call the Keeper. The returned function ends the subscription.
func (k *Keeper) Subscribe(fn func(Event)) (cancel func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	id := k.nextID
	k.nextID++
	k.listeners[id] = fn
	return func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		delete(k.listeners, id)
	}
}

// Republish publishes accounts when something outside of the Keeper changed that is
// shown with them. It holds the Keeper's lock: a snapshot taken first and published
// later could follow a newer one.
func (k *Keeper) Republish(ids ...ID) {
	for _, id := range ids {
		k.mu.Lock()
		if e := k.entries[id]; e != nil {
			k.publish(e)
		}
		k.mu.Unlock()
	}
}

// Used notes when an account was last used, to be shown with it. What
// counts as a use is the caller's to say.
func (k *Keeper) Used(id ID, at time.Time) {
	if e := k.find(id); e != nil {
		e.lastUsed.Store(at.UnixNano())
	}
}

// publish tells the listeners how an account stands. The lock is held.
func (k *Keeper) publish(e *entry) {
	if len(k.listeners) == 0 || k.entries[e.account.ID] != e {
		return
	}
	s := k.snapshot(e)
	for _, fn := range k.listeners {
		fn(Event{Account: &s})
	}
}

// snapshot copies what may be shown of an account. The lock is held.
func (k *Keeper) snapshot(e *entry) Snapshot {
	t := e.token.Load()
	s := Snapshot{
		Account: *e.account, Mask: Mask(t.Value), ObtainedAt: t.ObtainedAt, ExpiresAt: t.ExpiresAt, Life: t.Life, Claims: e.claimed.of(t),
		PrevMask: Mask(t.Previous.Value), PrevUntil: t.Previous.Until,
		Renewing: e.flight != nil, PausedAll: k.pausedAll, Err: e.err.of(e.account.Kind), NextTry: e.due, Check: e.check, Lost: e.lost, Usage: k.usage[e.account.ID],
	}
	switch _, known := k.traits(*e.account); {
	case !known: // the failure is kept, and says what it waits for
		s.Err = errKind(e.account.Kind)
	case !k.mayRound(*e.account): // a team's token needs no consent of this machine
		s.Consent = k.errLive(*e.account)
	}
	if used := e.lastUsed.Load(); used != 0 {
		s.LastUsed = time.Unix(0, used)
	}
	now, _ := k.clock.wall()
	zone := k.day(*e.account)
	if t := e.tally; t.day == zone.Day(now) {
		s.Today = t.Counts
	}
	s.DayEnds = zone.NextDay(now)
	s.Quota = k.upstream(e.account.Kind).quota(e.account.Product)
	return s
}
