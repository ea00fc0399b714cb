package door

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// corp is a kind whose clients ask in another language than WeChat's.
func corp(t *testing.T) kinds.Set {
	t.Helper()
	door := &kinds.Door{
		Paths: []kinds.TokenPath{{
			Method: "GET", Path: "/cgi-bin/corptoken", Reads: kinds.InQuery, ID: "corpid", Secret: "corpsecret",
			WrongMethod: kinds.Refusal{Code: 43001, Text: "require GET method"},
		}},
		ContentType: "application/json; charset=UTF-8",
		Code:        "errcode", Text: "errmsg", OK: &kinds.Refusal{Code: 0, Text: "ok"},
		Refusals: map[kinds.Reason]kinds.Refusal{}, Codes: map[core.Class]int{core.BadSecret: 40091}, Else: -1,
	}
	for _, r := range []kinds.Reason{
		kinds.NoSuchPath, kinds.BadData, kinds.BadFixed, kinds.NoID, kinds.NoSecret, kinds.BadKey, kinds.BadID, kinds.TooMany,
	} {
		door.Refusals[r] = kinds.Refusal{Code: 40000, Text: "no " + string(r)}
	}
	set, err := kinds.Builtin().With(kinds.Spec{
		Kind: "corp", Traits: core.Traits{Repeat: core.RepeatSame, Window: time.Minute, NoSecret: true}, Token: kinds.Place{Query: "access_token"}, BaseURL: "https://corp.example", Door: door,
	})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// byKind is an agent that tells of which kinds accounts were looked for.
type byKind struct {
	*house
	among []core.Kind
}

func (b *byKind) ByAppID(appID string, among []core.Kind) []api.Ref {
	b.among = among
	return b.house.ByAppID(appID, among)
}

func TestAnotherKindsPathSpeaksItsLanguage(t *testing.T) {
	g := newGate(t)
	agent := &byKind{house: g.house}
	set := corp(t)
	g.door.cfg.Agent = agent
	if got := g.ask("GET", "/cgi-bin/corptoken?corpid=wxsandbox&corpsecret="+g.sandbox, "").Body.String(); !strings.Contains(got, "invalid url") {
		t.Errorf("before the kind joined: %s", got)
	}
	g.door.SetKinds(set) // while the door is open
	for _, tt := range []struct{ name, method, path, want string }{
		{"a token", "GET", "/cgi-bin/corptoken?corpid=wxsandbox&corpsecret=" + g.sandbox, `{"errcode":0,"errmsg":"ok","access_token":"88_sandboxtokensandboxtoken","expires_in":`},
		{"no key", "GET", "/cgi-bin/corptoken?corpid=wxsandbox", `{"errcode":40000,"errmsg":"no no_secret: `},
		{"nobody's ID", "GET", "/cgi-bin/corptoken?corpid=x&corpsecret=" + g.sandbox, `{"errcode":40000,"errmsg":"no id: 0 accounts`},
		{"another method", "POST", "/cgi-bin/corptoken?corpid=wxsandbox&corpsecret=" + g.sandbox, `{"errcode":43001,"errmsg":"require GET method"}`},
		{"WeChat's beside it", "GET", "/cgi-bin/token?grant_type=client_credential&appid=wxsandbox&secret=" + g.sandbox, `{"access_token":"88_sandboxtokensandboxtoken","expires_in":`},
		{"an unknown path", "GET", "/cgi-bin/menu/get", `{"errcode":40066,"errmsg":"invalid url: TokenTray serves /cgi-bin/token and /cgi-bin/stable_token"}`},
	} {
		if got := g.ask(tt.method, tt.path, "").Body.String(); !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	g.ask("GET", "/cgi-bin/corptoken?corpid=wxsandbox&corpsecret="+g.sandbox, "")
	if !slices.Equal(agent.among, []core.Kind{"corp"}) {
		t.Errorf("its path serves accounts of %v", agent.among)
	}
	g.ask("GET", "/cgi-bin/token?grant_type=client_credential&appid=wxsandbox&secret="+g.sandbox, "")
	if !slices.Equal(agent.among, []core.Kind{kinds.WeChat, kinds.WeChatLegacy}) {
		t.Errorf("WeChat's path serves accounts of %v", agent.among)
	}
}

// TestWhoAnswersAtAPath: the innermost folder of a token path speaks; a token path at
// the top has no folder, for what else lies there is ours.
func TestWhoAnswersAtAPath(t *testing.T) {
	spec := func(kind core.Kind, path string) kinds.Spec {
		one, _ := corp(t).Of("corp")
		door := *one.Door
		door.Paths = slices.Clone(door.Paths)
		door.Paths[0].Path = path
		one.Kind, one.Door = kind, &door
		return one
	}
	top, outer, inner := spec("top", "/token"), spec("outer", "/a/token"), spec("inner", "/a/b/token")
	set, err := kinds.New(top, outer, inner)
	if err != nil {
		t.Fatal(err)
	}
	f := newForeigns(set)
	for path, want := range map[string]*kinds.Door{
		"/token": top.Door, "/a/token": outer.Door, "/a/x": outer.Door, "/a/b/x": inner.Door, "//a/b/token": inner.Door, "/a/bc": outer.Door,
		"/tokens": nil, "/": nil, "/v1/status": nil, "/b": nil,
	} {
		if got, own := f.owns(path); got != want || own != (want != nil) {
			t.Errorf("%s: answered by another", path)
		}
	}
	if _, err := kinds.New(spec("thief", "/v1/token/shop")); err == nil {
		t.Error("a kind takes a path of ours")
	}
}

// TestSeveralAccountsOfOneToken: those that share a token are one at the upstreams' own
// paths, and the one that has it answers; those of different tokens are told to be several.
func TestSeveralAccountsOfOneToken(t *testing.T) {
	g := newGate(t)
	g.house.appIDs["wxtwice"] = []api.Ref{shopLive, shopSandbox}
	ask := func() string {
		return g.ask("GET", "/cgi-bin/token?grant_type=client_credential&appid=wxtwice&secret="+g.all, "").Body.String()
	}
	if got := ask(); !strings.Contains(got, "2 accounts") {
		t.Errorf("two tokens: %s", got)
	}
	g.house.oneToken = true
	if got := ask(); !strings.Contains(got, `"access_token":"88_`) {
		t.Errorf("one token: %s", got)
	}
	g.house.set(shopLive, api.Token{}, nil)
	g.house.mu.Lock()
	delete(g.house.tokens, shopLive)
	g.house.mu.Unlock()
	if got := ask(); !strings.Contains(got, `"access_token":"88_sandbox`) {
		t.Errorf("the other account has it: %s", got)
	}
	g.house.mu.Lock()
	clear(g.house.tokens)
	g.house.mu.Unlock()
	g.house.waits, g.house.fetched = shopLive, doorToken("88_fetchedfetchedfetched", time.Hour)
	if got := ask(); !strings.Contains(got, "88_fetched") || !slices.ContainsFunc(g.house.calls, func(c string) bool { return strings.HasPrefix(c, "token "+shopSandbox.String()) }) {
		t.Errorf("one waits for a person: %s, %q", got, g.house.calls)
	}
}
