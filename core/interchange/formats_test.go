package interchange

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"
)

// TestFormatsOfOtherPrograms: files that hold names and values in the syntax of another
// program are read by the same rules.
func TestFormatsOfOtherPrograms(t *testing.T) {
	utf16 := func(order unicode.Endianness, mark unicode.BOMPolicy, text string) string {
		out, err := unicode.UTF16(order, mark).NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	code := base64.StdEncoding.EncodeToString
	const two = "WX_APPID=" + idA + "\nWX_SECRET=" + secretA + "\n"
	one := []string{"1 wx/sandbox? " + idA + " A"}
	for _, c := range []struct {
		name, file, text string
		want             []string
	}{
		{"colons", ".env", "WX_APPID: " + idA + "\nWX_SECRET: '" + secretA + "'\nEMPTY:\n", one},
		{"declare", ".env", "declare -x WX_APPID=\"" + idA + "\"\ndeclare -x WX_SECRET=\"" + secretA + "\"\n", one},
		{"other words of shells", "a.sh", "readonly WX_APPID=" + idA + "\ntypeset -x WX_SECRET=" + secretA + "\n", one},
		{"fish", "config.fish", "set -gx WX_APPID " + idA + "\nset --export WX_SECRET \"" + secretA + "\" # x\n", one},
		{"csh", ".cshrc", "setenv WX_APPID " + idA + "\nsetenv WX_SECRET '" + secretA + "'\n", one},
		{"PowerShell", "a.ps1", "$env:WX_APPID=\"" + idA + "\"\n$Env:WX_SECRET = '" + secretA + "'\n", one},
		{"make", "a.mk", "WX_APPID := " + idA + "\nWX_SECRET ?= " + secretA + "\n", one},
		{"Docker", "a.env", "ENV WX_APPID=" + idA + "\nENV WX_SECRET " + secretA + "\n", one},
		{"a unit of systemd", "shop-prod.service", "[Unit]\nDescription=the shop\n\n[Service]\nExecStart=/usr/bin/node \"a b\"\nEnvironment=\"WX_APPID=" + idA + "\" 'WX_SECRET=" + secretA + "' \\\n  NODE_ENV=production\nEnvironment=MINI_APPID=" + idB + "\nEnvironment=MINI_SECRET=\"" + secretB + "\"\n", []string{"6 wx/live " + idA + " A", "8 mini/live " + idB + " B mini"}},
		{"a batch file", "run.bat", "@echo off\r\nREM the shop\r\n:: and more\r\nsetlocal\r\nset \"WX_APPID=" + idA + "\"\r\n@SET \"WX_SECRET=" + secretA + "\"\r\nset PORT=80\r\n", []string{"5 wx/sandbox? " + idA + " A"}},
		{"a batch file without quotes", "run.cmd", "@echo off\nSET WX_APPID=" + idA + "\nset WX_SECRET=" + secretA + "\n", []string{"2 wx/sandbox? " + idA + " A"}},
		{"export of a word", ".envrc", "export \"WX_APPID=" + idA + "\"\nexport \"WX_SECRET=" + secretA + "\"\n", one},
		{"docker inspect", "inspect.json", `[{"Id":"f00","Name":"/shop-prod","Config":{"Hostname":"x","Env":["PATH=/bin","WX_APPID=` + idA + `","WX_SECRET=` + secretA + `"],"Cmd":["node","--a=b"]}}]`, []string{"1 shop-prod/live " + idA + " A"}},
		{"AWS's secrets", "a.json", `{"ARN":"arn:aws:x","Name":"prod/wx","SecretString":"{\"appid\":\"` + idA + `\",\"secret\":\"` + secretA + `\"}","VersionStages":["AWSCURRENT"]}`, []string{"1 prod-wx/live " + idA + " A"}},
		{"Tencent's secrets", "a.json", `{"Response":{"SecretName":"dev/shop","SecretString":"{\"WX_APPID\":\"` + idA + `\",\"WX_SECRET\":\"` + secretA + `\"}"}}`, []string{"1 wx/sandbox " + idA + " A"}},
		{"AWS's secrets in YAML", "a.yml", "Name: wx\nSecretString: '{\"appid\":\"" + idA + "\",\"secret\":\"" + secretA + "\"}'\n", []string{"2 wx/sandbox? " + idA + " A"}},
		{"Chinese names", ".env", "公众号_APPID=" + idA + "\n公众号_SECRET=" + secretA + "\n", []string{"1 公众号/sandbox? " + idA + " A official"}},
		{"numbers", ".env", "WX_APPID_1=" + idA + "\nWX_SECRET_1=" + secretA + "\n", []string{"1 wx-1/sandbox? " + idA + " A"}},
		{"UTF-16", ".env", utf16(unicode.LittleEndian, unicode.UseBOM, two), one},
		{"UTF-16, the other order", ".env", utf16(unicode.BigEndian, unicode.UseBOM, two), one},
		{"UTF-16 without a mark", ".env", utf16(unicode.LittleEndian, unicode.IgnoreBOM, two), one},
		{"UTF-16, the other order without a mark", ".env", utf16(unicode.BigEndian, unicode.IgnoreBOM, two), one},
		{
			"TOML", "config.toml",
			"[wechat.\"shop.one\"]\n  appID = \"" + idA + "\" # x\n  appSecret = '" + secretA + "'\n[[mini]]\nid = 1\nappid = \"" + idB + "\"\nsecret = \"" + secretB + "\"\n[[mini]]\nappid = \"" + idA + "\"\nsecret = \"" + secretB + "\"\n[x]\nports = [\n  80,\n  81,\n]\n",
			[]string{"2 shop-one/sandbox? " + idA + " A", "6 mini/sandbox? " + idB + " B mini", "9 mini-2/sandbox? " + idA + " B mini"},
		},
		{"TOML on one line", "config.toml", "wx = { appid = \"" + idA + "\", secret = \"" + secretA + "\" }\n", one},
		{"Terraform", "prod.tfvars", "wx_appid = \"" + idA + "\"\nwx_secret = \"" + secretA + "\"\nlist = [\n  \"a\",\n]\ntags = {\n  a = \"b\",\n}\n", []string{"1 wx/live " + idA + " A"}},
		{"Bruno", "shop.bru", "vars {\n  wx_appid: " + idA + "\n  wx_secret: " + secretA + "\n  ~wx_old_appid: " + idB + "\n}\nvars:secret [\n  token\n]\n", []string{"2 wx/sandbox? " + idA + " A"}},
		{"CSV with cells that are kept texts, without quotes", "a.csv", "name,appid,secret\na,=\"" + idA + "\",=\"" + secretA + "\"\n\"b,=\"\"x\",\"" + idB + "\",=\"" + secretB + "\"", []string{"2 a/sandbox? " + idA + " A", `3 b,="x/sandbox? ` + idB + " B"}},
		{"Apifox, an environment of each item", "apifox.json", `{"environments":[{"name":"测试环境","variables":[{"name":"appid","value":"` + idA + `"},{"name":"secret","value":"` + secretA + `"}]},{"name":"正式环境","variables":[{"name":"appid","value":"` + idB + `"},{"name":"secret","value":"` + secretB + `"}]}]}`, []string{"1 测试环境/sandbox " + idA + " A", "1 正式环境/live " + idB + " B"}},
		{"names that begin as a template's do", "a.json", `[{"name":"the-shop","appId":"` + idA + `","appSecret":"` + secretA + `"},{"name":"your-name-here","appId":"` + idB + `","appSecret":"` + secretB + `"}]`, []string{"1 the-shop/sandbox? " + idA + " A", "1 wechat-2/sandbox? " + idB + " B"}},
		{"names and environments in a list", "a.json", `[{"name":"a/b","env":"prod","appId":"` + idA + `","appSecret":"` + secretA + `"},{"name":"` + secretA + `","appId":"` + idB + `"}]`, []string{"1 a-b/live " + idA + " A", "1 wechat-2/live " + idB + " A"}},
		{"production in an item leaves nothing else in the sandbox", "a.yml", "all:\n  - env: prod\n    appid: " + idA + "\nwx:\n  appid: " + idB + "\n", []string{"3 all/live " + idA + " ", "5 wx/live " + idB + " "}},
		{"AppIDs as keys", "a.json", `{"` + idA + `":"` + secretA + `","wx":{"` + idB + `":{"secret":"` + secretB + `","appid":"` + idB + `"}}}`, []string{"1 " + idA + "/sandbox? " + idA + " A", "1 " + idB + "/sandbox? " + idB + " B"}},
		{"an ID that is only called so", "a.yml", "wx:\n  id: " + idA + "\n  secret: " + secretA + "\n", []string{"2 wx/sandbox? " + idA + " A"}},
		{"uni-app", "manifest.json", `{"mp-weixin":{"appid":"` + idA + `"}}`, []string{"1 mp-weixin/sandbox? " + idA + "  mini"}},
		{"an applet", "a.yml", "wx-applet:\n  appid: " + idA + "\n", []string{"2 wx-applet/sandbox? " + idA + "  mini"}},
		{
			"manifests of Kubernetes", "all.yaml",
			"apiVersion: v1\nkind: Secret\nmetadata: {name: shop-prod}\ndata:\n  appid: " + code([]byte(idA)) + "\n  secret: " + code([]byte(secretA)) + "\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: shop, namespace: dev}\nstringData:\n  appid: " + idB + "\n  secret: " + secretB + "\n",
			[]string{"5 shop-prod/live " + idA + " A", "12 shop/sandbox " + idB + " B"},
		},
		{
			"files in manifests", "all.yaml",
			"apiVersion: v1\nkind: ConfigMap\ndata:\n  application-prod.yml: |\n    wx.mp:\n      appid: " + idA + "\n      secret: " + secretA + "\n  readme.txt: |\n    a\n    b\n---\napiVersion: v1\nkind: Secret\ndata:\n  .env: " + code([]byte(strings.ReplaceAll(two, secretA, secretB))) + "\n",
			[]string{"4 wx-mp/live " + idA + " A official", "15 wx/sandbox? " + idA + " B"},
		},
	} {
		f, err := Read([]byte(c.text), Options{FileName: c.file})
		var got []string
		for _, a := range f.Accounts {
			got = append(got, told(a))
		}
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, %v; want %q", c.name, got, err, c.want)
		}
	}
}

