package door

import (
	"sync"
	"sync/atomic"
	"time"

	"tokentray/core/api"
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
	api.Access              // without At and Count
	at         atomic.Int64 // unix nanoseconds
	count      atomic.Int64
}

// alike reports whether a call belongs into the line, and notes it then.
func (l *accessLine) alike(a api.Access, at int64) bool {
	if l == nil || l.Access != a {
		return false
	}
	l.count.Add(1)
	l.at.Store(at)
	return true
}

// add notes a call.
func (l *accessLog) add(a api.Access) {
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
func (l *accessLog) newest(limit int) []api.Access {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.lines)
	out := make([]api.Access, 0, min(limit, n))
	for i := range min(limit, n) {
		line := l.lines[(l.next+2*n-1-i)%n]
		a := line.Access
		a.At, a.Count = time.Unix(0, line.at.Load()), int(line.count.Load())
		out = append(out, a)
	}
	return out
}
