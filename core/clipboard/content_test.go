//go:build !windows && !darwin

package clipboard

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jezek/xgb/xproto"

	"tokentray/core"
)

// wantTaken waits until the Manager knows that another program has our text.
func (d *desk) wantTaken(t *testing.T) {
	t.Helper()
	for limit := time.Now().Add(time.Minute); time.Now().Before(limit); time.Sleep(5 * time.Millisecond) {
		d.mu.Lock()
		taken := d.cur != nil && d.cur.taken.Load()
		d.mu.Unlock()
		if taken {
			return
		}
	}
	t.Fatal("nobody noticed that another program took our text over")
}

// lookAgain puts the second look into the test's hand.
func (d *desk) lookAgainWhen() chan<- time.Time {
	due := make(chan time.Time)
	d.again = func() (<-chan time.Time, func() bool) { return due, func() bool { return true } }
	return due
}

// A clipboard manager that took our text over does not save it from being cleared.
func TestATextThatAnotherProgramTookOverIsCleared(t *testing.T) {
	for name, end := range map[string]func(*testing.T, *desk){
		"when its time is over": func(_ *testing.T, d *desk) { d.due <- time.Time{} },
		"by clear": func(t *testing.T, d *desk) {
			if err := d.Clear(t.Context()); err != nil {
				t.Fatal(err)
			}
		},
		"by close": func(_ *testing.T, d *desk) { d.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.copy(t, token, 45*time.Second)
			<-d.set
			d.x.foreign(t, token)
			d.wantTaken(t)
			if !d.HasOurs() {
				t.Error("it counts as gone, and still is there")
			}
			end(t, d)
			d.wantGone(t, Cleared)
			d.wantNothing(t)
		})
	}
}

// What a renewal replaces may have been taken over by another program.
func TestReplaceWhatAnotherProgramTookOver(t *testing.T) {
	d := newDesk(t)
	d.copy(t, token, 45*time.Second)
	d.x.foreign(t, token)
	d.wantTaken(t)
	if done, err := d.Replace(t.Context(), "renewed", time.Minute); !done || err != nil {
		t.Errorf("replaced: %v, %v", done, err)
	}
	d.wantPaste(t, "renewed")
}

func TestAnotherTextOfTheSameLengthStays(t *testing.T) {
	d := newDesk(t)
	d.copy(t, token, 45*time.Second)
	d.x.foreign(t, token)
	d.wantTaken(t)
	mine := strings.ToUpper(token)
	d.x.foreign(t, mine)
	d.due <- time.Time{}
	d.wantGone(t, Replaced)
	d.wantPaste(t, mine)
}

// Nobody knows the content of an owner that hangs. It delays nothing for long, and its
// content stays as it is.
func TestAnOwnerThatHangs(t *testing.T) {
	if readTime != 2*time.Second { // as SECURITY.md says
		t.Errorf("a read may take %s", readTime)
	}
	d := newDesk(t)
	d.copy(t, token, 45*time.Second)
	<-d.set
	xclip := d.x.foreign(t, token)
	d.wantTaken(t) // before, a paste may come from our own clipboard
	if err := xclip.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	d.due <- time.Time{}
	d.wantGone(t, Silent)
	if _, err := Read(t.Context(), d.Session()); core.AsError(err).Remedy != core.RemedySilentOwner || core.AsError(err).Class != core.Temporary {
		t.Errorf("reading: %v", err)
	}
	if err := xclip.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	d.wantPaste(t, token)
}

func TestRead(t *testing.T) {
	d := newDesk(t)
	read := func(want string) {
		t.Helper()
		got, err := Read(t.Context(), d.Session())
		if err != nil || got != want {
			t.Errorf("read %d bytes, %v; want %d", len(got), err, len(want))
		}
	}
	read("")
	d.x.foreign(t, "AppID 测试")
	read("AppID 测试")
	long := strings.Repeat("long text ", 60_000) // comes in pieces
	d.x.foreign(t, long)
	read(long)
	d.copy(t, token, 0)
	read(token)
	if _, err := Read(t.Context(), Session{Display: ":987"}); core.AsError(err).Remedy != core.RemedyClipboard {
		t.Errorf("without a server: %v", err)
	}
	if _, err := Read(t.Context(), Session{}); core.AsError(err).Remedy != core.RemedyClipboard {
		t.Errorf("without a display: %v", err)
	}
}

