package call

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/preset"
)

func spec(t testing.TB, kind core.Kind) kinds.Spec {
	t.Helper()
	s, ok := kinds.Builtin().Of(kind)
	if !ok {
		t.Fatalf("no kind %s", kind)
	}
	return s
}

func TestPathsThatNoTwoServersReadAlike(t *testing.T) {
	for _, raw := range []string{
		"", "cgi-bin/menu/get", "https://api.weixin.qq.com/cgi-bin/menu/get", "//evil.example/x", "/a//b", "/a/../b", "/a/./b", "/..", "/a/%2e%2e/b", "/a/%2E./b",
		"/a/%252e%252e/b", "/a/%25252e%25252e/b", "/a%2f%2fb", "/a%00", "/a%2500", "/a\x00", "/a b", "/a%20b", "/a%0d%0ab", "/a\r\nb", "/a;b=c/d", "/a%3bb", "/a?b", "/a%3fb",
		"/a#b", "/a%23b", `/a\b`, "/a%5cb", "/a%5c..%5cb", "/a%zz", "/a%", "/%c0%ae%c0%ae/b", "/a/%ef%bc%8e%ef%bc%8e/b", "/a%ef%bc%8f%ef%bc%8fb", "/ä", "/a%e2%80%8bb",
		"/" + strings.Repeat("a", maxPath), "/%" + strings.Repeat("25", 8) + "2e",
	} {
		if p, err := ParsePath(raw); err == nil {
			t.Errorf("%q passes as %q", raw, p)
		} else if e := core.AsError(err); e.Class != core.Invalid || e.Remedy != core.RemedyCallPath {
			t.Errorf("%q: %+v", raw, e)
		}
	}
	for raw, plain := range map[string]string{
		"/cgi-bin/menu/get": "/cgi-bin/menu/get", "/cgi-bin/menu/%67et": "/cgi-bin/menu/get", "/cgi-bin/menu/%2567et": "/cgi-bin/menu/get",
		"/users/%E5%BC%A0%E4%B8%89": "/users/张三", "/": "/", "/a/": "/a/", "/a%2fb": "/a/b", "/100%25": "/100%", "/a=b,c@d:e!f$g&h'(i)*+~": "/a=b,c@d:e!f$g&h'(i)*+~",
	} {
		if p, err := ParsePath(raw); err != nil || p.String() != plain || p.raw != raw {
			t.Errorf("%q: %q, %v", raw, p, err)
		}
	}
}

// encodedAtRandom writes some characters of a path as %XX, some of them again.
func encodedAtRandom(path string, r *rand.Rand) string {
	var b strings.Builder
	for i := range len(path) {
		c := path[i : i+1]
		for depth := r.IntN(4); depth > 0 && c != "/"; depth-- {
			var next strings.Builder
			for j := range len(c) {
				fmt.Fprintf(&next, "%%%02X", c[j])
				if depth == 1 {
					continue
				}
			}
			c = next.String()
			if len(c) > 60 {
				break
			}
		}
		b.WriteString(c)
	}
	return b.String()
}

// everyKind are the kinds of this version and those of its presets.
func everyKind() []kinds.Spec {
	out := kinds.Builtin().All()
	for _, p := range preset.Shipped() {
		out = append(out, p.Spec())
	}
	return out
}

// TestClosedCallsStayClosed: a call that answers with a token is refused however its
// path is written, of every kind.
func TestClosedCallsStayClosed(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, s := range everyKind() {
		if len(s.Closed) == 0 {
			t.Errorf("%s closes nothing", s.Kind)
		}
		for _, c := range s.Closed {
			path := c.Path
			if strings.HasSuffix(path, "/*") {
				path = strings.TrimSuffix(path, "*") + "oauth2/access_token"
			}
			path = strings.ReplaceAll(path, "*", "some-one")
			spelled := []string{
				path, strings.ToUpper(path), path + "/", path + ".", strings.ReplaceAll(path, "s", "%C5%BF"), strings.ReplaceAll(path, "k", "%E2%84%AA"),
				strings.ReplaceAll(path, "some-one", "a%2Fb"), "/" + strings.ReplaceAll(path[1:], "/", "%2F"), "/" + strings.ReplaceAll(path[1:], "/", "%252f"),
			}
			for range 40 {
				spelled = append(spelled, encodedAtRandom(path, r))
			}
			for _, one := range spelled {
				for _, method := range methods() {
					if c.Method != "" && c.Method != method {
						continue
					}
					j, err := Judge(s, method, one+"?a=b")
					if e := core.AsError(err); err == nil || e.Remedy != core.RemedyCallClosed && e.Remedy != core.RemedyCallPath {
						t.Errorf("%s: %s %s passes as %s, %v", s.Kind, method, one, j.Path, err)
					}
				}
			}
		}
	}
}

