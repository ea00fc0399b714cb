package window

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
)

// onScreen is where the row of an account stands on the screen.
func (s *stage) onScreen(id core.ID) float32 {
	s.t.Helper()
	view := s.listing.list.views[id]
	if view == nil {
		s.t.Fatalf("the row of %s is not in sight", id)
	}
	return s.app.Driver().AbsolutePositionForObject(view).Y
}

// becomes sends an account as it is now and waits until the list has it.
func (s *stage) becomes(a api.Account) {
	s.t.Helper()
	s.agent.send(api.Event{Type: api.EventAccount, Account: &a})
	s.until("the event", func() bool {
		have, ok := s.model.find(a.ID)
		return ok && have.State == a.State && (have.Error == nil) == (a.Error == nil)
	})
}

// point moves the pointer on a row, leave takes it off the list.
func (s *stage) pointAt(id core.ID) { s.listing.list.views[id].MouseIn(nil) }

func (s *stage) leaveRow(id core.ID) { s.listing.list.views[id].MouseOut() }

// failing is an account whose token is gone and whose renewal fails for now.
func failing(name string) api.Account {
	a := sample(name, core.Sandbox, noon, -time.Minute, 2*time.Hour)
	a.State, a.NextTry = core.StateRetrying, noon.Add(20*time.Second)
	a.Error = &api.Error{Class: core.Temporary, Remedy: core.RemedyNetwork, Message: "m"}
	return a
}

func healthy(name string) api.Account {
	return sample(name, core.Sandbox, noon, time.Hour, 2*time.Hour)
}

// The box of a failing account stays while it is tried again: a click during a
// try must not meet another row.
func TestTheProblemStaysDuringATry(t *testing.T) {
	bad := failing("a")
	s := newStage(t, bad, healthy("b"), healthy("c")).open()
	before := s.onScreen("b-sandbox")
	for range 2 {
		bad.State = core.StateRenewing
		s.becomes(bad)
		s.mustSay("Try again", "renewing")
		bad.State = core.StateRetrying
		s.becomes(bad)
		if now := s.onScreen("b-sandbox"); now != before {
			t.Errorf("the row below stands at %v, was at %v", now, before)
		}
	}
	// While a token lives only the state describes it, as while it waits.
	bad.State, bad.ExpiresAt = core.StateRenewing, noon.Add(time.Minute)
	s.becomes(bad)
	s.mustNotSay("Try again")
}

// Whatever happens above, the row under the pointer stays where it is.
func TestRowsDoNotMoveUnderThePointer(t *testing.T) {
	const pointed = core.ID("account 505-sandbox")
	for name, c := range map[string]struct {
		begin  int // the row at the top
		happen func(*stage)
	}{
		"a row out of sight grows": {500, func(s *stage) { s.becomes(blocked("account 003", core.Sandbox)) }},
		"and shrinks again": {500, func(s *stage) {
			s.becomes(blocked("account 003", core.Sandbox))
			s.becomes(healthy("account 003"))
		}},
		"a row in sight grows": {500, func(s *stage) { s.becomes(blocked("account 502", core.Sandbox)) }},
		"its own grows":        {500, func(s *stage) { s.becomes(blocked("account 505", core.Sandbox)) }},
		"one below grows":      {500, func(s *stage) { s.becomes(blocked("account 506", core.Sandbox)) }},
		"one comes above":      {500, func(s *stage) { s.becomes(healthy("aaa")) }},
		"one goes above": {500, func(s *stage) {
			s.agent.send(api.Event{Type: api.EventRemoved, Removed: "account 001-sandbox"})
			s.until("the event", func() bool { _, ok := s.model.find("account 001-sandbox"); return !ok })
		}},
		"a banner comes": {500, func(s *stage) {
			set := s.model.Settings
			set.PausedAll = true
			s.agent.send(api.Event{Type: api.EventSettings, Settings: &set})
			s.untilSays("All renewal is paused.")
		}},
		"a banner comes and goes at the beginning": {502, func(s *stage) {
			for _, paused := range []bool{true, false} {
				set := s.model.Settings
				set.PausedAll = paused
				s.agent.send(api.Event{Type: api.EventSettings, Settings: &set})
				s.until("the banner", func() bool { return s.says("All renewal is paused.") == paused })
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, thousand()...).open()
			s.until("the agent", func() bool { return s.link.phase == phaseConnected })
			s.listing.list.scrollTo(float32(c.begin) * rowHeight)
			s.pointAt(pointed)
			before := s.onScreen(pointed)
			c.happen(s)
			if now := s.onScreen(pointed); now != before {
				t.Errorf("it stands at %v, was at %v", now, before)
			}
			if !s.listing.list.views[pointed].hovered {
				t.Error("it is not shown as the one under the pointer any more")
			}
			for i := range s.listing.list.ids { // no row was forgotten
				if by := s.listing.list.tops[i+1] - s.listing.list.tops[i]; by < rowHeight {
					t.Fatalf("row %d is %v high", i, by)
				}
			}
		})
	}
}

