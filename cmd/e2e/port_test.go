//go:build linux

package e2e

import (
	"bytes"
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestTheAgentAnswersNoOtherUser: the system tells who calls. Here it is the administrator,
// whom no mode of a folder or a socket keeps out.
func TestTheAgentAnswersNoOtherUser(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only the administrator can act as another user")
	}
	u := newTenant(t)
	if err := os.WriteFile(filepath.Join(u.dir, "pass"), []byte("correct horse battery staple\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	u.env = append(u.env, "TOKENTRAY_PASSPHRASE_FILE="+filepath.Join(u.dir, "pass"))
	u.run("", "vault", "init")
	ask := func(curl *exec.Cmd) string {
		t.Helper()
		out, err := curl.CombinedOutput()
		if err != nil {
			t.Errorf("%v: %s", err, out)
		}
		return string(out)
	}
	args := []string{"-sS", "--noproxy", "*", "--unix-socket", filepath.Join(u.dir, "h", "agent.sock"), "http://tokentray/v1/status"}
	if out := ask(u.command("curl", args...)); !strings.Contains(out, `"pid"`) {
		t.Errorf("its own user: %s", out)
	}
	if out := ask(exec.Command("curl", args...)); !strings.Contains(out, "serves the user who started the agent") || strings.Contains(out, `"pid"`) {
		t.Errorf("another user: %s", out)
	}
}

// TestAnotherUserOnThePort: a program of another user listens where clients send
// their keys. Export makes no key for that port. api status and doctor say whose
// program it is, with and without a running agent.
func TestAnotherUserOnThePort(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only the administrator can act as another user")
	}
	u := newTenant(t)
	if err := os.WriteFile(filepath.Join(u.dir, "pass"), []byte("correct horse battery staple\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	u.env = append(u.env, "TOKENTRAY_PASSPHRASE_FILE="+filepath.Join(u.dir, "pass"))
	u.run("", "vault", "init")
	u.run("0123456789abcdef0123456789abcdef\n", "add", "shop", "--appid", "wx0123456789abcdef", "--secret-stdin", "--base-url", "http://127.0.0.1:1")
	port := strconv.Itoa(unusedPort(t))
	u.run("", "settings", "set", "loopback-port", port)

	squatter := exec.Command(u.exe, "sim", "--listen", "127.0.0.1:"+port)
	squatter.Env, squatter.Dir = []string{"HOME=/nonexistent", "TOKENTRAY_LANG=en"}, "/"
	squatter.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: otherUID, Gid: otherUID}, Pdeathsig: syscall.SIGKILL}
	if err := squatter.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = squatter.Process.Kill()
		_ = squatter.Wait()
	}()
	for until := time.Now().Add(60 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if c, err := net.Dial("tcp", "127.0.0.1:"+port); err == nil {
			_ = c.Close()
			break
		}
		if time.Now().After(until) {
			t.Fatal("nobody listens")
		}
	}

	says := func(want string, args ...string) {
		t.Helper()
		cmd := u.command(u.exe, args...)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		_ = cmd.Run()
		if !strings.Contains(out.String(), want) || !strings.Contains(out.String(), strconv.Itoa(otherUID)) {
			t.Errorf("%q does not say %q, nor who:\n%s", args, want, out.String())
		}
	}
	const whose = "is of another user: "
	says(whose, "api", "status")
	says("a program of another user, ", "doctor")
	into := filepath.Join(u.dir, "exported")
	says(whose, "export", "postman", "shop", "--new-key", "pm", "--out", into)
	if _, err := os.Stat(into); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it exported: %v", err)
	}
	if keys := u.run("", "api", "key", "list"); strings.Contains(keys, "pm") {
		t.Errorf("it made a key:\n%s", keys)
	}
	u.run("", "stop")
	says("a program of another user, ", "doctor")
}
