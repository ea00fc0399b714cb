package core_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

// team shares every account. A machine always has the turn.
type team struct {
	holds  func() error         // why it may not fetch any more; nil: it may
	forces func() (bool, error) // the answers to CountForce; nil: one is left
	asked  atomic.Int64         // how often holds was called
}

func (*team) Shares(core.Account) bool { return true }

func (m *team) Turn(ctx context.Context, turn core.Turn) core.Turned {
	grant, valid, err := turn.Ask(ctx, func(context.Context) error {
		m.asked.Add(1)
		if m.holds == nil {
			return nil
		}
		return m.holds()
	})
	return core.Turned{Asked: true, Grant: grant, Valid: valid, Err: err}
}

func (m *team) CountForce(context.Context, core.Account, core.TokenID, string, int) (bool, error) {
	if m.forces == nil {
		return true, nil
	}
	return m.forces()
}

func (*team) Count(context.Context, core.Account, core.TokenID, string, int) {}

// TestATurnThatWasLostFetchesNothing: right before a fetch the machine asks whether it
// still has the turn.
func TestATurnThatWasLostFetchesNothing(t *testing.T) {
	lost := &core.Error{Class: core.Temporary, Message: "another machine has the turn; try again"}
	for name, holds := range map[string]func() error{"held": nil, "lost": func() error { return lost }} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up, crew := newUpstream(twoHours), &team{holds: holds}
				h := start(t, setup{source: up, account: byHand, team: crew})
				_, err := h.Get(t.Context(), "1", 0)
				if holds == nil {
					if err != nil || up.count() != 1 || crew.asked.Load() != 1 {
						t.Errorf("%v after %d calls; it was asked %d times for the turn", err, up.count(), crew.asked.Load())
					}
					return
				}
				if class(err) != core.Temporary || core.AsError(err).Message != lost.Message || up.count() != 0 {
					t.Errorf("%v after %d calls", err, up.count())
				}
			})
		})
	}
}

// TestTheTeamCountsForces: a forced fetch is made only if the team has one left today.
func TestTheTeamCountsForces(t *testing.T) {
	away := &core.Error{Class: core.Temporary, Message: "the Redis does not answer; try again"}
	for name, tt := range map[string]struct {
		ok     bool
		err    error
		want   core.Class
		forced int
	}{
		"one is left":         {ok: true, forced: 1},
		"none is left":        {want: core.Quota},
		"nobody can count it": {err: away, want: core.Temporary},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up, crew := newUpstream(twoHours), &team{forces: func() (bool, error) { return tt.ok, tt.err }}
				h := start(t, setup{source: up, account: byHand, team: crew})
				get(t, h)
				time.Sleep(time.Hour)
				_, err := h.Refresh(t.Context(), "1", core.Report{Force: true, Person: true})
				if class(err) != tt.want || up.forces != tt.forced {
					t.Errorf("%v after %d forces", err, up.forces)
				}
			})
		})
	}
}

// TestASlowFailureIsNotRepeatedAtOnce: a caller that waited for two seconds gets the
// failure; before that, it is worth one more call.
func TestASlowFailureIsNotRepeatedAtOnce(t *testing.T) {
	for took, calls := range map[time.Duration]int{0: 2, 2*time.Second - 1: 2, 2 * time.Second: 1, 3 * time.Second: 1} {
		t.Run(took.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(twoHours)
				up.delay, up.down = took, true
				h := start(t, setup{source: up, account: byHand})
				if _, err := h.Get(t.Context(), "1", 0); class(err) != core.Temporary || up.count() != calls {
					t.Errorf("%v after %d calls, want %d", err, up.count(), calls)
				}
			})
		})
	}
}
