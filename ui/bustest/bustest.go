//go:build linux

// Package bustest starts session buses for the tests of what uses one.
package bustest

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"
)

// Bus is a session bus without services: it starts nothing, such as a keyring.
type Bus struct {
	Address string
	Stop    func() // ends the bus; the end of the test does so too
}

// Start starts a session bus for one test.
func Start(t testing.TB) *Bus {
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
	cmd.Env = append(os.Environ(), "XDG_DATA_DIRS="+t.TempDir(), "XDG_DATA_HOME="+t.TempDir())
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	b := &Bus{Stop: sync.OnceFunc(func() {
		_ = stdin.Close()
		_ = cmd.Wait() // it is ended by a signal
	})}
	t.Cleanup(b.Stop)
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("the session bus gives no address: %v", err)
	}
	b.Address = strings.TrimSpace(line)
	return b
}

// Connect connects to the bus until the test ends.
func (b *Bus) Connect(t testing.TB) *dbus.Conn {
	t.Helper()
	c, err := dbus.Connect(b.Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}
