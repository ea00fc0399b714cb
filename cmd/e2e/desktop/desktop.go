//go:build linux

// Package desktop runs a real Linux desktop without a screen, for tests,
// measurements and pictures of the programs: an X server in memory, a session
// bus, gnome-keyring, a window manager and a panel with a system tray, all of
// them the programs that people use.
//
// Everything lives in one scratch folder and under one marker in the
// environment, so that nothing of the real home is read or written and every
// process can be found again and ended.
//
//	d, err := desktop.Start(desktop.Options{Keyring: desktop.Unlocked, Panel: true})
//	defer d.Close()
//	d.Start("agent", "bin/tokentray", "agent")
//	item, err := d.TrayItem()
package desktop

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"
)

// Keyring says in which state the keyring of a desktop begins.
type Keyring int

// The states of a keyring.
const (
	Absent   Keyring = iota // no service answers
	Unlocked                // as after a login
	Locked                  // there, but nobody is there to answer its prompt
)

// Options say what a desktop begins with.
type Options struct {
	Keyring  Keyring
	Panel    bool     // a panel with a system tray; see StartPanel
	NoScreen bool     // no X server, no window manager: a session over ssh
	NoBus    bool     // no session bus either
	Size     string   // of the screen; empty means 1280x800
	Env      []string // besides, KEY=value
}

// Desktop is a running desktop. Its folders are under Dir: home, run (the
// runtime folder), tmp, and log with the output of every process.
type Desktop struct {
	Dir     string
	Display string // as in DISPLAY; empty without a screen
	Bus     string // address of the session bus

	env    []string
	mu     sync.Mutex
	procs  []*Process // in the order of their start
	conn   *dbus.Conn
	panel  *Process
	closed bool
}

// marker is in the environment of every process of a desktop.
const marker = "TOKENTRAY_TEST_DESKTOP"

// password unlocks the login keyring of a desktop.
const password = "correct horse battery staple"

// Start starts a desktop. When it returns, its X server, window manager,
// keyring and tray answer. The caller closes it.
func Start(o Options) (*Desktop, error) {
	if err := tools(o); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "desk")
	if err != nil {
		return nil, fmt.Errorf("making the desktop's folder: %w", err)
	}
	d := &Desktop{Dir: dir}
	if err := d.start(o); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// tools reports which program is missing, and how to get it.
func tools(o Options) error {
	var need []string
	if !o.NoBus {
		need = append(need, "dbus-run-session")
	}
	if !o.NoScreen {
		need = append(need, "Xvfb", "xfwm4", "xclip", "xdotool", "import")
	}
	if o.Panel {
		need = append(need, "xfce4-panel")
	}
	if o.Keyring != Absent {
		need = append(need, "gnome-keyring-daemon")
	}
	for _, name := range need {
		if _, err := exec.LookPath(name); err != nil {
			return fmt.Errorf("the desktop needs %s; install it with assets/scripts/install-deps.sh run test", name)
		}
	}
	return nil
}

func (d *Desktop) start(o Options) error {
	for _, sub := range []string{"home", "run", "tmp", "log", "services"} {
		if err := os.Mkdir(filepath.Join(d.Dir, sub), 0o700); err != nil {
			return err
		}
	}
	d.env = append([]string{
		marker + "=" + d.Dir,
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + d.Home(),
		"TMPDIR=" + filepath.Join(d.Dir, "tmp"),
		"XDG_RUNTIME_DIR=" + filepath.Join(d.Dir, "run"),
		"LANG=C.UTF-8",
		"LIBGL_ALWAYS_SOFTWARE=1",
		"FYNE_DISABLE_DPI_DETECTION=1",
		"NO_AT_BRIDGE=1",
		"GSETTINGS_BACKEND=memory",
		"GIO_USE_VFS=local",
	}, o.Env...)
	if err := writePanelConfig(d.Home()); err != nil {
		return err
	}
	if !o.NoScreen {
		if err := d.startScreen(o.Size); err != nil {
			return err
		}
	}
	if !o.NoBus {
		if err := d.startBus(); err != nil {
			return err
		}
	}
	if o.Keyring != Absent {
		if err := d.startKeyring(); err != nil {
			return err
		}
	}
	if o.Keyring == Locked {
		if err := d.LockKeyring(); err != nil {
			return err
		}
	}
	if !o.NoScreen {
		if _, err := d.Start("xfwm4", "xfwm4", "--compositor=off"); err != nil {
			return err
		}
		if err := Until(60*time.Second, "the window manager", d.managed); err != nil {
			return err
		}
	}
	if o.Panel {
		return d.StartPanel()
	}
	return nil
}

// Home is the home folder.
func (d *Desktop) Home() string { return filepath.Join(d.Dir, "home") }

// Setenv sets a variable for what is started from now on.
func (d *Desktop) Setenv(key, value string) { d.env = append(d.env, key+"="+value) }

// Env is the environment of the desktop's programs.
func (d *Desktop) Env() []string { return append([]string(nil), d.env...) }

