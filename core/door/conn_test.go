package door

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"tokentray/core"
)

// dialled is a connection to an open door.
type dialled struct {
	net.Conn
	in *bufio.Reader
}

func dial(t *testing.T, address string) dialled {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return dialled{c, bufio.NewReader(c)}
}

// call sends a request and returns the status and the body; status 0: the
// connection was closed instead.
func (d dialled) call(t *testing.T, address, line, more string) (*http.Response, string) {
	t.Helper()
	if _, err := fmt.Fprintf(d, "%s HTTP/1.1\r\nHost: %s\r\n%s\r\n", line, address, more); err != nil {
		return &http.Response{}, ""
	}
	_ = d.SetReadDeadline(time.Now().Add(time.Minute)) // a machine may be busy
	resp, err := http.ReadResponse(d.in, nil)
	if err != nil {
		return &http.Response{}, ""
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	return resp, string(body)
}

// closed reports whether the other end closed the connection.
func (d dialled) closed() bool {
	_ = d.SetReadDeadline(time.Now().Add(20 * time.Second))
	_, err := d.in.ReadByte()
	return err != nil && !strings.Contains(err.Error(), "timeout")
}

// TestWhoMayNotCallIsHungUpOn: a refused caller keeps no connection.
func TestWhoMayNotCallIsHungUpOn(t *testing.T) {
	g := newGate(t)
	address, _ := opened(t, g)
	for _, tt := range []struct {
		name, line, more string
		status           int
	}{
		{"no key", "GET /v1/status", "", 401},
		{"a wrong key", "GET /v1/status", with("ttk_wrong") + "\r\n", 401},
		{"another site's page", "GET /v1/status", with(g.all) + "\r\nOrigin: https://evil.example\r\n", 403},
		{"another host", "GET /v1/status", "X: y\r\n", 403},
		{"no key, in WeChat's way", "GET /cgi-bin/token?grant_type=client_credential&appid=wxsandbox", "", 200},
		{"a wrong key, in WeChat's way", "GET /cgi-bin/token?grant_type=client_credential&appid=wxsandbox&secret=x", "", 200},
		{"no path of WeChat's", "GET /cgi-bin/menu/get", "", 200},
	} {
		d, host := dial(t, address), address
		if tt.name == "another host" {
			host = "evil.example"
		}
		resp, body := d.call(t, host, tt.line, tt.more)
		if resp.StatusCode != tt.status || strings.Contains(body, "88_") {
			t.Errorf("%s: %d %s", tt.name, resp.StatusCode, body)
		}
		if !resp.Close || !d.closed() {
			t.Errorf("%s: the connection is kept", tt.name)
		}
	}
	d := dial(t, address)
	for range 3 {
		if resp, _ := d.call(t, address, "GET /v1/token/shop", with(g.sandbox)+"\r\n"); resp.StatusCode != 200 || resp.Close {
			t.Errorf("a right key: %d, close %v", resp.StatusCode, resp.Close)
		}
	}
}

// TestConnectionsWithoutAKeyHoldNobodyUp: however many say nothing, a call with a
// right key is served at once.
func TestConnectionsWithoutAKeyHoldNobodyUp(t *testing.T) {
	g := newGate(t)
	address, _ := opened(t, g)
	kept := dial(t, address)
	if resp, _ := kept.call(t, address, "GET /v1/token/shop", with(g.sandbox)+"\r\n"); resp.StatusCode != 200 {
		t.Fatalf("%d", resp.StatusCode)
	}
	var silent []dialled
	for range 600 {
		silent = append(silent, dial(t, address))
	}
	began := time.Now()
	if resp, _ := dial(t, address).call(t, address, "GET /v1/token/shop", with(g.sandbox)+"\r\n"); resp.StatusCode != 200 {
		t.Errorf("a new connection: %d", resp.StatusCode)
	}
	if resp, _ := kept.call(t, address, "GET /v1/token/shop", with(g.sandbox)+"\r\n"); resp.StatusCode != 200 {
		t.Errorf("a connection that showed its key before: %d", resp.StatusCode)
	}
	if took := time.Since(began); took > headerTime/2 {
		t.Errorf("it took %v", took)
	}
	if !silent[0].closed() {
		t.Error("the oldest is open")
	}
	if n := strings.Count(g.log.String(), "without a client key"); n != 1 {
		t.Errorf("logged %d times", n)
	}
}

// TestLongPollsOfOneKeyHoldNobodyUp: they have a share, and what is over it is
// told so; reads with the same key and with others go on.
func TestLongPollsOfOneKeyHoldNobodyUp(t *testing.T) {
	const over = 40
	g := newGate(t)
	address, _ := opened(t, g)
	poll := fmt.Sprintf("GET /v1/token/shop?newer_than=%d&wait=60s", time.Now().Add(time.Hour).Unix())
	refused := make(chan *http.Response, maxWaitsOfKey+over)
	var wg sync.WaitGroup
	for range maxWaitsOfKey + over {
		d := dial(t, address)
		wg.Go(func() {
			if resp, _ := d.call(t, address, poll, with(g.sandbox)+"\r\n"); resp.StatusCode == 429 {
				refused <- resp
			}
		})
	}
	for n := range over {
		select {
		case resp := <-refused:
			if resp.Header.Get("Retry-After") == "" {
				t.Error("a refusal does not say when to come again")
			}
		case <-time.After(2 * time.Minute):
			t.Fatalf("only %d of %d were refused", n, over)
		}
	}
	for _, key := range []string{g.sandbox, g.all} {
		began := time.Now()
		if resp, _ := dial(t, address).call(t, address, "GET /v1/token/shop", with(key)+"\r\n"); resp.StatusCode != 200 || time.Since(began) > 10*time.Second {
			t.Errorf("a read: %d after %v", resp.StatusCode, time.Since(began))
		}
	}
	if len(refused) > 0 {
		t.Errorf("%d more were refused", len(refused))
	}
	g.door.Close()
	wg.Wait()
}

// fakeConn is a connection from an address, which knows whether it was closed.
type fakeConn struct {
	net.Conn
	from   string
	closed bool
}

func (c *fakeConn) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.ParseIP(c.from), Port: 1} }
func (c *fakeConn) Close() error         { c.closed = true; return nil }

