package collection_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/collection"
	"tokentray/core/kinds"
)

var update = flag.Bool("update", false, "write the golden files")

// say are words that show where they went and try to end what they stand in.
func say(key string) string { return strings.TrimPrefix(key, "starter.") + ` "it's" */ 中文` }

func sample() collection.Input {
	return collection.Input{Say: say, Accounts: []collection.Account{
		{Name: "shop", Products: []core.Product{kinds.ProductTest, kinds.ProductOfficial}},
		{Name: "小程序 🚀", Env: core.Live, Products: []core.Product{kinds.ProductMini}},
	}}
}

// TestGoldens: the files are what they were when somebody last looked at them.
// After a change: go test ./core/collection -update, and look.
func TestGoldens(t *testing.T) {
	for _, kind := range collection.Kinds() {
		files, err := collection.Files(kind, sample())
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join("testdata", string(kind))
		if *update {
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
		}
		for _, f := range files {
			golden(t, filepath.Join(dir, golder(f.Path)), f.Data)
		}
		found := 0
		_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, _ error) error {
			if !d.IsDir() {
				found++
			}
			return nil
		})
		if found != len(files) {
			t.Errorf("%s: %d golden files and %d files", kind, found, len(files))
		}
	}
}

// TestSingleGoldens: the one file names its account itself, and has a place for
// the key and none in it.
func TestSingleGoldens(t *testing.T) {
	for _, kind := range []collection.Kind{collection.Postman, collection.JetBrains} {
		in := sample()
		in.Accounts = in.Accounts[1:]
		f, err := collection.Single(kind, in)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, filepath.Join("testdata", "single", f.Path), f.Data)
	}
}

// golder is the name of a golden file: one that begins with a dot would rule
// the golden files themselves.
func golder(path string) string { return strings.ReplaceAll(path, ".git", "dot-git") }

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(want, got) {
		t.Errorf("%s is not as its golden file (%v); got\n%s", path, err, got)
	}
}

const key = "ttk_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"

