package sidecar

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/api"
)

// FuzzProxy: a call for the account needs the whole key and one of its hosts by plain
// HTTP, and no refusal tells the key.
func FuzzProxy(f *testing.F) {
	basic := func(s string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(s)) }
	for _, shown := range []string{"Bearer " + key, basic("tokentray:" + key), basic(key), basic(":" + key + ":"), "Basic " + key, "Bearer", "Bearer  " + key, "bearer " + key, ""} {
		f.Add(shown, "http://api.weixin.qq.com/cgi-bin/x?a=b")
	}
	for _, target := range []string{"http://API.weixin.qq.com.:80/", "http://api.weixin.qq.com:8080/", "https://api.weixin.qq.com/", "http://api.weixin.qq.com@evil.example/", "http://evil.example/", "http://[::1]/", "/v1/x", "http://"} {
		f.Add("Bearer "+key, target)
	}
	called := ""
	p := New(Config{
		Key: core.NewSecret(key), Hosts: []string{"api.weixin.qq.com"},
		Call: func(_ context.Context, req api.CallRequest) (api.CallAnswer, error) {
			called = req.Target
			return api.CallAnswer{}, &core.Error{Class: core.Misuse, Message: "not allowed; no more"}
		},
		Before: func(*http.Request) (*url.URL, error) { return nil, errors.New("nothing is reached") },
	})
	f.Fuzz(func(t *testing.T, shown, target string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
		if err != nil {
			return
		}
		r.Header.Set("Proxy-Authorization", shown)
		called = ""
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		scheme, given, _ := strings.Cut(shown, " ")
		raw, odd := base64.StdEncoding.DecodeString(strings.TrimSpace(given))
		_, password, _ := strings.Cut(string(raw), ":")
		knows := strings.EqualFold(scheme, "Bearer") && given == key || strings.EqualFold(scheme, "Basic") && odd == nil && password == key
		own := r.URL.Scheme == "http" && strings.TrimSuffix(strings.ToLower(r.URL.Hostname()), ".") == "api.weixin.qq.com" && (r.URL.Port() == "" || r.URL.Port() == "80")
		if (called != "") != (knows && own) || !knows && w.Code != http.StatusProxyAuthRequired {
			t.Fatalf("%q with %q: HTTP %d, called %q", target, shown, w.Code, called)
		}
		if strings.Contains(w.Body.String(), key) && !strings.Contains(target, key) {
			t.Fatalf("%q with %q: %s", target, shown, w.Body)
		}
	})
}
