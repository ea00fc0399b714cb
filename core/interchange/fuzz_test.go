package interchange

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/recognise"
)

// check holds of every file: it gives accounts or faults, within the limits, and
// whatever it says of itself quotes nothing that is no name of a field.
func check(t *testing.T, data []byte, o Options) {
	t.Helper()
	f, err := Read(data, o)
	var bad Faults
	switch {
	case err == nil && len(f.Accounts) == 0:
		t.Fatal("neither accounts nor faults")
	case err != nil && (!errors.As(err, &bad) || len(bad) == 0 || len(bad) > maxFaults || len(f.Accounts) > 0):
		t.Fatalf("the error is %v, beside %d accounts", err, len(f.Accounts))
	}
	lines := strings.Count(string(data), "\n") + strings.Count(string(data), "\r") + 1
	keys := map[string]bool{}
	for _, fault := range bad {
		keys[fault.Key] = true
		if fault.Line < 0 || fault.Line > lines {
			t.Fatalf("line %d of %d: %v", fault.Line, lines, fault)
		}
	}
	for _, r := range f.Remarks {
		keys[r.Key] = true
	}
	for key := range keys {
		if key != "" && !recognise.IsPlain(key) {
			t.Fatalf("the key %q is told", key)
		}
	}
	slots := map[string]bool{}
	for _, a := range f.Accounts {
		if slots[slot(a)] {
			t.Fatalf("%s is there twice", slot(a))
		}
		slots[slot(a)] = true
	}
}

func fuzz(f *testing.F, o Options, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) { check(t, data, o) })
}

func FuzzGuessed(f *testing.F) {
	fuzz(f, Options{Passphrase: core.NewSecret("p")}, "WX_APPID=a", "name,appid\na,b", "wx.mp.app-id: a", "{", "age-encryption.org/v1\n-> scrypt a 1\n", "\xff\xfe",
		// UTF-16 and GB18030; a shell's file; a program; a list with names and environments; AppIDs as keys
		"\xff\xfeW\x00X\x00_\x00A\x00P\x00P\x00I\x00D\x00=\x00a\x00", "# \xc9\xcc\xb3\xc7\nWX_APPID=a", "use node\nsetenv WX_APPID a\n$env:WX_SECRET=\"b\"\n",
		"module.exports = {\n  appid: 'a',\n}", `[{"name":"a","env":"prod","appId":"`+idA+`"},{"name":"b","appSecret":"`+secretA+`"}]`, `{"`+idA+`":"`+secretA+`"}`)
}

func FuzzJSON(f *testing.F) {
	fuzz(f, Options{From: TokenTray}, `{"tokentray":"accounts","version":1,"accounts":[{"name":"a","appid":"b","env":"live"}]}`, `{"a":[1,true,null]}`)
}

func FuzzCSV(f *testing.F) {
	fuzz(f, Options{From: CSV}, "version,name,appid,note\n1,a,b,\"c\nd\"\n", "name,appid,auto\na,b,true\n,,\n",
		"sep=;\n名称;环境;AppID;AppSecret\n商店;生产;\"=\"\"a\"\"\";=\"b\"\n", "| 名称 | AppID | AppSecret |\n| --- | --- | --- |\n| a | b | c |\n", "corpid\tagentid\tsecret\nww1\t1000002\tx\n", "client_id,client_secret,token_url\na,b,https://c\n")
}

func FuzzDotenv(f *testing.F) {
	fuzz(f, Options{From: Dotenv}, "WX_APPID=a\nexport WX_SECRET=\"b\\n\nc\" # d\n", "appSecret='a'\nappId=`b`\nENV=prod",
		"WX_APPID: a\ndeclare -x WX_SECRET=\"b\"\n", "set -gx WX_APPID a\nENV WX_SECRET b\nWX_TOKEN := c", "[wechat.\"a.b\"]\nappid = 'x'\n[[mini]]\nid = 1\n[[mini]]\nports = [\n 1,\n]\n",
		"wx = { appid = \"a\", secret = \"b\" }", "vars {\n  appid: a\n  ~secret: b\n}\nvars:secret [\n  token\n]\n", "tags = {\n a = \"b\",\n}\n}\n", "export A_APPID=1; export A_SECRET=2")
}