// TestTheKey: it stands in files that are marked as secret and in no other, and
// never in a single file.
func TestTheKey(t *testing.T) {
	for _, kind := range collection.Kinds() {
		in := sample()
		in.Key = core.NewSecret(key)
		files, err := collection.Files(kind, in)
		if err != nil {
			t.Fatal(err)
		}
		secret := 0
		for _, f := range files {
			if bytes.Contains(f.Data, []byte(key)) != f.Secret {
				t.Errorf("%s: %s is secret: %v", kind, f.Path, f.Secret)
			}
			if f.Secret {
				secret++
			}
		}
		if secret == 0 {
			t.Errorf("%s: the key is nowhere", kind)
		}
		in.Accounts = in.Accounts[:1]
		if f, err := collection.Single(kind, in); err == nil && (f.Secret || bytes.Contains(f.Data, []byte(key))) {
			t.Errorf("%s: the key is in %s", kind, f.Path)
		}
		in.Key = core.Secret{}
		if files, err = collection.Files(kind, in); err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if f.Secret {
				t.Errorf("%s: %s is secret without a key", kind, f.Path)
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	bad := func(change func(*collection.Input)) collection.Input {
		in := sample()
		change(&in)
		return in
	}
	for what, in := range map[string]collection.Input{
		"no account":     bad(func(in *collection.Input) { in.Accounts = nil }),
		"a bad name":     bad(func(in *collection.Input) { in.Accounts[0].Name = "a/b" }),
		"a bad env":      bad(func(in *collection.Input) { in.Accounts[0].Env = "moon" }),
		"a key's line":   bad(func(in *collection.Input) { in.Key = core.NewSecret("ttk_a\nX=y") }),
		"a long key":     bad(func(in *collection.Input) { in.Key = core.NewSecret(strings.Repeat("a", 257)) }),
		"somebody's URL": bad(func(in *collection.Input) { in.URL = "http://example.com" }),
		"https":          bad(func(in *collection.Input) { in.URL = "https://127.0.0.1:17278" }),
		"a path":         bad(func(in *collection.Input) { in.URL = "http://127.0.0.1:17278/x" }),
	} {
		_, err := collection.Files(collection.Postman, in)
		if core.AsError(err).Class != core.Invalid || strings.Contains(err.Error(), "ttk_a") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := collection.Files("soap", sample()); core.AsError(err).Class != core.Invalid {
		t.Errorf("an unknown kind: %v", err)
	}
	if _, err := collection.Single(collection.Postman, sample()); core.AsError(err).Class != core.Invalid {
		t.Errorf("two accounts in one file: %v", err)
	}
}

// FuzzNames: whatever an account is called, the files have names of their own
// that every system takes, and JSON stays JSON.
func FuzzNames(f *testing.F) {
	for _, s := range []string{"shop", "商店", "a'b\"c`d", "{{base_url}}", "a b\tc", "CON", "..x", "~", "🚀", "%2F", "a\\b", "$(id)", "</script>", "*/", "'''", "}", "-rf", strings.Repeat("长", 200)} {
		f.Add(s, "Shop")
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		in := collection.Input{Say: say, Key: core.NewSecret(key), Accounts: []collection.Account{
			{Name: one}, {Name: two, Env: core.Live, Products: kinds.Builtin().Products()},
		}}
		for _, a := range in.Accounts {
			if _, err := core.CleanName(a.Name); err != nil {
				return
			}
		}
		for _, kind := range collection.Kinds() {
			files, err := collection.Files(kind, in)
			if err != nil {
				t.Fatal(err)
			}
			taken := map[string]bool{}
			for _, f := range files {
				checkPath(t, f.Path)
				if low := strings.ToLower(f.Path); taken[low] {
					t.Errorf("two files are called %q", f.Path)
				} else {
					taken[low] = true
				}
				if strings.HasSuffix(f.Path, ".json") && !json.Valid(f.Data) {
					t.Errorf("%s is no JSON:\n%s", f.Path, f.Data)
				}
			}
		}
	})
}

// FuzzAccounts: whatever an account is called, every file names it by the same
// word, in which no format, no shell and no template engine reads anything, and
// which means that account in a URL.
func FuzzAccounts(f *testing.F) {
	for _, s := range []string{"shop", "商店", "a'b\"c`d", "{{base_url}}", "$HOME", "$(id)", "a=b&c", "~", "🚀", "%2F", "a\\b", "v1.2", "}\u200d", "# x", "é", "SAY_NO_KEY"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if clean, err := core.CleanName(name); err != nil || clean != name {
			return
		}
		in := collection.Input{Say: say, Accounts: []collection.Account{{Name: name, Env: core.Live}}}
		for kind, mark := range map[collection.Kind]string{
			collection.Postman: `"key": "tokentray_account",` + "\n\t\t\t" + `"value": "`, collection.HTTP: "@account = ",
			collection.JetBrains: "@tokentray_account = ", collection.Curl: "TOKENTRAY_ACCOUNT=${TOKENTRAY_ACCOUNT:-",
		} {
			file, err := collection.Single(kind, in)
			if err != nil {
				t.Fatal(err)
			}
			_, rest, found := strings.Cut(string(file.Data), mark)
			ref := rest[:strings.IndexAny(rest, "\"}\n")]
			escaped, env, _ := strings.Cut(ref, "/")
			back, err := url.PathUnescape(escaped)
			if !found || err != nil || back != name || env != "live" {
				t.Errorf("%s: %q became %q", kind, name, ref)
			}
			for _, r := range ref {
				if r <= '~' && !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.%/", r) {
					t.Errorf("%s: %q holds %q", kind, ref, r)
				}
			}
			if kind == collection.Curl {
				cmd := exec.Command("sh", "-n")
				cmd.Stdin = bytes.NewReader(file.Data)
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Errorf("a shell does not read the script for %q: %v %s", name, err, out)
				}
			}
		}
	})
}

func checkPath(t *testing.T, path string) {
	t.Helper()
	if !fs.ValidPath(path) || len(path) > 200 || strings.ContainsAny(path, "\\:*?\"'<>|$`{}() \t\r\n%~!&;#") {
		t.Errorf("the path %q is not safe", path)
	}
}
