package core

import (
	"sync/atomic"
	"time"
)

// clockTolerance is how far the wall clock may step before it counts as a jump;
// smaller steps are what time synchronisation does every day.
const clockTolerance = 2 * time.Second

// Zone is where an upstream's day begins and ends: the offset from UTC that its
// clocks show all year, as "+08:00". The empty zone is UTC.
type Zone string

// Valid reports whether the zone is one.
func (z Zone) Valid() bool {
	_, ok := z.parse()
	return ok
}

// Location is the zone as package time has it; of one that is not valid, UTC.
func (z Zone) Location() *time.Location {
	loc, _ := z.parse()
	return loc
}

func (z Zone) parse() (*time.Location, bool) {
	if z == "" {
		return time.UTC, true
	}
	t, err := time.ParseInLocation("-07:00", string(z), time.UTC)
	if err != nil {
		return time.UTC, false
	}
	return t.Location(), true
}

// Day is the zone's day at t, as 2006-01-02; upstreams count by it.
func (z Zone) Day(t time.Time) string { return t.In(z.Location()).Format(time.DateOnly) }

// NextDay is the zone's next midnight after t.
func (z Zone) NextDay(t time.Time) time.Time {
	here := t.In(z.Location())
	return time.Date(here.Year(), here.Month(), here.Day()+1, 0, 0, 0, 0, here.Location())
}

// wallClock reads the wall clock and notices when it was set or the machine slept:
// it compares the progress of the wall clock with that of the process's monotonic
// time. Only the wall clock decides expiry; the monotonic time only tells that a
// jump happened.
type wallClock struct {
	now    func() time.Time
	base   time.Time    // a reading with the monotonic time in it
	anchor atomic.Int64 // wall minus monotonic, in nanoseconds, as last accepted
}

func newWallClock(now func() time.Time) *wallClock {
	c := &wallClock{now: now, base: time.Now()}
	_, offset := c.read()
	c.anchor.Store(offset)
	return c
}

// read returns the wall time without a monotonic reading, and its offset from the
// monotonic time.
func (c *wallClock) read() (time.Time, int64) {
	wall := c.now().Round(0)
	return wall, wall.UnixNano() - int64(time.Since(c.base))
}

// wall returns the wall time, and how far the clock jumped since accept: 0 if it made
// no step of more than clockTolerance.
func (c *wallClock) wall() (now time.Time, jump time.Duration) {
	now, offset := c.read()
	if d := time.Duration(offset - c.anchor.Load()); d.Abs() > clockTolerance {
		jump = d
	}
	return now, jump
}

// accept makes the present offset the normal one and returns the time.
func (c *wallClock) accept() time.Time {
	now, offset := c.read()
	c.anchor.Store(offset)
	return now
}

// now is the wall time. It handles a jump of the clock first. When the clock was set
// back, every time that the Keeper holds moves back with it, so that lives keep
// their length. When it went forward, by hand or because the machine slept, the
// times stay and the plan is checked again.
func (k *Keeper) now() time.Time {
	now, jump := k.clock.wall()
	if jump == 0 {
		return now
	}
	now = k.lock()
	k.mu.Unlock()
	return now
}

// nowAndBack is the wall time, and Keeper.setBack at it.
func (k *Keeper) nowAndBack() (time.Time, time.Duration) {
	now := k.lock()
	defer k.mu.Unlock()
	return now, k.setBack
}

// lock takes the lock, handles a jump that came before it, and returns the wall
// time.
func (k *Keeper) lock() time.Time {
	k.mu.Lock()
	now, jump := k.clock.wall()
	switch {
	case jump == 0:
		return now
	case jump < 0:
		k.setBack += jump
		move(jump, &k.woke)
		k.warnSoon("the clock was set back", "by", jump.Abs())
		var kept []ID
		for id, e := range k.entries {
			e.shift(jump)
			if e.token.Load().Value != "" {
				kept = append(kept, id)
			}
		}
		shiftAll(k.tests, jump)
		shiftAll(k.looked, jump)
		shiftAll(k.resets, jump)
		k.saveSoon(kept...)
	default:
		k.woke, k.wakeSpread = now, min(longestWakeSpread, time.Duration(len(k.entries))*wakePace)
	}
	now = k.clock.accept()
	for _, e := range k.entries {
		k.replan(e, now)
		k.publish(e)
	}
	k.signal()
	return now
}

// shift moves every time of an entry by d.
func (e *entry) shift(d time.Duration) {
	t := *e.token.Load()
	move(d, &t.ObtainedAt, &t.ExpiresAt, &t.Previous.Until, &e.notBefore, &e.lastRound)
	if e.look != nil {
		e.look.due = e.look.due.Add(d) // all by the same amount, so the heap's order stays
	}
	e.token.Store(&t)
	e.err, e.errBefore = e.err.moved(d), e.errBefore.moved(d)
	e.check, e.lost = e.check.moved(d), e.lost.moved(d)
	if e.report != nil {
		r := *e.report
		move(d, &r.at)
		r.err = r.err.moved(d)
		e.report = &r
	}
}

// shiftAll moves every time of a map by d.
func shiftAll[K comparable](times map[K]time.Time, d time.Duration) {
	for key, at := range times {
		times[key] = at.Add(d)
	}
}

// move adds d to those times that are set.
func move(d time.Duration, times ...*time.Time) {
	for _, t := range times {
		if !t.IsZero() {
			*t = t.Add(d)
		}
	}
}

// moved is the result of the check with its times moved by d; nil stays nil.
func (c *Checked) moved(d time.Duration) *Checked {
	if c == nil {
		return nil
	}
	out := *c
	move(d, &out.At, &out.Worked)
	out.Err = c.Err.moved(d)
	return &out
}

// moved is the error with its next try moved by d; nil stays nil.
func (e *Error) moved(d time.Duration) *Error {
	if e == nil {
		return nil
	}
	out := *e
	move(d, &out.RetryAt)
	return &out
}

// earlier is the earlier of two times, later the later one.
func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
