package kinds

import (
	"time"

	"tokentray/core"
)

// SaysServerURL is what to do about an empty field; ui/text says it too.
const SaysServerURL = "enter the URL at which the team's server gives the token"

// Central is the kind of tokens from a team's own server (中控服务器): only the server
// asks the upstream, and everybody else asks the server. Base URL is the URL of the
// call, without its query.
const Central core.Kind = "central"

// The products of Central are the platforms of the tokens. They differ in where
// calls go.
const (
	ProductCentralWeChat core.Product = "central-wechat"
	ProductCentralWeCom  core.Product = "central-wecom"
	ProductCentralOther  core.Product = "central-other"
)

// The fields of Central beside base URL and secret, which is the key for the server.
const (
	CentralQuery     = "query"        // further parameters of the call
	CentralMethod    = "method"       // GET or POST
	CentralKeyPlace  = "key_place"    // where the key goes: one of the places below
	CentralKeyName   = "key_name"     // the name of the header or parameter that has it
	CentralAnswer    = "answer"       // what the answer looks like: one of the forms below
	CentralTokenPath = "token_path"   // for AnswerJSON: the path of the token
	CentralLifePath  = "life_path"    // and of its life, or its end
	CentralStaleURL  = "stale_url"    // where a failed token is reported
	CentralStaleName = "stale_name"   // the parameter with that token, or NAME=VALUE
	CentralPoll      = "poll"         // seconds between two calls if the answers tell no life
	centralHTTP      = "private_http" // plain http to private addresses is allowed
)

// The places of a key.
const (
	KeyInHeader = "header"
	KeyInQuery  = "query"
	KeyInJSON   = "json" // of a POST, whose parameters are then JSON
)

// The forms of an answer.
const (
	AnswerWeChat = "wechat" // {"access_token","expires_in"}, or an errcode
	AnswerJSON   = "json"   // other JSON, by paths
	AnswerText   = "text"   // the token and nothing else
)

// CentralWindow is how long before its end the server is asked for the next token.
// By then the server has it, if it renews in time.
const CentralWindow = time.Minute

func central() Spec {
	path := []Check{{Match: `^[^\s.]+(\.[^\s.]+)*$`, Problem: "path_chars", Says: "must be names with dots between, such as data.access_token"}}
	return Spec{
		Kind: Central, Names: []string{"central", "中控", "tokenserver"},
		Endpoint: true, PrivateHTTP: centralHTTP,
		Fields: []Field{
			{
				Key: BaseURL, Input: URL, Required: true, Missing: "is empty; " + SaysServerURL, Hint: "https://…",
				Names: []string{"centralurl", "centraltokenurl", "centralserverurl", "centralapiurl", "tokenserverurl", "中控地址", "中控服务器地址"},
			},
			{
				Key: Secret, Input: SecretText, Names: []string{"centralkey", "centraltokenkey", "centralserverkey", "centralapikey", "centralsecret", "tokenserverkey", "中控密钥"},
				Checks: []Check{{Match: `^[ -~]+$`, Problem: ProblemSecretChars, Says: "holds control characters or letters beyond ASCII; copy the key again"}},
			},
			{Key: CentralQuery, Input: Pairs, Identity: true, Hint: "appid=…&…", Names: []string{"centralquery", "tokenserverquery"}},
			{Key: APIURL, Input: URL, Rare: true, Hint: "https://api…"},
			{Key: CentralMethod, Input: Choice, Rare: true, Choices: []string{"GET", "POST"}},
			{Key: CentralKeyPlace, Input: Choice, Rare: true, Choices: []string{KeyInHeader, KeyInQuery, KeyInJSON}},
			{
				Key: CentralKeyName, Input: Text, Rare: true, Hint: "Authorization",
				Checks: []Check{{Match: `^[A-Za-z0-9_-]{1,100}$`, Problem: "key_name_chars", Says: "must be letters, digits, dash and underscore"}},
			},
			{Key: CentralAnswer, Input: Choice, Rare: true, Identity: true, Choices: []string{AnswerWeChat, AnswerJSON, AnswerText}},
			{Key: CentralTokenPath, Input: Text, Rare: true, Identity: true, Hint: "data.access_token", Checks: path},
			{Key: CentralLifePath, Input: Text, Rare: true, Hint: "data.expires_in", Checks: path},
			{Key: CentralStaleURL, Input: URL, Rare: true, Hint: "https://…/refresh"},
			{
				Key: CentralStaleName, Input: Text, Rare: true, Hint: "stale",
				Checks: []Check{{Match: `^[A-Za-z0-9_-]{1,100}(=[A-Za-z0-9_-]{1,100})?$`, Problem: "stale_name", Says: "must be the name of a parameter, or NAME=VALUE"}},
			},
			{
				Key: CentralPoll, Input: Text, Rare: true, Hint: "300",
				Checks: []Check{{Match: `^([3-9][0-9]|[1-9][0-9]{2,4})$`, Problem: "poll", Says: "must be seconds, from 30 to 99999"}},
			},
			{Key: centralHTTP, Input: Bool, Rare: true},
		},
		Products: []Product{
			{Product: ProductCentralWeChat, APIBase: "https://api.weixin.qq.com", Paths: []string{"/cgi-bin/getcallbackip"}},
			{Product: ProductCentralWeCom, APIBase: "https://qyapi.weixin.qq.com", Paths: []string{"/cgi-bin/getcallbackip"}},
			{Product: ProductCentralOther, NoCheck: true},
		},
		// Anytime: the server may have another token whenever it is asked.
		Traits:  core.Traits{Repeat: core.RepeatSame, Window: CentralWindow, Anytime: true},
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
