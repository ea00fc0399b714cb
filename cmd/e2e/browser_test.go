//go:build linux

package e2e

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestBrowserPage: a page in a real browser has a key and a stand-in and tries
// everything that a page can send. It makes no call, and reads no token, no stand-in
// and no answer.
func TestBrowserPage(t *testing.T) {
	browser := os.Getenv("TOKENTRAY_E2E_BROWSER")
	if browser == "" {
		t.Skip("make test-browser installs a browser and runs this")
	}
	d := openDoors(t)
	key := strings.TrimSpace(d.run("", "api", "key", "add", "page", "--calls", "* /*"))
	standIn := fetchStandIn(t, d, key)
	door, err := url.Parse(d.base)
	if err != nil {
		t.Fatal(err)
	}
	html, err := os.ReadFile("testdata/page.html")
	if err != nil {
		t.Fatal(err)
	}
	parameters, err := json.Marshal(map[string]any{
		"bases": []string{d.base, "http://localhost:" + door.Port(), "http://[::1]:" + door.Port(), "http://rebound.example:" + door.Port()},
		"key":   key, "standIn": standIn, "appid": doorAppID,
	})
	if err != nil {
		t.Fatal(err)
	}
	page := strings.ReplaceAll(string(html), "PARAMETERS", string(parameters))
	type report struct {
		Seen  []string `json:"seen"`
		Tried int      `json:"tried"`
	}
	reports := make(chan report, 1)
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/report":
			var got report
			if json.NewDecoder(r.Body).Decode(&got) == nil {
				reports <- got
			}
		case "/":
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte(page))
		}
	}))
	defer site.Close()
	made, since := d.came.Load(), time.Now()
	cmd := exec.Command(browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--user-data-dir="+t.TempDir(),
		"--host-resolver-rules=MAP rebound.example 127.0.0.1", site.URL+"/")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	select {
	case got := <-reports:
		if got.Tried < 300 {
			t.Errorf("the page tried %d things", got.Tried)
		}
		for _, one := range got.Seen {
			t.Errorf("the page saw %s", d.leaks.hide(one))
		}
	case <-time.After(5 * time.Minute):
		t.Fatal("the page did not report")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		lines, err := d.client.AccessLog(ctx, 500)
		if err != nil {
			t.Fatal(err)
		}
		navigated := false
		for _, l := range lines {
			if l.At.After(since) && l.Status < 400 && l.Errcode == 0 {
				t.Errorf("the door answered %+v", l)
			}
			navigated = navigated || l.Call == "call" && l.Status == http.StatusForbidden
		}
		if navigated {
			break
		}
	}
	if n := d.came.Load() - made; n != 0 {
		t.Errorf("%d calls were made", n)
	}
}

// counted counts the requests that reach a handler.
func counted(n *atomic.Int64, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n.Add(1)
		next.ServeHTTP(w, r)
	})
}

// fetchStandIn takes a stand-in as an SDK does.
func fetchStandIn(t *testing.T, d *doors, key string) string {
	t.Helper()
	resp, err := http.Get(d.base + "/call/shop/sandbox/cgi-bin/token?" + url.Values{"grant_type": {"client_credential"}, "appid": {doorAppID}, "secret": {key}}.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var got struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil || !strings.HasPrefix(got.Token, "tts_") {
		t.Fatalf("%v, %v", got, err)
	}
	return got.Token
}
