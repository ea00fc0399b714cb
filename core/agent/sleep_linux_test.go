package agent

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"tokentray/core"
	"tokentray/core/api"
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
	for until := time.Now().Add(20 * time.Second); !launch.Listens(t.Context(), socket); runtime.Gosched() {
		if time.Now().After(until) {
			t.Fatal("the bus does not listen")
		}
	}
	return "unix:path=" + socket
}

func TestWakingFromSleepIsAHint(t *testing.T) {
	address := systemBusOfItsOwn(t)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
	woke, away := make(chan struct{}, 1000), make(chan string, 8) // on a busy machine it is told often until it hears
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		watchSleep(ctx, slog.New(slog.DiscardHandler), func() { woke <- struct{}{} }, func(why string) { away <- why })
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
	for heard := false; !heard; {
		say(false) // again, because the listener may not be there yet
		select {
		case <-woke:
			heard = true
		case <-time.After(100 * time.Millisecond):
		}
	}
	if len(away) != 0 {
		t.Errorf("waking counts as going away: %s", <-away)
	}
	say(true)
	if why := <-away; why != "the machine goes to sleep" {
		t.Errorf("away because %q", why)
	}
	before := len(woke) // of what was said again
	const ours, theirs = "/org/freedesktop/login1/session/_31", "/org/freedesktop/login1/session/_32"
	for path, uid := range map[dbus.ObjectPath]int{ours: os.Getuid(), theirs: os.Getuid() + 1} {
		if err := logind.Export(user(uid), path, "org.freedesktop.DBus.Properties"); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []dbus.ObjectPath{theirs, ours} {
		if err := logind.Emit(path, "org.freedesktop.login1.Session.Lock"); err != nil {
			t.Fatal(err)
		}
	}
	if why := <-away; why != "the session is locked" || len(away) != 0 {
		t.Errorf("away because %q, and %d more", why, len(away))
	}
	if n := len(woke) - before; n != 0 {
		t.Errorf("going to sleep and a lock count as waking: %d times", n)
	}
	cancel()
	<-ended
}

// inhibitor gives out locks as logind does: each is the end of a pipe, and whoever has it
// delays what the machine wants to do.
type inhibitor chan lock

type lock struct {
	what, mode string
	held       int      // given out
	freed      *os.File // reads to its end when nobody holds it any more
}

func (in inhibitor) Inhibit(what, _, _, mode string) (dbus.UnixFD, *dbus.Error) {
	var ends [2]int
	if err := syscall.Pipe2(ends[:], syscall.O_CLOEXEC|syscall.O_NONBLOCK); err != nil {
		return 0, dbus.MakeFailedError(err)
	}
	in <- lock{what, mode, ends[1], os.NewFile(uintptr(ends[0]), "lock")}
	return dbus.UnixFD(ends[1]), nil
}

// taken waits for a lock that the agent, in this process, has, and leaves it the only one
// who does.
func (in inhibitor) taken(t *testing.T) lock {
	t.Helper()
	l := <-in
	name := func(fd string) string {
		to, _ := os.Readlink("/proc/self/fd/" + fd) // "" when it was closed meanwhile
		return to
	}
	ours := name(strconv.Itoa(l.held))
	for until := time.Now().Add(20 * time.Second); ; runtime.Gosched() {
		all, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		ends := 0 // of the pipe: the one that is read, ours, and the agent's
		for _, fd := range all {
			if name(fd.Name()) == ours {
				ends++
			}
		}
		if ends == 3 {
			break
		}
		if time.Now().After(until) {
			t.Fatalf("the agent does not hold the lock: %d ends", ends)
		}
	}
	if err := syscall.Close(l.held); err != nil {
		t.Fatal(err)
	}
	return l
}

// ends waits until a lock was given back.
func (l lock) ends(t *testing.T) {
	t.Helper()
	defer l.freed.Close()
	if err := l.freed.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := l.freed.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Fatalf("the lock was not given back: %v", err)
	}
}

