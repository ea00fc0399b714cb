package jssdk_test

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"tokentray/core"
	"tokentray/core/jssdk"
	"tokentray/core/kinds"
)

// The values of the official pages of WeChat and WeCom.
const (
	ticket    = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
	nonce     = "Wm3WZYTPz0wzccnW"
	timestamp = 1414587457
)

func TestOfficialVectors(t *testing.T) {
	for url, want := range map[string]string{
		"http://mp.weixin.qq.com?params=value": "0f9de62fce790f9a083d5c99e95740ceb90c27ed",
		"http://mp.weixin.qq.com":              "f4d90daf4b3bca3078ab155816175ba34c443a7b",
	} {
		page, err := jssdk.ReadPage(url + "#wechat_redirect")
		if err != nil {
			t.Fatal(err)
		}
		s := jssdk.Signing{Nonce: nonce, Timestamp: timestamp, URL: page.URL}
		if got := s.Signature(ticket); got != want {
			t.Errorf("%s: %s, want %s", url, got, want)
		}
		if want := "jsapi_ticket=" + ticket + "&noncestr=Wm3WZYTPz0wzccnW&timestamp=1414587457&url=" + url; s.Text(ticket) != want {
			t.Errorf("signed %s", s.Text(ticket))
		}
		if masked := s.Masked(ticket); strings.Contains(masked, ticket[5:20]) || !strings.HasPrefix(masked, "jsapi_ticket=sM4AO••••KP7qg"[:18]) {
			t.Errorf("masked: %s", masked)
		}
	}
}

func spec(t *testing.T, kind core.Kind) kinds.Spec {
	t.Helper()
	s, ok := kinds.Builtin().Of(kind)
	if !ok {
		t.Fatalf("no kind %s", kind)
	}
	return s
}

// What goes into the page, member by member.
func TestScripts(t *testing.T) {
	s := jssdk.Signing{Nonce: nonce, Timestamp: timestamp, URL: "http://mp.weixin.qq.com"}
	for _, tt := range []struct {
		kind   core.Kind
		ticket string
		want   string
	}{
		{kinds.WeChat, "jsapi", `wx.config({
  debug: false,
  appId: "wx0123456789abcdef",
  timestamp: 1414587457,
  nonceStr: "Wm3WZYTPz0wzccnW",
  signature: "f4d9",
  jsApiList: ["checkJsApi"]
});
`},
		{kinds.WeCom, "corp", `wx.config({
  beta: true,
  debug: false,
  appId: "wx0123456789abcdef",
  timestamp: 1414587457,
  nonceStr: "Wm3WZYTPz0wzccnW",
  signature: "f4d9",
  jsApiList: ["checkJsApi"]
});
`},
		{kinds.WeCom, "agent", `wx.agentConfig({
  corpid: "wx0123456789abcdef",
  agentid: "1000002",
  timestamp: 1414587457,
  nonceStr: "Wm3WZYTPz0wzccnW",
  signature: "f4d9",
  jsApiList: ["selectExternalContact"]
});
`},
	} {
		spec := spec(t, tt.kind)
		one, ok := spec.Ticket(tt.ticket)
		if !ok {
			t.Fatalf("%s has no ticket %s", tt.kind, tt.ticket)
		}
		a := core.Account{Kind: tt.kind, AppID: "wx0123456789abcdef", Params: core.ParamsOf(map[string]string{"agent": "1000002"})}
		if got := s.Script(one, spec, a, "f4d9"); got != tt.want {
			t.Errorf("%s %s:\n%s", tt.kind, tt.ticket, got)
		}
		config := s.Config(one, spec, a, "f4d9")
		if config["timestamp"] != int64(timestamp) || config["nonceStr"] != nonce || config["signature"] != "f4d9" {
			t.Errorf("%s: %v", tt.ticket, config)
		}
	}
	// What an AppID holds, it does not end the script.
	one, _ := spec(t, kinds.WeChat).Ticket("jsapi")
	if got := s.Script(one, spec(t, kinds.WeChat), core.Account{AppID: `"});alert(1)//</script>`}, "x"); strings.Contains(got, "</script>") || !strings.Contains(got, `appId: "\"});alert(1)`) {
		t.Errorf("got %s", got)
	}
}

