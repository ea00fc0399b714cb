package core

import (
	"fmt"
	"math"
	"time"
)

// left is how many calls the account's budget still allows today when no person
// asks. Every call for the token and its tickets counts, whoever asked for it. The
// lock is held.
func (k *Keeper) left(e *entry, now time.Time) int {
	most := e.account.Budget
	switch {
	case most <= 0:
		return math.MaxInt
	case e.tally.day != k.day(*e.account).Day(now):
		return most
	}
	return max(0, most-e.tally.Calls)
}

// overBudget is the refusal while the account's budget allows no call that no person
// asks for; nil when it allows one.
func (k *Keeper) overBudget(id ID) *Error {
	now := k.now()
	k.mu.RLock()
	defer k.mu.RUnlock()
	if e := k.entries[id]; e != nil && k.left(e, now) == 0 {
		return k.errBudget(*e.account, now)
	}
	return nil
}

// postpone puts off a round because the day's budget is used up. It is due again when
// the day ends. The lock is held.
func (k *Keeper) postpone(e *entry, now time.Time) {
	err := k.errBudget(*e.account, now)
	news := e.err == nil || e.err.Remedy != RemedyBudget
	e.err, e.notBefore, e.fails = err, err.RetryAt, 0
	k.replan(e, now)
	k.publish(e)
	if !news || k.stopped {
		return
	}
	id, line := e.account.ID, Entry{At: now, What: DidFail, Class: err.Class, Message: err.Message, Remedy: err.Remedy, RetryAt: err.RetryAt}
	k.wg.Go(func() { k.record(id, Record{Line: &line}, false) })
}

func (k *Keeper) errBudget(a Account, now time.Time) *Error {
	return &Error{
		Class: Quota, Remedy: RemedyBudget, Kind: a.Kind, RetryAt: k.day(a).NextDay(now),
		Message: fmt.Sprintf("the account's own budget of %d calls a day is used up; tokentray refresh asks in spite of it, or raise the budget", a.Budget),
	}
}
