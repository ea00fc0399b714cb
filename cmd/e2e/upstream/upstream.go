// Package upstream is the simulator with a witness in front of it. The witness
// keeps which tokens were handed out and judges each call for a token: one is
// needless when the agent had stored a living token that was not near its end,
// and nobody had asked for another. Accounts have the keys of the simulator's.
package upstream

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"tokentray/core/sim"
)

// Upstream is a running simulator. It is safe for concurrent use.
type Upstream struct {
	Sim *sim.Server
	URL string

	stop context.CancelFunc
	done chan error

	mu       sync.Mutex
	accounts map[string]*account // by sim.Account.Key
	calls    int
	good     int
	needless []Call
}

// Stored is a token as the agent has told that it keeps it.
type Stored struct {
	Obtained, Expires time.Time
	Life              time.Duration
	// Window is how long before its end its kind's tokens are renewed; 0 means
	// WeChat's 300 s.
	Window time.Duration
}

// Call is a call for a token that nobody needed.
type Call struct {
	Key string
	At  time.Time
	Why string
}

func (c Call) String() string {
	return fmt.Sprintf("%s at %s: %s", c.Key, c.At.Format("15:04:05.000"), c.Why)
}

// account is what the witness knows of one.
type account struct {
	stored Stored
	asks   int       // that are open
	until  time.Time // a call until then belongs to the last ask
	never  bool
	issued map[string]bool
	calls  int
}

// Start starts a simulator on a free port of the loopback.
func Start(cfg sim.Config) (*Upstream, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the simulator: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	u := &Upstream{
		Sim: sim.New(cfg), URL: "http://" + ln.Addr().String(),
		stop: stop, done: make(chan error, 1), accounts: map[string]*account{},
	}
	server := &http.Server{Handler: http.HandlerFunc(u.serve), ReadHeaderTimeout: 5 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	go func() { u.done <- server.Serve(ln) }()
	return u, nil
}

// Close ends the simulator.
func (u *Upstream) Close() {
	u.stop()
	<-u.done
}

// grace is how long after an answer a call may still belong to the question: a
// round asks a second time after a hiccup.
const grace = 3 * time.Second

// Ask tells that somebody asks for a new token of accounts: calls are in order
// until the returned function was called, and for a moment after that.
func (u *Upstream) Ask(keys ...string) (end func()) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, key := range keys {
		u.account(key).asks++
	}
	return func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		for _, key := range keys {
			a := u.account(key)
			a.asks--
			a.until = time.Now().Add(grace)
		}
	}
}

// Keep tells which token of an account the agent has stored; the zero Stored for
// none.
func (u *Upstream) Keep(key string, s Stored) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.account(key).stored = s
}

// Never tells that no call for a token of the account is ever in order.
func (u *Upstream) Never(key string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.account(key).never = true
}

// Issued reports whether upstream ever handed out the token for the account.
func (u *Upstream) Issued(key, token string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.account(key).issued[token]
}

// Calls are those for tokens so far: all of them, and those that brought one.
func (u *Upstream) Calls() (all, good int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.calls, u.good
}

// Needless are the needless calls so far.
func (u *Upstream) Needless() []Call {
	u.mu.Lock()
	defer u.mu.Unlock()
	return append([]Call(nil), u.needless...)
}

// account finds or makes what is known of one. u.mu is held.
func (u *Upstream) account(key string) *account {
	a := u.accounts[key]
	if a == nil {
		a = &account{issued: map[string]bool{}}
		u.accounts[key] = a
	}
	return a
}

// judge counts a call for a token and finds out whether somebody needs it.
func (u *Upstream) judge(key string, now time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.calls++
	a := u.account(key)
	a.calls++
	window := cmp.Or(a.stored.Window, 300*time.Second)
	if a.stored.Life < window { // see core.Traits.Window
		window = a.stored.Life / 2
	}
	switch fresh := a.stored.Expires.Add(-window); {
	case a.never:
		u.needless = append(u.needless, Call{key, now, "nobody may ask for this account"})
	case a.asks == 0 && now.After(a.until) && now.Before(fresh):
		u.needless = append(u.needless, Call{key, now, fmt.Sprintf("the stored token lives until %s", a.stored.Expires.Format("15:04:05"))})
	}
}