// A program puts our text back: it is taken away again, and told of. The clipboard
// is then kept empty; a program that puts it back in spite of that is told of too.
func TestATextThatComesBack(t *testing.T) {
	if againTime != 2*time.Second { // as SECURITY.md says; below the test says when
		t.Errorf("the second look comes after %s", againTime)
	}
	d := newDesk(t)
	again := d.lookAgainWhen()
	d.copy(t, token, 45*time.Second)
	d.due <- time.Time{}
	d.wantGone(t, Cleared)
	d.x.foreign(t, token)
	again <- time.Time{}
	d.wantGone(t, Returned)
	if got, ok := d.x.paste(t, "UTF8_STRING"); !ok || got != "" {
		t.Errorf("pasted %q, %v; want an empty text that somebody owns", got, ok)
	}
	d.x.foreign(t, token)
	again <- time.Time{}
	d.wantGone(t, Stays)
	if strings.Count(d.log.String(), "came back") != 2 {
		t.Errorf("the log says\n%s", d.log)
	}
	d.copy(t, "next", 0)
	d.wantPaste(t, "next")
}

func TestNobodyLooksAgainAtWhatIsNewer(t *testing.T) {
	d := newDesk(t)
	again := d.lookAgainWhen()
	d.copy(t, token, 45*time.Second)
	d.due <- time.Time{}
	d.wantGone(t, Cleared)
	d.copy(t, token, 0) // by a person, meanwhile
	again <- time.Time{}
	d.wantPaste(t, token)

	other := newDesk(t)
	again = other.lookAgainWhen()
	other.copy(t, token, 45*time.Second)
	other.due <- time.Time{}
	other.wantGone(t, Cleared)
	other.x.foreign(t, "shopping list")
	again <- time.Time{}
	other.Close()
	other.wantPaste(t, "shopping list")
	if len(other.gone) != 0 {
		t.Errorf("told of %v", <-other.gone)
	}
}

// Where a clipboard manager runs, the clipboard is owned while it is empty.
func TestTheClipboardIsKeptEmptyFromManagers(t *testing.T) {
	for name, owned := range map[string]bool{"ours": true, "taken over": false} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.program = func(Session) string { return "Some Manager" }
			d.copy(t, token, 45*time.Second)
			if !owned {
				d.x.foreign(t, token)
				d.wantTaken(t)
			}
			d.due <- time.Time{}
			if g := <-d.gone; g.Reason != Cleared || g.Program != "Some Manager" {
				t.Errorf("gone: %+v", g)
			}
			if got, ok := d.x.paste(t, "UTF8_STRING"); !ok || got != "" {
				t.Errorf("pasted %q, %v; want an empty text that somebody owns", got, ok)
			}
			d.x.foreign(t, "shopping list")
			d.Close()
			d.wantPaste(t, "shopping list")
		})
	}
}

// autocutsel and old programs keep a copy in the cut buffer, which needs no owner.
func TestTheCutBufferIsEmptiedToo(t *testing.T) {
	d := newDesk(t)
	c, err := dialX11(d.Session())
	if err != nil {
		t.Fatal(err)
	}
	defer c.conn.Close()
	for content, want := range map[string]string{token: "", "mine": "mine", token + "x": token + "x"} {
		set := xproto.ChangePropertyChecked(c.conn, xproto.PropModeReplace, c.root(), xproto.AtomCutBuffer0, xproto.AtomString, 8, uint32(len(content)), []byte(content))
		if err := set.Check(); err != nil {
			t.Fatal(err)
		}
		d.copy(t, token, 0)
		if err := d.Clear(t.Context()); err != nil {
			t.Fatal(err)
		}
		d.wantGone(t, Cleared)
		r, err := xproto.GetProperty(c.conn, false, c.root(), xproto.AtomCutBuffer0, xproto.AtomString, 0, 100).Reply()
		if err != nil || string(r.Value) != want {
			t.Errorf("the cut buffer holds %q, %v; want %q", r.Value, err, want)
		}
	}
}

// selection pastes from PRIMARY.
func (x *xvfb) selection(t *testing.T) string {
	t.Helper()
	cmd := exec.Command(tool(t, "xclip", "xclip"), "-selection", "primary", "-o", "-t", "UTF8_STRING")
	cmd.Env = append(os.Environ(), "DISPLAY="+x.display)
	out, err := cmd.Output()
	if err != nil {
		return "nothing"
	}
	return string(out)
}

func (x *xvfb) mark(t *testing.T, text string) {
	t.Helper()
	x.take(t, "primary", text)
}

