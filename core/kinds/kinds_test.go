package kinds_test

import (
	"encoding/json"
	"maps"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tokentray/core"
	"tokentray/core/kinds"
)

func spec(t *testing.T, kind core.Kind) kinds.Spec {
	t.Helper()
	s, ok := kinds.Builtin().Of(kind)
	if !ok {
		t.Fatalf("no kind %q", kind)
	}
	return s
}

// bird is a kind that exercises what today's kinds do not need.
func bird() kinds.Spec {
	return kinds.Spec{
		Kind: "bird", Label: kinds.Label{"en": "Bird", "zh": "鸟"},
		Fields: []kinds.Field{
			{Key: "agent", Input: kinds.Text, Required: true, Identity: true, Checks: []kinds.Check{{Match: `^[0-9]+$`, Problem: "agent_number", Says: "is a number"}}},
			{Key: "method", Input: kinds.Choice, Choices: []string{"basic", "body"}},
			{Key: "api_url", Input: kinds.URL},
			{Key: kinds.BaseURL, Input: kinds.URL, Required: true},
		},
		Traits: core.Traits{Repeat: core.RepeatNewAllLive, Window: 5 * time.Minute, Anytime: true, NoSecret: true},
		Token:  kinds.Place{Header: "Authorization", Prefix: "Bearer "}, APIBase: "{api_url}",
	}
}

func aviary(t *testing.T) kinds.Set {
	t.Helper()
	set, err := kinds.Builtin().With(bird())
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestSpecsAreData: a spec survives the way to another process whole, and holds
// nothing that is no data.
func TestSpecsAreData(t *testing.T) {
	set := aviary(t)
	raw, err := json.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	var got kinds.Set
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(set.All(), got.All()); d != "" {
		t.Errorf("what comes back differs: %s", d)
	}
	var walk func(reflect.Type, string)
	walk = func(typ reflect.Type, path string) {
		switch typ.Kind() {
		case reflect.Func, reflect.Chan, reflect.Interface:
			t.Errorf("%s is a %s", path, typ.Kind())
		case reflect.Struct:
			for i := range typ.NumField() {
				walk(typ.Field(i).Type, path+"."+typ.Field(i).Name)
			}
		case reflect.Slice, reflect.Pointer, reflect.Map:
			walk(typ.Elem(), path)
		}
	}
	walk(reflect.TypeFor[kinds.Spec](), "Spec")
}

func TestABadSpecIsRefused(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*kinds.Spec)
		want   string
	}{
		{"a name with a blank", func(s *kinds.Spec) { s.Kind = "a b" }, "rename"},
		{"a name that is taken", func(s *kinds.Spec) { s.Kind = kinds.WeChat }, "two of this name"},
		{"a sibling that is not there", func(s *kinds.Spec) { s.Sibling = "cuckoo" }, "sibling"},
		{"its own sibling", func(s *kinds.Spec) { s.Sibling = "bird" }, "sibling"},
		{"a key twice", func(s *kinds.Spec) { s.Fields = append(s.Fields, s.Fields[0]) }, "two of this key"},
		{"a key of every account", func(s *kinds.Spec) { s.Fields[0].Key = "note" }, "every account has"},
		{"a choice of nothing", func(s *kinds.Spec) { s.Fields[1].Choices = nil }, "needs choices"},
		{"another input", func(s *kinds.Spec) { s.Fields[0].Input = "slider" }, "no input"},
		{"a second secret", func(s *kinds.Spec) { s.Fields[0].Input = kinds.SecretText }, "one secret"},
		{"a bad pattern", func(s *kinds.Spec) { s.Fields[0].Checks[0].Match = "(" }, "regular expression"},
		{"a check of nothing", func(s *kinds.Spec) { s.Fields[0].Checks[0].Match = "" }, "match or never"},
		{"a trait that there is not", func(s *kinds.Spec) { s.Traits.Repeat = "sometimes" }, "traits"},
		{"a secret that it needs and nobody enters", func(s *kinds.Spec) { s.Traits.NoSecret = false }, "no_secret"},
		{"no base URL", func(s *kinds.Spec) { s.Fields = s.Fields[:3] }, "base URL"},
		{"no place for the token", func(s *kinds.Spec) { s.Token = kinds.Place{} }, "one of the two"},
		{"two places for the token", func(s *kinds.Spec) { s.Token.Query = "t" }, "one of the two"},
		{"calls to a field that is not there", func(s *kinds.Spec) { s.APIBase = "{nest}" }, "api_base"},
		{"a console without TLS", func(s *kinds.Spec) { s.Products = []kinds.Product{{Product: "owl", Console: "http://a.example"}} }, "console"},
		{"a door without refusals", func(s *kinds.Spec) { s.Door = &kinds.Door{} }, "refusal"},
	} {
		s := bird()
		tt.change(&s)
		if _, err := kinds.Builtin().With(s); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want an error with %q", tt.name, err, tt.want)
		}
	}
	if n := len(kinds.Builtin().All()); n != len(kinds.Builtin().Names()) || n < 2 {
		t.Errorf("%d kinds", n)
	}
}

