package door

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// house is an Agent that records its calls and answers from its fields.
type house struct {
	mu       sync.Mutex
	calls    []string
	active   core.Env
	tokens   map[api.Ref]api.Token // living
	fetched  api.Token             // what api.Token and Refresh answer
	err      error
	hang     bool // api.Token and Refresh wait for the end of their context
	appIDs   map[string][]api.Ref
	oneToken bool    // of several accounts
	waits    api.Ref // for a person
	changes  map[api.Ref]chan struct{}

	answer  string // to calls
	code    int
	broken  bool
	header  http.Header // of the last call
	hide    []core.Secret
	tickets map[api.Ref]bool // that live
}

func (h *house) note(format string, args ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls = append(h.calls, fmt.Sprintf(format, args...))
}

// seen returns the calls so far and forgets them.
func (h *house) seen() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := strings.Join(h.calls, "; ")
	h.calls = nil
	return out
}

func (h *house) Status(context.Context) (api.Status, error) {
	return api.Status{Version: "1.2.3", API: api.Version, Active: h.active, Home: "/home/u", PID: 7, Vault: api.Vault{State: "open"}}, nil
}

func (h *house) Active() core.Env { return h.active }

func (h *house) Living(ref api.Ref, ttl time.Duration) (api.Token, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t, ok := h.tokens[ref]
	return t, ok && time.Until(t.ExpiresAt) >= ttl
}

func (h *house) upstream(ctx context.Context) (api.Token, error) {
	if h.hang {
		<-ctx.Done()
		return api.Token{}, core.AsError(ctx.Err())
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.fetched, h.err
}

func (h *house) Token(ctx context.Context, ref api.Ref, ttl time.Duration) (api.Token, error) {
	h.note("token %s %s", ref, ttl)
	return h.upstream(ctx)
}

func (h *house) Sign(ctx context.Context, ref api.Ref, req api.SignRequest) (api.Signature, error) {
	h.note("sign %s %+v", ref, req)
	_, err := h.upstream(ctx)
	return api.Signature{URL: req.URL, Signature: "0f9d", Signed: "jsapi_ticket=••••"}, err
}

func (h *house) HasTicket(ref api.Ref, _ string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.tickets[ref]
}

func (h *house) Refresh(ctx context.Context, ref api.Ref, req api.RefreshRequest) (api.Token, error) {
	h.note("refresh %s %+v", ref, req)
	return h.upstream(ctx)
}

func (h *house) Known(ref api.Ref) (core.Account, kinds.Spec, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, ok := h.tokens[ref]
	spec, _ := kinds.Builtin().Of(kinds.WeChat)
	return core.Account{Name: ref.Name, Env: ref.Env, Kind: kinds.WeChat}, spec, ok
}

// Call notes what it is asked, and answers with answer.
func (h *house) Call(ctx context.Context, ref api.Ref, req api.CallRequest) (api.CallAnswer, error) {
	sent, err := io.ReadAll(req.Body)
	if err != nil {
		return api.CallAnswer{}, err
	}
	h.note("%s %s %s live %v %q", ref, req.Method, req.Target, req.LiveWrite, sent)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.header, h.hide = req.Header, req.Hide
	if h.err != nil {
		return api.CallAnswer{}, h.err
	}
	body := io.Reader(strings.NewReader(h.answer))
	if h.broken {
		body = io.MultiReader(body, iotest.ErrReader(errors.New("cut off")))
	}
	return api.CallAnswer{
		CallResult: api.CallResult{Status: 200, Header: http.Header{"Content-Type": {"application/json"}, "Content-Security-Policy": {"sandbox"}}, Code: h.code},
		Body:       io.NopCloser(body), Length: -1,
	}, nil
}

func (h *house) Changed(ref api.Ref) <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.changes == nil {
		h.changes = map[api.Ref]chan struct{}{}
	}
	if h.changes[ref] == nil {
		h.changes[ref] = make(chan struct{})
	}
	return h.changes[ref]
}

// set changes an account and tells those who wait.
func (h *house) set(ref api.Ref, t api.Token, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.err, h.fetched = err, t
	delete(h.tokens, ref)
	if err == nil {
		h.tokens[ref] = t
	}
	if ch := h.changes[ref]; ch != nil {
		close(ch)
		delete(h.changes, ref)
	}
}

