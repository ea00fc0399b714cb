package core

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// goal is what a round is for.
type goal int

const (
	renew  goal = iota // have a token that lives
	report             // a caller says that the current token fails
	force              // have another token although the current one lives
)

// round is one piece of work at the upstream. What it asks depends on the
// source's traits:
//
//	renew   fetch, unforced
//	report  idempotent with force: fetch; if the same token comes back, check
//	        it; only if upstream calls it dead, force, within the budget
//	        other idempotent: fetch; the same token back is a normal answer
//	        destructive: check; fetch only if upstream calls it dead
//	force   fetch, forced where the source knows force
type round struct {
	goal  goal
	stale string // the reported token; "" for renew
}

// flight is a round under way. Everybody who wants the same waits for done.
type flight struct {
	round
	ward   ward      // whose bed it takes
	before time.Time // when the round before began
	cancel context.CancelFunc
	done   chan struct{}
	// set before done is closed
	answer   Answer
	err      *Error
	obsolete bool // the account was edited meanwhile; ask again
}

// wait waits for the flight, as long as ctx lasts.
func (f *flight) wait(ctx context.Context) error {
	select {
	case <-f.done:
		return nil
	case <-ctx.Done():
		return AsError(ctx.Err())
	}
}

// reported is how the last report of a token ended. Those who report the same
// token within the floor get the same answer.
type reported struct {
	stale  string
	at     time.Time
	answer Answer
	err    *Error
}

// outcome is what a round learned.
type outcome struct {
	grant  Grant
	err    *Error
	sent   time.Time     // wall time before the fetch that brought the grant
	back   time.Duration // Keeper.setBack at that time
	took   time.Duration // since then
	calls  int
	forced bool // a new token was forced, or that was tried
	spent  bool // a forced fetch was counted

	// Of a check: upstream accepts the token; it refuses it, and its own word of
	// that; it answered neither, which says nothing of the token.
	valid, checked bool
	dead           string
	why            *Error
	unchecked      bool
}

// start begins a round. The lock is held and no round is under way.
func (k *Keeper) start(e *entry, r round, now time.Time) *flight {
	ctx, cancel := context.WithCancel(k.ctx)
	f := &flight{round: r, ward: e.where(), before: e.lastRound, cancel: cancel, done: make(chan struct{})}
	e.flight, e.lastRound = f, now
	k.flying[f.ward]++
	k.unplan(e)
	k.publish(e)
	a, token, edits := e.account, *e.token.Load(), e.edits
	k.wg.Go(func() {
		defer cancel()
		var out outcome
		select {
		case k.slots <- struct{}{}:
			out = k.run(ctx, a, token, r)
			<-k.slots
		case <-ctx.Done():
			out.err = AsError(ctx.Err())
		}
		k.finish(e, f, out, a, edits)
	})
	return f
}

// run does the round's calls.
func (k *Keeper) run(ctx context.Context, a Account, current Token, r round) outcome {
	var out outcome
	creds, err := k.cfg.Vault.Credentials(ctx, a.ID)
	if err != nil {
		out.err = AsError(err)
		return out
	}
	up := k.cfg.Upstreams[a.Kind]
	req := Request{Account: a, Credentials: creds}
	switch {
	case r.goal == force:
		k.fetchForced(ctx, &out, up, req)
	case r.goal == report && up.Traits.Destructive:
		k.checkThenFetch(ctx, &out, up, req, current)
	default:
		k.fetch(ctx, &out, up, req)
		if worthAnother(up.Traits, out) && sleep(ctx, rand.N(quickRetry)) == nil {
			k.fetch(ctx, &out, up, req)
		}
		if r.goal == report && out.err == nil && out.grant.Value == current.Value {
			k.sameAgain(ctx, &out, up, req, current)
		}
	}
	return out
}

// quickRetry bounds the pause before the second try within a round.
const quickRetry = 2 * time.Second

