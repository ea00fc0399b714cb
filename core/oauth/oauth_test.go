package oauth_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
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
)

const (
	client = "shop client+1"
	secret = "s3cret: with+signs/and=more%20never-shown"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// seen is what a server saw of a request.
type seen struct {
	user, pass string
	basic      bool
	form       url.Values
	kind       string
}

// server answers with status and body, and keeps what it saw.
type server struct {
	*httptest.Server
	mu  sync.Mutex
	all []seen
}

func serve(t *testing.T, answer http.HandlerFunc) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		one := seen{kind: r.Header.Get("Content-Type")}
		one.user, one.pass, one.basic = r.BasicAuth()
		raw, _ := io.ReadAll(r.Body)
		one.form, _ = url.ParseQuery(string(raw))
		s.mu.Lock()
		s.all = append(s.all, one)
		s.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func (s *server) requests() []seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all
}

func source() core.Source {
	return oauth.Sources(oauth.Options{Now: func() time.Time { return noon }, CallTimeout: 5 * time.Second})[kinds.OAuth2]
}

func request(tokenURL string, params map[string]string) core.Request {
	a := core.Account{ID: "1", Name: "shop", Env: core.Sandbox, Kind: kinds.OAuth2, Product: kinds.ProductOAuthServer, AppID: client, BaseURL: tokenURL, Params: core.ParamsOf(params)}
	return core.Request{Account: kinds.Builtin().Clean(a), Credentials: core.Credentials{Secret: core.NewSecret(secret)}}
}

// The request is that of RFC 6749: the parameters in a form, and the client by Basic
// with ID and secret encoded as in a form, or in the body.
func TestTheRequest(t *testing.T) {
	s := serve(t, says(200, `{"access_token":"abc","token_type":"bearer","expires_in":3600}`))
	params := map[string]string{"scope": "read  write", "audience": "https://api.example/", "resource": "https://r.example/?a=1&b=2", "extra": "tenant=7"}
	g, err := source().Fetch(t.Context(), request(s.URL+"/o/token/", params))
	if err != nil || g != (core.Grant{Value: "abc", ExpiresIn: time.Hour}) {
		t.Fatalf("%+v, %v", g, err)
	}
	params["auth"] = "body"
	if _, err := source().Fetch(t.Context(), request(s.URL+"/o/token/", params)); err != nil {
		t.Fatal(err)
	}
	want := url.Values{
		"grant_type": {"client_credentials"}, "scope": {"read write"}, "audience": {"https://api.example/"},
		"resource": {"https://r.example/?a=1&b=2"}, "tenant": {"7"},
	}
	all := s.requests()
	if len(all) != 2 {
		t.Fatalf("%d requests", len(all))
	}
	if one := all[0]; !one.basic || one.user != url.QueryEscape(client) || one.pass != url.QueryEscape(secret) || one.form.Encode() != want.Encode() || one.kind != "application/x-www-form-urlencoded" {
		t.Errorf("basic: %+v", one)
	}
	want["client_id"], want["client_secret"] = []string{client}, []string{secret}
	if one := all[1]; one.basic || one.form.Encode() != want.Encode() {
		t.Errorf("body: %+v", one)
	}
}

