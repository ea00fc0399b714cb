package core

import (
	"cmp"
	"context"
	"fmt"
	"time"
)

// DefaultMinTTL is the minimum life when the caller names none.
const DefaultMinTTL = 30 * time.Second

// Get returns a token that is good for at least minTTL, or an *Error; never an
// expired token. Where upstream hands out the current token to its very end, a minTTL
// up to DefaultMinTTL may be missed: nobody could have a better token. It fetches when
// none is at hand and upstream can give one now. Errors: NotFound; Temporary when
// upstream cannot be reached, or cannot give a life that long yet (RetryAt says when);
// Misuse for a live account whose source would kill the token others use; the kept
// error of an account that waits for a person; VaultClosed.
func (k *Keeper) Get(ctx context.Context, id ID, minTTL time.Duration) (Token, error) {
	e := k.find(id)
	if e == nil {
		return Token{}, errNoAccount()
	}
	if t, _, ok := k.living(e, minTTL); ok {
		return *t, nil
	}
	return k.fetchFor(ctx, id, minTTL)
}

// Living is the current token of an account if it is good for at least minTTL: a Get that
// fetches nothing and never waits. now is when the token was examined. a is the Keeper's
// own copy, see Config.List; after an edit it is of no use, and ok is false.
func (k *Keeper) Living(a *Account, minTTL time.Duration) (t Token, now time.Time, ok bool) {
	e := k.find(a.ID)
	if e == nil {
		return Token{}, time.Time{}, false
	}
	current, now, ok := k.living(e, minTTL)
	if !ok || !k.has(e, a) { // asked last: the token came before
		return Token{}, now, false
	}
	return *current, now, true
}

// living is an entry's token if it is good for at least minTTL and the clock that
// decides this did not jump. It takes no lock.
func (k *Keeper) living(e *entry, minTTL time.Duration) (*Token, time.Time, bool) {
	now, jump := k.clock.wall()
	t := e.token.Load()
	if jump != 0 || !t.Good(now, minTTL) {
		return nil, now, false
	}
	return t, now, true
}

// fetchFor is Get when the token at hand does not suffice: it waits for the round
// under way, or starts one, until a token suffices or a reason says why none comes.
func (k *Keeper) fetchFor(ctx context.Context, id ID, minTTL time.Duration) (Token, error) {
	for renewed := false; ; {
		t, f, own, err := k.board(id, minTTL, renewed)
		switch {
		case err != nil:
			return Token{}, err
		case f == nil:
			return t, nil
		}
		if err := f.wait(ctx); err != nil {
			return Token{}, err
		}
		renewed = own && f.goal == renew && !f.obsolete
		if renewed && f.err != nil {
			if t, ok := k.Token(id); ok && t.Good(k.now(), minTTL) { // the wait failed, and another token came meanwhile
				return t, nil
			}
			return Token{}, f.err
		}
	}
}

// board finds the token for a caller who needs minTTL, or the flight to wait for; it
// starts a flight if one is needed. own is false for the flight of another account
// with the same token, whose failure is not this account's. renewed says that the
// caller just waited for a renewal.
func (k *Keeper) board(id ID, minTTL time.Duration, renewed bool) (t Token, f *flight, own bool, err error) {
	now := k.lock()
	defer k.mu.Unlock()
	e := k.entries[id]
	if e == nil {
		return Token{}, nil, false, errNoAccount()
	}
	t = *e.token.Load()
	if traits, known := k.traits(*e.account); known {
		minTTL = traits.atHand(minTTL)
	}
	switch {
	case t.Good(now, minTTL):
		return t, nil, false, nil
	case e.flight != nil:
		return Token{}, e.flight, true, nil
	case renewed && t.Good(now, 0):
		return Token{}, nil, false, k.tooShort(e, now, minTTL)
	case k.takeOver(e, now, minTTL):
		k.publish(e)
		return *e.token.Load(), nil, false, nil
	}
	if f := k.sharedFlight(e); f != nil {
		return Token{}, f, false, nil
	}
	if err := k.refusal(e, now, minTTL); err != nil {
		if err.Remedy == RemedyBudget {
			k.postpone(e, now)
		}
		return Token{}, nil, false, err
	}
	return Token{}, k.start(e, round{goal: renew}, now), true, nil
}

// refusal is why no call may be made now for a caller who needs minTTL; nil when one
// may. The lock is held.
func (k *Keeper) refusal(e *entry, now time.Time, minTTL time.Duration) *Error {
	traits, known := k.traits(*e.account)
	switch {
	case k.stopped:
		return ErrStopping()
	case !known:
		return errKind(e.account.Kind)
	case e.blocked(now) != nil:
		return e.err
	case !k.mayRound(*e.account):
		return k.errLive(*e.account)
	case k.left(e, now) == 0:
		return k.errBudget(*e.account, now)
	}
	if err := e.tooLong(traits, now, minTTL); err != nil {
		return err
	}
	if now.Before(e.lastRound.Add(e.gap(traits))) {
		return e.floor(now)
	}
	return nil
}

// blocked returns the kept error if another round would only fail with it again,
// before notBefore or until a person acts. It returns nil if a round may help.
func (e *entry) blocked(now time.Time) *Error {
	if e.err == nil || e.err.Class == Temporary {
		return nil
	}
	if e.err.Class.waits() || e.err.Class == VaultClosed || now.Before(e.notBefore) {
		return e.err
	}
	return nil
}

// tooLong refuses a life that upstream cannot give while the current token lives.
func (e *entry) tooLong(traits Traits, now time.Time, minTTL time.Duration) *Error {
	t := e.token.Load()
	from := t.ExpiresAt.Add(-traits.window(t.Life))
	if !t.Good(now, 0) || !now.Before(from) {
		return nil
	}
	out := &Error{
		Class: Temporary, Remedy: RemedyLifeTooLong, RetryAt: from,
		Message: fmt.Sprintf("upstream gives no token that lives %s before the current one nears its end; ask for a shorter life", minTTL),
	}
	if traits.anytime() {
		longest := cmp.Or(e.longest, t.Life)
		if minTTL <= longest {
			return nil
		}
		out.Message = fmt.Sprintf("upstream gives tokens that live %s, less than the %s asked for; ask for a shorter life", longest.Truncate(time.Second), minTTL)
	}
	return out
}

// tooShort is the answer when a round brought a token and it still lives less
// than minTTL.
func (k *Keeper) tooShort(e *entry, now time.Time, minTTL time.Duration) *Error {
	t := e.token.Load()
	traits, _ := k.traits(*e.account)
	return &Error{
		Class: Temporary, Remedy: RemedyLifeTooLong,
		RetryAt: later(t.ExpiresAt.Add(-traits.window(t.Life)), e.lastRound.Add(autoFloor)),
		Message: fmt.Sprintf("upstream gave a token that lives %s, less than the %s asked for; ask for a shorter life", t.Remaining(now).Truncate(time.Second), minTTL),
	}
}
