package door

import (
	"fmt"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/api"
)

// WeCom's path answers in WeCom's form, to the byte: its SDKs decide by errcode, which
// a success has too.
func TestWeComsOwnPath(t *testing.T) {
	g := newGate(t)
	path := func(id, key string) string { return "/cgi-bin/gettoken?corpid=" + id + "&corpsecret=" + key }
	for _, tt := range []struct{ name, method, path, want string }{
		{"a token", "GET", path("wxsandbox", g.sandbox), `{"errcode":0,"errmsg":"ok","access_token":"88_sandboxtokensandboxtoken","expires_in":3600}`},
		{"no client key", "GET", path("wxsandbox", "0123456789"), `{"errcode":40001,"errmsg":"invalid credential: `},
		{"nobody's CorpID", "GET", path("wxnobody", g.sandbox), `{"errcode":40013,"errmsg":"invalid corpid: 0 accounts `},
		{"two applications of a corp that the key allows", "GET", path("wxboth", g.all), `{"errcode":40013,"errmsg":"invalid corpid: 2 accounts `},
		{"no secret", "GET", path("wxsandbox", ""), `{"errcode":41004,"errmsg":"corpsecret missing: `},
		{"no CorpID", "GET", path("", g.sandbox), `{"errcode":41002,"errmsg":"corpid missing"}`},
		{"another method", "POST", path("wxsandbox", g.sandbox), `{"errcode":43001,"errmsg":"require GET method"}`},
	} {
		w := g.ask(tt.method, tt.path, "")
		if got := w.Body.String(); w.Code != 200 || !strings.HasPrefix(got, tt.want) || !strings.HasSuffix(got, "}") || w.Header().Get("Content-Type") != "application/json; charset=UTF-8" {
			t.Errorf("%s: %d %s %s, want %s", tt.name, w.Code, w.Header(), got, tt.want)
		}
	}
}

// What the agent was refused reaches WeCom's SDKs as WeCom would refuse it.
func TestRefusalsAtWeComsPath(t *testing.T) {
	for _, tt := range []struct {
		err  *core.Error
		code int
		says string
	}{
		{&core.Error{Class: core.BadSecret, Code: 40001, Message: "wrong secret", Upstream: "invalid credential, hint: [1], from ip: 203.0.113.9"}, 40001, "invalid credential, hint: [1], from ip: 203.0.113.9"},
		{&core.Error{Class: core.BadSecret, Message: "wrong secret"}, 40001, "wrong secret"},
		{&core.Error{Class: core.BadSecret, Code: 40013, Message: "no such corp"}, 40013, "no such corp"},
		{&core.Error{Class: core.BadSecret, Code: 40091, Message: "invalid"}, 40091, "invalid"},
		{&core.Error{Class: core.Whitelist, Message: "ip"}, 60020, "ip"},
		{&core.Error{Class: core.Quota, Code: 45009, Message: "barred"}, 45009, "barred"},
		{&core.Error{Class: core.Frozen, Message: "disabled"}, 50003, "disabled"},
		{&core.Error{Class: core.Misuse, Message: "not granted"}, 48002, "not granted"},
		{&core.Error{Class: core.NotFound, Message: "gone"}, 40013, "gone"},
		{&core.Error{Class: core.Temporary, Message: "no answer"}, -1, "no answer"},
		{&core.Error{Class: core.VaultClosed, Message: "locked"}, -1, "locked"},
		{&core.Error{Class: core.Internal, Message: "broken"}, -1, "broken"},
	} {
		g := newGate(t)
		g.set(shopSandbox, api.Token{}, tt.err)
		w := g.ask("GET", "/cgi-bin/gettoken?corpid=wxsandbox&corpsecret="+g.sandbox, "")
		if want := fmt.Sprintf(`{"errcode":%d,"errmsg":%q}`, tt.code, tt.says); w.Code != 200 || w.Body.String() != want {
			t.Errorf("%d %s, want %s", w.Code, w.Body, want)
		}
	}
}
