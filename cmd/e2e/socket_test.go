//go:build linux

package e2e

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestApiSocket: a socket that can be mounted into a container serves the door's paths
// to one key, from a place without a network, and ends with its command.
func TestApiSocket(t *testing.T) {
	t.Parallel()
	d := openDoors(t)
	key := strings.TrimSpace(d.run("", "api", "key", "add", "box", "--calls", "reads"))
	path := filepath.Join(t.TempDir(), "box.sock")
	cmd := exec.Command(d.exe, "api", "socket", path, "--key", "box", "--mode", "0660", "--group", "nogroup")
	cmd.Env = d.env
	pipe, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill() }()
	said, err := bufio.NewReader(pipe).ReadString('\n') // that it serves
	if err != nil || strings.Contains(said, key) {
		t.Fatalf("%q, %v", said, err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if stat := info.Sys().(*syscall.Stat_t); info.Mode().Perm() != 0o660 || os.Getuid() == 0 && stat.Gid != 65534 {
		t.Errorf("mode %v, group %d", info.Mode(), stat.Gid)
	}
	ask := func(bearer, target string, more ...string) string {
		args := append([]string{"-sS", "-w", "\n%{http_code}", "--unix-socket", path, "-H", "Authorization: Bearer " + bearer}, more...)
		out, err := exec.Command("curl", append(args, "http://localhost"+target)...).CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v %s", target, err, out)
		}
		return string(out)
	}
	for target, want := range map[string]string{
		"/call/shop/sandbox/cgi-bin/get_api_domain_ip": "\n200", "/v1/token/shop": "\n200", "/v1/status": "\n200",
		"/v1/accounts": "\n404", "/v1/keys": "\n404", "/v1/loopback": "\n404", "/call/shop/sandbox/cgi-bin/menu/delete": "\n403",
	} {
		if got := ask(key, target); !strings.HasSuffix(got, want) {
			t.Errorf("%s: %s", target, d.leaks.hide(got))
		}
	}
	for what, got := range map[string]string{
		"another key":               ask(d.key, "/v1/token/shop"),
		"another key that says so":  ask(d.key, "/v1/token/shop", "-H", "Tokentray-Only: made"),
		"no key":                    ask("", "/v1/token/shop"),
		"another key at a SDK path": ask("", "/cgi-bin/token?grant_type=client_credential&appid="+doorAppID+"&secret="+d.key),
	} {
		if !strings.HasSuffix(got, "\n401") && !strings.Contains(got, `"errcode":40125`) {
			t.Errorf("%s: %s", what, d.leaks.hide(got))
		}
	}
	// A container has neither our network nor our loopback.
	if os.Getuid() == 0 {
		out, err := exec.Command("unshare", "--net", "curl", "-sS", "--unix-socket", path, "-H", "Authorization: Bearer "+key, "http://localhost/call/shop/sandbox/cgi-bin/get_api_domain_ip").CombinedOutput()
		if err != nil || !strings.Contains(string(out), "ip_list") {
			t.Errorf("without a network: %v %s", err, out)
		}
	}
	if code, _, errOut := d.try("api", "socket", path, "--key", "box"); code != 2 || !strings.Contains(errOut, "already") {
		t.Errorf("a second one: %d %s", code, errOut)
	}
	if code, _, _ := d.try("api", "socket", path+"2", "--key", "box", "--mode", "0666"); code != 2 {
		t.Errorf("for everybody: %d", code)
	}
	_ = cmd.Process.Signal(os.Interrupt)
	_ = cmd.Wait()
	if _, err := os.Stat(path); err == nil {
		t.Error("the socket is still there")
	}
}
