//go:build linux

package tray

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/bustest"
)

// patience limits each wait for an event.
const patience = time.Minute

// wait waits for a line from the tray.
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
	first := bustest.Start(t)
	list := listOf(core.Sandbox, acc("snake_case", core.Sandbox, core.StateFresh, 2*time.Hour, 1), acc("shop", core.Live, core.StateFresh, time.Hour, 0))
	list.Settings.Language, list.Settings.AskLiveCopy = "en", true
	tray := startChild(t, first, list)

	wait(t, "without a panel", tray.says, "state "+NoHost)
	panel := startWatcher(t, first, false) // after the agent
	item := panel.item(t)
	wait(t, "with a panel", tray.says, "state "+Shown)

	if got := item.get("Id"); got != "TokenTray" {
		t.Errorf("Id is %q; panels remember an icon by it", got)
	}
	if got := item.get("ItemIsMenu"); got != false {
		t.Errorf("ItemIsMenu is %v, so that a left click opens no window", got)
	}
	for _, property := range []string{"ToolTip", "Title"} { // panels show one or the other
		if got := fmt.Sprint(item.get(property)); !strings.Contains(got, "TokenTray, Sandbox: 1 account, snake_case expires in 2 h") {
			t.Errorf("%s is %s", property, got)
		}
	}
	if pixmaps := item.get("IconPixmap").([][]any); len(pixmaps) != 1 || pixmaps[0][0] != int32(48) || len(pixmaps[0][2].([]byte)) != 48*48*4 {
		t.Errorf("the icon is no picture of 48x48")
	}

	tail := func(checks ...string) []string {
		return slices.Concat([]string{"Open TokenTray", "Add an account…", "Today…", "Settings…", "--"}, checks, []string{"--", "Pause all renewal", "--", "Quit"})
	}
	as := func(account, before string) (lines []string) {
		lines = append(lines, "--", "Copy "+account+" as")
		for _, f := range []string{"Token", "Query", "URL of a call", "Header", "curl command", "JSON", ".env line", "Postman environment"} {
			lines = append(lines, "  > "+before+f)
		}
		return lines
	}
	ids := item.wantLines(slices.Concat([]string{"snake__case · 2 h", "Live accounts", "  > Copy LIVE: shop (LIVE) · 1 h"}, as("snake__case", ""), tail("[1] Sandbox", "[0] Live"))...)
	item.click(ids["snake__case · 2 h"])
	wait(t, "a click on an account", tray.says, "call copy snake_case/sandbox")
	item.click(ids["Copy snake__case as"]) // a click on the submenu itself copies nothing
	item.click(ids["curl command"])
	wait(t, "a click on a format", tray.says, "call copy snake_case/sandbox as curl")
	if err := item.obj.Call("org.kde.StatusNotifierItem.Activate", 0, int32(0), int32(0)).Err; err != nil {
		t.Errorf("Activate: %v", err)
	}
	wait(t, "a left click on the icon", tray.says, "call open, or start one: true")

	secondary := item.obj.Call("org.kde.StatusNotifierItem.SecondaryActivate", 0, int32(0), int32(0))
	if secondary.Err != nil {
		t.Errorf("SecondaryActivate: %v", secondary.Err)
	}
	item.click(ids["Settings…"])
	wait(t, "a middle click copies nothing before the first copy", tray.says, "call open page settings, or start one: true")
	item.click(ids["Copy LIVE: shop (LIVE) · 1 h"])
	wait(t, "a click in the submenu of live accounts", tray.says, "call copy shop/live")
	tray.tell(t, command{Event: &api.Event{Type: api.EventClipboard, Clipboard: &api.Clipboard{Account: "snake_case", Env: core.Sandbox, Format: "header", ClearsAt: noon.Add(45 * time.Second)}}})
	item.wantLines(slices.Concat([]string{"snake__case · 2 h", "Live accounts", "  > Copy LIVE: shop (LIVE) · 1 h"}, as("snake__case", ""),
		[]string{"! Clipboard: snake__case (Sandbox) · Header · clears within 1 min", "Clear the clipboard now"}, tail("[1] Sandbox", "[0] Live"))...)
	if err := item.obj.Call("org.kde.StatusNotifierItem.SecondaryActivate", 0, int32(0), int32(0)).Err; err != nil {
		t.Errorf("SecondaryActivate: %v", err)
	}
	wait(t, "a middle click", tray.says, "call copy snake_case/sandbox as header")
	if err := item.obj.Call("org.kde.StatusNotifierItem.ContextMenu", 0, int32(0), int32(0)).Err; err == nil {
		t.Error("ContextMenu is answered, so that no panel shows the menu")
	}
	tray.tell(t, command{Event: &api.Event{Type: api.EventClipboard, Clipboard: &api.Clipboard{}}})

	tray.tell(t, command{Event: &api.Event{Type: api.EventEnv, Env: core.Live}})
	live := slices.Concat([]string{"shop (LIVE) · 1 h", "  > Copy LIVE token"}, as("shop (LIVE)", "LIVE: "), tail("[0] Sandbox", "[1] Live"))
	ids = item.wantLines(live...)
	item.click(ids["shop (LIVE) · 1 h"]) // the same
	item.click(ids["Copy LIVE token"])
	wait(t, "a click in the submenu", tray.says, "call copy shop/live")
	if got := fmt.Sprint(item.get("Title")); !strings.HasPrefix(got, "TokenTray, Live: 1 account") {
		t.Errorf("Title is %s", got)
	}

	// What was copied is shown and can be cleared.
	tray.tell(t, command{Event: &api.Event{Type: api.EventClipboard, Clipboard: &api.Clipboard{Account: "shop", Env: core.Live, Format: "header", ClearsAt: noon.Add(45 * time.Second)}}})
	shown := slices.Clone(live)
	shown = slices.Insert(shown, slices.Index(shown, "Open TokenTray"), "! Clipboard: shop (LIVE) · Header · clears within 1 min", "Clear the clipboard now")
	ids = item.wantLines(shown...)
	item.click(ids["Clear the clipboard now"])
	wait(t, "a click on Clear", tray.says, "call clear")
	tray.tell(t, command{Event: &api.Event{Type: api.EventClipboard, Clipboard: &api.Clipboard{}}})
	item.wantLines(live...)

	// The panel restarts; the new one misses systray's signals.
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
	first.Stop()
	wait(t, "session gone", tray.says, "state "+NoBus)
	tray.tell(t, command{Session: &api.Session{}}) // a client without one changes nothing
	wait(t, "still none", tray.says, "state "+NoBus)
	second := bustest.Start(t)
	panel = startWatcher(t, second, false)
	tray.tell(t, command{Session: &api.Session{DBus: second.Address}})
	item = panel.item(t)
	wait(t, "new session", tray.says, "state "+Shown)
	if got := item.get("Id"); got != "TokenTray" {
		t.Errorf("in the new session Id is %q", got)
	}
	ids = item.wantLines(live...)

	item.click(ids["Quit"])
	wait(t, "a click on Quit", tray.says, "call stop")
	wait(t, "after Quit", tray.says, "ended <nil>")
	if err := item.obj.Call("org.freedesktop.DBus.Peer.Ping", dbus.FlagNoAutoStart).Err; err == nil {
		t.Error("the icon outlives the tray")
	}
	tray.wantNoRaces(t)
}

// Without a bus the tray waits and starts none: the library would run dbus-launch.
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
			p.keepOnBus(ctx)
		}()
		wait(t, "address "+address, states, NoBus)
		cancel()
		<-done
	}
	if _, err := os.Stat(dir + "/launched"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("dbus-launch was run: %v", err)
	}
}

// After the session restarted, its bus may have the same address.
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
		p.keepOnBus(ctx)
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
