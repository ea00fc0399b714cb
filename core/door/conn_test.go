package door

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestNoMoreConnectionsThanSeats(t *testing.T) {
	inner, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &boundedListener{Listener: inner, seats: make(chan struct{}, 2), closed: make(chan struct{})}
	accepted := make(chan net.Conn, 4)
	over := make(chan error, 1)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				over <- err
				return
			}
			accepted <- c
		}
	}()
	for range 3 {
		c, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	first := <-accepted
	<-accepted
	select {
	case <-accepted:
		t.Fatal("a third connection was accepted on two seats")
	case <-time.After(50 * time.Millisecond):
	}
	_ = first.Close()
	_ = first.Close() // frees its seat once
	<-accepted
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-over; !errors.Is(err, net.ErrClosed) {
		t.Errorf("the listener ended with %v", err)
	}
}

// TestALazyDeadlineIsExact: however a deadline is moved, a read or a write that
// waits ends when the one that was set last passes.
func TestALazyDeadlineIsExact(t *testing.T) {
	const never = -1
	past := time.Unix(1, 0) // the server's way to end what waits
	type step struct {
		at time.Duration // since the start
		to time.Duration // of the deadline, since the start; 0: none; never: past
	}
	for _, tt := range []struct {
		name  string
		steps []step
		start time.Duration // of the read
		ends  time.Duration // never: it does not
	}{
		{"none", nil, 0, never},
		{"one", []step{{0, 5}}, 0, 5},
		{"moved away before", []step{{0, 5}, {0, 60}}, 0, 60},
		{"moved away meanwhile", []step{{0, 5}, {2, 60}}, 1, 60},
		{"moved away twice", []step{{0, 5}, {2, 10}, {9, 20}}, 1, 20},
		{"moved nearer", []step{{0, 60}, {2, 5}}, 1, 5},
		{"moved away and nearer", []step{{0, 5}, {1, 60}, {6, 8}}, 0, 8},
		{"moved away and back", []step{{0, 5}, {1, 60}, {2, 5}}, 0, 5},
		{"taken away", []step{{0, 5}, {2, 0}}, 1, never},
		{"taken away and set again", []step{{0, 5}, {2, 0}, {9, 30}}, 1, 30},
		{"passed before", []step{{0, 5}}, 7, 7},
		{"passed, and moved away since", []step{{0, 5}, {6, 60}}, 7, 60},
		{"ended at once", []step{{0, 5}, {2, never}}, 1, 2},
		{"ended at once with none", []step{{2, never}}, 1, 2},
		{"ended before, then as it was", []step{{0, 5}, {1, never}, {1, 0}, {1, 5}}, 2, 5},
		{"ended before, then none", []step{{0, 5}, {1, never}, {1, 0}}, 2, never},
		{"ended before, then another", []step{{1, never}, {1, 0}, {1, 60}, {2, 7}}, 3, 7},
		{"ended twice", []step{{0, 5}, {1, never}, {1, never}, {1, 9}}, 2, 9},
	} {
		for _, way := range []string{"read", "write"} {
			t.Run(tt.name+", "+way, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					near, far := net.Pipe()
					defer far.Close()
					c := newConn(near, func() {})
					began := time.Now()
					do, set := c.Read, c.SetReadDeadline
					if way == "write" {
						do, set = c.Write, c.SetWriteDeadline
					}
					go func() {
						for _, s := range tt.steps {
							time.Sleep(time.Until(began.Add(s.at * time.Second)))
							at := began.Add(s.to * time.Second)
							if s.to == 0 {
								at = time.Time{}
							} else if s.to == never {
								at = past
							}
							if err := set(at); err != nil {
								t.Error(err)
							}
						}
					}()
					time.Sleep(tt.start * time.Second)
					synctest.Wait()
					over := make(chan error, 1)
					go func() {
						_, err := do(make([]byte, 8))
						over <- err
					}()
					select {
					case err := <-over:
						if took := time.Since(began); !errors.Is(err, os.ErrDeadlineExceeded) || took != tt.ends*time.Second {
							t.Errorf("%v after %v, want the deadline after %d s", err, took, tt.ends)
						}
						_ = c.Close()
					case <-time.After(time.Hour):
						if tt.ends != never {
							t.Errorf("it still waits, and the deadline was after %d s", tt.ends)
						}
						_ = c.Close()
						if err := <-over; !errors.Is(err, io.ErrClosedPipe) {
							t.Error(err)
						}
					}
				})
			})
		}
	}
}

// countedConn counts how often its deadlines are really set.
type countedConn struct {
	net.Conn
	sets *atomic.Int64
}

func (c countedConn) SetReadDeadline(t time.Time) error {
	c.sets.Add(1)
	return c.Conn.SetReadDeadline(t)
}

func (c countedConn) SetWriteDeadline(t time.Time) error {
	c.sets.Add(1)
	return c.Conn.SetWriteDeadline(t)
}

// TestDeadlinesCostLittle: what the server asks for with each request of a
// connection that is kept alive leads to two timers, to end its look for a
// client that went away and to go on.
func TestDeadlinesCostLittle(t *testing.T) {
	const requests = 500
	var sets atomic.Int64
	g := newGate(t)
	g.door.cfg.Listen = func(network, address string) (net.Listener, error) {
		l, err := net.Listen(network, address)
		return countedListener{l, &sets}, err
	}
	address, _ := opened(t, g)
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	in := bufio.NewReader(c)
	for range requests {
		_, err := fmt.Fprintf(c, "GET /v1/token/shop HTTP/1.1\r\nHost: %s\r\n%s\r\n\r\n", address, with(g.sandbox))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != 200 {
			t.Fatalf("%d %v", resp.StatusCode, err)
		}
	}
	if n := sets.Load(); n > 2*requests+50 {
		t.Errorf("%d requests set %d deadlines", requests, n)
	}
}

type countedListener struct {
	net.Listener
	sets *atomic.Int64
}

func (l countedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return countedConn{c, l.sets}, err
}
