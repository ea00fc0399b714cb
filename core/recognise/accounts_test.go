package recognise

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
)

const (
	id     = "wx0123456789abcdef"
	other  = "wxfedcba9876543210"
	secret = "0123456789abcdef0123456789abcdef"
)

// told is what was found, in lines.
func told(f Found) []string {
	var out []string
	for _, a := range f.Accounts {
		line := fmt.Sprintf("%s/%s %s %s %s%s", a.Name, a.Env, a.AppID, a.Secret.Reveal(), a.Kind, a.Product)
		line = strings.NewReplacer(id, "ID", other, "OTHER", secret, "SECRET").Replace(line)
		if a.BaseURL != "" {
			line += " at " + a.BaseURL
		}
		if a.Proxy != "" {
			line += " via " + a.Proxy + " " + a.ProxyPassword.Reveal()
		}
		for _, key := range slices.Sorted(maps.Keys(a.Params)) {
			line += " " + key + "=" + a.Params[key]
		}
		out = append(out, strings.Join(strings.Fields(line), " "))
	}
	for _, r := range f.Remarks {
		out = append(out, fmt.Sprintf("%d %s %s", r.Line, r.Code, r.Key))
	}
	if f.Env != "" {
		out = append(out, "all "+string(f.Env))
	}
	for _, t := range f.Twice {
		out = append(out, fmt.Sprintf("%d twice %d %s", t.Line, t.First, t.Key))
	}
	return out
}

// variables reads NAME=VALUE, one a line.
func variables(text string) []Variable {
	var out []Variable
	for i, line := range strings.Split(text, "\n") {
		name, value, _ := strings.Cut(line, "=")
		out = append(out, Variable{name, value, i + 1})
	}
	return out
}

