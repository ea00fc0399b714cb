package door

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"tokentray/core/call"
)

// How many costly calls a client may make at once and then per second: refreshes,
// and calls that fail. A hundred workers that share a key and report the same dead
// token at once stay below it; a loop does not.
const (
	clientBurst = 120
	clientRate  = 1
)

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
	few   call.Limit
	seats chan struct{}
	log   *slog.Logger
	calm  calm
}

func newStorm(log *slog.Logger) *storm {
	return &storm{few: call.Limit{Size: stormBurst, Rate: stormRate}, seats: make(chan struct{}, stormSeats), log: log}
}

// slow is called for every wrong key before it is answered.
func (s *storm) slow(ctx context.Context, now time.Time) {
	if s.few.Take(now) == 0 {
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
