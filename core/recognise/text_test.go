package recognise

import (
	"strings"
	"testing"
	"unicode/utf8"

	"tokentray/core"
	"tokentray/core/kinds"
)

func TestText(t *testing.T) {
	r := New(Of(kinds.Builtin())...)
	const id, key = "wx0123456789abcdef", "0123456789abcdef0123456789abcdef"
	both := Pasted{AppID: id, Secret: key}
	for _, c := range []struct {
		name, text string
		want       Pasted
	}{
		{"one line", "AppID: " + id + " AppSecret: " + key, both},
		{"the other way round", "AppSecret=" + key + "\nAppID=" + id, both},
		{"two lines without signs", "AppID\n" + id + "\nAppSecret\n" + key, both},
		{"the test account's page", "appID\t" + id + "\nappsecret\t" + key, both},
		{"the test account's page, one line", "appID " + id + " appsecret " + key, both},
		{"an Official Account's page", "开发者ID(AppID)\n" + id + "\n开发者密码(AppSecret)\n" + key + "\n重置", both},
		{"Chinese brackets and colons", "开发者ID（AppID）：" + id + "，开发者密码（AppSecret）：" + key, both},
		{"a Mini Program's page", "AppID(小程序ID)\t" + id + "\nAppSecret(小程序密钥)\t" + key, both},
		{"a message", "appid是 " + id + "，secret：" + key, both},
		{"dotenv", "# shop\nWECHAT_APP_ID=\"" + id + "\"\nexport WECHAT_APP_SECRET='" + key + "'\n", both},
		{"JSON", `{"appId": "` + id + `", "appSecret": "` + key + `", "token": "abc"}`, both},
		{"JSON in a string", `{\"appid\":\"` + id + `\",\"secret\":\"` + key + `\"}`, both},
		{"YAML", "wx:\n  mp:\n    app-id: " + id + "\n    secret: " + key + "\n    aes-key: abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ\n", both},
		{"properties", "wx.miniapp.configs[0].appid=" + id + "\nwx.miniapp.configs[0].secret=" + key, both},
		{"a URL", "https://api.weixin.qq.com/cgi-bin/token?grant_type=client_credential&appid=" + id + "&secret=" + key, both},
		{"XML", "<appid>" + id + "</appid><appsecret>" + key + "</appsecret>", both},
		{"a table with heads", "name\tAppID\tAppSecret\nshop\t" + id + "\t" + key, both},
		{"a Markdown table", "| AppID | AppSecret |\n|---|---|\n| " + id + " | " + key + " |", both},
		{"values alone", id + "\t" + key, both},
		{"values in a sentence", "use " + id + " with " + key + ".", both},
		{"each under the other's name", "AppID: " + key + "\nAppSecret: " + id, both},
		{"a name and one value", "AppID: " + id, Pasted{AppID: id}},
		{"a secret under its name", "AppSecret: " + key, Pasted{Secret: key}},
		{"two accounts", "appid: " + id + "\nsecret: " + key + "\nappid: wxfedcba9876543210\nsecret: ffffffffffffffffffffffffffffffff", Pasted{AppID: id, Secret: key, Several: true}},
		{"a secret that is hidden", "AppID: " + id + "\nAppSecret: ********", Pasted{AppID: id}},
		{"WeCom", "CorpID: ww0123456789abcdef\nSecret: abcDEF-123_abcDEF-123_abcDEF-123_abcDEF-123", Pasted{AppID: "ww0123456789abcdef", Secret: "abcDEF-123_abcDEF-123_abcDEF-123_abcDEF-123", Kind: kinds.WeCom}},

		{"a merchant's key", "小程序 AppID：" + id + "\n商户号：1600000000\n商户密钥：" + key, Pasted{AppID: id}},
		{"a merchant's key of APIv3", "appid " + id + "，APIv3密钥：" + key, Pasted{AppID: id}},
		{"the page of the server's configuration", "开发者ID(AppID)\n" + id + "\n令牌(Token)\n" + key + "\n消息加解密密钥(EncodingAESKey)\nabcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", Pasted{AppID: id}},
		{"a token before the secret", "appid: " + id + "\nToken: ffffffffffffffffffffffffffffffff\n密码是 " + key, both},
		{"a message without names", "公众号：" + id + "，密钥是：" + key + "，别外传", both},
		{"a program", "$config = ['app_id' => '" + id + "', 'secret' => '" + key + "'];", both},
		{"fish", "set -gx WECHAT_APPID " + id + "\nset -gx WECHAT_SECRET " + key, both},
		{"an AppID by itself", id, Pasted{}},
		{"a secret by itself", " " + key + "\n", Pasted{}},
		{"nothing", "", Pasted{}},
		{"other words", "see the console for the AppID and its AppSecret", Pasted{}},
		{"a console that shows no secret", "开发者密码(AppSecret)\n重置\n冻结", Pasted{}},
		{"too much", strings.Repeat("x", MaxText) + " appid: " + id, Pasted{}},
	} {
		if strings.HasPrefix(c.want.AppID, "wx") {
			c.want.Kind = kinds.WeChat
		}
		got, ok := r.Text(c.text)
		if got != c.want || ok != (c.want != Pasted{}) {
			t.Errorf("%s: %+v, %v; want %+v", c.name, got, ok, c.want)
		}
	}
}

