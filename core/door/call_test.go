package door

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// callers are keys that make calls, by name.
func callers(g *gate) map[string]string {
	out := map[string]string{}
	for name, k := range map[string]core.ClientKey{
		"reader":    {Envs: core.Envs(), CallRights: core.CallRights{Calls: []string{"reads"}, NoToken: true}},
		"menu":      {Envs: []core.Env{core.Sandbox}, Accounts: []string{"shop"}, CallRights: core.CallRights{Calls: []string{"GET /cgi-bin/menu/*", "* /cgi-bin/tags/get"}}},
		"writer":    {Envs: core.Envs(), CallRights: core.CallRights{Calls: []string{"* /*"}}},
		"live":      {Envs: core.Envs(), CallRights: core.CallRights{Calls: []string{"* /*"}, LiveWrite: true}},
		"unlucky":   {Envs: core.Envs(), CallRights: core.CallRights{Calls: []string{"reads"}, Rate: 2, Burst: 3}},
		"impatient": {Envs: core.Envs(), CallRights: core.CallRights{Calls: []string{"reads"}}},
	} {
		secret, hash := core.NewClientSecret()
		k.Name, k.Hash = name, hash
		g.door.AddKey(k)
		out[name] = secret.Reveal()
	}
	return out
}

// TestWhatAKeyMayCall: a key calls what it names at the accounts that it names, and
// changes a live account only if it was given that.
func TestWhatAKeyMayCall(t *testing.T) {
	g := newGate(t)
	keys := callers(g)
	g.house.answer = `{"errcode":0}`
	for _, tt := range []struct {
		key, method, path string
		status            int
		refused           string
		line              string
	}{
		{"reader", "GET", "/call/shop/sandbox/cgi-bin/menu/get?a=b", 200, "", "GET /cgi-bin/menu/get"},
		{"reader", "GET", "/call/shop/live/cgi-bin/menu/get", 200, "", "GET /cgi-bin/menu/get"},
		{"reader", "POST", "/call/shop/live/cgi-bin/draft/batchget", 200, "", "POST /cgi-bin/draft/batchget"},
		{"reader", "GET", "/call/shop/sandbox/cgi-bin/menu/delete", 403, core.RemedyKeyCalls, "GET /cgi-bin/menu/delete"},
		{"reader", "GET", "/call/shop/sandbox/cgi-bin/menu/%2567et", 200, "", "GET /cgi-bin/menu/get"},
		{"menu", "GET", "/call/shop/sandbox/cgi-bin/menu/delete", 200, "", "GET /cgi-bin/menu/delete"},
		{"menu", "POST", "/call/shop/sandbox/cgi-bin/menu/get", 403, core.RemedyKeyCalls, "POST /cgi-bin/menu/get"},
		{"menu", "POST", "/call/shop/sandbox/cgi-bin/tags/get", 200, "", "POST /cgi-bin/tags/get"},
		{"menu", "GET", "/call/shop/live/cgi-bin/menu/get", 403, core.RemedyScope, "call"},
		{"menu", "GET", "/call/blog/sandbox/cgi-bin/menu/get", 403, core.RemedyScope, "call"},
		{"writer", "POST", "/call/shop/sandbox/cgi-bin/message/custom/send", 200, "", "POST /cgi-bin/message/custom/send"},
		{"writer", "POST", "/call/shop/live/cgi-bin/message/custom/send", 403, core.RemedyLiveWrite, "POST /cgi-bin/message/custom/send"},
		{"live", "POST", "/call/shop/live/cgi-bin/message/custom/send", 200, "", "POST /cgi-bin/message/custom/send"},
		{"live", "POST", "/call/blog/live/cgi-bin/message/custom/send", 404, core.RemedyAccount, "call"},
		{"live", "GET", "/call/shop/live/cgi-bin/ticket/getticket", 403, core.RemedyCallClosed, "GET /cgi-bin/ticket/getticket"},
		{"live", "POST", "/call/shop/live/cgi-bin/clear%5fquota", 403, core.RemedyCallClosed, "POST /cgi-bin/clear_quota"},
		{"live", "GET", "/call/shop/live//cgi-bin/menu/get", 400, core.RemedyCallPath, "GET"},
		{"live", "GET", "/call/shop/live/cgi-bin/%2e%2e/x", 400, core.RemedyCallPath, "GET"},
		{"live", "GET", "/call/shop/live/cgi-bin/menu/get?access_token=x", 400, core.RemedyCallToken, "GET /cgi-bin/menu/get"},
		{"live", "GET", "/call/shop/live/cgi-bin/0123456789abcdef0123456789abcdef", 200, "", "…"},
		{"live", "TRACE", "/call/shop/live/cgi-bin/menu/get", 400, core.RemedyCallMethod, "TRACE /cgi-bin/menu/get"},
		{"live", "GET", "/call/shop/production/cgi-bin/menu/get", 400, core.RemedyInput, "call"},
		{"live", "GET", "/call/shop/live", 400, core.RemedyCallPath, "call"},
		{"live", "GET", "/call/", 400, core.RemedyCallPath, "call"},
	} {
		g.seen()
		w := g.ask(tt.method, tt.path, "body", with(keys[tt.key]))
		line := g.door.Accesses(1)[0]
		if w.Code != tt.status || line.Refused != tt.refused || line.Call != tt.line || line.Status != tt.status || line.Key != tt.key && tt.path != "/call/shop/live" && tt.path != "/call/" {
			t.Errorf("%s %s with %s: %d %s, logged %+v", tt.method, tt.path, tt.key, w.Code, w.Body, line)
		}
		if made := g.seen() != ""; made != (tt.status == 200) {
			t.Errorf("%s %s with %s: made %v", tt.method, tt.path, tt.key, made)
		}
		if h := w.Header(); h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "no-store" || h.Get("Content-Security-Policy") != "sandbox" {
			t.Errorf("%s %s: headers %v", tt.method, tt.path, h)
		}
	}
	if w := g.ask("GET", "/call/shop/sandbox/cgi-bin/menu/get", "", with(g.all)); w.Code != 403 {
		t.Errorf("a key without calls: %d", w.Code)
	}
	for path, status := range map[string]int{"/v1/token/shop": 403, "/v1/token/shop/refresh": 403} {
		method := http.MethodGet
		if strings.HasSuffix(path, "refresh") {
			method = http.MethodPost
		}
		if w := g.ask(method, path, "", with(keys["reader"])); w.Code != status || strings.Contains(w.Body.String(), "88_") {
			t.Errorf("%s without the right to a token: %d %s", path, w.Code, w.Body)
		}
	}
	if w := g.ask("GET", "/cgi-bin/token?grant_type=client_credential&appid=wxsandbox&secret="+keys["reader"], ""); !strings.Contains(w.Body.String(), `"errcode":40125`) {
		t.Errorf("at the token path: %s", w.Body)
	}
}

