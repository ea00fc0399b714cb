package door

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

func TestSignAtTheDoor(t *testing.T) {
	g := newGate(t)
	const page = "https://shop.example.com/a?code=one-time"
	for _, tt := range []struct {
		name, path, body, key string
		status                int
		seen                  string
	}{
		{"the active environment", "/v1/sign/shop", `{"url":"` + page + `"}`, g.all, 200, "sign shop/sandbox {URL:" + page + " Ticket: Nonce: Timestamp:0 Reveal:false Copy:false Renew:false Person:false Agent:}"},
		{"everything that a client may say", "/v1/sign/shop/live", `{"url":"` + page + `","ticket":"corp","nonce":"n","timestamp":7}`, g.all, 200, "sign shop/live {URL:" + page + " Ticket:corp Nonce:n Timestamp:7 Reveal:false Copy:false Renew:false Person:false Agent:}"},
		{"the string with the ticket", "/v1/sign/shop", `{"url":"` + page + `","reveal":true}`, g.all, 400, ""},
		{"another ticket", "/v1/sign/shop", `{"url":"` + page + `","renew":true}`, g.all, 400, ""},
		{"onto the clipboard", "/v1/sign/shop", `{"url":"` + page + `","copy":true}`, g.all, 400, ""},
		{"a person", "/v1/sign/shop", `{"url":"` + page + `","person":true}`, g.all, 400, ""},
		{"no body", "/v1/sign/shop", ``, g.all, 400, ""},
		{"no JSON", "/v1/sign/shop", page, g.all, 400, ""},
		{"too much", "/v1/sign/shop", `{"url":"` + strings.Repeat("x", maxBody) + `"}`, g.all, 413, ""},
		{"outside of the scope", "/v1/sign/shop/live", `{"url":"` + page + `"}`, g.sandbox, 403, ""},
		{"no key", "/v1/sign/shop", `{"url":"` + page + `"}`, "ttk_wrong", 401, ""},
		{"too long a path", "/v1/sign/shop/live/more", `{"url":"` + page + `"}`, g.all, 404, ""},
		{"no name", "/v1/sign/", `{"url":"` + page + `"}`, g.all, 404, ""},
		{"an end slash", "/v1/sign/shop/", `{"url":"` + page + `"}`, g.all, 404, ""},
	} {
		method := "POST"
		if tt.status == 404 {
			method = "GET"
		}
		w := g.ask(method, tt.path, tt.body, with(tt.key))
		if seen := g.seen(); w.Code != tt.status || seen != tt.seen {
			t.Errorf("%s: %d %s, the agent saw %q", tt.name, w.Code, w.Body, seen)
		}
		if tt.status == 200 && !strings.Contains(w.Body.String(), `"signature":"0f9d"`) || tt.status != 200 && strings.Contains(w.Body.String(), "one-time") {
			t.Errorf("%s: %s", tt.name, w.Body)
		}
	}
	if w := g.ask("GET", "/v1/sign/shop", "", with(g.all)); w.Code != 405 || w.Header().Get("Allow") != "POST" {
		t.Errorf("GET: %d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
	if all := fmt.Sprintf("%+v %s", g.door.Accesses(100), g.log); strings.Contains(all, "one-time") || !strings.Contains(all, "Call:sign Account:shop/live") {
		t.Errorf("the logs hold %s", all)
	}
}

// Signing with a ticket that lives is not limited; what may ask upstream is.
func TestSigningIsLimitedWhereItCosts(t *testing.T) {
	g := newGate(t)
	g.stopClock()
	g.tickets = map[api.Ref]bool{{Name: "shop", Env: core.Live}: true}
	for range clientBurst {
		g.ask("POST", "/v1/token/shop/refresh", `{"stale":"88_old"}`, with(g.all))
	}
	for range clientBurst {
		if w := g.ask("POST", "/v1/sign/shop/live", `{"url":"https://x.example/"}`, with(g.all)); w.Code != 200 {
			t.Fatalf("with a ticket that lives: %d %s", w.Code, w.Body)
		}
	}
	g.seen()
	if w := g.ask("POST", "/v1/sign/shop/sandbox", `{"url":"https://x.example/"}`, with(g.all)); w.Code != 429 || w.Header().Get("Retry-After") == "" || g.seen() != "" {
		t.Errorf("without one: %d %s", w.Code, w.Body)
	}
}

// A signature that waits for its ticket ends with the key.
func TestARevokedKeySignsNothing(t *testing.T) {
	g := newGate(t)
	g.hang = true
	go func() {
		for range time.Tick(time.Millisecond) {
			if g.seen() != "" {
				g.door.RevokeKey("all")
				return
			}
		}
	}()
	if w := g.ask("POST", "/v1/sign/shop", `{"url":"https://x.example/"}`, with(g.all)); w.Code != 401 || strings.Contains(w.Body.String(), "0f9d") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
