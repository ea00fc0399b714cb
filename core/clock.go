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

// wallClock reads the wall clock and notices when it was set or the machine
// slept: it compares how far the wall clock and the process's own steady time
// have come. The wall clock alone decides expiry; the steady time only tells
// that a jump happened.
type wallClock struct {
	now    func() time.Time
	base   time.Time    // a reading with the steady time in it
	anchor atomic.Int64 // wall minus steady, in nanoseconds, as last accepted
}

func newWallClock(now func() time.Time) *wallClock {
	c := &wallClock{now: now, base: time.Now()}
	_, offset := c.read()
	c.anchor.Store(offset)
	return c
}

// read returns the wall time without a monotonic reading, and its offset from
// the steady time.
func (c *wallClock) read() (time.Time, int64) {
	wall := c.now().Round(0)
	return wall, wall.UnixNano() - int64(time.Since(c.base))
}

// wall returns the wall time, and whether the clock jumped since accept.
func (c *wallClock) wall() (now time.Time, jumped bool) {
	now, offset := c.read()
	d := time.Duration(offset - c.anchor.Load())
	return now, d > clockTolerance || d < -clockTolerance
}

// jump is how far the wall clock jumped since accept.
func (c *wallClock) jump() time.Duration {
	_, offset := c.read()
	return time.Duration(offset - c.anchor.Load())
}

// accept makes the present offset the normal one and returns the time.
func (c *wallClock) accept() time.Time {
	now, offset := c.read()
	c.anchor.Store(offset)
	return now
}
