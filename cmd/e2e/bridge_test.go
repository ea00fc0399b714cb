//go:build linux

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// namespace returns the start of a command that runs in a network of its own, where
// it may create interfaces; nil if this user may not do that.
func namespace(t *testing.T) []string {
	t.Helper()
	for _, begin := range [][]string{{"unshare", "--net"}, {"unshare", "--map-root-user", "--net"}} {
		probe := append(begin[1:len(begin):len(begin)], "ip", "link", "add", "tt0", "type", "veth", "peer", "name", "tt1")
		if exec.Command(begin[0], probe...).Run() == nil {
			return begin
		}
	}
	return nil
}

// TestABridgeForContainers: in a network with a bridge, a route out and a container,
// the further address serves only the container, with its key and Host.
func TestABridgeForContainers(t *testing.T) {
	t.Parallel()
	begin := namespace(t)
	if begin == nil {
		t.Skip("NOT RUN: this system gives this user no network namespace with interfaces")
	}
	exe, err := alone()
	if err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs("testdata/bridge.sh")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	passphrase := filepath.Join(dir, "passphrase")
	if err := os.WriteFile(passphrase, []byte("correct horse battery staple\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(begin[0], append(begin[1:], "sh", script, exe, dir)...)
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + dir, "XDG_RUNTIME_DIR=" + dir,
		"TOKENTRAY_HOME=" + filepath.Join(dir, "h"), "TOKENTRAY_LANG=en", "TOKENTRAY_PASSPHRASE_FILE=" + passphrase,
	}
	out, err := cmd.Output()
	want := []string{
		"on 10.99.0.1: address_out", "on 172.31.77.9: address_gone", "on 172.31.77.1: yes",
		"the container: 200", "it got the answer: yes", "by the loopback's name: 403", "the refusal: tokentray api key add NAME --host 127.0.0.1:17278",
		"a key without --host: 403", "a stranger: no answer", "the network that leads out: no answer", "after the bridge got a default route: no answer",
		"on none: yes", "taken away: no answer",
	}
	if got := strings.TrimSpace(string(out)); err != nil || got != strings.Join(want, "\n") {
		errors, _ := os.ReadFile(filepath.Join(dir, "errors"))
		t.Errorf("%v\n%s\nwant\n%s\nerrors:\n%s", err, got, strings.Join(want, "\n"), errors)
	}
}
