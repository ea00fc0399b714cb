package central_test

import (
	"errors"
	"io"
	"net/http"
	"testing"

	"tokentray/core"
	"tokentray/core/central"
	"tokentray/core/kinds"
)

// A check asks the API that the token is for, without the key, and leaves the team's
// server alone.
func TestCheck(t *testing.T) {
	body, asked := "", 0
	api := server(t, func(w http.ResponseWriter, r *http.Request) {
		asked++
		if r.URL.RequestURI() != "/cgi-bin/get_api_domain_ip?access_token="+token || r.Header.Get("Authorization") != "" {
			t.Errorf("the check is %s", r.URL.RequestURI())
		}
		_, _ = io.WriteString(w, body)
	})
	team := server(t, func(http.ResponseWriter, *http.Request) { t.Error("the team's server is asked") })
	check := func(product core.Product) error {
		req := request(team, map[string]string{"api_url": api})
		req.Account.Product = product
		return central.Sources(central.Options{})[kinds.Central].(core.Checker).Check(t.Context(), req, token)
	}
	for _, c := range []struct {
		body  string
		cause error
		class core.Class
	}{
		{`{"errcode":40001,"errmsg":"invalid credential"}`, core.ErrDead, core.Temporary},
		{`{"errcode":40001,"errmsg":"invalid credential, access_token is invalid or not latest"}`, core.ErrReplaced, core.Temporary},
		{`{"errcode":42001,"errmsg":"access_token expired"}`, core.ErrEnded, core.Temporary},
		{`{"errcode":40164,"errmsg":"invalid ip 203.0.113.7"}`, nil, core.Whitelist},
		{`{"errcode":48001,"errmsg":"api unauthorized"}`, core.ErrNotGranted, core.Misuse},
		{`{"errcode":99999}`, nil, core.Temporary},
	} {
		body = c.body
		e := refusal(t, check(kinds.ProductCentralWeChat))
		if e.Class != c.class || c.cause != nil && !errors.Is(e, c.cause) || c.cause == nil && errors.Is(e, core.ErrDead) ||
			errors.Is(e, core.ErrReplaced) != (c.cause == core.ErrReplaced) {
			t.Errorf("%s: %v, caused by %v", c.body, e, e.Err)
		}
	}
	if body = `{"ip_list":["198.51.100.1"]}`; check(kinds.ProductCentralWeCom) != nil {
		t.Error("a token that is accepted is refused")
	}
	some := central.Sources(central.Options{})[kinds.Central].(core.SomeChecker)
	for product, can := range map[core.Product]bool{kinds.ProductCentralWeChat: true, kinds.ProductCentralWeCom: true, kinds.ProductCentralOther: false} {
		req := request(team, map[string]string{"api_url": api})
		if req.Account.Product = product; some.Checks(req.Account) != can {
			t.Errorf("%s can be checked: %v", product, !can)
		}
	}
}
