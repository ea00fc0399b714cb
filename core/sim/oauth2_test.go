package sim_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/sim"
)

// client asks a simulator as one client.
type client struct {
	*testing.T
	s    *sim.Server
	auth string // basic or body
}

func (c client) ask(form url.Values) (status int, answer map[string]any) {
	c.Helper()
	if c.auth == "body" {
		form.Set("client_id", "crm")
		form.Set("client_secret", "s e+c")
	}
	r := httptest.NewRequest("POST", sim.PathOAuth, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if c.auth != "body" {
		r.SetBasicAuth("crm", url.QueryEscape("s e+c"))
	}
	return c.send(r)
}

func (c client) who(token string) int {
	r := httptest.NewRequest("GET", "/oauth2/whoami", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	status, _ := c.send(r)
	return status
}

func (c client) send(r *http.Request) (int, map[string]any) {
	c.Helper()
	r.RemoteAddr = "127.0.0.1:1"
	w := httptest.NewRecorder()
	c.s.ServeHTTP(w, r)
	var out map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		c.Fatalf("%d %s", w.Code, w.Body)
	}
	return w.Code, out
}

func newClient(t *testing.T, change func(*sim.Account)) client {
	t.Helper()
	a := sim.Account{AppID: "crm", Secret: core.NewSecret("s e+c"), Client: &sim.Client{}}
	if change != nil {
		change(&a)
	}
	s := sim.New(sim.Config{Now: func() time.Time { return time.Unix(1772625600, 0) }})
	if err := s.Put(a); err != nil {
		t.Fatal(err)
	}
	return client{t, s, ""}
}

func grantForm(more ...string) url.Values {
	form := url.Values{"grant_type": {"client_credentials"}}
	for i := 0; i < len(more); i += 2 {
		form.Add(more[i], more[i+1])
	}
	return form
}

// Each call makes a token, and those before live to their own end.
func TestAClientsTokensAllLive(t *testing.T) {
	c := newClient(t, func(a *sim.Account) { a.Life = time.Minute })
	var all []string
	for range 4 {
		status, got := c.ask(grantForm())
		if status != 200 || got["token_type"] != "Bearer" || got["expires_in"] != 60.0 {
			t.Fatalf("%d %v", status, got)
		}
		all = append(all, got["access_token"].(string))
	}
	for i, token := range all {
		if got := c.who(token); got != 200 || i > 0 && token == all[0] {
			t.Errorf("token %d: %d", i, got)
		}
	}
	c.s.Advance(time.Minute)
	if got := c.who(all[3]); got != 401 {
		t.Errorf("the ended token: %d", got)
	}
	_, got := c.ask(grantForm())
	if !c.s.Revoke("crm") || c.who(got["access_token"].(string)) != 401 || c.s.Minted("crm") != 5 {
		t.Error("a revoked token lives, or tokens are counted wrongly")
	}
}

// What a client may ask for, and how errors come.
func TestWhatAClientMayAskFor(t *testing.T) {
	c := newClient(t, func(a *sim.Account) {
		a.Client = &sim.Client{Auth: "basic", Scopes: []string{"read"}, Audience: "api"}
	})
	for _, tt := range []struct {
		auth string
		form url.Values
		code string
		want int
	}{
		{"basic", grantForm("audience", "api", "scope", "read"), "", 200},
		{"basic", grantForm("audience", "api", "scope", "write"), "invalid_scope", 400},
		{"basic", grantForm("scope", "read"), "invalid_target", 400},
		{"basic", url.Values{"grant_type": {"password"}}, "unsupported_grant_type", 400},
		{"basic", grantForm("scope", "read", "scope", "read"), "invalid_request", 400},
		{"body", grantForm("audience", "api"), "invalid_client", 401},
	} {
		c.auth = tt.auth
		if status, got := c.ask(tt.form); status != tt.want || tt.code != "" && got["error"] != tt.code {
			t.Errorf("%v: %d %v", tt.form, status, got)
		}
	}
	c.auth = "basic"
	if !c.s.SetFaults("crm", sim.Faults{Error: "server_error"}) {
		t.Fatal("no such account")
	}
	if status, got := c.ask(grantForm("audience", "api")); status != 503 || got["error"] != "server_error" {
		t.Errorf("%d %v", status, got)
	}
}

// The ways in which servers write a lifetime.
func TestHowALifetimeIsWritten(t *testing.T) {
	for how, want := range map[string]any{"": 7200.0, "text": "7200", "fraction": 7200.5, "negative": -7200.0, "missing": nil} {
		c := newClient(t, func(a *sim.Account) { a.Client.Expires, a.Client.JWT = how, true })
		_, got := c.ask(grantForm("scope", "read"))
		claims, ok := core.ReadClaims(got["access_token"].(string))
		if got["expires_in"] != want || !ok || claims.Client != "crm" || claims.Expires.Sub(claims.IssuedAt) != 2*time.Hour {
			t.Errorf("%q: %v, %+v", how, got["expires_in"], claims)
		}
	}
}

// The simulator is steered over HTTP, and takes no contradiction.
func TestAClientOverTheControl(t *testing.T) {
	s := sim.New(sim.Config{})
	put := func(body string) int {
		r := httptest.NewRequest("POST", "http://127.0.0.1/sim/accounts", strings.NewReader(body))
		r.RemoteAddr = "127.0.0.1:1"
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Code
	}
	for body, want := range map[string]int{
		`{"appid":"crm","secret":"s e+c","client":{"status_200":true},"repeat":"same"}`: 200,
		`{"appid":"a","secret":"s","client":{},"agent":"1"}`:                            400,
		`{"appid":"a","secret":"s","client":{"auth":"mtls"}}`:                           400,
		`{"appid":"a","secret":"s","client":{"expires":"never"}}`:                       400,
		`{"appid":"a","secret":"s","client":{},"repeat":"destructive"}`:                 400,
	} {
		if got := put(body); got != want {
			t.Errorf("%s: %d, want %d", body, got, want)
		}
	}
	c := client{t, s, "body"}
	_, first := c.ask(grantForm())
	if _, again := c.ask(grantForm()); again["access_token"] != first["access_token"] || first["access_token"] == nil {
		t.Error("another token, or none")
	}
	if status, got := c.ask(url.Values{"grant_type": {"x"}}); status != 200 || got["error"] != "unsupported_grant_type" {
		t.Errorf("%d %v", status, got)
	}
}