// worthAnother reports whether the round should ask once more at once: a hiccup
// of an upstream that answered quickly and that asking again does not harm.
func worthAnother(t Traits, out outcome) bool {
	return out.err != nil && out.err.Class == Temporary && out.err.RetryAt.IsZero() && t.Idempotent && out.took < quickRetry
}

func (k *Keeper) fetch(ctx context.Context, out *outcome, up Upstream, req Request) {
	if err := ctx.Err(); err != nil {
		out.err = AsError(err)
		return
	}
	steady := time.Now()
	out.sent = k.lock()
	out.back = k.setBack
	k.mu.Unlock()
	grant, err := up.Fetch(ctx, req)
	out.calls++
	out.took = time.Since(steady)
	out.grant, out.err = grant, AsError(err)
}

// fetchForced asks for another token, within upstream's budget.
func (k *Keeper) fetchForced(ctx context.Context, out *outcome, up Upstream, req Request) {
	now := k.now()
	out.forced = true
	if up.Traits.ForceBudget > 0 {
		n, last, err := k.cfg.Journal.Forced(req.Account.ID, Day(now))
		if err == nil {
			err = budget(up.Traits, n, last, now)
		}
		if err == nil {
			err = k.cfg.Journal.CountForce(req.Account.ID, Day(now), now) // before the call: a crash must not lose it
		}
		if err != nil {
			out.err = AsError(err)
			return
		}
		out.spent = true
	}
	req.Force = true
	k.fetch(ctx, out, up, req)
}

// budget refuses a forced fetch that upstream would not carry out.
func budget(t Traits, used int, last, now time.Time) error {
	if used >= t.ForceBudget {
		return &Error{
			Class: Quota, Remedy: RemedyForceBudget, RetryAt: NextDay(now),
			Message: "today's forced refreshes of this account are used up; wait for midnight in Beijing",
		}
	}
	if next := last.Add(t.ForceGap); !last.IsZero() && now.Before(next) && !last.After(now) {
		return &Error{
			Class: Temporary, Remedy: RemedyTryAgain, RetryAt: next,
			Message: "upstream forces a new token once in a while only; try again shortly",
		}
	}
	return nil
}

// checkThenFetch serves a report for a source whose fetch kills the token that
// others use: it asks only when upstream calls the token dead.
func (k *Keeper) checkThenFetch(ctx context.Context, out *outcome, up Upstream, req Request, current Token) {
	if k.check(ctx, out, up, req, current); out.dead == "" {
		return
	}
	if !k.Live(req.Account) {
		out.err = errLive(req.Account)
		return
	}
	k.fetch(ctx, out, up, req)
}

// sameAgain serves a report when upstream handed out the reported token again.
func (k *Keeper) sameAgain(ctx context.Context, out *outcome, up Upstream, req Request, current Token) {
	if up.Traits.ForceBudget == 0 {
		out.valid = true
		return
	}
	grant, sent, took, back := out.grant, out.sent, out.took, out.back
	if k.check(ctx, out, up, req, current); out.dead == "" {
		out.grant, out.sent, out.took, out.back = grant, sent, took, back
		return
	}
	k.fetchForced(ctx, out, up, req)
}

// check asks whether upstream accepts the current token: it sets valid, dead
// or err.
func (k *Keeper) check(ctx context.Context, out *outcome, up Upstream, req Request, current Token) {
	checker, ok := up.Source.(Checker)
	if !ok {
		out.err = &Error{Class: Misuse, Remedy: RemedyTryAgain, Message: "this kind cannot check a token; force a new one"}
		return
	}
	err := checker.Check(ctx, req, current.Value)
	out.calls++
	switch {
	case err == nil:
		out.valid, out.checked = true, true
	case errors.Is(err, ErrDead):
		out.dead, out.why = current.Value, AsError(err)
	default:
		out.err, out.unchecked = AsError(err), true
	}
}

