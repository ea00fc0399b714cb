package core

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"time"
)

// goal is what a round is for.
type goal int

const (
	renew  goal = iota // have a token that lives
	report             // a caller says that the current token fails
	force              // have another token although the current one lives
	check              // does upstream accept the current token?
)

// round is one piece of work at the upstream. What it asks depends on the
// source's traits:
//
//	renew   fetch, unforced
//	report  asking again is harmless: fetch. If the same token comes back, it is
//	        valid where upstream vouches for it; where a new one can be forced it
//	        is checked, and forced, within the budget, if upstream calls it dead;
//	        else it is a normal answer
//	        asking again costs a token: check, where that can be done, and fetch
//	        only if upstream calls the token dead
//	force   fetch, forced where the source knows force
type round struct {
	goal  goal
	stale string // the reported token; "" for renew
	asked bool   // a person asks for another token, and nobody said that this one failed
	// person: a person waits; the account's budget does not delay the round.
	person bool
	probe  bool // see Report
}

// failing is the token that was refused according to the caller, or "".
func (r round) failing() string {
	if r.goal == force || r.goal == report && !r.asked && !r.probe {
		return r.stale
	}
	return ""
}

// flight is a round under way. Everybody who wants the account's token waits for
// done.
type flight struct {
	round
	lane   lane
	before time.Time // start of the round before
	cancel context.CancelFunc
	done   chan struct{}
	// obsolete: the account was edited meanwhile, so those who wait ask again.
	// Keeper.mu guards it until done is closed.
	obsolete bool
	// set before done is closed
	answer Answer
	err    *Error
}

// wait waits for the flight until ctx ends.
func (f *flight) wait(ctx context.Context) error {
	select {
	case <-f.done:
		return nil
	case <-ctx.Done():
		return AsError(ctx.Err())
	}
}

// start begins a round. The lock is held and no round is under way.
func (k *Keeper) start(e *entry, r round, now time.Time) *flight {
	ctx, cancel := context.WithCancel(k.ctx)
	f := &flight{round: r, lane: e.healthLane(), before: e.lastRound, cancel: cancel, done: make(chan struct{})}
	e.flight, e.lastRound = f, now
	k.underWay[f.lane]++
	k.unplan(e)
	k.publish(e)
	a, edits := *e.account, e.edits
	w := k.attempt(ctx, a, *e.token.Load())
	if !r.person {
		w.left = k.left(e, now)
	}
	k.wg.Go(func() {
		defer cancel()
		select {
		case k.slots <- struct{}{}:
			w.req.Stale = r.failing()
			w.round(r)
			<-k.slots
		case <-ctx.Done():
			w.fail(ctx.Err())
		}
		k.finish(e, f, w.out, a, edits)
	})
	return f
}

// attempt is the work of a round: the calls to upstream and their results.
type attempt struct {
	k       *Keeper
	ctx     context.Context
	up      Upstream
	req     Request
	current Token // when the round began
	left    int   // calls that the account's budget allows
	// holds is why the team's turn has ended, nil while it lasts; nil: there is no turn.
	holds func(context.Context) error
	out   outcome
}

func (k *Keeper) attempt(ctx context.Context, a Account, current Token) *attempt {
	return &attempt{k: k, ctx: ctx, up: k.upstream(a.Kind), req: Request{Account: a}, current: current, left: math.MaxInt}
}

// mayAsk reports whether the budget allows another call.
func (w *attempt) mayAsk() bool { return w.out.calls < w.left }

// run does the calls of a round.
func (w *attempt) run(g goal) {
	if !w.open() {
		return
	}
	switch {
	case g == force:
		w.force()
	case g == report && !w.up.Traits.Repeat.Harmless():
		w.checkThenFetch()
	default:
		w.fetch()
		if w.worthAnother() && sleep(w.ctx, rand.N(quickRetry)) == nil {
			w.fetch()
		}
		if g == report && w.out.verdict == same {
			w.sameAgain()
		}
	}
}

// open takes the account's credentials from the vault, if it has any there.
func (w *attempt) open() bool {
	if !w.up.Traits.UsesVault(w.req.Account) {
		return true
	}
	creds, err := w.k.cfg.Vault.Credentials(w.ctx, w.req.Account)
	if err != nil {
		w.fail(err)
		return false
	}
	w.req.Credentials = creds
	return true
}

