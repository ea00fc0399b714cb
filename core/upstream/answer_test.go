package upstream

import (
	"math"
	"testing"
	"time"

	"tokentray/core"
)

// Whatever arrives, decoding neither panics nor lets through what is no token.
func FuzzDecode(f *testing.F) {
	for _, body := range []string{
		`{"access_token":"98_a","expires_in":7200}`, `{"errcode":40013,"errmsg":"invalid appid"}`, `{"ip_list":["198.51.100.1"]}`,
		`{"errcode":0,"errmsg":"ok","ticket":"XEdpActnNnf3XvQGOng9vhA==","expires_in":7200}`, `{"ticket":7,"expires_in":1}`,
		`{"errcode":"-1","errmsg":7}`, `{"access_token":"98_a","expires_in":"12"}`, `{"expires_in":1e9}`, "<html>", "", "\xef\xbb\xbf{}", "{", "null",
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		a, reason := Decode(body)
		if reason != "" {
			if a != (Answer{}) {
				t.Fatalf("refused as %q, yet gave %+v", reason, a)
			}
			return
		}
		if a.Code < math.MinInt32 || a.Code > math.MaxInt32 {
			t.Fatalf("errcode %d", a.Code)
		}
		for _, grant := range []func() (core.Grant, string){a.Grant, a.TicketGrant} {
			checkGrant(t, grant)
		}
	})
}

// checkGrant: a token or a ticket that came can be used, or there is a reason why none
// came.
func checkGrant(t *testing.T, grant func() (core.Grant, string)) {
	t.Helper()
	g, reason := grant()
	if (reason == "") == (g == core.Grant{}) {
		t.Fatalf("grant %+v with reason %q", g, reason)
	}
	if reason != "" {
		return
	}
	if g.ExpiresIn < time.Second || g.ExpiresIn > maxLife || g.ExpiresIn%time.Second != 0 {
		t.Fatalf("a life of %v", g.ExpiresIn)
	}
	if g.Value == "" || len(g.Value) > maxToken {
		t.Fatalf("a token of %d bytes", len(g.Value))
	}
	for _, b := range []byte(g.Value) {
		if b <= ' ' || b > '~' {
			t.Fatalf("a token with byte %#x", b)
		}
	}
}