// startScreen starts the X server on a display that is free.
func (d *Desktop) startScreen(size string) error {
	if size == "" {
		size = "1280x800"
	}
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	p := d.command("Xvfb", "Xvfb", "-displayfd", "3", "-screen", "0", size+"x24", "-nolisten", "tcp", "-noreset")
	p.cmd.ExtraFiles = []*os.File{w}
	err = p.start()
	w.Close()
	if err != nil {
		return err
	}
	r.SetReadDeadline(time.Now().Add(60 * time.Second))
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		return fmt.Errorf("the X server gave no display: %w\n%s", err, p.Output())
	}
	n, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		return fmt.Errorf("the X server gave the display %q: %w", line, err)
	}
	d.Display = fmt.Sprintf(":%d", n)
	d.Setenv("DISPLAY", d.Display)
	return nil
}

// busConfig is a session bus that starts nothing by itself but the services of
// one folder: the system's own would bring a keyring back that is to be absent.
const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=%[1]s/run/bus</listen>
  <auth>EXTERNAL</auth>
  <servicedir>%[1]s/services</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

// services are those that the bus may start: the settings of window manager and
// panel, and the window in which the keyring asks for its password.
var services = []string{"org.xfce.Xfconf", "org.gnome.keyring.SystemPrompter"}

// startBus starts a session bus that lives as long as this process holds its
// standard input open, so that it ends with us whatever happens.
func (d *Desktop) startBus() error {
	for _, name := range services {
		from := filepath.Join("/usr/share/dbus-1/services", name+".service")
		if _, err := os.Stat(from); err != nil {
			return fmt.Errorf("a service of the desktop is missing: %w", err)
		}
		if err := os.Symlink(from, filepath.Join(d.Dir, "services", name+".service")); err != nil {
			return err
		}
	}
	conf := filepath.Join(d.Dir, "bus.conf")
	if err := os.WriteFile(conf, fmt.Appendf(nil, busConfig, d.Dir), 0o600); err != nil {
		return err
	}
	p := d.command("bus", "dbus-run-session", "--config-file="+conf, "--",
		"sh", "-c", `echo "$DBUS_SESSION_BUS_ADDRESS" >&3; exec 3>&-; exec cat`)
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	p.cmd.ExtraFiles = []*os.File{w}
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		w.Close()
		return err
	}
	err = p.start()
	w.Close()
	if err != nil {
		return err
	}
	r.SetReadDeadline(time.Now().Add(60 * time.Second))
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		return fmt.Errorf("the session bus gave no address: %w\n%s", err, p.Output())
	}
	d.Bus = strings.TrimSpace(line)
	d.Setenv("DBUS_SESSION_BUS_ADDRESS", d.Bus)
	if d.conn, err = dbus.Connect(d.Bus); err != nil {
		return fmt.Errorf("connecting to the session bus: %w", err)
	}
	return nil
}

// managed reports whether a window manager has announced itself.
func (d *Desktop) managed() error {
	out, err := d.Output("xdotool", "get_desktop")
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// Close ends every process of the desktop, waits for them, and removes its
// folder. Its error names processes that had to be killed.
func (d *Desktop) Close() error {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return nil
	}
	d.closed = true
	procs := d.procs
	d.mu.Unlock()
	if d.conn != nil {
		d.conn.Close()
	}
	for i := len(procs) - 1; i >= 0; i-- {
		procs[i].Stop()
	}
	err := d.sweep()
	if rm := os.RemoveAll(d.Dir); rm != nil {
		err = errors.Join(err, rm)
	}
	return err
}

// sweep waits for what the session bus started, which ends with the bus, and for
// windows, which end with their display; it kills what does not. A window takes
// some seconds for that on a machine with other work.
func (d *Desktop) sweep() error {
	left := Until(60*time.Second, "", func() error {
		ps := d.Processes()
		if len(ps) == 0 {
			return nil
		}
		err := fmt.Errorf("left over: %v", ps)
		for _, p := range ps {
			err = fmt.Errorf("%w\n%s", err, p.waits())
		}
		return err
	})
	if left == nil {
		return nil
	}
	for _, p := range d.Processes() {
		if proc, err := os.FindProcess(p.PID); err == nil {
			proc.Kill()
		}
	}
	return left
}

// Output runs a short command on the desktop and returns what it printed.
// A minute is its limit; xdotool, which can wait for a window in vain, has twenty seconds.
func (d *Desktop) Output(name string, args ...string) (string, error) {
	out, _, err := d.Run(nil, name, args...)
	return out, err
}

// Run is Output with standard input, and with standard error apart.
func (d *Desktop) Run(stdin io.Reader, name string, args ...string) (stdout, stderr string, err error) {
	limit := time.Minute
	if name == "xdotool" {
		limit = 20 * time.Second
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env, cmd.Dir, cmd.Stdin = d.env, d.Home(), stdin
	cmd.WaitDelay = time.Second
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	err = cmd.Run()
	if ctx.Err() != nil {
		err = fmt.Errorf("%s did not end within %v", name, limit)
	}
	return o.String(), e.String(), err
}

// Until calls try every 20 ms until it returns nil, and gives up after limit
// with its last error and what was waited for.
func Until(limit time.Duration, what string, try func() error) error {
	deadline := time.Now().Add(limit)
	for {
		err := try()
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			if what == "" {
				return err
			}
			return fmt.Errorf("waited %v for %s: %w", limit, what, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