// PRIMARY belongs to the mouse, unless somebody wants tokens there.
func TestPrimaryIsASetting(t *testing.T) {
	d := newDesk(t)
	d.x.mark(t, token) // even so
	d.copy(t, token, 0)
	d.Clear(t.Context())
	d.wantGone(t, Cleared)
	if got := d.x.selection(t); got != token {
		t.Errorf("PRIMARY holds %q", got)
	}

	d.SetHabits(true, false)
	d.copy(t, token, 0)
	if got := d.x.selection(t); got != token {
		t.Errorf("PRIMARY holds %q", got)
	}
	d.Clear(t.Context())
	d.wantGone(t, Cleared)
	if got := d.x.selection(t); got != "nothing" {
		t.Errorf("PRIMARY holds %q after the clearing", got)
	}
	d.copy(t, token, 0)
	d.x.mark(t, token) // taken over
	d.Clear(t.Context())
	d.wantGone(t, Cleared)
	if got := d.x.selection(t); got != "nothing" {
		t.Errorf("PRIMARY holds %q after the clearing", got)
	}
	d.copy(t, token, 0)
	d.x.mark(t, "a line of text")
	d.Clear(t.Context())
	d.wantGone(t, Cleared)
	if got := d.x.selection(t); got != "a line of text" {
		t.Errorf("PRIMARY holds %q after the clearing", got)
	}
	if err := d.CopyPlain(t.Context(), "203.0.113.7"); err != nil {
		t.Fatal(err)
	}
	if got := d.x.selection(t); got != "a line of text" {
		t.Errorf("PRIMARY holds %q", got)
	}
}

// scripted is a clipboard that finds what the test says.
type scripted struct {
	owner    *quiet
	findings chan verdict
	failed   error
}

// quiet is a text that is owned until the test says lost.
type quiet struct {
	gone, once chan struct{}
}

func (q *quiet) lost() <-chan struct{}   { return q.gone }
func (q *quiet) pasted() <-chan struct{} { return q.once }
func (q *quiet) release() bool           { return q.ours() }
func (q *quiet) ours() bool {
	select {
	case <-q.gone:
		return false
	default:
		return true
	}
}

func (s *scripted) acquire(context.Context, string, bool) (owner, error) { return s.owner, nil }

func (s *scripted) look(context.Context, fingerprint, lookHow) (verdict, owner, error) {
	if s.failed != nil {
		return nothing, nil, s.failed
	}
	return <-s.findings, nil, nil
}

func TestWhatBecameOfIt(t *testing.T) {
	for name, c := range map[string]struct {
		findings []verdict
		failed   error
		paste    bool
		want     Reason
	}{
		"pasted once":                    {paste: true, want: Pasted},
		"another text":                   {findings: []verdict{other}, want: Replaced},
		"emptied by somebody":            {findings: []verdict{nothing}, want: Replaced},
		"taken over, and ours":           {findings: []verdict{same, same}, want: Cleared},
		"taken over, then replaced":      {findings: []verdict{same, other}, want: Replaced},
		"taken over, then emptied":       {findings: []verdict{same, nothing}, want: Cleared},
		"nobody says":                    {failed: errSilent, want: Silent},
		"the clipboard cannot be looked": {failed: errors.New("no"), want: Replaced},
	} {
		t.Run(name, func(t *testing.T) {
			s := &scripted{owner: &quiet{gone: make(chan struct{}), once: make(chan struct{})}, findings: make(chan verdict, 9), failed: c.failed}
			due, gone := make(chan time.Time, 1), make(chan Gone, 9)
			m := New(Options{Gone: func(g Gone) { gone <- g }})
			m.board = func(Session, habits) (string, board) { return "scripted", s }
			m.program = func(Session) string { return "" }
			m.after = func(time.Duration) (<-chan time.Time, func() bool) { return due, func() bool { return true } }
			m.again = func() (<-chan time.Time, func() bool) { return nil, func() bool { return true } }
			for _, v := range c.findings {
				s.findings <- v
			}
			if err := m.Copy(t.Context(), token, time.Second); err != nil {
				t.Fatal(err)
			}
			if c.paste {
				close(s.owner.once)
			} else {
				close(s.owner.gone)
				if len(c.findings) == 2 || c.failed == errSilent {
					for !m.last.taken.Load() {
						time.Sleep(time.Millisecond)
					}
					due <- time.Time{}
				}
			}
			if g := <-gone; g.Reason != c.want {
				t.Errorf("gone because %q, want %q", g.Reason, c.want)
			}
			m.Close()
		})
	}
}

func TestFingerprint(t *testing.T) {
	f := fingerprintOf(token)
	for text, want := range map[string]bool{token: true, "": false, token + " ": false, strings.ToUpper(token): false} {
		if f.matches([]byte(text)) != want {
			t.Errorf("%q counts as ours: %v", text, !want)
		}
	}
	if again := fingerprintOf(token); again.sum == f.sum {
		t.Error("the hash has no salt")
	}
}
