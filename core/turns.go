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
	// CountForce counts a forced fetch of the team on a day. It returns false if the
	// team has already made as many as budget.
	CountForce(ctx context.Context, a Account, id TokenID, day string, budget int) (bool, error)
	// Count adds calls to upstream that were made beside turns, such as those for tickets,
	// to the team's count of a day.
	Count(ctx context.Context, a Account, id TokenID, day string, calls int)
}

// Turn is what a round wants from the team.
type Turn struct {
	Account Account
	TokenID TokenID
	Day     string        // on which calls count, see Zone.Day
	Current string        // the token at hand; "" when there is none
	Report  bool          // Current was refused somewhere
	Force   bool          // another token is wanted although Current may live
	Need    time.Duration // a token of the team that lives longer suffices
	Gap     time.Duration // between this round and the team's next of its sort
	// Harmless: asking again costs nobody a token, so a member that cannot reach the
	// team may ask alone.
	Harmless bool
	// Overlap is how long upstream accepts a token that another has replaced.
	Overlap time.Duration
	// Ready is why this machine cannot ask upstream, for example because it has no
	// secret. It is called before others are kept from asking.
	Ready func() error
	// Ask asks upstream until ctx ends. Valid: upstream accepts Current. holds is asked
	// right before each fetch: why this machine may not fetch any more, nil when it may.
	Ask func(ctx context.Context, holds func(context.Context) error) (g Grant, valid bool, err error)
	// Calls is how many calls Ask made to upstream so far.
	Calls func() int
}

// Turned is how a turn ended.
type Turned struct {
	Asked bool // Ask was called, and its answer holds unless Grant is another token
	// Grant is the team's token, with the life that is left when Turn returns; empty
	// when there is none.
	Grant Grant
	By    string        // who of the team fetched it
	Valid bool          // the team found that upstream accepts Current
	Wait  time.Duration // beside Err: when to try again
	// Err is why there is neither; beside Asked it is why the team does not have what
	// Ask brought, where Ask itself worked.
	Err error
}

// Taken is what a team has of an account's token.
type Taken struct {
	Grant  Grant  // with the life that is left; empty: there is none
	By     string // who of the team fetched it
	Counts DayCounts
	// Newest reports whether Grant is the newest that is known of the team's token. It is
	// asked under the Keeper's lock when the token would be taken; nil: it is.
	Newest func() bool
}

// RenewsAt returns when a token with that life is renewed, by any member of a team.
func (t Traits) RenewsAt(expires time.Time, life time.Duration) time.Time {
	return expires.Add(-t.window(life))
}

// shared reports whether the account's token is a team's.
func (k *Keeper) shared(a Account) bool { return k.cfg.Team != nil && k.cfg.Team.Shares(a) }

// mayRound reports whether rounds may begin by themselves: the team may have a token
// for a shared account even if this machine may not fetch one.
func (k *Keeper) mayRound(a Account) bool { return k.Live(a) || k.shared(a) }

