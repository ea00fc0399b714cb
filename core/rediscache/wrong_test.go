package rediscache_test

import (
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/layout"
	"tokentray/core/rediscache"
	"tokentray/core/redisconn/redistest"
)

// TestEveryLayoutOverEverything: under the key of each layout stands each sort of value
// that does not belong there. It is told, nothing of it is repeated, no push changes it,
// and what is right afterwards is read.
func TestEveryLayoutOverEverything(t *testing.T) {
	s := redistest.Start(t)
	c, ctx := client(t, s), t.Context()
	long := strings.Repeat(older[:40]+" ", 10<<20/41)
	spec, _ := kinds.Builtin().Of(kinds.Redis)
	const digest = "9dd2ec3e8fe48143541c4ddbfd61b06a"
	for _, l := range layout.All() {
		n := layout.Name{AppID: appID, Secret: secret, Component: "wxcomponent0000001", Digest: digest}
		params := map[string]string{}
		switch {
		case l.Own():
			n.Own, params[kinds.RedisKey] = "mine", "mine"
		case l.NeedsDigest():
			params[kinds.RedisDigest] = digest
		case l.App == layout.Authorizer && strings.Contains(l.Template, "{component}"):
			params[kinds.RedisComponent] = n.Component
		}
		key, err := l.Key(n)
		if err != nil {
			t.Fatal(err)
		}
		product := kinds.ProductRedisOther
		for _, p := range spec.Products {
			if p.Family == string(l.App) {
				product = p.Product
			}
		}
		a := account(s, product, appID, l.ID, params)
		hash, field := l.HashOf(key)
		for what, put := range map[string][]any{
			"a list":               {"rpush", hash, older},
			"a set":                {"sadd", hash, older},
			"a sorted set":         {"zadd", hash, 1, older},
			"a stream":             {"xadd", hash, "*", "value", older},
			"a hash of others":     {"hset", hash, "access_token", older},
			"an empty text":        {"set", key, "", "px", 3_600_000},
			"10 MB":                {"set", key, long, "px", 3_600_000},
			"10 MB in a hash":      {"hset", hash, "value", long, "expire", long, field, long},
			"half of a value":      {"set", key, `{"AppSecret":"` + secret + `","AccessTokenResult":{"access_token":"` + older[:30], "px", 3_600_000},
			"bytes":                {"set", key, "\x00\xff\xfe" + older[:20] + "\x00", "px", 3_600_000},
			"numbers beyond bound": {"hset", hash, "value", older, "expire", "99999999999999999999"},
		} {
			if err := c.FlushAll(ctx).Err(); err != nil {
				t.Fatal(err)
			}
			if err := c.Do(ctx, put...).Err(); err != nil {
				t.Fatal(err)
			}
			g, err := fetch(t, rediscache.Options{}, a, kinds.NoKey)
			switch {
			case err == nil:
				t.Errorf("%s %s, %s: a token of %d bytes", l.ID, l.App, what, len(g.Value))
			case strings.Contains(err.Error(), older[:20]), strings.Contains(err.Error(), secret):
				t.Errorf("%s %s, %s: the error tells too much: %v", l.ID, l.App, what, err)
			case strings.HasPrefix(what, "10 MB") && put[0] == "hset" && (l.Form == layout.Hash || l.Form == layout.BagInHash) && core.AsError(err).Class != core.Misuse:
				t.Errorf("%s %s, %s: %v", l.ID, l.App, what, err)
			}
			if _, partial, err := rediscache.Scan(ctx, s.URL, core.NewSecret(kinds.NoKey), false, rediscache.Options{}); err != nil || partial {
				t.Errorf("%s %s, %s: a scan: %v", l.ID, l.App, what, err)
			}
			if !l.Writable || what == "an empty text" { // which is an entry without a token, for a push
				continue
			}
			job := shop(s, l.ID)
			job.Place.Family, job.Place.Key = string(l.App), n.Own
			before := c.Dump(ctx, key).Val()
			if _, err := writer(nil).Write(ctx, job); err == nil || c.Dump(ctx, key).Val() != before || c.PTTL(ctx, key).Val() > time.Hour {
				t.Errorf("%s %s, %s: a push changed it, or did not say why it left it: %v", l.ID, l.App, what, err)
			}
		}
	}
}
