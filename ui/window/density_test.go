package window

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"tokentray/core"
	"tokentray/core/api"
)

// mixed are accounts as somebody with many has them: every fourth needs something.
func mixed(n int) []api.Account {
	var out []api.Account
	for i := range n {
		name := fmt.Sprintf("account %03d", i)
		switch i % 8 {
		case 2:
			out = append(out, blocked(name, core.Sandbox))
		case 5:
			out = append(out, failing(name))
		default:
			out = append(out, sample(name, core.Sandbox, noon, time.Hour, 2*time.Hour))
		}
	}
	return out
}

// rowsInSight are the accounts whose whole row is in sight.
func (s *stage) rowsInSight() (n int) {
	for _, id := range s.listing.list.ids {
		if s.listing.list.seen(id) {
			n++
		}
	}
	return n
}

// In rows of one line most of 25 accounts are seen at once, those with a problem
// among them.
func TestCompactRowsShowMany(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		s := newStage(t, mixed(25)...).in(lang, 460)
		s.agent.list.Settings.ListDensity = core.DensityCompact
		s.win.Resize(fyne.NewSize(460, 800))
		s.open()
		if n := s.rowsInSight(); n < 14 {
			t.Errorf("%s: %d of 25 rows are seen", lang, n)
		}
		for id, v := range s.listing.list.views {
			if right := v.state.Position().X + v.state.MinSize().Width; right > v.time.Position().X+1 {
				t.Errorf("%s %s: the state reaches %v, the figures begin at %v", lang, id, right, v.time.Position().X)
			}
			if v.helper.Visible() && v.cause.Position().X+v.cause.Size().Width > v.helper.Position().X {
				t.Errorf("%s %s: the cause reaches the button", lang, id)
			}
		}
	}
}

// Ctrl+L changes the rows, and the setting is what counts.
func TestDensityByKey(t *testing.T) {
	s := newStage(t, mixed(25)...).open()
	if got := s.listing.list.tops[1]; got != rowHeight {
		t.Fatalf("a row is %v high", got)
	}
	s.ctrl(fyne.KeyL)
	s.untilCalled("set list-density=compact")
	s.until("the rows", func() bool { return s.listing.list.tops[1] == compactHeight })
	s.mustSay("Rows of the list: One line")
	s.ctrl(fyne.KeyL)
	s.untilCalled("set list-density=comfortable")
	s.until("the rows", func() bool { return s.listing.list.tops[1] == rowHeight })
}

// tipAt is what a pointer at a place of the row is told of.
func tipAt(r *rowView, at fyne.Position) fyne.CanvasObject {
	icon, what, key := r.iconAt(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: at}})
	if icon != nil && (what == "" || r.ui.KeyOf(key) == "") {
		return nil
	}
	return icon
}

// A problem is told in one line; a click on it, or a key, shows all of it where it
// stands, and another one closes it.
func TestProblemsOpen(t *testing.T) {
	for _, density := range []string{core.DensityComfortable, core.DensityCompact} {
		s := newStage(t, healthy("a"), failing("b"), healthy("c"))
		s.agent.list.Settings.ListDensity = density
		s.open()
		s.mustSay("Try again")
		l := s.listing.list
		row := l.views["b-sandbox"]
		all := func() bool {
			return row.cause.Content() == row.shown.Problem.Cause && row.remedy.Content() == row.shown.Problem.Remedy
		}
		if all() {
			t.Fatalf("%s: the line says %q and %q", density, row.cause.Content(), row.remedy.Content())
		}
		if got := tipAt(row, fyne.NewPos(stripLeft+stripMark/2, l.least()+10)); got != row.folded {
			t.Errorf("%s: the mark of the line has the tip of %v", density, got)
		}
		before, below := s.onScreen("b-sandbox"), s.onScreen("c-sandbox")

		s.pointAt("b-sandbox")
		test.TapCanvas(s.win.Canvas(), s.app.Driver().AbsolutePositionForObject(row).AddXY(60, l.least()+10))
		if !all() {
			t.Errorf("%s: a click opens no more than %q and %q", density, row.cause.Content(), row.remedy.Content())
		}
		if got := s.onScreen("b-sandbox"); got != before {
			t.Errorf("%s: the row moved from %v to %v", density, before, got)
		}
		if got := s.onScreen("c-sandbox"); got <= below {
			t.Errorf("%s: the row below stands at %v, was at %v", density, got, below)
		}
		if log := strings.Join(s.agent.log(), "\n"); l.selected != "b-sandbox" || strings.Contains(log, "copy") {
			t.Errorf("%s: %q is selected after\n%s", density, l.selected, log)
		}
		s.key(fyne.KeyLeft)
		if got := s.onScreen("c-sandbox"); all() || got != below {
			t.Errorf("%s: closed, the row below stands at %v, was at %v", density, got, below)
		}
	}
}

// Where it is wanted, the window goes out of the way after a copy, and only then.
func TestHideAfterCopy(t *testing.T) {
	s := newStage(t, healthy("a"), healthy("b")).open()
	s.show()
	copyOne := func(call string) {
		s.clipboard.copyDefault("a-sandbox")
		s.untilCalled(call)
		s.untilSays("a/sandbox")
	}
	copyOne("copy a/sandbox format= previous=false")
	if !s.win.Content().Visible() {
		t.Fatal("the window hid although nobody wants it")
	}
	hidden := hides(s)
	s.agent.fails("copy ", failure(core.Temporary, core.RemedyNetwork))
	set := s.model.Settings
	set.HideAfterCopy = true
	s.event(api.Event{Type: api.EventSettings, Settings: &set})
	s.clipboard.copyDefault("a-sandbox")
	s.until("the failure", func() bool { return s.snackbar.shown.Bad })
	if *hidden != 0 {
		t.Error("it hid after a copy that failed")
	}
	s.agent.fails("copy ", nil)
	s.clipboard.copyDefault("b-sandbox")
	s.until("the window to hide", func() bool { return *hidden == 1 })
	s.many.copyEnv([]core.ID{"a-sandbox", "b-sandbox"})
	s.until("it to hide after a copy of several", func() bool { return *hidden == 2 })
}

// hides counts how often the window hides itself.
func hides(s *stage) *int {
	n := 0
	s.win = hiding{s.win, &n}
	return &n
}

// hiding is a window that counts.
type hiding struct {
	fyne.Window
	n *int
}

func (h hiding) Hide() { *h.n++ }
