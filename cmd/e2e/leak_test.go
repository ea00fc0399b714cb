//go:build linux

package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/sim"
)

// The places where a secret may be, and why. Everything else is searched for
// everything. In the folder of the test:
//
//	in/        what the test itself wrote there, as a person would
//	pass       the file that TOKENTRAY_PASSPHRASE_FILE names
//	out/       a pushed token, and a client key in an exported file
//
// Other places are the standard output of commands that print a token, a ticket or a
// new key, the standard input of the programs, answers of the local API that are a
// token, and the environment of a command that exec or run runs. Backups and the
// database are encrypted or sealed, so they are searched like any file.
func mayHold(path string) (may []class, skip bool) {
	switch folder, _, _ := strings.Cut(path, "/"); {
	case folder == "in" || path == "pass" || path == "tokentray" || path == "tokentray-mcp":
		return nil, true
	case path == "out/pushed.env":
		return []class{aToken}, false
	case strings.HasPrefix(path, "out/postman/"):
		return []class{aClientKey}, false
	}
	return nil, false
}

// prints returns what a command may print on its standard output.
func prints(args []string) []class {
	switch {
	case args[0] == "exec" && args[1] == "--open-api":
		return []class{aClientKey}
	case args[0] == "exec":
		return []class{aToken, aClientKey}
	case slices.Contains([]string{"get", "refresh", "run"}, args[0]):
		return []class{aToken}
	case args[0] == "sign" && slices.Contains(args, "--reveal"):
		return []class{aTicket}
	case len(args) > 2 && args[0] == "api" && args[2] == "add":
		return []class{aClientKey}
	}
	return nil
}

// TestNothingLeaks enters random marked secrets, passphrases, tokens, tickets and
// client keys in every way (among them a Redis, .env files with references, failed
// answers to explain and AI agents) and searches everything that comes out: output of
// commands, at every level of the log, errors, history, exports, notifications,
// answers of both doors, /proc as the same and as another user, crash dumps under
// GOTRACEBACK=crash, the database, backups, a bug report and every other file. It
// searches for whole words and halves, plain, in URLs, in base64, in hexadecimal, in
// JSON, in HTML and in Go's quotes. mayHold and prints name the places where they may
// be.
func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	l := &leakage{tenant: newTenant(t), trove: newTrove(), sim: sim.New(sim.Config{OpenRegistration: true}), heard: &leaks{}}
	web := httptest.NewServer(&echoing{Handler: l.upstream()})
	defer web.Close()
	refusing := httptest.NewServer(http.HandlerFunc(gateway))
	defer refusing.Close()
	l.base, l.proxy = web.URL, strings.TrimPrefix(refusing.URL, "http://")
	for _, sub := range []string{"in", "out"} {
		path := filepath.Join(l.dir, sub)
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		if l.root {
			if err := os.Chown(path, ownerUID, ownerUID); err != nil {
				t.Fatal(err)
			}
		}
	}
	l.board()
	l.env = append(l.env, "GOTRACEBACK=crash")

	stop := make(chan struct{})
	var spies sync.WaitGroup
	for _, uid := range []int{ownerUID, otherUID} {
		spies.Go(func() { l.spy(uid, stop) })
	}

	passphrase := l.odd()
	l.secretsGoIn(passphrase)
	keys := l.clientsCall()
	l.tokensGoOut()
	l.callsGoOut()
	l.redisGoesOut()
	teams := l.teamsGoOut()
	l.commandsGoOut()
	l.presetsGoOut()
	l.kindsGoOut()
	l.agentsGoIn(l.answersGoIn())
	l.ticketsGoOut(keys[0])
	l.filesGoOut(passphrase)
	l.everyLevel()
	crashed := l.crash()
	l.needSomebody(passphrase)
	for _, args := range [][]string{
		{"list", "--json"},
		{"status", "--json"},
		{"show", "stdin", "--json"},
		{"history", "stdin", "--json"},
		{"history", "echo", "--csv"},
		{"show", "echo"},
		{"api", "log", "--json"},
		{"api", "key", "list", "--json"},
		{"vault", "--json"},
		{"settings", "--json"},
		{"push", "list", "--json"},
	} {
		l.do("", args...)
	}
	l.try("", "doctor", "--json", "--base-url", l.base)
	l.do("", "doctor", "--bundle", filepath.Join(l.dir, "out", "report.txt"), "--yes", "--base-url", l.base)
	l.do("", "team", "status", "--json")
	teams()
	l.do("", "stop")
	close(stop)
	spies.Wait()

	l.heard.mu.Lock()
	tokens, tickets := 0, 0
	for word, what := range l.heard.words {
		switch what {
		case "a token":
			tokens++
			l.mark(aToken, word)
		case "a ticket":
			tickets++
			l.mark(aTicket, word)
		}
	}
	l.heard.mu.Unlock()
	files := l.walk(t, l.dir, mayHold)
	l.ownFiles("h")
	found, sought := l.search()
	for _, f := range found {
		t.Error(f)
	}
	size := 0
	for _, text := range l.texts {
		size += len(text.text)
	}
	t.Logf("%d words, %d of them tokens, %d tickets and %d client keys, in %d pieces, searched in %d texts of %d KB, %d files among them", len(l.words), tokens, tickets, len(keys), sought, len(l.texts), size>>10, files)
	if t.Failed() {
		log, _ := os.ReadFile(filepath.Join(l.dir, "h", "tokentray.log"))
		t.Logf("the log ends:\n%s", log[max(0, len(log)-8<<10):])
	}
	if tokens < 5 || tickets < 2 || files < 15 || !crashed {
		t.Errorf("the test saw too little: %d tokens, %d tickets, %d files, crashed: %v", tokens, tickets, files, crashed)
	}
}

