package core

import (
	"crypto/sha256"
	"time"
)

// tally counts the calls for one token on one day. Upstream counts by token, so
// accounts that share a token share its tally. Keeper.mu guards it.
type tally struct {
	day      string // the last on which anything was asked
	Counts          // of that day
	accounts int    // that share it
}

// digest stands for a TokenID, which is longer.
type digest [16]byte

func (id TokenID) digest() digest {
	sum := sha256.Sum256([]byte(id))
	return digest(sum[:16])
}

// tallyOf is the tally of an account's token.
func (k *Keeper) tallyOf(a Account) *tally {
	id := k.TokenID(a).digest()
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
	if t.day != day {
		t.day, t.Counts = day, Counts{}
	}
	t.Calls += c.Calls
	t.Forced += c.Forced
}

// atLeast makes the counts of a day those of others where these are higher, and reports
// whether they were.
func (t *tally) atLeast(c DayCounts) bool {
	if c.Day == "" || c.Day < t.day || c.Day == t.day && c.Calls <= t.Calls && c.Forced <= t.Forced {
		return false
	}
	if t.day != c.Day {
		t.day, t.Counts = c.Day, Counts{}
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

// countBeside is count for calls beside the rounds, which no turn of a team counts. The
// lock is held.
func (k *Keeper) countBeside(a Account, out outcome, now time.Time) Record {
	rec := k.count(a, out, now)
	k.tellTeam(a, rec.Day, rec.Calls)
	return rec
}

// forced is how many forced fetches count for an account's token on a day.
func (k *Keeper) forced(a Account, day string) int {
	k.lock()
	defer k.mu.Unlock()
	if t := k.tallyOf(a); t.day == day {
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
	if kept != "" {
		k.tellTeam(*k.entries[kept].account, rec.Day, rec.Calls)
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
		if k.looked[id].Before(c.Looked) && !c.Looked.After(now) { // a later time comes from a clock that was wrong
			k.looked[id] = c.Looked
			if e.look != nil {
				k.lookAt(e, later(e.look.due, c.Looked.Add(lookEvery)))
			}
		}
		sum := sums[e.tally]
		if sum == nil {
			sum = &tally{}
			sums[e.tally] = sum
		}
		if c.Day >= sum.day { // days are written so that they sort
			sum.add(c.Day, c.Counts)
		}
	}
	for t, sum := range sums {
		if t.day == "" {
			t.day, t.Counts = sum.day, sum.Counts
		}
	}
	for id := range counts {
		if e := k.entries[id]; e != nil {
			k.publish(e)
		}
	}
}
