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
	fuzz(f, Options{Passphrase: core.NewSecret("p")}, "WX_APPID=a", "name,appid\na,b", "wx.mp.app-id: a", "{", "age-encryption.org/v1\n-> scrypt a 1\n", "\xff\xfe")
}

func FuzzJSON(f *testing.F) {
	fuzz(f, Options{From: TokenTray}, `{"tokentray":"accounts","version":1,"accounts":[{"name":"a","appid":"b","env":"live"}]}`, `{"a":[1,true,null]}`)
}

func FuzzCSV(f *testing.F) {
	fuzz(f, Options{From: CSV}, "version,name,appid,note\n1,a,b,\"c\nd\"\n", "name,appid,auto\na,b,true\n,,\n")
}

func FuzzDotenv(f *testing.F) {
	fuzz(f, Options{From: Dotenv}, "WX_APPID=a\nexport WX_SECRET=\"b\\n\nc\" # d\n", "appSecret='a'\nappId=`b`\nENV=prod")
}

func FuzzPostman(f *testing.F) {
	fuzz(f, Options{From: Postman}, `{"name":"a/b","values":[{"key":"appid","value":"a"},{"key":"secret","value":"{{b}}","enabled":false}]}`)
}

func FuzzProperties(f *testing.F) {
	fuzz(f, Options{From: WxJava, FileName: "application-dev.properties"}, "wx.mp.configs[0].appId=a\\\n b\n#---\nspring.profiles=x\nwx.mp.configs[0].secret:\\u4e2d\n", "wx.mp.apps.['a.b'].appid a")
}

func FuzzYAML(f *testing.F) {
	fuzz(f, Options{From: WxJava, FileName: "a.yml"}, "wx:\n  mp: &a\n    appId: b\n    secret: ${c}\n---\nspring.profiles: [prod]\nwx: {mp: {<<: *a}}\n", "a: &a\n  <<: *a\nb: ? c\n", "a: [[[{b: *c}]]]")
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
