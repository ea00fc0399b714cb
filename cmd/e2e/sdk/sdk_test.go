// Package sdk tests that a third-party SDK takes its tokens from TokenTray if its
// base URL is the loopback door. It is a module of its own, so that nothing of it
// becomes part of the product, and uses TokenTray only by its commands and its HTTP.
package sdk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/credential"
	"github.com/silenceper/wechat/v2/officialaccount"
	"github.com/silenceper/wechat/v2/officialaccount/config"
	"github.com/silenceper/wechat/v2/util"
)

const appID = "wx0123456789abcdef"

// house is a simulator, an agent with an account of it, and a client key.
type house struct {
	t    *testing.T
	exe  string
	env  []string
	sim  string
	door string
	key  string
}

func newHouse(t *testing.T) *house {
	t.Helper()
	dir := t.TempDir()
	h := &house{t: t, exe: program(t), sim: "http://" + freeAddress(t)}
	passphrase := filepath.Join(dir, "passphrase")
	if err := os.WriteFile(passphrase, []byte("correct horse battery staple\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.env = []string{
		"PATH=" + filepath.Dir(h.exe) + ":" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + dir, "XDG_RUNTIME_DIR=" + dir,
		"TOKENTRAY_HOME=" + filepath.Join(dir, "h"), "TOKENTRAY_LANG=en", "TOKENTRAY_PASSPHRASE_FILE=" + passphrase,
	}
	sim := exec.Command(h.exe, "sim", "--listen", strings.TrimPrefix(h.sim, "http://"))
	sim.Env = h.env
	if err := sim.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = sim.Process.Kill()
		_ = sim.Wait()
	})
	waitFor(t, h.sim+"/sim/state")

	t.Cleanup(h.stop)
	h.run("", "vault", "init")
	h.run("0123456789abcdef0123456789abcdef\n", "add", "shop", "--appid", appID, "--secret-stdin", "--base-url", h.sim)
	address := freeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	h.run("", "api", "on", "--port", port)
	h.door = "http://" + address
	h.key = strings.TrimSpace(h.run("", "api", "key", "add", "sdk", "--account", "shop"))
	util.SetURIModifier(func(uri string) string {
		return strings.Replace(uri, "https://api.weixin.qq.com", h.door, 1)
	})
	t.Cleanup(func() { util.SetURIModifier(nil) })
	return h
}

// program is the command-line program, from TOKENTRAY_E2E_BIN or built now.
func program(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("TOKENTRAY_E2E_BIN"); dir != "" {
		return filepath.Join(dir, "tokentray")
	}
	exe := filepath.Join(t.TempDir(), "tokentray")
	cmd := exec.Command("go", "build", "-buildvcs=false", "-o", exe, "./cmd/tokentray")
	cmd.Dir, cmd.Env = "../../..", append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build the program: %v\n%s", err, out)
	}
	return exe
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func waitFor(t *testing.T, url string) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(10 * time.Second); ; <-tick.C {
		resp, err := http.Get(url)
		if err == nil {
			_ = resp.Body.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

func (h *house) run(stdin string, args ...string) string {
	h.t.Helper()
	cmd := exec.Command(h.exe, args...)
	cmd.Env, cmd.Stdin = h.env, strings.NewReader(stdin)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		h.t.Fatalf("tokentray %v: %v\n%s", args, err, errOut.String())
	}
	return out.String()
}

// stop stops the agent and waits until it has ended: until then it has files open.
func (h *house) stop() {
	h.t.Helper()
	var status struct {
		PID int `json:"pid"`
	}
	if err := json.Unmarshal([]byte(h.run("", "status", "--json")), &status); err != nil || status.PID == 0 {
		h.t.Fatalf("whose process is the agent? %v", err)
	}
	h.run("", "stop")
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(10 * time.Second); ; <-tick.C {
		stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(status.PID), "stat"))
		if err != nil || bytes.Contains(stat, []byte(") Z ")) {
			return
		}
		if time.Now().After(deadline) {
			h.t.Fatalf("the agent %d has not ended", status.PID)
		}
	}
}

