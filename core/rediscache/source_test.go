package rediscache_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/layout"
	"tokentray/core/rediscache"
	"tokentray/core/redisconn"
	"tokentray/core/redisconn/redistest"
)

const (
	appID  = "wx0123456789abcdef"
	corpID = "ww0123456789abcdef"
	secret = "0123456789abcdef0123456789abcdef"
	token  = "91_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"
)

// recorder notes what clients send.
type recorder struct {
	mu   sync.Mutex
	sent bytes.Buffer
}

func (r *recorder) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return &recorded{c, r}, nil
}

type recorded struct {
	net.Conn
	to *recorder
}

func (c *recorded) Write(p []byte) (int, error) {
	c.to.mu.Lock()
	c.to.sent.Write(p)
	c.to.mu.Unlock()
	return c.Conn.Write(p)
}

// commands are the names of all commands that were sent.
func (r *recorder) commands(t *testing.T) []string {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	lines := strings.Split(r.sent.String(), "\r\n")
	for i := 0; i+2 < len(lines); {
		n, err := strconv.Atoi(strings.TrimPrefix(lines[i], "*"))
		if err != nil {
			t.Fatalf("no command begins at %q", lines[i])
		}
		if name := strings.ToLower(lines[i+2]); !slices.Contains(out, name) {
			out = append(out, name)
		}
		i += 1 + 2*n
	}
	slices.Sort(out)
	return out
}

func account(s *redistest.Server, product core.Product, id, layout string, params map[string]string) core.Account {
	all := map[string]string{kinds.RedisLayout: layout}
	for k, v := range params {
		all[k] = v
	}
	return core.Account{ID: "1", Name: "shop", Env: core.Sandbox, Kind: kinds.Redis, Product: product, BaseURL: s.URL, AppID: id, Params: core.ParamsOf(all)}
}

func fetch(t *testing.T, o rediscache.Options, a core.Account, password string) (core.Grant, error) {
	t.Helper()
	set := kinds.Builtin()
	a = set.Clean(a)
	if bad := set.Check(a).Fatal(); len(bad) > 0 {
		t.Fatalf("%+v", bad)
	}
	return rediscache.Sources(o)[kinds.Redis].Fetch(t.Context(), core.Request{Account: a, Credentials: core.Credentials{Secret: core.NewSecret(password)}})
}

