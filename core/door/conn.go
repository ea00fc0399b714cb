package door

import (
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// boundedListener accepts no more connections than there are seats.
type boundedListener struct {
	net.Listener
	seats  chan struct{} // shared by the listeners of a door
	once   sync.Once
	closed chan struct{}
}

func (l *boundedListener) Accept() (net.Conn, error) {
	select {
	case l.seats <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.seats
		return nil, err
	}
	return newConn(c, sync.OnceFunc(func() { <-l.seats })), nil
}

func (l *boundedListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

// conn is a connection at the door. It frees its seat when it is closed, and
// makes deadlines cheap that are moved with every request and hardly ever pass.
type conn struct {
	net.Conn
	leave       func()
	read, write lazyDeadline
}

func newConn(c net.Conn, leave func()) *conn {
	now := time.Now()
	return &conn{Conn: c, leave: leave, read: lazyDeadline{born: now}, write: lazyDeadline{born: now}}
}

func (c *conn) Close() error {
	defer c.leave()
	return c.Conn.Close()
}

// CloseWrite lets the server say that an answer is whole before it closes on a
// client that still sends: closed at once, the answer would be lost with it.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

func (c *conn) Read(b []byte) (int, error) {
	for {
		n, err := c.Conn.Read(b)
		if n > 0 || err == nil || !c.read.early(err, c.Conn.SetReadDeadline) {
			return n, err
		}
	}
}

func (c *conn) Write(b []byte) (int, error) {
	done := 0
	for {
		n, err := c.Conn.Write(b[done:])
		done += n
		if err == nil || !c.write.early(err, c.Conn.SetWriteDeadline) {
			return done, err
		}
	}
}

func (c *conn) SetReadDeadline(t time.Time) error {
	return c.read.move(t, c.Conn.SetReadDeadline)
}

func (c *conn) SetWriteDeadline(t time.Time) error {
	return c.write.move(t, c.Conn.SetWriteDeadline)
}

func (c *conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// lazyDeadline is a deadline of a connection. The server moves it several times
// in each request, and each time a timer would have to be moved. So a deadline
// that moves away is noted alone: when the one that is set passes before the one
// that is wanted, the connection is told to wait on. It is never late, and never
// seen to be early.
type lazyDeadline struct {
	born time.Time // of the connection: a deadline before it ends what waits

	mu   sync.Mutex
	want time.Time // zero: none
	set  time.Time // what the connection has; zero: none
	cut  bool      // it has a deadline before born instead
}

// move is SetReadDeadline or SetWriteDeadline of a connection whose own is set.
// It reads no clock.
func (d *lazyDeadline) move(t time.Time, set func(time.Time) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.want = t
	sooner := !t.IsZero() && (d.set.IsZero() || t.Before(d.set))
	switch {
	case sooner && t.Before(d.born):
		d.cut = true
		return set(t)
	case sooner:
		d.set = t
	case !d.cut:
		return nil
	}
	d.cut = false
	return set(d.set) // which may be over since: early sees to that
}

// early reports whether err says that a deadline passed when the one that is
// wanted has not, and sets that one.
func (d *lazyDeadline) early(err error, set func(time.Time) error) bool {
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.cut || !d.want.IsZero() && !d.want.After(time.Now()) {
		return false
	}
	d.set = d.want
	return set(d.want) == nil
}
