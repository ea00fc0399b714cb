//go:build linux

package e2e

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// TestCentralFromAnotherTokenTray: one TokenTray takes its token from the local API
// of another, in each of the forms that the API has. It asks once for each token, and
// a reported failure reaches the agent that renews.
func TestCentralFromAnotherTokenTray(t *testing.T) {
	team, mine := openDoors(t), openDoors(t)
	want := strings.TrimSpace(team.run("", "get", "shop"))
	mine.leaks.alsoSecret("the team's key", team.key)
	mine.leaks.alsoSecret("the team's token", want)
	for _, c := range []struct {
		name, call string
		flags      []string
	}{
		{"native", "/v1/token/shop/sandbox", []string{"--stale-url", team.base + "/v1/token/shop/sandbox/refresh"}},
		{"legacy", "/cgi-bin/token", []string{"--key-place", "query", "--key-name", "secret", "--query", "grant_type=client_credential&appid=" + doorAppID}},
		{"stable", "/cgi-bin/stable_token", []string{
			"--method", "POST", "--key-place", "json", "--key-name", "secret", "--query", "grant_type=client_credential&appid=" + doorAppID,
			"--stale-name", "force_refresh=true",
		}},
	} {
		before := team.asks(t)
		mine.run(team.key+"\n", append([]string{"add", c.name, "--kind", "central", "--secret-stdin", "--base-url", team.base + c.call}, c.flags...)...)
		for range 3 {
			if got := strings.TrimSpace(mine.run("", "get", c.name)); got != want {
				t.Errorf("%s: the token is another one", c.name)
			}
		}
		if n := team.asks(t) - before; n != 1 {
			t.Errorf("%s: the server was asked %d times for one token", c.name, n)
		}
		if out := mine.run("", "show", c.name); !strings.Contains(out, "from the team's server") || strings.Contains(out, team.key) {
			t.Errorf("%s: show says\n%s", c.name, out)
		}
	}
	if n := team.asked(t, doorAppID); n != 1 {
		t.Errorf("the upstream was asked %d times", n)
	}

	team.steer(t, "/sim/revoke", `{"appid":"`+doorAppID+`"}`)
	next := strings.TrimSpace(mine.run(want+"\n", "refresh", "native", "--stale", "-"))
	if next == want || next != strings.TrimSpace(team.run("", "get", "shop")) {
		t.Error("the report of a dead token does not bring the team's next one")
	}
	// The other clients hold the dead token too. Their report finds that the server
	// has a new one.
	for _, name := range []string{"legacy", "stable"} {
		if got := strings.TrimSpace(mine.run(want+"\n", "refresh", name, "--stale", "-")); got != next {
			t.Errorf("%s: the report brings another token than the server's", name)
		}
	}

	code, _, errOut := mine.try("edit", "native", "--base-url", team.base+"/v1/token/nosuch/sandbox")
	if code != 0 || !strings.Contains(errOut, "does not accept the key") && !strings.Contains(errOut, "has no token at this address") {
		t.Errorf("an account that the server does not have: code %d\n%s", code, errOut)
	}
	if got := strings.TrimSpace(mine.run("", "get", "legacy")); got != next {
		t.Error("another account lost its token")
	}
}

