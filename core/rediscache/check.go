package rediscache

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/upstream"
)

var _ core.Checker = (*source)(nil)

// unchecked are the products whose tokens no harmless call is known for.
func unchecked() []core.Product {
	return []core.Product{
		kinds.ProductRedisComponent, kinds.ProductRedisSuite, kinds.ProductRedisProvider, kinds.ProductRedisChannel, kinds.ProductRedisOther,
	}
}

// Check asks the API that the token is for. The Redis has no part in it.
func (s *source) Check(ctx context.Context, req core.Request, token string) error {
	if slices.Contains(unchecked(), req.Account.Product) {
		return misuse(core.RemedyInput, "no call is known that shows whether this API accepts the token; see what your program gets")
	}
	redact := upstream.Redactor{token, req.Credentials.Secret.Reveal(), req.Credentials.ProxyPassword.Reveal()}
	a, err := s.Call(ctx, req, s.spec.API(req.Account), upstream.Outgoing{
		Method: http.MethodGet, Path: s.spec.TryPath, Query: url.Values{s.spec.Token.Query: {token}}, Harmless: true,
	}, redact)
	switch {
	case err != nil:
		return err
	case a.Code != 0:
		rule, cause := checkRule(s.spec, a.Code)
		e := s.Refused(rule, a, "", redact)
		e.Err = cause
		return e
	case a.HasIPs || a.HasCode:
		return nil
	}
	return upstream.OddAnswer("neither a list of addresses nor an errcode")
}

// checkRule is what an errcode in the answer to a check means.
func checkRule(spec kinds.Spec, code int) (upstream.Rule, error) {
	switch {
	case spec.IsDead("errcode", strconv.Itoa(code)):
		cause := core.ErrDead
		if code == 42001 {
			cause = core.ErrEnded
		}
		return upstream.Rule{Class: core.Temporary, Remedy: core.RemedyTryAgain, Message: "upstream no longer accepts this token: it ended, or the backend has another one; refresh it"}, cause
	case slices.Contains([]int{40164, 61004, 60020}, code):
		return upstream.Rule{Class: core.Whitelist, Remedy: core.RemedyWhitelist, IP: true, Message: "this computer's IP is not on the account's whitelist; add it in the upstream's console"}, nil
	case code == 48001 || code == 48002:
		return upstream.Rule{Class: core.Misuse, Remedy: core.RemedyPermission, Message: "upstream does not grant this call to the account, which says nothing against the token"}, core.ErrNotGranted
	}
	return upstream.Rule{Class: core.Temporary, Remedy: core.RemedyUnknownCode, Message: "upstream refused the check with a code unknown here; look it up"}, nil
}
