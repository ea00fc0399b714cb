package kinds

import (
	"time"

	"tokentray/core"
)

// SaysCopySecret is what to do about an empty field; ui/text says it too.
const SaysCopySecret = "copy the application's Secret from WeCom's console"

// WeCom is the kind of WeCom's applications (企业微信): GET /cgi-bin/gettoken, a
// token for each secret of a corp.
const WeCom core.Kind = "wecom"

// The products of WeCom. They differ in the console that shows the secret; the call
// for a token is the same.
const (
	ProductCorpOwn     core.Product = "corp-own"     // 自建应用, and the secrets of contacts and customers
	ProductCorpManaged core.Product = "corp-managed" // 代开发应用: a service provider's, of another corp
)

// The fields of WeCom beside AppID, which holds the CorpID, and secret. An
// application has a number; the secrets of contacts and customers have none, and are
// told apart by a label.
const (
	wecomAgent = "agent"
	wecomLabel = "label"
)

// wecomWindow says that a token is asked for after the one before has ended: until
// then WeCom returns that one again, and asks not to be called often.
const wecomWindow = time.Millisecond

func wecom() Spec {
	const console = "https://work.weixin.qq.com/wework_admin/frame#apps"
	return Spec{
		Kind: WeCom, Family: "wecom", Names: []string{"wecom", "cp", "qywx", "qyweixin", "wxwork", "workwx", "wechatwork", "wework", "wxcp", "企业微信", "企微"},
		BaseURL: "https://qyapi.weixin.qq.com", Hosts: []string{"qyapi.weixin.qq.com", "work.weixin.qq.com"},
		Fields: []Field{
			{
				Key: AppID, Input: Text, Required: true, Groups: true, Missing: "is empty; copy the CorpID from WeCom's console", Hint: "ww…",
				Alias: "corpid", Names: []string{"corpid", "企业id"},
				Checks: []Check{
					{Match: `^[!-~]{1,128}$`, Problem: ProblemAppIDChars, Says: "holds blanks, invisible characters or others than ASCII, or is too long; copy the CorpID again"},
					{Never: `^[0-9A-Za-z_-]{43}$`, Problem: ProblemAppIDSecret, Says: "looks like a secret; enter that by itself and copy the CorpID from WeCom's console"},
					{Match: `^ww[0-9a-f]{16}$`, Problem: ProblemAppIDOdd, Warn: true}, // older ones begin with wx, those of 代开发 with wp
				},
			},
			{
				Key: wecomAgent, Input: Text, Required: true, Identity: true, Instead: wecomLabel, Missing: "is empty; enter the application's AgentId, or a label for a secret that has none", Hint: "1000002",
				Names:  []string{"agentid", "agent", "corpagentid"},
				Checks: []Check{{Match: `^(0|[1-9][0-9]{0,9})$`, Problem: "agent_number", Says: "must be the application's AgentId, a number"}},
			},
			{
				Key: wecomLabel, Input: Text, Identity: true, Instead: wecomAgent,
				Checks: []Check{{Match: `^[^\pC]{1,100}$`, Problem: "label_long", Says: "must be a line of at most 100 characters"}},
			},
			{
				Key: Secret, Input: SecretText, Required: true, Missing: "is empty; " + SaysCopySecret,
				Names: []string{"corpsecret", "secret", "agentsecret", "应用密钥"},
				Checks: []Check{
					{Match: `^[!-~]+$`, Problem: ProblemSecretChars, Says: "holds blanks or control characters inside; copy the secret again"},
					{Match: `^[0-9A-Za-z_-]{43}$`, Problem: ProblemSecretOdd, Warn: true},
				},
			},
			{Key: BaseURL, Input: URL, Rare: true, Names: []string{"baseurl", "baseapiurl", "apihost", "apihosturl", "apibase", "apibaseurl", "baseuri", "apidomain", "apiserver", "apiendpoint", "apigateway", "apiaddress"}},
			{Key: APIURL, Input: URL, Rare: true, Hint: "https://api…"},
		},
		Products: []Product{
			{Product: ProductCorpOwn, Console: console, Paths: wecomPaths(), Names: []string{"自建应用"}, Family: "work"},
			{Product: ProductCorpManaged, Console: console, Paths: wecomPaths(), Names: []string{"代开发应用", "代开发"}, Family: "work"},
		},
		Traits: core.Traits{Repeat: core.RepeatSame, Window: wecomWindow, Day: beijing},
		Token:  Place{Query: "access_token"}, TryPath: "/cgi-bin/get_api_domain_ip",
		Samples: wecomSamples(),
		Codes:   []int{40003, 40029, 40058, 41001, 41011, 46004, 60003, 60102, 60111, 60123, 81013, 84061, 93000},
		Dead:    []Answer{{Field: "errcode", Values: []string{"40014", "42001"}}},
		Reads:   wecomReads(), Closed: wecomClosed(),
		Tickets: wecomTickets(),
		Door:    wecomDoor(),
	}
}

