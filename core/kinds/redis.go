package kinds

import (
	"time"

	"tokentray/core"
)

// Redis is the kind of tokens that a backend keeps in its Redis: the backend's SDK
// renews them, and TokenTray reads them. Base URL is the URL of the Redis, and the
// secret is the password of its user. core/layout knows how SDKs store a token.
const Redis core.Kind = "redis"

// The products of Redis are the families of apps. SDKs build keys from them.
const (
	ProductRedisOfficial   core.Product = "redis-official"
	ProductRedisMini       core.Product = "redis-mini"
	ProductRedisWeCom      core.Product = "redis-wecom"
	ProductRedisComponent  core.Product = "redis-component"
	ProductRedisAuthorizer core.Product = "redis-authorizer"
	ProductRedisSuite      core.Product = "redis-suite"
	ProductRedisProvider   core.Product = "redis-provider"
	ProductRedisChannel    core.Product = "redis-channel"
	ProductRedisOther      core.Product = "redis-other"
)

// The fields of Redis beside base URL, AppID and secret.
const (
	RedisLayout    = "layout"     // how the SDK stores the token: a name of package layout
	RedisPrefix    = "key_prefix" // the prefix of the SDK's own key
	RedisAgent     = wecomAgent
	RedisComponent = "component" // the AppID of the third-party platform
	RedisDigest    = "digest"    // the start of the key's digest, if the AppID is not in the key
	RedisKey       = "redis_key" // the whole key, for layouts without a fixed one
	redisPlain     = "private_redis"
)

// RedisNoPrefix means an empty prefix instead of the SDK's own.
const RedisNoPrefix = "-"

// RedisNoAgent means a key without an agent's number, of a push.
const RedisNoAgent = "-"

// RedisWindow is how long before its end the next token is looked for. Until then
// the backend has no other one.
const RedisWindow = time.Minute

func redis() Spec {
	const wechat, wecom = "https://api.weixin.qq.com", "https://qyapi.weixin.qq.com"
	try := []string{"/cgi-bin/getcallbackip"}
	return Spec{
		Kind: Redis, Names: []string{"redis", "缓存"},
		Endpoint: true, Schemes: []string{"rediss", "redis", "unix"}, PrivateHTTP: redisPlain,
		Fields: []Field{
			{
				Key: BaseURL, Input: URL, Required: true, Missing: "is empty; enter the URL of the Redis, without a password", Hint: "rediss://user@host:6379/0",
				Names: []string{"redisurl", "redisaddr", "redis地址"},
			},
			{Key: Secret, Input: SecretText, Names: []string{"redispassword", "redispass", "redis密码"}},
			{Key: RedisLayout, Input: Choice, Required: true, Identity: true, Choices: redisLayouts()},
			{
				Key: AppID, Input: Text, Hint: "wx…", Names: []string{"redisappid"},
				Checks: []Check{{Match: `^[A-Za-z0-9_-]{1,128}$`, Problem: "redis_appid", Says: "must be letters, digits, dash and underscore"}},
			},
			{
				Key: RedisAgent, Input: Text, Rare: true, Identity: true, Hint: "1000002",
				Checks: []Check{{Match: `^[A-Za-z0-9_-]{1,64}$`, Problem: "redis_agent", Says: "must be letters, digits, dash and underscore"}},
			},
			{
				Key: RedisComponent, Input: Text, Rare: true, Identity: true, Hint: "wx…",
				Checks: []Check{{Match: `^[A-Za-z0-9_-]{1,128}$`, Problem: "redis_appid", Says: "must be letters, digits, dash and underscore"}},
			},
			{
				Key: RedisPrefix, Input: Text, Rare: true, Identity: true, Hint: "laravel_database_",
				Checks: []Check{{Match: `^[!-~]{1,200}$`, Problem: "redis_prefix", Says: "must be printable, without blanks"}},
			},
			{
				Key: RedisDigest, Input: Text, Rare: true, Identity: true, Hint: "4ed6a2e3",
				Checks: []Check{{Match: `^[0-9a-f]{6,32}$`, Problem: "redis_digest", Says: "must be the first 6 to 32 hexadecimal digits of the key's digest"}},
			},
			{
				Key: RedisKey, Input: Text, Rare: true, Identity: true, Hint: "shop:access_token",
				Checks: []Check{
					{Match: `^[^\x00-\x1f\x7f]{1,500}$`, Problem: "redis_key", Says: "must be the name of a key, without control characters"},
					{
						Never: `(official_account|mini_app|work|open_work)(\.[a-z_]+)?\.access_token\.[^.]+\.[^.]+|AccessTokenBag:[^@]+@.`, Problem: "redis_key_secret",
						Says: "holds an AppSecret; choose the layout of the SDK, which finds such keys by itself",
					},
				},
			},
			{Key: APIURL, Input: URL, Rare: true, Hint: "https://api…"},
			{Key: redisPlain, Input: Bool, Rare: true},
		},
		Products: []Product{
			{Product: ProductRedisOfficial, Family: "official-account", APIBase: wechat, Paths: try},
			{Product: ProductRedisMini, Family: "mini-program", APIBase: wechat, Paths: try},
			{Product: ProductRedisWeCom, Family: "work", APIBase: wecom, Paths: try},
			{Product: ProductRedisComponent, Family: "component", APIBase: wechat, NoCheck: true},
			{Product: ProductRedisAuthorizer, Family: "authorizer", APIBase: wechat, Paths: try},
			{Product: ProductRedisSuite, Family: "suite", APIBase: wecom, NoCheck: true},
			{Product: ProductRedisProvider, Family: "provider", APIBase: wecom, NoCheck: true},
			{Product: ProductRedisChannel, Family: "channel", APIBase: wechat, NoCheck: true},
			{Product: ProductRedisOther, NoCheck: true},
		},
		// Anytime: the backend may have another token whenever its Redis is read.
		Traits:  core.Traits{Repeat: core.RepeatSame, Window: RedisWindow, Anytime: true},
		Token:   Place{Query: "access_token"},
		APIBase: "{" + APIURL + "}", TryPath: "/cgi-bin/get_api_domain_ip",
		Samples: []Folder{
			{Key: "token", Calls: []Call{{Key: "domain_ip", Method: "GET", Path: "/cgi-bin/get_api_domain_ip"}}},
		},
		Dead:   []Answer{{Field: "errcode", Values: []string{"40001", "40014", "42001"}}},
		Reads:  append(wechatReads(), wecomReads()...),
		Closed: append(wechatClosed(), wecomClosed()...),
	}
}

// redisLayouts are the names that package layout knows; the adapter's tests compare
// them.
func redisLayouts() []string {
	return []string{
		"silenceper", "silenceper-stable", "powerwechat", "wxjava", "wxjava-hash", "wxjava-old", "wxjava-redisson",
		"senparc", "senparc-hash", "easywechat6", "easywechat5", "wechatpy", "plain", "json", "php",
	}
}

// WritableLayouts are those of redisLayouts that a push can write: their values hold no
// more than the token, in a form that SDKs read.
func WritableLayouts() []string {
	return []string{"silenceper", "silenceper-stable", "powerwechat", "wxjava", "plain", "json", "php"}
}

// PushFamilies are the families of apps whose entries a push can write.
func PushFamilies() []string { return []string{"official-account", "mini-program", "work"} }
