package rediscache

import (
	"context"

	"github.com/redis/go-redis/v9"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/layout"
	"tokentray/core/redisconn"
)

// target is the entry of an account.
type target struct {
	layout layout.Layout
	name   layout.Name
}

// family is that of the apps of an account.
func family(spec kinds.Spec, a core.Account) layout.App {
	product, _ := spec.Product(a.Product)
	return layout.App(product.Family)
}

// targetOf is the entry that an account means.
func targetOf(spec kinds.Spec, a core.Account) (target, error) {
	param := func(key string) string { return spec.Param(a, key) }
	l, ok := layout.Of(param(kinds.RedisLayout), family(spec, a))
	if !ok {
		return target{}, misuse(core.RemedyServerURL, "this layout has no entries of such apps; choose another layout or product")
	}
	t := target{l, layout.Name{
		AppID: a.AppID, Agent: param(kinds.RedisAgent), Component: param(kinds.RedisComponent), Digest: param(kinds.RedisDigest), Own: param(kinds.RedisKey),
	}}
	switch prefix := param(kinds.RedisPrefix); prefix {
	case "":
	case kinds.RedisNoPrefix:
		empty := ""
		t.name.Prefix = &empty
	default:
		t.name.Prefix = &prefix
	}
	switch {
	case l.Own() && t.name.Own == "":
		return target{}, misuse(core.RemedyServerURL, "this layout has no key of its own; enter the key of the entry")
	case l.NeedsDigest() && t.name.Digest == "" && t.name.Own == "":
		return target{}, misuse(core.RemedyServerURL, "the key of this layout ends with a digest; enter how the digest begins")
	case !l.NeedsDigest() && !l.HoldsSecret() && t.name.Own == "":
		if _, err := l.Key(t.name); err != nil {
			return target{}, misuse(core.RemedyServerURL, err.Error())
		}
	case l.HoldsSecret() && !l.NeedsDigest() && t.name.AppID == "" && t.name.Own == "":
		return target{}, misuse(core.RemedyServerURL, layout.ErrNeedsID.Error())
	}
	return t, nil
}

func misuse(remedy, message string) *core.Error {
	return &core.Error{Class: core.Misuse, Remedy: remedy, Message: message, Unsent: true}
}

// searched reports whether the key's name must be searched.
func (t target) searched() bool {
	return t.name.Own == "" && (t.layout.HoldsSecret() || t.layout.NeedsDigest()) && len(t.name.Digest) < 32
}

// search looks for the keys that may be the account's: among those of the Redis, or those
// of a hash of bags.
func (t target) search(ctx context.Context, c redisconn.Client) ([]string, error) {
	take := func(key string) bool {
		_, ok := t.named(key)
		return ok
	}
	if hash := t.layout.Bags(t.name); hash != "" {
		return bags(ctx, c, hash, take)
	}
	return search(ctx, c, t.layout.Pattern(t.name), take)
}

// named is the target with the names in a key that was found: its neighbours need
// them.
func (t target) named(key string) (layout.Name, bool) {
	for _, f := range layout.Match(key) {
		sameApp := f.Layout.App == t.layout.App && (t.name.AppID == "" || t.layout.NeedsDigest() || f.Name.AppID == t.name.AppID)
		if f.Layout.ID == t.layout.ID && sameApp && f.Name.Agent == t.name.Agent {
			return f.Name, true
		}
	}
	return layout.Name{}, false
}

// reach is how far what is sent to an account's Redis may go without TLS.
func reach(s kinds.Spec, a core.Account) core.Reach {
	if s.PlainHTTP(a) {
		return core.ReachPrivate
	}
	return core.ReachSelf
}

// agreed is the same where a person agreed to it with --plaintext, or did not.
func agreed(plain bool) core.Reach {
	if plain {
		return core.ReachAll
	}
	return core.ReachSelf
}

// open is a client of the Redis at base. Its owner closes it.
func open(base string, password core.Secret, far core.Reach, dial Dialer) (redisconn.Client, error) {
	u, err := redisconn.Parse(base)
	if err != nil {
		return nil, redisconn.Explain(err)
	}
	o := redisconn.Options{Conns: 2, Reach: far, Dial: dial}
	if word := password.Reveal(); word != "" && word != kinds.NoKey {
		o.Password = func(context.Context) (string, error) { return word, nil }
	}
	c, err := redisconn.Open(u, o)
	if err != nil {
		return nil, redisconn.Explain(err)
	}
	return c, nil
}

// everyNode calls do for each node that holds keys of its own.
func everyNode(ctx context.Context, c redisconn.Client, do func(context.Context, redis.Cmdable) error) error {
	if cluster, ok := c.(*redis.ClusterClient); ok {
		return cluster.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error { return do(ctx, node) })
	}
	return do(ctx, c)
}