func TestHints(t *testing.T) {
	for _, tt := range []struct {
		url, signed, browser string
		hints                []string
	}{
		{"https://shop.example.com/a?b=c", "https://shop.example.com/a?b=c", "", nil},
		{"https://shop.example.com/a?b=c#/route", "https://shop.example.com/a?b=c", "", []string{"fragment"}},
		{"https://shop.example.com/#", "https://shop.example.com/", "", []string{"fragment"}},
		{" https://shop.example.com/a\n", "https://shop.example.com/a", "", []string{"trimmed"}},
		{"https://shop.example.com", "https://shop.example.com", "https://shop.example.com/", []string{"slash"}},
		{"https://shop.example.com?a=1", "https://shop.example.com?a=1", "https://shop.example.com/?a=1", []string{"slash"}},
		{"http://shop.example.com/", "http://shop.example.com/", "", []string{"http"}},
		{"https://shop.example.com:8443/", "https://shop.example.com:8443/", "", []string{"port"}},
		{"https://shop.example.com:443/", "https://shop.example.com:443/", "https://shop.example.com/", []string{"port_default"}},
		{"http://shop.example.com:80/", "http://shop.example.com:80/", "http://shop.example.com/", []string{"http", "port_default"}},
		{"https://shop.example.com/商品?q=红 色", "https://shop.example.com/商品?q=红 色", "https://shop.example.com/%E5%95%86%E5%93%81?q=%E7%BA%A2%20%E8%89%B2", []string{"encoding"}},
		{"https://shop.example.com/a b", "https://shop.example.com/a b", "https://shop.example.com/a%20b", []string{"encoding"}},
		{"https://shop.example.com/it's", "https://shop.example.com/it's", "", nil},
		{"https://shop.example.com/?it's", "https://shop.example.com/?it's", "https://shop.example.com/?it%27s", []string{"encoding"}},
		{"https://shop.example.com/%E5%95%86", "https://shop.example.com/%E5%95%86", "", nil},
		{"https://shop.example.com/?a=1&amp;b=2", "https://shop.example.com/?a=1&amp;b=2", "", []string{"html"}},
		{"https://shop.example.com/?a=1&AMP;b=2", "https://shop.example.com/?a=1&AMP;b=2", "", []string{"html"}},
		{"https://shop.example.com/?u=https%253A%252F%252Fx", "https://shop.example.com/?u=https%253A%252F%252Fx", "", []string{"twice"}},
		{"https://Shop.Example.com/", "https://Shop.Example.com/", "https://shop.example.com/", []string{"host_case"}},
		{"HTTPS://shop.example.com/", "HTTPS://shop.example.com/", "https://shop.example.com/", []string{"host_case"}},
		{"https://商店.example/", "https://商店.example/", "", []string{"host_idn"}},
		{"https://shop.example.com/a/../b/./c", "https://shop.example.com/a/../b/./c", "https://shop.example.com/b/c", []string{"dots"}},
		{"https://shop.example.com/a//b/", "https://shop.example.com/a//b/", "", nil},
		{"https://shop.example.com/a...b/..c", "https://shop.example.com/a...b/..c", "", nil},
		{"http://localhost:8080/", "http://localhost:8080/", "", []string{"http", "port", "local"}},
		{"https://192.0.2.7/", "https://192.0.2.7/", "", []string{"local"}},
		{"https://[2001:db8::1]:8443/", "https://[2001:db8::1]:8443/", "", []string{"port", "local"}},
		{"https://shop.example.com/?code=081x&state=1", "https://shop.example.com/?code=081x&state=1", "", []string{"code"}},
	} {
		page, err := jssdk.ReadPage(tt.url)
		if err != nil {
			t.Errorf("%q: %v", tt.url, err)
			continue
		}
		var keys []string
		for _, h := range page.Hints {
			keys = append(keys, h.Key)
			if h.Says == "" {
				t.Errorf("%q: the hint %s says nothing", tt.url, h.Key)
			}
		}
		if page.URL != tt.signed || page.Browser != tt.browser || !slices.Equal(keys, tt.hints) {
			t.Errorf("%q: signed %q, a browser writes %q, hints %v", tt.url, page.URL, page.Browser, keys)
		}
	}
}

func TestAddressesThatCannotBeSigned(t *testing.T) {
	for url, want := range map[string]string{
		"": "sign_url_empty", " \n": "sign_url_empty",
		"shop.example.com/a":                      "sign_url_bad",
		"/a":                                      "sign_url_bad",
		"//shop.example.com/":                     "sign_url_bad",
		"ftp://shop.example.com/":                 "sign_url_bad",
		"https:///a":                              "sign_url_bad",
		"https://shop.example.com:port/":          "sign_url_bad",
		"https://a b/":                            "sign_url_bad",
		"javascript://x/":                         "sign_url_bad",
		"https%3A%2F%2Fshop.example.com%2F":       "sign_url_encoded",
		"https://dev:pw@shop.example.com/":        "sign_url_user",
		"https://shop.example.com/\nHost: x":      "sign_url_chars",
		"https://shop.example.com/\u200b":         "sign_url_chars",
		"https://shop.example.com/\xff":           "sign_url_chars",
		"https://x.example/" + long(jssdk.MaxURL): "sign_url_long",
	} {
		page, err := jssdk.ReadPage(url)
		var found core.Problems
		if !errors.As(err, &found) || len(found) != 1 || found[0].Field != "url" || found[0].Key != want || len(found.Error()) < 15 {
			t.Errorf("%.40q: %v and %+v, want %s", url, err, page, want)
		}
	}
}

