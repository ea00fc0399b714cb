//go:build linux

package tray

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"
	"github.com/google/go-cmp/cmp"

	"tokentray/core"
	"tokentray/core/api"
)

// patience bounds each wait for something that is told by an event.
const patience = 20 * time.Second

// bus is a session bus of this test alone.
type bus struct {
	address string
	stop    func()
}

func startBus(t *testing.T) *bus {
	t.Helper()
	if _, err := exec.LookPath("dbus-run-session"); err != nil {
		t.Fatal("dbus-run-session is missing; install the packages dbus and dbus-daemon")
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	// The session lives as long as our end of standard input is open.
	cmd := exec.Command("dbus-run-session", "--", "sh", "-c", `echo "$DBUS_SESSION_BUS_ADDRESS" >&3; exec 3>&-; exec cat`)
	cmd.ExtraFiles = []*os.File{w}
	cmd.Env = slices.DeleteFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, busVariable+"=") })
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	var once sync.Once
	b := &bus{stop: func() { once.Do(func() { stdin.Close(); cmd.Wait() }) }}
	t.Cleanup(b.stop)
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("the session bus gives no address: %v", err)
	}
	b.address = strings.TrimSpace(line)
	return b
}

func (b *bus) connect(t *testing.T) *dbus.Conn {
	t.Helper()
	c, err := dbus.Connect(b.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// fakeWatcher stands for a panel's StatusNotifierWatcher and host.
type fakeWatcher struct {
	conn *dbus.Conn
	deaf bool // to registrations by path, as systray makes them

	mu         sync.Mutex
	props      *prop.Properties
	items      []string
	registered chan string
}

func startWatcher(t *testing.T, b *bus, deaf bool) *fakeWatcher {
	t.Helper()
	w := &fakeWatcher{conn: b.connect(t), deaf: deaf, registered: make(chan string, 10)}
	var err error
	if err := w.conn.Export(w, watcherPath, watcherName); err != nil {
		t.Fatal(err)
	}
	w.props, err = prop.Export(w.conn, watcherPath, prop.Map{watcherName: {
		"RegisteredStatusNotifierItems":  {Value: []string{}, Emit: prop.EmitTrue},
		"IsStatusNotifierHostRegistered": {Value: true, Emit: prop.EmitTrue},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if r, err := w.conn.RequestName(watcherName, dbus.NameFlagDoNotQueue); err != nil || r != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("the watcher's name: %v, %v", r, err)
	}
	return w
}

// RegisterStatusNotifierItem takes a path of the sender, or a bus name whose
// item has the customary path.
func (w *fakeWatcher) RegisterStatusNotifierItem(sender dbus.Sender, service string) *dbus.Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	item := service + "/StatusNotifierItem"
	if strings.HasPrefix(service, "/") {
		if w.deaf {
			return nil
		}
		item = string(sender) + service
	}
	if !slices.Contains(w.items, item) {
		w.items = append(w.items, item)
		w.props.SetMust(watcherName, "RegisteredStatusNotifierItems", slices.Clone(w.items))
	}
	w.registered <- item
	return nil
}

func (w *fakeWatcher) list() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.items)
}

// item waits for the icon and returns it.
func (w *fakeWatcher) item(t *testing.T) icon {
	t.Helper()
	select {
	case i := <-w.registered:
		name, path, _ := strings.Cut(i, "/")
		return icon{t, w.conn, w.conn.Object(name, dbus.ObjectPath("/"+path))}
	case <-time.After(patience):
		t.Fatal("no icon was registered")
		return icon{}
	}
}

// icon is the tray's icon as a panel sees it.
type icon struct {
	t    *testing.T
	conn *dbus.Conn
	obj  dbus.BusObject
}

func (i icon) get(name string) any {
	i.t.Helper()
	v, err := i.obj.GetProperty("org.kde.StatusNotifierItem." + name)
	if err != nil {
		i.t.Fatalf("property %s: %v", name, err)
	}
	return v.Value()
}

func (i icon) menu() dbus.BusObject {
	return i.conn.Object(i.obj.Destination(), i.get("Menu").(dbus.ObjectPath))
}

// node is a line of com.canonical.dbusmenu.
type node struct {
	ID    int32
	Props map[string]dbus.Variant
	Kids  []dbus.Variant
}

// lines reads what can be seen of the menu, submenus indented, and their ids.
func (i icon) lines() (lines []string, ids map[string]int32) {
	i.t.Helper()
	ids = map[string]int32{}
	var walk func(n node, indent string)
	walk = func(n node, indent string) {
		for _, kid := range n.Kids {
			var k node
			if err := dbus.Store([]any{kid.Value()}, &k); err != nil {
				i.t.Fatal(err)
			}
			if v, ok := k.Props["visible"]; ok && v.Value() == false {
				continue
			}
			if v, ok := k.Props["type"]; ok && v.Value() == "separator" {
				lines = append(lines, indent+"--")
				continue
			}
			label := k.Props["label"].Value().(string)
			ids[label] = k.ID
			if v := k.Props["toggle-state"].Value(); k.Props["toggle-type"].Value() == "checkmark" {
				label = fmt.Sprintf("[%d] %s", v, label)
			}
			if k.Props["enabled"].Value() == false {
				label = "! " + label
			}
			lines = append(lines, indent+label)
			walk(k, indent+"  > ")
		}
	}
	// systray answers the first call with one level; see its GetLayout.
	for range 2 {
		var revision uint32
		var root node
		if err := i.menu().Call("com.canonical.dbusmenu.GetLayout", 0, int32(0), int32(-1), []string{}).Store(&revision, &root); err != nil {
			i.t.Fatalf("GetLayout: %v", err)
		}
		lines = nil
		walk(root, "")
	}
	return lines, ids
}

// wantLines waits until the menu reads so, looking again at each change that it
// announces.
func (i icon) wantLines(want ...string) map[string]int32 {
	i.t.Helper()
	changes := make(chan *dbus.Signal, 1000)
	i.conn.Signal(changes)
	defer i.conn.RemoveSignal(changes)
	if err := i.conn.AddMatchSignal(dbus.WithMatchInterface("com.canonical.dbusmenu")); err != nil {
		i.t.Fatal(err)
	}
	end := time.After(patience)
	for {
		got, ids := i.lines()
		diff := cmp.Diff(want, got)
		if diff == "" {
			return ids
		}
		select {
		case <-changes:
		case <-end:
			i.t.Fatalf("the menu (-want +got):\n%s", diff)
		}
	}
}

func (i icon) click(id int32) {
	i.t.Helper()
	if err := i.menu().Call("com.canonical.dbusmenu.Event", 0, id, "clicked", dbus.MakeVariant(0), uint32(0)).Err; err != nil {
		i.t.Fatal(err)
	}
}

// The tray runs in a process of its own, for systray runs once in a process and
// has a data race (see races). Its fake agent tells each call on standard
// output, a line each, and takes commands on standard input.

const childVariable = "TOKENTRAY_TEST_TRAY"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		child()
		return
	}
	os.Exit(m.Run())
}

