//go:build linux

package e2e

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// units are the units as make install puts them, for a program at a path.
func units(t *testing.T, program string) (user, system string) {
	t.Helper()
	dir := t.TempDir()
	write := func(from, to string) string {
		raw, err := os.ReadFile(filepath.Join("../../assets", from))
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Replace(string(raw), "\nExecStart=tokentray ", "\nExecStart="+program+" ", 1)
		if text == string(raw) {
			t.Errorf("%s does not start the program as the Makefile expects", from)
		}
		path := filepath.Join(dir, to, "tokentray.service")
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write("tokentray.service", "user"), write("tokentray-server.service", "system")
}

// TestUnitsAreSound: systemd reads them without a word, and finds that the server's unit
// may do little.
func TestUnitsAreSound(t *testing.T) {
	t.Parallel()
	exe, err := alone()
	if err != nil {
		t.Fatal(err)
	}
	user, system := units(t, exe)
	for unit, args := range map[string][]string{
		user:   {"--user", "verify", user},
		system: {"verify", system},
	} {
		cmd := exec.Command("systemd-analyze", args...)
		cmd.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+t.TempDir())
		if out, err := cmd.CombinedOutput(); err != nil || strings.TrimSpace(string(out)) != "" {
			t.Errorf("%s: %v %s", unit, err, out)
		}
	}
	// The exposure is told in tenths: 1.5 of 10.
	out, err := exec.Command("systemd-analyze", "security", "--offline=yes", "--no-pager", "--threshold=15", system).CombinedOutput()
	if err != nil {
		t.Errorf("the server's unit may do too much: %v\n%s", err, out)
	}
}

// TestAServicesLog: an agent as the server's unit starts it opens its vault by a
// credential, whose folder others cannot enter whatever the mode of the file, and logs to
// standard error, JSON alone.
func TestAServicesLog(t *testing.T) {
	t.Parallel()
	exe, err := alone()
	if err != nil {
		t.Fatal(err)
	}
	// A path for the socket has little room.
	dir, err := os.MkdirTemp("", "tt-unit-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	home, credentials := filepath.Join(dir, "h"), filepath.Join(dir, "c")
	if err := os.Mkdir(credentials, 0o700); err != nil {
		t.Fatal(err)
	}
	passphrase := filepath.Join(credentials, "passphrase")
	if err := os.WriteFile(passphrase, []byte("correct horse battery staple\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(passphrase, 0o440); err != nil { // as an ACL looks
		t.Fatal(err)
	}
	env := append(os.Environ(), "HOME="+dir, "XDG_RUNTIME_DIR="+dir, "CREDENTIALS_DIRECTORY="+credentials, "TOKENTRAY_PASSPHRASE_FILE="+passphrase,
		"DISPLAY=", "WAYLAND_DISPLAY=", "DBUS_SESSION_BUS_ADDRESS=", "TOKENTRAY_LANG=en")
	run := func(args ...string) string {
		cmd := exec.Command(exe, append(args, "--home", home)...)
		cmd.Env = env
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v %s", args, err, out)
		}
		return string(out)
	}
	for _, vault := range []string{"made", "opened"} {
		agent := exec.Command(exe, "agent", "--no-tray", "--json", "--home", home)
		agent.Env = env
		pipe, err := agent.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := agent.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan []string)
		started := make(chan struct{})
		go func() {
			var lines []string
			for in := bufio.NewScanner(pipe); in.Scan(); {
				if lines = append(lines, in.Text()); strings.Contains(in.Text(), "agent started") {
					close(started)
				}
			}
			ended <- lines
		}()
		<-started // the test's time ends it
		if vault == "made" {
			run("vault", "init")
		}
		if out := run("vault", "status"); !strings.Contains(out, "open") || strings.Contains(out, "others") {
			t.Errorf("%s: %s", vault, out)
		}
		if err := agent.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		lines := <-ended
		if err := agent.Wait(); err != nil {
			t.Errorf("%s: %v", vault, err)
		}
		for _, line := range lines {
			var one struct{ Time, Level, Msg string }
			if json.Unmarshal([]byte(line), &one) != nil || one.Time == "" || one.Level == "" || one.Msg == "" {
				t.Errorf("a line of the log is no JSON: %s", line)
			}
			if strings.Contains(line, "correct horse") || strings.Contains(line, "others can read") {
				t.Errorf("%s: %s", vault, line)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(home, "tokentray.log")); err == nil {
		t.Error("the log is in a file too")
	}
}