// TestACallGoesOutAsItCame: only the key differs.
func TestACallGoesOutAsItCame(t *testing.T) {
	g := newGate(t)
	keys := callers(g)
	g.house.answer, g.house.code = `{"errcode":47001}`, 47001
	w := g.ask("POST", "/call/shop/sandbox/cgi-bin/message/custom/send?a=%7B&b&c=d", "hello", with(keys["writer"]), "X-Own: 1")
	if got, want := g.seen(), `shop/sandbox POST /cgi-bin/message/custom/send?a=%7B&b&c=d live false "hello"`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if w.Code != 200 || w.Body.String() != g.house.answer || g.header.Get("X-Own") != "1" || len(g.hide) != 1 || g.hide[0].Reveal() != keys["writer"] {
		t.Errorf("%d %s, headers %v, %d to hide", w.Code, w.Body, g.header, len(g.hide))
	}
	if line := g.door.Accesses(1)[0]; line.Errcode != 47001 || line.Account != "shop/sandbox" || line.Key != "writer" {
		t.Errorf("logged %+v", line)
	}
}

// TestNoPageCalls: whatever a browser sends, with a key or without.
func TestNoPageCalls(t *testing.T) {
	g := newGate(t)
	keys := callers(g)
	secret, hash := core.NewClientSecret()
	g.door.AddKey(core.ClientKey{Name: "both", Hash: hash, Envs: core.Envs(), Origins: []string{page}, CallRights: core.CallRights{Calls: []string{"* /*"}}})
	for _, headers := range [][]string{
		{"Origin: " + page}, {"Origin: null"}, {"Sec-Fetch-Site: same-origin"}, {"Sec-Fetch-Site: none"}, {"Sec-Fetch-Site: cross-site"}, {"Origin: http://127.0.0.1:17278"},
	} {
		for _, key := range []string{keys["live"], secret.Reveal()} {
			w := g.ask("GET", "/call/shop/sandbox/cgi-bin/menu/get", "", append(headers, with(key))...)
			if w.Code != 403 || w.Header().Get("Access-Control-Allow-Origin") != "" || g.seen() != "" {
				t.Errorf("%v: %d %v", headers, w.Code, w.Header())
			}
		}
	}
	w := g.ask("OPTIONS", "/call/shop/sandbox/cgi-bin/menu/get", "", "Origin: "+page, "Access-Control-Request-Method: GET")
	if w.Code != 403 || w.Header().Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("a preflight: %d %v", w.Code, w.Header())
	}
	if w := g.ask("GET", "/call/shop/sandbox/cgi-bin/menu/get", "", with(keys["live"]), "Sec-Fetch-Mode: cors"); w.Code != 200 { // of Node's fetch
		t.Errorf("a program: %d", w.Code)
	}
	if w := g.ask("GET", "/call/shop/sandbox/cgi-bin/menu/get", "", with(keys["live"]), "Host: evil.example:17278"); w.Code != 403 {
		t.Errorf("another host: %d", w.Code)
	}
	r := httptest.NewRequest("GET", "http://127.0.0.1:17278/call/shop/sandbox/cgi-bin/menu/get", nil) // absolute form
	r.Header.Set("Authorization", "Bearer "+keys["live"])
	rec := httptest.NewRecorder()
	g.seen()
	g.handler.ServeHTTP(rec, r)
	if rec.Code != 400 || g.seen() != "" {
		t.Errorf("absolute form: %d", rec.Code)
	}
}

