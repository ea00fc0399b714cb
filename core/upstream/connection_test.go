package upstream

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
	"tokentray/core/upstream/upstreamtest"
)

// Idle connections are few and go soon.
func TestIdleConnectionsAreBounded(t *testing.T) {
	tr := New(Options{}).shared.(deadlined).RoundTripper.(*http.Transport)
	if tr.IdleConnTimeout <= 0 || tr.IdleConnTimeout > 10*time.Second || tr.MaxIdleConns == 0 {
		t.Errorf("idle connections stay for %v, %d of them", tr.IdleConnTimeout, tr.MaxIdleConns)
	}
}

// A name server cannot lead a secret in plain http away from this machine.
func TestAstray(t *testing.T) {
	here, there := &net.TCPAddr{IP: net.IPv6loopback, Port: 80}, &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 80}
	for _, tt := range []struct {
		asked   string
		reached net.Addr
		bad     bool
	}{
		{"localhost:80", here, false},
		{"127.0.0.1:80", here, false},
		{"LOCALHOST:80", there, true},
		{"127.0.0.1:80", there, true},
		{"api.weixin.qq.com:443", there, false},
	} {
		if err := astray(tt.asked, tt.reached); (err != nil) != tt.bad {
			t.Errorf("%s at %v: %v", tt.asked, tt.reached, err)
		}
	}
	tr := trouble{parent: t.Context(), call: t.Context(), host: "localhost:80"}
	if e := tr.explain(astray("localhost:80", there)); e.Remedy != core.RemedyNetwork || !strings.Contains(e.Message, "does not lead to this machine") {
		t.Error(e)
	}
}

// A connection waits a few seconds for the next call and is then gone, and with
// it everything that could wake the process.
func TestIdleConnectionGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := net.Pipe()
		tr := newTransport(Options{}, connectTimeout, callTimeout+keepIdle)
		tr.DialContext = func(context.Context, string, string) (net.Conn, error) { return client, nil }
		c := &Caller{now: time.Now, limit: callTimeout, shared: deadlined{tr, callTimeout + keepIdle}}
		closed := make(chan time.Time, 1)
		go func() {
			in := bufio.NewReader(server)
			if r, err := http.ReadRequest(in); err == nil {
				_, _ = io.Copy(io.Discard, r.Body)
			}
			_, _ = fmt.Fprintf(server, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", 2, "{}")
			_, _ = io.Copy(io.Discard, in)
			closed <- time.Now()
		}()
		if _, err := c.Call(t.Context(), core.Request{}, "http://127.0.0.1", Outgoing{Method: http.MethodGet, Path: "/", Harmless: true}, nil); err != nil {
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
			ctx := withProxy(context.Background(), &url.URL{Scheme: scheme, Host: upstreamtest.Silent(t)})
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
	rt := deadlined{upstreamtest.RoundTrip(func(r *http.Request) (*http.Response, error) {
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

// A call that is for a private network reaches no other, wherever a name leads.
func TestPrivateNetworksAlone(t *testing.T) {
	for address, fine := range map[string]bool{
		"127.0.0.1:80": true, "10.0.0.1:80": true, "192.168.1.1:80": true, "[fd00::1]:80": true, "100.64.0.1:80": true, "169.254.1.1:80": true,
		"203.0.113.7:80": false, "[2001:db8::1]:80": false, "172.32.0.1:80": false,
	} {
		addr, err := net.ResolveTCPAddr("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		if err := public(addr); (err == nil) != fine {
			t.Errorf("%s: %v", address, err)
		}
	}
	if err := public(&net.UnixAddr{Name: "/tmp/s"}); err == nil {
		t.Error("what is no address of the network passes")
	}
}
