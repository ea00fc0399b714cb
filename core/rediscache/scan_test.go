package rediscache_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/rediscache"
	"tokentray/core/redisconn/redistest"
)

// TestAScanFindsWhatBackendsKeep: each entry once, nothing secret in what it tells, nothing
// sent that writes, and each offer is an account that reads the token.
func TestAScanFindsWhatBackendsKeep(t *testing.T) {
	s := redistest.Start(t)
	c, ctx := client(t, s), t.Context()
	set := func(key, value string) {
		if err := c.Set(ctx, key, value, time.Hour).Err(); err != nil {
			t.Fatal(err)
		}
	}
	php := fmt.Sprintf(`s:%d:"%s";`, len(token), token)
	set("gowechat_officialaccount__access_token_"+appID, token)
	set("shop-wx:access_token:"+appID, token)
	set("powerwechat.access_token.9dd2ec3e8fe48143541c4ddbfd61b06a", `{"access_token":"`+token+`","expires_in":7200}`)
	set("official_account.access_token."+appID+"."+secret+".0", php)
	set("official_account.access_token."+appID+"."+secret+".1", php)
	set("open_platform.component_access_token.wxcomponent0000001", php)
	set("wx:lock:"+appID+":accessTokenLock", "1")
	set("gowechat_miniprogram__access_token_"+appID, "")  // in mid-write
	set(secret+":access_token:wx00000000000000ff", token) // whose prefix may be a secret
	if err := c.HSet(ctx, "gowechat_work__access_token_"+corpID, "a", "b").Err(); err != nil {
		t.Fatal(err)
	}
	sessions := make([]any, 0, 2*3000)
	for i := range 3000 {
		sessions = append(sessions, fmt.Sprintf("session:%d", i), "x")
	}
	if err := c.MSet(ctx, sessions...).Err(); err != nil {
		t.Fatal(err)
	}
	const bags = "Senparc:DefaultCache:Container:Senparc.Weixin."
	for key, field := range map[string]string{
		"MP.Containers.AccessTokenBag": appID, "WxOpen.Containers.AccessTokenBag": "wx00000000000000aa", "Work.Containers.AccessTokenBag": corpID + "@" + secret,
	} {
		if err := c.HSet(ctx, bags+key, field, bagOf(token, time.Hour), "never-fetched", `{"AccessTokenExpireTime":"0001-01-01T00:00:00+00:00"}`).Err(); err != nil {
			t.Fatal(err)
		}
	}
	set("other:Container:Senparc.Weixin.MP.Containers.AccessTokenBag", "a text, and no hash")
	var r recorder
	found, partial, err := rediscache.Scan(ctx, s.URL, core.NewSecret(kinds.NoKey), false, rediscache.Options{Dial: r.dial})
	if err != nil || partial {
		t.Fatalf("%v, partial %v", err, partial)
	}
	var layouts []string
	for _, f := range found {
		layouts = append(layouts, f.Layout)
		params := map[string]string{kinds.RedisPrefix: f.Prefix, kinds.RedisDigest: f.Digest, kinds.RedisAgent: f.Agent, kinds.RedisComponent: f.Component}
		for k, v := range params {
			if v == "" {
				delete(params, k)
			}
		}
		g, err := fetch(t, rediscache.Options{}, account(s, f.Product, f.AppID, f.Layout, params), kinds.NoKey)
		if err != nil || g.Value != token {
			t.Errorf("%+v is no account: %v", f, err)
		}
	}
	slices.Sort(layouts)
	if want := []string{"easywechat6", "easywechat6", "powerwechat", "senparc-hash", "senparc-hash", "senparc-hash", "silenceper", "wxjava"}; !slices.Equal(layouts, want) {
		t.Errorf("found %v, not %v", layouts, want)
	}
	raw, err := json.Marshal(found)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{secret, token, "9dd2ec3e8fe48143541c4ddbfd61b06a"} {
		if strings.Contains(string(raw), word) {
			t.Errorf("%s is told", word)
		}
	}
	for _, name := range r.commands(t) {
		if !slices.Contains([]string{"hello", "scan", "pttl", "getrange", "hstrlen", "hmget", "hlen", "hkeys"}, name) {
			t.Errorf("%s is sent", name)
		}
	}
}

// TestAScanIsRefused: where a password stands in the URL, or would go in the clear.
func TestAScanIsRefused(t *testing.T) {
	for _, url := range []string{"redis://shop:hunter2@127.0.0.1", "redis://redis.example.com", "http://127.0.0.1"} {
		_, _, err := rediscache.Scan(t.Context(), url, core.NewSecret("hunter2"), false, rediscache.Options{})
		if err == nil || core.AsError(err).Class != core.Misuse || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", url, err)
		}
	}
}

// TestAHashWithTooManyBags: it is not read whole, and that is said.
func TestAHashWithTooManyBags(t *testing.T) {
	s := redistest.Start(t)
	c, ctx := client(t, s), t.Context()
	const key = "Senparc:DefaultCache:Container:Senparc.Weixin.Work.Containers.AccessTokenBag"
	fields := make([]any, 0, 2*10_001)
	for i := range 10_001 {
		fields = append(fields, fmt.Sprintf("ww%016x@%s", i, secret), "x")
	}
	if err := c.HSet(ctx, key, fields...).Err(); err != nil {
		t.Fatal(err)
	}
	if found, partial, err := rediscache.Scan(ctx, s.URL, core.NewSecret(kinds.NoKey), false, rediscache.Options{}); err != nil || !partial || len(found) != 0 {
		t.Errorf("%v, partial %v, %v", found, partial, err)
	}
	if _, err := fetch(t, rediscache.Options{}, account(s, kinds.ProductRedisWeCom, corpID, "senparc-hash", nil), kinds.NoKey); err == nil || core.AsError(err).Class != core.Misuse || strings.Contains(err.Error(), secret) {
		t.Errorf("%v", err)
	}
}
