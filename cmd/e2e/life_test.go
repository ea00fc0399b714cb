//go:build linux

package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tokentray/core/sim"
)

// ended reports whether a process has ended, even if it is still a zombie.
func ended(pid int) bool {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || strings.Contains(string(raw), ") Z ")
}

// agents returns the agents of a bare home, found by the path of their program: only
// root may read their environment.
func agents(home string) []int {
	var out []int
	want := []byte(filepath.Join(filepath.Dir(home), "tokentray") + "\x00agent\x00")
	paths, _ := filepath.Glob("/proc/[0-9]*/cmdline") // the pattern is sound
	for _, path := range paths {
		var pid int
		if _, err := fmt.Sscanf(path, "/proc/%d/", &pid); err != nil || ended(pid) {
			continue
		}
		if args, _ := os.ReadFile(path); bytes.Equal(args, want) {
			out = append(out, pid)
		}
	}
	return out
}

// copyOf copies the program into a folder, with the program that it starts for mcp.
func copyOf(t *testing.T, dir string) string {
	t.Helper()
	exe, err := alone()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"tokentray", "tokentray-mcp"} {
		program, err := os.ReadFile(filepath.Join(filepath.Dir(exe), name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), program, 0o755)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "tokentray")
}

// bareHome returns the environment of an empty home, and its folder.
func bareHome(t *testing.T) (exe, home string, env []string) {
	t.Helper()
	dir := t.TempDir()
	exe = copyOf(t, dir)
	home = filepath.Join(dir, "h")
	env = []string{
		"PATH=" + filepath.Dir(exe) + ":" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + dir, "XDG_RUNTIME_DIR=" + dir,
		"TOKENTRAY_HOME=" + home, "TOKENTRAY_LANG=en",
	}
	t.Cleanup(func() {
		for _, pid := range agents(home) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	})
	return exe, home, env
}

func command(t *testing.T, exe string, env []string, args ...string) string {
	t.Helper()
	cmd := exec.Command(exe, args...)
	cmd.Env = env
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("tokentray %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// TestAnEndIsToldWhenItIsOne: after stop and reset the process has really ended, and
// its files and ports are free or gone.
func TestAnEndIsToldWhenItIsOne(t *testing.T) {
	t.Parallel()
	exe, home, env := bareHome(t)
	for i := range 5 {
		command(t, exe, env, "list")
		pids := agents(home)
		if len(pids) != 1 {
			t.Fatalf("agents: %v", pids)
		}
		args := []string{"stop"}
		if i == 4 {
			args = []string{"reset", "--yes"}
		}
		command(t, exe, env, args...)
		if !ended(pids[0]) {
			t.Errorf("after %v the agent still runs", args)
		}
	}
	if _, err := os.Stat(home); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after the reset the home is there: %v", err)
	}
}

// TestOneAgentWhateverBecomesOfTheHome: an agent whose home was removed ends by
// itself. So the new home has a single agent, and stop leaves none.
func TestOneAgentWhateverBecomesOfTheHome(t *testing.T) {
	t.Parallel()
	exe, home, env := bareHome(t)
	for range 10 {
		command(t, exe, env, "list")
		// An agent whose socket goes before its database makes another meanwhile.
		for until := time.Now().Add(30 * time.Second); ; {
			err := os.RemoveAll(home)
			if err == nil {
				break
			}
			if time.Now().After(until) {
				t.Fatal(err)
			}
		}
	}
	command(t, exe, env, "list")
	for until := time.Now().Add(60 * time.Second); len(agents(home)) != 1; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("agents: %v", agents(home))
		}
	}
	command(t, exe, env, "list")
	command(t, exe, env, "stop")
	if left := agents(home); len(left) > 0 {
		t.Errorf("after stop agents run: %v", left)
	}
}

