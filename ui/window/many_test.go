package window

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// clickWith clicks a row with keys held down.
func (s *stage) clickWith(id core.ID, modifiers fyne.KeyModifier) {
	s.t.Helper()
	s.with(modifiers, func() { test.Tap(s.listing.list.views[id]) })
}

func (s *stage) with(modifiers fyne.KeyModifier, do func()) {
	was := s.modifiers
	s.modifiers = func() fyne.KeyModifier { return modifiers }
	do()
	s.modifiers = was
}

func (s *stage) mustMark(want ...core.ID) {
	s.t.Helper()
	if got := s.listing.marked(); !slices.Equal(got, want) {
		s.t.Errorf("marked are %q, want %q", got, want)
	}
}

func fivesome() []api.Account {
	return []api.Account{healthy("a"), healthy("b"), healthy("c"), healthy("d"), healthy("e")}
}

const shift = fyne.KeyModifierShift

// Clicks with Ctrl and Shift mark, and copy nothing.
func TestMarkByClicks(t *testing.T) {
	s := newStage(t, fivesome()...).open()
	s.clickWith("b-sandbox", ctrl)
	s.mustMark("b-sandbox")
	s.clickWith("d-sandbox", ctrl)
	s.mustMark("b-sandbox", "d-sandbox")
	s.mustSay("Marked: 2")
	s.clickWith("d-sandbox", ctrl)
	s.mustMark("b-sandbox")
	s.clickWith("d-sandbox", shift)
	s.mustMark("d-sandbox") // it was clicked last: marking begins there
	s.clickWith("b-sandbox", shift)
	s.mustMark("b-sandbox", "c-sandbox", "d-sandbox")
	s.clickWith("e-sandbox", shift)
	s.mustMark("d-sandbox", "e-sandbox")
	if slices.ContainsFunc(s.agent.log(), func(c string) bool { return strings.HasPrefix(c, "copy") }) {
		t.Errorf("something was copied: %q", s.agent.log())
	}
	s.key(fyne.KeyEscape)
	s.mustMark()
	s.mustNotSay("Marked")
	s.clickWith("c-sandbox", ctrl) // takes what was selected along
	s.mustMark("c-sandbox", "e-sandbox")
	s.clickWith("a-sandbox", 0)
	s.untilCalled("copy a/sandbox format= previous=false")
	s.mustMark()
}

// The same by keyboard; a search and another view end the marks of what goes.
func TestMarkByKeys(t *testing.T) {
	s := newStage(t, append(fivesome(), sample("z", core.Live, noon, time.Hour, 2*time.Hour))...).open()
	s.key(fyne.KeyDown)
	s.with(shift, func() { s.key(fyne.KeyDown); s.key(fyne.KeyDown) })
	s.mustMark("a-sandbox", "b-sandbox", "c-sandbox")
	s.with(shift, func() { s.key(fyne.KeyUp) })
	s.mustMark("a-sandbox", "b-sandbox")
	s.key(fyne.KeyInsert)
	s.mustMark("a-sandbox")
	s.key(fyne.KeyDown)
	s.mustMark()
	s.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyHome})
	s.ctrl(fyne.KeySpace)
	s.ctrl(fyne.KeyDown)
	s.ctrl(fyne.KeyDown)
	s.ctrl(fyne.KeySpace)
	s.mustMark("a-sandbox", "c-sandbox") // rows that lie apart
	s.ctrl(fyne.KeyUp)
	s.mustMark("a-sandbox", "c-sandbox")
	s.keys.typedShortcut(&fyne.ShortcutSelectAll{})
	s.mustMark("a-sandbox", "b-sandbox", "c-sandbox", "d-sandbox", "e-sandbox")
	s.listing.findFrom("nothing is called so")
	s.mustMark()
	s.listing.closeFinder()
	s.mustMark()
	s.listing.markAll()
	s.listing.setView(viewLive)
	s.mustMark()
}

