// Package upstream is the simulator with a witness in front of it. The witness
// keeps which tokens were handed out and judges each call for a token: one is
// needless when the agent had stored a living token that was not near its end,
// and nobody had asked for another.
package upstream

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
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
	accounts map[string]*account // by AppID
	calls    int
	good     int
	needless []Call
}

// Stored is a token as the agent has told that it keeps it.
type Stored struct {
	Obtained, Expires time.Time
	Life              time.Duration
}

// Call is a call for a token that nobody needed.
type Call struct {
	AppID string
	At    time.Time
	Why   string
}

func (c Call) String() string {
	return fmt.Sprintf("%s at %s: %s", c.AppID, c.At.Format("15:04:05.000"), c.Why)
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
func (u *Upstream) Ask(appIDs ...string) (end func()) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, id := range appIDs {
		u.account(id).asks++
	}
	return func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		for _, id := range appIDs {
			a := u.account(id)
			a.asks--
			a.until = time.Now().Add(grace)
		}
	}
}

// Keep tells which token of an account the agent has stored; the zero Stored for
// none.
func (u *Upstream) Keep(appID string, s Stored) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.account(appID).stored = s
}

// Never tells that no call for a token of the account is ever in order.
func (u *Upstream) Never(appID string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.account(appID).never = true
}

// Issued reports whether upstream ever handed out the token for the account.
func (u *Upstream) Issued(appID, token string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.account(appID).issued[token]
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
func (u *Upstream) account(appID string) *account {
	a := u.accounts[appID]
	if a == nil {
		a = &account{issued: map[string]bool{}}
		u.accounts[appID] = a
	}
	return a
}

// serve judges a call, lets the simulator answer it and keeps the token.
func (u *Upstream) serve(w http.ResponseWriter, r *http.Request) {
	appID := r.URL.Query().Get("appid")
	switch r.URL.Path {
	case "/cgi-bin/token":
	case "/cgi-bin/stable_token":
		body, err := io.ReadAll(io.LimitReader(r.Body, 64<<10))
		if err != nil {
			return // the caller was killed
		}
		var want struct {
			AppID string `json:"appid"`
		}
		_ = json.Unmarshal(body, &want) // the simulator says what is wrong with it
		appID, r.Body = want.AppID, io.NopCloser(bytes.NewReader(body))
	default:
		u.Sim.ServeHTTP(w, r)
		return
	}
	u.judge(appID, time.Now())
	out := &copied{ResponseWriter: w}
	u.Sim.ServeHTTP(out, r)
	var grant struct {
		Token string `json:"access_token"`
	}
	if json.Unmarshal(out.body.Bytes(), &grant) == nil && grant.Token != "" {
		u.mu.Lock()
		defer u.mu.Unlock()
		u.good++
		u.account(appID).issued[grant.Token] = true
	}
}

// judge counts a call for a token and finds out whether somebody needs it.
func (u *Upstream) judge(appID string, now time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.calls++
	a := u.account(appID)
	a.calls++
	window := min(300*time.Second, a.stored.Life/2)
	switch fresh := a.stored.Expires.Add(-window); {
	case a.never:
		u.needless = append(u.needless, Call{appID, now, "nobody may ask for this account"})
	case a.asks == 0 && now.After(a.until) && now.Before(fresh):
		u.needless = append(u.needless, Call{appID, now, fmt.Sprintf("the stored token lives until %s", a.stored.Expires.Format("15:04:05"))})
	}
}

// copied keeps what is answered.
type copied struct {
	http.ResponseWriter
	body bytes.Buffer
}

func (c *copied) Write(b []byte) (int, error) {
	c.body.Write(b)
	return c.ResponseWriter.Write(b)
}
