package rediscache

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/layout"
	"tokentray/core/redisconn"
)

// Found is an entry with a living token that Scan recognised. It holds no token, and of
// the key's name nothing that may be a secret.
type Found struct {
	Kind      core.Kind    `json:"kind"` // of an account that reads it
	Layout    string       `json:"layout"`
	SDK       string       `json:"sdk"`
	Product   core.Product `json:"product"`
	AppID     string       `json:"appid,omitempty"`
	Agent     string       `json:"agent,omitempty"`
	Component string       `json:"component,omitempty"`
	Digest    string       `json:"digest,omitempty"`     // how the key's digest begins
	Prefix    string       `json:"key_prefix,omitempty"` // where it is not the SDK's own; "-" is none
	Key       string       `json:"key"`                  // for people, without what may be a secret
	Seconds   int64        `json:"expires_in"`
}

// tokenKeys finds keys whose name speaks of an access token, in any case of letters.
const tokenKeys = "*[aA][cC][cC][eE][sS][sS]*[tT][oO][kK][eE][nN]*"

// shownDigest is how much of a digest is told: enough to find the key again.
const shownDigest = 8

// Scan looks through the Redis at a URL for entries of layouts that are known. It sends
// no command that changes anything. partial reports that the Redis has more keys than
// were looked at.
func Scan(ctx context.Context, base string, password core.Secret, plain bool, o Options) (found []Found, partial bool, err error) {
	u, err := redisconn.Parse(base)
	if err != nil {
		return nil, false, redisconn.Explain(err)
	}
	if u.Plain() && !plain {
		return nil, false, misuse(core.RemedyRedisTLS, "the password and the tokens would cross the network in the clear; use rediss://, or agree with --plaintext")
	}
	ctx, cancel := context.WithTimeout(ctx, scanPatience)
	defer cancel()
	c, err := open(base, password, agreed(plain), o.Dial)
	if err != nil {
		return nil, false, err
	}
	defer c.Close()
	keys, partial, err := tokenEntries(ctx, c)
	if err != nil {
		return nil, false, redisconn.Explain(err)
	}
	now := o.Upstream.Now
	if now == nil {
		now = time.Now
	}
	spec, _ := kinds.Builtin().Of(kinds.Redis)
	for _, key := range keys {
		one, ok, err := recognise(ctx, c, spec, key, now)
		if err != nil {
			return nil, false, redisconn.Explain(err)
		}
		if ok && !slices.ContainsFunc(found, func(f Found) bool { return sameAccount(f, one) }) {
			found = append(found, one)
		}
	}
	slices.SortFunc(found, func(a, b Found) int {
		return strings.Compare(a.AppID+"\x00"+a.Layout+a.Key, b.AppID+"\x00"+b.Layout+b.Key)
	})
	return found, partial, nil
}

// tokenEntries are the keys that may be those of tokens, with those of the bags in hashes.
func tokenEntries(ctx context.Context, c redisconn.Client) (keys []string, partial bool, err error) {
	known := func(key string) bool { return len(layout.Match(key)) > 0 }
	found, err := search(ctx, c, tokenKeys, func(key string) bool { return known(key) || layout.HoldsBags(key) })
	partial = errors.Is(err, errManyKeys) || len(found) >= maxFound
	if err != nil && !errors.Is(err, errManyKeys) {
		return nil, false, err
	}
	for _, key := range found {
		if !layout.HoldsBags(key) {
			keys = append(keys, key)
			continue
		}
		inside, err := bags(ctx, c, key, known)
		if err != nil && !errors.Is(err, errManyKeys) {
			return nil, false, err
		}
		partial = partial || err != nil || len(inside) >= maxFound
		keys = append(keys, inside...)
	}
	return keys, partial, nil
}

// sameAccount reports whether one account reads both, as for the two stable and other
// tokens of EasyWeChat 6.
func sameAccount(a, b Found) bool {
	a.Key, b.Key, a.Seconds, b.Seconds = "", "", 0, 0
	return a == b
}

// recognise reads a key by the layouts that its name can mean; the first whose value fits
// is it, one under the SDK's own prefix before others.
func recognise(ctx context.Context, c redisconn.Client, spec kinds.Spec, key string, now func() time.Time) (Found, bool, error) {
	all := layout.Match(key)
	slices.SortStableFunc(all, func(a, b layout.Found) int {
		switch {
		case a.Sure == b.Sure:
			return 0
		case a.Sure:
			return -1
		}
		return 1
	})
	for _, f := range all {
		v, err := read(ctx, c, target{f.Layout, f.Name}, key)
		if err != nil {
			return Found{}, false, err
		}
		e, err := f.Layout.Read(v, now())
		if err != nil {
			continue
		}
		prefix, ok := shownPrefix(f)
		if !ok {
			continue // it cannot be told which
		}
		return Found{
			Kind: spec.Kind, Layout: f.Layout.ID, SDK: f.Layout.SDK, Product: productOf(spec, f.Layout.App), AppID: f.Name.AppID, Agent: f.Name.Agent,
			Component: f.Name.Component, Digest: f.Name.Digest[:min(len(f.Name.Digest), shownDigest)], Prefix: prefix,
			Key: f.Layout.Shown(f.Name), Seconds: int64(e.Life / time.Second),
		}, true, nil
	}
	return Found{}, false, nil
}

// shownPrefix is the prefix as an account has it; false where it may hold a secret, or is
// none that an account can have.
func shownPrefix(f layout.Found) (string, bool) {
	switch p := *f.Name.Prefix; {
	case p == f.Layout.Prefix:
		return "", true
	case p == "":
		return kinds.RedisNoPrefix, true
	default:
		return p, word(p) && layout.ShownKey(p) == p
	}
}

func productOf(spec kinds.Spec, app layout.App) core.Product {
	for _, p := range spec.Products {
		if p.Family == string(app) {
			return p.Product
		}
	}
	return kinds.ProductRedisOther
}
