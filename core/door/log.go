package door

import (
	"sync"

	"tokentray/core/api"
)

// maxAccess is how many lines of the access log are kept, in memory only.
const maxAccess = 500

// accessLog is a ring of the last calls. Similar calls share a line, so that a
// client that polls does not push the others out.
type accessLog struct {
	mu    sync.Mutex
	lines []api.Access
	next  int // index of the oldest, once the ring is full
}

// add notes a call.
func (l *accessLog) add(a api.Access) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a.Count = 1
	if n := len(l.lines); n > 0 {
		last := &l.lines[(l.next+n-1)%n]
		alike := *last
		alike.At, alike.Count = a.At, 1
		if alike == a {
			last.At = a.At
			last.Count++
			return
		}
	}
	if len(l.lines) < maxAccess {
		l.lines = append(l.lines, a)
		return
	}
	l.lines[l.next] = a
	l.next = (l.next + 1) % maxAccess
}

// newest returns up to limit lines, newest first.
func (l *accessLog) newest(limit int) []api.Access {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.lines)
	out := make([]api.Access, 0, min(limit, n))
	for i := range min(limit, n) {
		out = append(out, l.lines[(l.next+2*n-1-i)%n])
	}
	return out
}