func FuzzPostman(f *testing.F) {
	fuzz(f, Options{From: Postman}, `{"name":"a/b","values":[{"key":"appid","value":"a"},{"key":"secret","value":"{{b}}","enabled":false}]}`,
		`{"values":[{"key":"wx_appid","value":"a","type":"secret"},{"key":"wx_appid","value":1}],"_postman_variable_scope":"globals"}`)
}

func FuzzProperties(f *testing.F) {
	fuzz(f, Options{From: WxJava, FileName: "application-dev.properties"}, "wx.mp.configs[0].appId=a\\\n b\n#---\nspring.profiles=x\nwx.mp.configs[0].secret:\\u4e2d\n", "wx.mp.apps.['a.b'].appid a",
		"douyin-mini.app-id=a\nhuawei-push.app.id : b\nhuawei-push.app.secret c", "wx.cp.corpId=a\nwx.cp.appConfigs[0].agentId=1\nwx.cp.appConfigs[0].secret=b\n")
}

func FuzzYAML(f *testing.F) {
	fuzz(f, Options{From: WxJava, FileName: "a.yml"}, "wx:\n  mp: &a\n    appId: b\n    secret: ${c}\n---\nspring.profiles: [prod]\nwx: {mp: {<<: *a}}\n", "a: &a\n  <<: *a\nb: ? c\n", "a: [[[{b: *c}]]]",
		"apiVersion: v1\nkind: Secret\nmetadata: {name: a-prod}\ndata:\n  appid: YQ==\n---\napiVersion: v1\nkind: ConfigMap\ndata:\n  .env: |\n    WX_APPID=a\n    WX_SECRET=b\n",
		"services:\n  a:\n    environment:\n      - WX-MINI.APPID=a\n      - WX-MINI.SECRET=b\n", "environments:\n  - name: prod\n    variables:\n      - {name: appid, value: "+idA+"}\n", "wx:\n  "+idA+": {secret: a}\n  id: "+idB+"\n")
}

// FuzzGuard: a guarded cell comes back, and nowhere in it a formula can begin.
func FuzzGuard(f *testing.F) {
	for _, s := range []string{"=1", "''=1", "a;'-b", "\t@\r+", "＝", "'"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		guarded := guard(cell)
		if back := unguard(guarded); back != cell {
			t.Fatalf("%q became %q and then %q", cell, guarded, back)
		}
		border := true
		for _, r := range guarded {
			if border && strings.ContainsRune("=+-@＝＋－＠", r) {
				t.Fatalf("%q became %q", cell, guarded)
			}
			border = strings.ContainsRune(borders, r)
		}
	})
}

// FuzzList: what an account may hold comes back from a list in either format.
func FuzzList(f *testing.F) {
	f.Add("shop", "note\n=1", "wx1", "https://a.example")
	f.Fuzz(func(t *testing.T, name, note, appID, base string) {
		a := kinds.Builtin().Clean(core.Account{Name: name, Env: core.Live, Kind: kinds.WeChat, AppID: appID, Note: lineEnds.Replace(note), BaseURL: base})
		if len(kinds.Builtin().Check(a).Fatal()) > 0 || !utf8.ValidString(note) || strings.ContainsRune(note, 0) || a.AppID == "" {
			return
		}
		for _, encode := range []func([]core.Account) ([]byte, error){AccountsJSON, AccountsCSV} {
			data, err := encode([]core.Account{a})
			if err != nil {
				t.Fatal(err)
			}
			got, err := Read(data, Options{})
			if err != nil || len(got.Accounts) != 1 {
				t.Fatalf("error %v, %d accounts from %q", err, len(got.Accounts), data)
			}
			if g := got.Accounts[0]; g.Name != a.Name || *g.Note != a.Note || g.AppID != a.AppID || *g.BaseURL != a.BaseURL || g.Product != a.Product {
				t.Fatalf("%+v came back as %+v", a, g)
			}
		}
	})
}