// command is what the test tells the child.
type command struct {
	Snapshot *api.List
	Event    *api.Event
	Session  *api.Session
}

// asked is an agent that tells its calls.
type asked struct{ *fakeAgent }

func (a asked) tell(err error) error {
	fmt.Println("call", a.took())
	return err
}

func (a asked) Copy(ctx context.Context, ref api.Ref, r api.CopyRequest) (api.Clipboard, error) {
	c, err := a.fakeAgent.Copy(ctx, ref, r)
	return c, a.tell(err)
}

func (a asked) Open(ctx context.Context) (int, error) {
	n, err := a.fakeAgent.Open(ctx)
	return n, a.tell(err)
}

func (a asked) Stop(ctx context.Context) error { return a.tell(a.fakeAgent.Stop(ctx)) }

// child runs the tray until it ends, and says how.
func child() {
	var first command
	in := json.NewDecoder(os.Stdin)
	if err := in.Decode(&first); err != nil {
		fmt.Println("ended", err)
		return
	}
	agent := asked{newFakeAgent(*first.Snapshot)}
	sessions := make(chan api.Session)
	go func() {
		for {
			var c command
			if in.Decode(&c) != nil {
				os.Exit(1) // the test is gone
			}
			if c.Event != nil {
				agent.events <- *c.Event
			}
			if c.Session != nil {
				sessions <- *c.Session
			}
		}
	}()
	err := Run(context.Background(), Config{
		Agent: agent, OpenWindow: func() error { fmt.Println("window"); return nil },
		State: func(s string) { fmt.Println("state", s) }, Sessions: sessions, Now: func() time.Time { return noon },
	})
	fmt.Println("ended", err)
}

// process is the child as the test holds it.
type process struct {
	says  chan string
	in    *json.Encoder
	pid   int
	races string // prefix of the race detector's reports
}

