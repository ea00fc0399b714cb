package door

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

func cgiBody(appID, secret string, force bool) string {
	raw, err := json.Marshal(map[string]any{"grant_type": "client_credential", "appid": appID, "secret": secret, "force_refresh": force})
	if err != nil {
		panic(err)
	}
	return string(raw)
}

func TestWeChatsOwnPaths(t *testing.T) {
	g := newGate(t)
	get := func(appID, secret string) string {
		return "/cgi-bin/token?grant_type=client_credential&appid=" + appID + "&secret=" + secret
	}
	tests := []struct {
		name, method, path, body string
		errcode                  int
		token                    string
	}{
		{"the legacy call", "GET", get("wxsandbox", g.sandbox), "", 0, "88_sandbox"},
		{"stable_token", "POST", "/cgi-bin/stable_token", cgiBody("wxsandbox", g.sandbox, false), 0, "88_sandbox"},
		{"the live account, with a key for it", "GET", get("wxlive", g.all), "", 0, "88_live"},
		{"the live account, with a key for the sandbox", "GET", get("wxlive", g.sandbox), "", 40013, ""},
		{"an AppID of two accounts of which the key allows one", "GET", get("wxboth", g.sandbox), "", 0, "88_sandbox"},
		{"an AppID of two accounts that the key allows", "GET", get("wxboth", g.all), "", 40013, ""},
		{"an AppID of nobody", "GET", get("wxnobody", g.all), "", 40013, ""},
		{"an AppID in other letters", "GET", get("WXSANDBOX", g.all), "", 40013, ""},
		{"no key", "GET", get("wxsandbox", ""), "", 41004, ""},
		{"no key, stable_token", "POST", "/cgi-bin/stable_token", cgiBody("wxsandbox", "", false), 41004, ""},
		{"a wrong key", "GET", get("wxsandbox", "0123456789abcdef0123456789abcdef"), "", 40125, ""},
		{"a wrong key, stable_token", "POST", "/cgi-bin/stable_token", cgiBody("wxsandbox", "ttk_x", false), 40125, ""},
		{"no AppID", "GET", get("", g.sandbox), "", 41002, ""},
		{"another grant type", "GET", "/cgi-bin/token?grant_type=x&appid=wxsandbox&secret=" + g.sandbox, "", 40002, ""},
		{"GET where POST belongs", "GET", "/cgi-bin/stable_token", "", 43002, ""},
		{"POST where GET belongs", "POST", get("wxsandbox", g.sandbox), "", 43001, ""},
		{"no JSON", "POST", "/cgi-bin/stable_token", "grant_type=client_credential", 47001, ""},
		{"a field of another type", "POST", "/cgi-bin/stable_token", `{"grant_type":7}`, 47001, ""},
		{"a body over the limit", "POST", "/cgi-bin/stable_token", strings.Repeat("x", maxBody+1), 47001, ""},
		{"another path", "GET", "/cgi-bin/ticket/getticket?access_token=88_x", "", 40066, ""},
		{"a service provider's", "GET", "/cgi-bin/service/get_suite_token", "", 40066, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := g.ask(tt.method, tt.path, tt.body)
			var got struct {
				AccessToken string `json:"access_token"`
				ExpiresIn   int    `json:"expires_in"`
				Errcode     int    `json:"errcode"`
				Errmsg      string `json:"errmsg"`
			}
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 {
				t.Fatalf("%d %s %v", w.Code, w.Body, err)
			}
			if got.Errcode != tt.errcode || !strings.HasPrefix(got.AccessToken, tt.token) || (tt.errcode == 0) != (got.Errmsg == "" && got.ExpiresIn > 0) {
				t.Errorf("%s", w.Body)
			}
			if w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("headers %v", w.Header())
			}
			if strings.Contains(w.Body.String(), g.sandbox) {
				t.Errorf("the answer quotes the key: %s", w.Body)
			}
		})
	}
	if got := g.seen(); got != "" {
		t.Errorf("a living token costs upstream nothing, and it was asked: %s", got)
	}
	var shape map[string]any
	_ = json.Unmarshal(g.ask("GET", get("wxsandbox", g.sandbox), "").Body.Bytes(), &shape)
	if got := slices.Sorted(maps.Keys(shape)); !slices.Equal(got, []string{"access_token", "expires_in"}) {
		t.Errorf("a success has %v, WeChat's has access_token and expires_in", got)
	}
}

func TestStrangersAtWeChatsPaths(t *testing.T) {
	g := newGate(t)
	path := "/cgi-bin/token?grant_type=client_credential&appid=wxsandbox&secret="
	for _, tt := range []struct {
		name    string
		key     string
		headers []string
		status  int
	}{
		{"a rebound name", g.sandbox, []string{"Host: evil.example:17278"}, 403},
		{"a page", g.sandbox, []string{"Origin: https://evil.example"}, 403},
		{"an image", g.sandbox, []string{"Sec-Fetch-Site: cross-site"}, 403},
		{"a page that another key allows", g.sandbox, []string{"Origin: " + page}, 403},
		{"a page that the key allows", g.paged, []string{"Origin: " + page, "Sec-Fetch-Site: same-site"}, 200},
	} {
		w := g.ask("GET", path+tt.key, "", tt.headers...)
		if w.Code != tt.status || strings.Contains(w.Body.String(), "88_") != (tt.status == 200) {
			t.Errorf("%s: %d %s", tt.name, w.Code, w.Body)
		}
	}
}

