package rediscache_test

import (
	"context"
	"fmt"
	"slices"
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

// TestAClusterTellsOfATokenWhoseSlotMoves: each master is listened to, and nothing but
// reading is asked of any.
func TestAClusterTellsOfATokenWhoseSlotMoves(t *testing.T) {
	nodes, url := redistest.StartCluster(t)
	c, key := client(t, &redistest.Server{URL: url}), "gowechat_officialaccount__access_token_"+appID
	var r recorder
	follower := rediscache.Sources(rediscache.Options{Dial: r.dial})[kinds.Redis].(core.Follower)
	req := core.Request{Account: account(&redistest.Server{URL: url}, kinds.ProductRedisOfficial, appID, "silenceper", nil), Credentials: core.Credentials{Secret: core.NewSecret(kinds.NoKey)}}
	tell := func(n *redistest.Server) {
		one := n.Client()
		defer one.Close()
		if err := one.ConfigSet(t.Context(), "notify-keyspace-events", "KA").Err(); err != nil {
			t.Fatal(err)
		}
	}
	tell(nodes[0])
	tell(nodes[1])
	if err := follower.Follow(t.Context(), req, func(string) {}); err != nil {
		t.Fatalf("one of three does not tell: %v", err)
	}
	tell(nodes[2])
	if err := c.Set(t.Context(), key, older, time.Hour).Err(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	heard, ended := make(chan string, 100), make(chan error)
	go func() { ended <- follower.Follow(ctx, req, func(token string) { heard <- token }) }()
	hear := func(what, want string) {
		t.Helper()
		for {
			select {
			case got := <-heard:
				if got == want {
					return
				}
			case err := <-ended:
				t.Fatalf("%s: it ended: %v", what, err)
			}
		}
	}
	hear("what is there already", older)
	for _, n := range nodes {
		one := n.Client()
		defer one.Close()
		for one.PubSubNumSub(t.Context(), "__keyspace@0__:"+key).Val()["__keyspace@0__:"+key] == 0 {
			time.Sleep(5 * time.Millisecond) // the test's time ends it
		}
	}
	for i := range len(nodes) { // once around
		want := fmt.Sprint(token, i)
		if err := c.Set(t.Context(), key, want, time.Hour).Err(); err != nil {
			t.Fatal(err)
		}
		hear(fmt.Sprint("after ", i, " moves"), want)
		redistest.MoveSlot(t, nodes, key)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("the end of ctx is no failure: %v", err)
	}
	for _, name := range r.commands(t) {
		if !slices.Contains([]string{"hello", "config", "subscribe", "pttl", "getrange", "cluster", "command", "readonly", "asking"}, name) {
			t.Errorf("%s is sent", name)
		}
	}
}

// TestARedisThatIsAwayIsTriedAgain: it is no Redis that does not tell.
func TestARedisThatIsAwayIsTriedAgain(t *testing.T) {
	s := redistest.Start(t)
	s.Kill()
	follower := rediscache.Sources(rediscache.Options{})[kinds.Redis].(core.Follower)
	req := core.Request{Account: account(s, kinds.ProductRedisOfficial, appID, "silenceper", nil), Credentials: core.Credentials{Secret: core.NewSecret(kinds.NoKey)}}
	if err := follower.Follow(t.Context(), req, func(string) {}); err == nil || core.AsError(err).Remedy != core.RemedyRedisAway {
		t.Errorf("%v", err)
	}
}