func TestFieldsOfAKindsOwn(t *testing.T) {
	set := aviary(t)
	good := core.Account{
		Name: "wren", Env: core.Sandbox, Kind: "bird", BaseURL: "https://nest.example",
		Params: core.ParamsOf(map[string]string{"agent": " 7 ", "api_url": "HTTPS://Api.Example:443/"}),
	}
	good = set.Clean(good)
	if want := map[string]string{"agent": "7", "api_url": "https://api.example"}; !maps.Equal(good.Params.Map(), want) {
		t.Errorf("cleaned to %v, want %v", good.Params, want)
	}
	if good.Product != "" {
		t.Errorf("a kind without products got %q", good.Product)
	}
	if found := set.Check(good); len(found) > 0 {
		t.Errorf("a good account: %v", found)
	}
	must := bird()
	must.Kind = "owl"
	for i := range must.Fields {
		must.Fields[i].Required = must.Fields[i].Required || must.Fields[i].Input == kinds.Choice
	}
	owls, err := kinds.New(must)
	if err != nil {
		t.Fatal(err)
	}
	if got := owls.Clean(core.Account{Kind: "owl"}); got.Params.Get("method") != must.Fields[1].Choices[0] {
		t.Errorf("a choice that is required begins as %q", got.Params.Get("method"))
	}
	for _, tt := range []struct {
		key, value, want string
	}{
		{"agent", "", "agent:agent_empty"},
		{"agent", "seven", "agent:agent_number"},
		{"agent", strings.Repeat("7", core.MaxParam+1), "agent:field_long"},
		{"method", "telepathy", "method:method_unknown"},
		{"api_url", "nest", "api_url:api_url_bad"},
		{"api_url", "http://api.example", "api_url:api_url_https"},
		{"colour", "blue", "colour:field_unknown"},
	} {
		a := good
		a.Params = core.ParamsOf(map[string]string{"agent": "7", tt.key: tt.value})
		found := set.Check(set.Clean(a))
		if len(found) != 1 || found[0].Field+":"+found[0].Key != tt.want || found[0].Warn || len(found.Error()) < 15 {
			t.Errorf("%s=%.20s: %v, want %s", tt.key, tt.value, found, tt.want)
		}
	}
	a := good
	a.AppID, a.BaseURL, a.Product = "wx0", "", "mini"
	var got []string
	for _, p := range set.Check(a) {
		got = append(got, p.Field+":"+p.Key)
	}
	if want := []string{"appid:field_unknown", "product:product_unknown", "base_url:base_url_empty"}; !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
	if s, found := bird().CleanSecret(core.NewSecret(" ")); !s.Empty() || len(found) > 0 {
		t.Errorf("a kind without a secret wants one: %v", found)
	}
	if _, found := bird().CleanSecret(core.NewSecret("x")); len(found) != 1 {
		t.Errorf("a kind without a secret takes one: %v", found)
	}
}

// TestAnotherKindTakesWhatItHasAPlaceFor: whoever changes an account's kind keeps
// what both have.
func TestAnotherKindTakesWhatItHasAPlaceFor(t *testing.T) {
	set := aviary(t)
	a := core.Account{Kind: "bird", Env: core.Sandbox, AppID: "wx0", Product: kinds.ProductMini, Params: core.ParamsOf(map[string]string{"agent": "7", "nest": "x"})}
	got := set.Fit(a)
	if got.AppID != "" || got.Product != "" || got.Params != core.ParamsOf(map[string]string{"agent": "7"}) {
		t.Errorf("a bird made of an account of WeChat: %+v", got)
	}
	got.Kind = kinds.WeChatLegacy
	if got = set.Fit(got); got.Product != kinds.ProductOfficial || !got.Params.IsZero() {
		t.Errorf("and back: %+v", got)
	}
	if a.Params.Get("nest") != "x" {
		t.Error("the account that was given changed")
	}
}