// TestProgramsAreNoConfiguration: the lines of a program only look like assignments, so
// that it is refused whole, and the refusal tells another way.
func TestProgramsAreNoConfiguration(t *testing.T) {
	for file, text := range map[string]string{
		"config.js":  "module.exports = {\n  appid: '" + idA + "',\n  secret: '" + secretA + "',\n}\n",
		"wechat.php": "<?php\nreturn ['app_id' => '" + idA + "', 'secret' => '" + secretA + "'];\n",
		"web.config": `<appSettings><add key="WeixinAppId" value="` + idA + `"/></appSettings>`,
		"run.sh.txt": "#!/bin/sh\nset -e\nFOO 1\n",
	} {
		f, err := Read([]byte(text), Options{FileName: file})
		if err == nil || !strings.Contains(err.Error(), "format is not recognised") || strings.Contains(err.Error(), secretA) {
			t.Errorf("%s: %v, %v", file, f.Accounts, err)
		}
	}
}

// TestVariablesAreAssignmentsAlone: what a command gets is what the file's own programs
// would read.
func TestVariablesAreAssignmentsAlone(t *testing.T) {
	vars, err := Variables([]byte("A: 1\ndeclare -x B=\"2\"\nC={ d = \"e\" }\n"))
	if err != nil || len(vars) != 3 || vars[0].Value != "1" || vars[1].Value != "2" || vars[2].Value != `{ d = "e" }` {
		t.Errorf("%+v, %v", vars, err)
	}
	for _, text := range []string{"A=[\n  1,\n]\n", "set -gx A 1\n", "vars {\n  A: 1\n}\n"} {
		if vars, err := Variables([]byte(text)); err == nil {
			t.Errorf("%q: %+v", text, vars)
		}
	}
}
