package interchange

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"tokentray/core"
	"tokentray/core/filefault"
	"tokentray/core/kinds"
)

// samples are accounts that are hard on a format.
func samples() []core.Account {
	return []core.Account{
		{Name: "shop", Env: core.Live, Kind: kinds.WeChat, Product: kinds.ProductMini, AppID: idA, BaseURL: "https://a.example", Proxy: "socks5://u@h:1", Note: "one\ntwo, \"three\""},
		{Name: "商店 测试", Env: core.Sandbox, Kind: kinds.WeChatLegacy, Product: kinds.ProductOther, AppID: idB, Note: "'=1+1;'@x"},
		{Name: "=cmd|' /C calc'!A0", Env: core.Sandbox, Kind: kinds.WeChat, Product: kinds.ProductTest, AppID: "+1", Note: "a,-1;=2\n@3\t＝4", Params: core.ParamsOf(map[string]string{"agent": "=1", "ca_file": "/etc/ca.pem"})},
	}
}

// want is what a list tells of an account, or a backup, which has it whole.
func want(a core.Account, whole bool) Account {
	var out Account
	for _, p := range core.Plains() {
		if p.File == core.TeamList && !(p.Rare && p.Of(a) == "") || p.File == core.BackupOnly && whole {
			p.Put(&out, p.Of(a))
		}
	}
	if !a.Params.IsZero() { // a file without params has no map
		out.Params = a.Params.Map()
	}
	return out
}

func TestAListComesBack(t *testing.T) {
	for _, c := range []struct {
		name   string
		encode func([]core.Account) ([]byte, error)
		source Source
	}{{"json", AccountsJSON, TokenTray}, {"csv", AccountsCSV, CSV}} {
		t.Run(c.name, func(t *testing.T) {
			data, err := c.encode(samples())
			if err != nil {
				t.Fatal(err)
			}
			f, err := Read(data, Options{})
			if err != nil || f.Source != c.source {
				t.Fatalf("source %q, error %v, of\n%s", f.Source, err, data)
			}
			for i, a := range samples() {
				got := f.Accounts[i]
				got.Line = 0
				if w := want(a, false); !reflect.DeepEqual(got, w) {
					t.Errorf("%d: got %+v, want %+v", i, got, w)
				}
			}
		})
	}
}

// TestNoCellIsAFormula: whichever separator a spreadsheet takes, and whatever it
// makes of quotes, no cell begins as a formula does.
func TestNoCellIsAFormula(t *testing.T) {
	data, err := AccountsCSV(samples())
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range string(data) {
		before := firstRune(string(data)[max(0, i-1):])
		if strings.ContainsRune("=+-@＝＋－＠", r) && (i == 0 || strings.ContainsRune(borders, before)) {
			t.Errorf("a cell can begin at %q", string(data)[i:min(len(data), i+12)])
		}
	}
}

// TestEveryFieldHasItsPlace: whoever gives accounts another field says in its tag
// whether a team's list and a backup have it.
func TestEveryFieldHasItsPlace(t *testing.T) {
	places := []core.Place{core.NoFile, core.TeamList, core.BackupOnly}
	for f := range reflect.TypeFor[core.Account]().Fields() {
		key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		p, plain := core.PlainOf(key)
		if !plain { // the ID, which belongs to one home, and the params, which every file has
			continue
		}
		if _, said := f.Tag.Lookup("file"); !said || !slices.Contains(places, p.File) {
			t.Errorf("core.Account.%s: say in its tag file which files have it: list, backup, or none", f.Name)
		}
	}
}

// TestNoFileConsents: a file that allows to fetch from a destructive source is not
// believed.
func TestNoFileConsents(t *testing.T) {
	list := `{"tokentray": "accounts", "version": 1, "accounts": [{"name": "shop", "appid": "` + idA + `", "allow_live": true}]}`
	var faults Faults
	if _, err := Read([]byte(list), Options{}); !errors.As(err, &faults) || len(faults) != 1 || faults[0].Code != filefault.Key {
		t.Errorf("a list: %v", err)
	}
	f, err := Read([]byte("name,appid,allow_live\nshop,"+idA+",true\n"), Options{From: CSV})
	if err != nil || len(f.Accounts) != 1 || f.Accounts[0].AllowLive != nil || len(f.Remarks) == 0 || f.Remarks[0].Code != RemarkColumn {
		t.Errorf("a table: %v, %+v", err, f)
	}
}