// It does not move either where the list has no room to scroll by: the order and new rows
// wait until the pointer has left, or rests, and a row that was removed leaves room.
func TestNothingMovesUnderThePointerAtTheEnds(t *testing.T) {
	used := func(name string, ago time.Duration) api.Account {
		a := healthy(name)
		a.LastUsed = noon.Add(-ago)
		return a
	}
	renewing := healthy("c")
	renewing.State = core.StateRenewing
	for name, c := range map[string]struct {
		order   string
		pointed core.ID
		happen  func(*stage)
		during  string // the list as long as the pointer is there
		after   string
	}{
		"one comes above": {"", "b-sandbox", func(s *stage) { s.becomes(healthy("aa")) }, "a b c", "a aa b c"},
		"one comes below": {"", "b-sandbox", func(s *stage) { s.becomes(healthy("d")) }, "a b c d", "a b c d"},
		"one goes above": {"", "b-sandbox", func(s *stage) {
			s.agent.send(api.Event{Type: api.EventRemoved, Removed: "a-sandbox"})
			s.until("the event", func() bool { _, ok := s.model.find("a-sandbox"); return !ok })
		}, "b c", "b c"},
		"another is used": {core.OrderUsed, "b-sandbox", func(s *stage) {
			c := used("c", 0)
			s.agent.send(api.Event{Type: api.EventAccount, Account: &c})
			s.until("the event", func() bool { a, _ := s.model.find(c.ID); return a.LastUsed.Equal(noon) })
		}, "a b c", "c a b"},
		"another is renewed": {core.OrderNeed, "b-sandbox", func(s *stage) { s.becomes(renewing) }, "a b c", "c a b"},
		"a banner comes and goes": {"", "b-sandbox", func(s *stage) {
			for _, paused := range []bool{true, false} {
				before := s.onScreen("b-sandbox")
				set := s.model.Settings
				set.PausedAll = paused
				s.agent.send(api.Event{Type: api.EventSettings, Settings: &set})
				s.until("the banner", func() bool { return s.says("All renewal is paused.") == paused })
				if now := s.onScreen("b-sandbox"); now != before {
					s.t.Errorf("it stands at %v, was at %v (paused: %v)", now, before, paused)
				}
			}
		}, "a b c", "a b c"},
	} {
		for way, done := range map[string]func(*stage){
			"it left":  func(s *stage) { s.leaveRow(c.pointed); s.tick() },
			"it rests": func(s *stage) { s.rest() },
		} {
			t.Run(name+", "+way, func(t *testing.T) {
				s := newStage(t, used("a", time.Minute), used("b", time.Hour), used("c", 2*time.Hour))
				s.agent.list.Settings.ListOrder = c.order
				s.open()
				s.until("the agent", func() bool { return s.link.phase == phaseConnected })
				s.listing.selectAccount("c-sandbox")
				s.pointAt(c.pointed)
				before := s.onScreen(c.pointed)
				c.happen(s)
				s.tick()
				if now := s.onScreen(c.pointed); now != before || !s.listing.list.views[c.pointed].hovered {
					t.Errorf("it stands at %v, was at %v", now, before)
				}
				if got := strings.Join(s.listed(), " "); got != c.during {
					t.Errorf("listed are %s, want %s", got, c.during)
				}
				done(s)
				list := s.listing.list
				if got := strings.Join(s.listed(), " "); got != c.after || list.scroll.Offset.Y != 0 || list.tops[0] != 0 || list.tail != 0 {
					t.Errorf("listed are %s, want %s; from %v, first at %v, room below %v", got, c.after, list.scroll.Offset.Y, list.tops[0], list.tail)
				}
				if s.listing.selected != "c-sandbox" || list.selected != "c-sandbox" {
					t.Errorf("selected is %s", s.listing.selected)
				}
			})
		}
	}
}

