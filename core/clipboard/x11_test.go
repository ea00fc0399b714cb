//go:build !windows && !darwin

package clipboard

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"

	"tokentray/core"
)

const token = "57_Q1w2E3r4T5y6U7i8O9p0-aSdFgHjKlZxCvBnM_token"

// xvfb is an X server without a screen, of this test alone.
type xvfb struct {
	cmd     *exec.Cmd
	display string
	once    sync.Once
}

func tool(t testing.TB, name, pkg string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is missing; install the package %s", name, pkg)
	}
	return path
}

func startX(t testing.TB) *xvfb {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	x := &xvfb{cmd: exec.Command(tool(t, "Xvfb", "xvfb"), "-displayfd", "3", "-screen", "0", "64x64x24", "-nolisten", "tcp", "-noreset")}
	x.cmd.ExtraFiles = []*os.File{w}
	if err := x.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	t.Cleanup(x.kill)
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb names no display: %v", err)
	}
	x.display = ":" + strings.TrimSpace(line)
	return x
}

func (x *xvfb) kill() {
	x.once.Do(func() {
		x.cmd.Process.Kill()
		x.cmd.Wait()
	})
}

// paste reads the clipboard as a foreign program does. ok is false when nobody
// owns it or the form is not offered.
func (x *xvfb) paste(t testing.TB, target string) (content string, ok bool) {
	t.Helper()
	cmd := exec.Command(tool(t, "xclip", "xclip"), "-selection", "clipboard", "-o", "-t", target)
	cmd.Env = append(os.Environ(), "DISPLAY="+x.display)
	out, err := cmd.Output()
	return string(out), err == nil
}

// foreign makes another program the owner of the clipboard and returns it when it is.
func (x *xvfb) foreign(t testing.TB, text string) *os.Process {
	t.Helper()
	return x.take(t, "clipboard", text)
}

// take makes another program the owner of a selection and returns it when it is. The
// owner before may have the same text, so its window tells.
func (x *xvfb) take(t testing.TB, selection, text string) *os.Process {
	t.Helper()
	c, err := dialX11(Session{Display: x.display})
	if err != nil {
		t.Fatal(err)
	}
	defer c.conn.Close()
	atom, err := xproto.InternAtom(c.conn, false, uint16(len(selection)), strings.ToUpper(selection)).Reply()
	if err != nil {
		t.Fatal(err)
	}
	before, err := c.owner(atom.Atom)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(tool(t, "xclip", "xclip"), "-selection", selection, "-i", "-quiet")
	cmd.Env = append(os.Environ(), "DISPLAY="+x.display)
	cmd.Stdin = strings.NewReader(text)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	for limit := time.Now().Add(time.Minute); time.Now().Before(limit); {
		now, err := c.owner(atom.Atom)
		if err != nil {
			t.Fatal(err)
		}
		if now != 0 && now != before {
			return cmd.Process
		}
	}
	t.Fatal("xclip never became the owner")
	return nil
}