// asks counts the calls of all clients at the door.
func (d *doors) asks(t *testing.T) int {
	t.Helper()
	lines, err := d.client.AccessLog(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, l := range lines {
		n += l.Count
	}
	return n
}

// TestCentralFromAFile: a file behind nginx is a team's token server. The token's
// life counts from when the file was written. An expired token in it does not replace
// a living one.
func TestCentralFromAFile(t *testing.T) {
	const (
		key   = "5ecre7-key-0f-7he-f1le-server"
		first = "84_filefilefilefilefilefilefilefile-0001"
		next  = "84_filefilefilefilefilefilefilefile-0002"
	)
	base, root := serveFiles(t, key)
	write := func(name, content string, written time.Time) {
		t.Helper()
		path := filepath.Join(root, name)
		if err := os.WriteFile(path+".new", []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path+".new", written, written); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			t.Fatal(err)
		}
	}
	d := openDoors(t)
	d.leaks.alsoSecret("the server's key", key)
	add := func(name, file string, more ...string) {
		t.Helper()
		d.run(key+"\n", append([]string{"add", name, "--kind", "central", "--secret-stdin", "--base-url", base + "/" + file}, more...)...)
	}
	left := func(name string) time.Duration {
		t.Helper()
		a, err := d.client.Account(t.Context(), api.Ref{Name: name, Env: core.Sandbox})
		if err != nil {
			t.Fatal(err)
		}
		return time.Until(a.ExpiresAt)
	}
	now := time.Now()

	write("token.json", `{"access_token":"`+first+`","expires_in":7200}`, now.Add(-time.Hour))
	add("file", "token.json")
	if got := strings.TrimSpace(d.run("", "get", "file")); got != first || left("file") > time.Hour+time.Minute || left("file") < 50*time.Minute {
		t.Errorf("a file of an hour ago: the token lives %v", left("file"))
	}
	write("moment.json", fmt.Sprintf(`{"data":{"token":"%s","end":"%s"}}`, first, now.Add(30*time.Minute).Format(time.RFC3339)), now)
	add("moment", "moment.json", "--answer", "json", "--token-path", "data.token", "--life-path", "data.end")
	if got := strings.TrimSpace(d.run("", "get", "moment")); got != first || left("moment") > 31*time.Minute || left("moment") < 25*time.Minute {
		t.Errorf("a moment: the token lives %v", left("moment"))
	}
	write("token.txt", first+"\n", now.Add(-24*time.Hour))
	add("text", "token.txt", "--answer", "text", "--poll", "60")
	if got := strings.TrimSpace(d.run("", "get", "text")); got != first || left("text") > 2*time.Minute {
		t.Errorf("a text: the token lives %v", left("text"))
	}

	write("open/token.txt", first+"\n", now)
	d.run("", "add", "open", "--kind", "central", "--base-url", base+"/open/token.txt", "--answer", "text")
	if got := strings.TrimSpace(d.run("", "get", "open")); got != first {
		t.Error("a server without a key gives another token")
	}

	write("token.json", `{"access_token":"`+next+`","expires_in":7200}`, now.Add(-3*time.Hour))
	code, _, errOut := d.try("refresh", "file")
	if code != 5 || !strings.Contains(errOut, "hands out a token that has expired") || strings.Contains(errOut, next) || strings.Contains(errOut, key) {
		t.Errorf("an expired token: code %d\n%s", code, errOut)
	}
	if got := strings.TrimSpace(d.run("", "get", "file")); got != first {
		t.Error("the living token is gone")
	}
	d.run("wrong-key-wrong-key\n", "add", "locked", "--kind", "central", "--secret-stdin", "--base-url", base+"/token.json")
	if code, _, errOut := d.try("get", "locked"); code != 4 || !strings.Contains(errOut, "does not accept the key") {
		t.Errorf("a wrong key: code %d\n%s", code, errOut)
	}
	add("lost", "nosuch.json")
	if code, _, errOut := d.try("get", "lost"); code != 4 || !strings.Contains(errOut, "has no token at this address") {
		t.Errorf("no file: code %d\n%s", code, errOut)
	}
}

// serveFiles runs nginx over a folder until the test ends. A call needs the key.
func serveFiles(t *testing.T, key string) (base, root string) {
	t.Helper()
	exe, err := exec.LookPath("nginx")
	if err != nil {
		exe = "/usr/sbin/nginx" // which is not in every PATH
		if _, err := os.Stat(exe); err != nil {
			t.Fatal("there is no nginx here; make deps-test installs it")
		}
	}
	dir := t.TempDir()
	root = filepath.Join(dir, "www")
	if err := os.MkdirAll(filepath.Join(root, "open"), 0o755); err != nil {
		t.Fatal(err)
	}
	user := ""
	if os.Getuid() == 0 { // otherwise nginx's workers run as another user, who may not enter the folder
		user = "user root;"
	}
	addr := fmt.Sprintf("127.0.0.1:%d", unusedPort(t))
	conf := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(conf, fmt.Appendf(nil, `%s
daemon off; worker_processes 1; pid %[2]s/nginx.pid; error_log %[2]s/error.log;
events {}
http {
	access_log off;
	client_body_temp_path %[2]s/body; proxy_temp_path %[2]s/proxy; fastcgi_temp_path %[2]s/fastcgi; uwsgi_temp_path %[2]s/uwsgi; scgi_temp_path %[2]s/scgi;
	types { application/json json; text/plain txt; }
	server {
		listen %[3]s; root %[4]s;
		location /open/ {}
		location / { if ($http_authorization != "Bearer %[5]s") { return 401; } }
	}
}
`, user, dir, addr, root, key), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "-p", dir, "-e", filepath.Join(dir, "error.log"), "-c", conf)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait() // it is ended by a signal
	})
	for deadline := time.Now().Add(60 * time.Second); ; {
		if conn, err := net.Dial("tcp", addr); err == nil {
			_ = conn.Close()
			break
		}
		if time.Now().After(deadline) {
			log, _ := os.ReadFile(filepath.Join(dir, "error.log"))
			t.Fatalf("nginx does not listen: %s", log)
		}
		time.Sleep(20 * time.Millisecond)
	}
	resp, err := http.Get("http://" + addr + "/")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized {
		t.Fatalf("without the key nginx answers %s", resp.Status)
	}
	return "http://" + addr, root
}
