package door

import (
	"testing"
	"time"

	"tokentray/core/api"
)

// TestATimeThatJSONCannotSay: the client hears of it, and gets no half answer.
func TestATimeThatJSONCannotSay(t *testing.T) {
	g := newGate(t)
	g.set(shopSandbox, api.Token{AccessToken: "88_a", ExpiresAt: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}, nil)
	if w := g.ask("GET", "/v1/token/shop", "", with(g.sandbox)); w.Code != 500 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