// desk is a Manager on an X server of its own, whose time is in the test's hand.
type desk struct {
	*Manager
	x    *xvfb
	due  chan time.Time     // a value here is the end of the set time
	set  chan time.Duration // the times that were set
	gone chan Gone
	log  *bytes.Buffer
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{x: startX(t), due: make(chan time.Time), set: make(chan time.Duration, 10), gone: make(chan Gone, 10), log: new(bytes.Buffer)}
	d.Manager = New(Options{
		Log:     slog.New(slog.NewTextHandler(d.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Session: Session{Display: d.x.display},
		Gone:    func(g Gone) { d.gone <- g },
	})
	d.after = func(after time.Duration) (<-chan time.Time, func() bool) {
		d.set <- after
		return d.due, func() bool { return true }
	}
	t.Cleanup(func() {
		d.Close()
		if strings.Contains(d.log.String(), token) {
			t.Errorf("the token is in the log:\n%s", d.log)
		}
	})
	return d
}

func (d *desk) copy(t *testing.T, text string, after time.Duration) {
	t.Helper()
	if err := d.Copy(t.Context(), text, after); err != nil {
		t.Fatalf("copy: %v", err)
	}
}

func (d *desk) wantPaste(t *testing.T, want string) {
	t.Helper()
	if got, ok := d.x.paste(t, "UTF8_STRING"); !ok || got != want {
		t.Fatalf("pasted %q (%v), want %q", got, ok, want)
	}
}

func (d *desk) wantNothing(t *testing.T) {
	t.Helper()
	if got, ok := d.x.paste(t, "UTF8_STRING"); ok {
		t.Fatalf("pasted %q, want that nobody owns the clipboard", got)
	}
}

func (d *desk) wantGone(t *testing.T, want Reason) {
	t.Helper()
	select {
	case got := <-d.gone:
		if got.Reason != want {
			t.Fatalf("gone because %q, want %q", got, want)
		}
	case <-time.After(time.Minute):
		t.Fatalf("nobody said that the text is gone (%s)", want)
	}
}

func TestCopyIsReadableInEveryForm(t *testing.T) {
	d := newDesk(t)
	d.copy(t, token, 0)
	if got := d.Name(); got != "x11" {
		t.Errorf("Name is %q", got)
	}
	for _, target := range []string{"UTF8_STRING", "text/plain;charset=utf-8", "text/plain", "STRING", "TEXT"} {
		if got, ok := d.x.paste(t, target); !ok || got != token {
			t.Errorf("%s: pasted %q (%v)", target, got, ok)
		}
	}
	list, _ := d.x.paste(t, "TARGETS")
	for _, target := range []string{"TARGETS", "TIMESTAMP", "MULTIPLE", "UTF8_STRING", "text/plain;charset=utf-8", "text/plain", "STRING", secretHint} {
		if !slices.Contains(strings.Fields(list), target) {
			t.Errorf("TARGETS lacks %s:\n%s", target, list)
		}
	}
	if got, _ := d.x.paste(t, secretHint); got != "secret" {
		t.Errorf("the hint to clipboard histories is %q, want secret", got)
	}
	if got, ok := d.x.paste(t, "image/png"); ok {
		t.Errorf("a picture was pasted: %q", got)
	}
	if len(d.set) != 0 {
		t.Errorf("a timer runs although the text is never to be cleared")
	}
}

func TestChineseIsNotOfferedAsLatin1(t *testing.T) {
	d := newDesk(t)
	d.copy(t, "令牌", 0)
	d.wantPaste(t, "令牌")
	if got, ok := d.x.paste(t, "STRING"); ok {
		t.Errorf("pasted %q as STRING", got)
	}
	if list, _ := d.x.paste(t, "TARGETS"); slices.Contains(strings.Fields(list), "STRING") {
		t.Errorf("TARGETS offers STRING:\n%s", list)
	}
}

func TestClearsAfterTheSetTime(t *testing.T) {
	d := newDesk(t)
	d.copy(t, token, 45*time.Second)
	if after := <-d.set; after != 45*time.Second {
		t.Errorf("the timer is set to %v", after)
	}
	d.wantPaste(t, token)
	d.due <- time.Time{}
	d.wantGone(t, Cleared)
	d.wantNothing(t)
	if d.HasOurs() {
		t.Error("HasOurs after the end")
	}
}

func TestForeignTextIsNeverCleared(t *testing.T) {
	d := newDesk(t)
	d.copy(t, token, 45*time.Second)
	d.x.foreign(t, "shopping list")
	d.wantGone(t, Replaced)
	if err := d.Clear(t.Context()); err != nil {
		t.Errorf("clear: %v", err)
	}
	if err := d.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	d.wantPaste(t, "shopping list")
	select {
	case d.due <- time.Time{}:
		t.Error("the timer still runs although the text is gone")
	default:
	}
}

// A release that does not know yet that it lost must do no harm.
func TestLateReleaseSparesTheNewOwner(t *testing.T) {
	d := newDesk(t)
	own, err := x11Board{session: d.Session()}.newOwner(token, true)
	if err != nil {
		t.Fatal(err)
	}
	d.x.foreign(t, "shopping list")
	<-own.done
	late := *own
	late.done = make(chan struct{}) // as if it had not heard
	late.release()
	d.wantPaste(t, "shopping list")
}

func TestCloseAndClearTakeTheTextAway(t *testing.T) {
	for name, end := range map[string]func(*desk) error{
		"clear": func(d *desk) error { return d.Clear(context.Background()) },
		"close": func(d *desk) error { return d.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.copy(t, token, time.Minute)
			if err := end(d); err != nil {
				t.Fatal(err)
			}
			d.wantNothing(t) // at once: end waited for it
			d.wantGone(t, Cleared)
		})
	}
}

func TestSecondCopyReplacesTheFirstSilently(t *testing.T) {
	d := newDesk(t)
	d.copy(t, "first", time.Minute)
	d.copy(t, token, time.Minute)
	d.wantPaste(t, token)
	if !d.HasOurs() {
		t.Error("nothing is held")
	}
	d.due <- time.Time{} // of the second: the first has ended
	d.wantGone(t, Cleared)
	d.wantNothing(t)
	if len(d.gone) != 0 {
		t.Errorf("gone was told again: %s", <-d.gone)
	}
}

func TestServerGoneThenAnother(t *testing.T) {
	d := newDesk(t)
	d.copy(t, token, time.Minute)
	d.x.kill()
	d.wantGone(t, Replaced)
	wantNoClipboard(t, d.Copy(t.Context(), token, time.Minute))

	d.x = startX(t)
	d.SetSession(Session{Display: d.x.display})
	d.copy(t, token, time.Minute)
	d.wantPaste(t, token)
}

func TestNoDisplay(t *testing.T) {
	m := New(Options{})
	if got := m.Name(); got != "none" {
		t.Errorf("Name is %q", got)
	}
	wantNoClipboard(t, m.Copy(t.Context(), token, 0))
	if err := m.Clear(t.Context()); err != nil {
		t.Errorf("clear: %v", err)
	}
	m.Close()
	wantNoClipboard(t, m.Copy(t.Context(), token, 0))
}

func wantNoClipboard(t *testing.T, err error) {
	t.Helper()
	var e *core.Error
	if !errors.As(err, &e) || e.Class != core.Misuse || e.Remedy != core.RemedyClipboard || !strings.Contains(e.Message, "no clipboard") {
		t.Errorf("error is %#v, want no clipboard", err)
	}
	if err != nil && strings.Contains(err.Error(), token) {
		t.Errorf("the token is in the error: %v", err)
	}
}

func TestTextOverTheServersLimit(t *testing.T) {
	d := newDesk(t)
	d.copy(t, "small", 0)
	huge := strings.Repeat(token, 8000)
	err := d.Copy(t.Context(), huge, 0)
	if err == nil || !strings.Contains(err.Error(), "over the clipboard's") || strings.Contains(err.Error(), token) {
		t.Errorf("error is %v", err)
	}
	d.wantPaste(t, "small")
	d.copy(t, huge[:200_000], 0)
	d.wantPaste(t, huge[:200_000])
}

func TestCancelledCopy(t *testing.T) {
	d := newDesk(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.Copy(ctx, token, 0); err == nil {
		d.wantPaste(t, token) // it may have been quick enough
	} else if core.AsError(err).Class != core.Temporary {
		t.Errorf("error is %v", err)
	}
}

// Several forms in one request, as the conventions ask of every owner.
func TestMultiple(t *testing.T) {
	d := newDesk(t)
	d.copy(t, token, 0)
	xgb.Logger.SetOutput(discard{})
	c, err := xgb.NewConnDisplay(d.x.display)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	win, err := xproto.NewWindowId(c)
	if err != nil {
		t.Fatal(err)
	}
	screen := xproto.Setup(c).DefaultScreen(c)
	if err := xproto.CreateWindowChecked(c, 0, win, screen.Root, 0, 0, 1, 1, 0, xproto.WindowClassInputOnly, 0, 0, nil).Check(); err != nil {
		t.Fatal(err)
	}
	atom := func(name string) xproto.Atom {
		r, err := xproto.InternAtom(c, false, uint16(len(name)), name).Reply()
		if err != nil {
			t.Fatal(err)
		}
		return r.Atom
	}
	var pairs []byte
	for _, p := range [][2]string{{"UTF8_STRING", "A"}, {"image/png", "B"}, {secretHint, "C"}} {
		pairs = binary.LittleEndian.AppendUint32(pairs, uint32(atom(p[0])))
		pairs = binary.LittleEndian.AppendUint32(pairs, uint32(atom(p[1])))
	}
	xproto.ChangeProperty(c, xproto.PropModeReplace, win, atom("PAIRS"), atom("ATOM_PAIR"), 32, 6, pairs)
	xproto.ConvertSelection(c, win, atom("CLIPBOARD"), atom("MULTIPLE"), atom("PAIRS"), xproto.TimeCurrentTime)
	for {
		ev, xerr := c.WaitForEvent()
		if ev == nil && xerr == nil {
			t.Fatal("the connection ended")
		}
		n, ok := ev.(xproto.SelectionNotifyEvent)
		if !ok {
			continue
		}
		if n.Property != atom("PAIRS") {
			t.Fatal("MULTIPLE was refused")
		}
		break
	}
	read := func(name string) []byte {
		r, err := xproto.GetProperty(c, false, win, atom(name), xproto.GetPropertyTypeAny, 0, 1000).Reply()
		if err != nil {
			t.Fatal(err)
		}
		return r.Value
	}
	if got := string(read("A")); got != token {
		t.Errorf("UTF8_STRING is %q", got)
	}
	if got := string(read("C")); got != "secret" {
		t.Errorf("the hint is %q", got)
	}
	if got := binary.LittleEndian.Uint32(read("PAIRS")[12:]); got != 0 {
		t.Errorf("the refused picture has property %d, want None", got)
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// Copies, clears and foreign owners at once end in a clean state.
func TestManyAtOnce(t *testing.T) {
	d := newDesk(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 10 {
				if err := d.Copy(context.Background(), token, 0); err != nil {
					t.Errorf("copy: %v", err)
				}
				d.Clear(context.Background())
			}
		})
	}
	done := make(chan struct{})
	go func() { // the callbacks would block a Manager that nobody listens to
		defer close(done)
		for range d.gone {
		}
	}()
	wg.Wait()
	d.Close()
	d.wantNothing(t)
	close(d.gone)
	<-done
}

// TestALongTokenIsPastedWhole: a token of 8 KB as a curl line goes in one piece, and
// in each form.
func TestALongTokenIsPastedWhole(t *testing.T) {
	long := "curl -H 'Authorization: Bearer " + strings.Repeat("0123456789aBcD-_", 8<<10/16) + "' 'https://api.example.com/'"
	d := newDesk(t)
	d.copy(t, long, 0)
	for _, target := range []string{"UTF8_STRING", "text/plain;charset=utf-8", "text/plain", "STRING", "TEXT"} {
		if got, ok := d.x.paste(t, target); !ok || got != long {
			t.Errorf("%s: pasted %d bytes (%v), want %d", target, len(got), ok, len(long))
		}
	}
}
