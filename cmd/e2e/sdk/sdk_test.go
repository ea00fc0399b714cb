// Package sdk tests that a third-party SDK takes its tokens from TokenTray if its
// base URL is the loopback door. It is a module of its own, so that nothing of it
// becomes part of the product, and uses TokenTray only by its commands and its HTTP.
package sdk

import (
	"encoding/json"
	"fmt"
	"net/http"
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

	"tokentray/cmd/e2e/outside"
)

const appID = "wx0123456789abcdef"

// house is a simulator, an agent with an account of it, and a client key.
type house struct {
	*outside.House
	door string
	key  string
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{House: outside.NewHouse(t)}
	h.StartSim()
	h.Run("0123456789abcdef0123456789abcdef\n", "add", "shop", "--appid", appID, "--secret-stdin", "--base-url", h.Sim)
	h.door = h.OpenDoor()
	h.key = h.Line("api", "key", "add", "sdk", "--account", "shop")
	util.SetURIModifier(func(uri string) string {
		return strings.Replace(uri, "https://api.weixin.qq.com", h.door, 1)
	})
	t.Cleanup(func() { util.SetURIModifier(nil) })
	return h
}

// accepts reports whether upstream accepts a token.
func (h *house) accepts(token string) bool {
	h.T.Helper()
	resp, err := http.Get(h.Sim + "/cgi-bin/get_api_domain_ip?access_token=" + token)
	if err != nil {
		h.T.Fatal(err)
	}
	defer resp.Body.Close()
	var got struct {
		Errcode int      `json:"errcode"`
		IPs     []string `json:"ip_list"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil {
		h.T.Fatal(err)
	}
	return got.Errcode == 0 && len(got.IPs) > 0
}

// fetches counts the token fetches at the simulator.
func (h *house) fetches() (n int) {
	h.T.Helper()
	for _, a := range h.SimAccounts() {
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
	want := h.Line("get", "shop")
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

	// Two accounts that share a token are one. If two do not, because they are of
	// two hosts, the key must leave one.
	secret := "0123456789abcdef0123456789abcdef\n"
	h.Run(secret, "add", "again", "--apart", "--appid", appID, "--secret-stdin", "--base-url", h.Sim)
	h.Run(secret, "add", "shop", "--env", "live", "--apart", "--appid", appID, "--secret-stdin", "--base-url", strings.Replace(h.Sim, "127.0.0.1", "localhost", 1))
	both := h.Line("api", "key", "add", "both", "--env", "sandbox", "--env", "live")
	live := h.Line("api", "key", "add", "live", "--env", "live")
	if _, err := h.account(both).GetAccessToken(); err == nil || !strings.Contains(err.Error(), "40013") {
		t.Errorf("an AppID of accounts of two tokens that the key allows: %v", err)
	}
	for key, ref := range map[string]string{h.key: "shop/sandbox", live: "shop/live"} {
		if got, err := h.account(key).GetAccessToken(); err != nil || got != h.Line("get", ref) {
			t.Errorf("a key for %s alone: another token, or %v", ref, err)
		}
	}

	h.Run("", "api", "key", "revoke", "sdk")
	if _, err := h.account(h.key).GetAccessToken(); err == nil || !strings.Contains(err.Error(), "40125") {
		t.Errorf("with a revoked key: %v", err)
	}
}

// stable asks by stable_token, as another process with a cache of its own.
func (h *house) stable(appID, key string, force bool) (string, error) {
	sdk := credential.NewStableAccessToken(appID, key, "x", cache.NewMemory()).(*credential.StableAccessToken)
	got, err := sdk.GetAccessTokenDirectly(h.T.Context(), force)
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
		h.Steer("accounts", fmt.Sprintf(`{"appid":%q,"secret":%q,"life":%d}`, account.appID, secret, account.life))
		h.Run(secret+"\n", "add", name, "--appid", account.appID, "--secret-stdin", "--base-url", h.Sim)
	}
	began := time.Now()
	key := h.Line("api", "key", "add", "all")
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

	h.Steer("revoke", fmt.Sprintf(`{"appid":%q}`, deadID))
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
	key := h.Line("api", "key", "add", "app", "--calls", "GET /cgi-bin/get_api_domain_ip", "--no-token")
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
	first := h.Line("get", "shop")
	h.Steer("revoke", fmt.Sprintf(`{"appid":%q}`, appID))
	if h.accepts(first) {
		t.Fatal("the token lives; the test shows nothing")
	}
	call("after the token died")
	second := h.Line("get", "shop")
	h.Run("", "refresh", "shop", "--force", "--yes")
	call("after a renewal")
	if third := h.Line("get", "shop"); first == second || second == third {
		t.Error("the token was not replaced twice; the test shows nothing")
	}
	if now, err := oa.GetAccessToken(); err != nil || now != standIn {
		t.Errorf("another stand-in, or %v", err)
	}
	if _, err := oa.GetBasic().GetCallbackIP(); err == nil {
		t.Error("a call that the key does not name is made")
	}
	h.Run("", "api", "key", "revoke", "app")
	if _, err := oa.GetBasic().GetAPIDomainIP(); err == nil || !strings.Contains(err.Error(), "40001") {
		t.Errorf("with a revoked key: %v", err)
	}
}