func startChild(t *testing.T, b *bus, l api.List) *process {
	t.Helper()
	p := &process{says: make(chan string, 100), races: filepath.Join(t.TempDir(), "race")}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"=1", busVariable+"="+b.address, "GORACE=exitcode=0 log_path="+p.races)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.pid = cmd.Process.Pid
	read := make(chan struct{})
	go func() {
		defer close(read)
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			p.says <- lines.Text()
		}
	}()
	t.Cleanup(func() {
		stdin.Close()
		<-read
		cmd.Wait()
	})
	p.in = json.NewEncoder(stdin)
	p.tell(t, command{Snapshot: &l})
	return p
}

func (p *process) tell(t *testing.T, c command) {
	t.Helper()
	if err := p.in.Encode(c); err != nil {
		t.Fatal(err)
	}
}

// wantNoRaces fails for every report but that of systray's own race: its answer
// to the first GetLayout reads the number of the menu's version beside a
// goroutine that counts it up.
func (p *process) wantNoRaces(t *testing.T) {
	t.Helper()
	files, _ := filepath.Glob(p.races + ".*")
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, report := range strings.Split(string(b), "WARNING: DATA RACE")[1:] {
			if !strings.Contains(report, "systray.(*tray).GetLayout.func1()") {
				t.Errorf("data race:%s", report)
			}
		}
	}
}

// wait waits for a line that the tray is to say.
func wait(t *testing.T, what string, from <-chan string, want string) {
	t.Helper()
	end := time.After(patience)
	var seen []string
	for {
		select {
		case got := <-from:
			if got == want {
				return
			}
			seen = append(seen, got)
		case <-end:
			t.Fatalf("%s: %q never came; what came is %q", what, want, seen)
		}
	}
}

// The life of an icon on a real bus, in one run.
func TestOnASessionBus(t *testing.T) {
	first := startBus(t)
	list := listOf(core.Sandbox, acc("snake_case", core.Sandbox, core.StateFresh, 2*time.Hour, 1), acc("shop", core.Live, core.StateFresh, time.Hour, 0))
	list.Settings.Language, list.Settings.AskLiveCopy = "en", true
	tray := startChild(t, first, list)

	wait(t, "without a panel", tray.says, "state "+NoHost)
	panel := startWatcher(t, first, false) // later than the agent
	item := panel.item(t)
	wait(t, "with a panel", tray.says, "state "+Shown)

	if got := item.get("Id"); got != "TokenTray" {
		t.Errorf("Id is %q; panels remember an icon by it", got)
	}
	if got := item.get("ItemIsMenu"); got != false {
		t.Errorf("ItemIsMenu is %v, so that a left click opens no window", got)
	}
	if got := fmt.Sprint(item.get("ToolTip")); !strings.Contains(got, "snake_case expires in 2 h") {
		t.Errorf("ToolTip is %s", got)
	}
	if pixmaps := item.get("IconPixmap").([][]any); len(pixmaps) != 1 || pixmaps[0][0] != int32(48) || len(pixmaps[0][2].([]byte)) != 48*48*4 {
		t.Errorf("the icon is no picture of 48x48")
	}

	tail := func(checks ...string) []string {
		return slices.Concat([]string{"--", "Open TokenTray", "--"}, checks, []string{"--", "Pause all renewals", "--", "Quit"})
	}
	ids := item.wantLines(slices.Concat([]string{"snake__case · 2 h"}, tail("[1] Sandbox", "[0] Live"))...)
	item.click(ids["snake__case · 2 h"])
	wait(t, "a click on an account", tray.says, "call copy snake_case/sandbox")
	if err := item.obj.Call("org.kde.StatusNotifierItem.Activate", 0, int32(0), int32(0)).Err; err != nil {
		t.Errorf("Activate: %v", err)
	}
	wait(t, "a left click on the icon", tray.says, "call open")
	wait(t, "a left click on the icon", tray.says, "window")

	tray.tell(t, command{Event: &api.Event{Type: api.EventEnv, Env: core.Live}})
	live := slices.Concat([]string{"shop · 1 h", "  > Copy LIVE token"}, tail("[0] Sandbox", "[1] Live"))
	ids = item.wantLines(live...)
	item.click(ids["shop · 1 h"]) // the submenu itself copies nothing
	item.click(ids["Copy LIVE token"])
	wait(t, "a click in the submenu", tray.says, "call copy shop/live")

	// The panel restarts; the new one misses what systray says.
	panel.conn.Close()
	wait(t, "panel gone", tray.says, "state "+NoHost)
	panel = startWatcher(t, first, true)
	item = panel.item(t)
	wait(t, "panel back", tray.says, "state "+Shown)
	if got := panel.list(); len(got) != 1 {
		t.Errorf("icons are %v, want one", got)
	}
	item.wantLines(live...)

	// The whole session restarts.
	first.stop()
	wait(t, "session gone", tray.says, "state "+NoBus)
	tray.tell(t, command{Session: &api.Session{}}) // of a client without one either
	wait(t, "still none", tray.says, "state "+NoBus)
	second := startBus(t)
	panel = startWatcher(t, second, false)
	tray.tell(t, command{Session: &api.Session{DBus: second.address}})
	item = panel.item(t)
	wait(t, "new session", tray.says, "state "+Shown)
	ids = item.wantLines(live...)

	item.click(ids["Quit"])
	wait(t, "a click on Quit", tray.says, "call stop")
	wait(t, "after Quit", tray.says, "ended <nil>")
	if err := item.obj.Call("org.freedesktop.DBus.Peer.Ping", dbus.FlagNoAutoStart).Err; err == nil {
		t.Error("the icon outlives the tray")
	}
	tray.wantNoRaces(t)
}

