package wechat

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core/kinds"
)

// A kept connection that turns out dead is replaced in silence for calls that
// do no harm twice; a forced call is never sent again.
func TestDeadConnection(t *testing.T) {
	var calls atomic.Int32
	addr := listener(t, func(c net.Conn) {
		// One answer, then the end at the next request.
		in := bufio.NewReader(c)
		for answers := 1; ; answers-- {
			r, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, r.Body)
			calls.Add(1)
			if answers == 0 {
				return
			}
			_, _ = fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(goodBody), goodBody)
		}
	})
	up := UpstreamsOf(Options{})[kinds.WeChat]
	req := request("http://" + addr)
	for range 2 {
		if _, err := up.Fetch(t.Context(), req); err != nil {
			t.Fatal(err)
		}
	}
	if n := calls.Load(); n != 3 {
		t.Errorf("upstream saw %d calls, want 3: an answer, a dead connection, an answer", n)
	}
	req.Force = true
	for range 3 {
		before := calls.Load()
		_, err := up.Fetch(t.Context(), req)
		if n := calls.Load() - before; n > 1 {
			t.Fatalf("a forced call was sent %d times: %v", n, err)
		}
	}
}

// A connection waits a few seconds for the next call and is then gone, and with
// it everything that could wake the process.
func TestIdleConnectionGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := net.Pipe()
		tr := newTransport(Options{}, connectTimeout, callTimeout+keepIdle)
		tr.DialContext = func(context.Context, string, string) (net.Conn, error) { return client, nil }
		c := &caller{now: time.Now, limit: callTimeout, shared: deadlined{tr, callTimeout + keepIdle}}
		closed := make(chan time.Time, 1)
		go func() {
			in := bufio.NewReader(server)
			if r, err := http.ReadRequest(in); err == nil {
				_, _ = io.Copy(io.Discard, r.Body)
			}
			_, _ = fmt.Fprintf(server, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(goodBody), goodBody)
			_, _ = io.Copy(io.Discard, in)
			closed <- time.Now()
		}()
		if _, err := (stable{c}).Fetch(t.Context(), request("http://127.0.0.1")); err != nil {
			t.Fatal(err)
		}
		answered := time.Now()
		if stayed := (<-closed).Sub(answered); stayed != keepIdle {
			t.Errorf("the connection stayed for %v, want %v", stayed, keepIdle)
		}
	})
}

// The library goes on dialling for a call that has ended. A proxy that accepts
// and falls silent cannot hold that goroutine for ever.
func TestSilentProxyIsDropped(t *testing.T) {
	for _, scheme := range []string{"http", "https", "socks5"} {
		t.Run(scheme, func(t *testing.T) {
			ctx := withProxy(context.Background(), &url.URL{Scheme: scheme, Host: silent(t)})
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.weixin.qq.com/", nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := newTransport(Options{}, time.Minute, 20*time.Millisecond).RoundTrip(r)
			if err == nil {
				_ = resp.Body.Close()
				t.Fatal("silence was taken for an answer")
			}
		})
	}
}

// A connection that is used again lives on.
func TestDeadlineMovesOn(t *testing.T) {
	var conn deadline
	rt := deadlined{roundTrip(func(r *http.Request) (*http.Response, error) {
		httptrace.ContextClientTrace(r.Context()).GotConn(httptrace.GotConnInfo{Conn: &conn, Reused: true})
		return nil, io.EOF
	}), time.Minute}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.weixin.qq.com/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := rt.RoundTrip(r); err == nil {
		_ = resp.Body.Close()
	}
	if left := time.Until(conn.at); left < 50*time.Second || left > time.Minute {
		t.Errorf("the connection ends in %v, want a minute", left)
	}
}

// deadline is a connection that remembers when it is to end.
type deadline struct {
	net.Conn
	at time.Time
}

func (d *deadline) SetDeadline(at time.Time) error { d.at = at; return nil }
