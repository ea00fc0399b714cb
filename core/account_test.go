package core_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"tokentray/core"
)

func TestCleanName(t *testing.T) {
	for _, tt := range []struct{ in, want, problem string }{
		{"shop", "shop", ""},
		{"  shop \n", "shop", ""},
		{"商城 小程序", "商城 小程序", ""},
		{"e\u0301cole", "\u00e9cole", ""}, // NFC
		{"Shop", "Shop", ""},              // case kept
		{strings.Repeat("商", 200), strings.Repeat("商", 200), ""},
		{strings.Repeat("商", 201), "", "longer than 200"},
		{strings.Repeat("x", 10<<10), "", "longer than 200"},
		{"", "", "empty"},
		{" \t ", "", "empty"},
		{".", "", "must not"},
		{"..", "", "must not"},
		{"a/b", "", "must not"},
		{"a\x00b", "", "must not"},
		{"a\x1b[31mb", "", "must not"},
		{"a\u202eb", "", "must not"}, // right-to-left override
		{"a\u2066b", "", "must not"},
		{"a\u2028b", "", "must not"},
		{"\xff\xfe", "", "must not"},
		{"\xb5\xea\xc6\xcc", "", "must not"}, // a shop in GBK
		{"a\ufffdb", "", "must not"},         // and what JSON makes of such
		{"עברית", "עברית", ""},
		{"👩‍💻 dev", "👩‍💻 dev", ""},
	} {
		got, err := core.CleanName(tt.in)
		if tt.problem == "" {
			if err != nil || got != tt.want {
				t.Errorf("CleanName(%.20q) = %.20q, %v; want %.20q", tt.in, got, err, tt.want)
			}
		} else if err == nil || !strings.Contains(err.Error(), tt.problem) {
			t.Errorf("CleanName(%.20q): error %v, want one with %q", tt.in, err, tt.problem)
		}
	}
}

func FuzzCleanName(f *testing.F) {
	f.Add("shop")
	f.Add(" e\u0301\u202e ")
	f.Fuzz(func(t *testing.T, in string) {
		name, err := core.CleanName(in)
		if err != nil {
			return
		}
		if again, err := core.CleanName(name); err != nil || again != name {
			t.Errorf("cleaning twice: %q, then %q, %v", name, again, err)
		}
		if n := utf8.RuneCountInString(name); n < 1 || n > core.MaxName || strings.ContainsAny(name, "/\x00\n") {
			t.Errorf("bad name let through: %q", name)
		}
	})
}

func TestCheck(t *testing.T) {
	good := core.Account{Name: "shop", Env: core.Sandbox, Kind: kindStable, Product: "", AppID: "wx0123456789abcdef"}
	for _, tt := range []struct {
		name   string
		change func(*core.Account)
		want   string // field:key of the first problem, "" for none
		warn   bool
	}{
		{"good", func(*core.Account) {}, "", false},
		{"no env", func(a *core.Account) { a.Env = "" }, "env:env_unknown", false},
		{"a secret as the name", func(a *core.Account) { a.Name = "0123456789abcdef0123456789abcdef" }, "name:name_secret", false},
		{"a block as the name", func(a *core.Account) { a.Name = "AppID wx1 AppSecret 0123456789ABCDEF0123456789abcdef" }, "name:name_secret", false},
		{"31 digits in the name", func(a *core.Account) { a.Name = "0123456789abcdef0123456789abcde" }, "", false},
		{"a secret in the note", func(a *core.Account) { a.Note = "secret: 0123456789abcdef0123456789abcdef" }, "note:note_secret", true},
		{"http", func(a *core.Account) { a.BaseURL = "http://api.example.com" }, "base_url:base_url_https", false},
		{"http to this machine", func(a *core.Account) { a.BaseURL = "http://127.0.0.1:8080" }, "", false},
		{"http to localhost", func(a *core.Account) { a.BaseURL = "http://localhost:8080/path" }, "", false},
		{"http to a trap", func(a *core.Account) { a.BaseURL = "http://localhost.example.com" }, "base_url:base_url_https", false},
		{"https", func(a *core.Account) { a.BaseURL = "https://api2.weixin.qq.com" }, "", false},
		{"URL with a query", func(a *core.Account) { a.BaseURL = "https://x.example?a=b" }, "base_url:base_url_bad", false},
		{"URL with a password", func(a *core.Account) { a.BaseURL = "https://a:b@x.example" }, "base_url:base_url_bad", false},
		{"a port that cannot be", func(a *core.Account) { a.BaseURL = "https://x.example:99999" }, "base_url:base_url_bad", false},
		{"port 0", func(a *core.Account) { a.BaseURL = "https://x.example:0" }, "base_url:base_url_bad", false},
		{"a proxy's port that cannot be", func(a *core.Account) { a.Proxy = "http://x.example:70000" }, "proxy:proxy_bad", false},
		{"ftp", func(a *core.Account) { a.BaseURL = "ftp://x.example" }, "base_url:base_url_bad", false},
		{"no URL", func(a *core.Account) { a.BaseURL = "://" }, "base_url:base_url_bad", false},
		{"socks", func(a *core.Account) { a.Proxy = "socks5://dev@proxy.example:1080" }, "", false},
		{"proxy with its password", func(a *core.Account) { a.Proxy = "http://dev:pw@proxy.example:1080" }, "proxy:proxy_password", false},
		{"proxy without scheme", func(a *core.Account) { a.Proxy = "proxy.example:1080" }, "proxy:proxy_bad", false},
		{"long note", func(a *core.Account) { a.Note = strings.Repeat("n", 2001) }, "note:note_long", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := good
			tt.change(&a)
			got := a.Clean().Check()
			if tt.want == "" {
				if len(got) > 0 {
					t.Errorf("found %v in a good account", got)
				}
				return
			}
			if len(got) != 1 || got[0].Field+":"+got[0].Key != tt.want || got[0].Warn != tt.warn {
				t.Errorf("found %v, want %s", got, tt.want)
			}
			if tt.warn != (len(got.Fatal()) == 0) {
				t.Errorf("fatal: %v", got.Fatal())
			}
			if !tt.warn && len(got.Error()) < 15 {
				t.Errorf("the error %q does not say what to do", got.Error())
			}
		})
	}
}

// TestOneAddressIsWrittenOneWay: a slash at the end of a base URL, as people paste
// it, makes neither another account nor another path.
func TestOneAddressIsWrittenOneWay(t *testing.T) {
	for raw, want := range map[string]string{
		"https://api.weixin.qq.com/":           "https://api.weixin.qq.com",
		" HTTPS://API.weixin.qq.com:443// ":    "https://api.weixin.qq.com",
		"http://127.0.0.1:80/":                 "http://127.0.0.1",
		"https://gateway.example/wechat/":      "https://gateway.example/wechat",
		"https://gateway.example:8443/wechat":  "https://gateway.example:8443/wechat",
		"nothing that could be an address ///": "nothing that could be an address ",
		"":                                     "",
	} {
		if got := (core.Account{BaseURL: raw}).Clean().BaseURL; got != want {
			t.Errorf("%q is written %q, want %q", raw, got, want)
		}
	}
}
