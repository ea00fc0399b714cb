package team

import (
	"context"
	"errors"
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

// asking is the turn of a machine that reports the first token, and asks by ask.
func asking(ask func(context.Context) (core.Grant, error)) core.Turn {
	return core.Turn{
		Current: "the first token", Report: true, Gap: time.Millisecond,
		Ready: func() error { return nil }, Calls: func() int { return 1 },
		Ask: func(ctx context.Context, _ func(context.Context) error) (core.Grant, bool, error) {
			g, err := ask(ctx)
			return g, false, err
		},
	}
}

// TestACallUnderWayIsAwaited: a machine fell asleep during its call, and another brought a
// token meanwhile. Upstream may serve the call after the other's, so only its answer tells
// which token lives.
func TestACallUnderWayIsAwaited(t *testing.T) {
	r := newRig(t)
	r.timing = Timing{Lease: 10 * time.Second, Renew: time.Millisecond, Call: 25 * time.Second}
	slept, other := r.member(), r.member()
	publish(t, other, "the first token", time.Hour)
	got := slept.turn(t.Context(), asking(func(ctx context.Context) (core.Grant, error) {
		r.redis.Del(t.Context(), slept.lease, slept.rep) // as if they had expired
		publish(t, other, "the other's token", time.Hour)
		select {
		case <-ctx.Done():
			return core.Grant{}, ctx.Err()
		case <-time.After(200 * time.Millisecond): // a renewal has told it that the lease is lost
			return core.Grant{Value: "the late token", ExpiresIn: time.Hour}, nil
		}
	}))
	if !got.Asked || !errors.Is(got.Err, ErrOlder) || got.Grant.Value != "" {
		t.Errorf("the late answer: %+v", got)
	}
	if p := read(t, other); p.Value != "the other's token" || !p.Wanted {
		t.Errorf("the team has %q, reported %v", p.Value, p.Wanted)
	}
}

// TestACallWithoutAnAnswer: a call of which no answer came may have killed what another
// machine published meanwhile, so that is reported. Upstream has not heard of some calls,
// has refused others, and some kill nothing.
func TestACallWithoutAnAnswer(t *testing.T) {
	silent := core.Error{Class: core.Temporary, Remedy: core.RemedyNetwork, Message: "no answer"}
	unsent, refused := silent, silent
	unsent.Unsent, refused.Code = true, -1
	for name, c := range map[string]struct {
		err              core.Error
		harmless, nobody bool
		shut             bool // the machine is cut off from the Redis when the call ends
		want             bool
	}{
		"no answer":                 {err: silent, want: true},
		"no answer, no Redis":       {err: silent, shut: true, want: true},
		"nobody published":          {err: silent, nobody: true},
		"not sent":                  {err: unsent},
		"refused":                   {err: refused},
		"a kind that kills nothing": {err: silent, harmless: true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			team, shut := r.cuttable()
			slept, other := team.Account(kind, shop), r.member()
			publish(t, other, "the first token", time.Hour)
			turn := asking(func(context.Context) (core.Grant, error) {
				r.redis.Del(t.Context(), slept.lease, slept.rep) // as if they had expired
				if l := acquire(t, other); c.nobody {
					if err := l.Settle(t.Context(), read(t, other)); err != nil {
						t.Fatal(err)
					}
				} else if err := l.Publish(t.Context(), read(t, other), core.Grant{Value: "the other's token", ExpiresIn: time.Hour}); err != nil {
					t.Fatal(err)
				}
				shut.Store(c.shut)
				return core.Grant{}, &c.err
			})
			turn.Harmless = c.harmless
			if got := slept.turn(t.Context(), turn); !got.Asked || got.Err == nil {
				t.Errorf("the turn: %+v", got)
			}
			shut.Store(false)
			team.later.Wait()
			if p := read(t, other); p.Wanted != c.want {
				t.Errorf("the team has %q, reported %v", p.Value, p.Wanted)
			}
		})
	}
}

// TestATokenThatMayHaveBeenReplacedIsReportedAgain: upstream accepts it for a while longer,
// so a round that looks at once finds nothing.
func TestATokenThatMayHaveBeenReplacedIsReportedAgain(t *testing.T) {
	for name, answer := range map[string]core.Grant{"an answer that came too late": {Value: "the late token", ExpiresIn: time.Hour}, "no answer": {}} {
		for after, renewed := range map[string]bool{"": false, ", and the next token": true} {
			t.Run(name+after, func(t *testing.T) {
				t.Parallel()
				r := newRig(t)
				team, _ := r.cuttable()
				slept, other := team.Account(kind, shop), r.member()
				publish(t, other, "the first token", time.Hour)
				turn := asking(func(context.Context) (core.Grant, error) {
					r.redis.Del(t.Context(), slept.lease, slept.rep) // as if they had expired
					publish(t, other, "the other's token", time.Hour)
					if answer.Value == "" {
						return answer, &core.Error{Class: core.Temporary, Remedy: core.RemedyNetwork, Message: "no answer"}
					}
					return answer, nil
				})
				turn.Overlap = 6 * time.Second
				slept.turn(t.Context(), turn)
				p := read(t, other)
				if p.Value != "the other's token" || !p.Wanted {
					t.Fatalf("the team has %q, reported %v", p.Value, p.Wanted)
				}
				if err := acquire(t, other).Settle(t.Context(), p); err != nil { // a round found that it lives
					t.Fatal(err)
				}
				if renewed {
					r.redis.Del(t.Context(), other.lease)
					publish(t, other, "the next token", time.Hour)
				}
				team.later.Wait()
				if p := read(t, other); p.Wanted == renewed {
					t.Errorf("afterwards the team has %q, reported %v", p.Value, p.Wanted)
				}
			})
		}
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
