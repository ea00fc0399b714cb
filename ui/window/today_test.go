package window

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// someFailures are what failed in the town since midnight.
func someFailures() []api.Failure {
	return []api.Failure{
		{Account: "gate", Env: core.Live, Lines: 3, Newest: api.HistoryEntry{At: ago(20 * time.Minute), What: core.DidFail, Class: core.Whitelist, Code: 40164, CallerIP: "203.0.113.7", Remedy: core.RemedyWhitelist}},
		{Account: "flaky-mini", Env: core.Sandbox, Lines: 1, Newest: api.HistoryEntry{At: ago(2 * time.Hour), What: core.DidFail, Class: core.Temporary, Remedy: core.RemedyNetwork}},
		{Account: "gone", Env: core.Live, Lines: 1, Newest: api.HistoryEntry{At: ago(3 * time.Hour), What: core.DidFail}},
	}
}

// busyTown is the town with calls against quotas.
func busyTown() []api.Account {
	all := town(noon)
	all[0].CallsToday, all[0].Quota = 412_000, api.Quota{Calls: 500_000, Forced: 20}
	all[0].AppID = "wx9999999999abcdef"
	all[1].CallsToday, all[1].ForcedToday, all[1].Quota = 7, 3, api.Quota{Calls: 500_000, Forced: 20}
	all[2].Budget = 40
	return all
}

func TestTodayOverAllAccounts(t *testing.T) {
	inZone(t, time.UTC)
	s := newStage(t, busyTown()...).open()
	s.agent.change(func(f *fakeAgent) { f.failures = someFailures() })
	s.ctrl(fyne.Key4)
	s.until("the failures", func() bool { return s.today.known })
	if !slices.Contains(s.agent.log(), "failures 2026-11-22T00:00:00Z") {
		t.Errorf("what was asked: %v", s.agent.log())
	}
	s.mustSay("Today", "Accounts: 10", "need you: 2", "gate/live", "11:40:00", "lines in the history: 3", "flaky-mini/sandbox", "errcode 40164",
		"calls: 412,000 of 500,000", "forced: 3 of 20", "budget: 3 of 40")
	s.mustNotSay("gone/live")
	if got := s.today.sums.Next[0].Ref.Name; got != "flaky-mini" {
		t.Errorf("%s expires next", got)
	}
	// It is brought to what changed, and its parts stay.
	button, row := s.win.Canvas().Focused(), s.today.page.next.rows.Box.Objects[0]
	s.time = noon.Add(time.Second)
	s.tick()
	s.mustSay("in 0:39, at 12:00:40")
	a := busyTown()[2]
	a.CallsToday = 39
	s.event(api.Event{Type: api.EventAccount, Account: &a})
	s.tick()
	s.mustSay("budget: 39 of 40")
	if s.win.Canvas().Focused() != button || s.today.page.next.rows.Box.Objects[0] != row {
		t.Error("the page was made again")
	}
	// A row leads to its account, and Esc back to the list.
	s.press("Show gate/live")
	if s.pages.open != nil || s.listing.selected != "gate-live" || s.listing.view != viewAll {
		t.Errorf("page %v, selected %s in %s", s.pages.open, s.listing.selected, s.listing.view)
	}
	s.ctrl(fyne.Key4)
	s.key(fyne.KeyEscape)
	if s.today.page != nil {
		t.Error("Esc does not close the page")
	}
}

// TestTodayWithoutAnything says so in each part, and why where the failures are not known.
func TestTodayWithoutAnything(t *testing.T) {
	s := newStage(t).open()
	s.today.openToday()
	s.until("the failures", func() bool { return s.today.known })
	s.mustSay("There is no account yet.", "Nothing failed.", "Nothing was asked for yet.", "No token lives.")
	s.today.back()
	s.agent.fails("failures ", failure(core.Internal, core.RemedyDisk))
	s.today.openToday()
	s.until("the refusal", func() bool { return s.today.lost != nil })
	s.mustNotSay("Nothing failed.")
}

