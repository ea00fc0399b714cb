//go:build linux

package dist

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
)

// wine is a wine prefix in which Windows packages are installed and run.
type wine struct{ prefix, display string }

// newWine copies the prefix that cmd/e2e/wine/wine.sh made, so that tests do not
// affect each other, and starts a screen for installers.
func newWine(t *testing.T) *wine {
	t.Helper()
	script, err := filepath.Abs("../wine/wine.sh")
	must(t, err)
	run(t, nil, script, "setup")
	made := filepath.Join(filepath.Dir(script), "..", "..", "..", "bin", "wine", "prefix")
	w := &wine{prefix: filepath.Join(t.TempDir(), "prefix")}
	run(t, nil, "cp", "-a", made, w.prefix)
	t.Cleanup(func() {
		end := exec.Command("wineserver", "-k")
		end.Env = append(os.Environ(), "WINEPREFIX="+w.prefix)
		_ = end.Run()
	})
	w.display = screen(t)
	return w
}

// screen starts an X server in memory and returns its name.
func screen(t *testing.T) string {
	t.Helper()
	r, x, err := os.Pipe()
	must(t, err)
	defer r.Close()
	server := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1024x768x24", "-nolisten", "tcp")
	server.ExtraFiles = []*os.File{x}
	must(t, server.Start())
	_ = x.Close()
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	number := make([]byte, 16)
	n, err := r.Read(number)
	must(t, err)
	return ":" + strings.TrimSpace(string(number[:n]))
}

func (w *wine) env() []string {
	return []string{
		"WINEPREFIX=" + w.prefix, "WINEARCH=win64", "WINEDEBUG=-all", "WINEDLLOVERRIDES=mscoree,mshtml=", "DISPLAY=" + w.display,
		"LIBGL_ALWAYS_SOFTWARE=1", "TOKENTRAY_LANG=en", "TOKENTRAY_HOME=",
	}
}

// run runs a Windows program and returns its output and exit code.
func (w *wine) run(t *testing.T, in string, args ...string) (string, int) {
	t.Helper()
	cmd := exec.Command("wine", args...)
	cmd.Env, cmd.Stdin = append(os.Environ(), w.env()...), strings.NewReader(in)
	// It writes to a file: a program that goes on running would keep a pipe open.
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	must(t, err)
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	must(t, cmd.Start())
	late := time.AfterFunc(3*time.Minute, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	_ = cmd.Wait()
	said, err := os.ReadFile(out.Name())
	must(t, err)
	return strings.ReplaceAll(string(said), "\r\n", "\n"), cmd.ProcessState.ExitCode()
}

// does is run for a program that must succeed.
func (w *wine) does(t *testing.T, args ...string) string {
	t.Helper()
	out, code := w.run(t, "", args...)
	if code != 0 {
		t.Fatalf("%v: exit code %d\n%s", args, code, out)
	}
	return out
}

// local is the user's %LOCALAPPDATA%.
func (w *wine) local() string {
	found, _ := filepath.Glob(filepath.Join(w.prefix, "drive_c", "users", "*", "AppData", "Local"))
	for _, dir := range found {
		if !strings.Contains(dir, "Public") {
			return dir
		}
	}
	return ""
}

// eventually waits for something that no process can be waited for: an uninstaller
// continues in a copy of itself.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for until := time.Now().Add(2 * time.Minute); !holds(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("%s: not within two minutes", what)
		}
	}
}

