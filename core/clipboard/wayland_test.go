//go:build !windows && !darwin

package clipboard

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// fakeWlCopy puts a stand-in for wl-copy on PATH. It writes what it was given
// to files in dir, tells the FIFO "ready", and lives until it is ended or its
// FIFO "lose" is written.
func fakeWlCopy(t *testing.T, body string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, fifo := range []string{"lose", "ready"} {
		if err := syscall.Mkfifo(filepath.Join(dir, fifo), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	script := fmt.Sprintf("#!/bin/sh\nDIR=%s\n%s\n", dir, body)
	if err := os.WriteFile(filepath.Join(dir, "wl-copy"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	return dir
}

// owning behaves as wl-copy in the foreground: it has the text once it read it.
const owning = `
[ "$1" = --help ] && { echo "  --sensitive  Hint that the content is sensitive."; exit; }
echo "$WAYLAND_DISPLAY $*" >"$DIR/argv"
cat >"$DIR/text"
echo >"$DIR/ready"
read -r _ <"$DIR/lose"
`

type wayland struct {
	*Manager
	dir  string
	due  chan time.Time
	gone chan Gone
	log  *bytes.Buffer
}

func newWayland(t *testing.T, body string) *wayland {
	t.Helper()
	w := &wayland{dir: fakeWlCopy(t, body), due: make(chan time.Time), gone: make(chan Gone, 10), log: new(bytes.Buffer)}
	w.Manager = New(Options{
		Log:     slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Session: Session{WaylandDisplay: "wayland-7", Display: ":99"},
		Gone:    func(g Gone) { w.gone <- g },
	})
	w.after = func(time.Duration) (<-chan time.Time, func() bool) { return w.due, func() bool { return true } }
	t.Cleanup(func() {
		w.Close()
		if strings.Contains(w.log.String(), token) {
			t.Errorf("the token is in the log:\n%s", w.log)
		}
	})
	return w
}

// copy returns when the child has read the token.
func (w *wayland) copy(t *testing.T, after time.Duration) {
	t.Helper()
	if err := w.Copy(t.Context(), token, after); err != nil {
		t.Fatal(err)
	}
	if _, err := os.ReadFile(filepath.Join(w.dir, "ready")); err != nil {
		t.Fatal(err)
	}
}

func (w *wayland) wantGone(t *testing.T, want Reason) {
	t.Helper()
	select {
	case got := <-w.gone:
		if got.Reason != want {
			t.Errorf("gone because %q, want %q", got, want)
		}
	case <-time.After(time.Minute):
		t.Fatal("nobody said that the text is gone")
	}
}

func (w *wayland) child() *wlCopy {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.cur.owner.(*wlCopy)
}

func TestWaylandTextGoesThroughAPipe(t *testing.T) {
	w := newWayland(t, owning)
	if got := w.Name(); got != "wayland" {
		t.Errorf("Name is %q", got)
	}
	w.copy(t, time.Minute)
	argv, _ := os.ReadFile(filepath.Join(w.dir, "argv"))
	if got, want := strings.TrimSpace(string(argv)), "wayland-7 --foreground --type text/plain --sensitive"; got != want {
		t.Errorf("display and arguments are %q, want %q", got, want)
	}
	text, _ := os.ReadFile(filepath.Join(w.dir, "text"))
	if string(text) != token {
		t.Errorf("standard input is %q", text)
	}
	child := w.child()
	for _, file := range []string{"cmdline", "environ"} {
		if b, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", child.cmd.Process.Pid, file)); err == nil && strings.Contains(string(b), token) {
			t.Errorf("the token is in the child's %s", file)
		}
	}
	w.due <- time.Time{}
	w.wantGone(t, Cleared)
	select {
	case <-child.ended:
	default:
		t.Error("the child still lives")
	}
}

func TestWaylandOursWhileTheChildLives(t *testing.T) {
	w := newWayland(t, owning)
	w.copy(t, time.Minute)
	if err := os.WriteFile(filepath.Join(w.dir, "lose"), []byte("x\n"), 0); err != nil {
		t.Fatal(err)
	}
	w.wantGone(t, Replaced)
	if w.HasOurs() {
		t.Error("HasOurs although the child has ended")
	}
}

// wl-copy is asked once what it understands, not for each copy, and again when
// it was updated.
func TestWlCopyIsAskedOnce(t *testing.T) {
	w := newWayland(t, `[ "$1" = --help ] && echo >>"$DIR/asked"`+owning)
	asked := func() int {
		log, _ := os.ReadFile(filepath.Join(w.dir, "asked"))
		return strings.Count(string(log), "\n")
	}
	for range 3 {
		w.copy(t, time.Minute)
	}
	if n := asked(); n != 1 {
		t.Errorf("asked %d times for three copies", n)
	}
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(filepath.Join(w.dir, "wl-copy"), later, later); err != nil {
		t.Fatal(err)
	}
	w.copy(t, time.Minute)
	if n := asked(); n != 2 {
		t.Errorf("asked %d times after an update", n)
	}
	if argv, _ := os.ReadFile(filepath.Join(w.dir, "argv")); !strings.Contains(string(argv), "--sensitive") {
		t.Errorf("the last one was started with %q", argv)
	}
}

func TestWaylandClearCloseAndSecondCopy(t *testing.T) {
	w := newWayland(t, owning)
	for range 2 {
		w.copy(t, 0)
	}
	second := w.child()
	if err := w.Clear(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-second.ended
	w.wantGone(t, Cleared)
	w.copy(t, 0)
	third := w.child()
	w.Close()
	<-third.ended
	w.wantGone(t, Cleared)
	if len(w.gone) != 0 {
		t.Errorf("told once more: %s", <-w.gone)
	}
}

func TestWaylandWithoutCompositor(t *testing.T) {
	w := newWayland(t, `[ "$1" = --help ] && exit; echo "cannot copy $(cat)" >&2; exit 1`)
	w.settle = time.Minute
	wantNoClipboard(t, w.Copy(t.Context(), token, 0))
	if w.HasOurs() {
		t.Error("HasOurs after a failure")
	}
}

// wl-copy before 2.2 keeps its content in a file, which a signal leaves behind.
func TestWaylandSweepsTheFileOfOldVersions(t *testing.T) {
	w := newWayland(t, `
[ "$1" = --help ] && exit
d=$(mktemp -d /tmp/wl-copy-buffer-XXXXXX); echo "$d" >"$DIR/where"
cat >"$d/stdin"
echo >"$DIR/ready"
read -r _ <"$DIR/lose"`)
	other := filepath.Join(t.TempDir(), "keep")
	if err := os.WriteFile(other, []byte(token), 0o600); err != nil {
		t.Fatal(err)
	}
	w.copy(t, 0)
	where, _ := os.ReadFile(filepath.Join(w.dir, "where"))
	buffer := strings.TrimSpace(string(where))
	if _, err := os.Stat(filepath.Join(buffer, "stdin")); err != nil {
		t.Fatalf("the stand-in keeps no file: %v", err)
	}
	if err := w.Clear(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(buffer); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", buffer, err)
	}
	if _, err := os.Stat(other); err != nil {
		t.Errorf("a file of somebody else's is gone: %v", err)
	}
}

func TestX11WhereWlCopyIsMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	m := New(Options{Session: Session{WaylandDisplay: "wayland-7", Display: ":99"}})
	if got := m.Name(); got != "x11" {
		t.Errorf("Name is %q", got)
	}
}
