package kinds_test

import (
	"maps"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/kinds"
)

func oauthAccount(product core.Product, tokenURL string, params map[string]string) core.Account {
	return core.Account{Name: "crm", Env: core.Sandbox, Kind: kinds.OAuth2, Product: product, AppID: "crm", BaseURL: tokenURL, Params: core.ParamsOf(params)}
}

// Whoever enters what differs between the accounts of a server, or the URL without
// its end, has entered the token URL.
func TestATokenURLIsCompleted(t *testing.T) {
	set := kinds.Builtin()
	for _, tt := range []struct {
		product       core.Product
		written, want string
	}{
		{kinds.ProductOAuthServer, "https://SSO.example:443/o/token/", "https://sso.example/o/token/"},
		{kinds.ProductOAuthServer, " https://sso.example/token// ", "https://sso.example/token/"},
		{kinds.ProductOAuthServer, "https://sso.example/", "https://sso.example"},
		{kinds.ProductKeycloak, "https://sso.example/realms/shop", "https://sso.example/realms/shop/protocol/openid-connect/token"},
		{kinds.ProductKeycloak, "sso.example/realms/shop/", "https://sso.example/realms/shop/protocol/openid-connect/token"},
		{kinds.ProductKeycloak, "http://localhost:8080/realms/shop", "http://localhost:8080/realms/shop/protocol/openid-connect/token"},
		{kinds.ProductKeycloak, "https://sso.example/realms/shop/protocol/openid-connect/token", "https://sso.example/realms/shop/protocol/openid-connect/token"},
		{kinds.ProductAuth0, "shop.eu.auth0.com", "https://shop.eu.auth0.com/oauth/token"},
		{kinds.ProductAuth0, "https://shop.eu.auth0.com/", "https://shop.eu.auth0.com/oauth/token"},
		{kinds.ProductEntra, "contoso.onmicrosoft.com", "https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token"},
		{kinds.ProductEntra, "https://login.partner.microsoftonline.cn/contoso", "https://login.partner.microsoftonline.cn/contoso/oauth2/v2.0/token"},
		{kinds.ProductPayPal, "", ""},
	} {
		got := set.Clean(oauthAccount(tt.product, tt.written, nil))
		if got.BaseURL != tt.want || set.Clean(got).BaseURL != tt.want {
			t.Errorf("%s %q: %q, want %q", tt.product, tt.written, got.BaseURL, tt.want)
		}
	}
}

// What accounts of known servers must say, and what they need not.
func TestServersThatAreKnown(t *testing.T) {
	set := kinds.Builtin()
	for _, tt := range []struct {
		product  core.Product
		tokenURL string
		params   map[string]string
		want     string // keys of problems
	}{
		{kinds.ProductOAuthServer, "https://sso.example/token", nil, ""},
		{kinds.ProductOAuthServer, "", nil, "base_url_empty"},
		{kinds.ProductOAuthServer, "http://sso.example/token", nil, "base_url_https"},
		{kinds.ProductOAuthServer, "http://127.0.0.1:9/token", nil, ""},
		{kinds.ProductPayPal, "", nil, ""},
		{kinds.ProductAuth0, "shop.auth0.com", nil, "audience_empty"},
		{kinds.ProductAuth0, "shop.auth0.com", map[string]string{"audience": "https://api"}, ""},
		{kinds.ProductEntra, "contoso", nil, ""},
		{kinds.ProductEntra, "contoso", map[string]string{"scope": "api://x/.default"}, ""},
		{kinds.ProductEntra, "contoso", map[string]string{"scope": "User.Read"}, "scope_default"},
		{kinds.ProductOAuthServer, "https://sso.example", map[string]string{"auth": "mtls"}, "auth_unknown"},
		{kinds.ProductOAuthServer, "https://sso.example", map[string]string{"api_url": "http://api.example"}, "api_url_https"},
		{kinds.ProductOAuthServer, "https://sso.example", map[string]string{"scope": `a"b`}, "scope_chars"},
	} {
		var keys []string
		for _, p := range set.Check(set.Clean(oauthAccount(tt.product, tt.tokenURL, tt.params))) {
			keys = append(keys, p.Key)
		}
		if got := strings.Join(keys, " "); got != tt.want {
			t.Errorf("%s %q %v: %q, want %q", tt.product, tt.tokenURL, tt.params, got, tt.want)
		}
	}
}

