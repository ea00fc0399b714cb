package door

import (
	"strings"
	"testing"
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
