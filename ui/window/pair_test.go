package window

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
)

// duo is a name in both environments, with a sandbox account that has no pair.
func duo() []api.Account {
	shop, live := sample("shop", core.Sandbox, noon, time.Hour, 2*time.Hour), sample("shop", core.Live, noon, time.Hour, 2*time.Hour)
	live.Mask = "84_cd••••7890"
	return []api.Account{shop, live, sample("solo", core.Sandbox, noon, time.Hour, 2*time.Hour)}
}

func TestFlip(t *testing.T) {
	s := newStage(t, duo()...).open()
	if kind := s.listing.list.views["shop-sandbox"].kind.Text; !strings.HasPrefix(kind, pairMark) {
		t.Errorf("the row of a pair says %q", kind)
	}
	if kind := s.listing.list.views["solo-sandbox"].kind.Text; strings.Contains(kind, pairMark) {
		t.Errorf("the row without a pair says %q", kind)
	}
	s.key(fyne.KeyDown)
	s.key(fyne.KeyF6)
	s.untilCalled("use live")
	if s.listing.view != viewLive || s.listing.selected != "shop-live" || s.listing.list.selected != "shop-live" {
		t.Errorf("flipped to %s in %s", s.listing.selected, s.listing.view)
	}
	s.ctrl(fyne.KeyT)
	s.until("the sandbox", func() bool { return s.model.Active == core.Sandbox && s.listing.selected == "shop-sandbox" })

	// In the detail the pane flips as well, and names the other one.
	s.pane.openDetail("shop-sandbox")
	s.mustSay("83_ab••••wxyz")
	s.press(pairMark + " Live")
	s.mustSay("84_cd••••7890", pairMark+" Sandbox", "LIVE")
	s.mustNotSay("83_ab••••wxyz")
	s.until("live", func() bool { return s.model.Active == core.Live && !s.listing.switching })
	s.key(fyne.KeyEscape)

	// Where all are listed the selection moves, and the active environment stays.
	s.ctrl(fyne.Key3)
	s.key(fyne.KeyF6)
	if s.listing.selected != "shop-sandbox" || s.model.Active != core.Live || s.listing.view != viewAll {
		t.Errorf("flipped to %s in %s, active is %s", s.listing.selected, s.listing.view, s.model.Active)
	}
	s.key(fyne.KeyDown)
	s.key(fyne.KeyDown)
	s.key(fyne.KeyF6)
	s.mustSay("solo has no account in Live.")
	if s.listing.selected != "solo-sandbox" {
		t.Errorf("selected is %s", s.listing.selected)
	}
}

// A search that hides the other one of a pair ends.
func TestFlipFindsTheOther(t *testing.T) {
	all := duo()
	all[1].AppID = "wxother"
	s := newStage(t, all...).open()
	s.listing.findFrom("0123456789")
	s.key(fyne.KeyReturn)
	s.key(fyne.KeyF6)
	if s.listing.selected != "shop-live" || s.listing.list.index("shop-live") < 0 || s.listing.finder.root.Visible() {
		t.Errorf("selected is %s, the list is %v", s.listing.selected, s.listing.list.ids)
	}
}

// Whoever switches, nothing of the environment that was left stays on the
// screen under the name of the other.
func TestSwitchLeavesNothingBehind(t *testing.T) {
	byAgent := func(s *stage) { s.agent.send(api.Event{Type: api.EventEnv, Env: core.Live}) }
	byKey := func(s *stage) { s.ctrl(fyne.Key2) }
	for name, to := range map[string]func(*stage){"elsewhere": byAgent, "here": byKey} {
		for _, width := range []float32{460, 1100} {
			s := newStage(t, duo()...).in("en", width).open()
			live := func() {
				s.until("the live list", func() bool { return s.listing.view == viewLive && s.model.Active == core.Live && !s.listing.switching })
			}

			// The pane with a token that is shown.
			s.pane.openDetail("shop-sandbox")
			s.press("Reveal")
			s.untilSays(s.agent.secret)
			to(s)
			live()
			if s.listing.selected != "shop-live" {
				t.Errorf("%s, %v: selected is %q", name, width, s.listing.selected)
			}
			s.mustSay("84_cd••••7890")
			s.mustNotSay(s.agent.secret, "83_ab••••wxyz", "solo")

			// A token that was asked for and comes after the switch.
			s.agent.send(api.Event{Type: api.EventEnv, Env: core.Sandbox})
			s.until("the sandbox", func() bool { return s.listing.view == viewSandbox && !s.listing.switching })
			s.press("Reveal")
			to(s)
			live()
			s.untilCalled("token shop/sandbox")
			s.work.Go(func() { s.cfg.Do(func() { s.appearance.percent = -1 }) }) // stands behind the answer
			s.until("the answer", func() bool { return s.appearance.percent == -1 })
			s.mustNotSay(s.agent.secret)

			// An account without a pair leaves the pane.
			s.agent.send(api.Event{Type: api.EventEnv, Env: core.Sandbox})
			s.until("the sandbox", func() bool { return s.listing.view == viewSandbox && !s.listing.switching })
			s.pane.openDetail("solo-sandbox")
			to(s)
			live()
			if s.listing.selected != "" {
				t.Errorf("%s, %v: selected is still %q", name, width, s.listing.selected)
			}
			s.mustNotSay("solo", "Reveal")
		}
	}
}

