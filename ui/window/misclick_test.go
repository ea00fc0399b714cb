package window

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"tokentray/core"
	"tokentray/core/api"
)

// copies are the calls that copied so far.
func (s *stage) copies() (out []string) {
	for _, one := range s.agent.log() {
		if strings.HasPrefix(one, "copy") {
			out = append(out, one)
		}
	}
	return out
}

// settle lets pass the moment in which a click is not meant.
func (s *stage) settle() { s.time = s.time.Add(misclickTime) }

// TestARowThatJustCameTakesNoClick: the row under the pointer is removed by somebody
// else, and the next one comes there. A click, a click of the other button and a click
// on its dots that were meant for the first do nothing; a moment later they are meant.
func TestARowThatJustCameTakesNoClick(t *testing.T) {
	s := newStage(t, healthy("a"), healthy("b"), healthy("c")).open()
	view := s.listing.list.views["a-sandbox"]
	at := s.app.Driver().AbsolutePositionForObject(view)
	body, dots := at.AddXY(60, 30), at.AddXY(view.Size().Width-20, 30)
	s.pointAt("a-sandbox")
	s.agent.send(api.Event{Type: api.EventRemoved, Removed: "a-sandbox"})
	s.until("the event", func() bool { _, ok := s.model.find("a-sandbox"); return !ok })
	if s.onScreen("b-sandbox") != at.Y {
		t.Fatalf("the next row stands at %v and not at %v", s.onScreen("b-sandbox"), at.Y)
	}
	menu := func() bool { return s.win.Canvas().Overlays().Top() != nil }
	clicks := func() {
		test.TapCanvas(s.win.Canvas(), dots)
		s.listing.list.views["b-sandbox"].TappedSecondary(&fyne.PointEvent{Position: fyne.NewPos(60, 30)})
		if !menu() {
			test.TapCanvas(s.win.Canvas(), body)
		}
	}
	for _, wait := range []time.Duration{0, misclickTime - time.Millisecond} {
		s.time = noon.Add(wait)
		clicks()
		if got := s.copies(); len(got) > 0 || menu() || s.listing.selected == "b-sandbox" {
			t.Fatalf("after %s: %q, a menu: %v, selected: %q", wait, got, menu(), s.listing.selected)
		}
	}
	s.settle()
	test.TapCanvas(s.win.Canvas(), body)
	s.untilSays("b/sandbox copied")
}

// TestAPressCountsForItsOwnRow: the button went down on one account and up on another.
func TestAPressCountsForItsOwnRow(t *testing.T) {
	s := newStage(t, healthy("a"), healthy("b")).open()
	view := s.listing.list.views["a-sandbox"]
	click := &fyne.PointEvent{Position: fyne.NewPos(60, 30)}
	view.MouseDown(&desktop.MouseEvent{})
	view.bind(s.listing.rowNow("b-sandbox")) // as when the widget is used again
	view.Tapped(click)
	if got := s.copies(); len(got) > 0 {
		t.Fatalf("%q", got)
	}
	view.MouseDown(&desktop.MouseEvent{})
	view.Tapped(click)
	s.untilSays("b/sandbox copied")
}

// TestAnotherSwitchesTheEnvironment: what is pressed or clicked just after somebody else
// switched does not act on the live account that came into the place.
func TestAnotherSwitchesTheEnvironment(t *testing.T) {
	pair := []api.Account{healthy("shop"), sample("shop", core.Live, noon, time.Hour, 2*time.Hour)}
	for name, act := range map[string]func(*stage){
		"Enter":             func(s *stage) { s.key(fyne.KeyReturn) },
		"Ctrl+C":            func(s *stage) { s.ctrl(fyne.KeyC) },
		"the pane's button": func(s *stage) { s.pane.on.copyToken(s.listing.selected) },
		"a click": func(s *stage) {
			test.TapAt(s.listing.list.views["shop-live"], fyne.NewPos(60, 30))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, pair...).open()
			s.listing.selectAccount("shop-sandbox")
			s.listing.focusList()
			s.agent.send(api.Event{Type: api.EventEnv, Env: core.Live})
			s.until("the switch", func() bool { return s.listing.view == viewLive })
			if s.listing.selected != "shop-live" {
				t.Fatalf("%q is selected", s.listing.selected)
			}
			act(s)
			if got := s.copies(); len(got) > 0 {
				t.Fatalf("%q", got)
			}
			s.ctrl(fyne.KeyR)
			if log := strings.Join(s.agent.log(), "\n"); strings.Contains(log, "refresh") {
				t.Errorf("%s", log)
			}
			s.settle()
			act(s)
			s.untilSays("shop/live copied")
		})
	}
}