func TestTokenID(t *testing.T) {
	set := aviary(t)
	a := core.Account{ID: "1", Name: "shop", Env: core.Sandbox, Kind: kinds.WeChat, AppID: "wx0"}
	for _, tt := range []struct {
		name   string
		change func(*core.Account)
		same   bool
	}{
		{"another name, environment, proxy and note", func(a *core.Account) {
			a.ID, a.Name, a.Env, a.Proxy, a.Note, a.Auto, a.Product = "2", "b", core.Live, "http://p:1", "n", true, kinds.ProductMini
		}, true},
		{"the default base URL written out", func(a *core.Account) { a.BaseURL = "https://api.weixin.qq.com" }, true},
		{"and in other letters", func(a *core.Account) { a.BaseURL = "HTTPS://API.weixin.qq.com:443/" }, true},
		{"another base URL", func(a *core.Account) { a.BaseURL = "https://api2.weixin.qq.com" }, false},
		{"another AppID", func(a *core.Account) { a.AppID = "wx1" }, false},
		{"the AppID in capitals", func(a *core.Account) { a.AppID = "WX0" }, false},
		{"the other kind", func(a *core.Account) { a.Kind = kinds.WeChatLegacy }, false},
	} {
		b := a
		tt.change(&b)
		if got := set.TokenID(a) == set.TokenID(b); got != tt.same {
			t.Errorf("%s: the same token is %v", tt.name, got)
		}
	}
	wren := core.Account{Kind: "bird", BaseURL: "https://nest.example", Params: core.ParamsOf(map[string]string{"agent": "7", "method": "body"})}
	robin := wren
	robin.Params = core.ParamsOf(map[string]string{"agent": "8", "method": "body"})
	tit := wren
	tit.Params = core.ParamsOf(map[string]string{"agent": "7"})
	if set.TokenID(wren) == set.TokenID(robin) {
		t.Error("a param of the identity does not count")
	}
	if set.TokenID(wren) != set.TokenID(tit) {
		t.Error("a param that is none of the identity counts")
	}
	// One URL of a team's server gives each key a token of its own, as it may.
	mine := core.Account{ID: "1", Kind: kinds.Central, BaseURL: "https://tokens.example/token"}
	yours := mine
	yours.ID = "2"
	if set.TokenID(mine) == set.TokenID(yours) {
		t.Error("two accounts share a token that only their secrets tell apart")
	}
	ups, err := set.Upstreams(noSources(set))
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range []core.Account{a, wren, robin, tit, mine, yours} {
		if ups[one.Kind].TokenID(one) != set.TokenID(one) {
			t.Errorf("the Keeper and the set differ on %+v", one)
		}
	}
}

func TestWhereCallsGo(t *testing.T) {
	wechat := spec(t, kinds.WeChat)
	api := wechat
	api.APIBase = "https://calls.example"
	for _, tt := range []struct {
		spec kinds.Spec
		a    core.Account
		want string
	}{
		{wechat, core.Account{}, "https://api.weixin.qq.com"},
		{wechat, core.Account{BaseURL: "https://api2.weixin.qq.com"}, "https://api2.weixin.qq.com"},
		{wechat, core.Account{BaseURL: "https://api2.weixin.qq.com", Params: core.ParamsOf(map[string]string{"api_url": "https://wx.example"})}, "https://wx.example"},
		{spec(t, kinds.WeCom), core.Account{Params: core.ParamsOf(map[string]string{"api_url": "https://wecom.example"})}, "https://wecom.example"},
		{spec(t, kinds.WeCom), core.Account{}, "https://qyapi.weixin.qq.com"},
		{api, core.Account{}, "https://calls.example"},
		{api, core.Account{BaseURL: "https://mine.example"}, "https://mine.example"},
		{bird(), core.Account{BaseURL: "https://nest.example"}, "https://nest.example"},
		{bird(), core.Account{BaseURL: "https://nest.example", Params: core.ParamsOf(map[string]string{"api_url": "https://api.example"})}, "https://api.example"},
	} {
		if got := tt.spec.API(tt.a); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.a, got, tt.want)
		}
	}
	for base, want := range map[string]bool{
		"": true, "https://sh.api.weixin.qq.com": true, "https://weixin.qq.com.evil.example": false,
		"https://evilweixin.qq.com": false, "http://127.0.0.1:1": false,
	} {
		a := core.Account{Product: kinds.ProductTest, BaseURL: base}
		if got := wechat.Console(a) != ""; got != want {
			t.Errorf("a console for %q: %v", base, got)
		}
	}
}