// fail ends the attempt without an answer.
func (w *attempt) fail(err error) {
	w.out.verdict, w.out.grant, w.out.err = failed, Grant{}, AsError(err).of(w.req.Account.Kind)
}

// fetch asks upstream for a token.
func (w *attempt) fetch() {
	if err := w.ctx.Err(); err != nil {
		w.fail(err)
		return
	}
	grant, release := w.pauseRivals()
	defer func() { release(w.out.verdict == granted) }()
	steady := time.Now()
	w.out.sent = w.k.lock()
	w.out.back = w.k.setBack
	w.k.mu.Unlock()
	var err error
	if w.holds != nil && grant.Value == "" {
		if err = w.holds(w.ctx); err != nil {
			w.fail(err)
			return
		}
	}
	if grant.Value == "" {
		grant, err = w.up.Fetch(w.ctx, w.req)
		w.out.asked(err)
	}
	w.out.took = time.Since(steady)
	switch {
	case err != nil:
		w.fail(err)
		return
	case grant.Value == "" || grant.ExpiresIn <= 0:
		w.fail(errNoGrant())
		return
	case grant.Value == w.current.Value:
		w.out.verdict = same
	default:
		w.out.verdict = granted
	}
	w.out.grant, w.out.err = grant, nil
}

// asked counts a call, unless it ended before it reached upstream.
func (o *outcome) asked(err error) {
	if e := AsError(err); e == nil || !e.Unsent {
		o.calls++
	}
}

// quickRetry bounds the pause before the second try within a round.
const quickRetry = 2 * time.Second

// worthAnother reports whether the round should ask once more at once: upstream
// failed quickly, and asking again does no harm.
func (w *attempt) worthAnother() bool {
	err := w.out.err
	return err != nil && w.mayAsk() && err.Class == Temporary && err.RetryAt.IsZero() && w.up.Traits.Repeat.Harmless() && w.out.took < quickRetry
}

// force asks for another token, within upstream's budget.
func (w *attempt) force() {
	t, now := w.up.Traits, w.k.now()
	w.out.forced = true
	if t.ForceBudget > 0 {
		id, day, journal := w.req.Account.ID, t.Day.Day(now), w.k.cfg.Journal
		n, last, err := journal.Forced(id, day)
		if err == nil {
			n = max(n, w.k.forced(w.req.Account, day)) // other accounts may share the token
			err = budget(t, n, last, now)
		}
		if err == nil {
			err = w.countTeamForce(day, now)
		}
		if err == nil {
			err = journal.CountForce(id, day, now) // before the call, so that a crash does not lose it
		}
		if err != nil {
			w.fail(err)
			return
		}
		w.out.spent = true
	}
	w.req.Force = true
	w.fetch()
}

// countTeamForce counts a forced fetch of an account that is shared for the team.
func (w *attempt) countTeamForce(day string, now time.Time) error {
	a, t := w.req.Account, w.up.Traits
	if !w.k.shared(a) {
		return nil
	}
	ok, err := w.k.cfg.Team.CountForce(w.ctx, a, w.up.TokenID(a), day, t.ForceBudget)
	if err == nil && !ok {
		err = errForces(t, now)
	}
	return err
}

func errForces(t Traits, now time.Time) error {
	return &Error{
		Class: Quota, Remedy: RemedyForceBudget, RetryAt: t.Day.NextDay(now),
		Message: "today's forced refreshes of this account are used up; refresh without force, or wait for the next day",
	}
}

// budget refuses a forced fetch that upstream would refuse.
func budget(t Traits, used int, last, now time.Time) error {
	if used >= t.ForceBudget {
		return errForces(t, now)
	}
	if next := last.Add(t.ForceGap); !last.IsZero() && now.Before(next) && !last.After(now) {
		return &Error{
			Class: Temporary, Remedy: RemedyForceGap, RetryAt: next,
			Message: "upstream forces a new token once in a while only; try again shortly",
		}
	}
	return nil
}