// What is marked is renewed, paused, pinned, grouped and named together, in the order of
// the list; a failure stops none of the others and is told with its account.
func TestManyAtOnce(t *testing.T) {
	s := newStage(t, fivesome()...).open()
	mark := func() { s.clickWith("b-sandbox", ctrl); s.clickWith("d-sandbox", ctrl) }
	choose := func(label string) {
		t.Helper()
		for _, item := range s.many.menu(s.listing.marked()).Items {
			if item.Label == label {
				item.Action()
				return
			}
		}
		t.Fatalf("the menu has no %q", label)
	}
	mark()
	choose("Copy names")
	s.untilSays("Names copied: 2")
	if got := s.agent.copied(); got != "b/sandbox\nd/sandbox" {
		t.Errorf("copied was %q", got)
	}
	choose("Pause renewal")
	s.untilSays("Paused: 2")
	s.until("the pause", func() bool { a, _ := s.model.find("d-sandbox"); return !a.Auto })
	s.ctrl(fyne.KeyD)
	s.untilSays("Pinned: 2")
	s.mustMark("b-sandbox", "d-sandbox")
	choose("Group…")
	s.mustSay("Group of 2 marked accounts")
	test.Type(s.win.Canvas().Focused(), "mall")
	s.key(fyne.KeyReturn)
	s.untilSays("Changed: 2")
	s.until("the group", func() bool { a, _ := s.model.find("b-sandbox"); return a.Group == "mall" })
	s.ctrl(fyne.KeyR)
	s.untilSays("Renewed: 2")
	s.untilCalled("refresh d/sandbox force=false person=true")

	s.agent.fails("refresh ", failure(core.Temporary, core.RemedyNetwork))
	s.ctrl(fyne.KeyR)
	s.untilSays("2 of 2 failed.", "b/sandbox")
}

// A delete can be undone for ten seconds; until then the agent was told nothing.
func TestDeleteCanBeUndone(t *testing.T) {
	s := newStage(t, fivesome()...).open()
	s.clickWith("b-sandbox", ctrl)
	s.clickWith("d-sandbox", ctrl)
	s.key(fyne.KeyDelete)
	s.mustSay("Delete 2 marked accounts?", "b/sandbox", "d/sandbox")
	s.press("Delete")
	s.mustSay("Deleting 2 accounts", "in 10 s")
	gone := func(id core.ID) bool { return s.listing.list.index(id) < 0 }
	if !gone("b-sandbox") || !gone("d-sandbox") || gone("a-sandbox") {
		t.Errorf("listed are %q", s.listing.list.ids)
	}
	if s.listing.selected == "d-sandbox" || s.listing.selected == "" {
		t.Errorf("%q is selected", s.listing.selected)
	}
	s.time = noon.Add(4 * time.Second)
	s.tick()
	s.mustSay("in 6 s")
	s.clipboard.copyDefault("a-sandbox") // another message does not take the way back away
	s.untilCalled("copy a/sandbox format= previous=false")
	s.untilSays("a/sandbox copied")
	s.keys.typedShortcut(&fyne.ShortcutUndo{})
	s.mustSay("Nothing was deleted")
	if s.listing.selected != "b-sandbox" || s.win.Canvas().Focused() != fyne.Focusable(s.listing.list) {
		t.Errorf("after the undo %q is selected, and %T has the keyboard", s.listing.selected, s.win.Canvas().Focused())
	}
	if gone("b-sandbox") || gone("d-sandbox") {
		t.Errorf("listed are %q", s.listing.list.ids)
	}
	s.time = noon.Add(time.Minute)
	s.tick()
	if removed(s) != 0 {
		t.Fatalf("the agent deleted what was brought back: %q", s.agent.log())
	}

	s.key(fyne.KeyDelete)
	s.press("Delete")
	if removed(s) != 0 {
		t.Fatal("the agent was told at once")
	}
	s.time = s.time.Add(undoTime)
	s.tick()
	s.until("the deletion", func() bool { return removed(s) == 1 })
	s.until("the message", func() bool { return s.says("deleted") })
}

// removed counts what the agent was told to delete.
func removed(s *stage) (n int) {
	for _, call := range s.agent.log() {
		if strings.HasPrefix(call, "remove ") {
			n++
		}
	}
	return n
}

// Deletes of a short time are gathered: each begins the ten seconds anew, one undo brings
// all back, and they go together.
func TestDeletesAreGathered(t *testing.T) {
	for lang, want := range map[string][]string{"en": {"Deleting b/sandbox", "Deleting 2 accounts", "in 10 s"}, "zh": {"正在删除 b/sandbox", "正在删除 2 个账号", "10 秒后"}} {
		s := newStage(t, fivesome()...).in(lang, 460).open()
		there := func(id core.ID) bool { return s.listing.list.index(id) >= 0 }
		begin := func() {
			t.Helper()
			s.removals.begin([]core.ID{"b-sandbox"})
			s.mustSay(want[0], want[2])
			s.time = s.time.Add(6 * time.Second)
			s.tick()
			s.removals.begin([]core.ID{"d-sandbox"})
			s.mustSay(want[1], want[2])
			s.time = s.time.Add(9 * time.Second)
			s.tick()
			if removed(s) != 0 || there("b-sandbox") || there("d-sandbox") {
				t.Fatalf("listed are %q, the agent was told %q", s.listing.list.ids, s.agent.log())
			}
		}
		begin()
		s.keys.typedShortcut(&fyne.ShortcutUndo{})
		if !there("b-sandbox") || !there("d-sandbox") {
			t.Errorf("after the undo listed are %q", s.listing.list.ids)
		}
		begin()
		s.time = s.time.Add(time.Second)
		s.tick()
		s.until("the deletion", func() bool { return removed(s) == 2 })
	}
}