// rest lets the pointer rest for as long as it counts.
func (s *stage) rest() {
	for range pointerTimeout {
		s.tick()
	}
}

// At the end of the list a message that goes leaves its room until the pointer left.
func TestAMessageGoesAtTheEndOfTheList(t *testing.T) {
	s := newStage(t, thousand()...).open()
	s.until("the agent", func() bool { return s.link.phase == phaseConnected })
	s.showInfo("something")
	list := s.listing.list
	list.scrollTo(list.maxOffset(0))
	const pointed = core.ID("account 998-sandbox")
	s.pointAt(pointed)
	before := s.onScreen(pointed)
	s.clipboard.dismiss()
	s.tick()
	if now := s.onScreen(pointed); now != before {
		t.Errorf("it stands at %v, was at %v", now, before)
	}
	s.leaveRow(pointed)
	s.tick()
	if y := list.scroll.Offset.Y; list.tail != 0 || y != list.maxOffset(0) || s.onScreen(pointed) != before+snackHeight {
		t.Errorf("it still stands at %v, scrolled to %v of %v", s.onScreen(pointed), y, list.maxOffset(0))
	}
}

// What a person changes does not wait for the pointer.
func TestAPersonsChangeDoesNotWait(t *testing.T) {
	s := newStage(t, healthy("a"), healthy("b"), healthy("cherry")).open()
	s.pointAt("cherry-sandbox")
	s.listing.findFrom("cherry")
	if list := s.listing.list; strings.Join(s.listed(), " ") != "cherry" || list.tops[0] != 0 || list.tail != 0 {
		t.Errorf("%v are listed from %v, room below %v", s.listed(), list.tops[0], list.tail)
	}
}

// Without a pointer the first whole row in sight stays.
func TestTheFirstRowInSightStays(t *testing.T) {
	s := newStage(t, thousand()...).open()
	s.listing.list.scrollTo(500*rowHeight - 10)
	before := s.onScreen("account 500-sandbox")
	s.becomes(blocked("account 003", core.Sandbox))
	if now := s.onScreen("account 500-sandbox"); now != before {
		t.Errorf("it stands at %v, was at %v", now, before)
	}
}

// At the beginning there is nothing to scroll by: what would move the row under
// the pointer waits until the pointer has left, or rests.
func TestRowsWaitForThePointer(t *testing.T) {
	for name, done := range map[string]func(*stage){
		"it left": func(s *stage) { s.leaveRow("c-sandbox"); s.tick() },
		"it rests": func(s *stage) {
			for range pointerTimeout {
				s.tick()
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, failing("a"), healthy("b"), healthy("c"), healthy("d")).open()
			s.pointAt("c-sandbox")
			before := s.onScreen("c-sandbox")
			s.becomes(healthy("a"))
			s.tick()
			s.listing.list.views["c-sandbox"].MouseMoved(nil)
			if now := s.onScreen("c-sandbox"); now != before {
				t.Fatalf("the row under the pointer stands at %v, was at %v", now, before)
			}
			s.mustNotSay("Try again") // it recovered, and says so
			done(s)
			if high := s.listing.list.views["a-sandbox"].Size().Height; high != rowHeight || s.onScreen("c-sandbox") >= before {
				t.Errorf("the row above is still %v high", high)
			}

			// What begins to fail above says so in its line, and below it once the
			// pointer is elsewhere.
			s.pointAt("c-sandbox")
			before = s.onScreen("c-sandbox")
			s.becomes(failing("a"))
			s.mustSay("retrying")
			s.mustNotSay("Try again")
			if now := s.onScreen("c-sandbox"); now != before {
				t.Fatalf("the row under the pointer stands at %v, was at %v", now, before)
			}
			done(s)
			s.mustSay("Try again")
			if len(s.listing.list.keptHeights) > 0 {
				t.Errorf("rows are still held: %v", s.listing.list.keptHeights)
			}
		})
	}
}

// A click meets the row that was there when the pointer came.
func TestAClickMeetsTheRowUnderThePointer(t *testing.T) {
	s := newStage(t, failing("a"), healthy("b"), healthy("c")).open()
	s.pointAt("b-sandbox")
	at := fyne.NewPos(60, s.onScreen("b-sandbox")+20)
	s.becomes(healthy("a"))
	for id, view := range s.listing.list.views {
		top := s.onScreen(id)
		if at.Y >= top && at.Y < top+view.Size().Height && id != "b-sandbox" {
			t.Errorf("the pointer is on %s now", id)
		}
	}
}