// TestACallWithoutAKey: no key, a wrong one and a revoked one reach nothing.
func TestACallWithoutAKey(t *testing.T) {
	g := newGate(t)
	keys := callers(g)
	g.door.RevokeKey("writer")
	for _, headers := range [][]string{nil, {with("ttk_wrong")}, {with(keys["writer"])}, {"Authorization: Basic x"}} {
		if w := g.ask("GET", "/call/shop/sandbox/cgi-bin/menu/get", "", headers...); w.Code != 401 || w.Header().Get("WWW-Authenticate") != "Bearer" || g.seen() != "" {
			t.Errorf("%v: %d", headers, w.Code)
		}
	}
}

// TestAKeysCallsAreLimited, a thousandfold, and refused ones count too.
func TestAKeysCallsAreLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(t)
		keys := callers(g)
		call := func(key string) *httptest.ResponseRecorder {
			return g.ask("GET", "/call/shop/sandbox/cgi-bin/menu/get", "", with(keys[key]))
		}
		count := func(key string, n int) (made int) {
			for range n {
				if w := call(key); w.Code == 200 {
					made++
				} else if w.Code != 429 || w.Header().Get("Retry-After") != "1" || !strings.Contains(w.Body.String(), `"errcode":45011`) {
					t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
				}
			}
			return made
		}
		if made := count("unlucky", 3000); made != 3 {
			t.Errorf("%d calls in a row, want 3", made)
		}
		if made := count("impatient", 100); made != core.DefaultCallBurst {
			t.Errorf("%d calls in a row, want %d", made, core.DefaultCallBurst)
		}
		time.Sleep(time.Second)
		if made := count("unlucky", 10); made != 2 {
			t.Errorf("%d calls a second later, want 2", made)
		}
		if line := g.door.Accesses(1)[0]; line.Refused != core.RemedySlower || line.Status != 429 {
			t.Errorf("logged %+v", line)
		}
	})
}

// TestAnAnswerThatBreaksOff breaks the connection too.
func TestAnAnswerThatBreaksOff(t *testing.T) {
	g := newGate(t)
	keys := callers(g)
	g.house.answer, g.house.broken = "begin", true
	defer func() {
		if recover() != http.ErrAbortHandler {
			t.Error("the connection goes on")
		}
		if line := g.door.Accesses(1)[0]; line.Call != "GET /cgi-bin/menu/get" {
			t.Errorf("logged %+v", line)
		}
	}()
	g.ask("GET", "/call/shop/sandbox/cgi-bin/menu/get", "", with(keys["reader"]))
}

