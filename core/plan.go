package core

import (
	"container/heap"
	"context"
	"math/rand/v2"
	"time"
)

const (
	// autoFloor lies between a round of an account and the next automatic one,
	// and between two reports. personFloor lies between two rounds that somebody
	// asks for by hand.
	autoFloor   = 30 * time.Second
	personFloor = 3 * time.Second
	// longestSleep bounds the Keeper's sleep while anything is planned, so that
	// a clock that was set or a machine that slept is noticed.
	longestSleep = time.Minute
	// patience is how long something that needs a person rests before it is
	// tried again by itself, when upstream names no time.
	patience = 15 * time.Minute
	// renewSlack keeps the first question clear of the very edge of the window.
	renewSlack = 2 * time.Second
)

// Run plans and renews until ctx ends, then cancels what is under way and waits
// for every goroutine of the Keeper. It runs once.
func (k *Keeper) Run(ctx context.Context) error {
	timer := time.NewTimer(longestSleep)
	defer timer.Stop()
	for {
		now := k.lock()
		k.startDue(now)
		sleep, planned := k.sleep(now)
		k.mu.Unlock()
		var due <-chan time.Time
		if planned {
			timer.Reset(sleep)
			due = timer.C
		}
		select {
		case <-due:
		case <-k.wake:
		case <-ctx.Done():
			k.stop()
			return nil
		}
	}
}

// stop refuses new rounds, ends those under way and waits for them.
func (k *Keeper) stop() {
	k.mu.Lock()
	k.stopped = true
	k.mu.Unlock()
	k.cancel()
	k.wg.Wait()
}

// ward tells the accounts that are well from those whose rounds failed several
// times in a row and may hang for long.
type ward int

const (
	well ward = iota
	ill
)

// illAfter is how many failures in a row make an account ill.
const illAfter = 2

func (e *entry) where() ward {
	if e.fails > illAfter {
		return ill
	}
	return well
}

// beds is how many rounds of a ward may be under way: half of the workers serve
// nobody who is ill.
func (k *Keeper) beds(w ward) int {
	if w == ill {
		return max(1, k.cfg.Workers/2)
	}
	return k.cfg.Workers
}

// busy reports whether no further round of a ward may start.
func (k *Keeper) busy(w ward) bool {
	return k.flying[well]+k.flying[ill] >= k.cfg.Workers || k.flying[w] >= k.beds(w)
}

// startDue starts the rounds that are due, as many as there are free workers.
func (k *Keeper) startDue(now time.Time) {
	for w := range k.plans {
		for len(k.plans[w]) > 0 && !k.busy(ward(w)) && !k.plans[w][0].due.After(now) {
			k.start(k.plans[w][0], round{goal: renew}, now)
		}
	}
}

// sleep is how long nothing has to be done, and whether anything is planned.
// With every worker busy the end of a round wakes the loop.
func (k *Keeper) sleep(now time.Time) (d time.Duration, planned bool) {
	d = longestSleep
	for w, plan := range k.plans {
		if len(plan) > 0 && !k.busy(ward(w)) {
			d = min(d, plan[0].due.Sub(now))
		}
	}
	return max(0, d), len(k.entries) > 0 // with nothing due a clock that is set is to be noticed all the same
}

// replan computes when the background acts next for e.
func (k *Keeper) replan(e *entry, now time.Time) {
	due, planned := k.dueTime(e, now)
	if !planned {
		k.unplan(e)
		return
	}
	if e.ward != e.where() {
		k.unplan(e)
		e.ward = e.where()
	}
	e.due = due
	if e.slot < 0 {
		heap.Push(&k.plans[e.ward], e)
	} else {
		heap.Fix(&k.plans[e.ward], e.slot)
	}
	if e.slot == 0 {
		k.signal()
	}
}

func (k *Keeper) unplan(e *entry) {
	if e.slot >= 0 {
		heap.Remove(&k.plans[e.ward], e.slot)
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

// Wake hints that the machine woke from sleep: the plan is checked against the
// wall clock now.
func (k *Keeper) Wake() { k.signal() }

// dueTime is when the background acts for e, if it does.
func (k *Keeper) dueTime(e *entry, now time.Time) (time.Time, bool) {
	traits, known := k.traits(e.account)
	if !known || e.flight != nil || k.pausedAll || !e.account.Auto || !k.Live(e.account) {
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
		due = t.ExpiresAt.Add(renewSlack + jitter - window)
	}
	if !e.lastRound.IsZero() {
		due = later(due, e.lastRound.Add(autoFloor))
	}
	return due, true
}

// retryAt is when a failed round is tried again by itself.
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

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// now is the wall time. A jump of the clock is dealt with first: when it was
// set back, every time the Keeper holds moves back with it, so that a life
// stays as long as it was. When it went forward, by hand or because the machine
// slept, the times stand and the plan is looked at again.
func (k *Keeper) now() time.Time {
	now, jumped := k.clock.wall()
	if !jumped {
		return now
	}
	now = k.lock()
	k.mu.Unlock()
	return now
}

// lock takes the lock and returns the wall time, as it is under the lock: a
// jump before it is dealt with.
func (k *Keeper) lock() time.Time {
	k.mu.Lock()
	now, jumped := k.clock.wall()
	if !jumped {
		return now
	}
	if jump := k.clock.jump(); jump < -clockTolerance {
		k.setBack += jump
		k.cfg.Log.Warn("the clock was set back", "by", -jump)
		for _, e := range k.entries {
			e.shift(jump)
		}
		for upstream, at := range k.tests {
			k.tests[upstream] = at.Add(jump)
		}
		k.saveSoon(k.withToken()...)
	}
	now = k.clock.accept()
	for _, e := range k.entries {
		k.replan(e, now)
		k.publish(e)
	}
	k.signal()
	return now
}

// withToken are the accounts that have a token. The lock is held.
func (k *Keeper) withToken() []ID {
	var ids []ID
	for id, e := range k.entries {
		if e.token.Load().Value != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// shift moves every time of an entry by d.
func (e *entry) shift(d time.Duration) {
	move := func(t time.Time) time.Time {
		if t.IsZero() {
			return t
		}
		return t.Add(d)
	}
	t := *e.token.Load()
	t.ObtainedAt, t.ExpiresAt, t.Previous.Until = move(t.ObtainedAt), move(t.ExpiresAt), move(t.Previous.Until)
	e.token.Store(&t)
	e.notBefore, e.lastRound = move(e.notBefore), move(e.lastRound)
	if e.report != nil {
		r := *e.report
		r.at = move(r.at)
		e.report = &r
	}
	for _, err := range []**Error{&e.err, &e.shelved} {
		if *err != nil {
			moved := **err
			moved.RetryAt = move(moved.RetryAt)
			*err = &moved
		}
	}
}

// planHeap orders the planned accounts by due time.
type planHeap []*entry

func (h planHeap) Len() int           { return len(h) }
func (h planHeap) Less(i, j int) bool { return h[i].due.Before(h[j].due) }
func (h planHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].slot, h[j].slot = i, j
}

func (h *planHeap) Push(x any) {
	e := x.(*entry)
	e.slot = len(*h)
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
