//go:build linux

package e2e

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"tokentray/core/sim"
	"tokentray/core/vault"
)

// Users for tests that run as root: nobody, whom a session bus must know, and one
// that no system has.
const (
	ownerUID = 65534
	otherUID = 61002
)

// tenant is a user with a home who runs the program: another user if the tests run as
// root, otherwise the user of the tests.
type tenant struct {
	t    *testing.T
	dir  string
	exe  string
	env  []string
	root bool // the tests run as root and can act as other users
}

// newTenant makes a user with a folder that contains only the program.
func newTenant(t *testing.T) *tenant {
	t.Helper()
	dir, err := os.MkdirTemp("", "tenant")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	u := &tenant{t: t, dir: dir, exe: copyOf(t, dir), root: os.Getuid() == 0}
	if u.root {
		err = os.Chown(dir, ownerUID, ownerUID)
	}
	if err == nil {
		err = os.Chmod(dir, 0o755) // other users must be able to enter it
	}
	if err != nil {
		t.Fatal(err)
	}
	u.env = []string{
		"PATH=" + dir + ":" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + dir, "XDG_RUNTIME_DIR=" + dir,
		"TOKENTRAY_HOME=" + filepath.Join(dir, "h"), "TOKENTRAY_LANG=en", "LC_ALL=C.UTF-8",
	}
	t.Cleanup(func() {
		if err := u.command(u.exe, "stop").Run(); err != nil {
			t.Error("the agent does not stop: ", err)
		}
	})
	return u
}

// command prepares a command of the user's.
func (u *tenant) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env, cmd.Dir = u.env, u.dir
	if u.root {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: ownerUID, Gid: ownerUID}}
	}
	return cmd
}

// run runs the program, which must succeed, and returns its standard output.
func (u *tenant) run(stdin string, args ...string) string {
	u.t.Helper()
	cmd := u.command(u.exe, args...)
	cmd.Stdin = strings.NewReader(stdin)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		u.t.Fatalf("tokentray %q: %v\n%s", args, err, errOut.String())
	}
	return out.String()
}

// pid is the agent's number.
func (u *tenant) pid() int {
	u.t.Helper()
	var status struct{ PID int }
	if err := json.Unmarshal([]byte(u.run("", "status", "--json")), &status); err != nil {
		u.t.Fatal(err)
	}
	return status.PID
}

// word returns a random word.
func word() string {
	raw := make([]byte, 16)
	rand.Read(raw) // never fails, see crypto/rand
	return hex.EncodeToString(raw)
}

// closed fails unless a process's file cannot be read by its user and by others.
func (u *tenant) closed(pid int, name string) {
	u.t.Helper()
	uids := []uint32{uint32(os.Getuid())}
	if u.root {
		uids = []uint32{ownerUID, otherUID}
	}
	for _, uid := range uids {
		cmd := exec.Command("cat", fmt.Sprintf("/proc/%d/%s", pid, name))
		if u.root {
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
		}
		if out, err := cmd.CombinedOutput(); err == nil || !bytes.Contains(out, []byte("denied")) {
			u.t.Errorf("user %d reads %s of process %d: %v, %d bytes", uid, name, pid, err, len(out))
		}
	}
}

var coreLimit = regexp.MustCompile(`(?m)^Max core file size +0 `)

// sealed fails unless a process writes no core dump and its memory cannot be read.
func (u *tenant) sealed(pid int) {
	u.t.Helper()
	limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", pid))
	if err != nil || !coreLimit.Match(limits) {
		u.t.Errorf("the limits of process %d: %v\n%s", pid, err, limits)
	}
	for _, name := range []string{"mem", "maps", "environ", "auxv"} {
		u.closed(pid, name)
	}
}

