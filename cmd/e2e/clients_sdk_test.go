//go:build linux

package e2e

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"tokentray/core/api"
)

// sdkAnswer is the output of the program with the SDK.
type sdkAnswer struct {
	Calls   int
	Code    int
	Message string
}

// coWechatAPI runs a program that makes calls with the SDK co-wechat-api.
func (d *doors) coWechatAPI(t *testing.T, base, key, calls string) (out sdkAnswer, carried []string) {
	t.Helper()
	before := len(d.leaks.carried())
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join(modules(t), "..", "cowechatapi.js"))
	cmd.Env = append(slices.Clone(d.env), "DOOR="+base, "UPSTREAM="+d.sim, "APPID="+doorAppID, "KEY="+key, "CALLS="+calls)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	raw, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(raw, &out)
	}
	if err != nil {
		t.Fatalf("%v: %s", err, d.leaks.hide(stderr.String()))
	}
	return out, d.leaks.carried()[before:]
}

// TestClientsCoWechatAPI: an SDK for Node.js that parses answers by hand takes its
// token from WeChat's path at the door, with any spelling of the base URL, and makes
// its calls with it. It understands the error if there is no token.
func TestClientsCoWechatAPI(t *testing.T) {
	t.Parallel()
	modules(t)
	d := openDoors(t)
	token := d.current(t, api.Ref{Name: "shop"}).AccessToken
	for _, base := range []string{d.base, d.base + "/", strings.Replace(d.base, "127.0.0.1", "localhost", 1)} {
		got, carried := d.coWechatAPI(t, base, d.key, "3")
		if got != (sdkAnswer{Calls: 3}) || !slices.Equal(carried, []string{token, token, token}) {
			t.Errorf("%s: %+v, tokens %q", base, got, masks(carried))
		}
	}
	if n := d.asked(t, doorAppID); n != 1 {
		t.Errorf("WeChat was asked for a token %d times", n)
	}
	d.run("", "api", "key", "revoke", "tests")
	for _, tt := range []struct {
		key  string
		code int
	}{{d.key, 40125}, {"", 41004}} {
		if got, carried := d.coWechatAPI(t, d.base, tt.key, "1"); got.Code != tt.code || len(carried) > 0 {
			t.Errorf("without a right key: %+v, tokens %q; want errcode %d", got, masks(carried), tt.code)
		}
	}
}

// TestClientsCoWechatAPIWithoutAToken: with one base URL the SDK gets a stand-in and
// calls with it. It does not notice when the token dies or is renewed.
func TestClientsCoWechatAPIWithoutAToken(t *testing.T) {
	t.Parallel()
	modules(t)
	d := openDoors(t)
	key := strings.TrimSpace(d.run("", "api", "key", "add", "app", "--calls", "GET /cgi-bin/getcallbackip", "--no-token"))
	first := d.current(t, api.Ref{Name: "shop"}).AccessToken
	before := len(d.leaks.carried())
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join(modules(t), "..", "cowechatapi.js"))
	cmd.Env = append(slices.Clone(d.env), "DOOR="+d.base+"/call/shop/sandbox", "UPSTREAM="+d.base+"/call/shop/sandbox", "APPID="+doorAppID, "KEY="+key, "CALLS=3", "STEP=1")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	wait := sync.OnceFunc(func() { _ = cmd.Wait() })
	defer wait()
	said := func() string { // its output is complete when it has ended
		_ = cmd.Process.Kill()
		wait()
		return d.leaks.hide(stderr.String())
	}
	lines := bufio.NewScanner(stdout)
	steps := []func(){
		func() { // the token dies
			resp, err := http.Post(d.sim+"/sim/revoke", "application/json", strings.NewReader(`{"appid":"`+doorAppID+`"}`))
			if err != nil {
				t.Error(err)
				return
			}
			_ = resp.Body.Close()
		},
		func() { d.run("", "refresh", "shop", "--force", "--yes") }, // it is renewed
		func() {},
	}
	for i, step := range steps {
		if !lines.Scan() || lines.Text() != "tts_" {
			t.Fatalf("call %d: %q, %s", i, lines.Text(), said())
		}
		step()
		if _, err := io.WriteString(stdin, "\n"); err != nil {
			t.Fatal(err)
		}
	}
	if !lines.Scan() || lines.Text() != `{"calls":3}` {
		t.Errorf("in the end: %q, %s", lines.Text(), said())
	}
	carried := d.leaks.carried()[before:]
	last := d.current(t, api.Ref{Name: "shop"}).AccessToken
	if len(carried) < 4 || carried[0] != first || carried[len(carried)-1] != last || first == last {
		t.Errorf("the tokens that WeChat saw: %q", masks(carried))
	}
	if slices.ContainsFunc(carried, func(token string) bool { return strings.HasPrefix(token, "tts_") }) {
		t.Errorf("WeChat saw a stand-in: %q", masks(carried))
	}
	log := d.run("", "api", "log", "--key", "app", "--json")
	if !strings.Contains(log, `"call":"GET /cgi-bin/getcallbackip"`) {
		t.Errorf("the access log: %s", log)
	}
}