// ownFiles fails unless every file in a folder is accessible to its owner only.
func (l *leakage) ownFiles(folder string) {
	l.t.Helper()
	err := filepath.WalkDir(filepath.Join(l.dir, folder), func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			l.t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		l.t.Error(err)
	}
}

// secretsGoIn enters secrets in every way.
func (l *leakage) secretsGoIn(passphrase string) {
	l.t.Helper()
	add := func(name, appID string) []string {
		return []string{"add", name, "--env", "sandbox", "--appid", appID, "--base-url", l.base}
	}
	l.fails(l.secret()+"\n", append(add("early", "wx00000000000000e0"), "--secret-stdin")...) // no vault yet
	l.do(passphrase+"\n", "vault", "init", "--passphrase-stdin")
	l.lighten(passphrase)
	l.do("", "settings", "set", "log-level", "debug")
	l.do(l.secret()+"\n", append(add("stdin", "wx0000000000000001"), "--secret-stdin")...)
	l.typed([]string{l.secret()}, append(add("typed", "wx0000000000000002"), "--product", "test", "--kind", "wechat")...)
	l.do(l.secret()+"\n", append(add("legacy", "wx0000000000000003"), "--kind", "wechat-legacy", "--secret-stdin")...)
	l.do(l.secret()+"\n", append(add("echo", "wxecho000000000004"), "--secret-stdin")...)
	l.do(l.secret()+"\n"+l.odd()+"\n", append(add("proxied", "wx0000000000000005"), "--secret-stdin", "--proxy", "http://me@"+l.proxy, "--proxy-password-stdin")...)
	l.try("", "get", "proxied")
	l.do(l.secret()+"\n", "edit", "typed", "--secret-stdin")
	l.fails(l.secret()+" "+l.secret()+"\n", "edit", "typed", "--secret-stdin") // a space inside

	// What a form sends, and invalid forms.
	form := func(fields map[string]any) string {
		for k, v := range map[string]any{"name": "form", "env": "sandbox", "kind": "wechat", "appid": "wx0000000000000006", "base_url": l.base} {
			if _, set := fields[k]; !set {
				fields[k] = v
			}
		}
		out, _ := json.Marshal(fields)
		return string(out)
	}
	l.socketCall("POST", "/v1/accounts", form(map[string]any{"secret": l.secret()}))
	l.socketCall("POST", "/v1/accounts", form(map[string]any{"secret": l.odd() + "\n" + l.odd(), "name": "bad"}))
	l.socketCall("POST", "/v1/accounts", form(map[string]any{"secret": l.secret(), "proxy_password": l.odd(), "proxy": "nonsense"}))
	l.socketCall("POST", "/v1/accounts", `{"name":"cut","secret":"`+l.secret())
	l.socketCall("POST", "/v1/accounts", `{"name":7,"secret":["`+l.secret()+`"]}`)
	l.socketCall("POST", "/v1/test", `{"input":`+form(map[string]any{"secret": l.secret(), "appid": "wxecho000000000007"})+`}`)
	l.socketCall("PUT", "/v1/accounts/form/sandbox", `{"secret":"`+l.secret()+`"}`)
	l.socketCall("POST", "/v1/vault/unlock", fmt.Sprintf(`{"passphrase":%q}`, word()+l.mark(aSecret, word())))

	// Files of other programs, valid and invalid.
	for name, text := range map[string]string{
		".env":           "WECHAT_APPID=wx0000000000000011\nWECHAT_SECRET=" + l.secret() + "\n",
		"line.env":       "export LINE_WECHAT_APPID=wx0000000000000018; export LINE_WECHAT_SECRET=" + l.secret() + "\n",
		"shop.toml":      "[toml.wechat]\nappid = \"wx0000000000000019\"\nsecret = \"" + l.secret() + "\"\n",
		"wx.fish":        "set -gx FISH_WECHAT_APPID wx000000000000001a\nset -gx FISH_WECHAT_SECRET " + l.secret() + "\n",
		"manifest.yaml":  "apiVersion: v1\nkind: Secret\nmetadata: {name: kube}\ndata:\n  appid: " + base64.StdEncoding.EncodeToString([]byte("wx000000000000001b")) + "\n  secret: " + base64.StdEncoding.EncodeToString([]byte(l.secret())) + "\n",
		"team.csv":       "name,env,appid,secret,base_url\ncsv,sandbox,wx0000000000000012," + l.secret() + "," + l.base + "\n",
		"spring.yaml":    "wx:\n  mp:\n    app-id: wx0000000000000013\n    secret: " + l.secret() + "\n",
		"app.properties": "wx.miniapp.appid=wx0000000000000014\nwx.miniapp.secret=" + l.secret() + "\n",
		"pm.json":        `{"name":"pm","values":[{"key":"appid","value":"wx0000000000000015","enabled":true},{"key":"secret","value":"` + l.secret() + `","enabled":true}],"_postman_variable_scope":"environment"}`,
		"own.json":       `{"tokentray":"accounts","version":1,"accounts":[{"name":"own","env":"sandbox","appid":"wx0000000000000016","base_url":"` + l.base + `","secret":"` + l.secret() + `"}]}`,
	} {
		l.do("", "import", l.write(name, text), "--base-url", l.base, "--env", "sandbox", "--yes", "--paused")
	}
	l.do("WX_APPID=wx0000000000000017\nWX_SECRET="+l.secret()+"\n", "import", "-", "--base-url", l.base, "--name", "piped", "--env", "sandbox", "--yes", "--paused")
	for name, text := range map[string]string{
		"broken.env":  "WECHAT_APPID=wx0000000000000021\n" + l.secret() + "\nWECHAT_SECRET " + l.odd() + "\n",
		"broken.json": `{"tokentray":"accounts","version":1,"accounts":[{"name":"x","secret":"` + l.secret() + `"` + l.odd(),
		"broken.yaml": "wx:\n  mp:\n    secret: [" + l.secret() + "\n   : " + l.secret() + "\n",
		"broken.toml": "[wechat]\nappid = \"wx0000000000000022\"\nsecret = [ \"" + l.secret() + "\"\n" + l.odd() + "\n",
		"broken.js":   "module.exports = { appid: 'wx0000000000000023', secret: '" + l.secret() + "' }\n",
		"name.csv":    "name,appid,secret\n" + l.secret() + ",wx0000000000000024," + l.secret() + "\n",
		"broken.csv":  "name,appid,secret\n\"x," + l.secret() + "\n",
		"clash.json":  `{"tokentray":"accounts","version":1,"accounts":[{"name":"own","env":"sandbox","appid":"wx0000000000000016","secret":"` + l.secret() + `"}]}`,
	} {
		l.fails("", "import", l.write(name, text), "--yes")
	}
}

