package diagnose_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/central"
	"tokentray/core/diagnose"
	"tokentray/core/kinds"
	"tokentray/core/oauth"
	"tokentray/core/preset"
	"tokentray/core/wechat"
	"tokentray/core/wecom"
)

func knowledge() diagnose.Knowledge {
	known := map[core.Kind]core.Source{}
	for _, of := range []map[core.Kind]core.Source{
		wechat.Sources(wechat.Options{}), wecom.Sources(wecom.Options{}), central.Sources(central.Options{}), oauth.Sources(oauth.Options{}), preset.Sources(preset.Options{}),
	} {
		for kind, source := range of {
			known[kind] = source
		}
	}
	return diagnose.Knowledge{
		Kinds: preset.With(kinds.Builtin()),
		Of: func(k core.Kind) core.Interpreter {
			i, _ := known[k].(core.Interpreter)
			return i
		},
	}
}

// TestWhatPeoplePaste: answers, lines of logs and the texts of SDKs' exceptions.
func TestWhatPeoplePaste(t *testing.T) {
	const rid = "62a1b2c3-0123abcd-89ab0123"
	for name, c := range map[string]struct{ text, want string }{
		"answer, dead token":        {`{"errcode":40001,"errmsg":"invalid credential, access_token is invalid or not latest rid: ` + rid + `"}`, "wechat 40001 temporary/token_dead rid"},
		"answer, wrong secret":      {`{"errcode":40125,"errmsg":"invalid appsecret rid: ` + rid + `"}`, "wechat 40125 credentials/secret rid"},
		"whitelist":                 {`{"errcode":40164,"errmsg":"invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist rid: ` + rid + `"}`, "wechat 40164 whitelist/whitelist rid 203.0.113.9"},
		"whole HTTP answer":         {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"errcode\":48001,\"errmsg\":\"api unauthorized rid: " + rid + "\"}", "wechat 48001 misuse/no_permission rid"},
		"silenceper":                {"GetUserInfo Error , errcode=40164 , errmsg=invalid ip 203.0.113.9, not in whitelist rid: " + rid, "wechat 40164 whitelist/whitelist rid 203.0.113.9"},
		"silenceper, token":         {"get access_token error : errcode=40125 , errormsg=invalid appsecret, rid: " + rid, "wechat 40125 credentials/secret rid"},
		"WxJava":                    {"me.chanjar.weixin.common.error.WxErrorException: 错误代码：40001，错误信息：access_token 无效，微信原始报文：{\"errcode\":40001,\"errmsg\":\"invalid credential, access_token is invalid or not latest rid: " + rid + "\"}\n\tat me.chanjar.weixin.mp.api.impl.BaseWxMpServiceImpl.executeInternal", "wechat 40001 temporary/token_dead rid"},
		"WxJava, no answer":         {"WxErrorException: 错误代码：42001，错误信息：access_token 已过期", "wechat 42001 temporary/token_dead"},
		"WxJava cp":                 {"me.chanjar.weixin.common.error.WxErrorException: 错误代码：60020，错误信息：not allow to access from your ip, hint: [1700000000123456789], from ip: 203.0.113.9, more info at https://open.work.weixin.qq.com/devtool/query?e=60020", "wecom 60020 whitelist/whitelist 203.0.113.9"},
		"EasyWeChat":                {"EasyWeChat\\Kernel\\Exceptions\\HttpException: Failed to get access_token: {\"errcode\":40164,\"errmsg\":\"invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist rid: " + rid + "\"} in /srv/vendor/AccessToken.php:98", "wechat 40164 whitelist/whitelist rid 203.0.113.9"},
		"go-workwx":                 {`workwx: ClientError { Code: 40001, Msg: "invalid credential" }`, "wecom 40001 credentials/secret"},
		"go-workwx, whole message":  {`ClientError { Code: 42001, Msg: "access_token expired, hint: [1], from ip: 203.0.113.9, more info at https://open.work.weixin.qq.com/devtool/query?e=42001" }`, "wecom 42001 temporary/token_dead 203.0.113.9"},
		"wechatpy":                  {"wechatpy.exceptions.WeChatClientException: Error code: 45009, message: reach max api daily quota limit rid: " + rid, "wechat 45009 quota/quota_day rid"},
		"co-wechat-api":             {"{ WeChatAPIError: invalid appid rid: " + rid + "\n    at ...\n  name: 'WeChatAPIError',\n  code: 40013 }", "wechat 40013 credentials/appid rid"},
		"log of JSON":               {`2026/11/28 12:00:00 ERROR call failed {"level":"error","body":"{\"errcode\":45015,\"errmsg\":\"response out of time limit rid: ` + rid + `\"}"}`, "wechat 45015 misuse/unknown_code rid"},
		"our own":                   {"tokentray: upstream refuses this call (errcode 43004) [rid " + rid + "]", "wechat 43004 misuse/unknown_code rid"},
		"Feishu":                    {`{"code":99991663,"msg":"Invalid access token for authorization. Please make a test with correct token.","error":{"log_id":"20261128"}}`, "feishu 99991663 temporary/token_dead, lark 99991663 temporary/token_dead"},
		"DingTalk":                  {`{"requestid":"E1","code":"InvalidAuthentication","message":"不合法的access_token"}`, "dingtalk-new InvalidAuthentication temporary/token_dead"},
		"OAuth":                     {`{"error":"invalid_client","error_description":"Invalid client or Invalid client credentials"}`, "oauth2 invalid_client credentials/secret"},
		"OAuth in a header":         {`WWW-Authenticate: Bearer realm="x", error="invalid_token", error_description="The token expired"`, "oauth2 invalid_token temporary/token_dead"},
		"code alone, one meaning":   {"301007", "wecom 301007 frozen/frozen"},
		"code alone, several":       {" 40001\n", "wechat 40001 temporary/token_dead, wechat 40001 credentials/secret, wecom 40001 credentials/secret, dingtalk 40001 credentials/secret, qq 40001 temporary/token_dead"},
		"code that nobody knows":    {"4000123", " 4000123 misuse/unknown_code"},
		"host tells":                {"POST https://qyapi.weixin.qq.com/cgi-bin/message/send: errcode 81013", "wecom 81013 misuse/unknown_code"},
		"code before its words":     {"failed: 40013: invalid appid", "wechat 40013 credentials/appid, wecom 40013 credentials/appid, qq 40013 credentials/appid"},
		"nested":                    {`{"data":{"error_code":2190008,"description":"access_token过期"},"message":"error"}`, "douyin 2190008 temporary/token_dead"},
		"answer without errmsg":     {`{"errcode":"42001"}`, "wechat 42001 temporary/token_dead, wecom 42001 temporary/token_dead, dingtalk 42001 temporary/token_dead, qq 42001 temporary/token_dead"},
		"DingTalk, inner code":      {`{"errcode":88,"sub_code":"40014","sub_msg":"不合法的access_token","errmsg":"ding talk error"}`, "dingtalk 40014 temporary/token_dead"},
		"its number":                {`{"errcode":88,"sub_code":40014,"errmsg":"ding talk error"}`, "dingtalk 40014 temporary/token_dead"},
		"in its message":            {`{"errcode":88,"errmsg":"ding talk error[subcode=40014,submsg=不合法的access_token]"}`, "dingtalk 40014 temporary/token_dead"},
		"in a line of a log":        {"ERROR errcode=88 errmsg=ding talk error[subcode=40014,submsg=不合法的access_token]", "dingtalk 40014 temporary/token_dead"},
		"the inner code alone":      {"subcode=40014", "wechat 40014 temporary/token_dead, wecom 40014 temporary/token_dead, dingtalk 40014 temporary/token_dead, qq 40014 temporary/token_dead"},
		"an inner code of nobody":   {`{"errcode":88,"sub_code":"isv.nothing","errmsg":"dingtalk: no permission"}`, "dingtalk 88 misuse/no_permission"},
		"Kuaishou, expired":         {`{"result":100200108,"error":"expired_token","error_msg":"access_token expired"}`, "kuaishou 100200108 temporary/token_dead"},
		"Huawei, dead":              {`{"code":"80200003","msg":"OAuth token expired","requestId":"0"}`, "huawei 80200003 temporary/token_dead"},
		"Huawei, as it answers":     {`{"code":"80200001","msg":"Oauth authentication error","requestId":"0"}`, "huawei 80200001 temporary/token_dead"},
		"OAuth is named":            {`oauth2: cannot fetch token: {"code":"4711"}`, "oauth2 4711 misuse/unknown_code"},
		"page of the code in WeCom": {"errcode: 48002, more info at https://open.work.weixin.qq.com/devtool/query?e=48002", "wecom 48002 misuse/no_permission"},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := knowledge().Explain(c.text, "")
			if err != nil {
				t.Fatal(err)
			}
			if got := short(d); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// short are the meanings in one line.
func short(d core.Diagnosis) string {
	var out []string
	for _, e := range d.Meanings {
		out = append(out, fmt.Sprintf("%s %s %s/%s", e.Kind, d.Code, e.Class, e.Remedy))
	}
	s := strings.Join(out, ", ")
	if d.RID != "" {
		s += " rid"
	}
	if d.CallerIP != "" {
		s += " " + d.CallerIP
	}
	return s
}

// TestTheKindThatIsNamedCounts: a person's word stands before what the text says.
func TestTheKindThatIsNamedCounts(t *testing.T) {
	d, err := knowledge().Explain("40001", "wecom")
	if err != nil || short(d) != "wecom 40001 credentials/secret" {
		t.Errorf("%v, %v", short(d), err)
	}
	for _, text := range []string{
		`{"errcode":88,"sub_code":"40014","errmsg":"x"}`, `{"errcode":88,"sub_code":40014,"errmsg":"x"}`,
		`{"errcode":88,"errmsg":"ding talk error[subcode=40014,submsg=x]"}`, "40014", "subcode=40014",
	} {
		if d, err := knowledge().Explain(text, "dingtalk"); err != nil || short(d) != "dingtalk 40014 temporary/token_dead" {
			t.Errorf("%s: %v, %v", text, short(d), err)
		}
	}
	for text, want := range map[string]string{
		"40001": "central 40001 temporary/token_dead, central 40001 credentials/secret",
		"42001": "central 42001 temporary/token_dead", "40013": "central 40013 misuse/server_url", "45009": "central 45009 quota/quota_minute",
		`{"errcode":40001,"errmsg":"invalid credential"}`: "central 40001 temporary/token_dead, central 40001 credentials/secret",
	} {
		if d, err := knowledge().Explain(text, "central"); err != nil || short(d) != want {
			t.Errorf("%s of a team's server: %v, %v", text, short(d), err)
		}
	}
	if d, err := knowledge().Explain("80000000", ""); err != nil || short(d) != " 80000000 misuse/unknown_code" {
		t.Errorf("a number that means success somewhere: %v, %v", short(d), err)
	}
	if d, err := knowledge().Explain("80000000", "huawei"); core.AsError(err) == nil || core.AsError(err).Remedy != core.RemedyNoCode {
		t.Errorf("a code of success: %v, %v", short(d), err)
	}
}

// TestNothingToExplain: no code, a success, words that are no codes.
func TestNothingToExplain(t *testing.T) {
	for _, text := range []string{
		"", "  \n", "hello", `{"errcode":0,"errmsg":"ok"}`, `{"code":"80000000","msg":"Success","requestId":"0"}`, `{"result":1,"error_msg":"success"}`, `{"access_token":"TOKEN","expires_in":7200}`, "it failed at 12:30:45",
		`{"error":"SecretWordOfSomebody"}`, "{{{{", `{"a":`, strings.Repeat("{", 200_000), "{\"code\":\"" + strings.Repeat("x", 100) + "\"}",
	} {
		_, err := knowledge().Explain(text, "")
		var e *core.Error
		if !errors.As(err, &e) || e.Remedy != core.RemedyNoCode || e.Class != core.Invalid {
			t.Errorf("%.40q: %v", text, err)
		}
	}
}

// TestNothingSecretComesBack: of what was pasted only code, rid and IP are told.
func TestNothingSecretComesBack(t *testing.T) {
	const secret, token = "0123456789abcdef0123456789abcdef", "83_aTokenOfSomeoneThatIsAsSecretAsCanBe_0123456789"
	for _, text := range []string{
		`{"errcode":40125,"errmsg":"invalid appsecret ` + secret + `","access_token":"` + token + `"}`,
		"GET https://api.weixin.qq.com/cgi-bin/user/get?access_token=" + token + " errcode=40001 , errmsg=invalid credential " + secret,
		`{"error":"invalid_client","error_description":"secret ` + secret + ` is wrong"}`,
		`{"code":99991663,"msg":"` + token + `"}`,
		token + ": 40014: invalid token " + secret,
	} {
		d, err := knowledge().Explain(text, "")
		if err != nil {
			t.Errorf("%.60s: %v", text, err)
			continue
		}
		raw, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(raw), secret[:8]) || strings.Contains(string(raw), token[:8]) {
			t.Errorf("%s is told of %s", raw, text)
		}
	}
}

// FuzzExplain: no text brings a failure of ours, and nothing of it comes back but code,
// rid and IP.
func FuzzExplain(f *testing.F) {
	f.Add(`{"errcode":40001,"errmsg":"invalid credential"}`)
	f.Add("错误代码：40001")
	f.Add("errcode=40164 , errmsg=invalid ip 203.0.113.9")
	k := knowledge()
	f.Fuzz(func(t *testing.T, text string) {
		d, err := k.Explain(text, "")
		if err == nil && (len(d.Meanings) == 0 || !core.IsUpstreamCode(d.Code)) {
			t.Errorf("%+v", d)
		}
	})
}
