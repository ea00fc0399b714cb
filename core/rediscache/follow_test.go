package rediscache_test

import (
	"context"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/rediscache"
	"tokentray/core/redisconn/redistest"
)

// TestATokenThatIsReplacedIsHeardOf: where the Redis tells; elsewhere nothing is kept open.
func TestATokenThatIsReplacedIsHeardOf(t *testing.T) {
	s := redistest.Start(t)
	c, key := client(t, s), "gowechat_officialaccount__access_token_"+appID
	follower := rediscache.Sources(rediscache.Options{})[kinds.Redis].(core.Follower)
	req := core.Request{Account: account(s, kinds.ProductRedisOfficial, appID, "silenceper", nil), Credentials: core.Credentials{Secret: core.NewSecret(kinds.NoKey)}}
	if err := follower.Follow(t.Context(), req, func(string) { t.Error("heard of something") }); err != nil {
		t.Fatalf("with notifications off: %v", err)
	}
	if err := c.ConfigSet(t.Context(), "notify-keyspace-events", "KA").Err(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	heard, ended := make(chan string, 100), make(chan error)
	go func() { ended <- follower.Follow(ctx, req, func(token string) { heard <- token }) }()
	for c.PubSubNumSub(t.Context(), "__keyspace@0__:"+key).Val()["__keyspace@0__:"+key] == 0 {
		time.Sleep(5 * time.Millisecond) // the test's time ends it
	}
	for _, want := range []string{token, older} {
		if err := c.Set(t.Context(), key, want, time.Hour).Err(); err != nil {
			t.Fatal(err)
		}
		for got := ""; got != want; { // the time to live is told of too
			got = <-heard
		}
	}
	c.Del(t.Context(), key) // tells of no token
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("the end of ctx is no failure: %v", err)
	}
}