// clientsCall makes client keys and calls with them, correctly and incorrectly.
func (l *leakage) clientsCall() (keys []string) {
	l.t.Helper()
	port := unusedPort(l.t)
	l.do("", "api", "on", "--port", strconv.Itoa(port))
	l.door = "http://127.0.0.1:" + strconv.Itoa(port)
	key := l.mark(aClientKey, strings.TrimSpace(l.do("", "api", "key", "add", "tests")))
	var made struct{ Key string }
	if err := json.Unmarshal([]byte(l.do("", "api", "key", "add", "json", "--json")), &made); err != nil || made.Key == "" {
		l.t.Errorf("a key as JSON: %v", err)
	}
	keys = []string{key, l.mark(aClientKey, made.Key)}
	wrong, stale := l.mark(aSecret, "ttk_"+word()+word()), l.mark(aSecret, "88_"+word()+word()+word())
	l.call("GET", "/v1/token/stdin", key, "", aToken)
	l.call("GET", "/v1/token/stdin", wrong, "")
	l.call("GET", "/v1/token/"+wrong, key, "", aSecret) // the answer says that there is no such account
	l.call("GET", "/v1/status?key="+wrong, made.Key, "")
	l.call("GET", "/cgi-bin/token?grant_type=client_credential&appid=wx0000000000000001&secret="+key, "", "", aToken)
	l.call("GET", "/cgi-bin/token?grant_type=client_credential&appid=wx0000000000000001&secret="+wrong, "", "")
	l.call("POST", "/cgi-bin/stable_token", "", `{"grant_type":"client_credential","appid":"wx0000000000000001","secret":"`+wrong+`"`)
	l.call("POST", "/v1/token/stdin/refresh", key, `{"stale":"`+stale+`"}`, aToken)
	l.call("POST", "/v1/token/stdin/refresh", key, `{"stale":["`+stale+`"`)
	l.do(stale+"\n", "refresh", "stdin", "--stale", "-")
	l.do("", "api", "log")
	return keys
}

