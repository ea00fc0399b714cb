package api

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"testing"

	"tokentray/core"
	"tokentray/core/local"
)

// exchange is an agent of a few answers, which counts its connections.
type exchange struct {
	net.Listener
	mu    sync.Mutex
	conns []net.Conn
	calls int
}

// newExchange serves do on a socket. do returns false to hang up.
func newExchange(t *testing.T, do func(call int, r *http.Request, c net.Conn) bool) (*exchange, *Client) {
	t.Helper()
	socket := local.Address(t.TempDir())
	l, err := local.Listen(socket)
	if err != nil {
		t.Fatal(err)
	}
	x := &exchange{Listener: l}
	var served sync.WaitGroup
	served.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			x.mu.Lock()
			x.conns = append(x.conns, c)
			x.mu.Unlock()
			served.Go(func() {
				defer c.Close()
				in := bufio.NewReader(c)
				for {
					r, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					x.mu.Lock()
					x.calls++
					call := x.calls
					x.mu.Unlock()
					if !do(call, r, c) {
						return
					}
				}
			})
		}
	})
	client := Dial(socket)
	t.Cleanup(func() {
		client.Close()
		_ = l.Close()
		x.hangUp()
		served.Wait()
	})
	return x, client
}

func (x *exchange) hangUp() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, c := range x.conns {
		_ = c.Close()
	}
}

func (x *exchange) seen() (conns, calls int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return len(x.conns), x.calls
}

// says writes an answer.
func says(c net.Conn, body, header string) bool {
	_, err := fmt.Fprintf(c, "HTTP/1.1 200 OK\r\n%s: %d\r\nContent-Length: %d\r\n%s\r\n%s", versionHeader, Version, len(body), header, body)
	return err == nil
}

func TestReadsShareAConnection(t *testing.T) {
	x, client := newExchange(t, func(_ int, _ *http.Request, c net.Conn) bool { return says(c, "{}", "") })
	for range 10 {
		if _, err := client.Status(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	shared, calls := x.seen()
	if shared > 3 || calls != 10 { // net/http drops one whose writer a busy machine held up
		t.Errorf("%d connections for %d calls", shared, calls)
	}
	// The agent is gone and there is another: nobody notices.
	x.hangUp()
	if _, err := client.Status(t.Context()); err != nil {
		t.Errorf("on a connection that died: %v", err)
	}
	if conns, calls := x.seen(); conns != shared+1 || calls != 11 {
		t.Errorf("%d connections for %d calls", conns, calls)
	}
}

// TestWhatChangesSomethingIsSentOnce: whether a call that was lost with its
// connection arrived nobody knows. So it takes a new connection and is not sent
// again.
func TestWhatChangesSomethingIsSentOnce(t *testing.T) {
	x, client := newExchange(t, func(_ int, r *http.Request, c net.Conn) bool {
		return r.Method == http.MethodGet && says(c, "{}", "")
	})
	if _, err := client.Status(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := client.Use(t.Context(), core.Live); !errors.Is(err, ErrNoAgent) {
		t.Errorf("a call that brought no answer: %v", err)
	}
	if conns, calls := x.seen(); conns != 2 || calls != 2 {
		t.Errorf("%d connections for %d calls", conns, calls)
	}
}

func TestAConnectionThatIsNotToBeUsedAgain(t *testing.T) {
	x, client := newExchange(t, func(_ int, _ *http.Request, c net.Conn) bool {
		return says(c, "{}", "Connection: close\r\n")
	})
	for range 3 {
		if _, err := client.Status(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if conns, calls := x.seen(); conns != 3 || calls != 3 {
		t.Errorf("%d connections for %d calls", conns, calls)
	}
}

// TestACallEndsWithItsContext: before the answer and within it.
func TestACallEndsWithItsContext(t *testing.T) {
	for _, part := range []string{"", "HTTP/1.1 200 OK\r\n" + versionHeader + ": 1\r\nContent-Length: 100\r\n\r\n{"} {
		got := make(chan struct{})
		x, client := newExchange(t, func(call int, _ *http.Request, c net.Conn) bool {
			if call != 2 {
				return says(c, "{}", "")
			}
			_, _ = c.Write([]byte(part))
			close(got)
			return true
		})
		if _, err := client.Status(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		over := make(chan error, 1)
		go func() {
			_, err := client.Status(ctx)
			over <- err
		}()
		<-got
		cancel()
		if err := <-over; !errors.Is(err, context.Canceled) {
			t.Errorf("after %q: %v", part, err)
		}
		if _, err := client.Status(t.Context()); err != nil {
			t.Errorf("the call after it: %v", err)
		}
		if conns, _ := x.seen(); conns < 2 { // net/http may drop another on a busy machine
			t.Errorf("after %q: %d connections for three calls, the second of which was ended within", part, conns)
		}
	}
}
