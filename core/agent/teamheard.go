package agent

import (
	"context"
	"math/rand/v2"
	"time"

	"tokentray/core"
	"tokentray/core/team"
)

// adopt makes the team's token of an account the account's own. It does not wait.
func (t *teams) adopt(ctx context.Context, id core.ID, p team.Published) {
	t.show(id)
	m, _ := t.member(id)
	if m == nil {
		return
	}
	counts := m.Seen(id).Counts
	t.wg.Go(func() {
		own, _ := t.keeper.Token(id)
		taken := core.Taken{Counts: counts, Newest: p.Newest}
		if left := p.Remaining(); left > 0 && (!p.Wanted || !own.Good(t.now(), 0)) {
			taken.Grant, taken.By = core.Grant{Value: p.Value, ExpiresIn: left}, p.By
		}
		t.keeper.Take(ctx, id, taken)
		t.read(id)
		switch {
		case p.Wanted && p.Value != "":
			t.answerWant(ctx, m, id, p)
		case m.Err() != nil || m.Seen(id).Err != nil:
		case p.Value == "":
			t.offer(ctx, m, id)
		}
	})
}

// Work that every member could do is delayed randomly, so that one member does it.
const (
	apartFrom = 500 * time.Millisecond
	apart     = 2 * time.Second
)

// answerWant starts the round that a member's report asks for, unless another machine
// has run it meanwhile. A round that may not begin yet is tried again when it may.
//
// A machine that keeps a token of its own beside the reported one, because it has not
// heard of that or because its own came too late for the team, leaves the answer to the
// others for longer. If none gives it, it goes back to the team's token for the round.
func (t *teams) answerWant(ctx context.Context, m *team.Member, id core.ID, p team.Published) {
	for range answerTries {
		a, there := t.accounts.get(id)
		if !there || !a.Auto || t.idle() || t.pause(ctx) != nil || !m.Wanted(id, p.Value) {
			return
		}
		if m.Err() != nil || m.Seen(id).Err != nil { // it has just come back, and not yet with everything
			continue
		}
		if own, _ := t.keeper.Token(id); own.Value != p.Value && own.Good(t.now(), 0) {
			if !t.keeper.Live(a) || t.pause(ctx) != nil || !m.Wanted(id, p.Value) {
				return
			}
			t.keeper.Take(ctx, id, core.Taken{Grant: core.Grant{Value: p.Value, ExpiresIn: p.Remaining()}, By: p.By})
		}
		_, err := t.keeper.Refresh(ctx, id, core.Report{Stale: p.Value})
		if err == nil {
			return
		}
		e := core.AsError(err)
		t.log.Debug("a report of the team was not served from here", "account", id, "error", e)
		wait := e.RetryAt.Sub(t.now())
		if e.Class != core.Temporary || e.RetryAt.IsZero() || wait > longestAnswer || sleep(ctx, wait) != nil {
			return
		}
	}
}

// How often a member tries to answer a report, and how long it waits for the next try.
const (
	answerTries   = 3
	longestAnswer = time.Minute
)

// offer gives the team the token that this machine has, if the team has none.
func (t *teams) offer(ctx context.Context, m *team.Member, id core.ID) {
	a, there := t.accounts.get(id)
	own, _ := t.keeper.Token(id)
	if !there || !t.keeper.Live(a) || !own.Good(t.now(), 0) || t.pause(ctx) != nil {
		return
	}
	t.give(ctx, m, id)
}

func (t *teams) give(ctx context.Context, m *team.Member, id core.ID) {
	own, _ := t.keeper.Token(id)
	if !own.Good(t.now(), 0) {
		return
	}
	if err := m.Offer(ctx, id, core.Grant{Value: own.Value, ExpiresIn: own.Remaining(t.now())}); err != nil {
		t.log.Warn("the team was not given the token that is here", "account", id, "error", err)
	}
}

func (t *teams) pause(ctx context.Context) error { return sleep(ctx, apartFrom+rand.N(apart)) }

// sleep waits for d, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