// tokensGoOut has tokens pushed, copied and run with.
func (l *leakage) tokensGoOut() {
	l.t.Helper()
	l.do("", "get", "stdin")
	l.do("", "get", "stdin", "--format", "json")
	l.do("", "check", "stdin")
	l.do("", "push", "add", "stdin", "--file", filepath.Join(l.dir, "out", "pushed.env"))
	// A command that prints what it was given, in several forms.
	l.try("", "push", "add", "stdin", "--", "sh", "-c", `read t; printf '%s' "$t" | base64 -w0 >&2; printf ' %.40s %s %s\n' "$t" "$t" "$(env)" >&2; exit 3`)
	l.try("", "push", "run", "stdin", "2")
	l.try("", "push", "list", "stdin")
	l.do("", "exec", "stdin", "--", "sh", "-c", "sleep 0.3")
	l.try("", "exec", "stdin", "--", "sh", "-c", "echo $ACCESS_TOKEN; exit 3")
	l.do("", "exec", "stdin", "--renew-file", filepath.Join(l.dir, "out", "kept"), "--", "sh", "-c", "sleep 0.3")
	l.try("", "get", "stdin", "--copy") // there is no clipboard
	events := l.command("timeout", "5", "curl", "-sSN", "--unix-socket", filepath.Join(l.dir, "h", "agent.sock"), "http://tokentray/v1/events")
	text, _ := events.CombinedOutput() // ended by timeout
	if !bytes.Contains(text, []byte(`"snapshot"`)) {
		l.t.Errorf("the stream of events: %s", text)
	}
	l.look("the stream of events", text)
}

// ticketsGoOut signs pages: at the command line and over both doors, with accounts
// that have a ticket and with accounts that are refused one. The ticket is shown only
// if a person asks for it.
func (l *leakage) ticketsGoOut(key string) {
	l.t.Helper()
	const page = "https://shop.example.com/page"
	l.do("", "sign", "stdin", "--url", page+"#x")
	l.do("", "sign", "stdin", "--url", page, "--json")
	l.do("", "sign", "stdin", "--url", page, "--reveal", "--yes")
	l.do("", "sign", "stdin", "--url", page, "--renew")
	l.do("", "sign", "typed", "--url", page)
	l.do("", "show", "stdin")
	l.do("", "show", "stdin", "--json")
	l.do("", "list")
	l.do("", "list", "--json")
	l.fails("", "sign", "stdin", "--url", page, "--agent") // it has no such ticket
	l.fails("", "sign", "echo", "--url", page)
	l.try("", "sign", "proxied", "--url", page)
	l.call("POST", "/v1/sign/stdin", key, `{"url":"`+page+`"}`)
	l.call("POST", "/v1/sign/stdin", key, `{"url":"`+page+`","reveal":true}`)
	l.call("POST", "/v1/sign/stdin", key, `{"url":"/page"}`)
	l.socketCall("POST", "/v1/sign/stdin", `{"url":"`+page+`"}`)
	l.socketCall("POST", "/v1/sign/stdin", `{"url":"`+page+`","reveal":true}`, aTicket)
	l.socketCall("POST", "/v1/sign/stdin", `{"url":"`+page+`","copy":true}`) // there is no clipboard
}

