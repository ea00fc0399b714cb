package interchange

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tokentray/core"
	"tokentray/core/filefault"
	"tokentray/core/kinds"
)

const (
	idA, idB = "wx0123456789abcdef", "wxfedcba9876543210"
	secretA  = "a0a0a0a0b1b1b1b1c2c2c2c2d3d3d3d3"
	secretB  = "b0b0b0b0c1c1c1c1d2d2d2d2e3e3e3e3"
)

// told is an account in one line: what a table test compares.
func told(a Account) string {
	env := string(a.Env)
	if a.Unsure {
		env += "?"
	}
	out := fmt.Sprintf("%d %s/%s %s %s", a.Line, a.Name, env, a.AppID, a.Secret.Reveal())
	for _, more := range []string{string(a.Kind), string(a.Product)} {
		if more != "" {
			out += " " + more
		}
	}
	if a.BaseURL != nil && *a.BaseURL != "" {
		out += " at " + *a.BaseURL
	}
	if a.Proxy != nil && *a.Proxy != "" {
		out += strings.TrimRight(" via "+*a.Proxy+" "+a.ProxyPassword.Reveal(), " ")
	}
	return strings.ReplaceAll(strings.ReplaceAll(out, secretA, "A"), secretB, "B")
}

func remarks(f File) []string {
	var out []string
	for _, r := range f.Remarks {
		if r.Code == RemarkEnv { // told shows it
			continue
		}
		out = append(out, fmt.Sprintf("%d %s %s", r.Line, r.Code, r.Key))
	}
	return out
}

