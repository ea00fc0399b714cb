package core

import (
	"strings"
	"testing"
)

func TestAnAppSecretKeepsToItsHost(t *testing.T) {
	const standard = "https://api.weixin.qq.com"
	at := func(base, proxy string) Destination {
		return Account{BaseURL: base, Proxy: proxy}.Clean().Destination(standard, nil)
	}
	for _, tt := range []struct {
		name            string
		was, next       Destination
		secret, passage bool // may the AppSecret go along, may the proxy's password
	}{
		{"nothing changed", at("", ""), at("", ""), true, false},
		{"the default written out", at("", ""), at("https://api.weixin.qq.com", ""), true, false},
		{"the default with port, capitals and path", at("", ""), at("HTTPS://API.weixin.qq.com:443/x/", ""), true, false},
		{"the default taken away again", at("https://api.weixin.qq.com", ""), at("", ""), true, false},
		{"another path", at("https://a.example/x", ""), at("https://a.example/y", ""), true, false},
		{"another host", at("", ""), at("https://evil.example", ""), false, false},
		{"a longer name", at("", ""), at("https://api.weixin.qq.com.evil.example", ""), false, false},
		{"a host above", at("", ""), at("https://weixin.qq.com", ""), false, false},
		{"a letter of another script", at("", ""), at("https://api.weixin.qq.сom", ""), false, false},
		{"another port", at("https://a.example", ""), at("https://a.example:8443", ""), false, false},
		{"another scheme", at("https://127.0.0.1:443", ""), at("http://127.0.0.1:443", ""), false, false},
		{"back to the default", at("https://a.example", ""), at("", ""), false, false},
		{"another name of this machine", at("http://127.0.0.1:1", ""), at("http://localhost:1", ""), false, false},
		{"no URL at all", at("", ""), at("x y", ""), false, false},
		{"a proxy before https sees nothing", at("", ""), at("", "http://p.example:3128"), true, false},
		{"the same proxy", at("", "http://u@p.example"), at("", "http://v@p.example:80/"), true, true},
		{"another proxy", at("", "http://p.example"), at("", "http://q.example"), true, false},
		{"another port of the proxy", at("", "http://p.example:1"), at("", "http://p.example:2"), true, false},
		{"a proxy without TLS", at("", "https://p.example:1"), at("", "http://p.example:1"), true, false},
		{"names looked up by the proxy", at("", "socks5://p.example"), at("", "socks5h://p.example:1080"), true, true},
		{"the proxy taken away", at("", "http://p.example"), at("", ""), true, false},
		{"a proxy that reads along", at("http://127.0.0.1:1", ""), at("http://127.0.0.1:1", "http://127.0.0.1:2"), false, false},
		{"another that reads along", at("http://127.0.0.1:1", "http://127.0.0.1:2"), at("http://127.0.0.1:1", "http://127.0.0.1:3"), false, false},
		{"one that reads along no more", at("http://127.0.0.1:1", "http://127.0.0.1:2"), at("http://127.0.0.1:1", ""), true, false},
		{"IPv6", at("http://[::1]:1", ""), at("http://[::1]:1/x", ""), true, false},
		{"another host of IPv6", at("http://[::1]:1", ""), at("http://[::2]:1", ""), false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.was.Takes(tt.next); got != tt.secret {
				t.Errorf("from %+v to %+v: %v, want %v", tt.was, tt.next, got, tt.secret)
			}
			if got := tt.was.TakesPassword(tt.next); got != tt.passage {
				t.Errorf("the password from %+v to %+v: %v, want %v", tt.was, tt.next, got, tt.passage)
			}
		})
	}
	other := func(api, auth string) Destination {
		return Account{}.Destination(standard, map[string]string{"api_url": api, "auth_url": auth})
	}
	if !other("https://a.example/x", "").Takes(other("https://A.example:443/y", "")) {
		t.Error("another path of a further URL is another host")
	}
	for _, next := range []Destination{other("https://b.example", ""), other("", "https://a.example"), other("", ""), other("https://a.example", "https://b.example")} {
		if other("https://a.example", "").Takes(next) || next.Takes(other("https://a.example", "")) {
			t.Errorf("a further URL was changed: %q", next.Also)
		}
	}
	if (Destination{}).Takes(Destination{}) || (Destination{}).TakesPassword(Destination{}) {
		t.Error("nobody takes from nobody")
	}
}

func FuzzOriginTellsHostsApart(f *testing.F) {
	for _, s := range []string{"https://api.weixin.qq.com", "http://[::1]:80", "https://a@b", "socks5h://x", "//x", "https:x", "https://a%2eb"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		once := origin(raw)
		if again := origin(once); again != once {
			t.Errorf("%q is %q, and that is %q", raw, once, again)
		}
	})
}

// FuzzCleanURL: a URL that is fine is written in one form, that of the same host.
func FuzzCleanURL(f *testing.F) {
	for _, s := range []string{"https://API.weixin.qq.com:443/", " http://127.0.0.1:80//", "https://[::1]:443/a/", "https://h:0443", "HTTPS://h/%2F/", "https://h?", "https://h/a b", "http://localhost:", "https://中.example/", "https://h/#"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		clean := CleanURL(raw)
		if CheckURL(clean) != "" || clean == "" {
			return
		}
		if again := CleanURL(clean); again != clean {
			t.Fatalf("%q is %q, and that %q", raw, clean, again)
		}
		if origin(clean) != origin(strings.TrimSpace(raw)) || origin(clean) == "" {
			t.Fatalf("%q is %q, another host", raw, clean)
		}
	})
}
