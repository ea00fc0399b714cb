//go:build linux

package agent

import (
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/core/rediscache"
	"tokentray/core/redisconn/redistest"
)

// TestABackendsNextTokenIsTakenAtOnce, if its Redis reports changes.
func TestABackendsNextTokenIsTakenAtOnce(t *testing.T) {
	s := redistest.Start(t, "--notify-keyspace-events", "KA")
	backend := s.Client()
	defer backend.Close()
	tokens := []string{strings.Repeat("88_first-", 10), strings.Repeat("88_secnd-", 10)}
	const key = "gowechat_officialaccount__access_token_wx0123456789abcdef"
	if err := backend.Set(t.Context(), key, tokens[0], time.Hour).Err(); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	w.kinds, w.sources = kinds.Builtin(), map[core.Kind]core.Source{}
	spec, _ := w.kinds.Of(kinds.Redis)
	w.kinds, _ = kinds.New(spec)
	w.sources = rediscache.Sources(rediscache.Options{})
	r := w.start()
	saved, err := r.client.Add(t.Context(), api.AccountInput{
		Input: core.Input{
			Name: ptr("shop"), Env: ptr(core.Sandbox), Kind: ptr(kinds.Redis), Product: ptr(kinds.ProductRedisOfficial),
			AppID: ptr("wx0123456789abcdef"), BaseURL: ptr(s.URL), Params: map[string]string{kinds.RedisLayout: "silenceper"},
		},
		Secret: ptr(kinds.NoKey),
	})
	if err != nil || saved.Account.Error != nil {
		t.Fatalf("%+v, %v", saved.Account.Error, err)
	}
	events := r.events(t)
	const channel = "__keyspace@0__:" + key
	for backend.PubSubNumSub(t.Context(), channel).Val()[channel] == 0 {
		r.upkeep.now(t.Context())
		time.Sleep(5 * time.Millisecond) // the test's time ends it
	}
	if err := backend.Set(t.Context(), key, tokens[1], time.Hour).Err(); err != nil {
		t.Fatal(err)
	}
	until(t, events, "the backend's next token", func(api.Account) bool {
		now, ok := r.keeper.Token(saved.Account.ID)
		return ok && now.Value == tokens[1]
	})
	if _, err := r.client.VaultLock(t.Context()); err != nil {
		t.Fatal(err)
	}
	for backend.PubSubNumSub(t.Context(), channel).Val()[channel] > 0 {
		r.upkeep.now(t.Context())
		time.Sleep(5 * time.Millisecond) // the test's time ends it
	}
}