// TestTheClipboardIsEmptiedBeforeSleep: the agent delays the machine's sleep, empties the
// clipboard when that begins, and only then lets it sleep; after waking it does so again,
// and its end gives the lock back.
func TestTheClipboardIsEmptiedBeforeSleep(t *testing.T) {
	address := systemBusOfItsOwn(t)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
	logind, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	defer logind.Close()
	locks := make(inhibitor, 8)
	if err := logind.Export(locks, logindPath, logindManager); err != nil {
		t.Fatal(err)
	}
	if _, err := logind.RequestName(logindName, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	r := w.start()
	a := r.add("shop", core.Sandbox)
	for range 2 {
		l := locks.taken(t)
		if l.what != "sleep" || l.mode != "delay" {
			t.Errorf("the lock is of %s, to %s", l.what, l.mode)
		}
		if _, err := r.client.Copy(t.Context(), a.Ref(), api.CopyRequest{}); err != nil || w.desk.holds() == "" {
			t.Fatalf("nothing was copied: %v", err)
		}
		if err := logind.Emit(logindPath, logindManager+".PrepareForSleep", true); err != nil {
			t.Fatal(err)
		}
		l.ends(t)
		if w.desk.holds() != "" {
			t.Error("the machine sleeps with a token on the clipboard")
		}
		if err := logind.Emit(logindPath, logindManager+".PrepareForSleep", false); err != nil {
			t.Fatal(err)
		}
	}
	l := locks.taken(t)
	// Once it hears of the next thing, it has read the answer with the lock.
	const session = "/org/freedesktop/login1/session/_31"
	if err := logind.Export(user(os.Getuid()), session, "org.freedesktop.DBus.Properties"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.client.Copy(t.Context(), a.Ref(), api.CopyRequest{}); err != nil {
		t.Fatal(err)
	}
	if err := logind.Emit(session, logindSession+".Lock"); err != nil {
		t.Fatal(err)
	}
	for until := time.Now().Add(20 * time.Second); w.desk.holds() != ""; runtime.Gosched() {
		if time.Now().After(until) {
			t.Fatal("the session is locked with a token on the clipboard")
		}
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	l.ends(t)
	if len(locks) > 0 {
		t.Errorf("%d more locks were asked for", len(locks))
	}
}

// user answers whose session one is, as logind does.
type user uint32

func (u user) Get(string, string) (dbus.Variant, *dbus.Error) {
	return dbus.MakeVariant(struct {
		UID  uint32
		Path dbus.ObjectPath
	}{uint32(u), "/"}), nil
}

// TestLockingTheScreenClears: whatever the screen saver is called, what was copied
// goes when the screen is locked, also after the agent took another session's bus.
func TestLockingTheScreenClears(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	a := r.add("shop", core.Sandbox)
	address := systemBusOfItsOwn(t)
	if err := r.client.Session(t.Context(), api.Session{DBus: address}); err != nil {
		t.Fatal(err)
	}
	saver, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	defer saver.Close()
	for _, name := range []string{"org.freedesktop.ScreenSaver", "org.xfce.ScreenSaver"} {
		for limit := time.Now().Add(time.Minute); ; {
			_, err := r.client.Copy(t.Context(), a.Ref(), api.CopyRequest{})
			if err == nil {
				break
			}
			if time.Now().After(limit) { // until then what was said more than once of the last lock may come between
				t.Fatal(err)
			}
		}
		for _, active := range []bool{false, true} {
			for limit := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
				if err := saver.Emit("/org/freedesktop/ScreenSaver", name+".ActiveChanged", active); err != nil {
					t.Fatal(err)
				}
				if !active || w.desk.holds() == "" {
					break
				}
				if time.Now().After(limit) {
					t.Fatalf("%s: what was copied is still there", name)
				}
			}
		}
	}
}

func TestWithoutASystemBusThereAreNoHints(t *testing.T) {
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path="+filepath.Join(t.TempDir(), "none"))
	watchSleep(t.Context(), slog.New(slog.DiscardHandler), func() { t.Error("woke") }, func(string) { t.Error("away") }) // returns at once
}
