//go:build linux

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/sim"
)

// doors is a home with both doors open, a simulated account and a client key.
type doors struct {
	t      *testing.T
	exe    string
	env    []string
	sim    string // URL of the simulator
	client *api.Client
	socket string
	base   string // URL of the loopback door
	key    string
	leaks  *leaks
	came   atomic.Int64 // requests that reached the simulator
}

const doorAppID = "wx0123456789abcdef"

func openDoors(t *testing.T) *doors {
	t.Helper()
	exe, err := alone()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	d := &doors{t: t, exe: exe, socket: filepath.Join(dir, "h", "agent.sock"), leaks: &leaks{}}
	upstream := httptest.NewServer(counted(&d.came, d.leaks.listen(sim.New(sim.Config{OpenRegistration: true}))))
	t.Cleanup(upstream.Close)
	d.sim = upstream.URL
	passphrase := filepath.Join(dir, "passphrase.in")
	if err := os.WriteFile(passphrase, []byte("correct horse battery staple\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.env = []string{
		"PATH=" + filepath.Dir(exe) + ":" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + dir, "XDG_RUNTIME_DIR=" + dir,
		"TOKENTRAY_HOME=" + filepath.Join(dir, "h"), "TOKENTRAY_LANG=en", "TOKENTRAY_PASSPHRASE_FILE=" + passphrase,
	}
	t.Cleanup(func() {
		if err := errors.Join(stop(d.socket), d.leaks.search(dir), d.leaks.searchArguments()); err != nil {
			t.Error(err)
		}
	})
	if err := passfile(filepath.Join(dir, "h"), "correct horse battery staple"); err != nil {
		t.Fatal(err)
	}
	d.run("0123456789abcdef0123456789abcdef\n", "add", "shop", "--appid", doorAppID, "--secret-stdin", "--base-url", d.sim)
	for tries := 1; ; tries++ { // another program may take the port meanwhile
		code, _, errOut := d.try("api", "on", "--port", strconv.Itoa(unusedPort(t)))
		if code == 0 {
			break
		}
		if tries == 5 {
			t.Fatalf("api on: %s", errOut)
		}
	}
	d.key = strings.TrimSpace(d.run("", "api", "key", "add", "tests"))
	d.client = api.Dial(d.socket)
	t.Cleanup(d.client.Close)
	l, err := d.client.Loopback(t.Context())
	if err != nil || l.State != api.DoorOn {
		t.Fatalf("the door is not open: %+v, %v", l, err)
	}
	d.base = "http://" + l.Addresses[0]
	return d
}

func unusedPort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// run runs the program, which must succeed, and returns its standard output.
func (d *doors) run(stdin string, args ...string) string {
	d.t.Helper()
	cmd := exec.Command(d.exe, args...)
	cmd.Env, cmd.Stdin = d.env, strings.NewReader(stdin)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		d.t.Fatalf("tokentray %v: %v\n%s", args, err, errOut.String())
	}
	if word := d.leaks.in(errOut.Bytes()); word != "" {
		d.t.Errorf("tokentray %v: %s is on standard error", args, word)
	}
	return out.String()
}

// try runs the program and returns its result.
func (d *doors) try(args ...string) (code int, out, errOut string) {
	d.t.Helper()
	cmd := exec.Command(d.exe, args...)
	cmd.Env = d.env
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		d.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()
}

// call makes a call at the loopback door.
func (d *doors) call(method, path, key, body string) (int, string) {
	req, err := http.NewRequestWithContext(context.Background(), method, d.base+path, strings.NewReader(body))
	if err != nil {
		d.t.Error(err)
		return 0, ""
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Error(err)
		return 0, ""
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Error(err)
	}
	return resp.StatusCode, string(raw)
}