// checkThenFetch serves a report for a source whose fetch kills a token that others
// use: it fetches only when upstream calls the token dead. If nobody can ask
// upstream, it believes the report.
func (w *attempt) checkThenFetch() {
	if checker := w.checker(); checker != nil {
		if w.check(checker); w.out.verdict != dead {
			return
		}
	}
	if !w.k.Live(w.req.Account) {
		w.fail(w.k.errLive(w.req.Account))
		return
	}
	if !w.mayAsk() {
		w.fail(w.k.errBudget(w.req.Account, w.k.now()))
		return
	}
	w.fetch()
}

// sameAgain serves a report when upstream handed out the reported token again.
func (w *attempt) sameAgain() {
	if w.up.Traits.Vouches {
		w.out.verdict = accepted
		return
	}
	checker := w.checker()
	if checker == nil || w.up.Traits.ForceBudget == 0 || !w.mayAsk() {
		return
	}
	if w.check(checker); w.out.verdict == dead && w.mayAsk() {
		w.force()
	}
}

// checker is the source as one that can check a token; nil when it cannot.
func (w *attempt) checker() Checker { return w.up.checker(w.req.Account) }

// checker is the source as one that can check the account's tokens; nil when it cannot.
func (u Upstream) checker(a Account) Checker {
	if some, ok := u.Source.(SomeChecker); ok && !some.Checks(a) {
		return nil
	}
	checker, _ := u.Source.(Checker)
	return checker
}

// check asks whether upstream accepts the current token. A refused token is given to
// nobody from then on.
func (w *attempt) check(checker Checker) {
	if w.ask(checker); w.out.verdict == dead {
		w.k.change(w.req.Account.ID, func(e *entry, now time.Time) { e.condemn(w.current.Value, now) })
	}
}

// ask asks whether upstream accepts the current token.
func (w *attempt) ask(checker Checker) {
	err := checker.Check(w.ctx, w.req, w.current.Value)
	w.out.asked(err)
	w.out.err = AsError(err).of(w.req.Account.Kind)
	switch {
	case err == nil:
		w.out.verdict = accepted
	case errors.Is(err, ErrDead):
		w.out.verdict = dead
	default:
		w.out.verdict = unknown
	}
}

// finish applies what a round learned, writes it down, tells it and releases those
// who wait. asked is the account at the start of the round; if the account was
// edited since, what was learned no longer counts.
func (k *Keeper) finish(e *entry, f *flight, out outcome, asked Account, edits int32) {
	id := asked.ID
	out.err = k.recall(id, out.err)
	now := k.lock()
	e.flight = nil
	k.underWay[f.lane]--
	rec := k.count(asked, out, now)
	if f.goal == force && out.calls == 0 {
		e.lastRound = f.before // nobody was asked
	}
	if k.entries[id] != e || !k.sameToken(asked, *e.account) || edits != e.edits && out.err != nil {
		f.obsolete = true
	}
	if f.obsolete {
		if k.entries[id] == e {
			k.replan(e, now)
			k.publish(e)
		}
		k.release(asked, now)
		k.mu.Unlock()
		k.record(id, rec, false)
		close(f.done)
		k.signal()
		return
	}
	before := *e.token.Load()
	token := k.accept(e, f, &out, now)
	save := token.Value != "" && (token != before || e.unsaved)
	if line, write := e.line(f, out, token, before, now); write {
		rec.Line = &line
	}
	k.mu.Unlock()

	k.record(id, rec, save)

	now = k.lock()
	if k.entries[id] == e {
		k.replan(e, now)
		k.publish(e)
		k.spread(e, now)
	}
	k.release(asked, now)
	k.mu.Unlock()
	if save {
		k.renewed(id)
	}
	close(f.done)
	k.signal()
}

// recall adds to a failure that names our address the address that was refused
// before, so that the person who put that one on the whitelist sees that it has
// changed.
func (k *Keeper) recall(id ID, err *Error) *Error {
	if err == nil || err.CallerIP == "" {
		return err
	}
	prior, failed := k.cfg.Journal.RefusedIP(id, err.CallerIP)
	if failed != nil {
		k.cfg.Log.Warn("reading the history failed", "account", id, "err", failed)
	}
	told := *err
	told.PriorIP = prior
	return &told
}

// sleep waits for d, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return AsError(ctx.Err())
	}
}
