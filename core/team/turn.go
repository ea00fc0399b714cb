package team

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"tokentray/core"
)

// Wanted reports whether a member reported a token and no round has answered that, as
// far as this machine knows.
func (m *Member) Wanted(id core.ID, value string) bool {
	m.mu.RLock()
	defer m.mu.RUnlock()
	p := m.shared[id]
	return p != nil && value != "" && p.wanted == value
}

// pollLease is how often a member that waits for the lease reads the account again.
// It notices within that time that a holder has finished.
const pollLease = 500 * time.Millisecond

// Offer gives the team a token that this machine has, if the team has none: because
// the account was just shared, or because the keys were lost. The upstream is not
// asked. Nothing is given if another member knows of a newer token.
func (m *Member) Offer(ctx context.Context, id core.ID, g core.Grant) error {
	m.mu.RLock()
	p := m.shared[id]
	m.mu.RUnlock()
	if p == nil || g.Value == "" || g.ExpiresIn <= 0 {
		return nil
	}
	return p.account.offer(ctx, g)
}

func (a *Account) offer(ctx context.Context, g core.Grant) error {
	began := time.Now()
	l, _, err := a.Acquire(ctx)
	if l == nil {
		return err // the holder of the lease brings one
	}
	defer func() {
		free, done := context.WithTimeout(context.WithoutCancel(ctx), tellTime)
		defer done()
		_ = l.Release(free) // otherwise it expires
	}()
	if l.fence != a.highest()+1 {
		return nil
	}
	had, err := a.Read(ctx, "")
	if err != nil || had.Value != "" {
		return err
	}
	g.ExpiresIn -= had.Read.Sub(began)
	return l.Publish(ctx, had, g)
}

// Turn implements core.Team. Without its Redis a member asks alone if that harms no
// token, and otherwise does not ask.
func (m *Member) Turn(ctx context.Context, t core.Turn) core.Turned {
	ready := t.Ready
	t.Ready = func() error { return waits(ready()) }
	got := m.account(t.Account.Kind, t.TokenID).turn(ctx, t)
	m.note(t.Account.ID, got)
	if got.Asked || got.Err == nil || !t.Harmless || !slices.Contains([]string{core.RemedyRedisAway, core.RemedyRedisPlain}, core.AsError(got.Err).Remedy) {
		return got
	}
	if err := t.Ready(); err != nil {
		return core.Turned{Err: err}
	}
	_, _, err := t.Ask(ctx, func(context.Context) error { return nil })
	return core.Turned{Asked: true, Err: err}
}

// note keeps the result of a turn, for people.
func (m *Member) note(id core.ID, got core.Turned) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.shared[id]
	if p == nil {
		return
	}
	err := core.AsError(got.Err)
	switch {
	case err == nil:
		p.err, m.err = nil, nil
	case strings.HasPrefix(err.Remedy, "redis_"):
		m.err = err
	case err.Remedy == core.RemedyTeamKey, err.Remedy == core.RemedyTeamValue:
		p.err = err
	}
}

// waits says why this machine leaves a token to the others. A reason that only keeps
// it from asking the upstream itself is not a failure of the account.
func waits(err error) error {
	if err == nil {
		return nil
	}
	switch e := core.AsError(err); e.Remedy {
	case core.RemedyReenter:
		return &core.Error{
			Class: core.Temporary, Remedy: core.RemedyTeamSecret, Kind: e.Kind, Err: err,
			Message: "no member of the team has a token just now, and this machine has no secret to fetch one; it waits for the others",
		}
	case core.RemedyAllowLive:
		return &core.Error{
			Class: core.Temporary, Remedy: core.RemedyTeamConsent, Kind: e.Kind, Err: err,
			Message: "no member of the team has a token just now, and this machine may not fetch for a live account; it waits for the others",
		}
	}
	return err
}

func (a *Account) turn(ctx context.Context, t core.Turn) core.Turned {
	reported := ""
	for {
		p, err := a.Read(ctx, "")
		if err == nil && serves(p, t) {
			return turned(p)
		}
		switch {
		case err != nil && !(t.Force && p.now > 0): // a person's force overrides a value that is not the team's
			return core.Turned{Err: err}
		case t.Report && reported != "" && p.gen == reported && !p.Wanted && p.Value == t.Current:
			return core.Turned{Valid: true} // the member that had the turn found that out
		case t.Report && reported == "" && p.Value == t.Current && p.Value != "":
			if _, err := a.Report(ctx, p); err != nil {
				return core.Turned{Err: err}
			}
			reported = p.gen
		}
		if err := t.Ready(); err != nil {
			return core.Turned{Err: err}
		}
		l, wait, err := a.Acquire(ctx)
		if err != nil {
			return core.Turned{Err: err}
		}
		if l != nil {
			return a.have(ctx, l, t)
		}
		if err := pause(ctx, min(wait, pollLease)+rand.N(pollLease/5)); err != nil {
			return core.Turned{Err: err}
		}
	}
}

