package sim_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/sim"
)

func TestControl(t *testing.T) {
	r := newRig(t, sim.Account{}, sim.Config{})
	must := func(method, path, body string, status int) said {
		t.Helper()
		got := r.ask(method, path, body)
		if got.status != status {
			t.Fatalf("%s %s %s: HTTP %d %s, want %d", method, path, body, got.status, got.raw, status)
		}
		return got
	}
	must("POST", "/sim/accounts", `{"appid":"wxtwo","secret":"sesame","product":"test","life":90.5,"whitelist":["192.0.2.0/24"],"caller_ip":"192.0.2.9"}`, 200)
	token := r.ask("GET", legacy+"?grant_type=client_credential&appid=wxtwo&secret=sesame", "")
	if token.Expires != 90 {
		t.Fatalf("the new account: %s", token.raw)
	}
	must("POST", "/sim/faults", `{"appid":"wxtwo","code":89503,"latency":0}`, 200)
	must("POST", "/sim/accounts", `{"appid":"wxtwo","secret":"sesame","life":90}`, 200) // leaves the faults
	if got := r.ask("GET", legacy+"?grant_type=client_credential&appid=wxtwo&secret=sesame", ""); got.Code != 89503 {
		t.Errorf("with a fault: %s", got.raw)
	}
	must("POST", "/sim/faults", `{}`, 200)

	var st struct {
		Accounts []struct {
			AppID  string         `json:"appid"`
			Life   float64        `json:"life"`
			Calls  map[string]int `json:"calls"`
			Minted int            `json:"minted"`
			Legacy []struct {
				Mask string  `json:"mask"`
				Left float64 `json:"left"`
			} `json:"legacy"`
			Faults struct {
				Code int `json:"code"`
			} `json:"faults"`
		} `json:"accounts"`
	}
	state := must("GET", "/sim/state", "", 200)
	if err := json.Unmarshal([]byte(state.raw), &st); err != nil {
		t.Fatal(err)
	}
	if len(st.Accounts) != 2 {
		t.Fatal(state.raw)
	}
	two := st.Accounts[1]
	if two.AppID != "wxtwo" || two.Life != 90 || two.Calls[legacy] != 2 || two.Minted != 1 || two.Faults.Code != 0 ||
		len(two.Legacy) != 1 || two.Legacy[0].Mask != core.Mask(token.Token) || two.Legacy[0].Left != 90.5 {
		t.Errorf("%+v", two)
	}
	for _, hidden := range []string{"sesame", secret, token.Token} {
		if strings.Contains(state.raw, hidden) {
			t.Errorf("the state shows %s", hidden)
		}
	}

	must("POST", "/sim/advance", `{"seconds":60}`, 200)
	if !r.Accepts("wxtwo", token.Token) {
		t.Error("dead after a minute")
	}
	must("POST", "/sim/break", `{"appid":"wxtwo"}`, 200)
	must("POST", "/sim/revoke", `{"appid":"wxtwo"}`, 200)
	if r.Accepts("wxtwo", token.Token) {
		t.Error("alive after it was revoked")
	}
	must("DELETE", "/sim/accounts?appid=wxtwo", "", 200)

	must("POST", "/sim/accounts", `{"appid":"cli_1","secret":"sesame","platform":"feishu","dead":{"status":401,"body":{"code":99991661}},"refused":{"status":418,"body":{"code":7}}}`, 200)
	if got := must("POST", "/open-apis/auth/v3/tenant_access_token/internal", `{"app_id":"cli_1","app_secret":"wrong"}`, 418); got.raw != `{"code":7}` {
		t.Errorf("refused with %s", got.raw)
	}

	for _, bad := range []struct {
		method, path, body string
		status             int
	}{
		{"POST", "/sim/accounts", `{"appid":"cli_1","secret":"x","platform":"feishu","dead":{"status":99}}`, 400},
		{"POST", "/sim/accounts", `{"appid":"wx1","secret":"x","dead":{"status":401}}`, 400},
		{"DELETE", "/sim/accounts?appid=wxtwo", "", 404},
		{"POST", "/sim/revoke", `{"appid":"wxtwo"}`, 404},
		{"POST", "/sim/break", `{"appid":"wxtwo"}`, 404},
		{"POST", "/sim/faults", `{"appid":"wxtwo","outage":true}`, 404},
		{"POST", "/sim/faults", `{"error_percent":101}`, 400},
		{"POST", "/sim/faults", `{"latency":-1}`, 400},
		{"POST", "/sim/accounts", `{"appid":"wx1"}`, 400},
		{"POST", "/sim/accounts", `{"appid":"wx1","secret":"x","product":"toy"}`, 400},
		{"POST", "/sim/accounts", `{"appid":"wx1","secret":"x","life":-5}`, 400},
		{"POST", "/sim/accounts", `{"appid":"wx1","secret":"x","life":1e300}`, 400},
		{"POST", "/sim/accounts", `{"appid":"wx1","colour":"red"}`, 400},
		{"POST", "/sim/accounts", `not JSON`, 400},
		{"POST", "/sim/accounts", "", 400},
		{"POST", "/sim/advance", `{"seconds":-1}`, 400},
		{"PUT", "/sim/state", "", 405},
	} {
		if got := must(bad.method, bad.path, bad.body, bad.status); !strings.Contains(got.raw, `"error"`) {
			t.Errorf("%s %s: %s", bad.method, bad.path, got.raw)
		}
	}
}

