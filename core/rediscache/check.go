package rediscache

import (
	"context"
	"strconv"

	"tokentray/core"
	"tokentray/core/upstream"
)

var _ core.SomeChecker = (*source)(nil)

// Checks reports whether a harmless call is known of the API that the token is for.
func (s *source) Checks(a core.Account) bool { return s.spec.CanCheck(a) }

// Check asks the API that the token is for. The Redis takes no part in it.
func (s *source) Check(ctx context.Context, req core.Request, token string) error {
	return s.Try(ctx, req, upstream.Try{
		API: s.spec.API(req.Account), Path: s.spec.TryPath, Query: s.spec.Token.Query, Holder: "the backend",
		Dead: func(code int) bool { return s.spec.IsDead("errcode", strconv.Itoa(code)) },
	}, token)
}
