package redisconn_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"

	"tokentray/core"
	"tokentray/core/redisconn"
)

// network is one in which each address is a Redis of its own, wherever a name leads.
type network struct {
	leads  map[string]string // host -> the address that it leads to; else to itself
	master string            // what Sentinels name

	mu   sync.Mutex
	sent map[string]string // address -> what it was sent
}

// elsewhere is a connection to an address.
type elsewhere struct {
	net.Conn
	at *net.TCPAddr
	n  *network
}

func (e elsewhere) RemoteAddr() net.Addr { return e.at }

func (e elsewhere) Write(p []byte) (int, error) {
	e.n.mu.Lock()
	e.n.sent[e.at.IP.String()] += string(p)
	e.n.mu.Unlock()
	return e.Conn.Write(p)
}

func (n *network) dial(_ context.Context, _, addr string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	if to := n.leads[host]; to != "" {
		host = to
	}
	ours, theirs := net.Pipe()
	go n.serve(theirs)
	return elsewhere{ours, &net.TCPAddr{IP: net.ParseIP(host), Port: 6379}, n}, nil
}

// serve answers a Sentinel's question, and refuses everything else.
func (n *network) serve(c net.Conn) {
	defer c.Close()
	for r := bufio.NewReader(c); ; {
		head, err := r.ReadString('\n')
		items, bad := strconv.Atoi(strings.Trim(head, "*\r\n"))
		if err != nil || bad != nil {
			return
		}
		var words []string
		for range items {
			length, err := r.ReadString('\n')
			size, bad := strconv.Atoi(strings.Trim(length, "$\r\n"))
			word := make([]byte, max(0, size)+2)
			if _, short := io.ReadFull(r, word); err != nil || bad != nil || short != nil {
				return
			}
			words = append(words, strings.ToLower(string(word[:size])))
		}
		answer := "-ERR unknown command\r\n"
		switch said := strings.Join(words, " "); {
		case strings.HasPrefix(said, "sentinel get-master-addr-by-name"):
			answer = fmt.Sprintf("*2\r\n$%d\r\n%s\r\n$4\r\n6379\r\n", len(n.master), n.master)
		case strings.HasPrefix(said, "sentinel "):
			answer = "*0\r\n"
		case strings.HasPrefix(said, "auth"), strings.HasPrefix(said, "select"):
			answer = "+OK\r\n"
		}
		if _, err := io.WriteString(c, answer); err != nil {
			return
		}
	}
}

// TestWithoutTLSNothingGoesFartherThanAgreed: neither by a name nor by what Sentinels
// say. The password is sent to what is within reach alone.
func TestWithoutTLSNothingGoesFartherThanAgreed(t *testing.T) {
	const password = "correct horse"
	self, private, public := "127.0.0.1", "10.0.0.7", "203.0.113.7"
	for _, tt := range []struct {
		url, leads, master string
		reach              core.Reach
		fine               bool
	}{
		{"redis://localhost", self, "", core.ReachSelf, true},
		{"redis://localhost", private, "", core.ReachSelf, false},
		{"redis://10.0.0.7", "", "", core.ReachSelf, false},
		{"redis://cache.example.com", private, "", core.ReachSelf, false},
		{"redis://cache.example.com", private, "", core.ReachPrivate, true},
		{"redis://cache.example.com", "fd00::7", "", core.ReachPrivate, true},
		{"redis://cache.example.com", public, "", core.ReachPrivate, false},
		{"redis://cache.example.com", "2001:db8::7", "", core.ReachPrivate, false},
		{"redis://cache.example.com", public, "", core.ReachAll, true},
		{"redis://localhost?master=main", self, private, core.ReachSelf, false},
		{"redis://localhost?master=main", self, private, core.ReachPrivate, true},
		{"redis://localhost?master=main", self, public, core.ReachPrivate, false},
		{"redis://localhost?master=main", self, public, core.ReachAll, true},
		{"rediss://cache.example.com", public, "", core.ReachSelf, true}, // its certificate counts
	} {
		u, err := redisconn.Parse(tt.url)
		if err != nil {
			t.Fatal(err)
		}
		host, _, _ := net.SplitHostPort(u.Addrs[0])
		n := &network{leads: map[string]string{host: tt.leads}, master: tt.master, sent: map[string]string{}}
		c, err := redisconn.Open(u, redisconn.Options{
			Reach: tt.reach, Dial: n.dial, Password: func(context.Context) (string, error) { return password, nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		e := redisconn.Explain(c.Get(t.Context(), "a").Err())
		_ = c.Close()
		end := tt.leads
		if tt.master != "" {
			end = tt.master
		}
		if end == "" {
			end = host
		}
		n.mu.Lock()
		for at, sent := range n.sent {
			if at != end && strings.Contains(sent, password) {
				t.Errorf("%+v: %s was sent the password", tt, at)
			}
		}
		sent := n.sent[end]
		n.mu.Unlock()
		far := e != nil && e.Remedy == core.RemedyRedisPlain
		switch {
		case far == tt.fine:
			t.Errorf("%+v: %v", tt, e)
		case (sent != "") != tt.fine, u.TLS && strings.Contains(sent, password), tt.fine && !u.TLS && !strings.Contains(sent, password):
			t.Errorf("%+v: it was sent %q", tt, sent)
		}
	}
}
