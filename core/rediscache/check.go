package rediscache

import (
	"context"
	"slices"
	"strconv"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/upstream"
)

var _ core.Checker = (*source)(nil)

// unchecked are the products without a known harmless call for their tokens.
func unchecked() []core.Product {
	return []core.Product{
		kinds.ProductRedisComponent, kinds.ProductRedisSuite, kinds.ProductRedisProvider, kinds.ProductRedisChannel, kinds.ProductRedisOther,
	}
}

// Check asks the API that the token is for. The Redis takes no part in it.
func (s *source) Check(ctx context.Context, req core.Request, token string) error {
	if slices.Contains(unchecked(), req.Account.Product) {
		return misuse(core.RemedyInput, "no call is known that shows whether this API accepts the token; see what your program gets")
	}
	return s.Try(ctx, req, upstream.Try{
		API: s.spec.API(req.Account), Path: s.spec.TryPath, Query: s.spec.Token.Query, Holder: "the backend",
		Dead: func(code int) bool { return s.spec.IsDead("errcode", strconv.Itoa(code)) },
	}, token)
}