// filesGoOut exports with and without secrets, and reads the backup with a wrong
// passphrase.
func (l *leakage) filesGoOut(passphrase string) {
	l.t.Helper()
	out := func(name string) string { return filepath.Join(l.dir, "out", name) }
	l.do("", "export", "accounts", "--out", out("team.json"))
	l.do("", "export", "accounts", "--format", "csv", "--out", out("team.csv"))
	for _, client := range []string{"apifox", "bruno", "curl", "http", "jetbrains"} {
		l.do("", "export", client, "stdin", "--out", out(client))
	}
	l.do("", "export", "postman", "stdin", "--new-key", "pm", "--out", out("postman"))
	l.do(passphrase+"\n", "export", "backup", "--out", out("all.age"), "--passphrase-stdin")
	l.fails(l.odd()+"\n", "export", "backup", "--out", out("more.age"), "--passphrase-stdin")
	l.fails(l.odd()+"\n", "import", out("all.age"), "--passphrase-stdin", "--yes")
	l.try(passphrase+"\n", "import", out("all.age"), "--passphrase-stdin", "--dry-run")
	if raw, err := exec.Command("grep", "-rhoE", "ttk_[A-Za-z0-9_-]{40,}", out("postman")).Output(); err == nil {
		for _, key := range strings.Fields(string(raw)) {
			l.mark(aClientKey, key)
		}
	} else {
		l.t.Error("the exported files hold no client key")
	}
}

// everyLevel makes failing and succeeding calls at each level of the log.
func (l *leakage) everyLevel() {
	l.t.Helper()
	for _, level := range []string{"error", "warn", "info", "debug"} {
		l.do("", "settings", "set", "log-level", level)
		l.do("", "refresh", "stdin")
		l.try("", "refresh", "echo")
		l.try("", "refresh", "proxied")
		l.fails("", "get", "nobody")
	}
}

// crash kills the agent with a signal that makes the Go runtime print a dump.
func (l *leakage) crash() bool {
	l.t.Helper()
	pid := l.pid()
	if err := syscall.Kill(pid, syscall.SIGABRT); err != nil {
		l.t.Error(err)
		return false
	}
	if err := gone(pid); err != nil {
		l.t.Error(err)
	}
	log, _ := os.ReadFile(filepath.Join(l.dir, "h", "tokentray.log"))
	return bytes.Contains(log, []byte("SIGABRT"))
}

// needSomebody starts the next agent, unlocks it by a file and at a terminal, and
// causes a notification about an account that the upstream refuses.
func (l *leakage) needSomebody(passphrase string) {
	l.t.Helper()
	l.fails(l.odd()+"\n", "vault", "unlock", "--passphrase-stdin")
	l.typed([]string{passphrase}, "vault", "unlock")
	needy := sim.Account{AppID: "wx00000000000000aa", Secret: core.NewSecret(l.secret()), Life: 12 * time.Second, CallerIP: "203.0.113.9"}
	if err := l.sim.Put(needy); err != nil {
		l.t.Fatal(err)
	}
	l.do(needy.Secret.Reveal()+"\n", "add", "needy", "--env", "sandbox", "--appid", needy.AppID, "--secret-stdin", "--base-url", l.base)
	l.do("", "stop") // to the next agent the account is not new
	if err := os.WriteFile(filepath.Join(l.dir, "pass"), []byte(passphrase+"\n"), 0o644); err != nil {
		l.t.Fatal(err)
	}
	l.env = append(l.env, "TOKENTRAY_PASSPHRASE_FILE="+filepath.Join(l.dir, "pass"))
	l.do("", "list")
	needy.Whitelist = []string{"198.51.100.7"}
	if err := l.sim.Put(needy); err != nil {
		l.t.Fatal(err)
	}
	// The renewal is due when half of the life is over. If the machine was so slow
	// that the token has expired, it is due half a minute after the next one.
	for until := time.Now().Add(150 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		l.mu.Lock()
		told := slices.ContainsFunc(l.texts, func(text looked) bool {
			return text.where == "a notification" && bytes.Contains(text.text, []byte("needy"))
		})
		l.mu.Unlock()
		if told {
			return
		}
		if time.Now().After(until) {
			l.t.Error("nobody was told of the account that upstream refuses")
			return
		}
	}
}
