package core_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

// fleet is an upstream like stable_token for many accounts. Its own clock is right:
// it runs while the machine sleeps and does not follow a wall clock that a person
// sets.
type fleet struct {
	mu     sync.Mutex
	slept  time.Duration
	tokens map[string]minted // by AppID
	n      int
	calls  []time.Time // in steady time
	atOnce int
	most   int // calls at once
}

// latency is how long the fleet's upstream takes to answer.
const latency = 100 * time.Millisecond

func (f *fleet) behaves() core.Traits { return stable }

// now is the true time. The lock is held.
func (f *fleet) now() time.Time { return time.Now().Add(f.slept) }

func (f *fleet) Fetch(ctx context.Context, req core.Request) (core.Grant, error) {
	f.mu.Lock()
	f.calls = append(f.calls, time.Now())
	f.atOnce++
	f.most = max(f.most, f.atOnce)
	f.mu.Unlock()
	time.Sleep(latency)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.atOnce--
	t := f.tokens[req.Account.AppID]
	if t.dies.Sub(f.now()) <= 300*time.Second {
		f.n++
		t = minted{fmt.Sprintf("token-%08d-of-%s-of-the-fleet", f.n, req.Account.AppID), f.now().Add(twoHours)}
		f.tokens[req.Account.AppID] = t
	}
	return core.Grant{Value: t.value, ExpiresIn: t.dies.Sub(f.now()).Truncate(time.Second)}, nil
}

// left is how long a token truly lives on; below zero it is dead. A token that was
// replaced near its end counts as dead.
func (f *fleet) left(appID, token string) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	if t := f.tokens[appID]; t.value == token {
		return t.dies.Sub(f.now())
	}
	return -1
}

// since counts the calls since at.
func (f *fleet) since(at time.Time) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.calls {
		if c.After(at) {
			n++
		}
	}
	return n
}

// busiest is the most calls that began within a second since at.
func (f *fleet) busiest(at time.Time) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, from := range f.calls {
		last := i
		for last < len(f.calls) && f.calls[last].Sub(from) < time.Second {
			last++
		}
		if from.After(at) {
			n = max(n, last-i)
		}
	}
	return n
}

// many is how many accounts the fleet has.
const many = 200

// TestTheClockMoves: the wall clock is set or the machine sleeps, by minutes,
// hours and years, and the zone changes. No dead token is given or shown as good,
// the time left is right within a second wherever that can be known, and the
// accounts do not all ask at once.
func TestTheClockMoves(t *testing.T) {
	const year = 365 * 24 * time.Hour
	type move struct {
		name string
		wall time.Duration // how far the wall clock goes
		true time.Duration // how much time really passes; the rest is a person changing the clock
		zone *time.Location
	}
	var moves []move
	for _, d := range []time.Duration{time.Second, time.Minute, 10 * time.Minute, time.Hour, 5 * time.Hour, 30 * time.Hour, year, 10 * year} {
		moves = append(
			moves,
			move{name: "asleep for " + d.String(), wall: d, true: d},
			move{name: "set forward by " + d.String(), wall: d},
			move{name: "set back by " + d.String(), wall: -d},
		)
	}
	for _, hours := range []int{-10, -4, -5, 8, 13} { // -4 and -5: the same city in summer and winter
		moves = append(moves, move{name: fmt.Sprintf("into the zone %+d", hours), zone: time.FixedZone("", hours*3600)})
	}
	moves = append(moves,
		move{name: "asleep for an hour, and set back by as much", wall: 0, true: time.Hour},
		move{name: "asleep for an hour, and into another zone", wall: time.Hour, true: time.Hour, zone: time.FixedZone("", -9*3600)},
	)
	for i, m := range moves {
		if testing.Short() && i%4 > 0 {
			continue
		}
		t.Run(m.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				// So much does time synchronisation move the clock every day.
				var slack time.Duration
				if m.wall == -time.Second {
					slack = time.Second
				}
				f := &fleet{tokens: map[string]minted{}}
				h := start(t, setup{source: f})
				for i := 2; i <= many; i++ {
					a := h.account
					a.ID, a.Name, a.AppID = core.ID(fmt.Sprint(i)), fmt.Sprint("shop", i), fmt.Sprintf("wx%d", i)
					h.Put(a, core.Token{})
				}
				time.Sleep(20*time.Minute + 300*time.Millisecond)
				moved := time.Now()
				f.mu.Lock()
				f.slept += m.true
				f.mu.Unlock()
				h.wall.jump(m.wall)
				if m.zone != nil {
					h.wall.travel(m.zone)
				}
				// A clock that says less than the truth cannot be told from a sleep that the
				// clock was set back over: it is what no program can know.
				blind := m.wall < m.true
				// One that says more cannot be told from a sleep until the next renewal.
				early := m.wall > m.true
				for time.Since(moved) < 3*time.Hour {
					for _, s := range h.Snapshots() {
						if !blind || m.true == 0 {
							checkAccount(t, f, h, s, !early, slack)
						}
					}
					time.Sleep(7*time.Second + time.Since(moved)/20)
				}
				if t.Failed() {
					return
				}
				for _, s := range h.Snapshots() { // whatever it was, all are right by now
					checkAccount(t, f, h, s, true, slack)
				}
				if f.most > 8 {
					t.Errorf("%d calls at once", f.most)
				}
				if n := f.busiest(moved); n > many/5 {
					t.Errorf("%d calls within a second", n)
				}
				// Once after the move at most, and at the end of each life.
				if n := f.since(moved); n > 3*many {
					t.Errorf("%d calls in three hours for %d accounts", n, many)
				}
				if n := f.since(moved); m.wall == 0 && m.true == 0 && n > 2*many {
					t.Errorf("another zone cost %d calls", n)
				}
			})
		})
	}
}

// checkAccount compares an account with the truth: a token that is given out is alive, and
// the shown state is right.
func checkAccount(t *testing.T, f *fleet, h *house, s core.Snapshot, exact bool, slack time.Duration) {
	t.Helper()
	a := s.Account
	token, now, ok := h.Living(h.own(a.ID), 0)
	if !ok {
		return
	}
	left := f.left(a.AppID, token.Value)
	if left <= -slack {
		t.Fatalf("%v after the beginning, %s is given a dead token", time.Now(), a.Name)
	}
	shown := token.Remaining(now)
	if off := left - shown; off < -slack || exact && off > time.Second+latency {
		t.Fatalf("%s is shown with %v left and has %v", a.Name, shown, left)
	}
}
