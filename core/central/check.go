package central

import (
	"context"
	"strconv"

	"tokentray/core"
	"tokentray/core/upstream"
)

var _ core.SomeChecker = source{}

// Checks reports whether the API that the token is for is known.
func (s source) Checks(a core.Account) bool { return s.spec.CanCheck(a) }

// Check asks the API that the token is for. The server takes no part and fetches no
// token because of it.
func (s source) Check(ctx context.Context, req core.Request, token string) error {
	return s.Try(ctx, req, upstream.Try{
		API: s.spec.API(req.Account), Path: s.spec.TryPath, Query: s.spec.Token.Query, Holder: "the team's server",
		Dead: func(code int) bool { return s.spec.IsDead("errcode", strconv.Itoa(code)) },
	}, token)
}
