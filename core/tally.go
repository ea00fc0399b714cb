package core

import "time"

// tally counts the calls for one token on one day. Upstream counts by token, so
// accounts that share a token share its tally. Keeper.mu guards it.
type tally struct {
	DayCounts     // of the last day on which anything was asked
	accounts  int // that share it
}

// tallyOf is the tally of an account's token.
func (k *Keeper) tallyOf(a Account) *tally {
	id := k.TokenID(a)
	t := k.tallies[id]
	if t == nil {
		t = &tally{}
		k.tallies[id] = t
	}
	return t
}

// share makes an entry's tally that of its account's token. The lock is held.
func (k *Keeper) share(e *entry) {
	if e.tally != nil {
		e.tally.accounts--
	}
	e.tally = k.tallyOf(*e.account)
	e.tally.accounts++
}

// add counts calls, forced ones among them, on a day.
func (t *tally) add(day string, c Counts) {
	if t.Day != day {
		t.DayCounts = DayCounts{Day: day}
	}
	t.Calls += c.Calls
	t.Forced += c.Forced
}

// atLeast makes the counts of a day those of others where these are higher, and reports
// whether they were.
func (t *tally) atLeast(c DayCounts) bool {
	if c.Day == "" || c.Day < t.Day || c.Day == t.Day && c.Calls <= t.Calls && c.Forced <= t.Forced {
		return false
	}
	if t.Day != c.Day {
		t.DayCounts = DayCounts{Day: c.Day}
	}
	t.Calls, t.Forced = max(t.Calls, c.Calls), max(t.Forced, c.Forced)
	return true
}

// count adds what was asked for an account to the day's, and returns the record of
// it. The lock is held.
func (k *Keeper) count(a Account, out outcome, now time.Time) Record {
	day, t := k.day(a).Day(now), k.tallyOf(a)
	c := Counts{Calls: out.calls}
	if out.spent {
		c.Forced = 1
	}
	t.add(day, c)
	if t.accounts > 1 && c != (Counts{}) {
		for id, other := range k.entries {
			if id != a.ID && other.tally == t {
				k.publish(other)
			}
		}
	}
	return Record{Day: day, Calls: out.calls}
}

// forced is how many forced fetches count for an account's token on a day.
func (k *Keeper) forced(a Account, day string) int {
	k.lock()
	defer k.mu.Unlock()
	if t := k.tallyOf(a); t.Day == day {
		return t.Forced
	}
	return 0
}

// countCall counts a call of account a that no round made, a test or one for a ticket,
// for its token, and so for the kept accounts that share it.
func (k *Keeper) countCall(a Account) {
	now := k.lock()
	rec, one := Record{Day: k.day(a).Day(now), Calls: 1}, Counts{Calls: 1}
	t := k.tallyOf(a)
	t.add(rec.Day, one)
	kept := ID("")
	for id, e := range k.entries {
		if e.tally != t {
			continue
		}
		if kept == "" || id == a.ID {
			kept = id // the account under which the count is stored
		}
		k.publish(e)
	}
	k.mu.Unlock()
	if kept != "" {
		k.record(kept, rec, false)
	}
}

// Recall restores the counts of earlier runs. A token for which upstream was asked
// since then keeps its own count, which began before Recall.
func (k *Keeper) Recall(counts map[ID]DayCounts) {
	now := k.lock()
	defer k.mu.Unlock()
	sums := map[*tally]*tally{}
	for id, c := range counts {
		e := k.entries[id]
		if e == nil {
			continue
		}
		if e.looked.Before(c.Looked) && !c.Looked.After(now) { // a later time comes from a clock that was wrong
			e.looked = c.Looked
			if e.look != nil {
				k.lookAt(e, later(e.look.due, e.looked.Add(lookEvery)))
			}
		}
		sum := sums[e.tally]
		if sum == nil {
			sum = &tally{}
			sums[e.tally] = sum
		}
		if c.Day >= sum.Day { // days are written so that they sort
			sum.add(c.Day, c.Counts)
		}
	}
	for t, sum := range sums {
		if t.Day == "" {
			t.DayCounts = sum.DayCounts
		}
	}
	for id := range counts {
		if e := k.entries[id]; e != nil {
			k.publish(e)
		}
	}
}
