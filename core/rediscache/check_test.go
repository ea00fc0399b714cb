package rediscache_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/rediscache"
)

// A check is offered where it can be made, and nowhere else: the source and the spec,
// which forms and commands read, say the same.
func TestWhoseTokensAreChecked(t *testing.T) {
	spec, _ := kinds.Builtin().Of(kinds.Redis)
	some := rediscache.Sources(rediscache.Options{})[kinds.Redis].(core.SomeChecker)
	can := map[core.Product]bool{kinds.ProductRedisOfficial: true, kinds.ProductRedisMini: true, kinds.ProductRedisWeCom: true, kinds.ProductRedisAuthorizer: true}
	for _, p := range spec.Products {
		a := core.Account{Kind: kinds.Redis, Product: p.Product}
		if got := some.Checks(a); got != can[p.Product] || spec.CanCheck(a) != got {
			t.Errorf("%s: the source says %v, the spec %v", p.Product, got, spec.CanCheck(a))
		}
	}
}

// TestWhyATokenIsDead: the API's own words tell whether it ended or another program
// fetched a newer one.
func TestWhyATokenIsDead(t *testing.T) {
	body := ""
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }))
	t.Cleanup(api.Close)
	a := core.Account{
		Kind: kinds.Redis, Product: kinds.ProductRedisOfficial, Env: core.Sandbox, BaseURL: "redis://127.0.0.1", AppID: appID,
		Params: core.ParamsOf(map[string]string{kinds.RedisLayout: "silenceper", "api_url": api.URL}),
	}
	source := rediscache.Sources(rediscache.Options{})[kinds.Redis].(core.Checker)
	for _, c := range []struct {
		body  string
		cause error
	}{
		{`{"errcode":40001,"errmsg":"invalid credential, access_token is invalid or not latest"}`, core.ErrReplaced},
		{`{"errcode":40001,"errmsg":"invalid credential"}`, core.ErrDead},
		{`{"errcode":42001,"errmsg":"access_token expired"}`, core.ErrEnded},
	} {
		body = c.body
		err := source.Check(t.Context(), core.Request{Account: a}, token)
		if !errors.Is(err, c.cause) || errors.Is(err, core.ErrReplaced) != (c.cause == core.ErrReplaced) {
			t.Errorf("%s: %v", c.body, err)
		}
	}
}