func (h *house) OneToken(refs []api.Ref) bool { return h.oneToken }

func (h *house) Waits(ref api.Ref) bool { return h.waits == ref }

func (h *house) ByAppID(appID string, _ []core.Kind) []api.Ref { return h.appIDs[appID] }

const doorPort = 17278

var (
	shopSandbox = api.Ref{Name: "shop", Env: core.Sandbox}
	shopLive    = api.Ref{Name: "shop", Env: core.Live}
)

// doorToken is a token that lives for d from now.
func doorToken(value string, d time.Duration) api.Token {
	at := time.Now().Add(d).Round(0)
	return api.Token{
		AccessToken: value, ExpiresIn: int64(d / time.Second), ExpiresAt: at, ExpiresAtUnix: at.Unix(),
		ObtainedAt: at.Add(-2 * time.Hour), Account: "shop", Env: core.Sandbox, AppID: "wx0",
	}
}

// gate is a door with its house, its log and three keys: one for the sandbox,
// one for everything, one for a web page.
type gate struct {
	*house
	door                *Server
	handler             http.Handler
	log                 *bytes.Buffer
	sandbox, all, paged string
}

const page = "http://localhost:3000"

func newGate(t testing.TB) *gate {
	t.Helper()
	g := &gate{
		log: new(bytes.Buffer),
		house: &house{active: core.Sandbox, tokens: map[api.Ref]api.Token{
			shopSandbox: doorToken("88_sandboxtokensandboxtoken", time.Hour),
			shopLive:    doorToken("88_livetokenlivetokenlivetoken", time.Hour),
		}, appIDs: map[string][]api.Ref{
			"wxsandbox": {shopSandbox}, "wxlive": {shopLive}, "wxboth": {shopSandbox, shopLive},
		}},
	}
	g.fetched = doorToken("88_fetchedtokenfetchedtoken", 2*time.Hour)
	g.door = New(Config{
		Kinds: kinds.Builtin(),
		Agent: g.house, OpenAPI: []byte(`{"openapi":"3.1.0"}`),
		Log: slog.New(slog.NewTextHandler(g.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	key := func(k core.ClientKey) string {
		secret, hash := core.NewClientSecret()
		k.Hash = hash
		g.door.AddKey(k)
		return secret.Reveal()
	}
	g.sandbox = key(core.ClientKey{Name: "sandbox", Envs: []core.Env{core.Sandbox}, Accounts: []string{"shop"}})
	g.all = key(core.ClientKey{Name: "all", Envs: core.Envs()})
	g.paged = key(core.ClientKey{Name: "paged", Envs: []core.Env{core.Sandbox}, Origins: []string{page}})
	g.handler = g.door.Handler(doorPort)
	return g
}

// stopClock keeps a limit that is used up from filling again while a slow machine asks on.
func (g *gate) stopClock() {
	now := time.Now()
	g.door.cfg.Now = func() time.Time { return now }
}

// ask makes a call; header lines are "Name: value".
func (g *gate) ask(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host = fmt.Sprint("127.0.0.1:", doorPort)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			r.Host = value
		} else {
			r.Header.Add(name, value)
		}
	}
	w := httptest.NewRecorder()
	g.handler.ServeHTTP(w, r)
	return w
}

func with(key string) string { return "Authorization: Bearer " + key }

func TestWhoMayCall(t *testing.T) {
	g := newGate(t)
	ok, strange := with(g.sandbox), "ttk_"+strings.Repeat("A", 43)
	tests := []struct {
		name    string
		headers []string
		status  int
	}{
		{"the key", []string{ok}, 200},
		{"the scheme in other letters", []string{"Authorization: bearer " + g.sandbox}, 200},
		{"no key", nil, 401},
		{"another scheme", []string{"Authorization: Basic " + g.sandbox}, 401},
		{"an empty key", []string{"Authorization: Bearer "}, 401},
		{"a wrong key", []string{with(strange)}, 401},
		{"a key that is too short", []string{with(g.sandbox[:40])}, 401},
		{"a key that is too long", []string{with(g.sandbox + "x")}, 401},
		{"a key of 10 KB", []string{with(strings.Repeat("k", 10<<10))}, 401},
		{"two keys", []string{ok, ok}, 401},
		{"localhost", []string{ok, "Host: localhost:17278"}, 200},
		{"IPv6", []string{ok, "Host: [::1]:17278"}, 200},
		{"a rebound name", []string{ok, "Host: evil.example:17278"}, 403},
		{"a name that begins like ours", []string{ok, "Host: 127.0.0.1.nip.io:17278"}, 403},
		{"another port", []string{ok, "Host: 127.0.0.1:80"}, 403},
		{"no port", []string{ok, "Host: 127.0.0.1"}, 403},
		{"another loopback address", []string{ok, "Host: 127.0.0.2:17278"}, 403},
		{"no host", []string{ok, "Host: "}, 403},
		{"a page of a stranger", []string{ok, "Origin: https://evil.example"}, 403},
		{"a page of ours, which there is none", []string{ok, "Origin: http://127.0.0.1:17278"}, 403},
		{"an opaque origin", []string{ok, "Origin: null"}, 403},
		{"an empty origin", []string{ok, "Origin: "}, 403},
		{"a page without a key", []string{"Origin: " + page}, 403},
		{"a page that another key allows", []string{ok, "Origin: " + page}, 403},
		{"a page that the key allows", []string{with(g.paged), "Origin: " + page, "Sec-Fetch-Site: same-site"}, 200},
		{"a page that the key does not allow", []string{with(g.paged), "Origin: http://localhost:3001"}, 403},
		{"two origins", []string{with(g.paged), "Origin: " + page, "Origin: " + page}, 403},
		{"an image of a stranger", []string{ok, "Sec-Fetch-Site: cross-site"}, 403},
		{"a page on another port of this machine", []string{ok, "Sec-Fetch-Site: same-site"}, 403},
		{"metadata of a browser to come", []string{ok, "Sec-Fetch-Site: odd"}, 403},
		{"typed into a browser", []string{ok, "Sec-Fetch-Site: none"}, 200},
		{"the key in the query", []string{}, 401},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, path := range []string{"/v1/token/shop", "/v1/status", "/v1/openapi.json", "/v1/token/shop/sandbox?key=" + g.sandbox} {
				w := g.ask("GET", path, "", tt.headers...)
				if w.Code != tt.status {
					t.Errorf("%s: status %d, want %d: %s", path, w.Code, tt.status, w.Body)
				}
				if w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
					t.Errorf("%s: headers %v", path, w.Header())
				}
				if strings.Contains(w.Body.String(), "88_") != (tt.status == 200 && strings.HasPrefix(path, "/v1/token")) {
					t.Errorf("%s: answer %s", path, w.Body)
				}
				allowed := w.Header().Get("Access-Control-Allow-Origin")
				if (allowed != "") != (tt.status == 200 && allowed == page && strings.Contains(strings.Join(tt.headers, " "), page)) {
					t.Errorf("%s: allows origin %q", path, allowed)
				}
				if tt.status != 200 {
					var e struct{ Error *api.Error }
					if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil || e.Error == nil || e.Error.Message == "" || e.Error.Remedy == "" {
						t.Errorf("%s: no error in %s", path, w.Body)
					}
				}
			}
		})
	}
	if got := g.seen(); got != "" {
		t.Errorf("the agent was asked: %s", got)
	}
}

