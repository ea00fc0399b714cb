package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/zalando/go-keyring"

	"tokentray/core"
)

// The tests in this file talk to a real gnome-keyring on a session bus of their
// own. Each runs this test binary again inside dbus-run-session, with a scratch
// home, and the part named inside runs there.

const insideVar = "VAULT_TEST_INSIDE"

// debian names the package of a tool.
var debian = map[string]string{"dbus-run-session": "dbus-daemon", "gnome-keyring-daemon": "gnome-keyring"}

func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is missing; install the Debian package %s", name, debian[name])
	}
	return path
}

// desktop runs the part in a session of its own, and fails when it fails or
// leaves a process behind. config is a bus configuration, empty for the
// system's. It returns what the session printed.
func desktop(t *testing.T, part, config string) (out []byte) {
	t.Helper()
	run := tool(t, "dbus-run-session")
	tool(t, "gnome-keyring-daemon")
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	runtime := filepath.Join(home, "run")
	if err := os.Mkdir(runtime, 0o700); err != nil {
		t.Fatal(err)
	}
	args := []string{"--", exe, "-test.run=^TestInside$", "-test.v", "-test.timeout=100s"}
	if config != "" {
		path := filepath.Join(home, "bus.conf")
		if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append([]string{"--config-file=" + path}, args...)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 110*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, run, args...)
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "XDG_RUNTIME_DIR=" + runtime, "TMPDIR=" + home,
		insideVar + "=" + part, "LANG=C.UTF-8",
	}
	// A file, because a daemon that stays behind would hold a pipe open.
	log, err := os.Create(filepath.Join(home, "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = log.Close() }()
	cmd.Stdout, cmd.Stderr = log, log
	err = cmd.Run()
	out, _ = os.ReadFile(log.Name())
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if !bytes.Contains(out, []byte("--- PASS: TestInside")) && err == nil {
		t.Errorf("the part did not run:\n%s", out)
	}
	// A gnome-keyring that the bus started outlives its bus; that is its way.
	// Nothing of ours may stay, and no bus that the D-Bus library launched.
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) { // they are not our children
		left := processes(runtime)
		for pid, name := range left {
			if strings.Contains(name, "gnome-keyring-daemon") {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			} else if time.Now().After(end) {
				_ = syscall.Kill(pid, syscall.SIGKILL)
				t.Errorf("left behind: %s", name)
			}
		}
		if len(left) == 0 || time.Now().After(end) {
			return out
		}
	}
}

// processes are those that have the session's runtime folder in their
// environment.
func processes(runtime string) map[int]string {
	out := map[int]string{}
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		pid, err := strconv.Atoi(filepath.Base(dir))
		if err != nil {
			continue
		}
		env, err := os.ReadFile(filepath.Join(dir, "environ"))
		if err != nil || !slices.Contains(strings.Split(string(env), "\x00"), "XDG_RUNTIME_DIR="+runtime) {
			continue
		}
		line, _ := os.ReadFile(filepath.Join(dir, "cmdline"))
		out[pid] = strings.ReplaceAll(string(line), "\x00", " ")
	}
	return out
}

func TestRealKeyringUnlocked(t *testing.T) { desktop(t, "unlocked", "") }
func TestRealKeyringEmpty(t *testing.T)    { desktop(t, "empty", "") }

// prompter is what the bus says when gnome-keyring calls for its prompt.
const prompter = "org.gnome.keyring.SystemPrompter"

func TestRealKeyringLocked(t *testing.T) {
	if out := desktop(t, "locked", ""); bytes.Contains(out, []byte(prompter)) {
		t.Errorf("a prompt was raised that nobody waits for:\n%s", out)
	}
}

func TestRealKeyringLockedWithAPerson(t *testing.T) {
	if out := desktop(t, "attended", ""); !bytes.Contains(out, []byte(prompter)) {
		t.Errorf("no prompt was raised for a person who waits:\n%s", out)
	}
}

// TestRealKeyringAbsent has a bus that knows no service at all.
func TestRealKeyringAbsent(t *testing.T) {
	desktop(t, "absent", `<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`)
}

// TestNoBusNoLaunch: without a bus nothing is started, dbus-launch least of all.
func TestNoBusNoLaunch(t *testing.T) {
	runtime := t.TempDir()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", runtime)
	k := NewKeyring(KeyringConfig{Home: "home"})
	k.callTime = 20 * time.Second // a child may start slowly
	_, err := k.Get(t.Context(), "key")
	wantError(t, err, core.VaultClosed, ErrUnavailable)
	// A bus that is gone: the child finds nobody, and starts none.
	k.SetDBus("unix:path=" + filepath.Join(runtime, "gone"))
	_, err = k.Get(t.Context(), "key")
	wantError(t, err, core.VaultClosed, ErrUnavailable)
	for pid, name := range processes(runtime) {
		if pid != os.Getpid() {
			t.Errorf("started: %s", name)
		}
	}
}

// TestInside is the part that runs inside a session; outside there is none.
func TestInside(t *testing.T) {
	part, ok := map[string]func(*testing.T){
		"unlocked": insideUnlocked, "locked": insideLocked, "attended": insideAttended, "empty": insideEmpty, "absent": insideAbsent,
	}[os.Getenv(insideVar)]
	if !ok {
		return
	}
	part(t)
}

