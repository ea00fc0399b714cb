//go:build linux

package e2e

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/godbus/dbus/v5"

	"tokentray/core"
	"tokentray/core/sim"
	"tokentray/core/vault"
)

// leakage is a user who enters marked secrets in every way.
type leakage struct {
	*tenant
	*trove
	sim   *sim.Server
	heard *leaks // what the simulator received and gave out
	base  string // URL of the simulator
	proxy string // host and port of a proxy with a password
	door  string // URL of the loopback door
}

// try runs the program and keeps everything that it prints.
func (l *leakage) try(stdin string, args ...string) (out string, code int) {
	l.t.Helper()
	cmd := l.command(l.exe, args...)
	cmd.Stdin = strings.NewReader(stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		l.t.Fatal(err)
	}
	name := strings.Join(args, " ")
	l.look("the standard output of "+name, stdout.Bytes(), prints(args)...)
	l.look("the standard error of "+name, stderr.Bytes())
	return stdout.String(), cmd.ProcessState.ExitCode()
}

// do is try for a command that must succeed.
func (l *leakage) do(stdin string, args ...string) string {
	l.t.Helper()
	out, code := l.try(stdin, args...)
	if code != 0 {
		l.t.Errorf("tokentray %q: exit code %d", args, code)
	}
	return out
}

// fails is try for a command that must fail.
func (l *leakage) fails(stdin string, args ...string) {
	l.t.Helper()
	if _, code := l.try(stdin, args...); code == 0 {
		l.t.Errorf("tokentray %q succeeds", args)
	}
}

// lighten gives the passphrase file a small work factor: with the program's own one, the
// writes of this test take minutes.
func (l *leakage) lighten(passphrase string) {
	l.t.Helper()
	l.do("", "stop")
	path, pass := filepath.Join(l.dir, "h", "secrets.age"), core.NewSecret(passphrase)
	old, entries := vault.NewFile(path, 0), map[string][]byte{}
	err := old.Unlock(l.t.Context(), pass)
	keys, noKeys := old.Keys()
	for _, key := range keys {
		value, missing := old.Get(l.t.Context(), key)
		entries[key], err = value, errors.Join(err, missing)
	}
	if err = errors.Join(err, noKeys, os.Remove(path), vault.NewFile(path, 2).Create(l.t.Context(), pass, entries)); err == nil && l.root {
		err = os.Chown(path, ownerUID, ownerUID)
	}
	if err != nil {
		l.t.Fatal(err)
	}
	l.do(passphrase+"\n", "vault", "unlock", "--passphrase-stdin")
}

// write writes a file as a person would.
func (l *leakage) write(name, text string) string {
	l.t.Helper()
	path := filepath.Join(l.dir, "in", name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		l.t.Fatal(err)
	}
	return path
}

// socket sends a body to the agent's socket as the user and keeps the answer.
func (l *leakage) socketCall(method, path, body string, may ...class) string {
	l.t.Helper()
	cmd := l.command("curl", "-sS", "--unix-socket", filepath.Join(l.dir, "h", "agent.sock"), "-X", method, "-H", "Content-Type: application/json", "-d", "@-", "http://tokentray"+path)
	cmd.Stdin = strings.NewReader(body)
	out, err := cmd.CombinedOutput()
	if err != nil {
		l.t.Errorf("%s %s: %v\n%s", method, path, err, out)
	}
	l.look("the answer to "+method+" "+path, out, may...)
	return string(out)
}

// call makes a call at the loopback door and keeps the answer, its head too.
func (l *leakage) call(method, path, key, body string, may ...class) {
	l.t.Helper()
	req, err := http.NewRequestWithContext(l.t.Context(), method, l.door+path, strings.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		l.t.Error(err)
		return
	}
	defer func() { _ = resp.Body.Close() }()
	text, _ := io.ReadAll(resp.Body)
	at, _, _ := strings.Cut(path, "?")
	l.look("an answer to "+method+" "+strings.Join(strings.SplitN(at, "/", 4)[:3], "/"), fmt.Appendf(text, "%v", resp.Header), may...)
}

// upstream answers like WeChat. For some AppIDs it repeats what it was sent, whole,
// in halves and in other forms, as a gateway might.
func (l *leakage) upstream() http.Handler {
	honest := l.heard.listen(l.sim)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		sent := string(body) + r.URL.RawQuery
		if !strings.Contains(sent, "wxecho") {
			honest.ServeHTTP(w, r)
			return
		}
		var asked struct{ Secret, AppSecret string }
		_ = json.Unmarshal(body, &asked) // a GET says it in its query
		said := sent
		if secret := cmp.Or(asked.Secret, asked.AppSecret, r.URL.Query().Get("secret")); secret != "" {
			said += " " + strings.Join(pieces(secret), " ")
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"errcode": 40125, "errmsg": "invalid appsecret " + said + " rid: 0a1b2c3d"})
	})
}

// gateway is a proxy that refuses and repeats what it was sent.
func gateway(w http.ResponseWriter, r *http.Request) {
	shown := r.Header.Get("Proxy-Authorization")
	w.Header().Set("X-Shown", shown)
	http.Error(w, "who are you? "+shown+" "+r.URL.String(), http.StatusProxyAuthRequired)
}