// The slash at the end of a token URL counts: some servers know no other.
func TestTheTokenURLIsAskedAsItStands(t *testing.T) {
	var mu sync.Mutex
	var paths []string
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		paths = append(paths, r.URL.Path)
		mu.Unlock()
		says(200, `{"access_token":"abc","expires_in":60}`)(w, r)
	})
	for _, path := range []string{"/o/token/", "/o/token", "", "/"} {
		if _, err := source().Fetch(t.Context(), request(s.URL+path, nil)); err != nil {
			t.Fatal(err)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if got := strings.Join(paths, " "); got != "/o/token/ /o/token / /" {
		t.Errorf("asked %q", got)
	}
}

// jwt is a token that is a JWT with claims; nobody signed it.
func jwt(claims map[string]any) string {
	part := func(v any) string {
		raw, _ := json.Marshal(v)
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	return part(map[string]string{"alg": "RS256"}) + "." + part(claims) + ".c2lnbmF0dXJl"
}

// What counts as a token and as its life.
func TestAnswers(t *testing.T) {
	long := strings.Repeat("a", 8<<10)
	inTen := jwt(map[string]any{"exp": noon.Add(10 * time.Minute).Unix()})
	for _, tt := range []struct {
		name, body string
		life       time.Duration
		fault      string // part of the message; empty: it is fine
	}{
		{"a number", `{"access_token":"a","expires_in":7200}`, 2 * time.Hour, ""},
		{"a text", `{"access_token":"a","expires_in":"7200","token_type":"Bearer"}`, 2 * time.Hour, ""},
		{"a fraction", `{"access_token":"a","expires_in":3599.9}`, 3599 * time.Second, ""},
		{"a fraction as a text", `{"access_token":"a","expires_in":"3600.0"}`, time.Hour, ""},
		{"no lifetime", `{"access_token":"a"}`, oauth.DefaultLife, ""},
		{"null", `{"access_token":"a","expires_in":null}`, oauth.DefaultLife, ""},
		{"no lifetime, a JWT", `{"access_token":"` + inTen + `"}`, 10 * time.Minute, ""},
		{"a lifetime and a JWT", `{"access_token":"` + inTen + `","expires_in":60}`, time.Minute, ""},
		{"a lifetime above a JWT's own", `{"access_token":"` + jwt(map[string]any{"iat": noon.Unix(), "exp": noon.Add(5 * time.Minute).Unix()}) + `","expires_in":3600}`, 5 * time.Minute, ""},
		{"a JWT by a clock that is wrong", `{"access_token":"` + jwt(map[string]any{"iat": noon.Add(-2 * time.Hour).Unix(), "exp": noon.Add(-time.Hour).Unix()}) + `","expires_in":3600}`, time.Hour, ""},
		{"a JWT that ends before it begins", `{"access_token":"` + jwt(map[string]any{"iat": noon.Unix(), "exp": noon.Add(-time.Hour).Unix()}) + `","expires_in":60}`, time.Minute, ""},
		{"a JWT without exp", `{"access_token":"` + jwt(map[string]any{"sub": "x"}) + `"}`, oauth.DefaultLife, ""},
		{"a JWT that has ended", `{"access_token":"` + jwt(map[string]any{"exp": noon.Unix()}) + `"}`, 0, "has ended by its own exp"},
		{"below zero", `{"access_token":"a","expires_in":-5}`, 0, "an expires_in that is not above zero"},
		{"zero", `{"access_token":"a","expires_in":0}`, 0, "an expires_in that is not above zero"},
		{"no number", `{"access_token":"a","expires_in":"soon"}`, 0, "an expires_in that is no number"},
		{"a list", `{"access_token":"a","expires_in":[1]}`, 0, "an expires_in that is no number"},
		{"ten years", `{"access_token":"a","expires_in":315360000}`, 366 * 24 * time.Hour, ""},
		{"8 KiB", `{"access_token":"` + long + `","expires_in":60}`, time.Minute, ""},
		{"more than 8 KiB", `{"access_token":"` + long + `a","expires_in":60}`, 0, "an access_token that is longer than 8 KiB"},
		{"a line end", `{"access_token":"a\nX-Evil: 1","expires_in":60}`, 0, "an access_token that holds characters"},
		{"a number as token", `{"access_token":7,"expires_in":60}`, 0, "an access_token that is no text"},
		{"no token", `{"expires_in":60}`, 0, "neither an access_token nor an error"},
		{"a page", `<html>Sign in</html>`, 0, "a web page"},
		{"nothing", ``, 0, "an empty answer"},
		{"a list at the top", `[]`, 0, "no JSON object"},
		{"cut off", `{"access_token":"a`, 0, "broken or truncated JSON"},
		{"10 MB", `{"x":"` + strings.Repeat("y", 10<<20) + `"}`, 0, "longer than 1 MiB"},
	} {
		s := serve(t, says(200, tt.body))
		g, err := source().Fetch(t.Context(), request(s.URL, nil))
		switch {
		case tt.fault == "" && (err != nil || g.ExpiresIn != tt.life || g.Value == ""):
			t.Errorf("%s: %v, %v", tt.name, g.ExpiresIn, err)
		case tt.fault != "" && (err == nil || !strings.Contains(err.Error(), tt.fault) || core.AsError(err).Class != core.Temporary || g != core.Grant{}):
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// Errors, with whatever status servers send them.
func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		status int
		body   string
		class  core.Class
		remedy string
	}{
		{401, `{"error":"invalid_client","error_description":"Client authentication failed"}`, core.BadSecret, core.RemedySecret},
		{400, `{"error":"invalid_client"}`, core.BadSecret, core.RemedySecret},
		{200, `{"error":"invalid_client"}`, core.BadSecret, core.RemedySecret},
		{200, `{"error":"invalid_scope","access_token":"living-token-0123"}`, core.Misuse, core.RemedyGrant},
		{400, `{"error":"unauthorized_client"}`, core.Misuse, core.RemedyGrant},
		{400, `{"error":"unsupported_grant_type"}`, core.Misuse, core.RemedyGrant},
		{403, `{"error":"access_denied","error_description":"Client is not authorized to access the API"}`, core.Misuse, core.RemedyGrant},
		{400, `{"error":"something_else"}`, core.Misuse, core.RemedyGrant},
		{401, `{"error":{"code":401}}`, core.BadSecret, core.RemedySecret},
		{503, `{"error":"temporarily_unavailable"}`, core.Temporary, core.RemedyTryAgain},
		{200, `{"error":"something_else"}`, core.Temporary, core.RemedyTryAgain},
		{429, `{"error":"too_many_requests"}`, core.Quota, core.RemedyQuotaMinute},
		{429, `slower`, core.Quota, core.RemedyQuotaMinute},
		{502, `<html>Bad Gateway</html>`, core.Temporary, core.RemedyAnswer},
		{404, `not found`, core.Temporary, core.RemedyAnswer},
		{500, `{"access_token":"living-token-0123","expires_in":60}`, core.Temporary, core.RemedyAnswer},
		{200, `{"access_token":"living-token-0123","token_type":"DPoP","expires_in":60}`, core.Misuse, core.RemedyTokenType},
	} {
		s := serve(t, says(tt.status, tt.body))
		_, err := source().Fetch(t.Context(), request(s.URL, nil))
		e := core.AsError(err)
		if e == nil || e.Class != tt.class || e.Remedy != tt.remedy || strings.Contains(fmt.Sprintf("%+v", *e), "living-token") {
			t.Errorf("%d %s: %+v", tt.status, tt.body, e)
		}
		if tt.class == core.Quota && !e.RetryAt.Equal(noon.Add(time.Minute)) {
			t.Errorf("the next try is at %v", e.RetryAt)
		}
	}
}

// A server that repeats what it was sent does not make the secret seen, in whatever
// form it came.
func TestNoSecretInAnError(t *testing.T) {
	for _, auth := range []string{"basic", "body"} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			raw := base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(client) + ":" + url.QueryEscape(secret)))
			text := fmt.Sprintf("bad client %s %s %s %s; %s", secret, url.QueryEscape(secret), raw, strings.ToUpper(secret), r.Header.Get("Authorization"))
			body, _ := json.Marshal(map[string]string{"error": "invalid_client", "error_description": text, "refresh_token": "r3fresh"})
			says(401, string(body))(w, r)
		})
		_, err := source().Fetch(t.Context(), request(s.URL, map[string]string{"auth": auth}))
		e := core.AsError(err)
		if e == nil || e.Class != core.BadSecret || !strings.HasPrefix(e.Upstream, "invalid_client: bad client") {
			t.Fatalf("%+v", e)
		}
		whole := strings.ToLower(fmt.Sprintf("%+v %v", *e, e))
		for _, piece := range []string{"never-shown", "s3cret", base64.StdEncoding.EncodeToString([]byte("shop"))[:4] + "c"} {
			if strings.Contains(whole, strings.ToLower(piece)) {
				t.Errorf("%s: %q is in %s", auth, piece, whole)
			}
		}
	}
}