// serves reports whether the team's token ends the turn.
func serves(p Published, t core.Turn) bool {
	switch left := p.Remaining(); {
	case p.Value == "" || left <= 0:
		return false
	case t.Report || t.Force:
		return p.Value != t.Current
	default:
		return left > t.Need && !(p.Wanted && p.Value == t.Current)
	}
}

func turned(p Published) core.Turned {
	return core.Turned{Grant: core.Grant{Value: p.Value, ExpiresIn: p.Remaining()}, By: p.By}
}

// have is the turn of the lease's holder.
func (a *Account) have(ctx context.Context, l *Lease, t core.Turn) core.Turned {
	// The steps at the end are done even if ctx has ended, so that nobody waits for
	// them.
	after := func(do func(context.Context) error) error {
		told, done := context.WithTimeout(context.WithoutCancel(ctx), tellTime)
		defer done()
		return do(told)
	}
	free := l.Release
	defer func() {
		if free != nil {
			_ = after(free) // otherwise it expires
		}
	}()
	p, err := a.Read(ctx, "") // the holder before may have published
	switch {
	case err == nil && serves(p, t):
		return turned(p)
	case err != nil && !(t.Force && p.now > 0):
		return core.Turned{Err: err}
	}
	personal := t.Report || t.Force
	wait, err := l.Begin(ctx, personal, t.Gap)
	if err == nil && wait > 0 && wait <= shortWait && pause(ctx, wait) == nil {
		wait, err = l.Begin(ctx, personal, t.Gap)
	}
	switch {
	case err != nil:
		return core.Turned{Err: err}
	case wait > 0:
		return core.Turned{Wait: wait, Err: &core.Error{
			Class: core.Temporary, Remedy: core.RemedyTryAgain, Kind: a.kind,
			Message: "another member of the team asked a moment ago; try again shortly",
		}}
	}
	g, valid, err := a.ask(ctx, l, t)
	silent := !t.Harmless && unanswered(err)
	handOver := func(ctx context.Context) error { return l.HandOver(ctx, personal) }
	switch e := core.AsError(err); {
	case e == nil:
	case ctx.Err() != nil:
		free = handOver // this machine is ending; another need not wait for its claim
	case e.Class.NeedsPerson():
		free = handOver // others may have an allowed address, or a right secret
	}
	if failed := after(func(ctx context.Context) error { return a.Count(ctx, t.Day, t.Calls()) }); failed != nil {
		a.team.log.Warn("calls are missing in the team's count", "error", failed)
	}
	switch {
	case err != nil:
	case valid && p.Value == t.Current:
		err = after(func(ctx context.Context) error { return l.Settle(ctx, p) })
	case g.Value != "":
		err = after(func(ctx context.Context) error { return l.Publish(ctx, p, g) })
	}
	switch {
	case errors.Is(err, ErrOlder):
		return a.older(after, t)
	case err != nil && g.Value != "" && core.AsError(err).Class == core.Temporary:
		a.team.log.Warn("the team does not have a token yet that came; it is tried again", "error", err)
		free = nil
		a.team.later.Go(func() { a.publishLater(l, p, g, t) })
		err = nil
	case silent:
		if failed := after(func(ctx context.Context) error { return a.suspect(ctx, p, t) }); failed != nil {
			a.team.later.Go(func() { a.suspectLater(p, t) })
		}
	}
	return core.Turned{Asked: true, Err: err}
}

// shortWait is how long a holder waits for the end of another's claim, well within
// its lease. A person's claim is not longer.
const shortWait = 4 * time.Second

// tellTime bounds the calls to the Redis at the end of a turn.
const tellTime = 2 * time.Second

// older ends the turn of a holder whose token came too late. If both tokens live, the
// team's is as good. Otherwise one has killed the other: this machine keeps its own,
// and the team's holder checks the other.
func (a *Account) older(after func(func(context.Context) error) error, t core.Turn) core.Turned {
	got := core.Turned{Asked: true, Err: ErrOlder}
	err := after(func(ctx context.Context) error {
		p, err := a.Read(ctx, "")
		switch {
		case err != nil || p.Value == "" || p.Remaining() <= 0:
			return err
		case t.Harmless:
			got = turned(p)
			got.Asked = true
			return nil
		}
		err = a.doubt(ctx, p)
		if err == nil {
			a.suspectAgain(p, t)
		}
		return err
	})
	if err != nil {
		got.Err = errors.Join(got.Err, err)
	}
	return got
}