// typed runs the program at a terminal and types words as answers.
func (l *leakage) typed(words []string, args ...string) {
	l.t.Helper()
	master, slave := openTerminal(l.t)
	cmd := l.command(l.exe, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setsid, cmd.SysProcAttr.Setctty = true, true
	if err := cmd.Start(); err != nil {
		l.t.Fatal(err)
	}
	_ = slave.Close()
	late := time.AfterFunc(90*time.Second, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	var shown []byte
	asked := 0
	for buf := make([]byte, 4096); ; {
		n, err := master.Read(buf)
		if err != nil {
			break // the terminal ends with the program
		}
		shown = append(shown, buf[:n]...)
		end := bytes.TrimRight(shown, " ")
		if asked < len(words) && (bytes.HasSuffix(end, []byte(":")) || bytes.HasSuffix(end, []byte("[y/N]"))) {
			if _, err := master.WriteString(words[asked] + "\r"); err != nil {
				l.t.Error(err)
			}
			asked++
		}
	}
	_ = cmd.Wait()
	l.look("the terminal of "+strings.Join(args, " "), shown)
	if code := cmd.ProcessState.ExitCode(); code != 0 || asked < len(words) {
		l.t.Errorf("tokentray %q at a terminal: exit code %d after %d words:\n%s", args, code, asked, shown)
	}
}

// notified records the desktop's notifications.
type notified struct{ *leakage }

func (n notified) GetCapabilities() ([]string, *dbus.Error) {
	return []string{"actions", "body", "body-markup"}, nil
}

func (n notified) Notify(app string, _ uint32, icon, title, body string, actions []string, hints map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	n.look("a notification", fmt.Append(nil, app, icon, title, body, actions, hints))
	return 7, nil
}

func (n notified) CloseNotification(uint32) *dbus.Error { return nil }

// openBus is a session bus for every user.
const openBus = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=%s</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

// board starts a bus with a notification server that records what it is sent.
func (l *leakage) board() {
	socket, conf := filepath.Join(l.dir, "bus"), filepath.Join(l.dir, "bus.conf")
	if err := os.WriteFile(conf, fmt.Appendf(nil, openBus, socket), 0o644); err != nil {
		l.t.Fatal(err)
	}
	bus := exec.Command("dbus-daemon", "--config-file="+conf, "--nofork", "--nopidfile")
	bus.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := bus.Start(); err != nil {
		l.t.Fatalf("%v; install the package dbus-daemon", err)
	}
	l.t.Cleanup(func() {
		_ = bus.Process.Kill()
		_ = bus.Wait()
	})
	var conn *dbus.Conn
	var err error
	for until := time.Now().Add(60 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if conn, err = dbus.Connect("unix:path=" + socket); err == nil || time.Now().After(until) {
			break
		}
	}
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { _ = conn.Close() })
	const name = "org.freedesktop.Notifications"
	if err := conn.Export(notified{l}, "/org/freedesktop/Notifications", name); err != nil {
		l.t.Fatal(err)
	}
	if _, err := conn.RequestName(name, dbus.NameFlagDoNotQueue); err != nil {
		l.t.Fatal(err)
	}
	l.env = append(l.env, "DBUS_SESSION_BUS_ADDRESS=unix:path="+socket)
}

// census says which processes to look at: those that began in the last two seconds each
// time, for some live only milliseconds, and the others every tenth time.
type census struct {
	rounds int
	began  map[string]time.Time // by the number of the process
}

func (c *census) due() (pids []string) {
	proc, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer func() { _ = proc.Close() }()
	names, _ := proc.Readdirnames(-1)
	now, before := time.Now(), c.began
	c.began = make(map[string]time.Time, len(names))
	c.rounds++
	for _, name := range names {
		if name[0] < '0' || name[0] > '9' {
			continue
		}
		began, known := before[name]
		if !known {
			began = now
		}
		c.began[name] = began
		if now.Sub(began) < 2*time.Second || c.rounds%10 == 0 {
			pids = append(pids, name)
		}
	}
	return pids
}

// spy reads what a user can see of all processes in /proc, again and again until stop
// is closed: some live only milliseconds. The thread switches to that user and ends
// with the goroutine.
func (l *leakage) spy(uid int, stop <-chan struct{}) {
	runtime.LockOSThread() // and never unlocked
	if l.root {
		if _, _, errno := syscall.RawSyscall(syscall.SYS_SETRESUID, uintptr(uid), uintptr(uid), uintptr(uid)); errno != 0 {
			l.t.Error("cannot become another user: ", errno)
			return
		}
	}
	seed, seen := maphash.MakeSeed(), map[uint64]bool{}
	var all census
	for {
		for _, pid := range all.due() {
			for _, name := range []string{"cmdline", "environ"} {
				text, err := os.ReadFile("/proc/" + pid + "/" + name)
				if err != nil || len(text) == 0 {
					continue
				}
				if h := maphash.Bytes(seed, text); !seen[h] {
					seen[h] = true
					if name == "environ" && bytes.Contains(text, []byte("TOKENTRAY_EXEC=")) {
						l.look("the environment of a command that exec or run runs", text, aToken, aClientKey)
						continue
					}
					program, _, _ := bytes.Cut(text, []byte{0})
					var may []class
					if name == "cmdline" {
						may = append(may, aMistake) // the person's own; the program only refuses it
					}
					l.look(fmt.Sprintf("what user %d sees as %s of %.60s", uid, name, program), text, may...)
				}
			}
		}
		select {
		case <-stop:
			return
		case <-time.After(30 * time.Millisecond):
		}
	}
}