// A secret or a token goes to every URL that an account names: another host in
// any of them is another destination, another path is not.
func TestEveryURLOfAKindIsADestination(t *testing.T) {
	for _, s := range aviary(t).All() {
		a := core.Account{Kind: s.Kind, BaseURL: "https://a.example", Params: core.Params{}}
		for _, f := range s.Fields {
			if f.Input != kinds.URL {
				continue
			}
			set := func(url string) core.Account {
				b := a
				if f.Key == kinds.BaseURL {
					b.BaseURL = url
				} else {
					b.Params = core.ParamsOf(map[string]string{f.Key: url})
				}
				return b
			}
			was := s.Destination(set("https://a.example/x"))
			if !was.Takes(s.Destination(set("https://a.example/y"))) || was.Takes(s.Destination(set("https://b.example/x"))) {
				t.Errorf("%s of kind %s: the destination is %+v", f.Key, s.Kind, was)
			}
		}
	}
}

func TestPatterns(t *testing.T) {
	for _, tt := range []struct {
		pattern      kinds.Pattern
		method, path string
		want         bool
	}{
		{kinds.Pattern{Method: "GET", Path: "/a/b"}, "GET", "/a/b", true},
		{kinds.Pattern{Method: "GET", Path: "/a/b"}, "POST", "/a/b", false},
		{kinds.Pattern{Path: "/a/b"}, "DELETE", "/a/b", true},
		{kinds.Pattern{Path: "/a/b"}, "GET", "/a/b/c", false},
		{kinds.Pattern{Path: "/a/b"}, "GET", "/a", false},
		{kinds.Pattern{Path: "/a/*"}, "GET", "/a/b", true},
		{kinds.Pattern{Path: "/a/*"}, "GET", "/a/b/c", true},
		{kinds.Pattern{Path: "/a/*"}, "GET", "/a/", false},
		{kinds.Pattern{Path: "/a/*"}, "GET", "/a", false},
		{kinds.Pattern{Path: "/a/*/c"}, "GET", "/a/b/c", true},
		{kinds.Pattern{Path: "/a/*/c"}, "GET", "/a/b/d", false},
		{kinds.Pattern{Path: "/a/*/c"}, "GET", "/a//c", false},
	} {
		if got := tt.pattern.Fits(tt.method, tt.path); got != tt.want {
			t.Errorf("%+v fits %s %s: %v", tt.pattern, tt.method, tt.path, got)
		}
	}
}

// TestEverySpecIsWhole: what a spec says of itself holds together.
func TestEverySpecIsWhole(t *testing.T) {
	variable := regexp.MustCompile(`\{\{(\w+)\}\}`)
	for _, s := range kinds.Builtin().All() {
		for _, f := range s.Samples {
			for _, c := range f.Calls {
				if u, err := url.Parse(c.Path); err != nil || !strings.HasPrefix(c.Path, "/") || u.RawQuery != "" {
					t.Errorf("%s: sample %s has the path %q", s.Kind, c.Key, c.Path)
				}
				if c.Body != "" && !json.Valid([]byte(variable.ReplaceAllString(c.Body, "x"))) {
					t.Errorf("%s: the body of sample %s is no JSON", s.Kind, c.Key)
				}
				writes := strings.HasSuffix(f.Key, "_write")
				closed := slices.ContainsFunc(s.Closed, func(p kinds.Pattern) bool { return p.Fits(c.Method, c.Path) })
				if reads := s.Reading(c.Method, c.Path); writes && reads {
					t.Errorf("%s: sample %s stands among those that write, and %s %s only reads", s.Kind, c.Key, c.Method, c.Path)
				} else if c.Method == "GET" && !reads && !closed {
					t.Errorf("%s: sample %s gets %s, which is not among the calls that only read", s.Kind, c.Key, c.Path)
				}
			}
		}
		if s.TryPath != "" && !s.Reading("GET", s.TryPath) {
			t.Errorf("%s: %s does not only read", s.Kind, s.TryPath)
		}
		for _, read := range s.Reads {
			for _, p := range s.Closed {
				if p.Fits(read.Method, read.Path) {
					t.Errorf("%s: %s is closed and readable", s.Kind, read.Path)
				}
			}
		}
		if s.Door != nil {
			for _, p := range s.Door.Paths {
				if !slices.ContainsFunc(s.Closed, func(c kinds.Pattern) bool { return c.Fits(p.Method, p.Path) }) {
					t.Errorf("%s: %s gives a token and may be called through the agent", s.Kind, p.Path)
				}
			}
		}
		if s.Traits.Destructive() && s.Sibling == "" {
			t.Errorf("%s is destructive and names no harmless kind", s.Kind)
		}
	}
}