func TestPreflight(t *testing.T) {
	g := newGate(t)
	ask := []string{"Access-Control-Request-Method: GET", "Access-Control-Request-Headers: authorization", "Access-Control-Request-Private-Network: true"}
	w := g.ask("OPTIONS", "/v1/token/shop", "", append(ask, "Origin: "+page)...)
	h := w.Header()
	if w.Code != 204 || h.Get("Access-Control-Allow-Origin") != page || !strings.Contains(h.Get("Access-Control-Allow-Headers"), "Authorization") ||
		h.Get("Access-Control-Allow-Private-Network") != "true" || h.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("a page that a key allows: %d %v", w.Code, h)
	}
	for _, path := range []string{"/v1/token/shop", "/cgi-bin/token"} {
		w = g.ask("OPTIONS", path, "", append(ask, "Origin: https://evil.example")...)
		if w.Code != 403 || w.Header().Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("a stranger's page at %s: %d %v", path, w.Code, w.Header())
		}
	}
	g.door.RevokeKey("paged")
	if w = g.ask("OPTIONS", "/v1/token/shop", "", append(ask, "Origin: "+page)...); w.Code != 403 {
		t.Errorf("after the key was revoked: %d", w.Code)
	}
}

func TestWhatAKeyMayUse(t *testing.T) {
	g := newGate(t)
	g.tokens[api.Ref{Name: "商店", Env: core.Sandbox}] = doorToken("88_shangdian", time.Hour)
	tests := []struct {
		name, key, path string
		active          core.Env
		status          int
		token           string
	}{
		{"sandbox by name", g.sandbox, "/v1/token/shop", core.Sandbox, 200, "88_sandbox"},
		{"sandbox in full", g.sandbox, "/v1/token/shop/sandbox", core.Live, 200, "88_sandbox"},
		{"live is not in the key", g.sandbox, "/v1/token/shop/live", core.Sandbox, 403, ""},
		{"the active environment is not in the key", g.sandbox, "/v1/token/shop", core.Live, 403, ""},
		{"another account", g.sandbox, "/v1/token/blog", core.Sandbox, 403, ""},
		{"an account that is nowhere", g.sandbox, "/v1/token/nothing", core.Sandbox, 403, ""},
		{"live where the key says so", g.all, "/v1/token/shop/live", core.Sandbox, 200, "88_live"},
		{"the environment switch", g.all, "/v1/token/shop", core.Live, 200, "88_live"},
		{"a name in Chinese", g.all, "/v1/token/%E5%95%86%E5%BA%97", core.Sandbox, 200, "88_shangdian"},
		{"a name in Chinese, unescaped", g.all, "/v1/token/商店/sandbox", core.Sandbox, 200, "88_shangdian"},
		{"an escape that is none", g.all, "/v1/token/a%2Fb", core.Sandbox, 400, ""},
		{"two dots", g.all, "/v1/token/%2E%2E", core.Sandbox, 400, ""},
		{"an unknown environment", g.all, "/v1/token/shop/moon", core.Sandbox, 400, ""},
		{"no such path", g.all, "/v1/accounts", core.Sandbox, 404, ""},
		{"too long a path", g.all, "/v1/token/shop/sandbox/refresh/now", core.Sandbox, 404, ""},
		{"an empty name", g.all, "/v1/token/", core.Sandbox, 404, ""},
		{"an end slash", g.all, "/v1/token/shop/", core.Sandbox, 404, ""},
		{"the root", g.all, "/", core.Sandbox, 404, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g.active = tt.active
			w := g.ask("GET", tt.path, "", with(tt.key))
			if w.Code != tt.status || tt.token != "" && !strings.Contains(w.Body.String(), tt.token) {
				t.Errorf("%d %s, want %d %s", w.Code, w.Body, tt.status, tt.token)
			}
			if calls := g.seen(); calls != "" {
				t.Errorf("the agent was asked: %s", calls)
			}
		})
	}
	a := g.ask("GET", "/v1/token/shop/live", "", with(g.sandbox))
	b := g.ask("GET", "/v1/token/nobody/live", "", with(g.sandbox))
	if a.Body.String() != b.Body.String() {
		t.Errorf("outside of its scope a key learns what there is: %s and %s", a.Body, b.Body)
	}
}

