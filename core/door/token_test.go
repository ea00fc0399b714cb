package door

import (
	"encoding/json"
	"strings"
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

// TestALongTokenIsAnsweredWhole: a token of 8 KB comes whole in every answer of the
// door, and can be reported as stale.
func TestALongTokenIsAnsweredWhole(t *testing.T) {
	g := newGate(t)
	long := strings.Repeat("88_456789aBcD-_.", 8<<10/16)
	g.set(shopSandbox, doorToken(long, time.Hour), nil)
	for _, ask := range [][3]string{
		{"GET", "/v1/token/shop", ""},
		{"GET", "/cgi-bin/token?grant_type=client_credential&appid=wxsandbox&secret=" + g.sandbox, ""},
		{"POST", "/cgi-bin/stable_token", cgiBody("wxsandbox", g.sandbox, false)},
	} {
		w := g.ask(ask[0], ask[1], ask[2], with(g.sandbox))
		var got struct {
			AccessToken string `json:"access_token"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 || got.AccessToken != long {
			t.Errorf("%s: %d and a token of %d bytes, want %d (%v)", ask[1][:10], w.Code, len(got.AccessToken), len(long), err)
		}
	}
	g.seen()
	w := g.ask("POST", "/v1/token/shop/refresh", `{"stale":"`+long+`"}`, with(g.sandbox), "X-Held: "+long)
	if seen := g.seen(); w.Code != 200 || !strings.Contains(seen, "{Stale:"+long+" ") {
		t.Errorf("reported as stale: %d, the agent saw %d bytes", w.Code, len(seen))
	}
}
