package api

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// maxAccess is how many lines of the access log are kept, in memory alone.
const maxAccess = 500

// accessLog is a ring of the last calls. Calls alike share a line, so that a
// client that polls does not push the rest out.
type accessLog struct {
	mu    sync.Mutex
	lines []Access
	next  int // where the oldest is, once the ring is full
}

// add notes a call.
func (l *accessLog) add(a Access) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.lines); n > 0 {
		last := &l.lines[(l.next+n-1)%n]
		if last.Key == a.Key && last.Call == a.Call && last.Account == a.Account && last.Status == a.Status && last.Errcode == a.Errcode {
			last.At = a.At
			last.Count++
			return
		}
	}
	a.Count = 1
	if len(l.lines) < maxAccess {
		l.lines = append(l.lines, a)
		return
	}
	l.lines[l.next] = a
	l.next = (l.next + 1) % maxAccess
}

// newest returns up to limit lines, newest first.
func (l *accessLog) newest(limit int) []Access {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.lines)
	out := make([]Access, 0, min(limit, n))
	for i := range min(limit, n) {
		out = append(out, l.lines[(l.next+2*n-1-i)%n])
	}
	return out
}

// What wrong keys may do: some at once, as after a key was changed; then each
// answer is held back, as many at a time as can wait without cost, and the
// rest lose their connection. Nobody guesses a key of 256 bits; this keeps a
// program gone wild from wearing the machine and the log.
const (
	stormBurst = 20
	stormRate  = 2
	stormHold  = time.Second
	stormSeats = 64
	stormCalm  = time.Minute // without a held answer the storm is over
)

// storm slows wrong keys down.
type storm struct {
	few   bucket
	seats chan struct{}
	log   *slog.Logger

	mu   sync.Mutex
	last time.Time // when an answer was last held
}

func newStorm(log *slog.Logger) *storm {
	return &storm{few: bucket{size: stormBurst, rate: stormRate}, seats: make(chan struct{}, stormSeats), log: log}
}

// hold is called for every wrong key before it is answered. It reports whether
// the connection is to end with the answer.
func (s *storm) hold(ctx context.Context, now time.Time) (hangUp bool) {
	if s.few.take(now) == 0 {
		return false
	}
	s.note(now)
	select {
	case s.seats <- struct{}{}:
	default:
		return true
	}
	defer func() { <-s.seats }()
	t := time.NewTimer(stormHold)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
	return true
}

// note writes one line a storm.
func (s *storm) note(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last.IsZero() || now.Sub(s.last) > stormCalm || now.Before(s.last) {
		s.log.Warn("many calls with wrong client keys on the loopback; their answers are slowed")
	}
	s.last = now
}