// TestWhatGivesTokensIsClosed: what each kind's platform has for tokens, tickets, session keys,
// secrets and quotas is refused.
func TestWhatGivesTokensIsClosed(t *testing.T) {
	calls := map[core.Kind][]string{
		"wechat":       {"/cgi-bin/token", "/cgi-bin/stable_token", "/cgi-bin/ticket/getticket", "/cgi-bin/component/api_authorizer_token", "/sns/jscode2session", "/sns/oauth2/refresh_token", "/cgi-bin/clear_quota/v2", "/cgi-bin/openapi/quota/clear", "/tcb/getqcloudtoken", "/wxa/getsnticket"},
		"wecom":        {"/cgi-bin/gettoken", "/cgi-bin/ticket/get", "/cgi-bin/get_jsapi_ticket", "/cgi-bin/service/get_provider_token", "/cgi-bin/service/get_corp_token", "/cgi-bin/corpgroup/corp/gettoken", "/cgi-bin/miniprogram/jscode2session", "/cgi-bin/auth/getuserinfo"},
		"oauth2":       {"/oauth/token", "/realms/x/protocol/openid-connect/token", "/v1.0/applications/x/addPassword", "/v1.0/$batch", "/admin/realms/x/clients/y/client-secret", "/v1/identity/generate-token"},
		"feishu":       {"/open-apis/auth/v3/tenant_access_token/internal", "/open-apis/auth/v3/app_ticket/resend", "/open-apis/authen/v1/refresh_access_token", "/open-apis/jssdk/ticket/get", "/open-apis/mina/v2/tokenLoginValidate", "/callback/ws/endpoint"},
		"lark":         {"/open-apis/auth/v3/app_access_token", "/open-apis/authen/v2/oauth/token", "/open-apis/mina/v2/tokenLoginValidate"},
		"dingtalk":     {"/gettoken", "/get_jsapi_ticket", "/sns/gettoken", "/sso/gettoken", "/service/get_corp_token", "/service/get_suite_token"},
		"dingtalk-new": {"/v1.0/oauth2/accessToken", "/v1.0/oauth2/ding123/token", "/v1.0/oauth2/jsapiTickets", "/v1.0/gateway/connections/open"},
		"douyin":       {"/oauth/stable_client_token/", "/oauth/client_token/", "/oauth/renew_refresh_token/", "/js/getticket/", "/open/getticket/"},
		"douyin-mini":  {"/api/apps/v2/token", "/api/apps/token", "/api/apps/v2/jscode2session"},
		"qq":           {"/api/getToken", "/sns/jscode2session"},
		"baidu":        {"/oauth/2.0/token"},
		"huawei":       {"/oauth2/v3/token"},
		"kuaishou":     {"/oauth2/access_token", "/oauth2/refresh_token", "/oauth2/mp/code2session"},
	}
	calls[kinds.WeChatLegacy] = calls["wechat"]
	for _, kind := range []core.Kind{kinds.Central, kinds.Redis} { // tokens of either platform
		calls[kind] = slices.Concat(calls["wechat"], calls["wecom"])
	}
	for _, s := range everyKind() {
		if len(calls[s.Kind]) == 0 {
			t.Errorf("%s: nothing is tried", s.Kind)
		}
		for _, path := range calls[s.Kind] {
			if _, err := Judge(s, "POST", path); core.AsError(err).Remedy != core.RemedyCallClosed {
				t.Errorf("%s: %s: %v", s.Kind, path, err)
			}
		}
		delete(calls, s.Kind)
	}
	if len(calls) > 0 {
		t.Errorf("no such kinds: %v", calls)
	}
}