func TestReadAccounts(t *testing.T) {
	for _, c := range []struct {
		name, file, text string
		o                Options
		want             []string
		remarks          []string
	}{
		{
			name: "dotenv, one", file: ".env",
			text: "# shop\nWECHAT_APPID=" + idA + "\nexport WECHAT_SECRET='" + secretA + "' # secret\nPORT=80\n",
			want: []string{"2 wechat/sandbox? " + idA + " A"},
		},
		{
			name: "dotenv, several prefixes, both environments", file: "config.env",
			text: "\ufeffPROD_WX_APP_ID=\"" + idA + "\"\r\nPROD_WX_APP_SECRET=" + secretA + "\r\nTEST_WX_APP_ID=" + idB + "\r\nTEST_WX_APP_SECRET=" + secretB +
				"\r\nSHOP_MINI_APPID=" + idB + "\r\nSHOP_MINI_SECRET=" + secretB + "\r\nJWT_SECRET=x\r\nALIPAY_APP_ID=2021000000000000\r\n",
			want: []string{
				"1 wx/live " + idA + " A", "3 wx/sandbox " + idB + " B", "5 shop-mini/sandbox? " + idB + " B mini",
			},
			remarks: []string{"8 other_app ALIPAY_APP_ID"},
		},
		{
			name: "dotenv, the environment in a variable of its own", text: "WX_APPID=" + idA + "\nWX_SECRET=" + secretA + "\nWX_ENV=production\n",
			want: []string{"1 wx/live " + idA + " A"},
		},
		{
			name: "dotenv, names of one's own", text: "MY_ID=" + idA + "\nMY_KEY=" + secretA + "\n",
			o:    Options{From: Dotenv, AppIDKey: "MY_ID", SecretKey: "MY_KEY", Name: "shop", Env: core.Live, Kind: kinds.WeChatLegacy},
			want: []string{"1 shop/live " + idA + " A wechat-legacy"},
		},
		{
			name: "dotenv, a value that is no value", text: "WX_APPID=" + idA + "\nWX_SECRET=${FROM_CI}\nWECOM_CORP_ID=ww1\n",
			want: []string{"1 wx/sandbox? " + idA + " ", "3 wecom/sandbox? ww1  wecom"}, remarks: []string{"2 placeholder WX_SECRET"},
		},
		{
			name: "dotenv, a secret that is in a vault", text: "WX_APPID=" + idA + "\nWX_SECRET=op://Dev/shop/appsecret\n",
			want: []string{"1 wx/sandbox? " + idA + " "}, remarks: []string{"2 placeholder WX_SECRET"},
		},
		{
			name: "WxJava, a secret that is encrypted", file: "application.yml", text: "wx.mp:\n  appid: " + idA + "\n  secret: ENC(Zm9vYmFy)\n",
			want: []string{"2 wx-mp/sandbox? " + idA + "  official"}, remarks: []string{"3 placeholder wx.mp.secret"},
		},
		{
			name: "dotenv, an open platform beside an account", text: "WECHAT_APPID=" + idA + "\nWECHAT_OPEN_PLATFORM_APPID=" + idB + "\n",
			want: []string{"1 wechat/sandbox? " + idA + " "}, remarks: []string{"2 component WECHAT_OPEN_PLATFORM_APPID"},
		},
		{
			name: "postman", file: "env.json",
			text: `{"id":"1","name":"商店 prod","values":[
{"key":"appid","value":"` + idA + `","type":"default","enabled":true},
{"key":"appsecret","value":"` + secretA + `","type":"secret","enabled":true},
{"key":"old_appid","value":"` + idB + `","enabled":false},
{"key":"host","value":{"a":1}}],"_postman_variable_scope":"environment"}`,
			want: []string{"2 商店 prod/live " + idA + " A"}, remarks: []string{"4 disabled old_appid"},
		},
		{
			name: "WxJava, properties", file: "application.properties",
			text: "# x\nwx.mp.app-id = " + idA + "\nwx.mp.secret : " + secretA + "\nwx.mp.token=t\nwx.miniapp.configs[0].appid=" + idB +
				"\nwx.miniapp.configs[0].secret=\\\n   " + secretB[:16] + "\\\n   " + secretB[16:] + "\nwx.pay.appId=" + idB + "\nwx.cp.corp-id=ww1\n",
			want:    []string{"2 wx-mp/sandbox? " + idA + " A official", "5 wx-miniapp-1/sandbox? " + idB + " B mini", "10 wx-cp/sandbox? ww1  wecom"},
			remarks: []string{"9 other_app wx.pay.appId"},
		},
		{
			name: "WxJava, tenants and relaxed binding", file: "application.yml",
			text: "wx:\n  mp:\n    apps:\n      tenantOne:\n        APP_ID: " + idA + "\n        appSecret: " + secretA + "\n      商店:\n        appId: " + idB + "\n        app-secret: ${WX_SECRET:" + secretB + "}\n",
			want: []string{"5 tenantOne/sandbox? " + idA + " A official", "8 商店/sandbox? " + idB + "  official"}, remarks: []string{"9 placeholder app-secret"},
		},
		{
			name: "WxJava, profiles", file: "application.yaml",
			text: "wx.mp.app-id: " + idA + "\nwx.mp.secret: " + secretA + "\n---\nspring:\n  config.activate.on-profile: prod\nwx:\n  mp:\n    secret: " + secretB + "\n---\nspring.profiles: staging-eu\nwx.mp.app-id: " + idB + "\n",
			want: []string{"1 wx-mp/sandbox? " + idA + " A official", "1 wx-mp/live " + idA + " B official", "11 wx-mp-staging-eu/sandbox " + idB + " A official"},
		},
		{
			name: "WxJava, the profile in the file's name", file: `C:\app\application-prod.properties`,
			text: "wx.mp.appId=" + idA + "\nwx.mp.secret=" + secretA + "\n",
			want: []string{"1 wx-mp/live " + idA + " A official"},
		},
		{
			name: "WxJava, anchors and merges", file: "application.yml",
			text: "base: &b\n  secret: " + secretA + "\n  token: t\nwx:\n  mp:\n    <<: *b\n    app-id: " + idA + "\n",
			want: []string{"7 wx-mp/sandbox? " + idA + " A official"},
		},
		{
			name: "CSV of somebody else", file: "a.csv",
			text: "Name,App ID,AppSecret,Environment,Owner\n商店," + idA + "," + secretA + ",LIVE,me\n,,,,\n'=x," + idB + ",,,\n",
			want: []string{"2 商店/live " + idA + " A", "4 '=x/sandbox? " + idB + " "}, remarks: []string{"5 column "},
		},
		{
			name: "dotenv, the file's name says production", file: ".env.production",
			text: "WECHAT_APP_ID=" + idA + "\nWECHAT_APP_SECRET=" + secretA + "\n",
			want: []string{"1 wechat/live " + idA + " A"},
		},
		{
			name: "dotenv, a variable says production", file: ".env.staging",
			text: "NODE_ENV=production\nWECHAT_APP_ID=" + idA + "\n",
			want: []string{"2 wechat/live " + idA + " "},
		},
		{
			name: "dotenv, sections", file: ".env",
			text: "APP_DEBUG = true\n; all\n[APP]\nTIMEZONE = Asia/Shanghai\n[WECHAT]\nAPPID = " + idA + " ; of the shop\nAPPSECRET = " + secretA + "\n\n[mini_production]\nappid = \"" + idB + "\"\nsecret = '" + secretB + "'\n",
			want: []string{"6 wechat/sandbox? " + idA + " A", "10 mini/live " + idB + " B mini"},
		},
		{
			name: "an INI file", file: "wechat.ini", text: "; x\n[wechat]\nappid=" + idA + "\nappsecret=" + secretA + "\n",
			want: []string{"3 wechat/sandbox? " + idA + " A"},
		},
		{
			name: "dotenv, values told by their form", text: "PORT=1\nWXAPP_THING=" + idA + "\nWXAPP_KEY=" + secretA + "\nOTHER_THING=" + idB + "\n",
			want: []string{"2 wxapp/sandbox? " + idA + " A"}, remarks: []string{"4 shape OTHER_THING"},
		},
		{
			name: "dotenv, host and proxy", text: "WX_APPID=" + idA + "\nWX_API_HOST=wx.example\nWX_PROXY=http://me:" + secretB + "@10.0.0.1:3128\nNODE_ENV=test\n",
			want: []string{"1 wx/sandbox " + idA + "  at https://wx.example via http://me@10.0.0.1:3128 B"},
		},
		{
			name: "dotenv, lines that are none, left out", file: ".envrc", o: Options{SkipForeign: true},
			text: "source_up\nexport NODE_ENV=dev\nMOTD=\"say \"hi\"\"\nOPEN=\"no end\nWX_APPID=" + idA + "\nWX_SECRET=\"" + secretA + "\"\nPATH_add bin\nif true; then\n",
			want: []string{"5 wx/sandbox " + idA + " A"}, remarks: []string{"1 foreign ", "3 foreign ", "4 foreign ", "7 foreign ", "8 foreign "},
		},
		{
			name: "a shell's file of any name", o: Options{SkipForeign: true},
			text: "use node\nlayout x\nFOO=1\nexport WX_APPID=" + idA + "\nexport WX_SECRET=`pass show wx`\n",
			want: []string{"4 wx/sandbox? " + idA + " "}, remarks: []string{"1 foreign ", "2 foreign ", "5 placeholder WX_SECRET"},
		},
		{
			name: "a shell's file with several on a line", file: "a.env",
			text: "export WX_APPID=" + idA + "; export WX_SECRET=" + secretA + "\nSHOP_APPID=" + idB + " SHOP_SECRET=" + secretB + "\nMINI_APPID='" + idA + "' && MINI_SECRET=\"" + secretB + "\" # x\nOPTS=-Da=b -Dc=d x=y\n",
			want: []string{"1 wx/sandbox? " + idA + " A", "2 shop/sandbox? " + idB + " B", "3 mini/sandbox? " + idA + " B mini"},
		},
		{
			name: "CSV with cells that are kept texts", file: "a.csv", text: "应用,环境,AppID,AppSecret\n商店,预发布,\"=\"\"" + idA + "\"\"\",\"=\"\"" + secretA + "\"\"\"\n",
			want: []string{"2 商店/sandbox " + idA + " A"},
		},
		{
			name: "WxJava, what Maven fills in", file: "application.yml",
			text: "spring:\n  profiles:\n    active: @profiles.active@\n  name: [ @a@, {b: @c@} ]\nwx.mp:\n  app-id: " + idA + "\n  secret: @wx.secret@\n  version: @project.version@-x\n",
			want: []string{"6 wx-mp/sandbox? " + idA + "  official"}, remarks: []string{"7 placeholder wx.mp.secret"},
		},
		{
			name: "WxJava, what templates fill in", file: "application.yml",
			text: "{{- if .Values.wx }}\nwx.mp:\n  app-id: " + idA + "\n  secret: {{ .Values.secret | quote }}\n  token: \"{{ index .Values \\\"t\\\" }}\"\n  aes-key: #{aes}#\n  x: %X%\n{{- end }}\n{% raw %}\n",
			want: []string{"3 wx-mp/sandbox? " + idA + "  official"}, remarks: []string{"4 placeholder wx.mp.secret"},
		},
		{
			name: "YAML, tags that another program resolves", file: "a.yml", text: "wx:\n  mp:\n    app-id: " + idA + "\n    secret: !vault |\n      $ANSIBLE_VAULT;1.1;AES256\n      6136\n  miniapp:\n    appid: !secret wx\n",
			want: []string{"3 wx-mp/sandbox? " + idA + "  official"}, remarks: []string{"4 placeholder wx.mp.secret", "8 placeholder wx.miniapp.appid"},
		},
		{
			name: "WxJava, an active profile", file: "application.yml", text: "spring.profiles.active: prod\nwx.mp:\n  app-id: " + idA + "\n  secret: " + secretA + "\n---\nspring.config.activate.on-profile: dev\nwx.mp.app-id: " + idB + "\n",
			want: []string{"3 wx-mp/live " + idA + " A official", "7 wx-mp/sandbox " + idB + " A official"},
		},
		{
			name: "YAML, an environment as a key", file: "wechat.yml", text: "production:\n  wechat:\n    appid: " + idA + "\ndevelopment:\n  wechat:\n    appid: " + idB + "\n",
			want: []string{"3 production-wechat/live " + idA + " ", "6 development-wechat/sandbox " + idB + " "},
		},
		{
			name: "WxJava, host and proxy", file: "application-test.properties",
			text: "wx.mp.app-id=" + idA + "\nwx.mp.hosts.api-host=http://wx.example/mp\nwx.mp.config-storage.http-proxy-host=10.0.0.1\nwx.mp.config-storage.http-proxy-port=3128\nwx.mp.config-storage.http-proxy-username=me\nwx.mp.config-storage.http-proxy-password=" + secretB +
				"\nwx.mp.apps.t.app-id=" + idB + "\nwx.miniapp.appid=" + idA + "\nwx.miniapp.api-host-url=https://ma.example\n",
			want: []string{
				"1 wx-mp/sandbox " + idA + "  official at http://wx.example/mp via http://me@10.0.0.1:3128 B",
				"7 t/sandbox " + idB + "  official at http://wx.example/mp via http://me@10.0.0.1:3128 B",
				"8 wx-miniapp/sandbox " + idA + "  mini at https://ma.example",
			},
		},
		{
			name: "YAML, a secret told by its form", file: "a.yml", text: "wx:\n  mp:\n    appid: " + idA + "\n    password: " + secretA + "\n    aes-key: " + secretB + "\nother:\n  wx-thing: " + idB + "\n  wx-key: " + secretB + "\n",
			want: []string{"3 wx-mp/sandbox? " + idA + " A official", "7 other/sandbox? " + idB + " B"},
		},
		{
			name: "YAML, variables that somebody named", file: "a.yml", text: "x:\n  ourId: odd\n  ourKey: " + secretA + "\n", o: Options{AppIDKey: "our-id", SecretKey: "x.our_key"},
			want: []string{"2 wechat/sandbox? odd A"},
		},
		{
			name: "a Compose file", file: "docker-compose.yml",
			text: "services:\n  shop:\n    environment:\n      NODE_ENV: production\n      WECHAT_APPID: " + idA + "\n      WECHAT_SECRET: " + secretA + "\n  mini:\n    environment:\n      - MINI_APPID=" + idB + "\n      - MINI_SECRET=" + secretB + "\n",
			want: []string{"5 wechat/live " + idA + " A", "9 mini/live " + idB + " B mini"},
		},
		{
			name: "variables of Kubernetes", file: "deploy.yaml", text: "spec:\n  env:\n    - name: WX_APPID\n      value: " + idA + "\n    - name: WX_SECRET\n      value: " + secretA + "\n    - name: X\n      valueFrom: {secretKeyRef: {name: wx, key: secret}}\n",
			want: []string{"4 wx/sandbox? " + idA + " A"},
		},
		{
			name: "a Secret of Kubernetes", file: "secret.yml", text: "kind: Secret\ndata:\n  WX_APPID: " + base64.StdEncoding.EncodeToString([]byte(idA)) + "\n  WX_SECRET: " + base64.StdEncoding.EncodeToString([]byte(secretA+"\n")) + "\n",
			want: []string{"3 wx/sandbox? " + idA + " A"},
		},
		{
			name: "YAML, a merchant's key", file: "a.yml", text: "wechat:\n  appid: " + idA + "\n  mch-id: 1\n  key: " + secretB + "\n",
			want: []string{"2 wechat/sandbox? " + idA + " "},
		},
		{
			name: "appsettings.json", file: "appsettings.Production.json", text: "{\n\"WeChat\":{\"AppId\":\"" + idA + "\",\n\"AppSecret\":\"" + secretA + "\"}}",
			want: []string{"2 WeChat/live " + idA + " A"},
		},
		{
			name: "JSON with comments, and commas behind the last", file: "appsettings.json",
			text: "// of the \"shop\"\n{\n  /* both, */\n  \"Url\": \"https://a.example/b\", // \"x\": {\n  \"WeChat\": {\n    \"AppId\": \"" + idA + "\",\n    \"AppSecret\": \"" + secretA + "\", // ours,\n  },\n}\n",
			want: []string{"6 WeChat/sandbox? " + idA + " A"},
		},
		{
			name: "JSON, a list", file: "accounts.json", text: "[{\"appid\":\"" + idA + "\",\"secret\":\"" + secretA + "\"},\n{\"appid\":\"" + idB + "\",\"secret\":\"" + secretB + "\"}]",
			want: []string{"1 wechat-1/sandbox? " + idA + " A", "2 wechat-2/sandbox? " + idB + " B"},
		},
		{
			name: "http-client.env.json", file: "http-client.env.json", text: "{\"dev\":{\"appid\":\"" + idA + "\",\"secret\":\"" + secretA + "\"},\n\"prod\":{\"appid\":\"" + idB + "\",\"secret\":\"" + secretB + "\"}}",
			want: []string{"1 dev/sandbox " + idA + " A", "2 prod/live " + idB + " B"},
		},
		{
			name: "a Postman collection", file: "shop.postman_collection.json", text: "{\"info\":{\"name\":\"x\"},\"item\":[],\"variable\":[{\"key\":\"appid\",\"value\":\"" + idA + "\"},{\"key\":\"secret\",\"value\":\"" + secretA + "\"}]}",
			want: []string{"1 variable/sandbox? " + idA + " A"},
		},
		{
			name: "Senparc, whose WxOpen is a Mini Program", file: "appsettings.json",
			text: "{\"SenparcWeixinSetting\":{\"WeixinAppId\":\"" + idA + "\",\"WeixinAppSecret\":\"" + secretA + "\",\n\"WxOpenAppId\":\"" + idB + "\",\"WxOpenAppSecret\":\"" + secretB + "\"}}",
			want: []string{"1 weixin/sandbox? " + idA + " A", "2 open/sandbox? " + idB + " B mini"},
		},
		{
			name: "a Secret of Kubernetes in its namespace", file: "secret.yaml",
			text: "kind: Secret\nmetadata:\n  namespace: production\nstringData:\n  WECHAT_APPID: " + idA + "\n  WECHAT_SECRET: " + secretA + "\n",
			want: []string{"5 wechat/live " + idA + " A"},
		},
		{
			name: "lines that end as on an old Mac", file: ".env", text: "WECHAT_APPID=" + idA + "\rWECHAT_SECRET=" + secretA + "\r",
			want: []string{"1 wechat/sandbox? " + idA + " A"},
		},
		{
			name: "CSV of a German Excel", file: "a.csv", text: "name;env;appid;secret\r\nshop;live;" + idA + ";" + secretA + "\r\n",
			want: []string{"2 shop/live " + idA + " A"},
		},
		{
			name: "CSV below a title and an empty line", file: "a.csv", text: "账号清单\n\nname;env;appid;secret\nshop;live;" + idA + ";" + secretA + "\n",
			want: []string{"4 shop/live " + idA + " A"},
		},
		{
			name: "CSV below titles that a spreadsheet filled up", file: "a.csv", text: "Accounts of the shop,,,\r\n\"updated, at last\",,,\r\nname,env,appid,secret\r\nshop,live," + idA + "," + secretA + "\r\n",
			want: []string{"4 shop/live " + idA + " A"},
		},
		{
			name: "JSON Lines", file: "a.ndjson", text: "{\"name\": \"shop\", \"env\": \"live\", \"appid\": \"" + idA + "\", \"secret\": \"" + secretA + "\"}\n\n{\"name\": \"mall\", \"env\": \"test\", \"appid\": \"" + idB + "\", \"secret\": \"" + secretB + "\"}\n",
			want: []string{"1 shop/live " + idA + " A", "3 mall/sandbox " + idB + " B"},
		},
		{
			name: "CSV with its separator named", file: "a.csv", text: "sep=|\nname|env|appid\n\"a;b\"|test|" + idA + "\n",
			want: []string{"3 a;b/sandbox " + idA + " "},
		},
		{
			name: "CSV with another platform's AppID", file: "a.csv", text: "name,appid,secret\ndy,tt0123456789abcdef01," + secretB + "\nshop," + idA + "," + secretA + "\n",
			want: []string{"3 shop/sandbox? " + idA + " A"}, remarks: []string{"2 other_app appid"},
		},
		{
			name: "CSV with an odd AppID, told by its kind", file: "a.csv", text: "name,appid,secret,kind\nshop,odd," + secretA + ",wechat\n",
			want: []string{"2 shop/sandbox? odd A wechat"},
		},
		{
			name: "tabs", text: "Name\tApp ID\tApp Secret\tauto\nshop\t" + idA + "\t" + secretA + "\t是\n",
			want: []string{"2 shop/sandbox? " + idA + " A"},
		},
		{
			name: "CSV in Chinese", file: "公众号.csv", text: "名称,环境,产品,开发者ID(AppID),开发者密码(AppSecret),备注\n商店,生产环境,小程序," + idA + "," + secretA + ",x\n店,测试,公众号," + idB + ",****,\n",
			want: []string{"2 商店/live " + idA + " A mini", "3 店/sandbox " + idB + "  official"}, remarks: []string{"3 placeholder secret"},
		},
		{
			name: "CSV in GB18030", file: "a.csv", text: "\xc3\xfb\xb3\xc6;\xbb\xb7\xbe\xb3;AppID;\xc3\xdc\xd4\xbf\r\n\xc9\xcc\xb5\xea;\xc9\xfa\xb2\xfa;" + idA + ";" + secretA + "\r\n",
			want: []string{"2 商店/live " + idA + " A"}, remarks: []string{"0 gb18030 "},
		},
		{
			name: "CSV with columns of other names", file: "a.csv", text: "name,AppID,their id,their key\nshop,x," + idA + "," + secretA + "\nno,x,null,\n", o: Options{AppIDKey: "their id", SecretKey: "Their Key", Env: core.Live},
			want: []string{"2 shop/live " + idA + " A"}, remarks: []string{"2 column ", "3 placeholder appid"},
		},
		{
			name: "Postman, a flag in its name", text: `{"name":"🇨🇳 商店 prod","values":[{"key":"appid","value":"` + idA + `","enabled":true},{"key":"secret","value":"` + secretA + `","enabled":true}],"_postman_variable_scope":"environment"}`,
			want: []string{"1 🇨🇳 商店 prod/live " + idA + " A"},
		},
		{
			name: "properties, a flag in a key", file: "a.properties", text: "🇨🇳.wx.appid=" + idA + "\n🇨🇳.wx.secret=" + secretA + "\n\\uD83D\\uDED2.wx.appid=" + idB + "\n",
			want: []string{"1 🇨🇳/sandbox? " + idA + " A", "3 🛒/sandbox? " + idB + " "},
		},
		{
			name: "JSON, a flag and an emoji as keys", text: `{"🇨🇳":{"appid":"` + idA + `","secret":"` + secretA + `"},"🛒 shop":{"appid":"` + idB + `"}}`,
			want: []string{"1 🇨🇳/sandbox? " + idA + " A", "1 🛒 shop/sandbox? " + idB + " "},
		},
		{
			name: "our own, a flag in a name", text: `{"tokentray":"accounts","version":1,"accounts":[{"name":"🇨🇳 shop","env":"sandbox","kind":"wechat","appid":"` + idA + `"}]}`,
			want: []string{"1 🇨🇳 shop/sandbox " + idA + "  wechat"},
		},
		{
			name: "the same twice is once", text: "A_WX_APPID=" + idA + "\n", o: Options{From: Dotenv},
			want: []string{"1 a/sandbox? " + idA + " "},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.o.FileName = c.file
			f, err := Read([]byte(c.text), c.o)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, a := range f.Accounts {
				got = append(got, told(a))
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("accounts (-want +got):\n%s", d)
			}
			if d := cmp.Diff(c.remarks, remarks(f)); d != "" {
				t.Errorf("remarks (-want +got):\n%s", d)
			}
		})
	}
}

