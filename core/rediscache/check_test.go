package rediscache_test

import (
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