func TestAccounts(t *testing.T) {
	r := New(Of(kinds.Builtin())...)
	for _, c := range []struct {
		name, text string
		named      Named
		want       []string
	}{
		{"a brand", "WECHAT_APPID=" + id + "\nWECHAT_SECRET=" + secret, Named{}, []string{"wechat/ ID SECRET"}},
		{"the brand grown onto the name", "WXAPP_ID=" + id + "\nWXAPP_SECRET=" + secret, Named{}, []string{"wx/ ID SECRET"}},
		{"camels", "shopWxAppId=" + id + "\nshopWxAppSecret=" + secret, Named{}, []string{"shop/ ID SECRET"}},
		{"secret key", "WX_APP_ID=" + id + "\nWX_SECRET_KEY=" + secret, Named{}, []string{"wx/ ID SECRET"}},
		{"a bare name", "APP_ID=" + id + "\nAPP_SECRET=" + secret, Named{}, []string{"wechat/ ID SECRET"}},
		{"a product", "MINI_APP_ID=" + id + "\nMINI_APP_SECRET=" + secret, Named{}, []string{"mini/ ID SECRET mini"}},
		{"an environment", "PROD_WX_APPID=" + id, Named{}, []string{"wx/live ID"}},
		{"an environment of its own", "WX_APPID=" + id + "\nWX_ENV=prod", Named{}, []string{"wx/live ID"}},
		{"both environments", "PROD_TEST_WX_APPID=" + id, Named{}, []string{"wx/live ID"}},
		{"no production", "NON_PROD_WX_APPID=" + id, Named{}, []string{"non/ ID"}},
		{"the environment of all", "NODE_ENV=production\nWX_APPID=" + id, Named{}, []string{"wx/ ID", "all live"}},
		{"an environment of its own beside that of all", "APP_ENV=prod\nTEST_WX_APPID=" + id, Named{}, []string{"wx/sandbox ID", "all live"}},
		{"a mode that says production", "GIN_MODE=release\nAPPID=" + id, Named{}, []string{"wechat/ ID", "all live"}},
		{"product, where an environment is named", "SPRING_PROFILES_ACTIVE=product\nAPPID=" + id, Named{}, []string{"wechat/ ID", "all live"}},
		{"product, where a module is named", "RUN_MODULE=product\nAPPID=" + id, Named{}, []string{"wechat/ ID"}},
		{"a branch of production", "BRANCH=production\nAPPID=" + id, Named{}, []string{"wechat/ ID", "all live"}},
		{"a mode that says nothing", "LOG_MODE=debug\nAPPID=" + id, Named{}, []string{"wechat/ ID"}},
		{"a switch", "IS_PROD=true\nAPPID=" + id, Named{}, []string{"wechat/ ID", "all live"}},
		{"a default of production", "SPRING_PROFILES_ACTIVE=${PROFILE:prod}\nAPPID=" + id, Named{}, []string{"wechat/ ID", "all live"}},
		{"a default of development", "SPRING_PROFILES_ACTIVE=${PROFILE:dev}\nAPPID=" + id, Named{}, []string{"wechat/ ID"}},

		{"values told by their form", "SHOP_THING=" + id + "\nSHOP_KEY=" + secret, Named{}, []string{"shop/ ID SECRET"}},
		{"a secret told by its form", "WX_APPID=" + id + "\nWX_PASSWORD=" + secret, Named{}, []string{"wx/ ID SECRET"}},
		{"the nearest name", "A_B_THING=" + id + "\nA_KEY=" + strings.ToUpper(secret) + "\nA_B_KEY=" + secret + "\nA_C_THING=" + other, Named{}, []string{"a-b/ ID SECRET", "4 shape A_C_THING"}},
		{"somebody else's key", "SHOP_THING=" + id + "\nSHOP_PAY_KEY=" + secret + "\nCACHE_KEY=" + secret, Named{}, []string{"1 shape SHOP_THING"}},
		{"one of two secrets", "WX_APPID=" + id + "\nWX_THIS=" + secret + "\nWX_THAT=" + secret, Named{}, []string{"wx/ ID"}},
		{"a merchant's key", "WX_APPID=" + id + "\nWX_MCHID=1\nWX_KEY=" + secret, Named{}, []string{"wx/ ID"}},
		{"an application's key", "APP_ID=" + id + "\nAPP_KEY=" + secret, Named{}, []string{"wechat/ ID"}},
		{"an AppID under a second name", "WX_APPID=" + id + "\nVUE_APP_X=" + id, Named{}, []string{"wx/ ID"}},
		{"names in another spelling", "my.wx-id=" + id + "\nmy.wx-key=" + secret, Named{"MY_WX_ID", "my_wxKey"}, []string{"wechat/ ID SECRET"}},

		{"a domain", "WX_APPID=" + id + "\nWX_API_DOMAIN=proxy.example", Named{}, []string{"wx/ ID at https://proxy.example"}},
		{"a website", "WX_WEBSITE_APPID=" + id, Named{}, []string{"1 component WX_WEBSITE_APPID"}},
		{"a host", "WX_APPID=" + id + "\nWX_API_HOST=proxy.example:8080/wx", Named{}, []string{"wx/ ID at https://proxy.example:8080/wx"}},
		{"the application's own host", "APPID=" + id + "\nBASE_URL=https://shop.example", Named{}, []string{"wechat/ ID"}},
		{"a proxy with its password", "WX_MP_APPID=" + id + "\nWX_HTTP_PROXY=http://me:hidden@10.0.0.1:3128", Named{}, []string{"wx-mp/ ID official via http://me@10.0.0.1:3128 hidden"}},
		{"the nearer proxy", "HTTPS_PROXY=http://a:1\nWX_APPID=" + id + "\nWX_PROXY_HOST=b\nWX_PROXY_PORT=2", Named{}, []string{"wx/ ID via http://b:2"}},
		{"a proxy for all", "https_proxy=socks5://a:1\nAPPID=" + id, Named{}, []string{"wechat/ ID via socks5://a:1"}},
		{"a proxy that stands for another", "WX_PROXY=${PROXY}\nWX_APPID=" + id, Named{}, []string{"wx/ ID", "1 placeholder WX_PROXY"}},
		{"variables that somebody named", "X=odd\nY=" + secret, Named{"X", "Y"}, []string{"wechat/ odd SECRET"}},

		{"another platform under a bare name", "APP_ID=cli_a1b2c3d4e5f6g7h8\nAPP_SECRET=" + secret, Named{}, []string{"1 other_app APP_ID"}},
		{"another platform by its name", "ALIPAY_APP_ID=2021000000000000", Named{}, []string{"1 other_app ALIPAY_APP_ID"}},
		{"WeCom", "WECOM_CORP_ID=ww0123456789abcdef\nWECOM_SECRET=" + secret, Named{}, []string{"wecom/ ww0123456789abcdef SECRET wecom"}},
		{"WeCom's application", "WECOM_CORPID=ww1\nWECOM_CORP_SECRET=" + secret + "\nWECOM_AGENT_ID=1000002", Named{}, []string{"wecom/ ww1 SECRET wecom agent=1000002"}},
		{"an application of WxJava's", "wx.cp.corp-id=ww1\nwx.cp.corp-secret=" + secret + "\nwx.cp.agent-id=1000002", Named{}, []string{"wx-cp/ ww1 SECRET wecom agent=1000002"}},
		{"WeCom's ID under another name", "APPID=ww0123456789abcdef", Named{}, []string{"wecom/ ww0123456789abcdef wecom"}},
		{
			"two kinds under one name", "WEIXIN_APPID=" + id + "\nWEIXIN_APPSECRET=" + secret + "\nWEIXIN_CORPID=ww1\nWEIXIN_CORPSECRET=" + secret + "\nWEIXIN_AGENTID=1000002",
			Named{},
			[]string{"weixin/ ID SECRET", "weixin-wecom/ ww1 SECRET wecom agent=1000002"},
		},
		{"two kinds without a name", "CORPID=ww1\nCORPSECRET=" + secret + "\nAPPID=" + id + "\nAPPSECRET=" + secret, Named{}, []string{"wechat/ ID SECRET", "wecom/ ww1 SECRET wecom"}},
		{"two secrets of one account", "WX_APPID=" + id + "\nWX_SECRET=" + secret + "\nWX_CORPSECRET=" + secret, Named{}, []string{"wx/ ID SECRET", "3 twice 2 WX_CORPSECRET"}},
		{"two secrets of one corp", "WECOM_CORPID=ww1\nWECOM_SECRET=" + secret + "\nWECOM_CORP_SECRET=" + secret, Named{}, []string{"wecom/ ww1 SECRET wecom", "3 twice 2 WECOM_CORP_SECRET"}},
		{"an ID of one's own", "OAUTH_CLIENT_ID=my-service\nOAUTH_TOKEN_URL=https://t.example/token", Named{}, []string{"oauth/ my-service oauth2 at https://t.example/token"}},
		{"an ID of a template's", "OAUTH_CLIENT_ID=my-client-id\nOAUTH_TOKEN_URL=https://t.example/token", Named{}, []string{"1 placeholder OAUTH_CLIENT_ID"}},
		{"an open platform", "WECHAT_OPEN_PLATFORM_APPID=" + id + "\nWECHAT_COMPONENT_APPID=" + other, Named{}, []string{"1 component WECHAT_OPEN_PLATFORM_APPID", "2 component WECHAT_COMPONENT_APPID"}},
		{"an open platform grown onto the brand", "WXOPEN_APPID=" + id + "\nwechatPay_APPID=" + other, Named{}, []string{"1 component WXOPEN_APPID", "2 other_app wechatPay_APPID"}},
		{"a product grown onto the brand", "WXMP_APPID=" + id, Named{}, []string{"wxmp/ ID official"}},
		{"a secret alone", "WX_SECRET=" + secret, Named{}, []string{"1 lonely WX_SECRET"}},
		{"somebody else's secret alone", "JWT_SECRET=" + secret, Named{}, nil},
		{"a secret that stands for another", "WX_APPID=" + id + "\nWX_SECRET=op://Dev/shop/appsecret", Named{}, []string{"wx/ ID", "2 placeholder WX_SECRET"}},
		{"an AppID that stands for another", "WX_APPID=your-app-id\nWX_SECRET=" + secret, Named{}, []string{"1 placeholder WX_APPID"}},
		{"a bare AppID that stands for another", "APPID=null", Named{}, []string{"1 placeholder APPID"}},
		{"a name twice", "WX_APPID=" + id + "\nwx_app_id=" + other, Named{}, []string{"wx/ ID", "2 twice 1 wx_app_id"}},
	} {
		got, known := r.Accounts(variables(c.text), c.named)
		if !known || !slices.Equal(told(got), c.want) {
			t.Errorf("%s: %q, known: %v; want %q", c.name, told(got), known, c.want)
		}
	}
	if _, known := r.Accounts(variables("A=1"), Named{ID: "B"}); known {
		t.Error("a variable that is not there is known")
	}
}

