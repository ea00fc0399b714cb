package sim_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"tokentray/core/kinds"
	"tokentray/core/preset"
	"tokentray/core/sim"
)

// Whatever is asked at the path of whatever platform, the simulator answers, stays whole
// and gives no token to one who did not send a secret.
func FuzzAsks(f *testing.F) {
	var accounts []sim.Account
	for _, spec := range preset.With(kinds.Builtin()).All() {
		if len(spec.Schemes) == 0 {
			up := sim.SampleOf(spec.Kind).Upstream
			up.Faults = sim.Faults{}
			accounts = append(accounts, up)
		}
	}
	for _, path := range []string{
		"/cgi-bin/token", "/cgi-bin/stable_token", "/cgi-bin/gettoken", "/open-apis/auth/v3/tenant_access_token/internal", "/gettoken",
		"/v1.0/oauth2/accessToken", "/oauth/stable_client_token/", "/api/apps/v2/token", "/api/getToken", "/oauth/2.0/token",
		"/oauth2/v3/token", "/oauth2/access_token", "/oauth2/token", "/oauth2/token/introspect", "/central/shop", "/topapi/user/get", "/",
	} {
		f.Add("GET", path, "grant_type=client_credential&appid=wx1&secret=x&access_token=y", "", "")
		f.Add("POST", path, "", `{"app_id":"cli_1","app_secret":"x","grant_type":1e9}`, "application/json")
		f.Add("POST", path, "", "grant_type=client_credentials&client_id=1&client_secret=2", "application/x-www-form-urlencoded")
	}
	f.Fuzz(func(t *testing.T, method, path, query, body, contentType string) {
		if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "/sim/") {
			return // no path of a request, or one of the control endpoint
		}
		s := sim.New(sim.Config{Rand: func() float64 { return 1 }})
		for _, up := range accounts {
			if err := s.Put(up); err != nil {
				t.Fatal(err)
			}
		}
		r := httptest.NewRequestWithContext(t.Context(), "GET", "http://127.0.0.1/", strings.NewReader(body))
		r.Method, r.URL.Path, r.URL.RawQuery, r.RemoteAddr = method, path, query, "127.0.0.1:9"
		r.Header.Set("Content-Type", contentType)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code < 200 || w.Code >= 500 || w.Body.Len() == 0 {
			t.Errorf("HTTP %d %q", w.Code, w.Body)
		}
		for _, up := range accounts {
			key := up.AppID
			if up.Agent != "" {
				key = s.KeyOf(up.AppID, up.Secret.Reveal())
			}
			if n := s.Minted(key); n != 0 {
				t.Errorf("%d tokens of %s without its secret", n, up.AppID)
			}
		}
	})
}