// TestASignalEndsWhoWaitsForInput: a signal ends a command that waits for standard
// input, because the other end may never close it.
func TestASignalEndsWhoWaitsForInput(t *testing.T) {
	t.Parallel()
	exe, _, env := bareHome(t)
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	defer command(t, exe, env, "stop")
	for _, args := range [][]string{
		{"add", "shop", "--appid", "wx0123456789abcdef", "--secret-stdin"},
		{"import", "-"},
		{"import", pipe},
		{"refresh", "shop", "--stale", "-"},
		{"vault", "init", "--passphrase-stdin"},
		{"explain"},
		{"team", "join", pipe},
	} {
		for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
			cmd := exec.Command(exe, args...)
			cmd.Env = env
			in, write, err := os.Pipe()
			if err == nil && args[len(args)-1] == pipe {
				_ = write.Close()
				write, err = os.OpenFile(pipe, os.O_RDWR, 0)
			}
			if err != nil {
				t.Fatal(err)
			}
			cmd.Stdin = in
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			late := time.AfterFunc(90*time.Second, func() { _ = cmd.Process.Kill() })
			if !taken(write) {
				t.Errorf("%v does not read", args)
			}
			_ = cmd.Process.Signal(s)
			_ = cmd.Wait()
			late.Stop()
			_, _ = in.Close(), write.Close()
			if code := cmd.ProcessState.ExitCode(); code != 130 {
				t.Errorf("%v after %v: %v", args, s, cmd.ProcessState)
			}
		}
	}
}

// taken writes into a pipe and waits until it was read.
func taken(pipe *os.File) bool {
	if _, err := pipe.WriteString("x"); err != nil {
		return false
	}
	for until := time.Now().Add(60 * time.Second); time.Now().Before(until); time.Sleep(5 * time.Millisecond) {
		if n, err := unix.IoctlGetInt(int(pipe.Fd()), unix.TIOCINQ); err == nil && n == 0 {
			return true
		}
	}
	return false
}

// TestAnAgentThatIsKilledDuringACall: the next agent answers a read. For a change the
// message says that it may have been made or not, and to check.
func TestAnAgentThatIsKilledDuringACall(t *testing.T) {
	t.Parallel()
	exe, home, env := bareHome(t)
	asked, release := make(chan struct{}, 8), make(chan struct{})
	var hold atomic.Bool
	upstream := sim.New(sim.Config{OpenRegistration: true})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if hold.Swap(false) {
			asked <- struct{}{}
			select {
			case <-release:
			case <-r.Context().Done():
			}
		}
		upstream.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	defer close(release)
	passphrase := filepath.Join(t.TempDir(), "passphrase.in")
	if err := os.WriteFile(passphrase, []byte("correct horse battery staple\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env = append(env, "TOKENTRAY_PASSPHRASE_FILE="+passphrase)
	command(t, exe, env, "vault", "init")
	defer command(t, exe, env, "stop")

	// during runs a command, kills the agent when the upstream is asked, and returns
	// the result of the command.
	during := func(stdin string, args ...string) (code int, out, errOut string) {
		t.Helper()
		hold.Store(true)
		cmd := exec.Command(exe, args...)
		var stdout, stderr bytes.Buffer
		cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = env, strings.NewReader(stdin), &stdout, &stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		late := time.AfterFunc(2*time.Minute, func() { _ = cmd.Process.Kill() })
		defer late.Stop()
		select {
		case <-asked:
		case <-time.After(time.Minute):
			t.Fatalf("%v asks nobody", args)
		}
		for _, pid := range agents(home) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		_ = cmd.Wait()
		return cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()
	}
	const secret = "0123456789abcdef0123456789abcdef\n"
	add := []string{"add", "shop", "--appid", "wx0123456789abcdef", "--secret-stdin", "--base-url", server.URL}
	code, out, errOut := during(secret, append(add, "--json")...)
	if code != 1 || out != "" || !strings.Contains(errOut, `"class":"agent_ended"`) || !strings.Contains(errOut, `"remedy":"agent_ended"`) {
		t.Errorf("add: code %d\n%s%s", code, out, errOut)
	}
	if !strings.Contains(command(t, exe, env, "list"), "shop") { // it is saved before the upstream is asked
		t.Error("the account is lost")
	}
	command(t, exe, env, "get", "shop") // so that only the command asks the upstream
	code, out, errOut = during(secret, "edit", "shop", "--secret-stdin")
	if code != 1 || !strings.Contains(errOut, "may have been made or not") || !strings.Contains(errOut, "tokentray show") {
		t.Errorf("edit: code %d\n%s%s", code, out, errOut)
	}
	command(t, exe, env, "get", "shop")
	if code, out, errOut = during("", "check", "shop", "--json"); code != 0 || !strings.Contains(out, `"accepted":true`) || errOut != "" {
		t.Errorf("check: code %d\n%s%s", code, out, errOut)
	}
}
