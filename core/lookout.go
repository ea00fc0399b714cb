package core

import (
	"container/heap"
	"context"
	"time"
)

// lookEvery is the time between two checks of a watched account: at most 48 a day.
const lookEvery = 30 * time.Minute

// lookout is the place of a watched account in the plan of checks. An account that
// is not watched has none.
type lookout struct {
	due  time.Time // of the next check
	slot int       // place among the lookouts, -1 when it is not planned
}

// toBeChecked reports whether the account's token is watched now. A token that counts as
// dead or that cannot be checked is not, and neither are accounts that are paused,
// locked or wait for a person. The lock is held.
func (k *Keeper) toBeChecked(e *entry, now time.Time) bool {
	if !e.account.Watch || !e.account.Auto || k.pausedAll || k.stopped || !k.checks(*e.account) {
		return false
	}
	if e.err != nil && (e.err.Class == VaultClosed || e.err.Class.NeedsPerson()) {
		return false
	}
	return e.token.Load().Good(now, 0)
}

// relook plans the next check of an account, or none. Accounts that begin to be
// watched together, at a start or after the machine slept, are spread over the time
// between two checks. The lock is held.
func (k *Keeper) relook(e *entry, now time.Time) {
	if !k.toBeChecked(e, now) {
		if e.look != nil {
			k.unlook(e)
			e.look = nil
		}
		return
	}
	late := e.look != nil && now.Sub(e.look.due) > longestSleep
	if e.look != nil && !late {
		return
	}
	k.lookAt(e, later(now.Add(lookEvery*time.Duration(e.spread)/256), k.looked[e.account.ID].Add(lookEvery)))
}

// lookAt plans the next check of an account. The lock is held.
func (k *Keeper) lookAt(e *entry, due time.Time) {
	if e.look == nil {
		e.look = &lookout{slot: -1}
	}
	e.look.due = due
	if e.look.slot < 0 {
		heap.Push(&k.lookouts, e)
	} else {
		heap.Fix(&k.lookouts, e.look.slot)
	}
	if e.look.slot == 0 {
		k.signal()
	}
}

// unlook takes an account out of the plan of checks. The lock is held.
func (k *Keeper) unlook(e *entry) {
	if e.look != nil && e.look.slot >= 0 {
		heap.Remove(&k.lookouts, e.look.slot)
	}
}

// lookOut starts the checks that are due, as many as there are free workers. It
// skips a check for which the account's budget has no call left, and lets one wait
// while a round runs. The lock is held.
func (k *Keeper) lookOut(now time.Time) {
	for len(k.lookouts) > 0 && !k.full(healthy) && !k.lookouts[0].look.due.After(now) {
		e := k.lookouts[0]
		switch {
		case !k.toBeChecked(e, now):
			k.relook(e, now)
		case e.flight != nil:
			k.lookAt(e, now.Add(autoFloor))
		case k.left(e, now) == 0:
			k.lookAt(e, now.Add(lookEvery))
		default:
			k.looked[e.account.ID] = now
			k.lookAt(e, now.Add(lookEvery))
			k.underWay[healthy]++
			a, current := *e.account, *e.token.Load()
			k.wg.Go(func() {
				k.look(k.ctx, a, current)
				k.mu.Lock()
				k.underWay[healthy]--
				k.mu.Unlock()
				k.signal()
			})
		}
	}
}

// look is one check of the watch. If it finds nothing out, the next check asks
// again.
func (k *Keeper) look(ctx context.Context, a Account, current Token) {
	select {
	case k.slots <- struct{}{}:
		defer func() { <-k.slots }()
	case <-ctx.Done():
		return
	}
	w := k.attempt(ctx, a, current)
	c := w.checker() // none: another source took its place while this waited
	if c != nil && (w.open() || a.Proxy == "") {
		w.ask(c)
		k.checked(w)
	}
}

// lookHeap orders the watched accounts by the time of their next check.
type lookHeap []*entry

func (h lookHeap) Len() int           { return len(h) }
func (h lookHeap) Less(i, j int) bool { return h[i].look.due.Before(h[j].look.due) }
func (h lookHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].look.slot, h[j].look.slot = i, j
}

func (h *lookHeap) Push(x any) {
	e := x.(*entry)
	e.look.slot = len(*h)
	*h = append(*h, e)
}

func (h *lookHeap) Pop() any {
	old := *h
	e := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	e.look.slot = -1
	return e
}
