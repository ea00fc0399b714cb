package sdk

import (
	"net"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/credential"
	"github.com/silenceper/wechat/v2/util"

	"tokentray/cmd/e2e/outside"
)

// backendRedis is the Redis that a user of the SDK gives it.
type backendRedis struct {
	t       *testing.T
	address string
}

func startRedis(t *testing.T) backendRedis {
	t.Helper()
	r := backendRedis{t, outside.FreeAddress(t)}
	_, port, _ := net.SplitHostPort(r.address)
	server := exec.Command("redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", t.TempDir())
	if err := server.Start(); err != nil {
		t.Fatalf("redis-server: %v; assets/scripts/install-deps.sh test installs it", err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for range tick.C { // until the test ends
		if c, err := net.Dial("tcp", r.address); err == nil {
			_ = c.Close()
			return r
		}
	}
	return r
}

// cache is the SDK's own cache on that Redis.
func (r backendRedis) cache() cache.Cache {
	return cache.NewRedis(r.t.Context(), &cache.RedisOpts{Host: r.address})
}

func (r backendRedis) cli(args ...string) string {
	r.t.Helper()
	_, port, _ := net.SplitHostPort(r.address)
	out, err := exec.Command("redis-cli", append([]string{"-p", port}, args...)...).CombinedOutput()
	if err != nil {
		r.t.Fatalf("redis-cli: %v %s", err, out)
	}
	return strings.TrimSpace(string(out))
}

// The two ways of the SDK, and the layouts for them.
func handles(secret string, c cache.Cache) map[string]credential.AccessTokenHandle {
	return map[string]credential.AccessTokenHandle{
		"silenceper":        credential.NewDefaultAccessToken(appID, secret, credential.CacheKeyOfficialAccountPrefix, c),
		"silenceper-stable": credential.NewStableAccessToken(appID, secret, credential.CacheKeyOfficialAccountPrefix, c),
	}
}

// TestSilenceperReadsWhatAPushWrote: without an AppSecret and without an upstream.
func TestSilenceperReadsWhatAPushWrote(t *testing.T) {
	h, r := newHouse(t), startRedis(t)
	nowhere := "http://" + outside.FreeAddress(t)
	util.SetURIModifier(func(uri string) string { return strings.Replace(uri, "https://api.weixin.qq.com", nowhere, 1) })
	for layout, handle := range handles("", r.cache()) {
		if got, err := handle.GetAccessToken(); err == nil {
			t.Fatalf("%s: the SDK has a token before the push: %d bytes", layout, len(got))
		}
		h.Run("", "push", "add", "shop", "--redis", "redis://"+r.address, "--layout", layout)
		if got, err := handle.GetAccessToken(); err != nil || got != h.Line("get", "shop") {
			t.Errorf("%s: another token than the current one, or %v", layout, err)
		}
	}
	h.Run("", "refresh", "shop", "--force", "--yes")
	want := h.Line("get", "shop")
	h.Run("", "push", "test", "shop")
	for layout, handle := range handles("", r.cache()) {
		if got, err := handle.GetAccessToken(); err != nil || got != want {
			t.Errorf("%s after a renewal: another token than the current one, or %v", layout, err)
		}
	}
}

// TestWhatSilenceperWroteIsRead: the token's life is not overstated. The SDK's entry
// ends 1,500 s before the token, and 300 s before it for stable_token.
func TestWhatSilenceperWroteIsRead(t *testing.T) {
	h, r := newHouse(t), startRedis(t)
	util.SetURIModifier(func(uri string) string { return strings.Replace(uri, "https://api.weixin.qq.com", h.Sim, 1) })
	keys := map[string]string{"silenceper": "gowechat_officialaccount__access_token_" + appID, "silenceper-stable": "gowechat_officialaccount__stable_access_token_" + appID}
	margins := map[string]int{"silenceper": 1500, "silenceper-stable": 300}
	for layout, handle := range handles("0123456789abcdef0123456789abcdef", r.cache()) {
		want, err := handle.GetAccessToken()
		if err != nil {
			t.Fatalf("%s: %v", layout, err)
		}
		left, err := strconv.Atoi(r.cli("TTL", keys[layout]))
		if err != nil || left+margins[layout] > 7200 || layout == "silenceper" && left < 5600 {
			t.Errorf("%s: the SDK's entry lives for %d s, %v", layout, left, err)
		}
		h.Run("none\n", "add", layout, "--kind", "redis", "--base-url", "redis://"+r.address, "--layout", layout, "--product", "redis-official", "--appid", appID, "--secret-stdin")
		got := h.Run("", "get", layout)
		if strings.TrimSpace(got) != want {
			t.Errorf("%s: another token than the SDK has", layout)
		}
		if again, err := handle.GetAccessToken(); err != nil || again != want {
			t.Errorf("%s: reading along changed the SDK's token, or %v", layout, err)
		}
	}
}
