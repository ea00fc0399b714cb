package interchange

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tokentray/core"
)

// TestFilesOfEarlierVersions: every form in which a version exported accounts is
// read again, and each field is as it was.
func TestFilesOfEarlierVersions(t *testing.T) {
	type file struct {
		Accounts []map[string]any
		Settings map[string]string
	}
	read := func(name string) []byte {
		t.Helper()
		raw, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	var whole file
	if err := json.Unmarshal(read("with-secrets.json"), &whole); err != nil {
		t.Fatal(err)
	}
	shared := []string{"name", "env", "kind", "product", "appid", "base_url", "proxy", "note"}
	all := append([]string{"auto", "copy_format", "copy_path", "secret", "proxy_password"}, shared...)
	for name, told := range map[string]struct {
		source Source
		keys   []string
	}{
		"accounts.json":     {TokenTray, shared},
		"accounts.csv":      {CSV, shared},
		"with-secrets.json": {TokenTray, all},
		"backup.age":        {Backup, all},
	} {
		got, err := Read(read(name), Options{FileName: name, Passphrase: core.NewSecret("correct horse battery staple")})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.Source != told.source || len(got.Remarks) != 0 || len(got.Accounts) != len(whole.Accounts) {
			t.Fatalf("%s: %d accounts from %s, with remarks %v", name, len(got.Accounts), got.Source, got.Remarks)
		}
		for i, a := range got.Accounts {
			have := fieldsOf(a)
			for _, key := range told.keys {
				want := whole.Accounts[i][key]
				if want == nil {
					want = "" // it is left out where it is empty
				}
				if v := have[key]; v != want {
					t.Errorf("%s: %s of %s is %v, want %v", name, key, a.Name, v, want)
				}
			}
		}
		if name == "accounts.json" || name == "accounts.csv" {
			continue
		}
		settings := map[string]string{}
		for _, s := range got.Settings {
			settings[s.Key] = s.Value
		}
		if d := cmp.Diff(whole.Settings, settings); d != "" {
			t.Errorf("%s: settings (-then +now):\n%s", name, d)
		}
	}
}

// fieldsOf is what a file told of an account, by the names in our JSON; what it
// did not tell is empty.
func fieldsOf(a Account) map[string]any {
	text := func(p *string) string {
		if p == nil {
			return ""
		}
		return *p
	}
	out := map[string]any{
		"name": a.Name, "env": string(a.Env), "kind": string(a.Kind), "product": string(a.Product), "appid": a.AppID,
		"base_url": text(a.BaseURL), "proxy": text(a.Proxy), "note": text(a.Note), "copy_format": text(a.CopyFormat), "copy_path": text(a.CopyPath),
		"secret": a.Secret.Reveal(), "proxy_password": a.ProxyPassword.Reveal(),
	}
	if a.Auto != nil {
		out["auto"] = *a.Auto
	}
	return out
}