// A form that is saved ends the time to undo only where a name or a token is that of
// what is going.
func TestSavingLeavesTheUndo(t *testing.T) {
	for what, c := range map[string]struct {
		name, appid string
		kind        core.Kind // of what is going
		ends        bool
	}{
		"another account":      {"z", "wx0123456789abcd00", kinds.WeChat, false},
		"the name":             {"b", "wx0123456789abcd00", kinds.WeChat, true},
		"the token":            {"z", "wx00000000000000bb", kinds.WeChat, true},
		"the AppID of another": {"z", "wx00000000000000bb", kinds.WeChatLegacy, false},
	} {
		all := fivesome()
		all[1].AppID, all[1].Kind = "wx00000000000000bb", c.kind
		s := newStage(t, all...).open()
		s.removals.begin([]core.ID{"b-sandbox"})
		s.accounts.openForm(newDraft(s.Window.kinds, core.Sandbox))
		s.typeInto("name", c.name)
		s.typeInto("appid", c.appid)
		s.typeInto("secret", goodSecret)
		s.accounts.saveForm(s.accounts.form)
		s.untilCalled("add " + c.name + "/sandbox")
		if ended := removed(s) == 1; ended != c.ends {
			t.Errorf("%s: the time has ended: %v", what, ended)
		}
		if c.ends {
			continue
		}
		s.until("the account", func() bool { return s.listing.list.index("z-sandbox") >= 0 })
		s.removals.undo()
		if s.listing.list.index("b-sandbox") < 0 {
			t.Errorf("%s: it cannot be undone", what)
		}
	}
}

// Many are resumed as they are paused, in one go.
func TestManyAreResumed(t *testing.T) {
	for lang, want := range map[string][2]string{"en": {"Resume renewal", "Resumed: 2"}, "zh": {"恢复续期", "已恢复 2 个账号"}} {
		all := fivesome()
		for i := range all {
			all[i].Auto, all[i].State = false, core.StatePaused
		}
		s := newStage(t, all...).in(lang, 460).open()
		s.clickWith("b-sandbox", ctrl)
		s.clickWith("d-sandbox", ctrl)
		for _, item := range s.many.menu(s.listing.marked()).Items {
			if item.Label == want[0] {
				item.Action()
			}
		}
		s.untilSays(want[1])
		auto := func(id core.ID) bool { a, _ := s.model.find(id); return a.Auto }
		s.until("the change", func() bool { return auto("b-sandbox") && auto("d-sandbox") })
		if auto("a-sandbox") || auto("c-sandbox") {
			t.Errorf("%s: others are renewed too", lang)
		}
	}
}

// What cannot be deleted comes back, with the reason.
func TestARefusedDeleteComesBack(t *testing.T) {
	s := newStage(t, fivesome()...).open()
	s.agent.fails("remove ", failure(core.VaultClosed, core.RemedyVaultUnlock))
	s.removals.begin([]core.ID{"b-sandbox"})
	s.time = noon.Add(undoTime)
	s.tick()
	s.until("the row", func() bool { return s.listing.list.index("b-sandbox") >= 0 })
	if !s.snackbar.shown.Bad {
		t.Errorf("the message is %q", s.snackbar.shown.Text)
	}
}

// A window that closes deletes what it said it would; a new account under the name waits
// for that.
func TestAClosedWindowDeletes(t *testing.T) {
	s := newStage(t, fivesome()...).open()
	s.removals.begin([]core.ID{"b-sandbox"})
	s.removals.closing()
	s.cancel()
	s.work.Wait()
	if removed(s) != 1 {
		t.Errorf("the agent was told %q", s.agent.log())
	}

	s = newStage(t, fivesome()...).open()
	s.removals.begin([]core.ID{"b-sandbox"})
	d := newDraft(s.Window.kinds, core.Sandbox)
	s.accounts.openForm(d)
	s.typeInto("name", "b")
	s.typeInto("appid", "wx0123456789abcdee")
	s.typeInto("secret", goodSecret)
	s.accounts.saveForm(s.accounts.form)
	s.untilCalled("add b/sandbox")
	log := s.agent.log()
	if i, j := slices.Index(log, "remove b/sandbox"), slices.Index(log, "add b/sandbox"); i < 0 || i > j {
		t.Errorf("the calls were %q", log)
	}
}