func long(n int) string { return strings.Repeat("a", n) }

func TestNonces(t *testing.T) {
	one, other := jssdk.NewNonce(), jssdk.NewNonce()
	if one == other || !jssdk.ValidNonce(one) || len(one) != 16 {
		t.Errorf("nonces %q and %q", one, other)
	}
	for _, bad := range []string{"", "a b", "a&timestamp=1", "a\n", long(65), "é"} {
		if jssdk.ValidNonce(bad) {
			t.Errorf("%q passes", bad)
		}
	}
}

// FuzzReadPage: whatever is pasted, what is signed is the address as it stands, and
// what a browser would write stays what it is.
func FuzzReadPage(f *testing.F) {
	for _, seed := range []string{
		"https://shop.example.com/a?b=c#d", " http://Host:80/../x y?'", "https://[::1]:443/%2e%2e/%25E4", "https%3A%2F%2Fx", "https://商店.example/商品",
		"https://x/\\a", "https://x?code=1&state=2",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		page, err := jssdk.ReadPage(raw)
		if err != nil {
			var found core.Problems
			if !errors.As(err, &found) || page.URL != "" {
				t.Fatalf("%v and %+v", err, page)
			}
			return
		}
		if !strings.Contains(raw, page.URL) || strings.ContainsAny(page.URL, "#\n\r") {
			t.Fatalf("%q is signed as %q", raw, page.URL)
		}
		for _, h := range page.Hints {
			if h.Says == "" || len([]rune(h.Detail)) > 61 {
				t.Fatalf("hint %+v", h)
			}
		}
		if page.Browser == "" {
			return
		}
		again, err := jssdk.ReadPage(page.Browser)
		if err != nil || again.Browser != "" {
			t.Fatalf("%q becomes %q, and that %q (%v)", raw, page.Browser, again.Browser, err)
		}
		if _, err := url.Parse(page.Browser); err != nil && !strings.Contains(page.Browser, "%") && !strings.Contains(page.Browser, "[") {
			t.Fatalf("a browser writes no %q: %v", page.Browser, err)
		}
	})
}

// TestABlankIsSeen: a hint about a blank does not show a blank.
func TestABlankIsSeen(t *testing.T) {
	p, err := jssdk.ReadPage("https://shop.example.com/a b")
	if err != nil || len(p.Hints) != 1 || p.Hints[0].Detail != "␣" || p.Browser != "https://shop.example.com/a%20b" {
		t.Errorf("%+v, %v", p, err)
	}
}

// FuzzScript: whatever an account holds, each member of the script is the value of its own,
// and nothing of it ends the script of a page.
func FuzzScript(f *testing.F) {
	for _, s := range []string{"wx0123456789abcdef", `"});alert(1)//`, "</script><!--", "\u2028\u2029", "a\nb", "\xff", "`${x}`", ""} {
		f.Add(s, s, int64(1414587457))
	}
	f.Fuzz(func(t *testing.T, id, signature string, at int64) {
		s := jssdk.Signing{Nonce: id, Timestamp: at, URL: "https://shop.example.com/"}
		for _, of := range []core.Kind{kinds.WeChat, kinds.WeCom} {
			spec, _ := kinds.Builtin().Of(of)
			a := core.Account{Kind: of, AppID: id, Params: core.ParamsOf(map[string]string{"agent": signature})}
			for _, one := range spec.Tickets {
				script, want := s.Script(one, spec, a, signature), s.Config(one, spec, a, signature)
				if strings.ContainsAny(script, "<>\u2028\u2029") || !utf8.ValidString(script) {
					t.Fatalf("%q ends the script:\n%s", id, script)
				}
				body, begun := strings.CutPrefix(script, one.Call+"({\n")
				body, ended := strings.CutSuffix(body, "\n});\n")
				lines := strings.Split(body, "\n")
				if !begun || !ended || len(lines) != len(want) {
					t.Fatalf("%q makes\n%s", id, script)
				}
				for i, line := range lines {
					name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
					if i < len(lines)-1 {
						value = strings.TrimSuffix(value, ",")
					}
					is, err := json.Marshal(want[name])
					if err != nil || !json.Valid([]byte(value)) || value != string(is) {
						t.Fatalf("%s is %s, want %s", name, value, is)
					}
				}
			}
		}
	})
}