// The name of an ID tells the kind before its form does; where both leave several,
// none is told.
func TestTheKindOfAPastedText(t *testing.T) {
	r := New(append(
		Of(kinds.Builtin()),
		Words{Kind: "robin", IDs: []string{"ringid"}, Secrets: []string{"secret"}},
		Words{Kind: "wren", IDs: []string{"clientid"}, IDForm: `^cli_`}, Words{Kind: "tit", IDs: []string{"clientid"}},
	)...)
	for text, want := range map[string]core.Kind{
		"Ring ID: 0123456789":                           "robin",
		"ring_id=wx0123456789abcdef\nsecret=abc1234567": "robin",
		"client id: cli_0123456789":                     "wren",
		"client id: 0123456789":                         "",
		"secret: 0123456789abcdef0123456789abcdef":      "",
		"AppID: 0123456789":                             kinds.WeChat,
	} {
		if got, ok := r.Text(text); got.Kind != want || !ok {
			t.Errorf("%q: %+v, want kind %q", text, got, want)
		}
	}
}

// Whatever is pasted, what is found stands in it, and fits into its field.
func FuzzText(f *testing.F) {
	r := New(Of(kinds.Builtin())...)
	for _, s := range []string{
		"", "AppID: wx0123456789abcdef AppSecret: 0123456789abcdef0123456789abcdef", "appid appid appid secret=secret",
		"开发者ID（AppID）：wx", "{\"appid\":\"\\u0000\"}", strings.Repeat("appid:", 200), "secret" + strings.Repeat(" ", 99) + "abcd",
		"AppID(小程序ID)：wx0123456789abcdef\n商户密钥：0123456789abcdef0123456789abcdef", "令牌(Token)\n0123456789abcdef0123456789abcdef\nwx0123456789abcdef 0123456789abcdef0123456789abcdee",
		"CorpID: ww0123456789abcdef\nAgentId: 1000002\nSecret: abcDEF-123_abcDEF-123_abcDEF-123_abcDEF-123", "| AppID | AppSecret |\n|---|---|\n| wx0123456789abcdef | ****** |",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, ok := r.Text(text)
		if ok != (p.AppID != "" || p.Secret != "") {
			t.Fatalf("%+v is found: %v", p, ok)
		}
		for _, v := range []string{p.AppID, p.Secret} {
			if !strings.Contains(text, v) || len(v) > 512 || !utf8.ValidString(v) || strings.ContainsAny(v, " \n\t") {
				t.Fatalf("found %q", v)
			}
		}
	})
}
