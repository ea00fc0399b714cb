package interchange

import (
	"slices"
	"strings"
	"testing"
)

// TestTwoKindsUnderOneName: a part of a file has an Official Account and a corp, each
// with its own ID and secret, as .NET's settings have them.
func TestTwoKindsUnderOneName(t *testing.T) {
	const corp, key = "ww0123456789abcdef", "abcDEF-123_abcDEF-123_abcDEF-123_abcDEF-123"
	for _, c := range []struct {
		file, text string
		want       []string
	}{
		{
			"appsettings.json", `{"SenparcWeixinSetting": {"WeixinAppId": "` + idA + `", "WeixinAppSecret": "` + secretA + `", "WeixinCorpId": "` + corp + `",
 "WeixinCorpAgentId": "1000003", "WeixinCorpSecret": "` + key + `", "WxOpenAppId": "` + idB + `", "WxOpenAppSecret": "` + secretB + `"}}`,
			[]string{"weixin  IDA A", "weixin-wecom wecom CORP agent=1000003 KEY", "open  IDB B"},
		},
		{"a.yml", "weixin:\n  appId: " + idA + "\n  appSecret: " + secretA + "\n  corpId: " + corp + "\n  corpSecret: " + key, []string{"weixin  IDA A", "wecom wecom CORP KEY"}},
		{
			"b.yml", "wx:\n  appId: " + idA + "\n  appSecret: " + secretA + "\n  corpId: " + corp + "\n  corpSecret: " + key + "\n---\nspring.profiles: prod\nwx:\n  corpSecret: " + strings.ToUpper(key),
			[]string{"wx  IDA A", "wecom wecom CORP KEY", "wx  IDA A", "wecom wecom CORP " + strings.ToUpper(key)},
		},
	} {
		var got []string
		for _, line := range accountsOf(t, c.file, c.text) {
			got = append(got, strings.NewReplacer(idA, "IDA", idB, "IDB", secretA, "A", secretB, "B", corp, "CORP", key, "KEY").Replace(line))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.file, got, c.want)
		}
	}
	if _, err := Read([]byte("wx.appid="+idA+"\nwx.secret="+secretA+"\nwx.corp-secret="+secretB), Options{FileName: "a.properties"}); err == nil {
		t.Error("two secrets of one account were taken")
	}
}

// TestValuesWithOrnaments: word processors, messengers and TOML put more around a value
// than blanks.
func TestValuesWithOrnaments(t *testing.T) {
	want := []string{idA + " " + secretA}
	for name, text := range map[string]string{
		"a.env":        "WECHAT_APPID=“" + idA + "”\nWECHAT_SECRET=‘" + secretA + "’",
		"b.env":        "WECHAT_APPID=\u00a0" + idA + "\u200b\nWECHAT_SECRET=\u2060" + secretA + "\ufeff",
		"c.yml":        "wechat:\n  appid: 「" + idA + "」\n  secret: \"" + secretA + "\u200b\"",
		"d.csv":        "name,appid,\u200bsecret\nshop,\u200b" + idA + "," + secretA + "\u200b",
		"e.json":       `{"appid": "\u200b` + idA + `", "secret": "` + secretA + `\ufeff"}`,
		"g.env":        "WECHAT_APPID：" + idA + "；\nWECHAT_SECRET＝" + secretA + "#old: " + secretB,
		"h.txt":        "WECHAT_APPID：" + idA + ";\nWECHAT_SECRET：" + secretA + "，",
		"f.toml":       "[wechat]\nappid = \"" + idA + "\"\nsecret = '" + secretA + "'\nkey = \"\"\"\n-----BEGIN\nsecret=no\n-----END\n\"\"\"\n[other]\nx = 1",
		"settings.py":  "WECHAT_APPID = '" + idA + "'\nNOTE = '''one\ntwo'''\nWECHAT_SECRET = '" + secretA + "'",
		"unclosed.env": "WECHAT_APPID=" + idA + "\nWECHAT_SECRET=" + secretA + "\nX=\"\"\"",
	} {
		f, err := Read([]byte(text), Options{FileName: name})
		var got []string
		for _, a := range f.Accounts {
			got = append(got, a.AppID+" "+a.Secret.Reveal())
		}
		if name == "unclosed.env" && err != nil {
			continue // as before: the quotes do not end
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// TestATableOfAPasswordManager: no column is called AppID, and most rows are other
// services'. What is left out is told.
func TestATableOfAPasswordManager(t *testing.T) {
	for name, text := range map[string]string{
		"1password.csv": "Title,Url,Username,Password,OTPAuth,Notes\nforge,https://forge.example,me,pass word,,\nshop,https://mp.weixin.qq.com," + idA + "," + secretA + ",,the shop\n",
		"bitwarden.csv": "folder,favorite,type,name,notes,fields,reprompt,login_uri,login_username,login_password,login_totp\nx,,login,forge,,,0,https://forge.example,me,hunter2,\nx,,login,shop,the shop,,0,https://mp.weixin.qq.com," + idA + "," + secretA + ",\n",
		"keepass.csv":   "\"Group\",\"Title\",\"Username\",\"Password\",\"URL\",\"Notes\"\n\"Root\",\"forge\",\"\",\"x\",\"\",\"\"\n\"Root\",\"shop\",\"" + idA + "\",\"" + secretA + "\",\"https://mp.weixin.qq.com\",\"the shop\"\n",
	} {
		f, err := Read([]byte(text), Options{FileName: name})
		if err != nil || len(f.Accounts) != 1 {
			t.Fatalf("%s: %+v, %v", name, f.Accounts, err)
		}
		a := f.Accounts[0]
		if a.Name != "shop" || a.AppID != idA || a.Secret.Reveal() != secretA || a.BaseURL != nil || a.Note == nil || *a.Note != "the shop" {
			t.Errorf("%s: %+v", name, a)
		}
		if !slices.Contains(remarks(f), "2 other_app appid") {
			t.Errorf("%s: %q", name, remarks(f))
		}
	}
	for name, text := range map[string]string{
		"no secret": "Title,Username,Password\nshop," + idA + ",hunter2\n",
		"no AppID":  "Title,Username,Password\nshop,me," + secretA + "\n",
	} {
		if f, err := Read([]byte(text), Options{FileName: "a.csv"}); err == nil {
			t.Errorf("%s: %+v", name, f.Accounts)
		}
	}
}

// TestAColumnOfPlatforms: it tells the kind where it names one.
func TestAColumnOfPlatforms(t *testing.T) {
	got := accountsOf(t, "a.csv", "平台,名称,AppID,AppSecret\n微信,a,"+idA+","+secretA+"\n企业微信,b,wx0123456789abcdee,"+secretB+"\nAndroid,c,"+idB+","+secretB+"\n")
	if want := []string{"a wechat " + idA + " " + secretA, "b wecom wx0123456789abcdee " + secretB, "c  " + idB + " " + secretB}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