// TestTheInstaller installs an earlier version for the user, with PATH and start at
// login, adds an account, upgrades while the agent runs, and uninstalls. The accounts
// stay unless their removal is asked for.
func TestTheInstaller(t *testing.T) {
	p, w := packages(t), newWine(t)
	folder := filepath.Join(w.local(), "Programs", "TokenTray")
	exe := filepath.Join(folder, "tokentray.exe")
	const path, login = `HKCU\Environment`, `HKCU\Software\Microsoft\Windows\CurrentVersion\Run`
	w.does(t, "reg", "add", path, "/v", "Path", "/t", "REG_EXPAND_SZ", "/d", `%USERPROFILE%\mine;C:\other`)

	w.does(t, one(t, p.earlier, "-setup.exe"), "/S", "/PATH=1", "/LOGIN=1")
	if value := w.does(t, "reg", "query", path, "/v", "Path"); !strings.Contains(value, `%USERPROFILE%\mine;C:\other;`) || !strings.Contains(value, `Programs\TokenTray`) {
		t.Errorf("PATH: %s", value)
	}
	if value := w.does(t, "reg", "query", login, "/v", "TokenTray"); !strings.Contains(value, `tokentray-window.exe" --agent-only`) {
		t.Errorf("start at login: %s", value)
	}
	out, _ := w.run(t, "0123456789abcdef0123456789abcdef\n", exe, "add", "shop", "--appid", "wx0123456789abcdef", "--secret-stdin", "--base-url", "http://127.0.0.1:1")
	if list := w.does(t, exe, "list"); !strings.Contains(list, "shop") {
		t.Fatalf("add:\n%s\nlist:\n%s", out, list)
	}

	w.does(t, one(t, p.now, "-setup.exe"), "/S")
	v := version(t, p.now)
	if said := w.does(t, exe, "version"); !strings.Contains(said, v[strings.LastIndex(v, ".")+1:]) {
		t.Errorf("after the upgrade: %s", said)
	}
	eventually(t, "the agent of the new version", func() bool {
		said, code := w.run(t, "", exe, "status")
		return code == 0 && strings.Contains(said, v[strings.LastIndex(v, ".")+1:])
	})
	if list := w.does(t, exe, "list"); !strings.Contains(list, "shop") {
		t.Errorf("after the upgrade:\n%s", list)
	}
	if value := w.does(t, "reg", "query", path, "/v", "Path"); strings.Count(value, `Programs\TokenTray`) != 1 {
		t.Errorf("PATH after the upgrade: %s", value)
	}
	for _, name := range []string{"new", "tokentray.exe.old"} {
		if _, err := os.Stat(filepath.Join(folder, name)); err == nil {
			t.Errorf("%s is left in the folder", name)
		}
	}

	w.does(t, filepath.Join(folder, "uninstall.exe"), "/S")
	gone := func() bool { _, err := os.Stat(folder); return os.IsNotExist(err) }
	defer func() {
		if t.Failed() {
			program, _ := filepath.Glob(filepath.Join(folder, "*"))
			accounts, _ := filepath.Glob(filepath.Join(w.local(), "TokenTray", "*"))
			t.Logf("left: %v %v", program, accounts)
		}
	}()
	eventually(t, "the removal", gone)
	if value := w.does(t, "reg", "query", path, "/v", "Path"); strings.Contains(value, "TokenTray") || !strings.Contains(value, `%USERPROFILE%\mine;C:\other`) {
		t.Errorf("PATH after the removal: %s", value)
	}
	for _, key := range []string{`HKCU\Software\TokenTray`, `HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\TokenTray`} {
		if _, code := w.run(t, "", "reg", "query", key); code == 0 {
			t.Errorf("%s is left", key)
		}
	}
	if out, code := w.run(t, "", "reg", "query", login, "/v", "TokenTray"); code == 0 {
		t.Errorf("start at login is left: %s", out)
	}

	w.does(t, one(t, p.now, "-setup.exe"), "/S")
	if list := w.does(t, exe, "list"); !strings.Contains(list, "shop") {
		t.Errorf("the accounts went with the program:\n%s", list)
	}
	w.does(t, filepath.Join(folder, "uninstall.exe"), "/S", "/DATA=1")
	eventually(t, "the second removal", gone)
	eventually(t, "the removal of the accounts", func() bool {
		left, _ := filepath.Glob(filepath.Join(w.local(), "*oken*ray*"))
		return len(left) == 0
	})
}