// TestAnEncodedSlashIsBoth: servers take it for a part of a segment or for the end of one.
// A call reads, and is among those that are allowed, if it is so either way.
func TestAnEncodedSlashIsBoth(t *testing.T) {
	s := spec(t, kinds.WeChat)
	s.Reads = []kinds.Pattern{{Method: "POST", Path: "/users/*/tasks/query"}, {Method: "GET", Path: "/files/*"}}
	for _, tt := range []struct {
		method, path string
		reads        bool
	}{
		{"POST", "/users/a/tasks/query", true},
		{"POST", "/users/%61/tasks/query", true},
		{"POST", "/users/a%2Ftasks%2Fquery", false}, // for some servers the user a/tasks/query
		{"POST", "/users/a%2Ftasks/query", false},
		{"POST", "/users/a%252Ftasks%252fquery", false},
		{"POST", "/users/a%2Fb/tasks/query", false}, // for some servers one segment more
		{"POST", "/users%2Fa/tasks/query", false},
		{"GET", "/files/a%2Fb", true},
		{"GET", "/files/a/b%2Fc", true},
		{"GET", "/files%2Fa", false},
	} {
		j, err := Judge(s, tt.method, tt.path)
		if err != nil || j.Reading != tt.reads || j.Among(s.Reads) != tt.reads {
			t.Errorf("%s %s: reads %v, among them %v, %v", tt.method, tt.path, j.Reading, j.Among(s.Reads), err)
		}
	}
}

// TestAQueryNamesNoMethod: some servers take the call for one of that method.
func TestAQueryNamesNoMethod(t *testing.T) {
	s := spec(t, kinds.OAuth2)
	for _, query := range []string{"_method=DELETE", "a=b&_METHOD=put", "%5Fmethod=delete", "a;_method=x", "_method[]=x", "method=delete", "method=%64elete", "http_method=PATCH", "X-HTTP-Method-Override=DELETE"} {
		if _, err := Judge(s, "GET", "/v1/users?"+query); err == nil || core.AsError(err).Remedy != core.RemedyCallPath {
			t.Errorf("%s: %v", query, err)
		}
	}
	for _, query := range []string{"method=get", "method=dingtalk.oapi.user.get", "methods=DELETE", "a=_method", "method="} {
		if _, err := Judge(s, "GET", "/v1/users?"+query); err != nil {
			t.Errorf("%s: %v", query, err)
		}
	}
}

func TestWhatReads(t *testing.T) {
	for _, tt := range []struct {
		kind         core.Kind
		method, path string
		reads        bool
	}{
		{kinds.WeChat, "GET", "/cgi-bin/menu/get", true},
		{kinds.WeChat, "GET", "/cgi-bin/menu/%67et", true},
		{kinds.WeChat, "POST", "/cgi-bin/menu/get", false},
		{kinds.WeChat, "GET", "/cgi-bin/menu/delete", false},
		{kinds.WeChat, "GET", "/cgi-bin/menu/get/x", false},
		{kinds.WeChat, "GET", "/CGI-BIN/menu/get", false},
		{kinds.WeChat, "POST", "/cgi-bin/draft/batchget", true},
		{kinds.WeChat, "POST", "/datacube/getusersummary", true},
		{kinds.WeChat, "POST", "/cgi-bin/message/custom/send", false},
		{kinds.WeCom, "GET", "/cgi-bin/user/delete", false},
		{kinds.WeCom, "GET", "/cgi-bin/user/get", true},
		{kinds.WeCom, "POST", "/cgi-bin/user/list_id", true},
	} {
		j, err := Judge(spec(t, tt.kind), tt.method, tt.path+"?x=1")
		if err != nil || j.Reading != tt.reads {
			t.Errorf("%s %s: reads %v, %v", tt.method, tt.path, j.Reading, err)
		}
		for _, env := range core.Envs() {
			for _, may := range []bool{false, true} {
				if got, want := j.Allow(env, may) == nil, tt.reads || may || env != core.Live; got != want {
					t.Errorf("%s %s in %s, writing allowed %v: %v", tt.method, tt.path, env, may, got)
				}
			}
		}
	}
}

