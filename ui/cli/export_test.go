package cli

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/collection"
	"tokentray/core/kinds"
)

func newExportRun(accounts ...api.Account) (*run, *doorFake) {
	r, f := newDoorRun()
	f.door = api.Loopback{State: api.DoorOn, Port: 18000}
	f.list.Accounts = accounts
	return r, f
}

func shops() []api.Account {
	test := account("shop", core.Sandbox, time.Hour)
	test.Product = kinds.ProductTest
	mini := account("小程序", core.Live, time.Hour)
	mini.Product = kinds.ProductMini
	return []api.Account{test, account("shop", core.Live, time.Hour), mini}
}

// written lists the files below a folder with their permissions.
func written(t *testing.T, dir string) map[string]fs.FileMode {
	t.Helper()
	out := map[string]fs.FileMode{}
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			t.Error(err)
			return nil
		}
		rel, _ := filepath.Rel(dir, path)
		out[filepath.ToSlash(rel)] = info.Mode().Perm()
		return nil
	})
	return out
}

// TestExportFolder: each name has an environment, the collection has the calls
// of both, nobody's key is in them, and the person hears where it goes.
func TestExportFolder(t *testing.T) {
	r, f := newExportRun(shops()...)
	dir := filepath.Join(t.TempDir(), "wechat")
	out, errOut := r.try(t, 0, "export", "postman", "--out", dir)
	got := written(t, dir)
	if len(got) != 3 || out != "" || !strings.Contains(errOut, "No client key is in them yet") || slices.Contains(f.calls, "add key") {
		t.Errorf("files %v, stdout %q, stderr %q, calls %v", got, out, errOut, f.calls)
	}
	c, err := os.ReadFile(filepath.Join(dir, "tokentray.postman_collection.json"))
	for _, want := range []string{"/cgi-bin/user/info", "/wxa/getwxacodeunlimit"} {
		if err != nil || !strings.Contains(string(c), want) {
			t.Errorf("%s is not in the collection: %v", want, err)
		}
	}
	if e, err := os.ReadFile(filepath.Join(dir, "tokentray-小程序.postman_environment.json")); err != nil || !strings.Contains(string(e), "http://127.0.0.1:18000") {
		t.Errorf("the environment: %s %v", e, err)
	}
}

// TestAnExportSaysThatTheAPIIsShut, wherever the files go: they get no token yet.
func TestAnExportSaysThatTheAPIIsShut(t *testing.T) {
	const open = "tokentray api on"
	for _, state := range []string{api.DoorOff, api.DoorOn} {
		for _, args := range [][]string{{"export", "postman", "shop"}, {"export", "curl", "shop", "--out", t.TempDir()}} {
			r, f := newExportRun(shops()...)
			f.door.State = state
			if _, errOut := r.try(t, 0, args...); strings.Contains(errOut, open) != (state == api.DoorOff) {
				t.Errorf("%v, the API is %s: %q", args, state, errOut)
			}
		}
		r, f := newExportRun(shops()...)
		f.door.State = state
		if out, _ := r.try(t, 0, "export", "postman", "shop", "--json", "--out", t.TempDir()); !strings.Contains(out, `"loopback":"`+state+`"`) {
			t.Errorf("JSON: %s", out)
		}
	}
}

// TestExportWithANewKey: the key is for the accounts exported, is in the secret
// file alone, and nobody else may read that.
func TestExportWithANewKey(t *testing.T) {
	for _, tt := range []struct {
		args []string
		envs []core.Env
		says string
	}{
		{[]string{"shop"}, []core.Env{core.Sandbox}, "may not use live"},
		{[]string{"shop/live"}, []core.Env{core.Live}, ""},
		{[]string{"shop", "--env", "live", "--env", "sandbox"}, []core.Env{core.Live, core.Sandbox}, ""},
	} {
		r, f := newExportRun(shops()...)
		dir := t.TempDir()
		out, errOut := r.try(t, 0, append([]string{"export", "postman", "--out", dir, "--new-key", "pm"}, tt.args...)...)
		if strings.Contains(out+errOut, clientKey) || !strings.Contains(errOut, tt.says) || !strings.Contains(errOut, "keep that out of version control") {
			t.Errorf("%v: stdout %q, stderr %q", tt.args, out, errOut)
		}
		if f.made.Name != "pm" || !slices.Equal(f.made.Accounts, []string{"shop"}) || !slices.Equal(f.made.Envs, tt.envs) {
			t.Errorf("%v: made %+v", tt.args, f.made)
		}
		for path, mode := range written(t, dir) {
			raw, err := os.ReadFile(filepath.Join(dir, path))
			has := strings.Contains(string(raw), clientKey)
			if err != nil || has != strings.HasSuffix(path, "environment.json") || has && mode != 0o600 {
				t.Errorf("%v: %s has the key: %v, mode %o, %v", tt.args, path, has, mode, err)
			}
		}
	}
}