// daemon starts gnome-keyring on this session's bus and waits until it serves;
// with a password it makes or unlocks the login keyring.
func daemon(t *testing.T, password string) (stop func()) {
	t.Helper()
	args := []string{"--foreground", "--components=secrets"}
	if password != "" {
		args = append(args, "--unlock")
	}
	cmd := exec.CommandContext(t.Context(), tool(t, "gnome-keyring-daemon"), args...)
	cmd.Stdin = strings.NewReader(password)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = func() {
		if cmd.Process != nil {
			_ = cmd.Process.Signal(syscall.SIGTERM)
			_ = cmd.Wait()
			cmd.Process = nil
		}
	}
	t.Cleanup(stop)
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		var owner uint32
		err := conn.BusObject().Call("org.freedesktop.DBus.GetConnectionUnixProcessID", 0, secretsName).Store(&owner)
		if err == nil && int(owner) == cmd.Process.Pid {
			return stop
		}
	}
	t.Fatal("gnome-keyring-daemon does not serve")
	return stop
}

func newKeyring(t *testing.T) *Keyring {
	t.Helper()
	return NewKeyring(KeyringConfig{Home: "0123456789abcdef"})
}

func insideUnlocked(t *testing.T) {
	daemon(t, "pw")
	k := newKeyring(t)
	k.callTime = 20 * time.Second // a child may start slowly
	exercise(t, k)
	hammer(t, k, 8)

	if err := k.Set(t.Context(), "account", []byte(`{"secret":"s"}`)); err != nil {
		t.Fatal(err)
	}
	if got, err := keyring.Get("tokentray", "0123456789abcdef/account"); err != nil || got != `{"secret":"s"}` {
		t.Errorf("the keyring itself has %q, %v", got, err)
	}
	if err := k.Delete(t.Context(), "account"); err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.Get("tokentray", "0123456789abcdef/account"); !errors.Is(err, keyring.ErrNotFound) {
		t.Errorf("after Delete: %v", err)
	}
	big := bytes.Repeat([]byte{'x'}, 100<<10)
	if err := k.Set(t.Context(), "big", big); err != nil {
		t.Error(err)
	} else if got, err := k.Get(t.Context(), "big"); err != nil || !bytes.Equal(got, big) {
		t.Errorf("a big secret: %d bytes, %v", len(got), err)
	}
	if got, err := k.Get(core.Attended(t.Context()), "other"); err != nil || string(got) != "other" {
		t.Errorf("with a person waiting: %q, %v", got, err)
	}
}

func insideLocked(t *testing.T)   { insideClosed(t, false) }
func insideAttended(t *testing.T) { insideClosed(t, true) }

func insideClosed(t *testing.T, attended bool) {
	t.Helper()
	stop := daemon(t, "pw")
	k := newKeyring(t)
	k.callTime = 20 * time.Second // a child may start slowly
	if err := k.Set(t.Context(), "account", []byte("secret")); err != nil {
		t.Fatal(err)
	}
	k.callTime = callTime
	stop()
	stop = daemon(t, "")

	for name, call := range map[string]func(context.Context) error{
		"get":         func(ctx context.Context) error { _, err := k.Get(ctx, "account"); return err },
		"get missing": func(ctx context.Context) error { _, err := k.Get(ctx, "none"); return err },
		"set":         func(ctx context.Context) error { return k.Set(ctx, "account", []byte("overwritten")) },
		"delete":      func(ctx context.Context) error { return k.Delete(ctx, "account") },
	} {
		begin := time.Now()
		wantError(t, call(t.Context()), core.VaultClosed, ErrLocked)
		if took := time.Since(begin); took > callTime+8*time.Second { // a prompt would last longer
			t.Errorf("%s took %v", name, took)
		}
		if !attended {
			continue
		}
		// A person asks, and there is no screen for the prompt.
		k.promptTime = 10 * time.Second
		wantError(t, call(core.Attended(t.Context())), core.VaultClosed, ErrLocked)
	}
	// Unlocked again, as at the next login, it has what it had.
	stop()
	daemon(t, "pw")
	k.callTime = 20 * time.Second
	if got, err := k.Get(t.Context(), "account"); err != nil || string(got) != "secret" {
		t.Errorf("after unlocking: %q, %v", got, err)
	}
}

// insideEmpty has the service, started by the bus on demand, and no keyring in
// it: nothing was ever unlocked here.
func insideEmpty(t *testing.T) {
	k := newKeyring(t)
	k.callTime = 20 * time.Second // a child may start slowly
	_, err := k.Get(t.Context(), "account")
	e := wantError(t, err, core.VaultClosed, ErrUnavailable)
	if !strings.Contains(e.Message, "no keyring to store in") {
		t.Errorf("message %q", e.Message)
	}
	wantError(t, k.Set(t.Context(), "account", []byte("x")), core.VaultClosed, ErrUnavailable)
	k.promptTime = 20 * time.Second
	_, err = k.Get(core.Attended(t.Context()), "account")
	wantError(t, err, core.VaultClosed, ErrUnavailable)
}

func insideAbsent(t *testing.T) {
	k := newKeyring(t)
	k.callTime = 20 * time.Second // a child may start slowly
	for _, ctx := range []context.Context{t.Context(), core.Attended(t.Context())} {
		begin := time.Now()
		_, err := k.Get(ctx, "account")
		wantError(t, err, core.VaultClosed, ErrUnavailable)
		wantError(t, k.Set(ctx, "account", []byte("x")), core.VaultClosed, ErrUnavailable)
		wantError(t, k.Delete(ctx, "account"), core.VaultClosed, ErrUnavailable)
		if took := time.Since(begin); took > time.Minute { // of six children at least, and a start of each
			t.Errorf("it took %v to see that there is no service", took)
		}
		if t.Failed() {
			fmt.Println(errors.Unwrap(err))
		}
	}
}