// A message about a copy keeps the name and the word of what was copied, and a
// menu of an account that goes out of sight is closed.
func TestSwitchKeepsTheMessageTrue(t *testing.T) {
	s := newStage(t, duo()...).open()
	s.clipboard.copyDefault("shop-sandbox")
	s.untilSays("shop/sandbox copied")
	s.key(fyne.KeyDown)
	s.key(fyne.KeySpace)
	s.mustSay("Show shop/live")
	s.agent.send(api.Event{Type: api.EventEnv, Env: core.Live})
	s.until("the live list", func() bool { return s.listing.view == viewLive })
	s.mustSay("shop/sandbox copied")
	s.mustNotSay("Show shop/live")
	if !s.snackbar.tag.Hidden {
		t.Error("a sandbox token is said to be LIVE after the switch")
	}
	s.settle()
	s.key(fyne.KeySpace)
	s.mustSay("Copy LIVE token", "Show shop/sandbox")
	s.menus.closeMenu()
	s.clipboard.copyDefault("shop-live")
	s.untilSays("shop/live copied")
	s.agent.send(api.Event{Type: api.EventEnv, Env: core.Sandbox})
	s.until("the sandbox", func() bool { return s.listing.view == viewSandbox })
	s.mustSay("shop/live copied")
	if s.snackbar.tag.Hidden || s.snackbar.tag.Text != "LIVE" {
		t.Error("a live token is no longer said to be LIVE after the switch")
	}
}

// The last of two quick switches wins, whichever answer comes first.
func TestQuickSwitches(t *testing.T) {
	s := newStage(t, duo()...).open()
	s.ctrl(fyne.Key2)
	s.ctrl(fyne.Key1)
	s.until("both answers", func() bool {
		return slices.Contains(s.agent.log(), "use sandbox") && !s.listing.switching && s.model.Active == core.Sandbox
	})
	s.becomes(healthy("zoo")) // an event behind those of both switches
	if s.listing.view != viewSandbox {
		t.Errorf("the view is %s", s.listing.view)
	}
	// A switch that the agent refuses is taken back.
	s.agent.fails("use ", failure(core.Temporary, core.RemedyTryAgain))
	s.key(fyne.KeyDown)
	s.ctrl(fyne.Key2)
	s.until("the answer", func() bool { return !s.listing.switching })
	if s.listing.view != viewSandbox || s.listing.selected != "shop-sandbox" {
		t.Errorf("the view is %s with %q", s.listing.view, s.listing.selected)
	}
}

// Saving an account of the other environment shows it, and leaves the active
// environment as it is: a bare name in a script must not mean production because
// a production account was added. So do an edit that moves an account, a
// duplicate and the menu's Show.
func TestSavingNeverSwitchesTheEnvironment(t *testing.T) {
	add := func(s *stage) core.ID {
		s.accounts.openAdd()
		s.typeInto("name", "mall")
		s.accounts.form.draft.Env = core.Live
		s.typeInto("appid", "wxfedcba9876543210")
		s.typeInto("secret", goodSecret)
		s.press("Save")
		return "mall-live"
	}
	for name, act := range map[string]func(*stage) core.ID{
		"add": add,
		"add while a search hides it": func(s *stage) core.ID {
			s.listing.findFrom("solo")
			return add(s)
		},
		"edit": func(s *stage) core.ID {
			s.accounts.openEdit("solo-sandbox")
			s.accounts.form.draft.Env = core.Live
			s.press("Save")
			return "solo-sandbox"
		},
		"duplicate": func(s *stage) core.ID {
			s.menuItem("solo-sandbox", "Duplicate as Live…").Action()
			s.typeInto("appid", "wxfedcba9876543210")
			s.typeInto("secret", goodSecret)
			s.press("Save")
			return "solo-live"
		},
		"show": func(s *stage) core.ID {
			s.menuItem("shop-sandbox", "Show shop/live").Action()
			return "shop-live"
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, duo()...).open()
			id := act(s)
			s.until("the account in the list", func() bool { return s.listing.selected == id && s.listing.list.index(id) >= 0 })
			if name != "show" {
				s.mustSay("the active environment is still Sandbox")
			}
			if s.listing.view != viewAll || s.model.Active != core.Sandbox {
				t.Errorf("the view is %s, the active environment %s", s.listing.view, s.model.Active)
			}
			if i := slices.IndexFunc(s.agent.log(), func(c string) bool { return strings.HasPrefix(c, "use ") }); i >= 0 {
				t.Errorf("the agent was told to %q", s.agent.log()[i])
			}
		})
	}
}

// What was selected in an environment is selected again when it comes back, also
// after a switch in which nothing belonged to the other.
func TestSwitchingBackSelectsAgain(t *testing.T) {
	s := newStage(t, duo()...).open()
	s.listing.findFrom("solo")
	s.listing.focusResults()
	s.ctrl(fyne.Key2)
	s.until("the live list", func() bool { return s.listing.view == viewLive && !s.listing.switching })
	if s.listing.selected != "" {
		t.Errorf("selected is %s", s.listing.selected)
	}
	s.ctrl(fyne.Key1)
	s.until("the sandbox", func() bool { return s.listing.view == viewSandbox && !s.listing.switching })
	if s.listing.selected != "solo-sandbox" || s.listing.search != "solo" {
		t.Errorf("selected is %q, the search is %q", s.listing.selected, s.listing.search)
	}
}
