package door

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// followed is how a wait ended.
type followed struct {
	*httptest.ResponseRecorder
	took time.Duration
}

// follow waits for the next token in the background.
func (g *gate) follow(newer time.Time, wait string, more ...string) <-chan followed {
	out := make(chan followed, 1)
	began := time.Now()
	go func() {
		path := fmt.Sprintf("/v1/token/shop?newer_than=%d&wait=%s%s", newer.Unix(), wait, strings.Join(more, ""))
		w := g.ask("GET", path, "", with(g.sandbox))
		out <- followed{w, time.Since(began)}
	}()
	synctest.Wait()
	return out
}

func TestWaitingForTheNextToken(t *testing.T) {
	for _, tt := range []struct {
		name  string
		wait  string
		more  string
		then  func(g *gate) // after ten seconds
		code  int
		says  string
		after time.Duration
		calls string
	}{
		{name: "it comes", wait: "30s", then: func(g *gate) { g.set(shopSandbox, doorToken("88_next", 2*time.Hour), nil) }, code: 200, says: "88_next", after: 10 * time.Second},
		{name: "it does not come", wait: "30s", code: 204, after: 30 * time.Second},
		{name: "the wait as a number", wait: "30", code: 204, after: 30 * time.Second},
		{name: "no wait", wait: "0s", code: 204},
		{name: "something else changes", wait: "30s", then: func(g *gate) { g.set(shopSandbox, g.tokens[shopSandbox], nil) }, code: 204, after: 30 * time.Second},
		{
			name: "nobody renews it, so it is fetched when it is too old", wait: "5m", more: "&min_ttl=3598",
			code: 200, says: "88_fetched", after: 2*time.Second + time.Millisecond, calls: "token shop/sandbox 59m58s",
		},
		{name: "the account goes", wait: "30s", then: func(g *gate) {
			g.set(shopSandbox, api.Token{}, &core.Error{Class: core.NotFound, Message: "gone"})
		}, code: 404, says: "gone", after: 10 * time.Second, calls: "token shop/sandbox 30s"},
		{name: "upstream cannot be reached", wait: "30s", then: func(g *gate) {
			g.set(shopSandbox, api.Token{}, &core.Error{Class: core.Temporary, Message: "no answer"})
		}, code: 503, says: "no answer", after: 30 * time.Second, calls: "token shop/sandbox 30s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newGate(t)
				got := g.follow(g.tokens[shopSandbox].ExpiresAt, tt.wait, tt.more)
				if tt.then != nil {
					time.Sleep(10 * time.Second)
					tt.then(g)
				}
				w := <-got
				if w.Code != tt.code || !strings.Contains(w.Body.String(), tt.says) || w.took != tt.after {
					t.Errorf("%d %s after %v, want %d %q after %v", w.Code, w.Body, w.took, tt.code, tt.says, tt.after)
				}
				if calls := g.seen(); calls != tt.calls {
					t.Errorf("the agent saw %q, want %q", calls, tt.calls)
				}
				if w.Code == 204 && w.Body.Len() > 0 {
					t.Errorf("204 with a body: %s", w.Body)
				}
			})
		})
	}
	g := newGate(t)
	old := g.tokens[shopSandbox].ExpiresAt.Add(-time.Hour)
	if w := g.ask("GET", fmt.Sprintf("/v1/token/shop?newer_than=%d", old.Unix()), "", with(g.sandbox)); w.Code != 200 {
		t.Errorf("a newer one is there already: %d", w.Code)
	}
}

// TestWaitingAtTheEndOfALife: an upstream that gives no other token before the end of this
// one is asked once, and not over and over.
func TestWaitingAtTheEndOfALife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(t)
		same := doorToken("88_same", 20*time.Second) // less than min_ttl
		g.set(shopSandbox, same, nil)
		g.fetched = same
		got := g.follow(same.ExpiresAt, "5m")
		time.Sleep(15 * time.Second)
		if n := strings.Count(g.seen(), "token "); n != 1 {
			t.Errorf("the agent was asked %d times", n)
		}
		g.set(shopSandbox, doorToken("88_next", 2*time.Hour), nil)
		if w := <-got; w.Code != 200 || !strings.Contains(w.Body.String(), "88_next") || w.took != 15*time.Second {
			t.Errorf("%d %s after %v", w.Code, w.Body, w.took)
		}
	})
}

// TestAFailureIsWaitedOut: whoever waits through an outage gets the token that ends
// it.
func TestAFailureIsWaitedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(t)
		got := g.follow(g.tokens[shopSandbox].ExpiresAt, "60s")
		g.set(shopSandbox, api.Token{}, &core.Error{Class: core.Temporary, Message: "no answer"})
		synctest.Wait()
		time.Sleep(20 * time.Second)
		g.set(shopSandbox, doorToken("88_next", 2*time.Hour), nil)
		if w := <-got; w.Code != 200 || !strings.Contains(w.Body.String(), "88_next") || w.took != 20*time.Second {
			t.Errorf("%d %s after %v", w.Code, w.Body, w.took)
		}
	})
}
