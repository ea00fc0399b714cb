//go:build !windows && !darwin

package clipboard

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jezek/xgb/xproto"
)

// late copies what waited, and says whether that was done.
func late(t *testing.T, m *Manager, changed func() bool, text string) bool {
	t.Helper()
	done, err := m.CopyUnless(t.Context(), text, time.Minute, changed)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// What another program copied while a copy of ours waited for its token stays.
func TestALateCopyReplacesNoOtherProgramsText(t *testing.T) {
	for name, c := range map[string]struct {
		before, meanwhile func(*desk)
		want              string // on the clipboard in the end
	}{
		"nothing happened":            {func(*desk) {}, func(*desk) {}, token},
		"another program copied":      {func(*desk) {}, func(d *desk) { d.x.foreign(t, "shopping list") }, "shopping list"},
		"another's text stood before": {func(d *desk) { d.x.foreign(t, "old") }, func(*desk) {}, token},
		"ours was replaced": {
			func(d *desk) { d.copy(t, "ours", time.Minute) },
			func(d *desk) { d.x.foreign(t, "shopping list") }, "shopping list",
		},
		"ours was renewed": {
			func(d *desk) { d.copy(t, "ours", time.Minute) },
			func(d *desk) { d.copy(t, "ours, renewed", time.Minute) }, token,
		},
		"ours was cleared": {
			func(d *desk) { d.copy(t, "ours", time.Minute) },
			func(d *desk) {
				if err := d.Clear(t.Context()); err != nil {
					t.Fatal(err)
				}
			}, token,
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			c.before(d)
			changed, end := d.Watch(t.Context())
			defer end()
			c.meanwhile(d)
			if done := late(t, d.Manager, changed, token); done != (c.want == token) {
				t.Errorf("copied: %v", done)
			}
			d.wantPaste(t, c.want)
		})
	}
}

// A program that copies twice has one window for both, so the owner alone does
// not tell.
func TestTheSameOwnerMayCopyAgain(t *testing.T) {
	d := newDesk(t)
	other, err := x11Board{session: d.Session()}.newOwner("first", true)
	if err != nil {
		t.Fatal(err)
	}
	defer other.release()
	changed, end := d.Watch(t.Context())
	defer end()
	if changed() {
		t.Error("nothing was copied, and it counts as changed")
	}
	if err := xproto.SetSelectionOwnerChecked(other.conn, other.win, other.atoms["CLIPBOARD"], xproto.TimeCurrentTime).Check(); err != nil {
		t.Fatal(err)
	}
	if !changed() {
		t.Error("a second copy of the same program is not seen")
	}
}

// A server that does not answer holds up nothing for long.
func TestWatchWithoutADesktop(t *testing.T) {
	for _, s := range []Session{{}, {Display: ":987"}} {
		m := New(Options{Session: s})
		changed, end := m.Watch(t.Context())
		if changed() {
			t.Errorf("%+v: it counts as changed", s)
		}
		end()
	}
}

func TestWaylandKnowsOfItsOwnTextAlone(t *testing.T) {
	w := newWayland(t, owning)
	changed, end := w.Watch(t.Context())
	defer end()
	if changed() {
		t.Error("nothing was there")
	}
	w.copy(t, time.Minute)
	again, end := w.Watch(t.Context())
	defer end()
	if again() {
		t.Error("ours is there")
	}
	if err := os.WriteFile(filepath.Join(w.dir, "lose"), []byte("x\n"), 0); err != nil {
		t.Fatal(err)
	}
	w.wantGone(t, Replaced)
	if !again() || late(t, w.Manager, again, "late") {
		t.Error("another program's text was replaced")
	}
	// What we cleared ourselves is nobody's loss.
	w.copy(t, time.Minute)
	third, end := w.Watch(t.Context())
	defer end()
	if err := w.Clear(t.Context()); err != nil {
		t.Fatal(err)
	}
	if third() {
		t.Error("cleared by us, and it counts as changed")
	}
}

// An address may be kept by histories: it offers no hint that it is a secret.
func TestPlainTextIsNotConcealed(t *testing.T) {
	d := newDesk(t)
	if err := d.CopyPlain(t.Context(), "203.0.113.7"); err != nil {
		t.Fatal(err)
	}
	d.wantPaste(t, "203.0.113.7")
	if hint, ok := d.x.paste(t, secretHint); ok {
		t.Errorf("it is hinted to be %q", hint)
	}
	if all, _ := d.x.paste(t, "TARGETS"); strings.Contains(all, secretHint) || !strings.Contains(all, "UTF8_STRING") {
		t.Errorf("it is offered as %q", all)
	}
	d.copy(t, token, time.Minute)
	if hint, _ := d.x.paste(t, secretHint); hint != hintValue {
		t.Errorf("a secret is hinted to be %q", hint)
	}

	w := newWayland(t, owning)
	if err := w.CopyPlain(t.Context(), "203.0.113.7"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.ReadFile(filepath.Join(w.dir, "ready")); err != nil {
		t.Fatal(err)
	}
	if argv, _ := os.ReadFile(filepath.Join(w.dir, "argv")); strings.Contains(string(argv), "--sensitive") {
		t.Errorf("wl-copy was started with %q", argv)
	}
}
