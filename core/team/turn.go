package team

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"tokentray/core"
)

// Member gives a Keeper the team's tokens. It implements core.Team.
type Member struct {
	team *Team

	mu       sync.Mutex
	shared   map[core.ID]bool
	accounts map[core.TokenID]*Account
}

var _ core.Team = (*Member)(nil)

// NewMember returns a member that shares no account yet.
func NewMember(t *Team) *Member {
	return &Member{team: t, shared: map[core.ID]bool{}, accounts: map[core.TokenID]*Account{}}
}

// Share makes an account's token the team's from its next round on, or no longer.
func (m *Member) Share(id core.ID, on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if on {
		m.shared[id] = true
	} else {
		delete(m.shared, id)
	}
}

// Shares implements core.Team.
func (m *Member) Shares(a core.Account) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.shared[a.ID]
}

// account is the team's account of a turn; it remembers the newest version seen.
func (m *Member) account(t core.Turn) *Account {
	m.mu.Lock()
	defer m.mu.Unlock()
	a := m.accounts[t.TokenID]
	if a == nil {
		a = m.team.Account(t.Account.Kind, t.TokenID)
		m.accounts[t.TokenID] = a
	}
	return a
}

// pollLease is how often a member that waits for the lease reads the account again:
// it follows a holder that ended cleanly within that time.
const pollLease = 500 * time.Millisecond

// Turn implements core.Team. Without its Redis a member asks alone if that harms no
// token, and otherwise not at all.
func (m *Member) Turn(ctx context.Context, t core.Turn) core.Turned {
	got := m.account(t).turn(ctx, t)
	if got.Asked || got.Err == nil || !t.Harmless || core.AsError(got.Err).Remedy != core.RemedyRedisAway {
		return got
	}
	if err := t.Ready(); err != nil {
		return core.Turned{Err: err}
	}
	_, _, err := t.Ask(ctx)
	return core.Turned{Asked: true, Err: err}
}

func (a *Account) turn(ctx context.Context, t core.Turn) core.Turned {
	reported := ""
	for {
		p, err := a.Read(ctx)
		if err == nil && serves(p, t) {
			return take(p)
		}
		switch {
		case err != nil && !(t.Force && p.now > 0): // a person's force overrides what is not the team's
			return core.Turned{Err: err}
		case t.Report && reported != "" && p.gen == reported && !p.Wanted && p.Value == t.Current:
			return core.Turned{Valid: true} // the member that had the turn found that
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

func take(p Published) core.Turned {
	return core.Turned{Grant: core.Grant{Value: p.Value, ExpiresIn: p.Remaining()}}
}

// have is the turn of the lease's holder.
func (a *Account) have(ctx context.Context, l *Lease, t core.Turn) core.Turned {
	defer func() {
		// Release it even after ctx ended, so that nobody waits for its end.
		free, done := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer done()
		_ = l.Release(free)
	}()
	p, err := a.Read(ctx) // the holder before may have published
	switch {
	case err == nil && serves(p, t):
		return take(p)
	case err != nil && !(t.Force && p.now > 0):
		return core.Turned{Err: err}
	}
	wait, err := l.Begin(ctx, t.Report || t.Force, t.Gap)
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
	told, done := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer done()
	switch {
	case err != nil:
	case valid && p.Value == t.Current:
		err = l.Settle(told, p)
	case g.Value != "":
		err = l.Publish(told, p, g)
	}
	if errors.Is(err, ErrOlder) && t.Harmless {
		if p, readErr := a.Read(told); readErr == nil && p.Value != "" && p.Remaining() > 0 {
			got := take(p)
			got.Asked = true
			return got
		}
	}
	return core.Turned{Asked: true, Err: err}
}

// ask asks upstream and keeps the lease meanwhile; it is cancelled when the lease is
// lost.
func (a *Account) ask(ctx context.Context, l *Lease, t core.Turn) (core.Grant, bool, error) {
	held, lose := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer lose()
	wg.Go(func() {
		for pause(held, a.team.timing.Renew) == nil {
			if err := l.Renew(held); err != nil && (core.AsError(err).Remedy == core.RemedyTryAgain || l.Left() < callSlack) {
				lose()
			}
		}
	})
	return t.Ask(held)
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
