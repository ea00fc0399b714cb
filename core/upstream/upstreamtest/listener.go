// Package upstreamtest has servers on the loopback that misbehave, for tests of clients.
package upstreamtest

import (
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// RoundTrip is a http.RoundTripper made of a function.
type RoundTrip func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f RoundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Silent is a server that listens and never answers. It returns the address.
func Silent(t testing.TB) string {
	t.Helper()
	return Listener(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
}

// Talker is a server that reads a request, says one thing and hangs up. It returns the
// address.
func Talker(t testing.TB, says string) string {
	t.Helper()
	return Listener(t, func(c net.Conn) {
		_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
		_, _ = c.Read(make([]byte, 64<<10))
		_, _ = io.WriteString(c, says)
	})
}

// Listener calls talk for each connection and returns the address. When the test ends it
// closes all connections and waits.
func Listener(t testing.TB, talk func(net.Conn)) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	var open []net.Conn
	wg.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = append(open, c)
			mu.Unlock()
			wg.Go(func() {
				defer func() { _ = c.Close() }()
				talk(c)
			})
		}
	})
	t.Cleanup(func() {
		_ = ln.Close()
		mu.Lock()
		for _, c := range open {
			_ = c.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
	return ln.Addr().String()
}