// fetchStandIn asks the token path below an account's folder, as an SDK does.
func (g *gate) fetchStandIn(ref, appID, key string, force bool) map[string]any {
	body := fmt.Sprintf(`{"grant_type":"client_credential","appid":%q,"secret":%q,"force_refresh":%v}`, appID, key, force)
	var out map[string]any
	_ = json.Unmarshal(g.ask("POST", "/call/"+ref+"/cgi-bin/stable_token", body).Body.Bytes(), &out)
	return out
}

// TestStandIns: an SDK with one base URL gets a stand-in, with which it calls at that
// account alone, under the rights and the life of its key.
func TestStandIns(t *testing.T) {
	g := newGate(t)
	keys := callers(g)
	got := g.fetchStandIn("shop/sandbox", "wxsandbox", keys["reader"], false)
	standIn, _ := got["access_token"].(string)
	if !strings.HasPrefix(standIn, "tts_") || got["expires_in"].(float64) < 3500 || got["errcode"] != nil {
		t.Fatalf("%v", got)
	}
	if again := g.fetchStandIn("shop/sandbox", "wxsandbox", keys["reader"], false); again["access_token"] != standIn {
		t.Errorf("asked again: %v", again)
	}
	if w := g.ask("GET", "/call/shop/sandbox/cgi-bin/token?grant_type=client_credential&appid=wxsandbox&secret="+keys["reader"], ""); !strings.Contains(w.Body.String(), standIn) {
		t.Errorf("by GET: %s", w.Body)
	}
	if other := g.fetchStandIn("shop/sandbox", "wxsandbox", keys["writer"], false); other["access_token"] == standIn || other["access_token"] == nil {
		t.Errorf("another key: %v", other)
	}
	if live := g.fetchStandIn("shop/live", "wxlive", keys["reader"], false); live["access_token"] == standIn || live["access_token"] == nil {
		t.Errorf("another account: %v", live)
	}
	if seen := g.seen(); seen != "" {
		t.Errorf("the agent was asked %s", seen)
	}
	w := g.ask("GET", "/call/shop/sandbox/cgi-bin/menu/get?a=b&access_token="+standIn+"&c=d", "")
	if seen := g.seen(); w.Code != 200 || seen != `shop/sandbox GET /cgi-bin/menu/get?a=b&c=d live false ""` {
		t.Errorf("a call: %d %s, the agent saw %s", w.Code, w.Body, seen)
	}
	for name, path := range map[string]string{
		"another account":        "/call/shop/live/cgi-bin/menu/get?access_token=" + standIn,
		"a stand-in nobody made": "/call/shop/sandbox/cgi-bin/menu/get?access_token=tts_" + strings.Repeat("A", 64),
	} {
		if w := g.ask("GET", path, ""); w.Code != 200 || !strings.Contains(w.Body.String(), `{"errcode":40001,`) || g.seen() != "" {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	for name, path := range map[string]string{
		"a token":               "/call/shop/sandbox/cgi-bin/menu/get?access_token=88_x",
		"beside a token":        "/call/shop/sandbox/cgi-bin/menu/get?access_token=88_x&access_token=" + standIn,
		"what the key may not":  "/call/shop/sandbox/cgi-bin/menu/delete?access_token=" + standIn,
		"what nobody may":       "/call/shop/sandbox/cgi-bin/clear_quota?access_token=" + standIn,
		"at a path of our own":  "/v1/token/shop?access_token=" + standIn,
		"in the place of a key": "/cgi-bin/token?grant_type=client_credential&appid=wxsandbox&secret=" + standIn,
	} {
		if w := g.ask("GET", path, ""); w.Code == 200 && !strings.Contains(w.Body.String(), `"errcode":40125`) || strings.Contains(w.Body.String(), "88_s") || g.seen() != "" {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	if w := g.ask("GET", "/v1/status", "", with(standIn)); w.Code != 401 {
		t.Errorf("as a key: %d", w.Code)
	}
	g.door.RevokeKey("reader")
	if w := g.ask("GET", "/call/shop/sandbox/cgi-bin/menu/get?access_token="+standIn, ""); !strings.Contains(w.Body.String(), `{"errcode":40001,`) || g.seen() != "" {
		t.Errorf("after its key was revoked: %d %s", w.Code, w.Body)
	}
	for name, tt := range map[string]struct {
		ref, appID, key string
		code            float64
	}{
		"a key without calls":     {"shop/sandbox", "wxsandbox", g.all, 40125},
		"a wrong key":             {"shop/sandbox", "wxsandbox", "ttk_x", 40125},
		"another AppID":           {"shop/sandbox", "wxlive", keys["writer"], 40013},
		"outside the key's scope": {"shop/live", "wxlive", keys["menu"], 40013},
	} {
		if got := g.fetchStandIn(tt.ref, tt.appID, tt.key, false); got["errcode"] != tt.code || got["access_token"] != nil {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestForcingAStandInForcesNothing: it is a report that the token is stale, once for
// all who ask within half a minute.
func TestForcingAStandInForcesNothing(t *testing.T) {
	g := newGate(t)
	keys := callers(g)
	if got := g.fetchStandIn("shop/sandbox", "wxsandbox", keys["reader"], true); !strings.HasPrefix(fmt.Sprint(got["access_token"]), "tts_") {
		t.Errorf("%v", got)
	}
	if seen := g.seen(); !strings.HasPrefix(seen, "refresh shop/sandbox {Stale:88_sandbox") || strings.Contains(seen, "Force:true") {
		t.Errorf("the agent saw %s", seen)
	}
	g.err = &core.Error{Class: core.Whitelist, Code: 40164, Upstream: "invalid ip"}
	delete(g.tokens, shopSandbox)
	if got := g.fetchStandIn("shop/sandbox", "wxsandbox", keys["reader"], false); got["errcode"] != 40164.0 {
		t.Errorf("a refusal: %v", got)
	}
}

// TestALimitPassedAThousandfold: no more calls than the burst are made, every other one
// is told when to come again, and another key is not held up.
func TestALimitPassedAThousandfold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(t)
		keys := callers(g)
		g.house.answer = `{"errcode":0}`
		made, told := 0, 0
		for range 1000 * core.DefaultCallBurst {
			w := g.ask("GET", "/call/shop/sandbox/cgi-bin/menu/get", "", with(keys["impatient"]))
			switch {
			case w.Code == 200:
				made++
			case w.Code == 429 && w.Header().Get("Retry-After") == "1":
				told++
			}
		}
		if made != core.DefaultCallBurst || told != 999*core.DefaultCallBurst {
			t.Errorf("%d calls made, %d told to wait", made, told)
		}
		if w := g.ask("GET", "/call/shop/sandbox/cgi-bin/menu/get", "", with(keys["reader"])); w.Code != 200 {
			t.Errorf("another key: %d", w.Code)
		}
	})
}

// deadlines is an answer that counts how often a deadline was set for its request.
type deadlines struct {
	http.ResponseWriter
	set int
}

func (d *deadlines) SetReadDeadline(time.Time) error { d.set++; return nil }

// TestABodysDeadlineEndsWithTheBody: each piece has its time. After the end none is set,
// for it would end an answer that takes longer.
func TestABodysDeadlineEndsWithTheBody(t *testing.T) {
	w := &deadlines{ResponseWriter: httptest.NewRecorder()}
	arrive := func() *arriving {
		r := httptest.NewRequest("POST", "/", iotest.DataErrReader(strings.NewReader("body")))
		return &arriving{Arriving: api.Arrive(r), rc: http.NewResponseController(w)}
	}
	body := arrive()
	buf := make([]byte, 10)
	if n, err := body.Read(buf); n != 4 || err != io.EOF || w.set != 1 || !body.Whole() {
		t.Errorf("%d bytes, %v, %d deadlines", n, err, w.set)
	}
	if n, err := body.Read(buf); n != 0 || err != io.EOF || w.set != 1 {
		t.Errorf("after its end: %d bytes, %v, %d deadlines", n, err, w.set)
	}
	body = arrive()
	body.over.Store(true)
	if n, err := body.Read(buf); n != 0 || err == nil || w.set != 1 {
		t.Errorf("after the answer: %d bytes, %v, %d deadlines", n, err, w.set)
	}
}