// steer controls the simulator.
func (h *house) steer(what, body string) {
	h.t.Helper()
	resp, err := http.Post(h.sim+"/sim/"+what, "application/json", strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	if raw, _ := io.ReadAll(resp.Body); resp.StatusCode >= 300 {
		h.t.Fatalf("the simulator: %s %s", resp.Status, raw)
	}
}

// accepts reports whether upstream accepts a token.
func (h *house) accepts(token string) bool {
	h.t.Helper()
	resp, err := http.Get(h.sim + "/cgi-bin/get_api_domain_ip?access_token=" + token)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	var got struct {
		Errcode int      `json:"errcode"`
		IPs     []string `json:"ip_list"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil {
		h.t.Fatal(err)
	}
	return got.Errcode == 0 && len(got.IPs) > 0
}

// fetches counts the token fetches at the simulator.
func (h *house) fetches() (n int) {
	h.t.Helper()
	resp, err := http.Get(h.sim + "/sim/state")
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	var state struct {
		Accounts []struct {
			Calls map[string]int `json:"calls"`
		} `json:"accounts"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&state); err != nil {
		h.t.Fatal(err)
	}
	for _, a := range state.Accounts {
		for path, calls := range a.Calls {
			if strings.Contains(path, "token") {
				n += calls
			}
		}
	}
	return n
}

// account is an Official Account as a user of the SDK configures it.
func (h *house) account(key string) *officialaccount.OfficialAccount {
	return officialaccount.NewOfficialAccount(&config.Config{AppID: appID, AppSecret: key, Cache: cache.NewMemory()})
}

// TestSilenceper: the SDK takes the current token from TokenTray, by the legacy call
// and by stable_token, in several processes, without any fetch at the upstream.
func TestSilenceper(t *testing.T) {
	h := newHouse(t)
	want := strings.TrimSpace(h.run("", "get", "shop"))
	before := h.fetches()
	if before == 0 {
		t.Fatal("the simulator was never asked; the test shows nothing")
	}
	for i := range 10 { // each with a cache of its own, as another process has
		got, err := h.account(h.key).GetAccessToken()
		if err != nil || got != want {
			t.Fatalf("process %d, the legacy call: another token than the current one, or %v", i, err)
		}
		stable := credential.NewStableAccessToken(appID, h.key, "x", cache.NewMemory())
		if got, err = stable.GetAccessToken(); err != nil || got != want {
			t.Fatalf("process %d, stable_token: another token than the current one, or %v", i, err)
		}
		direct, err := credential.NewStableAccessToken(appID, h.key, "x", cache.NewMemory()).(*credential.StableAccessToken).GetAccessTokenDirectly(t.Context(), true)
		if err != nil || direct.AccessToken != want || direct.ExpiresIn < 7000 {
			t.Fatalf("process %d, force_refresh: expires in %d, %v", i, direct.ExpiresIn, err)
		}
	}
	if n := h.fetches() - before; n != 0 {
		t.Errorf("the upstream was asked %d times", n)
	}
}

// TestSilenceperIsRefused: the SDK understands why.
func TestSilenceperIsRefused(t *testing.T) {
	h := newHouse(t)
	for _, tt := range []struct {
		appID, key string
		errcode    int
	}{
		{appID, "0123456789abcdef0123456789abcdef", 40125}, // the AppSecret is no key
		{appID, "", 41004},
		{"wxffffffffffffffff", h.key, 40013},
	} {
		oa := officialaccount.NewOfficialAccount(&config.Config{AppID: tt.appID, AppSecret: tt.key, Cache: cache.NewMemory()})
		if _, err := oa.GetAccessToken(); err == nil || !strings.Contains(err.Error(), strconv.Itoa(tt.errcode)) {
			t.Errorf("AppID %s: %v, want errcode %d", tt.appID, err, tt.errcode)
		}
	}

	// An AppID of two accounts leaves one when the key allows one.
	h.run("0123456789abcdef0123456789abcdef\n", "add", "shop", "--env", "live", "--apart", "--appid", appID, "--secret-stdin", "--base-url", h.sim)
	both := strings.TrimSpace(h.run("", "api", "key", "add", "both", "--env", "sandbox", "--env", "live"))
	live := strings.TrimSpace(h.run("", "api", "key", "add", "live", "--env", "live"))
	if _, err := h.account(both).GetAccessToken(); err == nil || !strings.Contains(err.Error(), "40013") {
		t.Errorf("an AppID of two accounts that the key allows: %v", err)
	}
	for key, ref := range map[string]string{h.key: "shop/sandbox", live: "shop/live"} {
		if got, err := h.account(key).GetAccessToken(); err != nil || got != strings.TrimSpace(h.run("", "get", ref)) {
			t.Errorf("a key for %s alone: another token, or %v", ref, err)
		}
	}

	h.run("", "api", "key", "revoke", "sdk")
	if _, err := h.account(h.key).GetAccessToken(); err == nil || !strings.Contains(err.Error(), "40125") {
		t.Errorf("with a revoked key: %v", err)
	}
}

// stable asks by stable_token, as another process with a cache of its own.
func (h *house) stable(appID, key string, force bool) (string, error) {
	sdk := credential.NewStableAccessToken(appID, key, "x", cache.NewMemory()).(*credential.StableAccessToken)
	got, err := sdk.GetAccessTokenDirectly(h.t.Context(), force)
	return got.AccessToken, err
}

// TestSilenceperThroughARenewal: processes that ask all the time have a token
// that upstream accepts at any moment, and a report of a token that died, from
// many at once, costs one round and gives all the same living one.
func TestSilenceperThroughARenewal(t *testing.T) {
	const shortID, deadID = "wx00000000000000a1", "wx00000000000000a2"
	h := newHouse(t)
	for name, account := range map[string]struct {
		appID string
		life  int
	}{"short": {shortID, 66}, "dead": {deadID, 7200}} {
		secret := strings.Repeat("5", 32)
		h.steer("accounts", fmt.Sprintf(`{"appid":%q,"secret":%q,"life":%d}`, account.appID, secret, account.life))
		h.run(secret+"\n", "add", name, "--appid", account.appID, "--secret-stdin", "--base-url", h.sim)
	}
	began := time.Now()
	key := strings.TrimSpace(h.run("", "api", "key", "add", "all"))
	first, err := h.stable(shortID, key, false)
	if err != nil {
		t.Fatal(err)
	}
	dead, err := h.stable(deadID, key, false)
	if err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for now := first; now == first; <-tick.C {
		if now, err = h.stable(shortID, key, false); err != nil || !h.accepts(now) {
			t.Fatalf("after %v: a token that upstream does not accept, or %v", time.Since(began), err)
		}
		if time.Since(began) > time.Minute {
			t.Fatal("it was not renewed")
		}
	}
	for time.Since(began) < 32*time.Second { // the floor between two rounds
		<-tick.C
	}

	h.steer("revoke", fmt.Sprintf(`{"appid":%q}`, deadID))
	if h.accepts(dead) {
		t.Fatal("the token lives; the test shows nothing")
	}
	before := h.fetches()
	var wg sync.WaitGroup
	got := make([]string, 50)
	for i := range got {
		wg.Go(func() {
			token, err := h.stable(deadID, key, true)
			if err != nil {
				t.Errorf("process %d: %v", i, err)
			}
			got[i] = token
		})
	}
	wg.Wait()
	for i, token := range got {
		if token != got[0] || token == dead || !h.accepts(token) {
			t.Fatalf("process %d has another token than the first, or a dead one", i)
		}
	}
	if n := h.fetches() - before; n != 1 {
		t.Errorf("50 reports of a dead token cost %d calls for a token", n)
	}
}

// TestSilenceperWithoutAToken: with one base URL the SDK fetches a stand-in and calls
// with it. A token that dies, and one that is renewed, it never learns of; what the
// client key may not call is refused in WeChat's way, and a revoked key ends it.
func TestSilenceperWithoutAToken(t *testing.T) {
	h := newHouse(t)
	key := strings.TrimSpace(h.run("", "api", "key", "add", "app", "--calls", "GET /cgi-bin/get_api_domain_ip", "--no-token"))
	util.SetURIModifier(func(uri string) string {
		return strings.Replace(uri, "https://api.weixin.qq.com", h.door+"/call/shop/sandbox", 1)
	})
	oa := h.account(key)
	call := func(when string) {
		t.Helper()
		if ips, err := oa.GetBasic().GetAPIDomainIP(); err != nil || len(ips) == 0 {
			t.Errorf("%s: %v, %v", when, ips, err)
		}
	}
	standIn, err := oa.GetAccessToken()
	if err != nil || !strings.HasPrefix(standIn, "tts_") || h.accepts(standIn) {
		t.Fatalf("no stand-in, or one that WeChat accepts: %v", err)
	}
	call("at first")
	first := strings.TrimSpace(h.run("", "get", "shop"))
	h.steer("revoke", fmt.Sprintf(`{"appid":%q}`, appID))
	if h.accepts(first) {
		t.Fatal("the token lives; the test shows nothing")
	}
	call("after the token died")
	second := strings.TrimSpace(h.run("", "get", "shop"))
	h.run("", "refresh", "shop", "--force", "--yes")
	call("after a renewal")
	if third := strings.TrimSpace(h.run("", "get", "shop")); first == second || second == third {
		t.Error("the token was not replaced twice; the test shows nothing")
	}
	if now, err := oa.GetAccessToken(); err != nil || now != standIn {
		t.Errorf("another stand-in, or %v", err)
	}
	if _, err := oa.GetBasic().GetCallbackIP(); err == nil {
		t.Error("a call that the key does not name is made")
	}
	h.run("", "api", "key", "revoke", "app")
	if _, err := oa.GetBasic().GetAPIDomainIP(); err == nil || !strings.Contains(err.Error(), "40001") {
		t.Errorf("with a revoked key: %v", err)
	}
}
