//go:build linux

package doctor

import (
	"bufio"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"
)

// sessionBus starts a session bus of this test alone and returns its address.
func sessionBus(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("dbus-run-session"); err != nil {
		t.Fatal("dbus-run-session is missing; install the packages dbus and dbus-daemon")
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	// The session lives as long as our end of its standard input is open.
	cmd := exec.Command("dbus-run-session", "--", "sh", "-c", `echo "$DBUS_SESSION_BUS_ADDRESS" >&3; exec 3>&-; exec cat`)
	cmd.ExtraFiles = []*os.File{w}
	cmd.Env = slices.DeleteFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, "DBUS_SESSION_BUS_ADDRESS=") })
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("the session bus gives no address: %v", err)
	}
	return strings.TrimSpace(line)
}

// TestTray: an icon is shown where a watcher has a host; a watcher alone, as a
// desktop without a tray may run it, is not enough.
func TestTray(t *testing.T) {
	c := healthy(t)
	c.Bus = sessionBus(t)
	look := func() []string { return lines(c.desktop(t.Context())) }
	if got, want := look(), []string{"bus ok bus_ok", "tray warn tray_no_host tray_fix"}; !slices.Equal(got, want) {
		t.Errorf("no watcher: %q, want %q", got, want)
	}

	conn, err := dbus.Connect(c.Bus)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	props, err := prop.Export(conn, watcherPath, prop.Map{watcherName: {
		"IsStatusNotifierHostRegistered": {Value: false, Emit: prop.EmitTrue},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if r, err := conn.RequestName(watcherName, dbus.NameFlagDoNotQueue); err != nil || r != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("the watcher's name: %v, %v", r, err)
	}
	if got := look()[1]; got != "tray warn tray_no_host tray_fix" {
		t.Errorf("a watcher without a host: %q", got)
	}
	props.SetMust(watcherName, "IsStatusNotifierHostRegistered", true)
	if got := look()[1]; got != "tray ok tray_ok" {
		t.Errorf("a watcher with a host: %q", got)
	}
}
