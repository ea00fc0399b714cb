package agent

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/interchange"
)

// TestNothingThatAFileTellsIsLost: what a file tells reaches the agent from the one
// place where its readers put it, and consent never does.
func TestNothingThatAFileTellsIsLost(t *testing.T) {
	elsewhere, yes := "elsewhere", true
	a := interchange.Account{
		Params: map[string]string{"nest": "oak"}, Secret: core.NewSecret("s"), ProxyPassword: core.NewSecret("p"),
		Input: core.Input{
			Name: &elsewhere, Env: (*core.Env)(&elsewhere), Kind: (*core.Kind)(&elsewhere), Product: (*core.Product)(&elsewhere), AppID: &elsewhere,
			Params: map[string]string{"nest": elsewhere}, AllowLive: &yes,
		},
	}
	value := func(p core.Plain) string {
		switch {
		case p.Switch:
			return "true"
		case p.Number:
			return "12"
		}
		return "x" + p.Key
	}
	for _, p := range core.Plains() {
		if p.File != core.NoFile {
			p.Put(&a, value(p))
		}
	}
	in := importInput(a)
	for _, p := range core.Plains() {
		got, told := p.Get(&in.Input)
		if want := p.File != core.NoFile; told != want || told && got != value(p) {
			t.Errorf("%s is %q, and told: %v, want %v", p.Key, got, told, want)
		}
	}
	if in.Params["nest"] != "oak" || in.Secret == nil || *in.Secret != "s" || in.ProxyPassword == nil || *in.ProxyPassword != "p" {
		t.Errorf("params %v, and the secrets are not those of the file", in.Params)
	}
	if in := importInput(interchange.Account{}); in.Secret != nil || in.Kind != nil || in.Note != nil || in.AllowLive != nil {
		t.Errorf("what a file does not tell is told: %+v", in)
	}
}