// round does the calls of a round, or has the team's token instead.
func (w *attempt) round(r round) {
	g := r.goal
	a := w.req.Account
	if g == check || !w.k.shared(a) {
		w.run(g)
		return
	}
	gap := autoFloor
	if r.person {
		gap = personFloor
	}
	steady := time.Now()
	sent := w.k.lock()
	back := w.k.setBack
	w.k.mu.Unlock()
	got := w.k.cfg.Team.Turn(w.ctx, Turn{
		Account: a, TokenID: w.up.TokenID(a), Day: w.k.day(a).Day(sent), Current: w.current.Value,
		Report: g == report, Force: g == force, Need: w.up.Traits.window(w.current.Life), Gap: gap,
		Harmless: w.up.Traits.Repeat.Harmless(), Overlap: w.up.Traits.Overlap,
		Ready: func() error { return w.ready(g) },
		Ask: func(ctx context.Context, holds func(context.Context) error) (Grant, bool, error) {
			w.ctx, w.out, w.holds = ctx, outcome{}, holds
			w.run(g)
			if w.out.err != nil {
				return Grant{}, false, w.out.err
			}
			return w.out.grant, w.out.verdict == accepted, nil
		},
		Calls: func() int { return w.out.calls },
	})
	calls, spent := w.out.calls, w.out.spent
	switch {
	case got.Valid:
		w.out = outcome{verdict: accepted}
	case got.Grant.Value != "":
		got.Grant.ExpiresIn += time.Since(steady) // it counts from before the turn
		w.out = outcome{verdict: granted, grant: got.Grant, by: got.By, sent: sent, back: back, took: time.Since(steady)}
		if got.Grant.Value == w.current.Value {
			w.out.verdict = same
		}
	case !got.Asked:
		err := *AsError(got.Err)
		if got.Wait > 0 {
			err.RetryAt = w.k.now().Add(got.Wait)
		}
		w.fail(&err)
	case got.Err != nil && w.out.err == nil:
		w.k.cfg.Log.Warn("a token came and the team does not have it", "account", a.ID, "error", got.Err)
	}
	w.out.calls, w.out.spent = calls, spent
}

// tellTeam adds calls that no turn counts to the count of the team that shares the
// account's token. The lock is held.
func (k *Keeper) tellTeam(a Account, day string, calls int) {
	if calls == 0 || k.stopped || !k.shared(a) {
		return
	}
	id := k.TokenID(a)
	k.wg.Go(func() { k.cfg.Team.Count(k.ctx, a, id, day, calls) })
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

// Day is the day on which calls for an account count now, see Zone.Day.
func (k *Keeper) Day(a Account) string { return k.day(a).Day(k.now()) }

// sameLife is how far two readings of one token's expiry may differ.
const sameLife = 5 * time.Second

// Take makes a team's token the account's: another machine fetched it. Counts of calls
// become the team's where they are higher. A round under way ends first; Take waits for
// it until ctx ends. A token that the account has already changes nothing.
func (k *Keeper) Take(ctx context.Context, id ID, t Taken) {
	steady := time.Now()
	sent := k.lock()
	back := k.setBack
	for {
		e := k.entries[id]
		if e == nil || k.stopped || !k.shared(*e.account) {
			k.mu.Unlock()
			return
		}
		if e.flight == nil {
			k.applyTaken(e, t, outcome{verdict: granted, grant: t.Grant, by: t.By, sent: sent, back: back, took: time.Since(steady)})
			return
		}
		f := e.flight
		k.mu.Unlock()
		if f.wait(ctx) != nil {
			return
		}
		k.lock()
	}
}

// applyTaken is Take of an account without a round under way. The lock is held, and
// given back.
func (k *Keeper) applyTaken(e *entry, t Taken, out outcome) {
	now, _ := k.clock.wall()
	id, before, closed := e.account.ID, *e.token.Load(), e.err
	told := e.tally.atLeast(t.Counts)
	known := t.Grant.Value == before.Value && before.ExpiresAt.Sub(out.sent.Add(t.Grant.ExpiresIn)).Abs() < sameLife
	older := t.Newest != nil && !t.Newest() // a round brought another one meanwhile
	if t.Grant.Value == "" || t.Grant.Value == e.dead || older || known && e.err == nil {
		if told {
			k.publish(e)
		}
		k.mu.Unlock()
		return
	}
	if t.Grant.Value == before.Value {
		out.verdict = same
	}
	f := &flight{round: round{goal: renew}}
	token := k.accept(e, f, &out, now)
	if closed != nil && closed.Class == VaultClosed {
		e.err = closed // which a token of others does not open
	}
	var rec Record
	if line, write := e.line(f, out, token, before, now); write {
		rec.Line = &line
	}
	save := token != before || e.unsaved
	k.mu.Unlock()

	k.record(id, rec, save)

	now = k.lock()
	if k.entries[id] == e {
		k.replan(e, now)
		k.publish(e)
		k.spread(e, now)
	}
	k.mu.Unlock()
	if token != before {
		k.renewed(id)
	}
	k.signal()
}
