package team

import (
	"context"
	"testing"
	"time"

	"tokentray/core"
)

// sleeper is an upstream at which a machine falls asleep while it asks about a token.
type sleeper struct {
	upstream
	asleep func()
}

func (s *sleeper) Check(context.Context, core.Request, string) error {
	s.asleep()
	return core.ErrDead
}

// TestAHolderThatSleptFetchesNothing: between the check of a token and the fetch its lease
// ended, and another machine has brought a token that a fetch would kill.
func TestAHolderThatSleptFetchesNothing(t *testing.T) {
	r := newRig(t)
	u, other := &sleeper{}, r.member()
	k := r.keeper(u, machine{}, core.RepeatDestructive, nil)
	first, err := k.Get(t.Context(), "1", 0)
	if err != nil {
		t.Fatal(err)
	}
	calls := u.asked()
	u.asleep = func() {
		r.redis.Del(t.Context(), other.lease, other.rep) // as if they had expired
		publish(t, other, "the other's token", time.Hour)
	}
	_, err = k.Refresh(t.Context(), "1", core.Report{Stale: first.Value, Person: true})
	if err == nil || core.AsError(err).Class != core.Temporary {
		t.Errorf("the report is answered with %v", err)
	}
	if n := u.asked() - calls; n != 0 {
		t.Errorf("it fetched %d times and killed the other's token", n)
	}
	if p := read(t, other); p.Value != "the other's token" {
		t.Errorf("the team has %q", p.Value)
	}
}

// TestWhileTheRedisIsAwayTheLeaseCounts: the holder may fetch until its own time for it
// ends.
func TestWhileTheRedisIsAwayTheLeaseCounts(t *testing.T) {
	r := newRig(t)
	a := r.member()
	l := acquire(t, a)
	if wait, err := l.Begin(t.Context(), false, time.Second); wait != 0 || err != nil {
		t.Fatal(wait, err)
	}
	if err := l.holds(t.Context()); err != nil {
		t.Errorf("its own lease: %v", err)
	}
	r.server.Kill()
	if err := l.holds(t.Context()); err != nil {
		t.Errorf("without the Redis: %v", err)
	}
	l.mu.Lock()
	l.until = time.Now()
	l.mu.Unlock()
	if err := l.holds(t.Context()); remedy(err) != core.RemedyTryAgain {
		t.Errorf("when its time is over: %v", err)
	}
}

// TestALifeGoesOnWhileAMachineSleeps: a monotonic clock stands still then.
func TestALifeGoesOnWhileAMachineSleeps(t *testing.T) {
	now := time.Now()
	p := Published{Value: "x", Left: time.Hour, Read: now, wall: now.Add(-50 * time.Minute).Round(0)}
	if left := p.Remaining(); left > 10*time.Minute {
		t.Errorf("after a sleep of 50 min a life of 1 h has %v left", left)
	}
	p.wall = now.Add(time.Hour).Round(0) // the clock was set back
	if left := p.Remaining(); left > time.Hour {
		t.Errorf("a life of 1 h has %v left", left)
	}
}
