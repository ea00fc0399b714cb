package door

import (
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
)

// Limits of connections and calls. Strangers are connections that have not presented
// a valid key yet. Waiting calls are those for the next token and those for an
// upstream's answer; all others are quick.
const (
	maxStrangers  = 256 // clients that connect all at once are strangers for a moment
	maxKnown      = 384 // with a right key
	maxOfKey      = 256 // … with one key
	maxWaits      = 320 // less than maxKnown, so that clients which only read find room
	maxWaitsOfKey = 256
)

// conn is a connection at the door.
type conn struct {
	net.Conn
	seats *seats
	from  string // the address of the other end
	born  uint64 // higher is younger
	lan   bool   // it came by the further address, see lan.go

	owner atomic.Pointer[client] // nil: a stranger's
	busy  atomic.Bool            // a call is under way
}

func (c *conn) Close() error {
	defer c.seats.leave(c)
	return c.Conn.Close()
}

// CloseWrite lets the server end an answer before it closes the connection to a
// client that still sends: closing at once would lose the answer.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// connKey is the context key of a call's *conn.
type connKey struct{}

// listener gives each accepted connection a seat.
type listener struct {
	net.Listener
	seats *seats
}

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return l.seats.admit(c), nil
}

// watchBusy is the server's ConnState hook.
func watchBusy(c net.Conn, state http.ConnState) {
	c.(*conn).busy.Store(state == http.StateActive)
}

// withConn is the server's ConnContext hook.
func withConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// seats distributes connections and waiting calls, so that nobody who keeps
// connections open or waits can lock out a valid key. A new connection is always
// accepted, and when there are too many, one that nobody misses is closed: the
// oldest stranger, or one with a key that waits for its client's next call.
type seats struct {
	crowd func() // called when a stranger was closed for another

	mu        sync.Mutex
	born      uint64
	strangers map[*conn]bool
	known     map[*client]map[*conn]bool
	seated    int // in known
	waits     map[*client]int
	waiting   int // in waits
}

func newSeats(crowd func()) *seats {
	return &seats{crowd: crowd, strangers: map[*conn]bool{}, known: map[*client]map[*conn]bool{}, waits: map[*client]int{}}
}

// admit takes a connection in.
func (s *seats) admit(inner net.Conn) *conn {
	_, lan := inner.(*lanConn)
	c := &conn{Conn: inner, seats: s, from: hostOf(inner.RemoteAddr()), lan: lan}
	s.mu.Lock()
	s.born++
	c.born = s.born
	s.strangers[c] = true
	var out *conn
	if len(s.strangers) > maxStrangers {
		out = s.oldestStranger()
		delete(s.strangers, out)
	}
	s.mu.Unlock()
	if out != nil {
		_ = out.Conn.Close()
		s.crowd()
	}
	return c
}

// hostOf is the address without the port.
func hostOf(a net.Addr) string {
	host, _, _ := net.SplitHostPort(a.String())
	return host
}

// oldestStranger is the oldest one from the address that has the most: a program
// that uses up its own address costs nobody else.
func (s *seats) oldestStranger() *conn {
	count := map[string]int{}
	for c := range s.strangers {
		count[c.from]++
	}
	var out *conn
	for c := range s.strangers {
		if out == nil || count[c.from] > count[out.from] || count[c.from] == count[out.from] && c.born < out.born {
			out = c
		}
	}
	return out
}

// leave frees a connection's seat.
func (s *seats) leave(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.strangers, c)
	s.unseat(c)
}

func (s *seats) unseat(c *conn) {
	owner := c.owner.Load()
	if owner == nil || !s.known[owner][c] {
		return
	}
	delete(s.known[owner], c)
	s.seated--
	if len(s.known[owner]) == 0 {
		delete(s.known, owner)
	}
}

// keep assigns a connection to the client whose key it just presented. It reports
// false when there is no room: then the connection stays a stranger's, which may be
// closed at any time, and should end with its call.
func (s *seats) keep(c *conn, k *client) bool {
	if c.owner.Load() == k {
		return true
	}
	s.mu.Lock()
	stranger := s.strangers[c]
	if !stranger && c.owner.Load() == nil {
		s.mu.Unlock()
		return false // closed meanwhile
	}
	var out *conn
	switch {
	case len(s.known[k]) >= maxOfKey:
		out = idle(s.known[k])
	case stranger && s.seated >= maxKnown:
		out = s.idleOfMost()
	}
	full := len(s.known[k]) >= maxOfKey || stranger && s.seated >= maxKnown
	if full && out == nil {
		s.mu.Unlock()
		return false
	}
	if out != nil {
		s.unseat(out)
	}
	delete(s.strangers, c)
	s.unseat(c)
	if s.known[k] == nil {
		s.known[k] = map[*conn]bool{}
	}
	s.known[k][c] = true
	s.seated++
	c.owner.Store(k)
	s.mu.Unlock()
	if out != nil {
		_ = out.Conn.Close()
	}
	return true
}

// idle is the oldest of the connections without a call, nil if all have one.
func idle(conns map[*conn]bool) *conn {
	var out *conn
	for c := range conns {
		if !c.busy.Load() && (out == nil || c.born < out.born) {
			out = c
		}
	}
	return out
}

// idleOfMost is an idle one of the client that has the most connections of all
// clients with an idle one.
func (s *seats) idleOfMost() *conn {
	var out *conn
	most := 0
	for _, conns := range s.known {
		if c := idle(conns); c != nil && len(conns) > most {
			out, most = c, len(conns)
		}
	}
	return out
}

// wait takes a place among the waiting calls, which done gives back. ok is false
// when the client or the door has no more.
func (s *seats) wait(k *client) (done func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting >= maxWaits || s.waits[k] >= maxWaitsOfKey {
		return nil, false
	}
	s.waiting++
	s.waits[k]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.waiting--
		if s.waits[k]--; s.waits[k] == 0 {
			delete(s.waits, k)
		}
	}, true
}