// calls counts the token fetches and checks at the simulator.
func (d *doors) calls() (out struct{ fetches, checks int }) {
	d.t.Helper()
	resp, err := http.Get(d.sim + "/sim/state")
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var state struct {
		Accounts []struct {
			Calls map[string]int `json:"calls"`
		} `json:"accounts"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&state); err != nil {
		d.t.Fatal(err)
	}
	for _, a := range state.Accounts {
		for path, n := range a.Calls {
			if strings.Contains(path, "token") {
				out.fetches += n
			} else {
				out.checks += n
			}
		}
	}
	return out
}

// TestReportsOverBothDoors: a hundred clients report a token that the upstream still
// accepts. That costs one round and no forced fetch, and all are told that the token
// is still valid.
func TestReportsOverBothDoors(t *testing.T) {
	t.Parallel()
	for _, door := range []string{"socket", "loopback", "both"} {
		t.Run(door, func(t *testing.T) {
			t.Parallel()
			d := openDoors(t)
			first, err := d.client.Token(t.Context(), api.Ref{Name: "shop"}, 0)
			if err != nil {
				t.Fatal(err)
			}
			report := func(client int, stale string) (out api.Token, err error) {
				if door == "socket" || door == "both" && client%2 == 0 {
					return d.client.Refresh(context.Background(), api.Ref{Name: "shop"}, api.RefreshRequest{Stale: stale})
				}
				code, body := d.call("POST", "/v1/token/shop/refresh", d.key, fmt.Sprintf(`{"stale":%q}`, stale))
				if code != http.StatusOK {
					return out, errors.New(body)
				}
				return out, json.Unmarshal([]byte(body), &out)
			}
			before := d.calls()
			var wg sync.WaitGroup
			var mu sync.Mutex
			answers := map[string]int{}
			for i := range 100 {
				wg.Go(func() {
					got, err := report(i, first.AccessToken)
					mu.Lock()
					defer mu.Unlock()
					answers[fmt.Sprint(got.AccessToken == first.AccessToken, got.StillValid, err)]++
				})
			}
			wg.Wait()
			if answers["true true <nil>"] != 100 {
				t.Errorf("answers (same token, still valid, error): %v", answers)
			}
			after := d.calls()
			if after.fetches != before.fetches+1 || after.checks != before.checks+1 {
				t.Errorf("100 reports of a good token: calls went from %+v to %+v, want one fetch and one check", before, after)
			}
			if got, err := report(0, "88_an_old_token_that_nobody_has"); err != nil || got.AccessToken != first.AccessToken || d.calls() != after {
				t.Errorf("a report of an old token: %v, calls %+v", err, d.calls())
			}
			if forced := d.history(core.DidForce); forced != 0 {
				t.Errorf("the force quota was used %d times", forced)
			}
		})
	}
}

// sleepUntilTheFloorIsOver waits until 30 s have passed since the account's last
// round.
func (d *doors) sleepUntilTheFloorIsOver(t api.Token) {
	timer := time.NewTimer(time.Until(t.ObtainedAt.Add(31 * time.Second)))
	defer timer.Stop()
	<-timer.C
}

// history counts what happened to the account.
func (d *doors) history(what core.What) int {
	d.t.Helper()
	entries, err := d.client.History(d.t.Context(), api.Ref{Name: "shop"}, api.HistoryQuery{})
	if err != nil {
		d.t.Fatal(err)
	}
	n := 0
	for _, e := range entries {
		if e.What == what {
			n++
		}
	}
	return n
}

// TestTheDoorFromTheCommandLine: the door is opened, used, watched and closed, and
// its key is revoked.
func TestTheDoorFromTheCommandLine(t *testing.T) {
	d := openDoors(t)
	if code, body := d.call("GET", "/v1/token/shop", d.key, ""); code != 200 || !strings.Contains(body, `"account":"shop"`) {
		t.Errorf("%d %s", code, body)
	}
	for path, want := range map[string]int{
		"/v1/token/shop/live": 403, "/v1/token/nobody": 404, "/v1/token/%E5%95%86%E5%BA%97": 404, "/v1/token/shop?min_ttl=7000": 200, "/v1/token/shop?min_ttl=8000": 503,
	} {
		if code, body := d.call("GET", path, d.key, ""); code != want || code == 503 && !strings.Contains(body, `"remedy":"min_ttl"`) {
			t.Errorf("%s: %d %s", path, code, body)
		}
	}
	code, body := d.call("GET", "/cgi-bin/token?grant_type=client_credential&appid="+doorAppID+"&secret="+d.key, "", "")
	if code != 200 || !strings.Contains(body, `"access_token":`) {
		t.Errorf("%d %s", code, body)
	}
	log := d.run("", "api", "log")
	if !strings.Contains(log, "tests") || !strings.Contains(log, "shop/sandbox") || !strings.Contains(log, "cgi-bin/token") || strings.Contains(log, d.key) {
		t.Errorf("log:\n%s", log)
	}
	if out := d.run("", "status"); !strings.Contains(out, "loopback API") || !strings.Contains(out, "on") {
		t.Errorf("status:\n%s", out)
	}
	d.run("", "stop")
	if list := d.run("", "api", "key", "list"); !strings.Contains(list, "tests") || strings.Contains(list, "never") || strings.Contains(list, d.key) {
		t.Errorf("keys after a restart:\n%s", list)
	}
	if code, _ := d.call("GET", "/v1/token/shop", d.key, ""); code != 200 {
		t.Errorf("after a restart: %d", code)
	}
	d.run("", "api", "key", "revoke", "tests")
	if code, _ := d.call("GET", "/v1/token/shop", d.key, ""); code != 401 {
		t.Errorf("after the key was revoked: %d", code)
	}
	d.run("", "api", "off")
	if c, err := net.Dial("tcp", strings.TrimPrefix(d.base, "http://")); err == nil {
		_ = c.Close()
		t.Error("a door that was shut listens")
	}
	if word := d.leaks.in([]byte(log)); word != "" {
		t.Errorf("%s is in the access log", word)
	}
}

// TestAPortThatIsTaken: the command line and the status say that the port is taken
// and what to do, and nothing changes.
func TestAPortThatIsTaken(t *testing.T) {
	t.Parallel()
	d := openDoors(t)
	squat := func(address string) net.Listener {
		t.Helper()
		l, err := net.Listen("tcp4", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		return l
	}
	taken := strconv.Itoa(squat("127.0.0.1:0").Addr().(*net.TCPAddr).Port)
	code, _, errOut := d.try("api", "on", "--port", taken)
	if code != 1 || !strings.Contains(errOut, taken) || !strings.Contains(errOut, "Another program listens on that port.") || !strings.Contains(errOut, "tokentray api on --port") {
		t.Errorf("exit code %d:\n%s", code, errOut)
	}
	if code, body := d.call("GET", "/v1/status", d.key, ""); code != 200 {
		t.Errorf("a refused change changed something: %d %s", code, body)
	}
	for _, port := range []string{"0", "-1", "65536", "x"} {
		if code, _, errOut := d.try("api", "on", "--port", port); code != 2 {
			t.Errorf("port %s: exit code %d:\n%s", port, code, errOut)
		}
	}

	// Another program took the port while no agent ran: everything except the door
	// works.
	if err := stop(d.socket); err != nil {
		t.Fatal(err)
	}
	squatter := squat(strings.TrimPrefix(d.base, "http://"))
	if got := d.run("", "get", "shop"); len(got) < 20 {
		t.Error("no token without the door")
	}
	if out := d.run("", "status"); !strings.Contains(out, "its port is taken") {
		t.Errorf("status:\n%s", out)
	}
	_, out, errOut := d.try("api", "status")
	if !strings.Contains(out, "its port is taken") || !strings.Contains(errOut, "tokentray api on --port") {
		t.Errorf("api status:\n%s%s", out, errOut)
	}
	_ = squatter.Close()
	if out := d.run("", "api", "on"); !strings.Contains(out, d.base) {
		t.Errorf("once it is free:\n%s", out)
	}
	if code, _ := d.call("GET", "/v1/token/shop", d.key, ""); code != 200 {
		t.Errorf("once it is free: %d", code)
	}
}
