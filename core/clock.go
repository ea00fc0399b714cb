package core

import (
	"sync/atomic"
	"time"
)

// clockTolerance is how far the wall clock may step before it counts as a jump;
// smaller steps are what time synchronisation does every day.
const clockTolerance = 2 * time.Second

// Beijing is the zone in which upstream counts its days. China keeps no summer
// time, so a fixed offset is exact and needs no zone database.
func Beijing() *time.Location { return time.FixedZone("Asia/Shanghai", 8*60*60) }

// Day is the day of Beijing at t, as 2006-01-02; quotas are counted by it.
func Day(t time.Time) string { return t.In(Beijing()).Format(time.DateOnly) }

// NextDay is the next midnight of Beijing after t.
func NextDay(t time.Time) time.Time {
	b := t.In(Beijing())
	return time.Date(b.Year(), b.Month(), b.Day()+1, 0, 0, 0, 0, Beijing())
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