// TestNothingSaysWhatWasLeftOut: where no account is found, the lines and columns that
// were left out unread are named too, and nothing of what they hold.
func TestNothingSaysWhatWasLeftOut(t *testing.T) {
	for _, c := range []struct {
		name, text, file string
		want             []string
	}{
		{"lines that are none", "source_up\nMOTD=\"say \"" + secretA + "\"\"\nPORT=1\n", ".envrc", []string{"no_accounts 0 0", "left_out 1 0", "left_out 2 0"}},
		{"lines beside a placeholder", "WX_APPID=${ID}\nuse " + secretA + "\n", ".env", []string{"placeholder 1 0", "left_out 2 0"}},
		{"columns that are not ours", "name,appid,wx_thing,other\n", "a.csv", []string{"no_accounts 0 0", "column 0 3", "column 0 4"}},
	} {
		_, err := Read([]byte(c.text), Options{FileName: c.file, SkipForeign: true})
		var faults Faults
		if !errors.As(err, &faults) {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var got []string
		for _, f := range faults {
			got = append(got, fmt.Sprint(f.Code, " ", f.Line, " ", f.Other))
			if said := f.Error(); strings.Contains(said, secretA) || said == f.Code {
				t.Errorf("%s: %q", c.name, said)
			}
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

// TestFaults: what cannot be read is refused with its line, whatever it is.
func TestFaults(t *testing.T) {
	deep := strings.Repeat(`{"accounts":`, 40) + strings.Repeat("}", 40)
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'i'; c++ {
		bomb += fmt.Sprintf("%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n", c, c, c-1, c-1, c-1, c-1, c-1, c-1, c-1, c-1, c-1)
	}
	head := `{"tokentray":"accounts","version":1,"accounts":[`
	for _, c := range []struct {
		name, text string
		from       Source
		want       string
	}{
		{"empty", " \r\n", "", "empty 0 "},
		{"UTF-16 that is cut off", "\xff\xfea\x00b", "", "utf16 0 "},
		{"UTF-16 with half a character", "\xff\xfea\x00\x00\xd8", "", "utf16 0 "},
		{"binary", "\x7fELF\x00\x01\x02\x00", "", "binary 0 "},
		{"a spreadsheet", "PK\x03\x04\x14\x00\x06\x00xl/", "", "spreadsheet 0 "},
		{"an older spreadsheet", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00", CSV, "spreadsheet 0 "},
		{"Latin-1", "# x\nname,appid\ncaf\xe9,wx\n", CSV, "not_utf8 3 "},
		{"CSV without the column that somebody named", "name,id\na,b\n", CSV, "header 1 "},
		{"a picture", "\x89PNG\r\n\x1a\n\x01\xff", "", "binary 0 "},
		{"something else", "hello, world\n", "", "unknown 0 "},
		{"too big", strings.Repeat("x", MaxFile+1), "", "too_big 0 "},
		{"JSON that is cut off", head + "\n{\"name\":\"a\",", "", "syntax 2 "},
		{"JSON with a comment that has no end", "{\"wx\":{\"appid\":\"x\"} /* \n", "", "syntax 1 "},
		{"only a comment", "// x\n", "", "unknown 0 "},
		{"JSON with two values", head + "]}\n{}", "", "syntax 2 "},
		{"JSON with a comma too many", head + "{},\n\n,{}]}", "", "syntax 3 "},
		{"JSON of a later version", `{"tokentray":"accounts",` + "\n" + `"version":2,"accounts":[]}`, "", "version 2 "},
		{"JSON without a version", `{"tokentray":"accounts","accounts":[]}`, "", "missing 1 version"},
		{"JSON of something else", `{"a":1}`, "", "unknown 1 "},
		{"JSON that nests", deep, TokenTray, "too_deep 1 "},
		{"a key twice", head + "{\"name\":\"a\",\n\"name\":\"b\"}]}", "", "twice 2 name"},
		{"a secret as a key, twice", head + "{\"" + secretA + "\":1,\n\"" + secretA + "\":2}]}", "", "twice 2 "},
		{"an unknown key", head + "{\"name\":\"a\",\"appid\":\"x\",\n\"" + secretA + "\":\"b\"}]}", "", "unknown_key 2 "},
		{"a wrong type", head + "{\"name\":\"a\",\n\"appid\":7}]}", "", "type 2 appid"},
		{"no name", head + "\n\n{\"appid\":\"x\"}]}", "", "missing 3 name"},
		{"no account", head + "]}", "", "no_accounts 0 "},
		{"one name twice", head + "{\"name\":\"a\",\"appid\":\"x\"},\n{\"name\":\" a\",\"appid\":\"y\"}]}", "", "account 2 "},
		{"CSV without a header", idA + "," + secretA + "\n", CSV, "header 1 "},
		{"CSV with a short row", "name,appid\na,b\nc\n", "", "columns 3 "},
		{"CSV with an open quote", "name,appid\na,b\n\"c,d\n", "", "quote 3 "},
		{"CSV of a later version", "version,name,appid\n2,a,b\n", "", "version 2 "},
		{"dotenv with a line that is none", "WX_APPID=a\n" + secretA + "\n", "", "foreign 2 "},
		{"dotenv with an open quote", "WX_APPID=a\nWX_SECRET=\"b\nc\n", "", "quote 2 WX_SECRET"},
		{"dotenv with more behind the quote", "WX_APPID=a\nWX_SECRET=\"b\" c\n", "", "foreign 2 WX_SECRET"},
		{"dotenv with a name twice", "WX_APPID=a\nWX_SECRET=b\nWX_SECRET=c\n", "", "twice 3 WX_SECRET"},
		{"dotenv without accounts", "PORT=1\n", "", "no_accounts 0 "},
		{"dotenv of placeholders", "WX_SECRET=a\nWX_APPID=${X}\n", "", "placeholder 2 WX_APPID"},
		{"dotenv of another platform", "APP_ID=cli_a1b2c3d4e5f6g7h8\nAPP_SECRET=" + secretA + "\n", "", "other_app 1 APP_ID"},
		{"dotenv with an AppID under another name", "PORT=1\nMY_THING=" + idA + "\n", "", "shape 2 MY_THING"},
		{"dotenv of a third-party platform", "WECHAT_OPEN_PLATFORM_APPID=" + idA + "\nWECHAT_OPEN_PLATFORM_SECRET=" + secretA + "\n", "", "component 1 WECHAT_OPEN_PLATFORM_APPID"},
		{"dotenv of a component's AppID", "PORT=1\nWECHAT_COMPONENT_APPID=" + idA + "\n", "", "component 2 WECHAT_COMPONENT_APPID"},
		{"YAML of a third-party platform", "wx:\n  open:\n    app-id: " + idA + "\n    secret: " + secretA + "\n", WxJava, "component 3 wx.open.app-id"},
		{"dotenv with a secret alone", "WX_SECRET=" + secretA + "\n", "", "lonely 1 WX_SECRET"},
		{"dotenv with a secret whose AppID is a placeholder", "WX_SECRET=" + secretA + "\nWX_APPID=${X}\n", "", "placeholder 2 WX_APPID"},
		{"Postman with all switched off", `{"values":[{"key":"wx_appid","value":"` + idA + `","enabled":false}]}`, "", "disabled 1 wx_appid"},
		{"a file of git-crypt", "\x00GITCRYPT\x00\x01\xff", "", "encrypted 0 "},
		{"a file of Ansible's vault", "$ANSIBLE_VAULT;1.1;AES256\n6136\n", Dotenv, "encrypted 0 "},
		{"dotenv of references", "WX_APPID=op://Dev/shop/appid\nWX_SECRET=ENC(Zm9vYmFy)\n", "", "placeholder 1 WX_APPID"},
		{"Postman without values", `{"values":1}`, "", "missing 1 values"},
		{"Postman with an odd value", "{\"values\":[\n{\"key\":\"appid\",\n\"value\":[]}]}", "", "type 3 appid"},
		{"YAML that is none", "a: b\nc: [\n", WxJava, "syntax 2 "},
		{"YAML with a tab", "wx:\n\tmp: 1\n", WxJava, "syntax 2 "},
		{"YAML with a key twice", "wx:\n  mp:\n    secret: a\n    secret: b\n", WxJava, "twice 4 secret"},
		{"YAML with one key in two spellings", "wx:\n  mp:\n    app-id: a\n    appId: b\n", WxJava, "twice 4 wx.mp.appId"},
		{"YAML that nests", "a: " + strings.Repeat("[", 100) + strings.Repeat("]", 100), WxJava, "too_deep 1 "},
		{"YAML that nests very deep", "a:\n " + strings.Repeat("[", 100_000), WxJava, "too_deep 2 "},
		{"YAML that nests by dashes", "a:\n " + strings.Repeat("- ", 100_000), WxJava, "too_deep 2 "},
		{"YAML that explodes", bomb, WxJava, "aliases"},
		{"YAML that holds itself", "a: &a\n  b: *a\n", WxJava, "too_deep"},
		{"YAML with a list for a key", "a: 1\n? [a]\n: b\n", WxJava, "type 2 "},
		{"properties with half a character", "wx.mp.appid=\\u12\n", WxJava, "syntax 1 "},
		{"properties with a key twice", "wx.mp.appid=a\nwx.mp.app-id=b\n", WxJava, "twice 2 wx.mp.app-id"},
		{"no backup", "age-encryption.org/v1\nrubbish", "", "damaged 0 "},
		{"not even age", "x", Backup, "unknown 0 "},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := Read([]byte(c.text), Options{From: c.from, Passphrase: core.NewSecret("p")})
			var bad Faults
			if !errors.As(err, &bad) {
				t.Fatalf("got %v and the error %v", f.Accounts, err)
			}
			got := fmt.Sprintf("%s %d %s", bad[0].Code, bad[0].Line, bad[0].Key)
			if !strings.HasPrefix(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if text := err.Error(); strings.Contains(text, secretA) || filefault.Say(bad[0].Code, 0) == bad[0].Code {
				t.Errorf("the error says %q", text)
			}
		})
	}
}

// An account above what could be the header is no title: the file is refused rather than
// read without it.
func TestAnAccountAboveTheHeader(t *testing.T) {
	text := "shop,live," + idA + "," + secretA + "\nname,env,appid,secret\nmall,live," + idB + "," + secretB + "\n"
	f, err := Read([]byte(text), Options{FileName: "a.csv"})
	if err == nil || !strings.Contains(err.Error(), "name the columns") {
		t.Errorf("%d accounts, %v", len(f.Accounts), err)
	}
}