func TestMethods(t *testing.T) {
	g := newGate(t)
	for _, tt := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"POST", "/v1/status", 405, "GET"},
		{"HEAD", "/v1/token/shop", 405, "GET"},
		{"DELETE", "/v1/token/shop", 405, "GET"},
		{"GET", "/v1/token/shop/refresh", 405, "POST"},
		{"GET", "/v1/token/shop/sandbox/refresh?force=true", 405, "POST"},
		{"OPTIONS", "/v1/token/shop", 405, "GET"},
		{"GET", "/v1/token/shop?force=true&force_refresh=true", 200, ""},
	} {
		w := g.ask(tt.method, tt.path, "", with(g.all))
		if w.Code != tt.status || w.Header().Get("Allow") != tt.allow {
			t.Errorf("%s %s: %d, Allow %q", tt.method, tt.path, w.Code, w.Header().Get("Allow"))
		}
	}
	if got := g.seen(); got != "" {
		t.Errorf("the agent was asked: %s", got)
	}
}

func TestStatusTellsNoMoreThanAClientNeeds(t *testing.T) {
	g := newGate(t)
	w := g.ask("GET", "/v1/status", "", with(g.sandbox))
	var got map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || got["version"] != "1.2.3" || got["active"] != "sandbox" || got["vault"] != "open" {
		t.Errorf("%s %v", w.Body, err)
	}
	if s := w.Body.String(); strings.Contains(s, "/home") || strings.Contains(s, "pid") {
		t.Errorf("%s", s)
	}
}