// TestCallsOfOneTokenCountOnce: accounts that share a token share its calls.
func TestCallsOfOneTokenCountOnce(t *testing.T) {
	a, b := sample("shop", core.Sandbox, noon, time.Hour, 2*time.Hour), sample("shop", core.Live, noon, time.Hour, 2*time.Hour)
	ui := uiIn(text.English)
	got := sumsOf(ui, []api.Account{a, b}, nil, noon)
	if got.Calls != 3 || len(got.Kinds) != 1 || got.Kinds[0].Accounts != 2 || len(got.Asked) != 2 {
		t.Errorf("%+v", got)
	}
	if got = sumsOf(ui, []api.Account{a, b}, map[core.ID]bool{b.ID: true}, noon); got.Accounts != 1 {
		t.Errorf("one that is about to go: %+v", got)
	}
}

// TestTodayOfTenThousand names a few and counts the rest, fast enough for no key to wait.
func TestTodayOfTenThousand(t *testing.T) {
	all := crowd(10_000)
	got := sumsOf(uiIn(text.English), all, nil, noon)
	if len(got.Asked) != todayMost || len(got.Next) != todayMost || got.MoreNext < 5000 || got.Accounts != 10_000 {
		t.Errorf("%d asked, %d next and %d more, of %d", len(got.Asked), len(got.Next), got.MoreNext, got.Accounts)
	}
	living := slices.DeleteFunc(slices.Clone(all), func(a api.Account) bool { return a.Remaining(noon) == 0 })
	slices.SortStableFunc(living, func(a, b api.Account) int {
		if c := a.ExpiresAt.Compare(b.ExpiresAt); c != 0 {
			return c
		}
		return a.Ref().Compare(b.Ref())
	})
	for i, l := range got.Next {
		if l.Ref != living[i].Ref() {
			t.Errorf("number %d is %s, want %s", i, l.Ref, living[i].Ref())
		}
	}
}

func BenchmarkToday(b *testing.B) {
	all := crowd(10_000)
	ui := uiIn(text.English)
	for b.Loop() {
		sumsOf(ui, all, nil, noon)
	}
	if each := b.Elapsed() / time.Duration(b.N); each > atMost(10_000) {
		b.Errorf("it takes %v, want at most %v", each, atMost(10_000))
	}
}

// TestEveryIconTellsItsKey: on every page, what is under the pointer says what an icon
// does and with which key.
func TestEveryIconTellsItsKey(t *testing.T) {
	for _, screen := range append(goldenScreens(), golden{"today", fyne.NewSize(460, 640), core.Sandbox, town(noon), func(s *stage) { s.today.openToday() }}) {
		for _, lang := range []string{"en", "zh"} {
			t.Run(screen.name+"-"+lang, func(t *testing.T) {
				s := newStage(t, screen.accounts...)
				s.agent.list.Settings.Language = lang
				s.agent.list.Active = screen.active
				s.win.Resize(screen.size)
				s.open()
				screen.show(s)
				s.iconsTell()
				s.closeSheet()
				if s.pages.open == nil && len(screen.accounts) > 0 {
					s.listing.openFinder()
					s.showInfo("a message")
					s.iconsTell()
				}
			})
		}
	}
}

// iconsTell checks the icons in sight.
func (s *stage) iconsTell() {
	s.t.Helper()
	n := 0
	top := append([]fyne.CanvasObject{s.win.Content()}, s.win.Canvas().Overlays().List()...)
	for _, o := range top {
		walk(o, func(o fyne.CanvasObject) {
			b, ok := o.(*kit.Button)
			if !ok || !b.Icon() {
				return
			}
			n++
			tip := b.Tip()
			if b.Label() == "" || !strings.Contains(tip, b.Label()) || !strings.ContainsAny(tip, "（(") || strings.Contains(tip, "()") {
				s.t.Errorf("an icon tells %q", tip)
			}
		})
	}
	if n == 0 {
		s.t.Error("there is no icon")
	}
}
