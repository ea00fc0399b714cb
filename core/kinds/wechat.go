package kinds

import (
	"time"

	"tokentray/core"
)

// What to do about an empty field; ui/text says it too.
const (
	SaysCopyAppID     = "copy the AppID from the WeChat console"
	SaysCopyAppSecret = "copy the AppSecret from the WeChat console"
)

// The kinds of WeChat: Official Accounts, test accounts and Mini Programs. Both
// take an AppID and its AppSecret; their tokens live beside each other.
const (
	WeChat       core.Kind = "wechat"        // POST /cgi-bin/stable_token
	WeChatLegacy core.Kind = "wechat-legacy" // GET /cgi-bin/token
)

// The products of WeChat.
const (
	ProductOfficial core.Product = "official" // 公众号, 服务号
	ProductTest     core.Product = "test"     // 测试号
	ProductMini     core.Product = "mini"     // 小程序, 小游戏
	ProductOther    core.Product = "other"
)

// Problems that the fields of WeChat can have.
const (
	ProblemAppIDGH     = "appid_gh"
	ProblemAppIDChars  = "appid_chars"
	ProblemAppIDSecret = "appid_secret"
	ProblemAppIDOdd    = "appid_odd" // a warning
	ProblemSecretChars = "secret_chars"
	ProblemSecretOdd   = "secret_odd" // a warning
)

// WeChat's rules for its tokens: a new stable token can be had in the last 300 s of
// the current one, and a replaced token of either kind lives at most 300 s more. A
// stable token can be forced 20 times a day, 30 s apart.
const (
	wechatWindow   = 300 * time.Second
	wechatOverlap  = 300 * time.Second
	wechatForceGap = 30 * time.Second
)

// beijing is where WeChat's days begin. China keeps no summer time.
const beijing core.Zone = "+08:00"

func wechat() Spec {
	const day = 500_000 // calls of stable_token that an AppID has
	return wechatSpec(Spec{
		Kind: WeChat, Default: true, Family: "wechat",
		Traits: core.Traits{
			Repeat: core.RepeatSame, Window: wechatWindow, Overlap: wechatOverlap,
			ForceBudget: 20, ForceGap: wechatForceGap, Day: beijing,
		},
		// Whether test accounts have stable_token is not documented. These refusals
		// would mean that they do not: of the AppID, of the interface, and those of
		// 61xxx except 61004, which is about the caller's address.
		Fallback: &Fallback{
			Kind: WeChatLegacy, Products: []core.Product{ProductTest},
			Codes: []Span{{40013, 40013}, {48001, 48001}, {61000, 61003}, {61005, 61999}},
		},
	}, map[core.Product]int{ProductOfficial: day, ProductTest: day, ProductMini: day})
}

// wechatLegacy makes a new token at each call, which kills the one before. The quota
// of Mini Programs is not published.
func wechatLegacy() Spec {
	return wechatSpec(Spec{
		Kind: WeChatLegacy, Family: "wechat", Sibling: WeChat,
		Traits: core.Traits{Repeat: core.RepeatDestructive, Window: wechatWindow, Overlap: wechatOverlap, Day: beijing},
	}, map[core.Product]int{ProductOfficial: 2000, ProductTest: 200})
}

