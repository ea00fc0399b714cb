package rediscache_test

import (
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

const older = "90_ZyXwVuTsRqPoNmLkJiHgFeDcBa9876543210-_ZyXwVuTsRqPoNmLkJiHgFeDcBa9876543210"

// shop is an Official Account whose token lives for two hours.
func shop(s *redistest.Server, layout string) core.RedisWrite {
	return core.RedisWrite{
		Place:     core.RedisPlace{URL: s.URL, Layout: layout},
		Account:   core.Account{ID: "1", Name: "shop", Env: core.Sandbox, Kind: kinds.WeChat, Product: kinds.ProductOfficial, AppID: appID},
		Token:     core.Token{Value: token, ExpiresAt: time.Now().Add(2 * time.Hour)},
		AppSecret: core.NewSecret(secret),
	}
}

func writer(r *recorder) *rediscache.Writer {
	o := rediscache.Options{}
	if r != nil {
		o.Dial = r.dial
	}
	return rediscache.NewWriter(kinds.Builtin, o)
}

// TestWhatIsWrittenIsRead: in each layout that can be written, under the key and for the
// time that the SDK expects, by one command that changes anything, and read again by the
// kind that reads along.
func TestWhatIsWrittenIsRead(t *testing.T) {
	s := redistest.Start(t)
	c, ctx := client(t, s), t.Context()
	const minute = time.Minute
	for _, tt := range []struct {
		layout, family, own string
		key, text           string
		ttl                 time.Duration
	}{
		{"silenceper", "", "", "gowechat_officialaccount__access_token_" + appID, token, 115 * minute},
		{"silenceper", "mini-program", "", "gowechat_miniprogram__access_token_" + appID, token, 115 * minute},
		{"silenceper-stable", "", "", "gowechat_officialaccount__stable_access_token_" + appID, token, 115 * minute},
		{"wxjava", "", "", "wx:access_token:" + appID, token, 120 * minute},
		{"wxjava", "mini-program", "", "wa:access_token:" + appID, token, 120*minute - 200*time.Second},
		{"wxjava", "work", "", "wx:cp:wechat_cp_access_token_key:" + appID, token, 120 * minute},
		{"powerwechat", "", "", "powerwechat.access_token.9dd2ec3e8fe48143541c4ddbfd61b06a", `{"access_token":"` + token + `","expires_in":71`, 120 * minute}, // what is left of 7,200 s
		{"php", "", "shop.token", "shop.token", fmt.Sprintf(`s:%d:"%s";`, len(token), token), 120 * minute},
		{"plain", "", "shop:token", "shop:token", token, 120 * minute},
	} {
		var r recorder
		w, job := writer(&r), shop(s, tt.layout)
		job.Place.Family, job.Place.Key = tt.family, tt.own
		done, err := w.Write(ctx, job)
		if err != nil {
			t.Errorf("%s %s: %v", tt.layout, tt.family, err)
			continue
		}
		got, left := c.Get(ctx, tt.key).Val(), c.PTTL(ctx, tt.key).Val()
		if got != tt.text && (tt.layout != "powerwechat" || !strings.HasPrefix(got, tt.text)) || left > tt.ttl || left < tt.ttl-minute {
			t.Errorf("%s %s: %q for %v", tt.layout, tt.family, got, left)
		}
		if done.Print != core.TokenPrint(token) || time.Until(done.Ends) > tt.ttl {
			t.Errorf("%s: %+v", tt.layout, done)
		}
		if sent := r.commands(t); !slices.Equal(slices.DeleteFunc(sent, func(name string) bool {
			return slices.Contains([]string{"hello", "watch", "pttl", "getrange", "multi", "exec", "unwatch"}, name)
		}), []string{"set"}) {
			t.Errorf("%s: also sent %v", tt.layout, sent)
		}
		product := map[string]core.Product{"": kinds.ProductRedisOfficial, "mini-program": kinds.ProductRedisMini, "work": kinds.ProductRedisWeCom}[tt.family]
		params := map[string]string{}
		if tt.own != "" {
			product, params[kinds.RedisKey] = kinds.ProductRedisOther, tt.own
		}
		if tt.layout == "powerwechat" {
			params[kinds.RedisDigest] = "9dd2ec3e"
		}
		g, err := fetch(t, rediscache.Options{}, account(s, product, appID, tt.layout, params), kinds.NoKey)
		if err != nil || g.Value != token || g.ExpiresIn > 2*time.Hour || g.ExpiresIn < 2*time.Hour-minute {
			t.Errorf("%s: read again for %v, %v", tt.layout, g.ExpiresIn, err)
		}
	}
}

// TestAnEntryIsLookedAtBeforeItIsWritten: what each sort of entry leads to.
func TestAnEntryIsLookedAtBeforeItIsWritten(t *testing.T) {
	s := redistest.Start(t)
	c, ctx, w := client(t, s), t.Context(), writer(nil)
	const key = "gowechat_officialaccount__access_token_" + appID
	huge := strings.Repeat("x", 10<<20)
	for _, tt := range []struct {
		name  string
		put   []any // a command that makes the entry
		known string
		prev  string
		wrote bool
		keeps bool // an error says why it was left
	}{
		{"nothing", nil, "", "", true, false},
		{"the token, for less long", []any{"set", key, token, "px", 600_000}, "", "", false, false},
		{"the token, for ever", []any{"set", key, token}, "", "", true, false},
		{"the token, for longer than it lives", []any{"set", key, token, "px", 8_000_000}, "", "", true, false},
		{"the token before", []any{"set", key, older, "px", 7_000_000}, "", older, true, false},
		{"a token of ours", []any{"set", key, older, "px", 7_000_000}, core.TokenPrint(older), "", true, false},
		{"an older one of the backend's", []any{"set", key, older, "px", 3_000_000}, "", "", true, false},
		{"a newer one of somebody's", []any{"set", key, older, "px", 6_900_000}, "", "", false, true},
		{"one of somebody's, for ever", []any{"set", key, older}, "", "", false, true},
		{"an empty text, in mid-write", []any{"set", key, "", "px", 6_900_000}, "", "", true, false},
		{"a hash", []any{"hset", key, "access_token", older}, "", "", false, true},
		{"another layout", []any{"set", key, `{"access_token":"` + older + `"}`, "px", 3_000_000}, "", "", false, true},
		{"10 MB", []any{"set", key, huge, "px", 60_000}, "", "", false, true},
	} {
		if err := c.FlushAll(ctx).Err(); err != nil {
			t.Fatal(err)
		}
		if tt.put != nil {
			if err := c.Do(ctx, tt.put...).Err(); err != nil {
				t.Fatal(err)
			}
		}
		before := c.Dump(ctx, key).Val()
		left := c.PTTL(ctx, key).Val()
		job := shop(s, "silenceper")
		job.Known.Print, job.Token.Previous.Value = tt.known, tt.prev
		plan, err := w.Plan(ctx, job)
		if err != nil || c.Dump(ctx, key).Val() != before {
			t.Errorf("%s: a plan failed or wrote: %v", tt.name, err)
		}
		all := strings.Join(plan.Commands, "\n")
		if writes := strings.Contains(all, "SET "); writes != tt.wrote || (plan.Err != nil) != tt.keeps || plan.There != (!tt.wrote && !tt.keeps) {
			t.Errorf("%s: the plan %q, %v", tt.name, plan.Commands, plan.Err)
		}
		if strings.Contains(all, token) || strings.Contains(all, older) {
			t.Errorf("%s: the plan shows a token", tt.name)
		}
		done, err := w.Write(ctx, job)
		switch got, now := c.Get(ctx, key).Val(), c.PTTL(ctx, key).Val(); {
		case (err != nil) != tt.keeps:
			t.Errorf("%s: %v", tt.name, err)
		case tt.keeps && (c.Dump(ctx, key).Val() != before || done.Print != tt.known):
			t.Errorf("%s: was changed", tt.name)
		case tt.keeps && (core.AsError(err).Class != core.PushFailed || strings.Contains(err.Error(), key) || len(err.Error()) > 400):
			t.Errorf("%s: %v", tt.name, err)
		case tt.wrote && (got != token || now > 115*time.Minute || now <= 0):
			t.Errorf("%s: %d bytes for %v", tt.name, len(got), now)
		case !tt.wrote && !tt.keeps && now > left:
			t.Errorf("%s: was made to live longer", tt.name)
		}
		seen, err := w.Look(ctx, []core.RedisWrite{job})
		if err != nil || (seen[0].Print == core.TokenPrint(token)) == tt.keeps {
			t.Errorf("%s: looks like %+v, %v", tt.name, seen, err)
		}
	}
}

// TestASDKThatFetchesIsLetAlone: WxJava holds a lock while it asks for a token.
func TestASDKThatFetchesIsLetAlone(t *testing.T) {
	s := redistest.Start(t)
	c, ctx, w := client(t, s), t.Context(), writer(nil)
	job := shop(s, "wxjava")
	if err := c.Set(ctx, "wx:lock:"+appID+":accessTokenLock", "1", time.Minute).Err(); err != nil {
		t.Fatal(err)
	}
	_, err := w.Write(ctx, job)
	if err == nil || core.AsError(err).Remedy != core.RemedyPushFetchers || c.Exists(ctx, "wx:access_token:"+appID).Val() != 0 {
		t.Errorf("under the lock: %v", err)
	}
	if plan, err := w.Plan(ctx, job); core.AsError(err) == nil || core.AsError(err).Remedy != core.RemedyPushFetchers || plan.Lock == "" || !slices.Contains(plan.Commands, "PTTL "+plan.Lock) {
		t.Errorf("a dry run under the lock: %+v, %v", plan, err)
	}
	if plan, err := w.Plan(ctx, shop(s, "silenceper")); err != nil || plan.Lock != "" {
		t.Errorf("a dry run for an SDK without a lock: %+v, %v", plan, err)
	}
	if v := c.Get(ctx, "wx:lock:"+appID+":accessTokenLock").Val(); v != "1" {
		t.Errorf("the lock was taken from the backend: %q", v)
	}
	c.Del(ctx, "wx:lock:"+appID+":accessTokenLock")
	if _, err := w.Write(ctx, job); err != nil || c.Exists(ctx, "wx:lock:"+appID+":accessTokenLock").Val() != 0 {
		t.Errorf("without it: %v", err)
	}
}

// TestAPlaceIsChecked: and what is wrong is said without a password.
func TestAPlaceIsChecked(t *testing.T) {
	w := writer(nil)
	official := core.Account{Kind: kinds.WeChat, Product: kinds.ProductOfficial, AppID: appID}
	other := core.Account{Kind: kinds.WeChat, Product: kinds.ProductOther, AppID: appID}
	corp := core.Account{Kind: kinds.WeCom, Product: kinds.ProductCorpOwn, AppID: "ww0123456789abcdef", Params: core.ParamsOf(map[string]string{"agent": "1000002"})}
	const here = "redis://127.0.0.1"
	for _, tt := range []struct {
		name  string
		a     core.Account
		place core.RedisPlace
		key   string
	}{
		{"fine", official, core.RedisPlace{URL: here, Layout: "silenceper"}, ""},
		{"a password", official, core.RedisPlace{URL: "redis://shop:hunter2@127.0.0.1", Layout: "silenceper"}, core.ProblemRedisPassword},
		{"no Redis", official, core.RedisPlace{URL: "http://127.0.0.1", Layout: "silenceper"}, core.ProblemRedisURL},
		{"in the clear", official, core.RedisPlace{URL: "redis://redis.example.com", Layout: "silenceper"}, core.ProblemRedisPlain},
		{"in the clear, agreed", official, core.RedisPlace{URL: "redis://redis.example.com", Layout: "silenceper", Plain: true}, ""},
		{"unknown", official, core.RedisPlace{URL: here, Layout: "nothing"}, core.ProblemRedisLayout},
		{"read only", official, core.RedisPlace{URL: here, Layout: "senparc"}, core.ProblemRedisLayout},
		{"a codec", official, core.RedisPlace{URL: here, Layout: "wxjava-redisson"}, core.ProblemRedisLayout},
		{"no family", other, core.RedisPlace{URL: here, Layout: "silenceper"}, core.ProblemRedisFamily},
		{"family told", other, core.RedisPlace{URL: here, Layout: "silenceper", Family: "mini-program"}, ""},
		{"another's entry", official, core.RedisPlace{URL: here, Layout: "wxjava", Family: "component"}, core.ProblemRedisFamily},
		{"no key", official, core.RedisPlace{URL: here, Layout: "plain"}, core.ProblemRedisKey},
		{"a key too many", official, core.RedisPlace{URL: here, Layout: "wxjava", Key: "x"}, core.ProblemRedisOwnKey},
		{"the account's own agent", corp, core.RedisPlace{URL: here, Layout: "wxjava", Agent: "1000002"}, ""},
		{"no agent", corp, core.RedisPlace{URL: here, Layout: "wxjava", Agent: kinds.RedisNoAgent}, ""},
		{"another agent", corp, core.RedisPlace{URL: here, Layout: "silenceper", Agent: "1000003"}, core.ProblemRedisAgent},
		{"an agent where the key has none", corp, core.RedisPlace{URL: here, Layout: "powerwechat", Agent: "1000003"}, ""},
		{"a prefix with blanks", official, core.RedisPlace{URL: here, Layout: "wxjava", Prefix: "a b"}, core.ProblemRedisWord},
	} {
		bad := w.Check(tt.place, tt.a)
		switch {
		case tt.key == "" && len(bad) > 0, tt.key != "" && (len(bad) != 1 || bad[0].Key != tt.key):
			t.Errorf("%s: %+v", tt.name, bad)
		case strings.Contains(fmt.Sprint(bad, bad.Error()), "hunter2"):
			t.Errorf("%s: tells the password", tt.name)
		}
	}
}

// TestTheAgentInAKey: a new place gets the account's own number where the key can hold
// one, and one that was saved without keeps its key. What writes one entry is found by
// its key, whoever logs in.
func TestTheAgentInAKey(t *testing.T) {
	w := writer(nil)
	agent := func(number string) core.Account {
		return core.Account{Kind: kinds.WeCom, Product: kinds.ProductCorpOwn, AppID: "ww0123456789abcdef", Params: core.ParamsOf(map[string]string{"agent": number})}
	}
	hr, sales := agent("1000002"), agent("1000003")
	place := func(layout, number, key string) core.RedisPlace {
		return core.RedisPlace{URL: "redis://127.0.0.1/0", Layout: layout, Agent: number, Key: key}
	}
	for _, tt := range []struct{ layout, given, want string }{
		{"wxjava", "", "1000002"},
		{"silenceper", "", "1000002"},
		{"wxjava", kinds.RedisNoAgent, kinds.RedisNoAgent},
		{"powerwechat", "", ""},
		{"plain", "", ""},
	} {
		if got := w.Complete(place(tt.layout, tt.given, ""), hr); got.Agent != tt.want {
			t.Errorf("%s with agent %q is saved with %q", tt.layout, tt.given, got.Agent)
		}
	}
	elsewhere, another := place("wxjava", "", ""), place("wxjava", "", "")
	elsewhere.URL, another.URL = "redis://127.0.0.1/1", "redis://shop@127.0.0.1:6379"
	const key = "wx:cp:wechat_cp_access_token_key:ww0123456789abcdef"
	for name, tt := range map[string]struct {
		p, q core.RedisPlace
		same bool
	}{
		"both saved without a number": {place("wxjava", "", ""), place("wxjava", "", ""), true},
		"each with its own":           {place("wxjava", "1000002", ""), place("wxjava", "1000003", ""), false},
		"none, and none by intent":    {place("wxjava", "", ""), place("wxjava", kinds.RedisNoAgent, ""), true},
		"another user":                {place("wxjava", "", ""), another, true},
		"another database":            {place("wxjava", "", ""), elsewhere, false},
		"another SDK":                 {place("wxjava", "", ""), place("silenceper", "", ""), false},
		"the same key in full":        {place("plain", "", key), place("wxjava", "", ""), true},
		"made from the secret":        {place("powerwechat", "", ""), place("powerwechat", "", ""), false},
	} {
		if w.Same(tt.p, hr, tt.q, sales) != tt.same || w.Same(tt.q, sales, tt.p, hr) != tt.same {
			t.Errorf("%s: one entry is not %v", name, tt.same)
		}
	}
}

// TestAWriterNeedsNoMoreThanItsACL says what README says.
func TestAWriterNeedsNoMoreThanItsACL(t *testing.T) {
	s := redistest.Start(t, "--user", "default", "on", "nopass", "~*", "&*", "+@all",
		"--user", "tokentray", "on", ">hunter2", "~gowechat_*", "~wx:*", "+pttl", "+getrange", "+set", "+watch", "+unwatch", "+multi", "+exec")
	for _, layout := range []string{"silenceper", "wxjava"} {
		job := shop(s, layout)
		job.Place.URL = "unix://tokentray@" + strings.TrimPrefix(s.URL, "unix://")
		job.Password = core.NewSecret("hunter2")
		if _, err := writer(nil).Write(t.Context(), job); err != nil {
			t.Errorf("%s: %v", layout, err)
		}
		job.Password = core.NewSecret("wrong")
		if _, err := writer(nil).Write(t.Context(), job); err == nil || core.AsError(err).Remedy != core.RemedyRedisAuth {
			t.Errorf("%s with another password: %v", layout, err)
		}
		job.Password, job.Place.Prefix = core.NewSecret("hunter2"), "other:"
		_, err := writer(nil).Write(t.Context(), job)
		if err == nil || core.AsError(err).Remedy != core.RemedyRedisACL || strings.Contains(err.Error(), "other") {
			t.Errorf("%s elsewhere: %v", layout, err)
		}
	}
}

// TestAClusterIsWritten: the lock and the entry of WxJava are on different nodes.
func TestAClusterIsWritten(t *testing.T) {
	_, url := redistest.StartCluster(t)
	s := &redistest.Server{URL: url}
	c := client(t, s)
	for i := range 10 {
		job := shop(s, "wxjava")
		job.Account.AppID = fmt.Sprintf("wx%016x", i)
		if _, err := writer(nil).Write(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		if got := c.Get(t.Context(), "wx:access_token:"+job.Account.AppID).Val(); got != token {
			t.Errorf("%d: %q", i, got)
		}
	}
}