func TestAQueryWithATokenIsRefused(t *testing.T) {
	s := spec(t, kinds.WeChat)
	for _, query := range []string{
		"access_token=x", "a=b&access_token=x", "ACCESS_TOKEN=x", "access%5Ftoken=x", "access%255Ftoken=x", "a=b;access_token=x", "access_token", "access_token[]=x", "+access_token=x",
	} {
		if _, err := Judge(s, "GET", "/cgi-bin/menu/get?"+query); err == nil || core.AsError(err).Remedy != core.RemedyCallToken {
			t.Errorf("%s: %v", query, err)
		}
	}
	for _, query := range []string{"a=b#c", "a=b c", "a=\r\nX: y", "a=\x00", "a=ä", "a=" + strings.Repeat("b", maxQuery)} {
		if _, err := Judge(s, "GET", "/cgi-bin/menu/get?"+query); err == nil || core.AsError(err).Remedy != core.RemedyCallPath {
			t.Errorf("%q: %v", query, err)
		}
	}
	for _, query := range []string{"", "type=jsapi", "a=%7B%22access_token%22%7D", "my_access_token=x", "a=b&&c=d", "a=?b"} {
		if _, err := Judge(s, "GET", "/cgi-bin/menu/get?"+query); err != nil {
			t.Errorf("%s: %v", query, err)
		}
	}
	for _, method := range []string{"TRACE", "CONNECT", "OPTIONS", "get", "", "GET "} {
		if _, err := Judge(s, method, "/cgi-bin/menu/get"); err == nil || core.AsError(err).Remedy != core.RemedyCallMethod {
			t.Errorf("%q: %v", method, err)
		}
	}
}

// FuzzPath: a path that passes goes to the account's host, to the path that was
// judged, and no server that decodes it any number of times sees a closed call or
// leaves the folder that it is in.
func FuzzPath(f *testing.F) {
	for _, raw := range []string{"/cgi-bin/menu/get", "/cgi-bin/%74oken", "/a/%2e%2e/b", "/a%252fb", "//x", "/%", "/cgi-bin/token/", "/%ef%bc%8e", "/cgi-bin/%C5%BFtable_token"} {
		f.Add(raw)
	}
	s := spec(f, kinds.WeChat)
	f.Fuzz(func(t *testing.T, raw string) {
		j, err := Judge(s, "GET", raw)
		if err != nil {
			return
		}
		u, err := url.Parse("https://api.weixin.qq.com" + raw)
		if err != nil || u.Host != "api.weixin.qq.com" || u.User != nil {
			t.Fatalf("%q goes to %v, %v", raw, u, err)
		}
		path, _, _ := strings.Cut(raw, "?")
		if u.EscapedPath() != path {
			t.Fatalf("%q goes out as %q", path, u.EscapedPath())
		}
		for stage := path; ; {
			for _, bad := range []string{"//", "/../", "/./", "\\", ";", "\x00", "\r", "\n"} {
				if strings.Contains(stage+"/", bad) && !(bad == "//" && strings.HasSuffix(stage, "/") && !strings.Contains(stage, "//")) {
					t.Fatalf("%q passes and holds %q", raw, bad)
				}
			}
			for _, c := range s.Closed {
				if (kinds.Pattern{Path: strings.ToLower(c.Path)}).Fits("GET", strings.TrimRight(strings.ToLower(stage), "/")) {
					t.Fatalf("%q passes and is %s", raw, c.Path)
				}
			}
			next, err := url.PathUnescape(stage)
			if err != nil || next == stage {
				if stage != j.Path.String() {
					t.Fatalf("%q was judged as %q", stage, j.Path)
				}
				return
			}
			stage = next
		}
	})
}
