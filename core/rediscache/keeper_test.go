package rediscache_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/keepertest"
	"tokentray/core/kinds"
	"tokentray/core/rediscache"
	"tokentray/core/redisconn/redistest"
)

// counting counts how often the Redis is read.
type counting struct {
	core.Source
	reads atomic.Int32
}

func (c *counting) Fetch(ctx context.Context, req core.Request) (core.Grant, error) {
	c.reads.Add(1)
	return c.Source.Fetch(ctx, req)
}

// A thousand callers of two cold accounts with one entry read it once.
func TestAThousandCallersReadOnce(t *testing.T) {
	s := redistest.Start(t)
	if err := client(t, s).Set(t.Context(), "gowechat_officialaccount__access_token_"+appID, token, time.Hour).Err(); err != nil {
		t.Fatal(err)
	}
	spec, _ := kinds.Builtin().Of(kinds.Redis)
	source := &counting{Source: rediscache.Sources(rediscache.Options{})[kinds.Redis]}
	one := kinds.Builtin().Clean(account(s, kinds.ProductRedisOfficial, appID, "silenceper", nil))
	other := one
	other.ID, other.Name = "2", "other"
	k := keepertest.Run(t, core.Config{
		Upstreams: map[core.Kind]core.Upstream{kinds.Redis: {Source: source, Traits: spec.Traits, Base: spec.Base, Identity: []string{kinds.RedisLayout}}},
		Vault:     keepertest.OneSecret(kinds.NoKey),
	}, one, other)
	var callers sync.WaitGroup
	for i := range 1000 {
		callers.Go(func() {
			got, err := k.Get(t.Context(), []core.ID{one.ID, other.ID}[i%2], core.DefaultMinTTL)
			if err != nil || got.Value != token {
				t.Errorf("caller %d: %v", i, err)
			}
		})
	}
	callers.Wait()
	if n := source.reads.Load(); n != 1 {
		t.Errorf("the Redis was read %d times", n)
	}
}