// TestMemoryIsNobodyElses: other programs of the same user cannot read the memory of
// the agent, of a command that waits for a secret, or of the keyring's helper. An agent that is killed by a
// signal leaves no core dump and no secret in its log, although the shell and
// GOTRACEBACK ask for both. Commands that exec runs are not limited.
func TestMemoryIsNobodyElses(t *testing.T) {
	t.Parallel()
	u := newTenant(t)
	upstream := httptest.NewServer(sim.New(sim.Config{OpenRegistration: true}))
	defer upstream.Close()
	secret, passphrase := word(), word()
	if err := os.WriteFile(filepath.Join(u.dir, "pass"), []byte(passphrase+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	u.env = append(u.env, "GOTRACEBACK=crash", "TOKENTRAY_PASSPHRASE_FILE="+filepath.Join(u.dir, "pass"))

	// Whether a killed shell leaves a core dump tells whether this machine writes
	// any.
	const unlimited = "ulimit -c unlimited 2>/dev/null; "
	control := u.command("sh", "-c", unlimited+"kill -ABRT $$")
	_ = control.Run()
	if !control.ProcessState.Sys().(syscall.WaitStatus).CoreDump() {
		t.Log("this machine dumps no cores; the test shows less")
	}

	printed := &bytes.Buffer{}
	agent := u.command("sh", "-c", unlimited+`exec "$0" agent`, u.exe)
	agent.Stdout, agent.Stderr = printed, printed
	if err := agent.Start(); err != nil {
		t.Fatal(err)
	}
	for until := time.Now().Add(60 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(u.dir, "h", "agent.sock")); err == nil {
			break
		}
		if time.Now().After(until) {
			_ = agent.Process.Kill()
			t.Fatal("the agent does not start")
		}
	}
	u.run("", "vault", "init")
	u.run(secret+"\n", "add", "shop", "--appid", "wx0123456789abcdef", "--secret-stdin", "--base-url", upstream.URL)
	token := strings.TrimSpace(u.run("", "get", "shop"))
	if u.pid() != agent.Process.Pid {
		t.Errorf("process %d was started and %d is the agent", agent.Process.Pid, u.pid())
	}
	u.sealed(agent.Process.Pid)

	for what, args := range map[string]string{
		"a command":            "add another --appid wx0123456789abcde0 --secret-stdin",
		"the keyring's helper": vault.ChildCommand,
	} {
		waits := u.command("sh", "-c", unlimited+`exec "$0" `+args, u.exe)
		in, write, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		waits.Stdin = in
		if err := waits.Start(); err != nil {
			t.Fatal(err)
		}
		if !taken(write) {
			t.Errorf("%s does not read its standard input", what)
		}
		u.sealed(waits.Process.Pid)
		_ = waits.Process.Kill()
		_ = waits.Wait()
		_, _ = in.Close(), write.Close()
	}

	out, err := u.command("sh", "-c", unlimited+`ulimit -c; exec "$0" exec shop -- sh -c 'ulimit -c; echo $GOTRACEBACK'`, u.exe).Output()
	if lines := strings.Fields(string(out)); err != nil || len(lines) != 3 || lines[0] != lines[1] || lines[2] != "crash" {
		t.Errorf("core limit before exec and inside, GOTRACEBACK inside: %q, %v", out, err)
	}

	_ = agent.Process.Signal(syscall.SIGABRT)
	_ = agent.Wait()
	status := agent.ProcessState.Sys().(syscall.WaitStatus)
	if status.CoreDump() {
		t.Error("the agent dumped its core")
	}
	cores, err := filepath.Glob(filepath.Join(u.dir, "*core*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range cores {
		if b, err := os.ReadFile(path); err != nil || bytes.Contains(b, []byte(secret)) {
			t.Errorf("%s: %v, and it may hold a secret", path, err)
		}
	}
	log, err := os.ReadFile(filepath.Join(u.dir, "h", "tokentray.log"))
	if err != nil {
		t.Fatal(err)
	}
	printed.Write(log)
	if !bytes.Contains(printed.Bytes(), []byte("SIGABRT")) {
		t.Errorf("the agent did not die of the signal: %v\n%s", agent.ProcessState, printed.Bytes())
	}
	h := newHunt(secret, token, passphrase)
	h.look("what the agent printed", printed.Bytes())
	for _, where := range h.found {
		t.Errorf("a secret is in %s", where)
	}
}