// The agent reads the file: the plan tells its format, its lines and what was left
// out, and never a secret.
func TestAFileIsReadByTheAgent(t *testing.T) {
	const secret = "a1b2c3d4e5f60718293a4b5c6d7e8f90"
	w := newWorld(t)
	r := w.start()
	text := "SHOP_WX_APPID=wx0123456789abcdef\nSHOP_WX_SECRET=" + secret + "\nALIPAY_APP_ID=2021000000000000\n"
	req := api.ImportRequest{File: &api.ImportFile{Name: "a.env", Data: []byte(text)}}
	plan, err := r.client.Import(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	want := []api.ImportRemark{{Code: "other_app", Line: 3, Key: "ALIPAY_APP_ID"}, {Code: "env", Line: 1}}
	if plan.Source != "dotenv" || !slices.Equal(plan.Lines, []int{1}) || !slices.Equal(plan.Remarks, want) || len(plan.Rows) != 1 || plan.Rows[0].Name != "shop" {
		t.Errorf("planned %+v", plan)
	}
	req.Apply = plan.Digest
	if plan, err = r.client.Import(t.Context(), req); err != nil || !plan.Done {
		t.Fatalf("done: %+v, %v", plan, err)
	}
	raw, err := json.Marshal(plan)
	if err != nil || strings.Contains(string(raw), secret[:12]) || strings.Contains(w.log.String(), secret[:12]) {
		t.Errorf("the plan or the log tells the secret: %v", err)
	}
	if got, err := r.vault.Credentials(t.Context(), r.accounts.all()[0]); err != nil || got.Secret.Reveal() != secret {
		t.Errorf("the vault: %v", err)
	}
	req.Accounts = []api.AccountInput{{}}
	if _, err := r.client.Import(t.Context(), req); core.AsError(err).Class != core.Invalid {
		t.Errorf("a file and accounts: %v", err)
	}
}

// An account that is live, or whose environment nothing tells, is not renewed before a
// person said so; the same file once more changes nothing.
func TestWhatAFileSaysOfProductionIsPaused(t *testing.T) {
	const text = "WECHAT_APPID=wx00000000000000%s\nWECHAT_SECRET=a1b2c3d4e5f60718293a4b5c6d7e8f90\n"
	w := newWorld(t)
	r := w.start()
	for _, c := range []struct {
		name, head string
		env        core.Env
		auto       bool
	}{
		{".env", "", core.Sandbox, false},
		{".env.production", "", core.Live, false},
		{"a.env", "NODE_ENV=production\n", core.Live, false},
		{"b.env", "APP_ENV=testing\n", core.Sandbox, true},
	} {
		id := hex.EncodeToString([]byte(c.name[:1] + c.name[len(c.name)-1:]))[:2]
		req := api.ImportRequest{File: &api.ImportFile{Name: c.name, AccountName: "of" + c.name, Data: []byte(c.head + strings.ReplaceAll(text, "%s", id))}, Apart: true}
		plan, err := r.client.Import(t.Context(), req)
		if err != nil || len(plan.Rows) != 1 || plan.Rows[0].Env != c.env || plan.Rows[0].Auto != c.auto {
			t.Fatalf("%s: planned %+v, %v", c.name, plan.Rows, err)
		}
		req.Apply = plan.Digest
		if _, err := r.client.Import(t.Context(), req); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		req.Apply = ""
		if plan, err = r.client.Import(t.Context(), req); err != nil || plan.Rows[0].Status != api.ImportSame {
			t.Errorf("%s, once more: %+v, %v", c.name, plan.Rows, err)
		}
	}
}

// A secret in a form that the kind's secrets do not have may be anything. It is kept
// and goes nowhere by itself, in a new account or in one that was there.
func TestAnOddSecretOfAFileGoesNowhere(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	for _, c := range []struct {
		id, secret string
		auto       bool
	}{
		{"wx00000000000000c1", "Zm9vYmFyYmF6+Zm9vYmFyYmF6=", false},
		{"wx00000000000000c2", "a1b2c3d4e5f60718293a4b5c6d7e8f90", true},
		{"wx00000000000000c2", "a1b2c3d4e5f60718293a4b5c6d7e8f9", false}, // one digit was lost
	} {
		text := "APP_ENV=testing\nWX_APPID=" + c.id + "\nWX_SECRET=" + c.secret + "\n"
		req := api.ImportRequest{File: &api.ImportFile{Name: ".env", AccountName: c.id, Data: []byte(text)}, OnConflict: api.ConflictReplace}
		plan, err := r.client.Import(t.Context(), req)
		if err != nil || len(plan.Rows) != 1 || plan.Rows[0].Auto != c.auto {
			t.Fatalf("%s: planned %+v, %v", c.secret, plan.Rows, err)
		}
		req.Apply = plan.Digest
		if _, err := r.client.Import(t.Context(), req); err != nil {
			t.Fatal(err)
		}
		if a, err := r.client.Account(t.Context(), api.Ref{Name: c.id, Env: core.Sandbox}); err != nil || a.Auto != c.auto {
			t.Errorf("%s: renewed %v, %v", c.secret, a.Auto, err)
		}
		at := slices.IndexFunc(r.accounts.all(), func(a core.Account) bool { return a.AppID == c.id })
		if got, err := r.vault.Credentials(t.Context(), r.accounts.all()[at]); err != nil || got.Secret.Reveal() != c.secret {
			t.Errorf("%s is not kept: %v", c.secret, err)
		}
		w.pass(time.Hour)
		r.keeper.Wake()
		for limit := time.Now().Add(time.Minute); c.auto && len(w.up.secrets()) == 0 && time.Now().Before(limit); {
			time.Sleep(5 * time.Millisecond)
		}
	}
	if got := slices.Compact(w.up.secrets()); !slices.Equal(got, []string{"a1b2c3d4e5f60718293a4b5c6d7e8f90"}) {
		t.Errorf("upstream was sent %q, want the secret that has the form alone", got)
	}
}

// What is wrong with a file reaches the client with its lines, and without what
// the file holds.
func TestFaultsOfAFileReachTheClient(t *testing.T) {
	const secret = "a1b2c3d4e5f60718293a4b5c6d7e8f90"
	r := newWorld(t).start()
	file := &api.ImportFile{Data: []byte("WX_APPID=a\nWX_SECRET=\"" + secret + "\n")}
	_, err := r.client.Import(t.Context(), api.ImportRequest{File: file})
	var faults api.ImportFaults
	if !errors.As(err, &faults) || !slices.Equal(faults, api.ImportFaults{{Code: "quote", Line: 2, Key: "WX_SECRET"}}) {
		t.Errorf("got %v, %+v", err, faults)
	}
	if e := core.AsError(err); e.Class != core.Invalid || strings.Contains(err.Error(), secret[:12]) {
		t.Errorf("got %+v", e)
	}
}

// A list that leaves one home comes back in another; a backup wants its passphrase.
func TestWhatIsExportedIsRead(t *testing.T) {
	r := newWorld(t).start()
	r.add("shop", core.Live)
	r.add("blog", core.Sandbox)
	for _, format := range []string{api.ExportJSON, api.ExportCSV} {
		file, err := r.client.Export(t.Context(), api.ExportRequest{Format: format, Env: core.Live})
		if err != nil || file.Accounts != 1 {
			t.Fatalf("%s: %d accounts, %v", format, file.Accounts, err)
		}
		other := newWorld(t).start()
		plan, err := other.client.Import(t.Context(), api.ImportRequest{File: &api.ImportFile{Data: file.Data}})
		if err != nil || len(plan.Rows) != 1 || plan.Rows[0].Name != "shop" || plan.Rows[0].Env != core.Live {
			t.Errorf("%s: planned %+v, %v", format, plan, err)
		}
	}
	if _, err := r.client.Export(t.Context(), api.ExportRequest{Format: "xml"}); core.AsError(err).Class != core.Invalid {
		t.Errorf("xml: %v", err)
	}
	b, err := r.client.Backup(t.Context(), core.NewSecret("correct horse"))
	if err != nil {
		t.Fatal(err)
	}
	file := &api.ImportFile{Data: b.Age}
	if _, err := r.client.Import(t.Context(), api.ImportRequest{File: file}); core.AsError(err).Remedy != core.RemedyBackupAsk {
		t.Errorf("without a passphrase: %v", err)
	}
	file.Passphrase = "correct horse"
	if plan, err := r.client.Import(t.Context(), api.ImportRequest{File: file}); err != nil || len(plan.Rows) != 2 || plan.Source != "backup" {
		t.Errorf("with it: %+v, %v", plan, err)
	}
}

// What the API says of files is what the reader of files does.
func TestTheAPIKnowsTheFormats(t *testing.T) {
	var sources []string
	for _, s := range interchange.Sources() {
		sources = append(sources, string(s))
	}
	if !slices.Equal(sources, api.ImportSources()) || api.MaxImportFile != interchange.MaxFile {
		t.Errorf("the API knows %q up to %d bytes, the reader %q up to %d", api.ImportSources(), api.MaxImportFile, sources, interchange.MaxFile)
	}
}

// A table with the column kind brings accounts of the presets of this version, and
// without it those whose IDs begin as a platform's do. They are asked by their kind.
func TestATableOfPresetsIsImported(t *testing.T) {
	const one, two = "cli_a0123456789abcde", "cli_b0123456789abcde"
	for name, table := range map[string]string{
		"with kinds":    "name,kind,app_id,app_secret\nbot,feishu," + one + "," + goodSecret + "\nhelper,feishu," + two + "," + goodSecret + "\n",
		"with a choice": "name,kind,app_id,app_secret\nbot,feishu," + one + "," + goodSecret + "\nhelper,lark," + two + "," + goodSecret + "\n",
		"by their IDs":  "name,app_id,app_secret\nbot," + one + "," + goodSecret + "\nhelper," + two + "," + goodSecret + "\n",
		"without names": "app_id,app_secret\n" + one + "," + goodSecret + "\n" + two + "," + goodSecret + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			ups := w.everyKind()
			r := w.start()
			req := api.ImportRequest{File: &api.ImportFile{Name: "apps.csv", Data: []byte(table)}}
			plan, err := r.client.Import(t.Context(), req)
			if err != nil || !plan.Ready || len(plan.Rows) != 2 {
				t.Fatalf("%v: %+v", err, plan)
			}
			req.Apply = plan.Digest
			if plan, err = r.client.Import(t.Context(), req); err != nil || !plan.Done {
				t.Fatalf("%v: %+v", err, plan)
			}
			for i, id := range []string{one, two} {
				at := slices.IndexFunc(r.accounts.all(), func(a core.Account) bool { return a.AppID == id })
				if at < 0 {
					t.Fatalf("%s is not there: %+v", id, r.accounts.all())
				}
				a, want := r.accounts.all()[at], core.Kind("feishu")
				if i == 1 && name == "with a choice" {
					want = "lark"
				}
				got, err := r.client.Token(t.Context(), api.Ref{Name: a.Name, Env: a.Env}, 0)
				if a.Kind != want || err != nil || !slices.Contains(ups[want].tokens(), got.AccessToken) {
					t.Errorf("%s is %s, want %s: %v", id, a.Kind, want, err)
				}
			}
		})
	}
}