// TestAnInstallerStartedTwice: the second says so and changes nothing.
func TestAnInstallerStartedTwice(t *testing.T) {
	p, w := packages(t), newWine(t)
	first := exec.Command("wine", one(t, p.now, "-setup.exe"))
	first.Env = append(os.Environ(), w.env()...)
	must(t, first.Start())
	defer func() {
		_ = first.Process.Kill()
		_ = first.Wait()
	}()
	eventually(t, "the first installer's window", func() bool {
		out, _ := exec.Command("env", "DISPLAY="+w.display, "xdotool", "search", "--onlyvisible", "--name", "TokenTray").Output()
		return len(bytes.TrimSpace(out)) > 0
	})
	if out, code := w.run(t, "", one(t, p.now, "-setup.exe"), "/S"); code != 3 {
		t.Errorf("the second: exit code %d\n%s", code, out)
	}
	if _, err := os.Stat(filepath.Join(w.local(), "Programs", "TokenTray")); !os.IsNotExist(err) {
		t.Errorf("the second installed: %v", err)
	}
}

// TestTheInstallerOnAFullDisk: the old version stays complete.
func TestTheInstallerOnAFullDisk(t *testing.T) {
	if os.Getuid() != 0 {
		t.Fatal("only root can mount the small disk of this test")
	}
	p, w := packages(t), newWine(t)
	disk := t.TempDir()
	folder := filepath.Join(disk, "TokenTray")
	// The wine server must see the disk, so it is started in that namespace.
	script := fmt.Sprintf(`mount -t tmpfs -o size=110m none %[1]s
wine '%[2]s' /S '/D=Z:%[3]s'; echo "first $?"
dd if=/dev/zero of=%[1]s/ballast bs=1M 2>/dev/null
wine '%[4]s' /S '/D=Z:%[3]s'; echo "second $?"
wine %[5]s/tokentray.exe version
ls %[5]s
wineserver -k
`, disk, one(t, p.earlier, "-setup.exe"), strings.ReplaceAll(folder, "/", `\`), one(t, p.now, "-setup.exe"), folder)
	out := run(t, w.env(), "unshare", "-m", "--propagation", "private", "sh", "-c", script)
	v := version(t, p.earlier)
	if !strings.Contains(out, "first 0") || !strings.Contains(out, "second 2") || !strings.Contains(out, v[strings.LastIndex(v, ".")+1:]) || strings.Contains(out, "new") {
		t.Errorf("it went:\n%s", out)
	}
}

// TestTheZip: the programs run where the zip is unpacked and have version
// information.
func TestTheZip(t *testing.T) {
	p, w := packages(t), newWine(t)
	dir, v := t.TempDir(), version(t, packages(t).now)
	run(t, nil, "unzip", "-q", one(t, p.now, "-windows-amd64.zip"), "-d", dir)
	folder := filepath.Join(dir, "TokenTray-"+v)
	if said := w.does(t, filepath.Join(folder, "tokentray.exe"), "version"); !strings.Contains(said, v[strings.LastIndex(v, ".")+1:]) {
		t.Errorf("version: %s", said)
	}
	for _, program := range []string{"tokentray", "tokentray-mcp", "tokentray-window"} {
		content, err := os.ReadFile(filepath.Join(folder, program+".exe"))
		must(t, err)
		for _, want := range []string{"<dpiAwareness", "permonitorv2", "<longPathAware"} {
			if !bytes.Contains(content, []byte(want)) {
				t.Errorf("%s has no manifest with %s", program, want)
			}
		}
		for _, want := range []string{v, program + ".exe", "TokenTray"} {
			if !bytes.Contains(content, wide(want)) {
				t.Errorf("%s does not tell Windows %q", program, want)
			}
		}
	}
}

// wide encodes text as Windows resources do.
func wide(s string) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}