// The words come from the specs, so that a further kind brings its own.
func TestWordsComeFromTheSpecs(t *testing.T) {
	set, err := kinds.Builtin().With(kinds.Spec{
		Kind: "tern", Names: []string{"tern"}, BaseURL: "https://tern.example", Token: kinds.Place{Query: "access_token"},
		Traits: core.Traits{Repeat: core.RepeatSame, Window: time.Minute},
		Fields: []kinds.Field{
			{Key: kinds.AppID, Input: kinds.Text, Names: []string{"clientid"}, Checks: []kinds.Check{{Match: `^c-[0-9]+$`, Problem: "appid_odd", Warn: true}}},
			{Key: kinds.Secret, Input: kinds.SecretText, Names: []string{"clientsecret"}},
			{Key: kinds.BaseURL, Input: kinds.URL, Names: []string{"tokenurl"}},
			{Key: "scope", Input: kinds.Text, Names: []string{"scope", "clientscope"}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ text, want string }{
		{"TERN_CLIENT_ID=a\nTERN_CLIENT_SECRET=" + secret, "tern/ a SECRET tern"},
		{"TERN_CLIENT_ID=a\nTERN_CLIENT_SCOPE=read\nTERN_TOKEN_URL=https://t.example/token\nOTHER_SCOPE=x", "tern/ a tern at https://t.example/token scope=read"},
		{"WX_APPID=" + id + "\nWX_SCOPE=x", "wx/ ID"}, // it is no field of that kind
		{"APP_ID=c-1", "tern/ c-1 tern"},
		{"WX_APPID=" + id, "wx/ ID"},
	} {
		got, _ := New(Of(set)...).Accounts(variables(c.text), Named{})
		if want := []string{c.want}; !slices.Equal(told(got), want) {
			t.Errorf("%s: %q, want %q", c.text, told(got), want)
		}
	}
}

// A kind without an AppID is told by the URL of its accounts.
func TestAKindWithoutAnID(t *testing.T) {
	r := New(Of(kinds.Builtin())...)
	const url = "https://tokens.acme.cn/v1/token/shop/live"
	for _, c := range []struct{ text, want string }{
		{"SHOP_CENTRAL_URL=" + url + "\nSHOP_CENTRAL_KEY=" + secret, "shop/ SECRET central at " + url},
		{"TOKEN_SERVER_URL=" + url + "\nTOKEN_SERVER_KEY=" + secret + "\nTOKEN_SERVER_QUERY=appid=wx1", "central/ SECRET central at " + url + " query=appid=wx1"},
		{"CENTRAL_URL=" + url, "central/ central at " + url},
	} {
		got, _ := r.Accounts(variables(c.text), Named{})
		if want := []string{c.want}; !slices.Equal(told(got), want) {
			t.Errorf("%s: %q, want %q", c.text, told(got), want)
		}
	}
}

// If two kinds share names, the form of the ID and the words beside it tell which one
// is meant.
func TestKindsThatShareNames(t *testing.T) {
	r := New(append(Of(kinds.Builtin()), Words{
		Kind: "other", IDs: []string{"appid"}, Secrets: []string{"appsecret"}, Brands: []string{"feishu"}, IDForm: `^cli_[0-9a-z]{16}$`,
	})...)
	for _, c := range []struct{ text, want string }{
		{"APP_ID=cli_a1b2c3d4e5f6g7h8\nAPP_SECRET=" + secret, "other/ cli_a1b2c3d4e5f6g7h8 SECRET other"},
		{"FEISHU_APP_ID=1\nFEISHU_APP_SECRET=" + secret, "feishu/ 1 SECRET other"},
		{"APP_ID=" + id, "wechat/ ID"},
	} {
		got, _ := r.Accounts(variables(c.text), Named{})
		if want := []string{c.want}; !slices.Equal(told(got), want) {
			t.Errorf("%s: %q, want %q", c.text, told(got), want)
		}
	}
}

// What stands for a value is told from values. Each form is one that vaults,
// encrypters, build tools, shells or templates write.
func TestStandsFor(t *testing.T) {
	for _, v := range []string{
		"${WX_SECRET}", "${WX_SECRET:abc}", "$WX_SECRET", "$(WX_SECRET)", "%WX_SECRET%", "{{secret}}", "{{ .Values.secret }}", "#{secret}#", "%{secret}",
		"@wx.secret@", "__WX_SECRET__", "<your AppSecret>", "[secret]", "<%= ENV['X'] %>", "{cipher}AQB0", "ENC(Zm9vYmFy)", "DEC(x)", "ENC[AES256_GCM,data:x]",
		"op://Dev/shop/appsecret", "ref+vault://secret/x#y", "sm://projects/x", "vault:secret/data/shop#appsecret", "secretsmanager:shop", "arn:aws:secretsmanager:x",
		"@Microsoft.KeyVault(SecretUri=x)", "encrypted:BD7HQ", "projects/1/secrets/x/versions/latest", "$ANSIBLE_VAULT;1.1;AES256",
		"%env(WX_SECRET)%", "%env(resolve:WX_SECRET)%", "%(wx_secret)s", "$env:WX_SECRET", "$[wx]", "`pass wx`", "[[wx.secret]]", "{% raw %}", "{secret}", "%{lookup('x')}",
		"@profiles.active@", "#WX_SECRET#", "|WX_SECRET|", "【AppSecret】", "env('WX_SECRET')", `process.env["X"]`, "process.env.WX_SECRET", "var.wx_secret", "secrets.WX",
		"awssm://shop", "file:///run/secrets/wx", "/run/secrets/wx_secret", "secret/data/shop#appsecret", "shop/wechat/secret", "ssm:/shop/wx", "gcp:secret:x", "secretref:wx", "bitwarden:wx",
		"doppler://shop/wx", "infisical:/shop", "!vault", "!secret wx", "!Ref WxSecret", "-----BEGIN PGP MESSAGE-----", "gAAAAA" + strings.Repeat("Bk9", 30), "AgA" + strings.Repeat("x1B", 40), "AgBy3i4OJSWK+PiTySYZZA9rO43cGDEqAgBy3i4OJSWK+PiTySYZZA9rO43cGDEq", "a0b1...c2d3", "~~SECRET~~",
		"{{resolve:secretsmanager:wx}}", "${{ secrets.WX }}", "credentials('wx')", "wxxxxxxxxxxxxxxxxx", "wx****", "wx<id>", "wx_your_app_id", "YourAppSecret", "app_secret", "wx-app-id", "appid",
		"change-me-please", "replace_with_secret", "fill in", "enter-secret", "redacted", "example-secret", "to-be-done", "false", "小程序AppSecret", "未填写", "密钥填写",
		"@/run/secrets/wx", "@@secret@@", "##SECRET##", "$$WX", "«secret»", "&wx", "*wx", "cipher-kms-aes-128-dataKey-x", "$2a$10$N9qo8uLOickgx2ZMRZoMye", "SECRET_FROM_VAULT", "USE_VAULT",
		"[ENCRYPTED]Zm9v", "$$secret$$", "U2FsdGVkX1+vupppZksvRf5pq5g5XjFRlipRkwB0K1Y=",
		"eyJhbGciOiJkaXIifQ..a1b2.c3d4.e5f6", `""`, "''", "wx", "WeChat", "touristappid",
		"null", "undefined", "None", "TODO", "changeme", "your-app-secret", "YOUR_APP_ID", "put-it-here", "你的AppSecret", "请填写", "****", "xxxxxxxx", "*REDACTED*", "--- removed ---", "[FILTERED]", "…", "••••••",
	} {
		if !StandsFor(v) {
			t.Errorf("%s is taken for a value", v)
		}
	}
	for _, v := range []string{
		id, secret, "ww0123456789abcdef", "cli_a1b2c3d4e5f6g7h8", "abcDEF-123_abcDEF-123_abcDEF-123_abcDEF-123", "2021000000000000",
		"p@ss$w0rd", "a$b", "a%b%c", "x_y__z", "", "GOCSPX-a1b2C3_d4", "abc8Q~x.Y-z_1", "Zm9v/YmFy+A1==", "wx0000000000000000", "tt0123456789abcdef01", "dingoa1b2c3d4e5", "secretly9", "settle42", "keyboard7", "shop.backend", "SHOP_CLIENT", "eyJhbGciOiJIUzI1NiJ9.e30.a1",
	} {
		if StandsFor(v) {
			t.Errorf("%s is taken for what stands for a value", v)
		}
	}
}

// TestStandsForName: what a file calls an account is its name, also where it begins as a
// template's words do.
func TestStandsForName(t *testing.T) {
	for _, name := range []string{
		"shop", "the-shop", "my-x", "my x", "from-x", "from-berlin", "the mall", "my-app", "myapp", "some-shop", "add-on", "wx-my-shop",
		"My Shop", "nameless", "微信商城", "小程序测试", "公众号 2", "企业站", "应用商店",
	} {
		if StandsForName(name) {
			t.Errorf("%q is no name", name)
		}
	}
	for _, none := range []string{
		"your-name-here", "your-shop", "my-secret", "mysecret", "my-appid", "<name>", "my-<name>", "${NAME}", "name", "app name", "the-name", "my-app-name", "my name here",
		"the-app-secret", "todo", "change-me", "example-shop", "my-example", "insert-name-here", "xxxx", "名称", "小程序名称", "公众号AppID", "请填写名称", "微信公众号名称",
	} {
		if !StandsForName(none) {
			t.Errorf("%q is a name", none)
		}
	}
}

// Words are no secret, and a secret is no words.
func TestStandsForSecret(t *testing.T) {
	for _, v := range []string{"op read op://Dev/shop/appsecret", "stored in vault", "见飞书文档", "问运维", " two\twords ", "${WX_SECRET}", "{{secret}}", "op://Dev/shop/appsecret", "ENC(Zm9vYmFy)", "{cipher}AQB0", "env.WX_SECRET", "ssm.wx.secret", "SHOP_WX_KEY", "00000000000000000000000000000000", "1111", "aws_ssm_parameter.wx.value"} {
		if !StandsForSecret(v) {
			t.Errorf("%q is taken for a secret", v)
		}
	}
	for _, v := range []string{secret, " " + secret + "\n", "p@ss$w0rd", "", "a.b1", "aB.cD9", "AKIA_7Q"} {
		if StandsForSecret(v) {
			t.Errorf("%q is taken for what stands for a secret", v)
		}
	}
}

// Whatever a file holds, a remark tells no value, and no name that may be one.
func FuzzAccounts(f *testing.F) {
	for _, s := range []string{
		"WX_APPID=" + id + "\nWX_SECRET=" + secret, "=\n==\nsecret", "CORP_ID=x\nAPP_ID=y\nAPP_ID=z", secret + "=secret",
		"DOUYINMINI_APPID=tt0123456789abcdef01\nDOUYINMINI_SECRET=" + secret, "huawei-push.app.id=1\nhuawei-push.app.secret=x", "WXOPEN_APPID=" + id + "\nwechatPay_APPID=" + other,
		"WECHAT_WORK_CORP_ID=ww1\nWECHAT_WORK_AGENT_ID=1\nWECHAT_WORK_SECRET=x\nWECHAT_WORK_CRM_SECRET=y", "MY_THING=" + id + "\nMY_KEY=" + secret, "WX_APPID=" + id + "\nWX_PROXY=http://a:b@c:1\nNODE_ENV=production",
	} {
		f.Add(s)
	}
	r := New(Of(kinds.Builtin())...)
	f.Fuzz(func(t *testing.T, text string) {
		got, _ := r.Accounts(variables(text), Named{})
		for _, a := range got.Accounts {
			if a.Name == "" || StandsFor(a.AppID) || StandsFor(a.Secret.Reveal()) {
				t.Errorf("found %+v", a)
			}
		}
		for _, m := range got.Remarks {
			if m.Key != "" && (!IsPlain(m.Key) || core.HoldsSecret(m.Key)) {
				t.Errorf("a remark tells %q", m.Key)
			}
		}
	})
}