// finish makes what a round learned count, writes it down, and then tells it and
// lets go those who wait. asked is the account as it was when the round began; what
// was learned of it says nothing once the account is another.
func (k *Keeper) finish(e *entry, f *flight, out outcome, asked Account, edits int) {
	id := asked.ID
	out.err = k.recall(id, out.err)
	now := k.lock()
	e.flight = nil
	k.flying[f.ward]--
	k.count(e, out, now)
	if f.goal == force && out.calls == 0 {
		e.lastRound = f.before // nobody was asked
	}
	if k.entries[id] != e || !asked.sameTokens(e.account) || edits != e.edits && out.err != nil {
		f.obsolete = true
		if k.entries[id] == e {
			k.replan(e, now)
			k.publish(e)
		}
		k.mu.Unlock()
		k.noteCalls(id, out.calls, now)
		close(f.done)
		k.signal()
		return
	}
	before := *e.token.Load()
	token := k.accept(e, f, &out, now)
	save := token.Value != "" && (token != before || e.unsaved)
	entry, write := e.line(f, out, token, before, now)
	k.mu.Unlock()

	k.noteCalls(id, out.calls, now)
	if save {
		k.save(id)
	}
	if write {
		if err := k.cfg.Journal.Append(id, entry); err != nil {
			k.cfg.Log.Warn("writing the history failed", "account", id, "err", err)
		}
	}

	now = k.lock()
	if k.entries[id] == e {
		k.replan(e, now)
		k.publish(e)
	}
	k.mu.Unlock()
	close(f.done)
	k.signal()
}

// recall adds to a failure that names our address the one that was refused
// before: who put that on the whitelist wants to know that it has changed.
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

// save keeps the current token of an account over restarts, or that it has none.
// One token is saved at a time and always the newest, so that no save overtakes
// another. What could not be saved is tried again with the next round.
func (k *Keeper) save(id ID) {
	k.saving <- struct{}{}
	defer func() { <-k.saving }()
	k.mu.RLock()
	e := k.entries[id]
	k.mu.RUnlock()
	if e == nil {
		return
	}
	err := k.cfg.Journal.SaveToken(id, *e.token.Load())
	k.mu.Lock()
	e.unsaved = err != nil
	k.mu.Unlock()
	if err != nil {
		k.cfg.Log.Error("keeping the token on disk failed", "account", id, "err", err)
	}
}

// accept makes an outcome the entry's state and returns the current token.
func (k *Keeper) accept(e *entry, f *flight, out *outcome, now time.Time) Token {
	traits := k.cfg.Upstreams[e.account.Kind].Traits
	cur := *e.token.Load()
	if out.dead != "" && cur.Value == out.dead {
		e.dead = out.dead
		cur.Dead, cur.ExpiresAt = true, earlier(cur.ExpiresAt, now)
	}
	if out.checked && cur.Value == e.dead {
		e.dead, cur.Dead = "", false
	}
	if out.err == nil && out.grant.Value != "" && out.grant.Value == e.dead {
		out.err = errStillDead(*out, traits)
	}
	if out.err == nil && out.grant.Value != "" {
		out.sent = out.sent.Add(k.setBack - out.back)
		cur = traits.succeed(cur, *out, now, e.dead)
	}
	e.token.Store(&cur)

	if out.err == nil {
		e.err, e.shelved, e.fails, e.notBefore = nil, nil, 0, time.Time{}
	} else if out.unchecked || f.goal == force && out.calls == 0 {
		// It says nothing of renewal.
	} else if f.goal == renew || !cur.Good(now, 0) || out.grant.Value == "" && out.err.Class.waits() && out.dead == "" {
		if out.err.Class == Temporary || out.err.Class == Internal {
			e.fails++
		}
		e.err = out.err
		e.notBefore = k.retryAt(e, out.err, now)
		if out.forced { // what limits force says nothing about asking without it
			e.notBefore = e.lastRound.Add(autoFloor)
		}
		if e.err.RetryAt.IsZero() && !e.err.Class.waits() && e.err.Class != VaultClosed {
			err := *out.err
			err.RetryAt = e.notBefore
			e.err = &err
		}
	}
	f.err = out.err
	f.answer = Answer{Token: cur, StillValid: out.valid}
	if f.goal == report {
		e.report = &reported{f.stale, now, f.answer, f.err}
	}
	return cur
}

