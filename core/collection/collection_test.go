package collection_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
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
		{Name: "shop", Of: of(kinds.ProductTest, kinds.ProductOfficial)},
		{Name: "小程序 🚀", Env: core.Live, Of: of(kinds.ProductMini)},
	}}
}

// sampleFor is sample with an environment for every account where the kind needs that.
func sampleFor(kind collection.Kind) collection.Input {
	in := sample()
	if kind.Pinned() {
		in.Accounts[0].Env, in.Accounts[0].Base = core.Sandbox, "http://127.0.0.1:8089/sub"
	}
	return in
}

// of are accounts of the default kind.
func of(products ...core.Product) []collection.Of {
	var out []collection.Of
	for _, p := range products {
		out = append(out, collection.Of{Spec: kinds.Builtin().Default(), Product: p})
	}
	return out
}

// TestGoldens: the files are what they were when somebody last looked at them.
// After a change: go test ./core/collection -update, and look.
func TestGoldens(t *testing.T) {
	for _, kind := range collection.Kinds() {
		files, err := collection.Files(kind, sampleFor(kind))
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
			{Name: one}, {Name: two, Env: core.Live, Of: of(kinds.Builtin().Products()...)},
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

// robin is a kind whose calls carry the token in a header, and whose dead tokens
// are told by a status.
func robin() kinds.Spec {
	return kinds.Spec{
		Kind: "robin", Label: kinds.Label{"en": "Robin"},
		BaseURL: "https://robin.example", Traits: core.Traits{Repeat: core.RepeatSame, NoSecret: true},
		Token: kinds.Place{Header: "X-Robin", Prefix: "Egg "}, TryPath: "/me?fields=id",
		Dead:  []kinds.Answer{{Status: 401}, {Field: "code", Values: []string{"it's gone", "7"}}},
		Works: []kinds.Answer{{Field: "code", Values: []string{"80000000"}}, {Field: "result", Values: []string{"1"}}},
	}
}

// TestCallsOfAKind: what is exported for an account is that of its kind: its calls,
// the place of the token, its base URL, what it calls dead, and its labels.
func TestCallsOfAKind(t *testing.T) {
	title := func(_ string, l kinds.Label, name string) string {
		if l["en"] != "" {
			return l["en"]
		}
		return name
	}
	in := collection.Input{Say: say, Title: title, Accounts: []collection.Account{{Name: "wren", Env: core.Live, Of: []collection.Of{{Spec: robin()}}}}}
	token := map[collection.Kind]string{
		collection.Postman: `"value": "Egg {{access_token}}"`, collection.Bruno: "X-Robin: Egg {{access_token}}",
		collection.HTTP: "X-Robin: Egg {{token.response.body.$.access_token}}", collection.JetBrains: "X-Robin: Egg {{access_token}}",
		collection.Curl: `printf 'header = "X-Robin: Egg %s"\n' "$token"`,
	}
	for _, kind := range collection.Kinds() {
		files, err := collection.Files(kind, in)
		if err != nil {
			t.Fatal(err)
		}
		var all strings.Builder
		for _, f := range files {
			checkPath(t, f.Path)
			all.Write(f.Data)
		}
		for _, want := range []string{token[kind], "/me?fields=id", "Robin"} {
			if !strings.Contains(all.String(), want) {
				t.Errorf("%s: there is no %s in\n%s", kind, want, all.String())
			}
		}
		for _, wechat := range []string{"weixin", "errcode", "40001", "access_token={{", "access_token=$"} {
			if strings.Contains(all.String(), wechat) {
				t.Errorf("%s: has WeChat's %s", kind, wechat)
			}
		}
		dead := map[collection.Kind]string{
			collection.Postman: `(status, body) => status === 401 || [\"it's gone\",\"7\"].includes(String(body[\"code\"]))`,
			collection.Bruno:   `(status, body) => status === 401 || ["it's gone","7"].includes(String(body["code"]))`,
			collection.Curl:    "\t[ \"$status\" = 401 ] && return 0\n\tcase $(told 'code') in 'it'\\''s gone' | '7') return 0 ;; esac\n",
		}
		if !strings.Contains(all.String(), dead[kind]) {
			t.Errorf("%s: does not know a dead token in\n%s", kind, all.String())
		}
		works := map[collection.Kind]string{
			collection.Postman: `of Object.entries({\"code\":[\"0\",\"80000000\"],\"result\":[\"0\",\"1\"]}))`,
			collection.Bruno:   `of Object.entries({"code":["0","80000000"],"result":["0","1"]}))`,
			collection.Curl:    "case $(told 'code') in '' | '0' | '80000000') ;; *) exit 1 ;; esac\ncase $(told 'result') in '' | '0' | '1') ;; *) exit 1 ;; esac\n",
		}
		if !strings.Contains(all.String(), works[kind]) {
			t.Errorf("%s: does not know a call that worked in\n%s", kind, all.String())
		}
	}
	// Beside an account of another kind each call keeps the place of its own.
	in.Accounts = append(in.Accounts, sample().Accounts...)
	f, err := collection.Files(collection.Postman, in)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"raw": "{{base_url}}/me?fields=id"`, `"raw": "{{base_url}}/cgi-bin/get_api_domain_ip?access_token={{access_token}}"`, `status === 401 || [\"it's gone\",\"7\"].includes(String(body[\"code\"])) || [\"40001\"`} {
		if !strings.Contains(string(f[0].Data), want) {
			t.Errorf("two kinds: there is no %s in\n%s", want, f[0].Data)
		}
	}
}

// TestTheScriptOfAKind runs the shell script against a door and an upstream of its
// own: it reports a token that died and calls again with the one that works.
func TestTheScriptOfAKind(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("there is no curl")
	}
	var asked, reported []string
	answer := `{"code":0,"me":"wren"}`
	var mu sync.Mutex
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, r.Method+" "+r.URL.String()+" "+r.Header.Get("X-Robin"))
		if r.Header.Get("X-Robin") != "Egg new" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write([]byte(answer))
	}))
	defer upstream.Close()
	token := func(value string) string {
		return `{"access_token":"` + value + `","account":"wren","env":"live","base_url":"` + upstream.URL + `"}`
	}
	door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if strings.HasSuffix(r.URL.Path, "/refresh") {
			body, _ := io.ReadAll(r.Body)
			reported = append(reported, string(body))
			_, _ = w.Write([]byte(token("new")))
			return
		}
		_, _ = w.Write([]byte(token("old")))
	}))
	defer door.Close()
	in := collection.Input{Say: say, URL: door.URL, Accounts: []collection.Account{{Name: "wren", Env: core.Live, Of: []collection.Of{{Spec: robin()}}}}}
	file, err := collection.Single(collection.Curl, in)
	if err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(t.TempDir(), "call.sh")
	if err := os.WriteFile(script, file.Data, 0o600); err != nil {
		t.Fatal(err)
	}
	run := func() ([]byte, error) {
		cmd := exec.Command("sh", script, "GET", "/me?fields=id")
		cmd.Env = append(os.Environ(), "TOKENTRAY_KEY="+key)
		return cmd.CombinedOutput()
	}
	out, err := run()
	for said, works := range map[string]bool{
		`{"code":"80000000","msg":"ok"}`: true, `{"code":80000000}`: true, `{"result":1}`: true, `{"code":"80100000"}`: false, `{"result":2}`: false,
	} {
		mu.Lock()
		answer = said
		mu.Unlock()
		if out, err := run(); string(out) != said || (err == nil) != works {
			t.Errorf("%s: %v, %s", said, err, out)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	asked, reported = asked[:2], reported[:1]
	want := []string{"GET /me?fields=id Egg old", "GET /me?fields=id Egg new"}
	if err != nil || string(out) != `{"code":0,"me":"wren"}` || !slices.Equal(asked, want) || !slices.Equal(reported, []string{`{"stale":"old"}`}) {
		t.Errorf("%v, %s: asked %q, reported %q", err, out, asked, reported)
	}
}

// TestAnAccountsOwnNumber: where a sample call needs what the account has, it stands in
// the files; a name that means two accounts with different numbers leaves it open, and so
// does a value that a file could take for something else.
func TestAnAccountsOwnNumber(t *testing.T) {
	spec, _ := kinds.Builtin().Of(kinds.WeCom)
	of := func(number string) collection.Of {
		return collection.Of{Spec: spec, Product: kinds.ProductCorpOwn, AppID: "ww0123456789abcdef", Params: core.ParamsOf(map[string]string{"agent": number})}
	}
	want := map[collection.Kind]string{
		collection.HTTP: "@agentid = 1000002\n", collection.JetBrains: `"agentid": "1000002"`, collection.Bruno: "  agentid: 1000002\n",
		collection.Curl: "agentid=1000002", collection.Postman: "\"key\": \"agentid\",\n\t\t\t\"value\": \"1000002\"", collection.Apifox: `"1000002"`,
	}
	for _, kind := range collection.Kinds() {
		text := func(all ...collection.Of) string {
			files, err := collection.Files(kind, collection.Input{Say: say, Accounts: []collection.Account{{Name: "crm", Env: core.Live, Of: all}}})
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			for _, f := range files {
				b.Write(f.Data)
			}
			return b.String()
		}
		if got := text(of("1000002")); !strings.Contains(got, want[kind]) || strings.Contains(got, "AGENTID") {
			t.Errorf("%s: there is no %q in\n%s", kind, want[kind], got)
		}
		for _, all := range [][]collection.Of{{of("1000002"), of("1000003")}, {of("1\"; gotcha")}, {of("")}} {
			if got := text(all...); strings.Contains(got, "1000002") || strings.Contains(got, "gotcha") {
				t.Errorf("%s: the number stands in\n%s", kind, got)
			}
		}
	}
}

// TestSDKsOfKinds: a kind names the SDKs that take its tokens, whatever its paths are, and
// there are lines for each.
func TestSDKsOfKinds(t *testing.T) {
	var named []string
	for _, spec := range kinds.Builtin().All() {
		if spec.Door != nil {
			named = append(named, spec.Door.SDKs...)
		}
	}
	for _, one := range collection.SDKs() {
		if !slices.Contains(named, one.Name) {
			t.Errorf("no kind names %s", one.Name)
		}
		if one.Takes(kinds.Spec{Door: &kinds.Door{Paths: []kinds.TokenPath{{Path: "/cgi-bin/token"}}}}) {
			t.Errorf("%s takes tokens of a kind that does not name it", one.Name)
		}
		named = slices.DeleteFunc(named, func(name string) bool { return name == one.Name })
	}
	if len(named) > 0 {
		t.Errorf("there are no lines for %q", named)
	}
}