// With no bus the tray waits and starts none: the library would run dbus-launch.
func TestNoBusStartsNone(t *testing.T) {
	dir := t.TempDir()
	script := "#!/bin/sh\ntouch " + dir + "/launched\n"
	if err := os.WriteFile(dir+"/dbus-launch", []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	t.Setenv("XDG_RUNTIME_DIR", dir)
	for _, address := range []string{"", "autolaunch:", "unix:path=" + dir + "/nobody"} {
		t.Setenv(busVariable, address)
		states, done := make(chan string, 10), make(chan struct{})
		ctx, cancel := context.WithCancel(context.Background())
		p := newPanel(Config{State: func(s string) { states <- s }, Log: slog.New(slog.DiscardHandler)})
		p.retry = time.Hour
		close(p.first)
		go func() {
			defer close(done)
			p.stay(ctx)
		}()
		wait(t, "address "+address, states, NoBus)
		cancel()
		<-done
	}
	if _, err := os.Stat(dir + "/launched"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("dbus-launch was run: %v", err)
	}
}

// A session that restarted may listen where the last one did.
func TestBusIsTriedAgain(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "bus")
	t.Setenv(busVariable, "unix:path="+socket)
	states, done := make(chan string, 1000), make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	p := newPanel(Config{State: func(s string) {
		select {
		case states <- s:
		default:
		}
	}, Log: slog.New(slog.DiscardHandler)})
	p.retry = time.Millisecond
	close(p.first)
	go func() {
		defer close(done)
		p.stay(ctx)
	}()
	wait(t, "nobody listens", states, NoBus)
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	l.(*net.UnixListener).SetDeadline(time.Now().Add(patience))
	c, err := l.Accept()
	if err != nil {
		t.Fatalf("nobody came: %v", err)
	}
	cancel()
	c.Close()
	l.Close()
	<-done
}

func TestBusAddress(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", dir)
	t.Setenv(busVariable, "")
	if got := busAddress(); got != "" {
		t.Errorf("without a bus the address is %q", got)
	}
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(fd)
	if err := syscall.Bind(fd, &syscall.SockaddrUnix{Name: dir + "/bus"}); err != nil {
		t.Fatal(err)
	}
	if got, want := busAddress(), "unix:path="+dbus.EscapeBusAddressValue(dir+"/bus"); got != want {
		t.Errorf("the address is %q, want %q", got, want)
	}
	t.Setenv(busVariable, "unix:path=/other")
	if got := busAddress(); got != "unix:path=/other" {
		t.Errorf("the address is %q", got)
	}
}

func TestRegistered(t *testing.T) {
	names := []string{":1.2", "org.kde.StatusNotifierItem-12-1"}
	for item, want := range map[string]bool{
		":1.2/StatusNotifierItem": true, ":1.2": true, ":1.2@/StatusNotifierItem": true,
		"org.kde.StatusNotifierItem-12-1/StatusNotifierItem": true,
		":1.23/StatusNotifierItem":                           false, "org.kde.StatusNotifierItem-12-11": false, "": false,
	} {
		if got := registered([]string{":1.9/x", item}, names...); got != want {
			t.Errorf("%q is ours: %v", item, got)
		}
	}
}