// wecomTickets are the corp's ticket, for wx.config, and the application's, for
// wx.agentConfig. The application's needs the token of that very application, so a
// secret without an AgentId has none.
func wecomTickets() []Ticket {
	const checker = "https://work.weixin.qq.com/api/jsapisign"
	return []Ticket{
		{
			Name: "corp", Path: "/cgi-bin/get_jsapi_ticket", Call: "wx.config",
			Config: []Pair{
				{"beta", "true"}, // without it calls by wx.invoke fail
				{"debug", "false"},
				{"appId", "{appid}"},
				{"timestamp", ConfigTimestamp},
				{"nonceStr", ConfigNonce},
				{"signature", ConfigSignature},
				{"jsApiList", `["checkJsApi"]`},
			},
			Checker: checker,
		},
		{
			Name: "agent", Needs: wecomAgent, Path: "/cgi-bin/ticket/get", Query: []Pair{{"type", "agent_config"}}, Call: "wx.agentConfig",
			Config: []Pair{
				{"corpid", "{appid}"},
				{"agentid", "{" + wecomAgent + "}"},
				{"timestamp", ConfigTimestamp},
				{"nonceStr", ConfigNonce},
				{"signature", ConfigSignature},
				{"jsApiList", `["selectExternalContact"]`},
			},
			Checker: checker,
		},
	}
}

// wecomDoor is WeCom's call for a token. Unlike WeChat's, a success has an errcode.
func wecomDoor() *Door {
	return &Door{
		Paths: []TokenPath{{
			Method: "GET", Path: "/cgi-bin/gettoken", Reads: InQuery, ID: "corpid", Secret: "corpsecret",
			WrongMethod: Refusal{43001, "require GET method"},
		}},
		ContentType: "application/json; charset=UTF-8",
		Code:        "errcode", Text: "errmsg",
		OK: &Refusal{0, "ok"},
		Refusals: map[Reason]Refusal{
			NoSuchPath: {40066, "invalid url"},
			BadData:    {40035, "invalid parameter"},
			BadFixed:   {40035, "invalid parameter"},
			NoID:       {41002, "corpid missing"},
			NoSecret:   {41004, "corpsecret missing"},
			BadKey:     {40001, "invalid credential"},
			BadID:      {40013, "invalid corpid"},
			TooMany:    {45009, "api freq out of limit"},
		},
		Codes: map[core.Class]int{
			core.NotFound:  40013,
			core.Invalid:   40013,
			core.BadSecret: 40001,
			core.Whitelist: 60020,
			core.Confirm:   60020,
			core.Quota:     45009,
			core.Frozen:    50003,
			core.Misuse:    48002,
		},
		Else: -1, // system busy: the client tries again
	}
}

func wecomPaths() []string {
	return []string{"/cgi-bin/agent/get", "/cgi-bin/user/get", "/cgi-bin/department/list", "/cgi-bin/message/send"}
}

// wecomSamples are WeCom's calls to begin with.
func wecomSamples() []Folder {
	return []Folder{
		{Key: "token", Calls: []Call{
			{Key: "domain_ip", Method: "GET", Path: "/cgi-bin/get_api_domain_ip"},
		}},
		{Key: "wecom", Calls: []Call{
			{Key: "wecom_agent", Method: "GET", Path: "/cgi-bin/agent/get", Query: []Pair{{"agentid", "{{agentid}}"}}},
			{Key: "wecom_departments", Method: "GET", Path: "/cgi-bin/department/simplelist"},
		}},
		{Key: "wecom_write", Calls: []Call{
			{Key: "wecom_message", Method: "POST", Path: "/cgi-bin/message/send", Body: `{
  "touser": "{{userid}}",
  "msgtype": "text",
  "agentid": "{{agentid}}",
  "text": {
    "content": "Hello from TokenTray"
  }
}`},
		}},
	}
}

// wecomReads are the calls that change nothing. WeCom reads by POST as well.
func wecomReads() []Pattern {
	return []Pattern{
		{"GET", "/cgi-bin/get_api_domain_ip"},
		{"GET", "/cgi-bin/getcallbackip"},
		{"GET", "/cgi-bin/agent/get"},
		{"GET", "/cgi-bin/agent/list"},
		{"GET", "/cgi-bin/menu/get"},

		{"GET", "/cgi-bin/user/get"},
		{"GET", "/cgi-bin/user/simplelist"},
		{"GET", "/cgi-bin/user/list"},
		{"POST", "/cgi-bin/user/list_id"},
		{"GET", "/cgi-bin/department/get"},
		{"GET", "/cgi-bin/department/list"},
		{"GET", "/cgi-bin/department/simplelist"},
		{"GET", "/cgi-bin/tag/get"},
		{"GET", "/cgi-bin/tag/list"},

		{"GET", "/cgi-bin/externalcontact/get_follow_user_list"},
		{"GET", "/cgi-bin/externalcontact/list"},
		{"GET", "/cgi-bin/externalcontact/get"},
		{"POST", "/cgi-bin/externalcontact/batch/get_by_user"},
		{"POST", "/cgi-bin/externalcontact/get_corp_tag_list"},
		{"POST", "/cgi-bin/externalcontact/groupchat/list"},
		{"POST", "/cgi-bin/externalcontact/groupchat/get"},

		{"GET", "/cgi-bin/appchat/get"},
		{"GET", "/cgi-bin/media/get"},
		{"GET", "/cgi-bin/media/get/jssdk"},
	}
}

// wecomClosed are the calls that answer with a token, a ticket or a session's key,
// or spend a code from a person's sign-in.
func wecomClosed() []Pattern {
	return []Pattern{
		{"", "/cgi-bin/gettoken"},
		{"", "/cgi-bin/get_jsapi_ticket"},
		{"", "/cgi-bin/ticket/get"},
		{"", "/cgi-bin/service/*"},
		{"", "/cgi-bin/corpgroup/corp/gettoken"},
		{"", "/cgi-bin/miniprogram/jscode2session"},
		{"", "/cgi-bin/miniprogram/transfer_session"},
		{"", "/cgi-bin/user/getuserinfo"},
		{"", "/cgi-bin/auth/*"},
	}
}