// Whoever copies another URL of the same server has told which server it is.
func TestNeighbouringURLs(t *testing.T) {
	set := kinds.Builtin()
	const entra, keycloak = "https://login.microsoftonline.com/contoso/oauth2/v2.0/token", "https://sso.example/realms/a/protocol/openid-connect/token"
	for _, tt := range []struct {
		product       core.Product
		written, want string
	}{
		{kinds.ProductEntra, "contoso", entra},
		{kinds.ProductEntra, "https://login.microsoftonline.com/contoso", entra},
		{kinds.ProductEntra, "https://login.microsoftonline.com/contoso/v2.0", entra},
		{kinds.ProductEntra, "https://login.microsoftonline.com/contoso/v2.0/.well-known/openid-configuration", entra},
		{kinds.ProductEntra, "https://login.microsoftonline.com/contoso/oauth2/v2.0/authorize", entra},
		{kinds.ProductEntra, entra, entra},
		{kinds.ProductKeycloak, "https://sso.example/realms/a/", keycloak},
		{kinds.ProductKeycloak, "https://sso.example/realms/a/.well-known/openid-configuration", keycloak},
		{kinds.ProductKeycloak, "https://sso.example/realms/a/protocol/openid-connect/auth", keycloak},
		{kinds.ProductAuth0, "shop.eu.auth0.com", "https://shop.eu.auth0.com/oauth/token"},
		{kinds.ProductAuth0, "https://shop.eu.auth0.com/api/v2/", "https://shop.eu.auth0.com/oauth/token"},
	} {
		if got := set.Clean(oauthAccount(tt.product, tt.written, nil)).BaseURL; got != tt.want {
			t.Errorf("%s: %s becomes %s", tt.product, tt.written, got)
		}
	}
}

// Whose tokens can be asked about: by introspection, or by a call of an API that is known
// and takes tokens of the usual scope.
func TestWhoCanBeChecked(t *testing.T) {
	set := kinds.Builtin()
	spec, _ := set.Of(kinds.OAuth2)
	for _, tt := range []struct {
		product            core.Product
		tokenURL           string
		params             map[string]string
		introspects, probe string
	}{
		{kinds.ProductOAuthServer, "https://sso.example/token", nil, "", ""},
		{kinds.ProductOAuthServer, "https://sso.example/token", map[string]string{"introspection_url": "https://sso.example/ask"}, "https://sso.example/ask", ""},
		{kinds.ProductKeycloak, "https://sso.example/realms/a", nil, "https://sso.example/realms/a/protocol/openid-connect/token/introspect", ""},
		{kinds.ProductAuth0, "shop.eu.auth0.com", map[string]string{"audience": "a"}, "", ""},
		{kinds.ProductEntra, "contoso", nil, "", "/v1.0/organization"},
		{kinds.ProductEntra, "contoso", map[string]string{"scope": "api://x/.default"}, "", ""},
		{kinds.ProductEntra, "contoso", map[string]string{"api_url": "https://graph.example"}, "", ""},
		{kinds.ProductPayPal, "", nil, "", "/v1/notifications/webhooks-event-types"},
	} {
		a := set.Clean(oauthAccount(tt.product, tt.tokenURL, tt.params))
		if got, probe := spec.Introspects(a), spec.Probes(a); got != tt.introspects || probe != tt.probe || spec.CanCheck(a) != (got+probe != "") {
			t.Errorf("%s %v: %q, %q, can %v", tt.product, tt.params, got, probe, spec.CanCheck(a))
		}
	}
}