// client opens the server for the test's own writing.
func client(t *testing.T, s *redistest.Server) redisconn.Client {
	t.Helper()
	u, err := redisconn.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	c, err := redisconn.Open(u, redisconn.Options{Timeout: 30 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// bagOf is what Senparc keeps of an app whose token ends in a time.
func bagOf(token string, left time.Duration) string {
	return `{"AppSecret":"` + secret + `","AccessTokenExpireTime":"` + time.Now().Add(left).Format(time.RFC3339Nano) + `","AccessTokenResult":{"access_token":"` + token + `","expires_in":7200}}`
}

// Each layout's entry is found in a real Redis and read, and only reading commands are
// sent.
func TestEveryLayoutIsRead(t *testing.T) {
	s := redistest.Start(t)
	c, ctx := client(t, s), t.Context()
	length := strconv.Itoa(len(token))
	sum := md5.Sum([]byte(appID + secret))
	digest := hex.EncodeToString(sum[:])
	end := time.Now().Add(50 * time.Minute)
	bag := bagOf(token, 50*time.Minute)
	set := func(key, value string, ttl time.Duration) {
		if err := c.Set(ctx, key, value, ttl).Err(); err != nil {
			t.Fatal(err)
		}
	}
	php := "s:" + length + `:"` + token + `";`
	const left = 40 * time.Minute
	set("gowechat_officialaccount__access_token_"+appID, token, left)
	set("wx:access_token:"+appID, token, left)
	set("shop-wa:access_token:"+appID, token, left)
	set("wx:cp:wechat_cp_access_token_key:"+corpID+":1000002", token, left)
	set("powerwechat.access_token."+digest, `{"access_token":"`+token+`","expires_in":7200}`, left)
	set("powerwechat.access_token."+strings.Repeat("a", 32), `{"access_token":"other","expires_in":7200}`, left)
	set("laravel_database_official_account.access_token."+appID+"."+secret+".0", php, left)
	set("laravel_database_official_account.access_token."+appID+"."+secret+".1", php, left+time.Minute)
	set("work.access_token."+corpID+"."+secret, php, left)
	set("easywechat.kernel.access_token."+digest, `a:1:{s:12:"access_token";s:`+length+`:"`+token+`";}`, left)
	set("wechatpy:"+appID+"_access_token", `"`+token+`"`, left)
	set("wechatpy:"+appID+"_access_token_expires_at", strconv.FormatInt(time.Now().Add(30*time.Minute).Unix(), 10), 0)
	set("wechatpy:"+corpID+"_0123456789_access_token", `"`+token+`"`, left)
	set("Senparc:DefaultCache:Container:Senparc.Weixin.MP.Containers.AccessTokenBag:"+appID, bag, 0)
	set("Senparc:DefaultCache:Container:Senparc.Weixin.Work.Containers.AccessTokenBag:"+corpID+"@"+secret, bag, 0)
	c.HSet(ctx, "Senparc:Other:Container:Senparc.Weixin.MP.Containers.AccessTokenBag", appID, bag)
	c.HSet(ctx, "Senparc:DefaultCache:Container:Senparc.Weixin.Work.Containers.AccessTokenBag", corpID+"@"+secret, bag, "ww00000000000000ff@"+secret, bagOf("other", time.Hour))
	c.HSet(ctx, "maConfig:accessToken", "value", token, "expire", strconv.FormatInt(end.UnixMilli(), 10))
	set("mine", token, left)
	for name, tt := range map[string]struct {
		a    core.Account
		life time.Duration
	}{
		"silenceper":             {account(s, kinds.ProductRedisOfficial, appID, "silenceper", nil), left + 5*time.Minute},
		"wxjava":                 {account(s, kinds.ProductRedisOfficial, appID, "wxjava", nil), left},
		"wxjava with a prefix":   {account(s, kinds.ProductRedisMini, appID, "wxjava", map[string]string{kinds.RedisPrefix: "shop-wa:"}), left + 200*time.Second},
		"wxjava wecom":           {account(s, kinds.ProductRedisWeCom, corpID, "wxjava", map[string]string{kinds.RedisAgent: "1000002"}), left},
		"powerwechat":            {account(s, kinds.ProductRedisOfficial, "", "powerwechat", map[string]string{kinds.RedisDigest: digest[:8]}), left},
		"easywechat6":            {account(s, kinds.ProductRedisOfficial, appID, "easywechat6", map[string]string{kinds.RedisPrefix: "laravel_database_"}), left + time.Minute},
		"easywechat6 wecom":      {account(s, kinds.ProductRedisWeCom, corpID, "easywechat6", nil), left},
		"easywechat5":            {account(s, kinds.ProductRedisMini, "", "easywechat5", map[string]string{kinds.RedisDigest: digest}), left},
		"wechatpy":               {account(s, kinds.ProductRedisMini, appID, "wechatpy", nil), 30 * time.Minute},
		"wechatpy wecom":         {account(s, kinds.ProductRedisWeCom, corpID, "wechatpy", nil), left},
		"senparc":                {account(s, kinds.ProductRedisOfficial, appID, "senparc", nil), 50 * time.Minute},
		"senparc wecom":          {account(s, kinds.ProductRedisWeCom, corpID, "senparc", nil), 50 * time.Minute},
		"senparc in a hash":      {account(s, kinds.ProductRedisOfficial, appID, "senparc-hash", map[string]string{kinds.RedisPrefix: "Senparc:Other:"}), 50 * time.Minute},
		"senparc's hash, a corp": {account(s, kinds.ProductRedisWeCom, corpID, "senparc-hash", nil), 50 * time.Minute},
		"wxjava's hash":          {account(s, kinds.ProductRedisMini, "", "wxjava-hash", nil), 50 * time.Minute},
		"a key of one's own":     {account(s, kinds.ProductRedisOther, "", "plain", map[string]string{kinds.RedisKey: "mine"}), left},
	} {
		t.Run(name, func(t *testing.T) {
			var r recorder
			g, err := fetch(t, rediscache.Options{Dial: r.dial}, tt.a, kinds.NoKey)
			if err != nil || g.Value != token || (tt.life-g.ExpiresIn).Abs() > time.Minute/2 || g.ExpiresIn > tt.life {
				t.Errorf("a life of %v, %v; want %v", g.ExpiresIn, err, tt.life)
			}
			reading := []string{"pttl", "getrange", "hstrlen", "hmget", "hlen", "hkeys", "scan", "hello", "auth", "select"}
			for _, name := range r.commands(t) {
				if !slices.Contains(reading, name) {
					t.Errorf("%s is sent", name)
				}
			}
		})
	}
}

// What is not there, not the layout's, too long or not allowed is told, and nothing of a
// key or a value is.
func TestWhatCannotBeRead(t *testing.T) {
	s := redistest.Start(t)
	c, ctx := client(t, s), t.Context()
	if err := c.Do(ctx, "acl", "setuser", "reader", "on", ">hunter2", "~*", "+pttl", "+getrange", "+hstrlen", "+hmget").Err(); err != nil {
		t.Fatal(err)
	}
	for key, value := range map[string]string{
		"long": strings.Repeat("a", 10<<20), "json": `{"access_token":"` + token[:40], "forever": token,
	} {
		c.Set(ctx, key, value, 0)
	}
	c.RPush(ctx, "list", token)
	c.Set(ctx, "json", `{"access_token":"`+token[:40], time.Hour)
	own := func(key string) core.Account {
		return account(s, kinds.ProductRedisOther, "", "plain", map[string]string{kinds.RedisKey: key})
	}
	limited := account(s, kinds.ProductRedisOfficial, appID, "easywechat6", nil)
	limited.BaseURL = strings.Replace(s.URL, "unix://", "unix://reader@", 1)
	gone := own("x")
	gone.BaseURL = "unix:///nowhere/redis.sock"
	for name, tt := range map[string]struct {
		a        core.Account
		password string
		class    core.Class
		remedy   string
		cause    error
	}{
		"missing":            {own("nothing"), "", core.Temporary, core.RemedyServerEmpty, layout.ErrMissing},
		"10 MB":              {own("long"), "", core.Misuse, core.RemedyServerURL, layout.ErrLong},
		"a list":             {own("list"), "", core.Misuse, core.RemedyServerURL, layout.ErrType},
		"another form":       {own("json"), "", core.Misuse, core.RemedyServerURL, layout.ErrForm},
		"no life":            {own("forever"), "", core.Misuse, core.RemedyServerURL, layout.ErrNoLife},
		"may not search":     {limited, "hunter2", core.Misuse, core.RemedyRedisACL, nil},
		"a wrong password":   {limited, "guess", core.Misuse, core.RemedyRedisAuth, nil},
		"nobody answers":     {gone, "", core.Temporary, core.RemedyRedisAway, nil},
		"no such app":        {account(s, kinds.ProductRedisMini, appID, "silenceper", nil), "", core.Temporary, core.RemedyServerEmpty, layout.ErrMissing},
		"no such layout":     {account(s, kinds.ProductRedisChannel, appID, "silenceper", nil), "", core.Misuse, core.RemedyServerURL, nil},
		"a digest is needed": {account(s, kinds.ProductRedisOfficial, appID, "powerwechat", nil), "", core.Misuse, core.RemedyServerURL, nil},
		"an AppID is needed": {account(s, kinds.ProductRedisOfficial, "", "silenceper", nil), "", core.Misuse, core.RemedyServerURL, nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := fetch(t, rediscache.Options{}, tt.a, tt.password)
			var e *core.Error
			if !errors.As(err, &e) || e.Class != tt.class || e.Remedy != tt.remedy || tt.cause != nil && !errors.Is(err, tt.cause) {
				t.Fatalf("%v", err)
			}
			if text := e.Error(); strings.Contains(text, "hunter2") || strings.Contains(text, "guess") || strings.Contains(text, token[:20]) || strings.Contains(text, "forever") {
				t.Errorf("the error tells too much: %s", text)
			}
		})
	}
}

// Two applications of a corp, whose entries only their secrets tell apart: neither one's
// token is taken for the other's.
func TestTwoApplicationsOfACorp(t *testing.T) {
	s := redistest.Start(t)
	c, ctx := client(t, s), t.Context()
	a := account(s, kinds.ProductRedisWeCom, corpID, "senparc", nil)
	const key = "Senparc:DefaultCache:Container:Senparc.Weixin.Work.Containers.AccessTokenBag:" + corpID + "@"
	c.Set(ctx, key+secret, bagOf(token, time.Hour), 0)
	c.Set(ctx, key+"another-secret", bagOf("ended", -time.Hour), 0)
	if g, err := fetch(t, rediscache.Options{}, a, kinds.NoKey); err != nil || g.Value != token {
		t.Errorf("one that lives: %v", err)
	}
	c.Set(ctx, key+"another-secret", bagOf("other", 2*time.Hour), 0)
	if _, err := fetch(t, rediscache.Options{}, a, kinds.NoKey); err == nil || core.AsError(err).Class != core.Misuse || strings.Contains(err.Error(), secret) {
		t.Errorf("two that live: %v", err)
	}
}

// A URL with a password is refused before anything is saved, and an unencrypted one to
// another machine needs its owner's consent.
func TestURLsThatAreRefused(t *testing.T) {
	set := kinds.Builtin()
	for url, want := range map[string]string{
		"rediss://user@r.example:6379/0": "", "rediss://a,b:1?master=m": "", "unix:///run/redis.sock": "", "redis://127.0.0.1": "", "redis://[::1]:7000": "",
		"redis://r.example": core.ProblemBaseURLHTTPS, "redis://10.0.0.7": core.ProblemBaseURLHTTPS, "redis://127.0.0.1,r.example?cluster=true": core.ProblemBaseURLHTTPS,
		"rediss://user:word@r.example": kinds.ProblemURLPassword, "https://r.example": core.ProblemBaseURL, "r.example:6379": core.ProblemBaseURL, "rediss://": core.ProblemBaseURL,
	} {
		a := set.Clean(core.Account{Name: "shop", Env: core.Sandbox, Kind: kinds.Redis, BaseURL: url, AppID: appID, Params: core.ParamsOf(map[string]string{kinds.RedisLayout: "silenceper"})})
		got := ""
		for _, p := range set.Check(a).Fatal() {
			got += p.Key
		}
		if got != want {
			t.Errorf("%s: %q, want %q", url, got, want)
		}
		if strings.Contains(set.Check(a).Error(), "word@") {
			t.Errorf("the password is repeated")
		}
	}
	agreed := core.ParamsOf(map[string]string{kinds.RedisLayout: "silenceper", "private_redis": "true"})
	for url, want := range map[string]string{
		"redis://10.0.0.7": "", "redis://203.0.113.7": core.ProblemBaseURLHTTPS,
		"redis://10.0.0.7,10.0.0.8?cluster=true": "", "redis://10.0.0.7,203.0.113.7?cluster=true": core.ProblemBaseURLHTTPS,
	} {
		got := ""
		for _, p := range set.Check(set.Clean(core.Account{Name: "shop", Env: core.Sandbox, Kind: kinds.Redis, BaseURL: url, AppID: appID, Params: agreed})).Fatal() {
			got += p.Key
		}
		if got != want {
			t.Errorf("%s, agreed: %q, want %q", url, got, want)
		}
	}
	spec, _ := set.Of(kinds.Redis)
	at := func(url string) core.Destination {
		return spec.Destination(core.Account{Kind: kinds.Redis, BaseURL: url})
	}
	for _, other := range []string{"rediss://b", "redis://a", "rediss://a,b?master=m", "rediss://you@a", "rediss://a?ca=/x"} {
		if at("rediss://a/1").Takes(at(other)) {
			t.Errorf("the password for rediss://a goes to %s", other)
		}
	}
	if !at("rediss://a/1").Takes(at("rediss://a/2")) {
		t.Error("another database of the same server is another server")
	}
}

// The kind offers what package layout knows.
func TestTheLayoutsOfTheKind(t *testing.T) {
	spec, _ := kinds.Builtin().Of(kinds.Redis)
	f, _ := spec.Field(kinds.RedisLayout)
	offered, known := slices.Sorted(slices.Values(f.Choices)), slices.Sorted(slices.Values(layout.IDs()))
	if !slices.Equal(offered, known) {
		t.Errorf("offered are %v, known %v", offered, known)
	}
	if w := layout.WritableIDs(); !slices.Equal(kinds.WritableLayouts(), w) {
		t.Errorf("a push can write %v, and offers %v", w, kinds.WritableLayouts())
	}
	for _, app := range kinds.PushFamilies() {
		if l, ok := layout.Of("wxjava", layout.App(app)); !ok || !l.Writable {
			t.Errorf("nothing is written for %s", app)
		}
	}
}