// succeed is the current token after a grant.
func (t Traits) succeed(cur Token, out outcome, now time.Time, dead string) Token {
	// The life counts from before the call. When the clock was set back
	// meanwhile, or the machine slept, the earlier of two readings holds.
	sent := out.sent
	if s := now.Add(-out.took); s.Before(sent) {
		sent = s
	}
	g := out.grant
	if g.Value == cur.Value {
		cur.ExpiresAt = sent.Add(g.ExpiresIn)
		cur.Life = max(cur.Life, g.ExpiresIn)
		if cur.ObtainedAt.After(sent) {
			cur.ObtainedAt = sent
		}
		return cur
	}
	next := Token{Value: g.Value, ObtainedAt: sent, ExpiresAt: sent.Add(g.ExpiresIn), Life: g.ExpiresIn}
	if cur.Good(now, 0) && cur.Value != dead && !(out.forced && t.ForceBudget > 0) {
		until := sent.Add(min(t.Overlap, t.window(cur.Life)))
		if cur.ExpiresAt.Before(until) {
			until = cur.ExpiresAt
		}
		next.Previous = Previous{Value: cur.Value, Until: until}
	}
	return next
}

// line is what the history says of a round, and whether it says anything: of
// failures in a row it keeps the first, those that differ and ever fewer of the
// rest.
func (e *entry) line(f *flight, out outcome, token, before Token, now time.Time) (Entry, bool) {
	h := Entry{At: now, Calls: out.calls, Took: out.took, Mask: Mask(token.Value), Expires: token.ExpiresAt}
	if token.Value != before.Value {
		h.PrevUntil = token.Previous.Until
	}
	if err := out.err; err != nil {
		h.What, h.Class, h.Code, h.Message, h.CallerIP, h.RID = DidFail, err.Class, err.Code, err.Message, err.CallerIP, err.RID
		noted := err.Message + err.CallerIP
		differs := noted != e.noted
		e.noted = noted
		return h, differs || f.goal != renew || e.fails&(e.fails-1) == 0
	}
	e.noted = ""
	switch {
	case token.Value == before.Value && out.valid:
		h.What = DidReport
	case token.Value == before.Value:
		h.What = DidKeep
		return h, f.goal != renew
	case out.forced:
		h.What = DidForce
	default:
		h.What = DidRenew
	}
	return h, true
}

// count adds what a round asked to the day's. The lock is held.
func (k *Keeper) count(e *entry, out outcome, now time.Time) {
	if day := Day(now); e.countsDay != day {
		e.countsDay, e.counts = day, Counts{}
	}
	e.counts.Calls += out.calls
	if out.spent {
		e.counts.Forced++
	}
}

// noteCalls keeps what count added over restarts: one write for each round,
// none while nothing is asked.
func (k *Keeper) noteCalls(id ID, calls int, now time.Time) {
	if calls == 0 {
		return
	}
	if err := k.cfg.Journal.CountCalls(id, Day(now), calls); err != nil {
		k.cfg.Log.Warn("counting the calls failed", "account", id, "err", err)
	}
}

func errStillDead(out outcome, t Traits) *Error {
	return &Error{
		Class: Temporary, Remedy: RemedyTryAgain, RetryAt: out.sent.Add(out.grant.ExpiresIn - t.window(out.grant.ExpiresIn)),
		Message: "upstream hands out the very token that it refuses; report it again with tokentray refresh",
	}
}
