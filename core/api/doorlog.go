package api

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// maxAccess is how many lines of the access log are kept, in memory alone.
const maxAccess = 500

// accessLog is a ring of the last calls. Calls alike share a line, so that a
// client that polls does not push the rest out, and a call that is like the one
// before waits for no lock: under load nearly every call is.
type accessLog struct {
	last atomic.Pointer[accessLine]

	mu    sync.Mutex // of what follows and of last
	lines []*accessLine
	next  int // where the oldest is, once the ring is full
}

// accessLine is a line with what changes in it.
type accessLine struct {
	Access              // without At and Count
	at     atomic.Int64 // unix nanoseconds
	count  atomic.Int64
}

// alike reports whether a call belongs into the line, and notes it then.
func (l *accessLine) alike(a Access, at int64) bool {
	if l == nil || l.Access != a {
		return false
	}
	l.count.Add(1)
	l.at.Store(at)
	return true
}

// add notes a call.
func (l *accessLog) add(a Access) {
	at := a.At.UnixNano()
	a.At, a.Count = time.Time{}, 0
	if l.last.Load().alike(a, at) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last.Load().alike(a, at) {
		return
	}
	line := &accessLine{Access: a}
	line.count.Store(1)
	line.at.Store(at)
	l.last.Store(line)
	if len(l.lines) < maxAccess {
		l.lines = append(l.lines, line)
		return
	}
	l.lines[l.next] = line
	l.next = (l.next + 1) % maxAccess
}

// newest returns up to limit lines, newest first.
func (l *accessLog) newest(limit int) []Access {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.lines)
	out := make([]Access, 0, min(limit, n))
	for i := range min(limit, n) {
		line := l.lines[(l.next+2*n-1-i)%n]
		a := line.Access
		a.At, a.Count = time.Unix(0, line.at.Load()), int(line.count.Load())
		out = append(out, a)
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
