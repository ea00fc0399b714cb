package core

import (
	"context"
	"time"
)

// Team shares tokens with other machines. Package team implements it.
//
// A round of a shared account is a turn: either the team has a token that suffices,
// or this machine asks upstream while no other does, and publishes the token to the
// team. While a token lives no turn is needed.
type Team interface {
	// Shares reports whether the account's token is the team's. It does not block.
	Shares(Account) bool
	// Turn has the team's token, or calls Ask at most once.
	Turn(context.Context, Turn) Turned
}

// Turn is what a round wants from the team.
type Turn struct {
	Account Account
	TokenID TokenID
	Current string        // the token at hand; "" when there is none
	Report  bool          // Current was refused somewhere
	Force   bool          // another token is wanted although Current may live
	Need    time.Duration // a token of the team that lives longer suffices
	Gap     time.Duration // between this round and the team's next of its sort
	// Harmless: asking again costs nobody a token, so a member that cannot reach the
	// team may ask alone.
	Harmless bool
	// Ready is why this machine cannot ask upstream, for example because it has no
	// secret. It is called before others are kept from asking.
	Ready func() error
	// Ask asks upstream until ctx ends. Valid: upstream accepts Current.
	Ask func(ctx context.Context) (g Grant, valid bool, err error)
}

// Turned is how a turn ended.
type Turned struct {
	Asked bool // Ask was called, and its answer holds unless Grant is another token
	// Grant is the team's token, with the life that is left when Turn returns; empty
	// when there is none.
	Grant Grant
	Valid bool          // the team found that upstream accepts Current
	Wait  time.Duration // beside Err: when to try again
	Err   error         // why there is neither
}

// shared reports whether the account's token is a team's.
func (k *Keeper) shared(a Account) bool { return k.cfg.Team != nil && k.cfg.Team.Shares(a) }

// mayRound reports whether rounds may begin by themselves: the team may have a token
// for a shared account even if this machine may not fetch one.
func (k *Keeper) mayRound(a Account) bool { return k.Live(a) || k.shared(a) }

// round does the calls of a round, or has the team's token instead.
func (w *attempt) round(g goal) {
	a := w.req.Account
	if g == check || !w.k.shared(a) {
		w.run(g)
		return
	}
	steady := time.Now()
	sent := w.k.lock()
	back := w.k.setBack
	w.k.mu.Unlock()
	got := w.k.cfg.Team.Turn(w.ctx, Turn{
		Account: a, TokenID: w.up.TokenID(a), Current: w.current.Value,
		Report: g == report, Force: g == force, Need: w.up.Traits.window(w.current.Life), Gap: autoFloor,
		Harmless: w.up.Traits.Repeat.Harmless(),
		Ready:    func() error { return w.ready(g) },
		Ask: func(ctx context.Context) (Grant, bool, error) {
			w.ctx, w.out = ctx, outcome{}
			w.run(g)
			if w.out.err != nil {
				return Grant{}, false, w.out.err
			}
			return w.out.grant, w.out.verdict == accepted, nil
		},
	})
	calls, spent := w.out.calls, w.out.spent
	switch {
	case got.Valid:
		w.out = outcome{verdict: accepted}
	case got.Grant.Value != "":
		got.Grant.ExpiresIn += time.Since(steady) // it counts from before the turn
		w.out = outcome{verdict: granted, grant: got.Grant, sent: sent, back: back, took: time.Since(steady)}
		if got.Grant.Value == w.current.Value {
			w.out.verdict = same
		}
	case !got.Asked:
		err := *AsError(got.Err)
		if got.Wait > 0 {
			err.RetryAt = w.k.now().Add(got.Wait)
		}
		w.fail(&err)
	}
	w.out.calls, w.out.spent = calls, spent
}

// ready is why no call may be made from this machine; nil when one may.
func (w *attempt) ready(g goal) error {
	switch {
	case g != force && !w.k.Live(w.req.Account):
		return w.k.errLive(w.req.Account)
	case !w.mayAsk():
		return w.k.errBudget(w.req.Account, w.k.now())
	case !w.open():
		return w.out.err
	}
	return nil
}