// Where accounts of known servers ask and call, and how.
func TestWhereAndHow(t *testing.T) {
	set := kinds.Builtin()
	spec, _ := set.Of(kinds.OAuth2)
	for _, tt := range []struct {
		product              core.Product
		env                  core.Env
		tokenURL             string
		base, api, auth, con string
	}{
		{kinds.ProductOAuthServer, core.Live, "https://sso.example/o/token", "https://sso.example/o/token", "https://sso.example", "basic", ""},
		{kinds.ProductKeycloak, core.Live, "http://localhost:8080/realms/a", "http://localhost:8080/realms/a/protocol/openid-connect/token", "http://localhost:8080", "basic", "http://localhost:8080/admin/"},
		{kinds.ProductEntra, core.Live, "contoso", "https://login.microsoftonline.com/contoso/oauth2/v2.0/token", "https://graph.microsoft.com", "body", "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade"},
		{kinds.ProductPayPal, core.Sandbox, "", "https://api-m.sandbox.paypal.com/v1/oauth2/token", "https://api-m.sandbox.paypal.com", "basic", "https://developer.paypal.com/dashboard/applications/"},
		{kinds.ProductPayPal, core.Live, "", "https://api-m.paypal.com/v1/oauth2/token", "https://api-m.paypal.com", "basic", "https://developer.paypal.com/dashboard/applications/"},
	} {
		a := oauthAccount(tt.product, tt.tokenURL, nil)
		a.Env = tt.env
		a = set.Clean(a)
		if got := [...]string{spec.Base(a), spec.API(a), spec.Param(a, kinds.OAuthAuth), spec.Console(a)}; got != [...]string{tt.base, tt.api, tt.auth, tt.con} {
			t.Errorf("%s/%s: %q", tt.product, tt.env, got)
		}
		own := core.Input{Params: map[string]string{"api_url": "https://api.example"}}.Over(a)
		if got := spec.API(own); got != "https://api.example" {
			t.Errorf("%s: calls go to %s", tt.product, got)
		}
		if one, two := spec.Destination(a), spec.Destination(own); one.Takes(two) {
			t.Errorf("%s: the secret goes along to another API without being asked for", tt.product)
		}
	}
}

// Token URL, scope, audience and further parameters tell one token from another, and
// the way to send the secret does not.
func TestWhatTellsTokensApart(t *testing.T) {
	set := kinds.Builtin()
	plain := map[string]string{"scope": "read", "audience": "a", "resource": "r"}
	first := set.TokenID(set.Clean(oauthAccount(kinds.ProductOAuthServer, "https://sso.example/token", plain)))
	for key, want := range map[string]bool{"scope": true, "audience": true, "resource": true, "more": true, "auth": false, "api_url": false} {
		params := maps.Clone(plain)
		params[key] = map[bool]string{true: "other", false: "body"}[want]
		if key == "api_url" {
			params[key] = "https://api.example"
		}
		if got := set.TokenID(set.Clean(oauthAccount(kinds.ProductOAuthServer, "https://sso.example/token", params))); (got != first) != want {
			t.Errorf("%s tells tokens apart: %v", key, got != first)
		}
	}
	if set.TokenID(set.Clean(oauthAccount(kinds.ProductOAuthServer, "https://sso.example/other", plain))) == first {
		t.Error("the token URL tells no tokens apart")
	}
	paypal := oauthAccount(kinds.ProductPayPal, "", nil)
	live := paypal
	live.Env = core.Live
	if set.TokenID(paypal) == set.TokenID(live) {
		t.Error("a token of PayPal's sandbox is one of PayPal's")
	}
}