func TestRefreshAtTheDoor(t *testing.T) {
	g := newGate(t)
	for _, tt := range []struct {
		name, body string
		status     int
		seen       string
	}{
		{"a stale token", `{"stale":"88_old"}`, 200, "refresh shop/sandbox {Stale:88_old Force:false Person:false Failing:false}"},
		{"the current one", ``, 200, "refresh shop/sandbox {Stale: Force:false Person:false Failing:false}"},
		{"force", `{"force":true}`, 403, ""},
		{"a person", `{"person":true}`, 400, ""},
		{"no JSON", `stale=88_old`, 400, ""},
		{"another type", `{"stale":7}`, 400, ""},
		{"two values", `{} {}`, 400, ""},
		{"too much", `{"stale":"` + strings.Repeat("x", maxBody) + `"}`, 413, ""},
	} {
		w := g.ask("POST", "/v1/token/shop/refresh", tt.body, with(g.all))
		if seen := g.seen(); w.Code != tt.status || seen != tt.seen {
			t.Errorf("%s: %d %s, the agent saw %q", tt.name, w.Code, w.Body, seen)
		}
		if strings.Contains(w.Body.String(), "88_old") {
			t.Errorf("%s: the answer quotes the body: %s", tt.name, w.Body)
		}
	}
	w := g.ask("POST", "/v1/token/shop/live/refresh", `{"stale":"88_old"}`, with(g.sandbox))
	if w.Code != 403 || g.seen() != "" {
		t.Errorf("outside of the scope: %d", w.Code)
	}
}

func TestMinTTLOverTheDoor(t *testing.T) {
	g := newGate(t)
	if w := g.ask("GET", "/v1/token/shop?min_ttl=59m", "", with(g.all)); w.Code != 200 || g.seen() != "" {
		t.Errorf("a life that is there: %d %s", w.Code, w.Body)
	}
	if w := g.ask("GET", "/v1/token/shop?min_ttl=3700", "", with(g.all)); w.Code != 200 || g.seen() != "token shop/sandbox 1h1m40s" {
		t.Errorf("a life that must be fetched: %d %s", w.Code, w.Body)
	}
	g.stopClock()
	g.err = &core.Error{Class: core.Temporary, Message: "not yet", Remedy: core.RemedyLifeTooLong, RetryAt: g.door.cfg.Now().Add(90 * time.Second)}
	w := g.ask("GET", "/v1/token/shop?min_ttl=2h", "", with(g.all))
	if w.Code != 503 || w.Header().Get("Retry-After") != "90" || strings.Contains(w.Body.String(), "88_") || !strings.Contains(w.Body.String(), "temporary") {
		t.Errorf("a life that cannot be had: %d %v %s", w.Code, w.Header(), w.Body)
	}
	for _, q := range []string{"min_ttl=soon", "min_ttl=-1", "min_ttl=25h", "newer_than=x", "newer_than=1&wait=1h", "newer_than=1&wait=-1s", "wait=30s", "newer_than=-4"} {
		w := g.ask("GET", "/v1/token/shop?"+q, "", with(g.all))
		if w.Code != 400 || strings.HasPrefix(q, "min_ttl") != strings.Contains(w.Body.String(), core.RemedyLifeOdd) {
			t.Errorf("%s: %d %s", q, w.Code, w.Body)
		}
	}
}
