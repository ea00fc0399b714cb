//go:build linux

package e2e

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tokentray/core/api"
)

// openTerminal opens a pseudo terminal: what is written to master is typed.
func openTerminal(t *testing.T) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no terminals here:", err)
	}
	t.Cleanup(func() { _ = master.Close() })
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = slave.Close() })
	return master, slave
}

// TestCtrlCReachesTheCommandOnce: a command that exec runs at a terminal gets the
// input, and gets Ctrl-C exactly once: many programs exit at once after a second one.
// tokentray returns the command's exit code.
func TestCtrlCReachesTheCommandOnce(t *testing.T) {
	t.Parallel()
	home := openDoors(t)
	for name, flags := range map[string][]string{"alone": nil, "with a file beside it": {"--renew-file", filepath.Join(t.TempDir(), "token.in")}} {
		t.Run(name, func(t *testing.T) {
			master, slave := openTerminal(t)
			script := `n=0; trap 'n=$((n+1))' INT; echo ready; read line; sleep 1; echo "interrupted $n, read $line"; exit 7`
			cmd := exec.Command(home.exe, append(append([]string{"exec", "shop/sandbox"}, flags...), "--", "bash", "-c", script)...)
			cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = home.env, slave, slave, slave
			cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			_ = slave.Close() // the terminal ends with the command
			late := time.AfterFunc(90*time.Second, func() { _ = cmd.Process.Kill() })
			defer late.Stop()
			var all strings.Builder
			lines := bufio.NewScanner(master)
			for lines.Scan() {
				all.WriteString(lines.Text() + "\n")
				if strings.Contains(lines.Text(), "ready") {
					if _, err := master.WriteString("\x03hello\n"); err != nil {
						t.Fatal(err)
					}
				}
			}
			_ = cmd.Wait()
			if code := cmd.ProcessState.ExitCode(); code != 7 || !strings.Contains(all.String(), "interrupted 1, read hello") {
				t.Errorf("code %d, on the terminal:\n%s", code, all.String())
			}
			if len(flags) > 0 {
				if _, err := os.Stat(flags[1]); err == nil {
					t.Error("the file is left behind")
				}
			}
		})
	}
}

// TestAnAgentThatIsStartedInsideExecHoldsNoToken: an agent lives longer than the
// command whose environment has the token, and so do its children.
func TestAnAgentThatIsStartedInsideExecHoldsNoToken(t *testing.T) {
	t.Parallel()
	home := openDoors(t)
	passphrase := ""
	for _, v := range home.env {
		if p, ok := strings.CutPrefix(v, "TOKENTRAY_PASSPHRASE_FILE="); ok {
			passphrase = p
		}
	}
	pushed := filepath.Join(t.TempDir(), "pushed.in")
	script := `test -z "$TOKENTRAY_PASSPHRASE_FILE" && echo no passphrase file; tokentray stop; ` +
		`TOKENTRAY_PASSPHRASE_FILE=` + passphrase + ` tokentray list; ` +
		`tokentray exec shop --var INNER -- sh -c 'tokentray push add shop -- sh -c "env >` + pushed + `"'; tokentray status --json`
	out := home.run("", "exec", "shop", "--var", "OUTER", "--", "sh", "-c", script)
	if !strings.Contains(out, "no passphrase file") {
		t.Errorf("exec hands on the passphrase file:\n%s", out)
	}
	status, err := home.client.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	token, err := home.client.Token(t.Context(), api.Ref{Name: "shop"}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := home.client.RunPush(t.Context(), api.Ref{Name: "shop"}, 1); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{fmt.Sprintf("/proc/%d/environ", status.PID), pushed} {
		env, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrPermission) && path != pushed {
			continue // only root may read the agent's
		}
		if err != nil || !strings.Contains(string(env), "PATH=") {
			t.Fatalf("%s: %v", path, err)
		}
		for _, word := range []string{token.AccessToken, "OUTER", "INNER", "TOKENTRAY_EXEC"} {
			if strings.Contains(string(env), word) {
				t.Errorf("%s holds %.10s", path, word)
			}
		}
	}
}
