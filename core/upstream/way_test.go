package upstream

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

// pipeWay is a Way whose connections lead to serve, which has one each.
func pipeWay(serve func(c net.Conn)) *Way {
	t := newTransport(Options{}, connectTimeout, wayStall)
	t.DisableKeepAlives = true
	t.DialContext = func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go func() {
			defer theirs.Close()
			if _, err := http.ReadRequest(bufio.NewReader(theirs)); err == nil {
				serve(theirs)
			}
		}()
		c := moving{ours}
		return c, c.SetDeadline(time.Now().Add(wayStall))
	}
	return &Way{t}
}

// TestASlowUpstream: a call lasts as long as something moves, however slowly, and ends
// two minutes after nothing did, before the answer or in the middle of it.
func TestASlowUpstream(t *testing.T) {
	const base = "http://127.0.0.1:1"
	for name, tt := range map[string]struct {
		serve func(c net.Conn)
		body  string
		fails bool
		after time.Duration
	}{
		"a byte now and then": {func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
			for i := range 10 {
				time.Sleep(wayStall - time.Second)
				_, _ = fmt.Fprint(c, i)
			}
		}, "0123456789", false, 10 * (wayStall - time.Second)},
		"no answer": {func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, "", true, wayStall},
		"a stop in the middle": {func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nbegin")
			_, _ = io.Copy(io.Discard, c) // until the other end is closed
		}, "begin", true, wayStall},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := pipeWay(tt.serve)
				hr, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/x?access_token=88_secret", nil)
				if err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				var body []byte
				resp, err := w.Send(hr, core.Request{Account: core.Account{BaseURL: base}}, base, Redactor{"88_secret"})
				if err == nil {
					body, err = io.ReadAll(resp.Body)
					_ = resp.Body.Close()
					if err != nil {
						err = Broken(t.Context(), "127.0.0.1:1", err)
					}
				}
				if took := time.Since(start); took != tt.after {
					t.Errorf("it took %s, want %s", took, tt.after)
				}
				e := core.AsError(err)
				if string(body) != tt.body || (err != nil) != tt.fails || err != nil && (e.Class != core.Temporary || strings.Contains(e.Error(), "88_")) {
					t.Errorf("%q, %v", body, err)
				}
			})
		})
	}
}

// TestAChangeOfProtocolsIsNoAnswer: nobody asked for one, and what follows would be no
// answer but the connection.
func TestAChangeOfProtocolsIsNoAnswer(t *testing.T) {
	const base = "http://127.0.0.1:1"
	w := pipeWay(func(c net.Conn) {
		_, _ = io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n88_secret")
		_, _ = io.Copy(io.Discard, c) // until the other end is closed
	})
	hr, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/x", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := w.Send(hr, core.Request{Account: core.Account{BaseURL: base}}, base, Redactor{"88_secret"})
	if e := core.AsError(err); resp != nil || e.Class != core.Temporary || e.Remedy != core.RemedyAnswer {
		t.Errorf("%v, %v", resp, err)
	}
}