func TestForceRefreshForcesNothing(t *testing.T) {
	g := newGate(t)
	if w := g.ask("POST", "/cgi-bin/stable_token", cgiBody("wxsandbox", g.all, true)); w.Code != 200 || !strings.Contains(w.Body.String(), "88_fetched") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if got, want := g.seen(), "refresh shop/sandbox {Stale:88_sandboxtokensandboxtoken Force:false Person:false Failing:false}"; got != want {
		t.Errorf("the agent saw %q, want %q", got, want)
	}
	fresh := doorToken("88_brandnewbrandnewbrandnew", 2*time.Hour)
	g.tokens[shopSandbox] = fresh
	w := g.ask("POST", "/cgi-bin/stable_token", cgiBody("wxsandbox", g.all, true))
	if got := g.seen(); got != "" || !strings.Contains(w.Body.String(), "88_brandnew") {
		t.Errorf("a token that came a moment ago: %s, the agent saw %q", w.Body, got)
	}
	specs := slices.Clone(kinds.Builtin().All())
	for i, spec := range specs {
		if spec.Door == nil {
			continue
		}
		door := *spec.Door
		door.Paths = slices.Clone(door.Paths)
		for j := range door.Paths {
			door.Paths[j].ForceGap = 0
		}
		specs[i].Door = &door
	}
	set, err := kinds.New(specs...)
	if err != nil {
		t.Fatal(err)
	}
	g.door.SetKinds(set)
	g.ask("POST", "/cgi-bin/stable_token", cgiBody("wxsandbox", g.all, true))
	if got := g.seen(); !strings.HasPrefix(got, "refresh shop/sandbox {Stale:88_brandnew") {
		t.Errorf("a kind without a gap: the agent saw %q", got)
	}
}

func TestFailuresInWeChatsWords(t *testing.T) {
	for _, tt := range []struct {
		err  *core.Error
		code int
		says string
	}{
		{&core.Error{Class: core.Whitelist, Code: 40164, Message: "not on the whitelist", Upstream: "invalid ip 203.0.113.9, not in whitelist"}, 40164, "invalid ip 203.0.113.9, not in whitelist"},
		{&core.Error{Class: core.BadSecret, Code: 40001, Message: "wrong secret"}, 40001, "wrong secret"},
		{&core.Error{Class: core.Temporary, Message: "no answer"}, -1, "no answer"},
		{&core.Error{Class: core.VaultClosed, Message: "locked"}, -1, "locked"},
		{&core.Error{Class: core.Internal, Message: "broken"}, -1, "broken"},
		{&core.Error{Class: core.Quota, Message: "used up"}, 45009, "used up"},
		{&core.Error{Class: core.Whitelist, Message: "ip"}, 40164, "ip"},
		{&core.Error{Class: core.Confirm, Message: "ask"}, 89503, "ask"},
		{&core.Error{Class: core.BadSecret, Message: "wrong"}, 40125, "wrong"},
		{&core.Error{Class: core.Frozen, Message: "frozen"}, 50002, "frozen"},
		{&core.Error{Class: core.Misuse, Message: "live"}, 48001, "live"},
		{&core.Error{Class: core.NotFound, Message: "gone"}, 40013, "gone"},
	} {
		g := newGate(t)
		g.set(shopSandbox, api.Token{}, tt.err)
		w := g.ask("POST", "/cgi-bin/stable_token", cgiBody("wxsandbox", g.all, false))
		if want := fmt.Sprintf(`{"errcode":%d,"errmsg":%q}`, tt.code, tt.says); w.Code != http.StatusOK || w.Body.String() != want {
			t.Errorf("%d %s, want %s", w.Code, w.Body, want)
		}
	}
}

func FuzzCGI(f *testing.F) {
	g := newGate(f)
	f.Add("/cgi-bin/token?grant_type=client_credential&appid=wxlive&secret=x", "", false)
	f.Add("/cgi-bin/stable_token", cgiBody("wxlive", "x", true), true)
	f.Fuzz(func(t *testing.T, path, body string, post bool) {
		method := "GET"
		if post {
			method = "POST"
		}
		r, err := http.NewRequest(method, "http://127.0.0.1:17278"+path, strings.NewReader(body))
		if err != nil || !strings.HasPrefix(path, "/cgi-bin/") {
			return
		}
		w := g.ask("GET", "/cgi-bin/x", "") // a recorder
		w.Body.Reset()
		g.handler.ServeHTTP(w, r)
		if strings.Contains(w.Body.String(), "88_") || !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s", w.Body)
		}
	})
}