// TestExportKeepsThePlaceOfAKeyPrivate: who fills it in later need not think of
// that.
func TestExportKeepsThePlaceOfAKeyPrivate(t *testing.T) {
	r, _ := newExportRun(shops()...)
	dir := t.TempDir()
	r.try(t, 0, "export", "jetbrains", "--out", dir)
	got := written(t, dir)
	if got["http-client.private.env.json"] != 0o600 || len(got) != 4 {
		t.Errorf("files %v", got)
	}
}

// TestExportReplacesNothing without being told, makes no key then, and takes a
// key back whose files could not be written.
func TestExportReplacesNothing(t *testing.T) {
	dir := t.TempDir()
	mine := filepath.Join(dir, "tokentray-shop.postman_environment.json")
	if err := os.WriteFile(mine, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	r, f := newExportRun(shops()...)
	_, errOut := r.try(t, exitUsage, "export", "postman", "shop", "--out", dir, "--new-key", "pm")
	if raw, _ := os.ReadFile(mine); string(raw) != "mine" || len(written(t, dir)) != 1 || slices.Contains(f.calls, "add key") || !strings.Contains(errOut, "--force") {
		t.Errorf("file %q, stderr %q, calls %v", raw, errOut, f.calls)
	}
	r, _ = newExportRun(shops()...)
	r.try(t, 0, "export", "postman", "shop", "--out", dir, "--new-key", "pm", "--force")
	if raw, _ := os.ReadFile(mine); !strings.Contains(string(raw), clientKey) || written(t, dir)["tokentray-shop.postman_environment.json"] != 0o600 {
		t.Errorf("with --force: %q, %v", raw, written(t, dir))
	}
	r, f = newExportRun(shops()...)
	_, errOut = r.try(t, exitFailure, "export", "postman", "shop", "--out", filepath.Join(mine, "below"), "--new-key", "pm")
	if slices.Contains(f.calls, "add key") || !strings.Contains(errOut, "--out") {
		t.Errorf("below a file: stderr %q, calls %v", errOut, f.calls)
	}
	if runtime.GOOS != "linux" {
		return
	}
	r, f = newExportRun(shops()...)
	r.try(t, exitFailure, "export", "postman", "shop", "--out", "/proc/tokentray", "--new-key", "pm")
	if !slices.Contains(f.calls, "add key") || !slices.Contains(f.calls, "revoke pm") {
		t.Errorf("where nobody can write: calls %v", f.calls)
	}
}

// TestExportBesideFilesOfTheirOwn: a .env that holds more than our key is never
// replaced, and a .gitignore stays as it is.
func TestExportBesideFilesOfTheirOwn(t *testing.T) {
	dir := t.TempDir()
	env, ignore := filepath.Join(dir, ".env"), filepath.Join(dir, ".gitignore")
	put := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put(env, "DATABASE=mine\n")
	put(ignore, "/bin/\n")
	r, f := newExportRun(shops()...)
	_, errOut := r.try(t, exitUsage, "export", "curl", "shop", "--out", dir, "--new-key", "sh", "--force")
	if raw, _ := os.ReadFile(env); string(raw) != "DATABASE=mine\n" || slices.Contains(f.calls, "add key") || !strings.Contains(errOut, "TOKENTRAY_KEY=") {
		t.Errorf(".env %q, stderr %q, calls %v", raw, errOut, f.calls)
	}
	put(env, "# old\nTOKENTRAY_KEY=ttk_old\n")
	r, _ = newExportRun(shops()...)
	_, errOut = r.try(t, 0, "export", "curl", "shop", "--out", dir, "--new-key", "sh", "--force")
	raw, _ := os.ReadFile(ignore)
	if string(raw) != "/bin/\n" || !strings.Contains(errOut, ".gitignore already; add to it: .env") {
		t.Errorf(".gitignore %q, stderr %q", raw, errOut)
	}
	if raw, _ := os.ReadFile(env); !strings.HasSuffix(string(raw), "\nTOKENTRAY_KEY="+clientKey+"\n") || written(t, dir)[".env"] != 0o600 {
		t.Errorf(".env %q %v", raw, written(t, dir))
	}
}

func TestExportToStandardOutput(t *testing.T) {
	r, _ := newExportRun(shops()...)
	out, errOut := r.try(t, 0, "export", "postman", "shop")
	var c struct {
		Variable []struct{ Key, Value string }
	}
	if err := json.Unmarshal([]byte(out), &c); err != nil || len(c.Variable) < 5 || c.Variable[3].Key != "tokentray_account" || c.Variable[3].Value != "shop" {
		t.Errorf("%v in %s", err, out)
	}
	if !strings.Contains(errOut, "tokentray api key add") {
		t.Errorf("stderr %q", errOut)
	}
}

func TestExportKeyFromStandardInput(t *testing.T) {
	r, _ := newExportRun(shops()...)
	r.term.in = strings.NewReader(clientKey + "\n")
	dir := t.TempDir()
	out, _ := r.try(t, 0, "export", "postman", "shop", "--out", dir, "--key-stdin", "--json")
	var got struct {
		Files  []string
		Secret []string `json:"secret_files"`
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || len(got.Files) != 2 || len(got.Secret) != 1 {
		t.Errorf("%v %s", err, out)
	}
	if raw, _ := os.ReadFile(filepath.Join(dir, got.Secret[0])); !strings.Contains(string(raw), clientKey) {
		t.Errorf("%s", raw)
	}
	for _, bad := range []string{"", "a b", "ttk_x\nttk_y"} {
		r, _ := newExportRun(shops()...)
		r.term.in = strings.NewReader(bad)
		r.try(t, exitUsage, "export", "postman", "shop", "--out", t.TempDir(), "--key-stdin")
	}
}

func TestExportRefusals(t *testing.T) {
	for _, args := range [][]string{
		{"--out", "x", "--new-key", "a", "--key-stdin"},
		{"--out", "x", "--env", "live"},
		{"--out", "x", "--new-key", "a", "--env", "moon"},
		{"--new-key", "a"},
		{"--key-stdin"},
		{}, // several accounts for one file
		{"shop", "live"},
		{"shop/moon"},
	} {
		r, f := newExportRun(shops()...)
		if _, errOut := r.try(t, exitUsage, append([]string{"export", "postman"}, args...)...); errOut == "" || slices.Contains(f.calls, "add key") {
			t.Errorf("%v: %q, calls %v", args, errOut, f.calls)
		}
	}
	r, _ := newExportRun()
	r.try(t, exitUsage, "export", "postman", "--out", t.TempDir())
	r, _ = newExportRun(shops()...)
	if _, errOut := r.try(t, exitNoAccount, "export", "postman", "小程序/sandbox"); !strings.Contains(errOut, "小程序/live") {
		t.Errorf("%q", errOut)
	}
	r, _ = newExportRun(shops()...)
	r.try(t, exitUsage, "export", "soap")
}

// TestExportWords: every word in the files has its sentence, in both languages.
func TestExportWords(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		for _, kind := range collection.Kinds() {
			r, _ := newExportRun(shops()...)
			r.env["TOKENTRAY_LANG"] = lang
			dir := t.TempDir()
			r.try(t, 0, "export", string(kind), "--out", dir)
			for path := range written(t, dir) {
				raw, err := os.ReadFile(filepath.Join(dir, path))
				if err != nil || strings.Contains(string(raw), "starter.") || strings.Contains(path, "starter") {
					t.Errorf("%s: %s has a word without a sentence: %v", lang, path, err)
				}
			}
		}
	}
}

// TestNoKeyForAnotherProgram: if another program listens on the port, files with a
// key would give the key to it.
func TestNoKeyForAnotherProgram(t *testing.T) {
	for _, state := range []string{api.DoorOff, api.DoorTaken} {
		r, f := newExportRun(shops()...)
		f.door.State = state
		f.door.Error = api.FromError(&core.Error{Class: core.Misuse, Remedy: core.RemedyPort, Message: "another program listens there"})
		dir := t.TempDir()
		_, errOut := r.try(t, exitRefused, "export", "postman", "shop", "--out", dir, "--new-key", "pm")
		if !strings.Contains(errOut, "Another program listens on that port") {
			t.Errorf("%s: %q", state, errOut)
		}
		if got := written(t, dir); len(got) != 0 {
			t.Errorf("%s: written: %v", state, got)
		}
		r.try(t, 0, "export", "postman", "shop", "--out", dir) // without a key there is nothing to hand over
	}
}