func TestABackupComesBack(t *testing.T) {
	pass := core.NewSecret("correct horse")
	var in []Credential
	for i, a := range samples() {
		a.Watch, a.Budget = i == 2, 100*i
		a.Pinned = i == 0
		a.Auto, a.CopyFormat, a.CopyPath, a.AllowLive, a.ID = i == 1, "header", "/cgi-bin/menu/get", true, core.NewID()
		if i == 1 {
			a.Declined = "wechat-legacy"
			a.Params = core.ParamsOf(map[string]string{"agent": "1000002"})
		}
		c := Credential{Account: a}
		if i < 2 {
			c.Credentials = core.Credentials{Secret: core.NewSecret(secretA), ProxyPassword: core.NewSecret(secretB)}
		}
		in = append(in, c)
	}
	settings := []Setting{{"language", "zh"}}
	data, err := SealBackup(in, settings, nil, time.Unix(0, 0), pass, 10)
	if err != nil {
		t.Fatal(err)
	}
	if !IsBackup(data) || bytes.Contains(data, []byte(secretA)) || bytes.Contains(data, []byte(idA)) {
		t.Fatalf("not encrypted: %q", data[:min(len(data), 300)])
	}
	f, err := Read(data, Options{Passphrase: pass})
	if err != nil || f.Source != Backup || !reflect.DeepEqual(f.Settings, settings) {
		t.Fatalf("source %q, settings %v, error %v", f.Source, f.Settings, err)
	}
	for i, c := range in {
		w, got := want(c.Account, true), f.Accounts[i]
		w.Secret, w.ProxyPassword, w.Line = c.Credentials.Secret, c.Credentials.ProxyPassword, got.Line
		if !reflect.DeepEqual(got, w) {
			t.Errorf("%d: got %+v, want %+v", i, got, w)
		}
	}
	if _, err := Read(data, Options{Passphrase: core.NewSecret("wrong horse")}); !reflect.DeepEqual(err, one(filefault.Passphrase, 0)) {
		t.Errorf("a wrong passphrase: %v", err)
	}
	data[len(data)-1] ^= 1
	if _, err := Read(data, Options{Passphrase: pass}); !reflect.DeepEqual(err, one(filefault.Damaged, 0)) {
		t.Errorf("a changed file: %v", err)
	}
}

// TestAFileForAKey: an age file for somebody's key says so, and one that asks for
// too much work is refused without doing it.
func TestAFileForAKey(t *testing.T) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, id.Recipient())
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	if _, err := Read(out.Bytes(), Options{Passphrase: core.NewSecret("p")}); !reflect.DeepEqual(err, one(filefault.OtherKey, 0)) {
		t.Errorf("got %v", err)
	}
	data, err := SealBackup(nil, nil, nil, time.Unix(0, 0), core.NewSecret("p"), 10)
	if err != nil {
		t.Fatal(err)
	}
	greedy := bytes.Replace(data, []byte(" 10\n"), []byte(" 30\n"), 1)
	if _, err := Read(greedy, Options{Passphrase: core.NewSecret("p")}); !reflect.DeepEqual(err, one(filefault.Damaged, 0)) {
		t.Errorf("a greedy file: %v", err)
	}
}

func TestTenThousandAccounts(t *testing.T) {
	var accounts []core.Account
	var env, spring strings.Builder
	for i := range 10_000 {
		id := fmt.Sprintf("wx%016x", i)
		accounts = append(accounts, core.Account{Name: fmt.Sprint("店 ", i), Env: core.Live, Kind: kinds.WeChat, Product: kinds.ProductMini, AppID: id, Note: strings.Repeat("注", 100)})
		fmt.Fprintf(&env, "SHOP%d_WX_APPID=%s\nSHOP%d_WX_SECRET=%s\n", i, id, i, secretA)
		fmt.Fprintf(&spring, "wx.mp.apps.t%d.app-id: %s\nwx.mp.apps.t%d.secret: %s\n", i, id, i, secretA)
	}
	asJSON, err := AccountsJSON(accounts)
	if err != nil {
		t.Fatal(err)
	}
	asCSV, err := AccountsCSV(accounts)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"x.json": asJSON, "x.csv": asCSV, ".env": []byte(env.String()), "x.yml": []byte(spring.String()), "x.properties": []byte(spring.String())} {
		f, err := Read(data, Options{FileName: name})
		if err != nil || len(f.Accounts) != 10_000 {
			t.Errorf("%s: %d accounts, error %v", name, len(f.Accounts), err)
		}
	}
}

// TestFilesHaveEveryField: each plain field that files have comes back from a list and
// from a backup.
func TestFilesHaveEveryField(t *testing.T) {
	var a core.Account
	for _, p := range core.Plains() {
		switch {
		case p.Switch:
			p.Put(&a, "true")
		case p.Number:
			p.Put(&a, "12")
		default:
			p.Put(&a, "x"+p.Key)
		}
	}
	a.Env, a.Params = core.Live, core.ParamsOf(map[string]string{"nest": "oak"})
	list, err := AccountsJSON([]core.Account{a})
	if err != nil {
		t.Fatal(err)
	}
	csv, err := AccountsCSV([]core.Account{a})
	if err != nil {
		t.Fatal(err)
	}
	pass := core.NewSecret("correct horse")
	backup, err := SealBackup([]Credential{{Account: a}}, nil, nil, time.Now(), pass, 2)
	if err != nil {
		t.Fatal(err)
	}
	for what, file := range map[string][]byte{"list.json": list, "list.csv": csv, "backup.age": backup} {
		f, err := Read(file, Options{FileName: what, Passphrase: pass})
		if err != nil || len(f.Accounts) != 1 || f.Accounts[0].Params["nest"] != "oak" {
			t.Fatalf("%s: %v, %+v", what, err, f.Accounts)
		}
		for _, p := range core.Plains() {
			value, told := p.Get(&f.Accounts[0])
			told = told && value != ""
			want := p.File == core.TeamList || p.File == core.BackupOnly && what == "backup.age"
			if told != want || told && value != p.Of(a) {
				t.Errorf("%s: %s is %q, and told: %v, want %v", what, p.Key, value, told, want)
			}
		}
	}
}