// Neither another machine nor a page in a browser can steer the simulator.
func TestControlIsLocal(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*http.Request)
		status int
	}{
		"this machine":    {func(*http.Request) {}, 200},
		"by name":         {func(r *http.Request) { r.Host = "localhost:8080" }, 200},
		"IPv6":            {func(r *http.Request) { r.RemoteAddr, r.Host = "[::1]:9", "[::1]:8080" }, 200},
		"another machine": {func(r *http.Request) { r.RemoteAddr = "192.0.2.1:9" }, 403},
		"no address":      {func(r *http.Request) { r.RemoteAddr = "" }, 403},
		"another name":    {func(r *http.Request) { r.Host = "evil.example.com" }, 403},
		"a page":          {func(r *http.Request) { r.Header.Set("Origin", "https://evil.example.com") }, 403},
		"a picture":       {func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), "GET", "http://127.0.0.1:8080/sim/state", nil)
			r.RemoteAddr = "127.0.0.1:9"
			tt.change(r)
			w := httptest.NewRecorder()
			sim.New(sim.Config{}).ServeHTTP(w, r)
			if w.Code != tt.status {
				t.Errorf("HTTP %d, want %d: %s", w.Code, tt.status, w.Body)
			}
		})
	}
}

// Callers from elsewhere are seen as they are.
func TestCallerFromElsewhere(t *testing.T) {
	s := sim.New(sim.Config{})
	if err := s.Put(sim.Account{AppID: appID, Secret: core.NewSecret(secret), Whitelist: []string{"198.51.100.1"}}); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), "GET", "http://sim.example.com"+legacy+"?grant_type=client_credential&appid="+appID+"&secret="+secret, nil)
	r.RemoteAddr = "[::ffff:192.0.2.44]:9"
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if !strings.Contains(w.Body.String(), "invalid ip 192.0.2.44 ipv6 ::ffff:192.0.2.44, not in whitelist") {
		t.Error(w.Body)
	}
}

// Whatever is posted, the simulator answers and stays whole.
func FuzzPosts(f *testing.F) {
	f.Add("/cgi-bin/stable_token", `{"grant_type":"client_credential","appid":"wx1","secret":"x"}`)
	f.Add("/sim/accounts", `{"appid":"wx1","secret":"x","life":1e18,"whitelist":["*","1.2.3.*"]}`)
	f.Add("/sim/faults", `{"appid":"","error_percent":50}`)
	f.Add("/sim/advance", `{"seconds":1e9}`)
	f.Fuzz(func(t *testing.T, path, body string) {
		if !strings.HasPrefix(path, "/cgi-bin/") && !strings.HasPrefix(path, "/sim/") || strings.ContainsAny(path, " ?#%") {
			return
		}
		s := sim.New(sim.Config{OpenRegistration: true, Rand: func() float64 { return 1 }})
		r := httptest.NewRequestWithContext(t.Context(), "POST", "http://127.0.0.1/", strings.NewReader(body))
		r.URL.Path = path
		r.RemoteAddr = "127.0.0.1:9"
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code >= 500 || w.Body.Len() == 0 {
			t.Fatalf("HTTP %d %q", w.Code, w.Body)
		}
	})
}
