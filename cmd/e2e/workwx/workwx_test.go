// Package workwx shows that an SDK for WeCom takes its tokens from TokenTray when
// its host is set to the local API. It is a module of its own, so that nothing of it
// enters the product, and knows TokenTray as any other program does: by its commands
// and its HTTP.
package workwx

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	workwx "github.com/xen0n/go-workwx"
)

const (
	corpID = "ww0123456789abcdef"
	secret = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNO_-"
)

// house is a simulator, an agent with two applications of one corp, and a client
// key for each.
type house struct {
	t    *testing.T
	exe  string
	env  []string
	sim  string
	door string
	keys map[string]string // by account
}

func newHouse(t *testing.T) *house {
	t.Helper()
	dir := t.TempDir()
	h := &house{t: t, exe: program(t), sim: "http://" + freeAddress(t), keys: map[string]string{}}
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
	for name, flags := range map[string][]string{"app": {"--agent", "1000002"}, "people": {"--label", "contacts"}} {
		own := secret[:41] + name[:2]
		h.steer("accounts", fmt.Sprintf(`{"appid":%q,"agent":%q,"secret":%q}`, corpID, flags[1], own))
		h.run(own+"\n", append([]string{"add", name, "--kind", "wecom", "--corpid", corpID, "--secret-stdin", "--base-url", h.sim}, flags...)...)
	}
	address := freeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	h.run("", "api", "on", "--port", port)
	h.door = "http://" + address
	for _, name := range []string{"app", "people"} {
		h.keys[name] = strings.TrimSpace(h.run("", "api", "key", "add", name, "--account", name))
	}
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

// stop ends the agent and waits for its end: until then it has files open.
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

// steer tells the simulator what to do.
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

// fetches counts the calls of an application for a token at the simulator.
func (h *house) fetches(agent string) int {
	h.t.Helper()
	resp, err := http.Get(h.sim + "/sim/state")
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	var state struct {
		Accounts []struct {
			Agent string         `json:"agent"`
			Calls map[string]int `json:"calls"`
		} `json:"accounts"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&state); err != nil {
		h.t.Fatal(err)
	}
	for _, a := range state.Accounts {
		if a.Agent == agent {
			return a.Calls["/cgi-bin/gettoken"]
		}
	}
	h.t.Fatalf("the simulator has no application %s", agent)
	return 0
}

// wire sends the SDK's calls for a token to the door, as its host says, and answers
// every other call as WeCom would, remembering the token that it carried.
type wire struct{ carried []string }

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == "/cgi-bin/gettoken" {
		return http.DefaultTransport.RoundTrip(r)
	}
	w.carried = append(w.carried, r.URL.Query().Get("access_token"))
	return &http.Response{
		StatusCode: 200, Header: http.Header{}, Request: r,
		Body: io.NopCloser(strings.NewReader(`{"errcode":0,"errmsg":"ok","department":[]}`)),
	}, nil
}

// call makes a call by the SDK as another process would, and returns the token that
// it carried.
func (h *house) call(corp, key string) (token string, err error) {
	w := &wire{}
	app := workwx.New(corp, workwx.WithQYAPIHost(h.door), workwx.WithHTTPClient(&http.Client{Transport: w})).WithApp(key, 1000002)
	if _, err := app.ListAllDepts(); err != nil {
		return "", err
	}
	if len(w.carried) != 1 {
		h.t.Fatalf("the call was sent %d times", len(w.carried))
	}
	return w.carried[0], nil
}

// TestWorkwx: the SDK makes its calls with the token of the application that its
// client key allows, from as many processes as there are, and WeCom is asked once.
func TestWorkwx(t *testing.T) {
	h := newHouse(t)
	tokens := map[string]string{}
	for name, agent := range map[string]string{"app": "1000002", "people": "contacts"} {
		tokens[name] = strings.TrimSpace(h.run("", "get", name))
		for i := range 5 {
			if got, err := h.call(corpID, h.keys[name]); err != nil || got != tokens[name] {
				t.Fatalf("%s, process %d: another token than the current one, or %v", name, i, err)
			}
		}
		if n := h.fetches(agent); n != 1 {
			t.Errorf("%s: WeCom was asked %d times", name, n)
		}
	}
	if tokens["app"] == tokens["people"] {
		t.Error("two applications of a corp share a token")
	}
	// The same by hand, to the byte.
	resp, err := http.Get(h.door + "/cgi-bin/gettoken?" + url.Values{"corpid": {corpID}, "corpsecret": {h.keys["app"]}}.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if raw, _ := io.ReadAll(resp.Body); !strings.HasPrefix(string(raw), `{"errcode":0,"errmsg":"ok","access_token":"`+tokens["app"]+`","expires_in":`) {
		t.Error("the answer has not WeCom's form")
	}
}

// TestWorkwxIsRefused: the SDK understands why.
func TestWorkwxIsRefused(t *testing.T) {
	h := newHouse(t)
	both := strings.TrimSpace(h.run("", "api", "key", "add", "both"))
	for _, tt := range []struct {
		what, corp, key string
		errcode         int
	}{
		{"the secret is no client key", corpID, secret, 40001},
		{"nobody's CorpID", "wwffffffffffffffff", h.keys["app"], 40013},
		{"a key for two applications", corpID, both, 40013},
		{"no secret", corpID, "", 41004},
	} {
		_, err := h.call(tt.corp, tt.key)
		var refused *workwx.WorkwxClientError
		if !errors.As(err, &refused) || int(refused.Code) != tt.errcode {
			t.Errorf("%s: %v, want errcode %d", tt.what, err, tt.errcode)
		}
	}
}