func (c *conn) wasClosed() bool { return c.Conn.(*fakeConn).closed }

func TestSeats(t *testing.T) {
	key := func(name string) *client { return newClient(core.ClientKey{Name: name}) }
	fill := func(s *seats, n int, from string, k *client, busy bool) (out []*conn) {
		for range n {
			c := s.admit(&fakeConn{from: from})
			if k != nil && !s.keep(c, k) {
				t.Fatal("there is no seat")
			}
			c.busy.Store(busy)
			out = append(out, c)
		}
		return out
	}
	open := func(conns []*conn) (n int) {
		for _, c := range conns {
			if !c.wasClosed() {
				n++
			}
		}
		return n
	}
	t.Run("strangers of one address push out their own", func(t *testing.T) {
		s := newSeats(func() {})
		few := fill(s, 3, "127.0.0.2", nil, false)
		many := fill(s, 5*maxStrangers, "127.0.0.1", nil, true)
		if open(few) != 3 || open(many) != maxStrangers-3 || !many[0].wasClosed() || many[len(many)-1].wasClosed() {
			t.Errorf("%d and %d are open", open(few), open(many))
		}
	})
	t.Run("idle connections of a key make room for its next", func(t *testing.T) {
		s, k := newSeats(func() {}), key("a")
		conns := fill(s, maxOfKey+10, "127.0.0.1", k, false)
		if open(conns) != maxOfKey || !conns[0].wasClosed() {
			t.Errorf("%d are open", open(conns))
		}
	})
	t.Run("busy ones do not", func(t *testing.T) {
		s, k := newSeats(func() {}), key("a")
		conns := fill(s, maxOfKey, "127.0.0.1", k, true)
		if c := s.admit(&fakeConn{from: "127.0.0.1"}); s.keep(c, k) || c.wasClosed() || open(conns) != maxOfKey {
			t.Error("a busy connection was closed for another, or there was a seat more")
		}
		if c := s.admit(&fakeConn{from: "127.0.0.1"}); !s.keep(c, key("b")) {
			t.Error("another key has no seat")
		}
	})
	t.Run("who has most gives way to another key", func(t *testing.T) {
		s, a, b := newSeats(func() {}), key("a"), key("b")
		of, other := fill(s, maxOfKey, "127.0.0.1", a, false), fill(s, maxKnown-maxOfKey, "127.0.0.1", b, false)
		fill(s, 1, "127.0.0.1", key("c"), false)
		if open(of) != maxOfKey-1 || open(other) != len(other) || s.seated != maxKnown {
			t.Errorf("%d and %d are open, %d seated", open(of), open(other), s.seated)
		}
	})
	t.Run("a closed connection leaves nothing behind", func(t *testing.T) {
		s, a, b := newSeats(func() {}), key("a"), key("b")
		conns := append(fill(s, 5, "127.0.0.1", a, false), fill(s, 5, "127.0.0.1", nil, false)...)
		if !s.keep(conns[0], b) || s.seated != 5 { // a proxy shows another key
			t.Errorf("%d seated", s.seated)
		}
		for _, c := range conns {
			_ = c.Close()
			_ = c.Close()
		}
		if len(s.known)+len(s.strangers)+s.seated != 0 {
			t.Errorf("known %v, strangers %v, %d seated", s.known, s.strangers, s.seated)
		}
	})
	t.Run("waits", func(t *testing.T) {
		s := newSeats(func() {})
		take := func(k *client) (n int, done func()) {
			for {
				d, ok := s.wait(k)
				if !ok {
					return n, done
				}
				n, done = n+1, d
			}
		}
		a, b := key("a"), key("b")
		n, done := take(a)
		if n != maxWaitsOfKey {
			t.Errorf("one key: %d", n)
		}
		if n, _ := take(b); n != maxWaits-maxWaitsOfKey {
			t.Errorf("another: %d", n)
		}
		done()
		if n, _ := take(b); n != 1 {
			t.Errorf("after one ended: %d", n)
		}
	})
}
