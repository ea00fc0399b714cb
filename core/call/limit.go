package call

import (
	"sync"
	"time"
)

// Limit is a rate limit: Size calls in a row, then Rate a second. It is safe for
// concurrent use; its fields are set before the first call.
type Limit struct {
	Size, Rate float64

	mu   sync.Mutex
	used float64
	last time.Time
}

// Take takes one, or returns how long to wait for one.
func (l *Limit) Take(now time.Time) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	wait = l.wait(now)
	if wait == 0 {
		l.used++
	}
	return wait
}

// Wait returns how long to wait for one, and takes none.
func (l *Limit) Wait(now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.wait(now)
}

func (l *Limit) wait(now time.Time) time.Duration {
	if past := now.Sub(l.last); past > 0 { // a clock that was set back must not block for ever
		l.used = max(0, l.used-past.Seconds()*l.Rate)
	}
	l.last = now
	if l.used+1 <= l.Size {
		return 0
	}
	return time.Duration((l.used + 1 - l.Size) / l.Rate * float64(time.Second))
}
