package door

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// How many costly calls a client may make at once and then per second: refreshes,
// and calls that fail. A hundred workers that share a key and report the same dead
// token at once stay below it; a loop does not.
const (
	clientBurst = 120
	clientRate  = 1
)

// bucket is a rate limit: size calls in a row, then rate a second.
type bucket struct {
	size, rate float64

	mu   sync.Mutex
	used float64
	last time.Time
}

// take takes one, or returns how long to wait for one.
func (b *bucket) take(now time.Time) (wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	wait = b.wait(now)
	if wait == 0 {
		b.used++
	}
	return wait
}

// empty returns how long to wait for one, and takes none.
func (b *bucket) empty(now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.wait(now)
}

func (b *bucket) wait(now time.Time) time.Duration {
	if past := now.Sub(b.last); past > 0 { // a clock that was set back must not block for ever
		b.used = max(0, b.used-past.Seconds()*b.rate)
	}
	b.last = now
	if b.used+1 <= b.size {
		return 0
	}
	return time.Duration((b.used + 1 - b.size) / b.rate * float64(time.Second))
}

// How wrong keys are treated: some are answered at once, as after a key was changed;
// then each answer is delayed, for as many at a time as can wait without cost.
// Nobody guesses a key of 256 bits; this keeps a runaway program from wearing out
// the machine and the log.
const (
	stormBurst = 20
	stormRate  = 2
	stormHold  = time.Second
	stormSeats = 64
	stormCalm  = time.Minute // without a wrong key for this long the storm is over
)

// storm slows wrong keys down.
type storm struct {
	few   bucket
	seats chan struct{}
	log   *slog.Logger
	calm  calm
}

func newStorm(log *slog.Logger) *storm {
	return &storm{few: bucket{size: stormBurst, rate: stormRate}, seats: make(chan struct{}, stormSeats), log: log}
}

// hold is called for every wrong key before it is answered.
func (s *storm) hold(ctx context.Context, now time.Time) {
	if s.few.take(now) == 0 {
		return
	}
	if s.calm.over(now) {
		s.log.Warn("many calls with wrong client keys on the loopback; their answers are slowed")
	}
	select {
	case s.seats <- struct{}{}:
	default:
		return
	}
	defer func() { <-s.seats }()
	t := time.NewTimer(stormHold)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// calm says when to log something that goes on: once, until it stopped for
// stormCalm.
type calm struct {
	mu   sync.Mutex
	last time.Time
}

// over is called each time. It reports whether there was calm before.
func (c *calm) over(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	over := c.last.IsZero() || now.Sub(c.last) > stormCalm || now.Before(c.last)
	c.last = now
	return over
}