// Params that are no field of any kind are parameters of the request, in one spelling,
// and what the request is made of is refused among them.
func TestFurtherParameters(t *testing.T) {
	set := kinds.Builtin()
	spec, _ := set.Of(kinds.OAuth2)
	a := set.Clean(oauthAccount(kinds.ProductOAuthServer, "https://sso.example", map[string]string{"extra": "b=2&a=x%2Fy", "resource": "https://r/?a=1&b"}))
	if got := a.Params.Get("extra"); got != "a=x/y&b=2&resource=https://r/%3Fa%3D1%26b" || len(a.Params.Keys()) != 1 || set.Clean(a).Params.Get("extra") != got {
		t.Errorf("%q", a.Params)
	}
	if got := spec.Pairs(a); got.Get("resource") != "https://r/?a=1&b" || got.Get("a") != "x/y" || len(got) != 3 {
		t.Errorf("%q", got)
	}
	for params, want := range map[string]string{
		"grant_type=password": "extra_reserved", "Client_Secret=x": "extra_reserved", "a=1&client_id=x": "extra_reserved", "grant%5Ftype=x": "extra_reserved",
		"client_assertion=x": "extra_reserved", "scope=x": "extra_reserved", "a=%zz": "extra_bad", "a;b": "extra_bad", "my_grant_type=x": "", "resource=x": "",
	} {
		found := set.Check(set.Clean(oauthAccount(kinds.ProductOAuthServer, "https://sso.example", map[string]string{"extra": params})))
		if got := found; len(got) > 1 || want != "" && (len(got) == 0 || got[0].Key != want) || want == "" && len(got) > 0 {
			t.Errorf("%s: %v, want %q", params, got, want)
		}
	}
	less := set.Clean(set.Over(core.Input{Params: map[string]string{"resource": "", "b": "3", "nothing": ""}}, a))
	if got := less.Params.Get("extra"); got != "a=x/y&b=3" {
		t.Errorf("one taken away and one changed: %q", got)
	}
	if none := set.Over(core.Input{Params: map[string]string{"resource": "", "a": "", "b": ""}}, a); !none.Params.IsZero() {
		t.Errorf("all taken away: %q", none.Params)
	}
	// The field of another kind is a mistake, not a parameter.
	if found := set.Check(set.Clean(oauthAccount(kinds.ProductOAuthServer, "https://sso.example", map[string]string{"agent": "7"}))); len(found) != 1 || found[0].Key != kinds.ProblemField {
		t.Errorf("%v", found)
	}
	wechat := set.Clean(core.Account{Kind: kinds.WeChat, Params: core.ParamsOf(map[string]string{"resource": "x"})})
	if wechat.Params.Get("resource") != "x" {
		t.Error("another kind loses what it must be told of")
	}
}

// A product that contradicts its kind is refused.
func TestProductsThatContradict(t *testing.T) {
	for name, p := range map[string]kinds.Product{
		"console":  {Console: "http://a.example"},
		"path":     {Console: "/a b"},
		"api":      {APIBase: "http://a.example"},
		"pattern":  {Pattern: "https://a.example/token"},
		"base":     {BaseURLs: map[core.Env]string{core.Live: "http://a.example"}},
		"env":      {BaseURLs: map[core.Env]string{"both": "https://a.example"}},
		"default":  {Defaults: map[string]string{"wing": "x"}},
		"requires": {Requires: []string{"secret"}},
		"check":    {Checks: map[string][]kinds.Check{"scope": {{Match: "("}}}},
	} {
		spec, _ := kinds.Builtin().Of(kinds.OAuth2)
		p.Product = "bad"
		spec.Products = []kinds.Product{p}
		if _, err := kinds.New(spec); err == nil {
			t.Errorf("%s passes", name)
		}
	}
	spec, _ := kinds.Builtin().Of(kinds.OAuth2)
	spec.Fields = append(spec.Fields, kinds.Field{Key: "more", Input: kinds.Pairs})
	if _, err := kinds.New(spec); err == nil {
		t.Error("two fields of pairs pass")
	}
}
