package door

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// hall is a listener whose connections are pipes, so that a test's clock rules
// all that waits on them. A pipe holds nothing back: whoever does not read stops whoever
// writes at once.
type hall struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (h *hall) Accept() (net.Conn, error) {
	select {
	case c := <-h.conns:
		return c, nil
	case <-h.closed:
		return nil, net.ErrClosed
	}
}

func (h *hall) Close() error {
	close(h.closed)
	return nil
}

func (h *hall) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: doorPort} }

// enter opens a gate's door in a test's own time and returns a way to connect.
func enter(t *testing.T, g *gate) (connect func() net.Conn) {
	t.Helper()
	h := &hall{conns: make(chan net.Conn), closed: make(chan struct{})}
	g.door.cfg.Listen = func(network, _ string) (net.Listener, error) {
		if network == "tcp6" {
			return nil, syscall.EAFNOSUPPORT
		}
		return h, nil
	}
	if err := g.door.Open(doorPort); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.door.Close)
	return func() net.Conn {
		near, far := net.Pipe()
		h.conns <- far
		return near
	}
}

// TestHowLongTheDoorWaits: for headers, a body, the next call and a reader, to
// the second. Whoever waits for the next token is not cut off.
func TestHowLongTheDoorWaits(t *testing.T) {
	head := func(g *gate, line string) string {
		return fmt.Sprintf("%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s\r\n", line, doorPort, with(g.sandbox))
	}
	drip := func(c net.Conn) {
		for {
			if _, err := io.WriteString(c, "x"); err != nil {
				return
			}
			time.Sleep(300 * time.Millisecond)
		}
	}
	for _, tt := range []struct {
		name string
		send func(g *gate, c net.Conn)
		deaf bool          // the client reads nothing
		says string        // what the client gets, as a part of it
		ends time.Duration // when the connection ends
	}{
		{"nothing is sent", func(*gate, net.Conn) {}, false, "", headerTime},
		{"headers by drops", func(g *gate, c net.Conn) {
			_, _ = io.WriteString(c, head(g, "GET /v1/token/shop")+"X: ")
			drip(c)
		}, false, "", headerTime},
		{"a line by drops", func(_ *gate, c net.Conn) { drip(c) }, false, "400 Bad Request", headerTime},
		{"a body by drops", func(g *gate, c net.Conn) {
			_, _ = io.WriteString(c, head(g, "POST /v1/token/shop/refresh")+"Content-Length: 1000\r\n\r\n")
			drip(c)
		}, false, "408 Request Timeout", readTime},
		{"a body that is not wanted, by drops", func(g *gate, c net.Conn) {
			_, _ = io.WriteString(c, head(g, "GET /v1/token/shop")+"Content-Length: 1000\r\n\r\n")
			drip(c)
		}, false, "88_sandbox", readTime},
		{"no other call", func(g *gate, c net.Conn) {
			_, _ = io.WriteString(c, head(g, "GET /v1/token/shop")+"\r\n")
		}, false, "88_sandbox", idleTime},
		{"another call, its headers by drops", func(g *gate, c net.Conn) {
			_, _ = io.WriteString(c, head(g, "GET /v1/token/shop")+"\r\n")
			time.Sleep(30 * time.Second)
			drip(c)
		}, false, "88_sandbox", 30*time.Second + headerTime},
		{"the answer is not read", func(g *gate, c net.Conn) {
			_, _ = io.WriteString(c, head(g, "GET /v1/token/shop")+"\r\n")
		}, true, "", writeTime},
		{"the next token, which does not come", func(g *gate, c net.Conn) {
			path := fmt.Sprintf("GET /v1/token/shop?newer_than=%d&wait=5m", g.tokens[shopSandbox].ExpiresAtUnix)
			_, _ = io.WriteString(c, head(g, path)+"\r\n")
		}, false, "204 No Content", 5*time.Minute + idleTime},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newGate(t)
				connect := enter(t, g)
				began := time.Now()
				c := connect()
				var sender sync.WaitGroup
				sender.Go(func() { tt.send(g, c) })
				defer sender.Wait()
				defer c.Close()
				if tt.deaf {
					// Whether the other end is closed is seen by sending to it.
					time.Sleep(tt.ends - time.Second)
					synctest.Wait()
					_ = c.SetWriteDeadline(time.Now().Add(time.Millisecond))
					if _, err := c.Write([]byte("x")); errors.Is(err, io.ErrClosedPipe) {
						t.Error("the connection ended before its time")
					}
					time.Sleep(2 * time.Second)
					_ = c.SetWriteDeadline(time.Now().Add(time.Millisecond))
					if _, err := c.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
						t.Errorf("the connection lives: %v", err)
					}
					return
				}
				got, _ := io.ReadAll(c)
				// A second is the server's own, to let a client read why.
				if took := time.Since(began); took < tt.ends || took > tt.ends+time.Second {
					t.Errorf("it ended after %v, not %v", took, tt.ends)
				}
				if !strings.Contains(string(got), tt.says) || tt.says == "" && len(got) > 0 {
					t.Errorf("it got %q, want %q", got, tt.says)
				}
			})
		})
	}
}

// TestWhoHangsUpWaitsNoLonger: a client that goes away while it waits leaves
// nothing behind. The bubble ends only when no goroutine is left.
func TestWhoHangsUpWaitsNoLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(t)
		connect := enter(t, g)
		c := connect()
		began := time.Now()
		path := fmt.Sprintf("GET /v1/token/shop?newer_than=%d&wait=5m", g.tokens[shopSandbox].ExpiresAtUnix)
		if _, err := fmt.Fprintf(c, "%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s\r\n\r\n", path, doorPort, with(g.sandbox)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Second) // past the deadline of the headers
		synctest.Wait()
		if lines := g.door.Accesses(1); len(lines) > 0 {
			t.Fatalf("it does not wait: %+v", lines)
		}
		_ = c.Close()
		synctest.Wait()
		if lines := g.door.Accesses(1); len(lines) != 1 || lines[0].Call != callToken || time.Since(began) != 20*time.Second {
			t.Errorf("the call did not end with its client: %+v", lines)
		}
	})
}

// TestTwoCallsInOneBreath: calls that a client sends without waiting for the
// answers are answered in turn.
func TestTwoCallsInOneBreath(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(t)
		c := enter(t, g)()
		defer c.Close()
		call := fmt.Sprintf("GET /v1/token/shop HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s\r\n\r\n", doorPort, with(g.sandbox))
		go func() { _, _ = io.WriteString(c, strings.Repeat(call, 3)) }()
		in := bufio.NewReader(c)
		for range 3 {
			resp, err := http.ReadResponse(in, nil)
			if err != nil {
				t.Fatal(err)
			}
			if body, err := io.ReadAll(resp.Body); err != nil || !strings.Contains(string(body), "88_sandbox") {
				t.Errorf("%d %s %v", resp.StatusCode, body, err)
			}
		}
	})
}