// TestADotenvOfFeishuIsFeishus: the usual .env of an application of Feishu becomes an
// account of Feishu, and nothing of it goes to WeChat.
func TestADotenvOfFeishuIsFeishus(t *testing.T) {
	const id = "cli_a1b2c3d4e5f6g7h8"
	for name, file := range map[string]string{
		"bare names":  "APP_ID=" + id + "\nAPP_SECRET=" + goodSecret + "\n",
		"brand names": "FEISHU_APP_ID=" + id + "\nFEISHU_APP_SECRET=" + goodSecret + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			ups := w.everyKind()
			r := w.start()
			req := api.ImportRequest{File: &api.ImportFile{Name: ".env.test", Data: []byte(file)}}
			plan, err := r.client.Import(t.Context(), req)
			if err != nil || !plan.Ready || len(plan.Rows) != 1 {
				t.Fatalf("%v: %+v", err, plan)
			}
			req.Apply = plan.Digest
			if plan, err = r.client.Import(t.Context(), req); err != nil || !plan.Done {
				t.Fatalf("%v: %+v", err, plan)
			}
			all := r.accounts.all()
			if len(all) != 1 || all[0].Kind != "feishu" || all[0].AppID != id {
				t.Fatalf("%+v", all)
			}
			got, err := r.client.Token(t.Context(), api.Ref{Name: all[0].Name, Env: all[0].Env}, 0)
			if err != nil || !slices.Contains(ups["feishu"].tokens(), got.AccessToken) {
				t.Errorf("its token is not Feishu's: %v", err)
			}
			for kind, up := range ups {
				if kind != "feishu" && up.count() > 0 {
					t.Errorf("%s was asked", kind)
				}
			}
		})
	}
}