// wechatSpec fills in what both kinds share.
func wechatSpec(s Spec, quota map[core.Product]int) Spec {
	s.Names = []string{"wx", "wechat", "weixin", "微信"}
	s.Codes = []int{
		40003, 40007, 40029, 40037, 40066, 40097, 40163, 40226, 41001, 41030, 43002, 43004, 43101, 44002,
		45002, 45015, 45028, 45047, 46003, 47001, 47003, 48004, 48006, 50001, 87014, 88000,
	}
	s.Diagnosis = "https://developers.weixin.qq.com/console/devtools/debug?tab=errorDiag"
	s.CodePage = "https://developers.weixin.qq.com/doc/oplatform/developers/errCode/"
	s.BaseURL, s.Hosts = "https://api.weixin.qq.com", []string{"weixin.qq.com"}
	s.Fields = []Field{
		{
			Key: AppID, Input: Text, Required: true, Missing: "is empty; " + SaysCopyAppID, Hint: "wx…", Names: []string{"appid", "开发者id", "应用id"},
			Checks: []Check{
				{Never: `^gh_`, Problem: ProblemAppIDGH, Says: "starts with gh_, which is the original ID; the AppID starts with wx"},
				{Match: `^[!-~]{1,128}$`, Problem: ProblemAppIDChars, Says: "holds blanks, invisible characters or others than ASCII, or is too long; copy the AppID again"},
				{Never: `^[0-9a-f]{32}$`, Problem: ProblemAppIDSecret, Says: "looks like an AppSecret; enter that by itself and copy the AppID from the WeChat console"},
				{Match: `^wx[0-9a-f]{16}$`, Problem: ProblemAppIDOdd, Warn: true}, // all that were seen; WeChat promises nothing
			},
		},
		{
			Key: Secret, Input: SecretText, Required: true, Missing: "is empty; " + SaysCopyAppSecret, Names: []string{"appsecret", "secret", "secretkey", "开发者密码", "小程序密钥", "公众号密钥"},
			Checks: []Check{
				{Match: `^[!-~]+$`, Problem: ProblemSecretChars, Says: "holds blanks or control characters inside; copy the AppSecret again"},
				{Match: `^[0-9a-f]{32}$`, Problem: ProblemSecretOdd, Warn: true},
			},
		},
		{Key: BaseURL, Input: URL, Rare: true, Names: []string{"baseurl", "apihost", "apihosturl", "apibase", "apibaseurl", "baseuri", "apidomain", "apiserver", "apiendpoint", "apigateway", "apiaddress"}},
		{Key: APIURL, Input: URL, Rare: true, Hint: "https://api…"},
	}
	officialPaths := []string{
		"/cgi-bin/menu/get",
		"/cgi-bin/user/get",
		"/cgi-bin/ticket/getticket?type=jsapi",
		"/cgi-bin/message/template/send",
		"/cgi-bin/material/get_materialcount",
	}
	s.Products = []Product{
		{
			Product: ProductOfficial, Console: "https://developers.weixin.qq.com/platform",
			Paths: officialPaths, Names: []string{"mp", "gzh", "official", "公众号", "服务号", "订阅号"}, Family: "official-account",
		},
		{ // production has no test accounts
			Product: ProductTest, Env: core.Sandbox, Console: "https://mp.weixin.qq.com/debug/cgi-bin/sandbox?t=sandbox/login",
			Paths: officialPaths, Names: []string{"测试号"}, Family: "official-account",
		},
		{
			Product: ProductMini, Console: "https://mp.weixin.qq.com/",
			Paths: []string{
				"/wxa/getwxacodeunlimit",
				"/wxa/business/getuserphonenumber",
				"/cgi-bin/message/subscribe/send",
				"/wxa/msg_sec_check",
			},
			Names: []string{"mini", "miniapp", "miniprogram", "ma", "xcx", "weapp", "applet", "mpweixin", "小程序", "小游戏"}, Family: "mini-program",
		},
		{Product: ProductOther, Console: "https://mp.weixin.qq.com/"},
	}
	for i, p := range s.Products {
		s.Products[i].Quota = quota[p.Product]
	}
	s.Token = Place{Query: "access_token"}
	s.TryPath = "/cgi-bin/get_api_domain_ip"
	s.Samples = wechatSamples()
	s.Dead = []Answer{{Field: "errcode", Values: []string{"40001", "40014", "42001"}}}
	s.Reads, s.Closed = wechatReads(), wechatClosed()
	s.Tickets = wechatTickets()
	s.Door = wechatDoor()
	s.Meter = &Meter{Paths: []string{"/cgi-bin/stable_token"}, Resets: 10}
	if s.Kind == WeChatLegacy {
		s.Meter.Paths = []string{"/cgi-bin/token"}
	}
	return s
}

// wechatTickets is the ticket of Official Accounts. Mini Programs have no pages.
func wechatTickets() []Ticket {
	return []Ticket{{
		Name: "jsapi", Products: []core.Product{ProductOfficial, ProductTest},
		Path: "/cgi-bin/ticket/getticket", Query: []Pair{{"type", "jsapi"}},
		Call: "wx.config",
		Config: []Pair{
			{"debug", "false"},
			{"appId", "{appid}"},
			{"timestamp", ConfigTimestamp},
			{"nonceStr", ConfigNonce},
			{"signature", ConfigSignature},
			{"jsApiList", `["checkJsApi"]`},
		},
		Checker: "https://mp.weixin.qq.com/debug/cgi-bin/sandbox?t=jsapisign",
	}}
}

// wechatDoor are WeChat's two calls for a token. Either of them serves accounts of
// either kind: a client needs the token and does not care how it was made.
func wechatDoor() *Door {
	grant := []Pair{{"grant_type", "client_credential"}} // WeChat's own spelling
	return &Door{
		Paths: []TokenPath{
			{
				Method: "GET", Path: "/cgi-bin/token", Reads: InQuery, ID: "appid", Secret: "secret", Fixed: grant,
				WrongMethod: Refusal{43001, "require GET method"},
			},
			{
				Method: "POST", Path: "/cgi-bin/stable_token", Reads: InJSON, ID: "appid", Secret: "secret", Force: "force_refresh", ForceGap: wechatForceGap, Fixed: grant,
				WrongMethod: Refusal{43002, "require POST method"},
			},
		},
		ContentType: "application/json; encoding=utf-8", // the parameter is WeChat's own invention
		Code:        "errcode", Text: "errmsg",
		Refusals: map[Reason]Refusal{
			NoSuchPath: {40066, "invalid url"},
			BadData:    {47001, "data format error"},
			BadFixed:   {40002, "invalid grant_type"},
			NoID:       {41002, "appid missing"},
			NoSecret:   {41004, "appsecret missing"},
			BadKey:     {40125, "invalid appsecret"},
			BadID:      {40013, "invalid appid"},
			TooMany:    {45011, "api minute-quota reach limit  mustslower  retry next minute"},
		},
		Codes: map[core.Class]int{
			core.NotFound:  40013,
			core.Invalid:   40013,
			core.BadSecret: 40125,
			core.Whitelist: 40164,
			core.Confirm:   89503,
			core.Quota:     45009,
			core.Frozen:    50002,
			core.Misuse:    48001,
		},
		SDKs: []string{"co-wechat-api", "easywechat", "silenceper", "wxjava"},
		Else: -1, // system error: the client tries again
	}
}