// TestZeroWorks: 0 is the code of success only where codes are numbers and no other says it.
func TestZeroWorks(t *testing.T) {
	dead := func(field, value string) []kinds.Answer {
		return []kinds.Answer{{Field: field, Values: []string{value}}}
	}
	for name, tt := range map[string]struct {
		spec kinds.Spec
		want bool
	}{
		"another name":      {kinds.Spec{Dead: dead("code", "99991663")}, true},
		"words":             {kinds.Spec{Dead: dead("code", "InvalidAuthentication")}, false},
		"another success":   {kinds.Spec{Dead: dead("code", "7"), Works: dead("code", "80000000")}, false},
		"a status alone":    {kinds.Spec{Dead: []kinds.Answer{{Status: 401}}}, false},
		"no dead, no codes": {kinds.Spec{}, false},
	} {
		if got := tt.spec.ZeroWorks(); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

type noSource struct{ core.Source }

// noSources has a source for each kind of a set.
func noSources(set kinds.Set) map[core.Kind]core.Source {
	out := map[core.Kind]core.Source{}
	for _, spec := range set.All() {
		out[spec.Kind] = noSource{}
	}
	return out
}

func TestUpstreamsNeedBothHalves(t *testing.T) {
	if _, err := kinds.Builtin().Upstreams(map[core.Kind]core.Source{kinds.WeChat: noSource{}}); err == nil {
		t.Error("a kind without a source passes")
	}
	more := noSources(kinds.Builtin())
	more["bird"] = noSource{}
	if _, err := kinds.Builtin().Upstreams(more); err == nil {
		t.Error("a source without a kind passes")
	}
	ups, err := kinds.Builtin().Upstreams(noSources(kinds.Builtin()))
	if err != nil {
		t.Fatal(err)
	}
	if up := ups[kinds.WeChatLegacy]; up.Probe == nil || up.Quota[kinds.ProductTest] != 200 || up.Base(core.Account{}) == "" {
		t.Errorf("legacy: %+v", up)
	}
	if up := ups[kinds.WeChat]; up.Probe != nil || up.Quota[kinds.ProductTest] != 500_000 {
		t.Errorf("stable: %+v", up)
	}
}

// TestAnAccountsOwnTokenAddressesAreClosed: those of an account of OAuth 2.0 and of a
// team's server, wherever its calls go.
func TestAnAccountsOwnTokenAddressesAreClosed(t *testing.T) {
	for _, tt := range []struct {
		kind   core.Kind
		a      core.Account
		closed []string
	}{
		{kinds.OAuth2, core.Account{BaseURL: "https://sso.example/as/token.oauth2", Params: core.ParamsOf(map[string]string{kinds.IntrospectionURL: "https://sso.example/as/introspect"})}, []string{"/as/introspect", "/as/token.oauth2"}},
		{kinds.OAuth2, core.Account{BaseURL: "https://api.example/v2/token", Params: core.ParamsOf(map[string]string{kinds.APIURL: "https://api.example/v2/"})}, []string{"/token"}},
		{kinds.OAuth2, core.Account{BaseURL: "https://sso.example/token", Params: core.ParamsOf(map[string]string{kinds.APIURL: "https://api.example/v2"})}, nil},
		{kinds.OAuth2, core.Account{BaseURL: "https://sso.example/"}, nil},
		{kinds.Central, core.Account{BaseURL: "https://team.example/token", Params: core.ParamsOf(map[string]string{kinds.CentralStaleURL: "https://team.example/refresh"})}, []string{"/token", "/refresh"}},
		{kinds.WeChat, core.Account{BaseURL: "https://proxy.example/wx"}, nil},
		{kinds.Redis, core.Account{BaseURL: "rediss://redis.example/0"}, nil},
	} {
		tt.a.Kind = tt.kind
		s, _ := kinds.Builtin().Of(tt.kind)
		var got []string
		for _, p := range s.ClosedFor(tt.a).Closed[len(s.Closed):] {
			got = append(got, p.Path)
		}
		if !slices.Equal(got, tt.closed) {
			t.Errorf("%s at %s %v: %v, want %v", tt.kind, tt.a.BaseURL, tt.a.Params, got, tt.closed)
		}
	}
}

// Of an account whose kind is not known, the Keeper and the set name the same token.
func TestTokenIDOfAnUnknownKind(t *testing.T) {
	a := core.Account{ID: "1", Name: "shop", Env: core.Sandbox, Kind: "carrier pigeon", AppID: "wx0", Params: core.ParamsOf(map[string]string{"loft": "north"})}
	other := a
	other.Params = core.ParamsOf(map[string]string{"loft": "south"})
	set, up := aviary(t), core.Upstream{}
	if set.TokenID(a) != up.TokenID(a) || up.TokenID(a) == up.TokenID(other) {
		t.Errorf("%q, %q, %q", set.TokenID(a), up.TokenID(a), up.TokenID(other))
	}
}
