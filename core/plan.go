package core

import (
	"container/heap"
	"math/rand/v2"
	"time"
)

const (
	// autoFloor is the least time between a round of an account and the next
	// automatic one, and between two reports. personFloor is that between two rounds
	// that a person asks for.
	autoFloor   = 30 * time.Second
	personFloor = 3 * time.Second
	// longestSleep bounds the Keeper's sleep while anything is planned, to notice
	// that the clock was set or the machine slept.
	longestSleep = time.Minute
	// patience is how long the Keeper waits before it tries again something that
	// needs a person, when upstream names no time.
	patience = 15 * time.Minute
	// wakePace is the pause between the rounds of accounts whose tokens ended while
	// the machine slept, and longestWakeSpread bounds the wait of the last. Somebody
	// who asks for a token does not wait for this.
	wakePace          = 100 * time.Millisecond
	longestWakeSpread = 30 * time.Second
	// renewSlack is how far inside the window the first question comes, to stay
	// clear of its edge.
	renewSlack = 2 * time.Second
)

// lane separates healthy accounts from those whose rounds failed several times in a
// row and may hang for long.
type lane uint8

const (
	healthy lane = iota
	ailing
	lanes // how many there are
)

// ailingAfter is how many failures in a row put an account into the other lane.
const ailingAfter = 2

// healthLane is the lane that the entry belongs in.
func (e *entry) healthLane() lane {
	if e.fails > ailingAfter {
		return ailing
	}
	return healthy
}

// full reports whether no further round of a lane may start. At most half of the
// workers retry failing accounts.
func (k *Keeper) full(l lane) bool {
	all := k.underWay[healthy] + k.underWay[ailing]
	return all >= k.cfg.Workers || l == ailing && k.underWay[ailing] >= max(1, k.cfg.Workers/2)
}

// startDue starts the rounds that are due, as many as there are free workers. The
// lock is held.
func (k *Keeper) startDue(now time.Time) {
	for l := range lanes {
		for len(k.plans[l]) > 0 && !k.full(l) && !k.plans[l][0].due.After(now) {
			switch e := k.plans[l][0]; {
			case k.takeOver(e, now, 0):
				k.publish(e)
			case k.sharedFlight(e) != nil:
				k.unplan(e) // until that round ends, see release
			case k.left(e, now) == 0:
				k.postpone(e, now)
			default:
				k.start(e, round{goal: renew}, now)
			}
		}
	}
}

// sleep is how long nothing has to be done, and whether anything is planned. When
// every worker is busy, the end of a round wakes the loop.
func (k *Keeper) sleep(now time.Time) (d time.Duration, planned bool) {
	d = longestSleep
	for l, plan := range k.plans {
		if len(plan) > 0 && !k.full(lane(l)) {
			d = min(d, plan[0].due.Sub(now))
		}
	}
	if len(k.lookouts) > 0 && !k.full(healthy) {
		d = min(d, k.lookouts[0].look.due.Sub(now))
	}
	return max(0, d), len(k.entries) > 0 // even with nothing due, the Keeper must notice that the clock was set
}

// replan computes when the background acts next for e. The lock is held.
func (k *Keeper) replan(e *entry, now time.Time) {
	k.relook(e, now)
	due, planned := k.dueTime(e, now)
	if !planned {
		k.unplan(e)
		return
	}
	if l := e.healthLane(); l != e.lane {
		k.unplan(e)
		e.lane = l
	}
	e.due = due
	if e.slot < 0 {
		heap.Push(&k.plans[e.lane], e)
	} else {
		heap.Fix(&k.plans[e.lane], int(e.slot))
	}
	if e.slot == 0 {
		k.signal()
	}
}

// unplan takes e out of the plan. The lock is held.
func (k *Keeper) unplan(e *entry) {
	if e.slot >= 0 {
		heap.Remove(&k.plans[e.lane], int(e.slot))
	}
	e.due = time.Time{}
}

// signal makes Run look at the plan again.
func (k *Keeper) signal() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// Wake hints that the machine woke from sleep: the Keeper checks the plan against
// the wall clock now.
func (k *Keeper) Wake() { k.signal() }

// dueTime is when the background acts for e, if it does.
func (k *Keeper) dueTime(e *entry, now time.Time) (time.Time, bool) {
	traits, known := k.traits(*e.account)
	if !known || e.flight != nil || k.pausedAll || !e.account.Auto || !k.mayRound(*e.account) {
		return time.Time{}, false
	}
	due := now
	t := e.token.Load()
	switch {
	case e.err != nil && (e.err.Class.waits() || e.err.Class == VaultClosed):
		return time.Time{}, false
	case e.err != nil:
		due = e.notBefore
	case t.Good(now, 0):
		window := traits.window(t.Life)
		jitter := window / 10 * time.Duration(e.spread) / 256
		due = later(t.ExpiresAt.Add(renewSlack+jitter-window), k.afterWake(e))
	default:
		due = later(now, k.afterWake(e))
	}
	if !e.lastRound.IsZero() {
		due = later(due, e.lastRound.Add(e.gap(traits)))
	}
	return due, true
}

// gap is the least time after a round before the next may begin by itself or for a
// caller: a floor against asking in a loop. If upstream gives no other token before
// the current one ends, a round just before that end brings nothing, and must not
// leave everybody without a token afterwards.
func (e *entry) gap(t Traits) time.Duration {
	ended := e.token.Load().ExpiresAt
	if t.toTheEnd() && e.err == nil && ended.After(e.lastRound) {
		return personFloor
	}
	return autoFloor
}

// afterWake is when an account's turn comes after the machine woke.
func (k *Keeper) afterWake(e *entry) time.Time {
	return k.woke.Add(k.wakeSpread * time.Duration(e.spread) / 256)
}

// retryAt is when a failed round is tried again by itself. What needs a person is
// tried at upstream's own time, else after patience. The rest is tried after a
// backoff with jitter that doubles up to 30 s, and grows further once the token has
// ended.
func (k *Keeper) retryAt(e *entry, err *Error, now time.Time) time.Time {
	if err.Class != Temporary && err.Class != Internal {
		if err.RetryAt.After(now) {
			return err.RetryAt
		}
		return now.Add(patience)
	}
	longest := 30 * time.Second
	if left := e.token.Load().Remaining(now); left <= 0 && e.fails > 20 {
		longest = time.Minute
		if e.fails > 140 {
			longest = 5 * time.Minute
		}
	}
	backoff := longest
	if e.fails < 10 {
		backoff = min(longest, time.Second<<e.fails)
	}
	next := later(now.Add(rand.N(backoff)), e.lastRound.Add(autoFloor)) // full jitter above the floor
	return later(next, err.RetryAt)
}

// planHeap orders the planned accounts by due time.
type planHeap []*entry

func (h planHeap) Len() int           { return len(h) }
func (h planHeap) Less(i, j int) bool { return h[i].due.Before(h[j].due) }
func (h planHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].slot, h[j].slot = int32(i), int32(j)
}

func (h *planHeap) Push(x any) {
	e := x.(*entry)
	e.slot = int32(len(*h))
	*h = append(*h, e)
}

func (h *planHeap) Pop() any {
	old := *h
	e := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	e.slot = -1
	return e
}
