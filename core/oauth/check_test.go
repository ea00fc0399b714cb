package oauth_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/oauth"
	"tokentray/core/sim"
)

const token = "a.living-token_never.shown"

func checker() core.SomeChecker { return source().(core.SomeChecker) }

// The server is asked by RFC 7662, with the client's own credentials as for a token, and
// what it says is told: only active false means that the token is dead.
func TestIntrospection(t *testing.T) {
	status, body := 200, ""
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { says(status, body)(w, r) })
	for _, auth := range []string{"basic", "body"} {
		for _, tt := range []struct {
			status int
			body   string
			cause  error
			class  core.Class
		}{
			{200, `{"active":true,"exp":1}`, nil, ""},
			{200, `{"active":false}`, core.ErrDead, core.Temporary},
			{200, `{"active":"maybe"}`, nil, core.Temporary},
			{200, `{}`, nil, core.Temporary},
			{200, `<html>`, nil, core.Temporary},
			{401, `{"error":"invalid_client","error_description":"` + secret + " " + token + `"}`, core.ErrNotGranted, core.Misuse},
			{403, `{}`, core.ErrNotGranted, core.Misuse},
			{429, ``, nil, core.Quota},
			{500, `{"active":false}`, nil, core.Temporary},
		} {
			status, body = tt.status, tt.body
			err := checker().Check(t.Context(), request(s.URL+"/token", map[string]string{"auth": auth, kinds.IntrospectionURL: s.URL + "/ask"}), token)
			e := core.AsError(err)
			if (err == nil) != (tt.class == "") || err != nil && e.Class != tt.class || errors.Is(err, core.ErrDead) != (tt.cause == core.ErrDead) || tt.cause != nil && !errors.Is(err, tt.cause) {
				t.Errorf("%s, %d %s: %v", auth, tt.status, tt.body, err)
			}
			if err != nil && (strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), token)) {
				t.Errorf("%d: the error shows a secret", tt.status)
			}
		}
		all := s.requests()
		one := all[len(all)-1]
		if one.form.Get("token") != token || one.basic != (auth == "basic") || one.basic && one.pass != url.QueryEscape(secret) || !one.basic && one.form.Get("client_secret") != secret {
			t.Errorf("%s: %+v", auth, one)
		}
	}
}

// The secret goes to no other host than that of the token URL, and without a secret
// nobody is asked.
func TestIntrospectionStaysAtHome(t *testing.T) {
	s := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("somebody is asked") })
	other := strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
	err := checker().Check(t.Context(), request(other+"/token", map[string]string{kinds.IntrospectionURL: s.URL + "/ask"}), token)
	if e := core.AsError(err); e == nil || e.Class != core.Misuse || !e.Unsent {
		t.Errorf("another host: %v", err)
	}
	req := request(s.URL+"/token", map[string]string{kinds.IntrospectionURL: s.URL + "/ask"})
	req.Credentials = core.Credentials{}
	if e := core.AsError(checker().Check(t.Context(), req, token)); e == nil || e.Class != core.VaultClosed || !e.Unsent {
		t.Errorf("no secret: %v", e)
	}
}

// A product's call tells by its status: 401 of the token, 403 of the call alone.
func TestProbe(t *testing.T) {
	var mu sync.Mutex
	status := 200
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if r.URL.Path != "/v1/notifications/webhooks-event-types" || r.Header.Get("Authorization") != "Bearer "+token {
			t.Errorf("the probe is %s %s", r.Method, r.URL)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"error":"`+token+`"}`)
	}))
	defer api.Close()
	req := request(api.URL+"/v1/oauth2/token", nil)
	req.Account.Product = kinds.ProductPayPal
	for want, tt := range map[int]struct {
		cause error
		class core.Class
	}{
		200: {nil, ""}, 401: {core.ErrDead, core.Temporary}, 403: {core.ErrNotGranted, core.Misuse}, 429: {nil, core.Quota}, 404: {nil, core.Temporary}, 503: {nil, core.Temporary},
	} {
		mu.Lock()
		status = want
		mu.Unlock()
		err := checker().Check(t.Context(), req, token)
		if e := core.AsError(err); (err == nil) != (tt.class == "") || err != nil && e.Class != tt.class || errors.Is(err, core.ErrDead) != (tt.cause == core.ErrDead) || tt.cause != nil && !errors.Is(err, tt.cause) {
			t.Errorf("%d: %v", want, err)
		}
		if err != nil && strings.Contains(err.Error(), token) {
			t.Errorf("%d: the error shows the token", want)
		}
	}
}

// The simulator's server tells about tokens: one that was revoked is dead.
func TestIntrospectionOfTheSimulator(t *testing.T) {
	srv := sim.New(sim.Config{})
	if err := srv.Put(sim.Account{AppID: client, Secret: core.NewSecret(secret), Client: &sim.Client{}}); err != nil {
		t.Fatal(err)
	}
	c := oauth.Sources(oauth.Options{Transport: srv.Transport(), CallTimeout: 5 * time.Second})[kinds.OAuth2]
	const base = "http://127.0.0.1:1" + sim.PathOAuth
	req := request(base, map[string]string{kinds.IntrospectionURL: base + "/introspect"})
	g, err := c.Fetch(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.(core.Checker).Check(t.Context(), req, g.Value); err != nil {
		t.Errorf("a living token: %v", err)
	}
	srv.Revoke(client)
	if err := c.(core.Checker).Check(t.Context(), req, g.Value); !errors.Is(err, core.ErrDead) {
		t.Errorf("a token that was revoked: %v", err)
	}
}

// canned answers every request alike.
type canned struct {
	status int
	body   []byte
}

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: c.status, Body: io.NopCloser(bytes.NewReader(c.body)), Header: http.Header{}, Request: r}, nil
}

// FuzzCheck: whatever is answered about a token, only status 200 with active false, or
// 401 of a product's call, calls it dead, and no error shows the token or the secret.
func FuzzCheck(f *testing.F) {
	for _, body := range []string{
		`{"active":true,"exp":1}`, `{"active":false}`, `{"active":"maybe"}`, `{"active":{"active":true}}`, `{"error":"invalid_client","error_description":"` + secret + " " + token + `"}`,
		"", "{", "null", "[]", "<html>", "\xef\xbb\xbf{}",
	} {
		for _, status := range []int{200, 401, 403, 429, 500} {
			f.Add(status, []byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if status < 200 || status > 599 {
			status = 200
		}
		c := oauth.Sources(oauth.Options{Transport: canned{status, body}})[kinds.OAuth2].(core.SomeChecker)
		introspects := request("http://127.0.0.1/token", map[string]string{kinds.IntrospectionURL: "http://127.0.0.1/ask"})
		probes := request("http://127.0.0.1/v1/oauth2/token", nil)
		probes.Account.Product = kinds.ProductPayPal
		for req, called := range map[*core.Request]int{&introspects: http.StatusOK, &probes: http.StatusUnauthorized} {
			err := c.Check(t.Context(), *req, token)
			if e := core.AsError(err); err != nil && (e.Message == "" || strings.Contains(fmt.Sprintf("%v %+v", e, *e), token) || strings.Contains(fmt.Sprintf("%v %+v", e, *e), secret)) {
				t.Fatalf("%q", e.Error())
			}
			if err == nil && (status < 200 || status > 299) || errors.Is(err, core.ErrDead) && status != called {
				t.Fatalf("status %d: %v", status, err)
			}
		}
	})
}
