package agent

import (
	"context"
	"log/slog"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"tokentray/core/launch"
)

// systemBusOfItsOwn starts a bus that plays the system's and returns its
// address. It ends with the test.
func systemBusOfItsOwn(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("dbus-daemon")
	if err != nil {
		t.Fatalf("%v; install the package dbus", err)
	}
	socket := filepath.Join(t.TempDir(), "bus")
	daemon := exec.Command(path, "--session", "--nofork", "--nopidfile", "--address=unix:path="+socket)
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = daemon.Process.Kill()
		_ = daemon.Wait()
	})
	for until := time.Now().Add(5 * time.Second); !launch.Listens(t.Context(), socket); runtime.Gosched() {
		if time.Now().After(until) {
			t.Fatal("the bus does not listen")
		}
	}
	return "unix:path=" + socket
}

func TestWakingFromSleepIsAHint(t *testing.T) {
	address := systemBusOfItsOwn(t)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
	woke := make(chan struct{}, 8)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		watchSleep(ctx, slog.New(slog.DiscardHandler), func() { woke <- struct{}{} })
	}()
	logind, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	defer logind.Close()
	if _, err := logind.RequestName("org.freedesktop.login1", dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	say := func(asleep bool) {
		t.Helper()
		if err := logind.Emit("/org/freedesktop/login1", "org.freedesktop.login1.Manager.PrepareForSleep", asleep); err != nil {
			t.Fatal(err)
		}
	}
	say(true) // going to sleep is none
	for heard := false; !heard; {
		say(false) // again, for the listener may not be there yet
		select {
		case <-woke:
			heard = true
		case <-time.After(20 * time.Millisecond):
		}
	}
	cancel()
	<-ended
}

func TestWithoutASystemBusThereAreNoHints(t *testing.T) {
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path="+filepath.Join(t.TempDir(), "none"))
	watchSleep(t.Context(), slog.New(slog.DiscardHandler), func() { t.Error("woke") }) // returns at once
}
