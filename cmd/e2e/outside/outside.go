// Package outside is a home with an agent for tests that use TokenTray only by its
// commands and its HTTP. It is a module of its own without dependencies, so that tests
// of third-party software, which are modules too, can share it.
package outside

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// House is a home with an agent. Its methods fail the test at an error.
type House struct {
	T   *testing.T
	Sim string // URL of the simulator; empty before StartSim

	Hidden string // a secret that no command may print; empty: none

	exe string
	env []string
}

// NewHouse makes a home with an open vault. Its agent is stopped when the test ends.
func NewHouse(t *testing.T) *House {
	t.Helper()
	dir := t.TempDir()
	h := &House{T: t, exe: program(t)}
	passphrase := filepath.Join(dir, "passphrase")
	if err := os.WriteFile(passphrase, []byte("correct horse battery staple\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.env = []string{
		"PATH=" + filepath.Dir(h.exe) + ":" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + dir, "XDG_RUNTIME_DIR=" + dir,
		"TOKENTRAY_HOME=" + filepath.Join(dir, "h"), "TOKENTRAY_LANG=en", "TOKENTRAY_PASSPHRASE_FILE=" + passphrase,
	}
	t.Cleanup(h.Stop)
	h.Run("", "vault", "init")
	return h
}

// program returns the command-line program in TOKENTRAY_E2E_BIN, or builds it.
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

// Try runs a command and returns its output and exit code.
func (h *House) Try(stdin string, args ...string) (out, errOut string, code int) {
	h.T.Helper()
	cmd := exec.Command(h.exe, args...)
	cmd.Env, cmd.Stdin = h.env, strings.NewReader(stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		h.T.Fatal(err)
	}
	if h.Hidden != "" && strings.Contains(stdout.String()+stderr.String(), h.Hidden) {
		h.T.Errorf("tokentray %v shows the secret", args)
	}
	return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
}

// Run runs a command, which must succeed, and returns its standard output.
func (h *House) Run(stdin string, args ...string) string {
	h.T.Helper()
	out, errOut, code := h.Try(stdin, args...)
	if code != 0 {
		h.T.Fatalf("tokentray %v: %d\n%s", args, code, errOut)
	}
	return out
}

// Line is Run without input, for a command that prints one line.
func (h *House) Line(args ...string) string {
	h.T.Helper()
	return strings.TrimSpace(h.Run("", args...))
}

// Stop stops the agent and waits until it has ended: until then it has files open.
func (h *House) Stop() {
	h.T.Helper()
	var status struct {
		PID int `json:"pid"`
	}
	if err := json.Unmarshal([]byte(h.Run("", "status", "--json")), &status); err != nil || status.PID == 0 {
		h.T.Fatalf("whose process is the agent? %v", err)
	}
	h.Run("", "stop")
	if os.Getenv("TOKENTRAY_E2E_WINE") != "" {
		return // the process ID is wine's
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(60 * time.Second); ; <-tick.C {
		stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(status.PID), "stat"))
		if err != nil || bytes.Contains(stat, []byte(") Z ")) {
			return
		}
		if time.Now().After(deadline) {
			h.T.Fatalf("the agent %d has not ended", status.PID)
		}
	}
}

// OpenDoor opens the loopback door on a free port and returns its URL.
func (h *House) OpenDoor() string {
	h.T.Helper()
	address := FreeAddress(h.T)
	_, port, _ := net.SplitHostPort(address)
	h.Run("", "api", "on", "--port", port)
	return "http://" + address
}

// StartSim starts the simulator. It runs until the test ends.
func (h *House) StartSim() {
	h.T.Helper()
	address := FreeAddress(h.T)
	sim := exec.Command(h.exe, "sim", "--listen", address)
	sim.Env = h.env
	if err := sim.Start(); err != nil {
		h.T.Fatal(err)
	}
	h.T.Cleanup(func() {
		_ = sim.Process.Kill()
		_ = sim.Wait()
	})
	h.Sim = "http://" + address
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(60 * time.Second); ; <-tick.C {
		resp, err := http.Get(h.Sim + "/sim/state")
		if err == nil {
			_ = resp.Body.Close()
			return
		}
		if time.Now().After(deadline) {
			h.T.Fatal(err)
		}
	}
}

// Steer controls the simulator.
func (h *House) Steer(what, body string) {
	h.T.Helper()
	resp, err := http.Post(h.Sim+"/sim/"+what, "application/json", strings.NewReader(body))
	if err != nil {
		h.T.Fatal(err)
	}
	defer resp.Body.Close()
	if raw, _ := io.ReadAll(resp.Body); resp.StatusCode >= 300 {
		h.T.Fatalf("the simulator: %s %s", resp.Status, raw)
	}
}

// SimAccount is an account of the simulator: the calls that it got, by path.
type SimAccount struct {
	Agent string         `json:"agent"`
	Calls map[string]int `json:"calls"`
}

// SimAccounts returns the accounts of the simulator.
func (h *House) SimAccounts() []SimAccount {
	h.T.Helper()
	resp, err := http.Get(h.Sim + "/sim/state")
	if err != nil {
		h.T.Fatal(err)
	}
	defer resp.Body.Close()
	var state struct {
		Accounts []SimAccount `json:"accounts"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&state); err != nil {
		h.T.Fatal(err)
	}
	return state.Accounts
}

// FreeAddress returns an address of the loopback with a free port.
func FreeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