// No redirect is followed, to this host or another.
func TestNoRedirectIsFollowed(t *testing.T) {
	other := serve(t, says(200, `{"access_token":"stolen","expires_in":60}`))
	for _, status := range []int{301, 302, 303, 307, 308} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL+"/token", status) })
		for _, auth := range []string{"basic", "body"} {
			_, err := source().Fetch(t.Context(), request(s.URL, map[string]string{"auth": auth}))
			if err == nil || !strings.Contains(err.Error(), "redirect") {
				t.Errorf("%d: %v", status, err)
			}
		}
	}
	if n := len(other.requests()); n != 0 {
		t.Errorf("the other host was asked %d times", n)
	}
}

// A small answer that unpacks to a large one is no answer.
func TestAGzipBombIsNotUnpacked(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(bytes.Repeat([]byte(" "), 16<<20))
	_ = z.Close()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "" {
			t.Error("packed answers are asked for")
		}
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb.Bytes())
	})
	if _, err := source().Fetch(t.Context(), request(s.URL, nil)); err == nil || !strings.Contains(err.Error(), "no JSON object") {
		t.Errorf("%v", err)
	}
}

// What must not be sent is not sent, whatever a database or a file holds.
func TestWhatIsNotSent(t *testing.T) {
	s := serve(t, says(200, `{"access_token":"abc","expires_in":60}`))
	for name, change := range map[string]func(*core.Account){
		"plain http":      func(a *core.Account) { a.BaseURL = "http://192.0.2.1/token" },
		"another grant":   func(a *core.Account) { a.Params = core.ParamsOf(map[string]string{"extra": "grant_type=password"}) },
		"another client":  func(a *core.Account) { a.Params = core.ParamsOf(map[string]string{"extra": "client_id=x"}) },
		"a second secret": func(a *core.Account) { a.Params = core.ParamsOf(map[string]string{"extra": "client_secret=x"}) },
		"no URL":          func(a *core.Account) { a.BaseURL = "::" },
	} {
		req := request(s.URL, nil)
		change(&req.Account)
		_, err := source().Fetch(t.Context(), req)
		if e := core.AsError(err); e == nil || e.Class != core.Misuse || !e.Unsent || strings.Contains(e.Error(), secret) {
			t.Errorf("%s: %+v", name, e)
		}
	}
	if n := len(s.requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
}

// Nobody is there.
func TestNoServer(t *testing.T) {
	s := serve(t, says(200, ""))
	s.Close()
	_, err := source().Fetch(t.Context(), request(s.URL, nil))
	if e := core.AsError(err); e == nil || e.Class != core.Temporary || !e.Unsent || errors.Is(err, io.EOF) {
		t.Errorf("%+v", e)
	}
}