// unanswered reports whether a call ended without an answer although upstream may have
// served it.
func unanswered(err error) bool {
	e := core.AsError(err)
	return e != nil && e.Class == core.Temporary && e.Code == 0 && !e.Unsent
}

// suspect reports the team's token if another member published it while this one had a
// call of which no answer came: the call may have reached upstream later than the other's
// and killed it.
func (a *Account) suspect(ctx context.Context, before Published, t core.Turn) error {
	p, err := a.Read(ctx, "")
	if err != nil || p.Value == "" || p.version == before.version {
		return err
	}
	_, err = a.Report(ctx, p)
	if err == nil {
		a.suspectAgain(p, t)
	}
	return err
}

// suspectAgain reports a token of the team once more when upstream accepts it no longer,
// if another has replaced it. Until then a round finds that it lives.
func (a *Account) suspectAgain(p Published, t core.Turn) {
	if t.Overlap <= 0 {
		return
	}
	a.team.later.Go(func() {
		if pause(a.team.ctx, t.Overlap) != nil {
			return
		}
		a.tellLater(func(ctx context.Context) bool {
			now, err := a.Read(ctx, "")
			if err == nil && now.version == p.version && now.Remaining() > 0 {
				_, err = a.Report(ctx, now)
			}
			return err == nil || core.AsError(err).Class != core.Temporary
		})
	})
}

// How long, and how often at most, a Redis that was unreachable at the end of a turn is
// told what the turn has learned.
const (
	laterFor   = 10 * time.Minute
	laterPause = 10 * time.Second
)

// tellLater has do try again until it returns true.
func (a *Account) tellLater(do func(context.Context) bool) {
	ctx, done := context.WithTimeout(a.team.ctx, laterFor)
	defer done()
	for wait := pollLease; pause(ctx, wait) == nil; wait = min(2*wait, laterPause) {
		one, end := context.WithTimeout(ctx, tellTime)
		told := do(one)
		end()
		if told {
			return
		}
	}
	a.team.log.Warn("the team was not told how a call to upstream ended; its Redis stayed away")
}

// suspectLater is suspect once the Redis is back.
func (a *Account) suspectLater(before Published, t core.Turn) {
	a.tellLater(func(ctx context.Context) bool {
		err := a.suspect(ctx, before, t)
		return err == nil || core.AsError(err).Class != core.Temporary
	})
}

// publishLater publishes a token once the Redis is back. Its fence keeps it from
// replacing a newer one.
func (a *Account) publishLater(l *Lease, before Published, g core.Grant, t core.Turn) {
	a.tellLater(func(ctx context.Context) bool {
		err := l.Publish(ctx, before, g)
		if err == nil {
			err = l.Release(ctx)
		}
		switch {
		case err == nil:
			a.team.log.Info("the team has the token that came while its Redis was away")
			return true
		case core.AsError(err).Class == core.Temporary && time.Now().Before(before.Read.Add(g.ExpiresIn)):
			return false
		}
		a.team.log.Warn("the team does not have a token that came", "error", err)
		if errors.Is(err, ErrOlder) {
			a.older(func(do func(context.Context) error) error { return do(ctx) }, t)
		}
		return true
	})
}

// ask asks the upstream and renews the lease meanwhile. A call that is under way when
// the lease is lost is not broken off: upstream may have it already, and then only its
// answer tells which token lives. No further call begins, see holds.
func (a *Account) ask(ctx context.Context, l *Lease, t core.Turn) (core.Grant, bool, error) {
	asking, done := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer done()
	wg.Go(func() {
		for pause(asking, a.team.timing.Renew) == nil {
			if err := l.Renew(asking); err != nil && core.AsError(err).Remedy == core.RemedyTryAgain {
				return // it is lost
			}
		}
	})
	return t.Ask(ctx, l.holds)
}

// holds reports why the holder of the lease may not fetch any more: it slept after Begin,
// with its machine or in a call that took long. A machine's clocks do not tell that of a
// sleep, so the Redis is asked. While it cannot be, the lease's own time counts.
func (l *Lease) holds(ctx context.Context) error {
	err := l.Renew(ctx)
	if err == nil || core.AsError(err).Remedy != core.RemedyTryAgain && l.Left() >= callSlack {
		return nil
	}
	lost := errLost(l.account.kind)
	lost.Unsent = true
	return lost
}

// pause waits for d, or until ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return core.AsError(ctx.Err())
	}
}
