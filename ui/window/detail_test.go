package window

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// openBusy opens the pane of an account with a full day behind it.
func openBusy(t *testing.T, change func(*api.Account)) *stage {
	t.Helper()
	inZone(t, time.UTC)
	a, h := busyDay()
	if change != nil {
		change(&a)
	}
	s := newStage(t, a)
	s.agent.change(func(f *fakeAgent) { f.history = h })
	s.open()
	s.pane.openDetail(a.ID)
	s.until("the history", func() bool { return s.pane.detail.historyLoaded })
	return s
}

func TestDetailPicturesToMarkup(t *testing.T) {
	busy, history := busyDay()
	busy.Previous = &api.Previous{Mask: "85_ee••••5555", Until: noon.Add(130 * time.Second)}
	test200 := busy
	test200.Env, test200.Kind, test200.Product = core.Live, kinds.WeChatLegacy, kinds.ProductTest
	test200.Quota, test200.CallsToday, test200.ForcedToday = api.Quota{Calls: 200}, 171, 0
	empty := api.Account{Account: core.Account{ID: "new", Name: "new", Env: core.Sandbox, Kind: kinds.WeChat}, State: core.StateEmpty, Quota: busy.Quota, CountsUntil: busy.CountsUntil}
	short, many := shortLives()
	for _, tt := range []struct {
		name    string
		lang    text.Lang
		dark    bool
		width   float32
		a       api.Account
		history []api.HistoryEntry
	}{
		{"busy-en", text.English, false, 428, busy, history},
		{"busy-zh", text.Chinese, true, 328, busy, history},
		{"legacy-live-en", text.English, true, 328, test200, history[:2]},
		{"legacy-live-zh", text.Chinese, false, 428, test200, history[:2]},
		{"empty-en", text.English, false, 288, empty, nil},
		{"empty-zh", text.Chinese, false, 288, empty, nil},
		{"short-lives-en", text.English, false, 560, short, many},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inZone(t, time.UTC)
			test.NewTempApp(t)
			ui := uiIn(tt.lang)
			if tt.dark {
				ui.Palette = kit.DarkPalette()
			}
			test.ApplyTheme(t, kit.NewTheme(ui.Palette, kit.NewFonts()))
			d := newDetail(ui, &paneState{account: tt.a, history: tt.history, historyLoaded: true, filter: historyAll}, detailActions{})
			d.show(noon)
			column := kit.Stack(3*kit.Grid, d.life, kit.Stack(kit.Grid, d.chart.head, d.chart), d.today.root, d.past.root)
			w := test.NewTempWindow(t, container.NewStack(kit.NewScroller(column)))
			w.SetPadded(false)
			w.Resize(fyne.NewSize(tt.width, 900))
			test.AssertRendersToMarkup(t, "detail/"+tt.name+".xml", w.Canvas())
		})
	}
}

// chartObjects are what the picture of the day is made of.
func (s *stage) chartObjects() []fyne.CanvasObject {
	return test.WidgetRenderer(s.pane.detail.chart).Objects()
}

// Between two minutes nothing of the picture is touched, and never does it hold
// more than its width can show.
func TestChartMovesOnceAMinute(t *testing.T) {
	s := openBusy(t, nil)
	before := s.chartObjects()
	for _, after := range []time.Duration{time.Second, 30 * time.Second, 59 * time.Second} {
		s.time = noon.Add(after)
		s.tick()
		if now := s.chartObjects(); &now[0] != &before[0] {
			t.Errorf("%v later the picture is another", after)
		}
	}
	s.time = noon.Add(time.Minute)
	s.tick()
	if now := s.chartObjects(); &now[0] == &before[0] {
		t.Error("a minute later the picture is the same")
	}
	for i, o := range s.pane.detail.chart.legend.Objects[1:] {
		before := s.pane.detail.chart.legend.Objects[i]
		if o.Position().Y == before.Position().Y && o.Position().X < before.Position().X+before.Size().Width {
			t.Errorf("words of the legend stand on each other: %v, %v", before.Position(), o.Position())
		}
	}
	a, h := shortLives()
	a.HistoryLines = len(h)
	s.agent.change(func(f *fakeAgent) { f.history = h })
	s.agent.send(api.Event{Type: api.EventAccount, Account: &a})
	s.until("the short lives", func() bool { return len(s.pane.detail.history) == len(h) })
	if n := len(s.chartObjects()); n > 250 {
		t.Errorf("a day of %d lines is drawn with %d objects", len(h), n)
	}
}

func TestChartIsReadByKeyboardAndPointer(t *testing.T) {
	s := openBusy(t, nil)
	s.mustSay("Point at it, or use ← and →, to read it.", "renewed 4", "forced 1", "reported stale 1", "failed 2")
	s.win.Canvas().Focus(s.pane.detail.chart)
	s.mustSay("12:00 · 86_ff••••6666 since 11:26, expires 13:26")
	s.key(fyne.KeyLeft)
	s.mustSay("11:26 · renewed · 86_ff••••6666")
	s.key(fyne.KeyLeft)
	s.key(fyne.KeyLeft)
	s.mustSay("11-21 19:30 · forced · 84_dd••••4444 from 19:30 to 21:30")
	s.key(fyne.KeyLeft)
	s.mustSay("11-21 19:00 · reported")
	s.key(fyne.KeyLeft)
	s.key(fyne.KeyLeft)
	s.key(fyne.KeyLeft)
	s.mustSay("11-21 12:56 · renewed")
	s.key(fyne.KeyRight)
	s.mustSay("failed 2× from 14:50 to 14:55")
	// What is read stays when the pane is drawn anew.
	a := s.pane.detail.account
	s.agent.send(api.Event{Type: api.EventAccount, Account: &a})
	s.until("the pane to be drawn anew", func() bool { return len(s.queue) == 0 })
	s.mustSay("failed 2× from 14:50 to 14:55")
	s.key(fyne.KeyEnd)
	s.mustSay("13:26 · 86_ff••••6666 since 11:26, expires 13:26")
	s.key(fyne.KeyHome)
	s.mustSay("12:00 · 86_ff••••6666")
	s.key(fyne.KeyEscape)
	if s.pane.opened {
		t.Error("Esc in the picture does not close the pane")
	}
	s.pane.openDetail(a.ID)
	c := s.pane.detail.chart
	test.MoveMouse(s.win.Canvas(), fyne.CurrentApp().Driver().AbsolutePositionForObject(c).AddXY(c.x(ago(10*time.Hour), c.Size().Width), 20))
	s.mustSay("02:00 · no token")
}

// A history has up to two thousand lines. It is read again when it has grown, not
// at each use of the token or renewal that begins.
func TestHistoryIsReadWhenItHasGrown(t *testing.T) {
	s := openBusy(t, nil)
	reads := func() (n int) {
		for _, call := range s.agent.log() {
			if strings.HasPrefix(call, "history ") {
				n++
			}
		}
		return n
	}
	a, _ := s.model.find(s.listing.selected)
	tell := func(change func(*api.Account)) {
		change(&a)
		sent := a
		s.agent.send(api.Event{Type: api.EventAccount, Account: &sent})
		s.until("the event", func() bool {
			now, _ := s.model.find(a.ID)
			return now.LastUsed.Equal(a.LastUsed) && now.HistoryLines == a.HistoryLines
		})
	}
	use := func(a *api.Account) { a.LastUsed = a.LastUsed.Add(time.Minute) }
	grow := func(a *api.Account) { a.HistoryLines++ }
	before := reads()
	wants := func(n int, after string) {
		t.Helper()
		s.until("reads "+after, func() bool { return reads()-before >= n })
		if got := reads() - before; got != n {
			t.Errorf("%d reads of the history %s, want %d", got, after, n)
		}
	}
	for range 5 {
		tell(use)
	}
	tell(grow)
	wants(1, "after five uses and a renewal")
	s.until("the end of the read", func() bool { return s.pane.detail.historyLoaded })
	s.agent.fails("history ", errors.New("busy"))
	tell(grow)
	wants(2, "after another renewal")
	s.until("the failure", func() bool { return s.pane.detail.historyAt < 0 })
	tell(use)
	wants(3, "after one that failed")
}

func TestHistoryIsFiltered(t *testing.T) {
	s := openBusy(t, nil)
	for filter, want := range map[historyFilter]struct{ say, not string }{
		historyRenewals: {"renewed · 2 h · 86_ff••••6666", "errcode 40164"},
		historyFailures: {"failed · IP not on the whitelist · errcode 40164", "renewed · 2 h"},
		historyOthers:   {"reported stale, still valid · 83_cc••••3333", "renewed · 2 h"},
		historyAll:      {"taught later · 84_dd••••4444", "Nothing of this kind."},
	} {
		s.pane.filterHistory(filter)
		s.mustSay(want.say)
		s.mustNotSay(want.not)
	}
	_, s.pane.state.history = shortLives()
	s.pane.filterHistory(historyFailures) // 24 of them
	s.mustNotSay("Show ")
	s.pane.filterHistory(historyOthers)
	s.mustSay("Nothing of this kind.")
	s.pane.filterHistory(historyAll)
	s.mustNotSay("11:20:00")
	s.press("Show 30 more")
	s.mustSay("11:20:00")
	s.settings.setSetting("language", "zh")
	s.untilSays("再显示 30 条", "11:20:00")
}

func TestHistoryIsTakenAway(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	s := openBusy(t, func(a *api.Account) { a.Name = "a:b c" })
	s.press("Export…")
	s.mustSay("Export the history as CSV", "a:b c/sandbox, lines: 11. Tokens are masked.")
	file := s.win.Canvas().Focused().(*kit.Entry)
	want := filepath.Join(home, "tokentray-a-b-c-sandbox-20261122-1200.csv")
	if file.Text != "~/"+filepath.Base(want) || fromHome(file.Text) != want { // short enough to be read in its field
		t.Errorf("the file is to be %s, want %s", file.Text, want)
	}
	s.press("Save")
	s.untilSays("Saved to")
	saved, err := os.ReadFile(want)
	if err != nil || strings.Count(string(saved), "\n") != 12 || !strings.Contains(string(saved), "2026-11-22T11:26:00Z,renewed,86_ff••••6666,") {
		t.Errorf("%v\n%s", err, saved)
	}
	if info, err := os.Stat(want); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}

	// What is there stays; the next name that is free is offered.
	s.pane.filterHistory(historyFailures)
	s.press("Export…")
	file = s.win.Canvas().Focused().(*kit.Entry)
	if !strings.HasSuffix(file.Text, "-1200-2.csv") {
		t.Errorf("offered %s", file.Text)
	}
	file.SetText("~/" + filepath.Base(want))
	s.key(fyne.KeyReturn)
	s.untilSays("There is a file of this name already; choose another.")
	if again, _ := os.ReadFile(want); string(again) != string(saved) {
		t.Error("the file was written over")
	}
	file.SetText(filepath.Join(home, "nowhere", "x.csv"))
	s.key(fyne.KeyReturn)
	s.untilSays("It cannot be written: no such file or directory")
	s.press("Copy")
	if csv := s.app.Clipboard().Content(); strings.Count(csv, "\n") != 3 || strings.Contains(csv, "renewed") {
		t.Errorf("the clipboard holds\n%s", csv)
	}
	s.mustSay("History copied as CSV, lines: 2")
	if all := string(saved) + s.app.Clipboard().Content(); strings.Contains(all, s.agent.secret) {
		t.Error("a token was taken away")
	}
}

// At midnight in Beijing the counts begin anew, in an open window too.
func TestCountsOfTodayEndAtMidnight(t *testing.T) {
	s := openBusy(t, func(a *api.Account) { a.CallsToday = 1234 })
	s.mustSay("Calls today", "1,234 of 500,000", "1 of 20", "at midnight in Beijing, 16:00 here, in 4 h")
	s.time = core.Zone("+08:00").NextDay(noon).Add(-time.Second)
	s.tick()
	s.mustSay("1,234 of 500,000", "at midnight in Beijing, 16:00 here, in 1 s")
	s.time = core.Zone("+08:00").NextDay(noon)
	s.tick()
	s.mustSay("0 of 500,000", "0 of 20", "at midnight in Beijing, 16:00 here, in 1 d")
}

// The previous token counts down by itself, and once it is over there is nothing
// to copy.
func TestPreviousTokenEnds(t *testing.T) {
	s := openBusy(t, func(a *api.Account) {
		a.Previous = &api.Previous{Mask: "85_ee••••5555", Until: noon.Add(2 * time.Second)}
	})
	copies := func() (n int) {
		walk(s.pane.detail.page.Root, func(o fyne.CanvasObject) {
			if b, ok := o.(*kit.Button); ok && b.Label() == "Copy" {
				n++
			}
		})
		return n
	}
	s.mustSay("85_ee••••5555", "may still work for 0:02")
	if n := copies(); n != 2 {
		t.Errorf("%d buttons to copy", n)
	}
	s.pane.detail.on.prev(s.listing.selected)
	s.untilCalled("copy shop/sandbox format= previous=true")
	s.time = noon.Add(time.Second)
	s.tick()
	s.mustSay("may still work for 0:01")
	s.time = noon.Add(2 * time.Second)
	s.tick()
	s.mustSay("no longer works")
	if n := copies(); n != 1 {
		t.Errorf("%d buttons to copy", n)
	}
}

// The ring has the share of the life that is left in figures.
func TestTheRingTellsWhatIsLeft(t *testing.T) {
	s := openBusy(t, nil)
	s.mustSay("71%")
	s.time = noon.Add(85 * time.Minute)
	s.tick()
	s.mustSay("0%")
}

// AppID, addresses, note and what the upstream said can be copied.
func TestTheDetailCanBeCopied(t *testing.T) {
	inZone(t, time.UTC)
	gate := blocked("gate", core.Sandbox)
	gate.Note, gate.BaseURL = "ask Li", "https://sh.api.weixin.qq.com"
	s := newStage(t, gate).open()
	s.pane.openDetail(gate.ID)
	for label, want := range map[string]string{"Copy: AppID": gate.AppID, "Copy: Note": "ask Li", "Copy: Base URL": gate.BaseURL, "Copy: errcode": "40164", "Copy: IP": "203.0.113.7"} {
		s.press(label)
		s.until(label, func() bool { return s.agent.copied() == want })
	}
	s.press("Copy what the upstream said")
	s.until("the details", func() bool {
		got := s.agent.copied()
		return strings.Contains(got, "errcode 40164") && strings.Contains(got, "rid 65f0-1a2b-3c4d") && strings.Contains(got, "invalid ip 203.0.113.7")
	})
	s.untilSays("What the upstream said is copied")
}

// The times of an account can be copied, each by one click and to the second, and so can
// the base URL of its kind.
func TestTimesAndTheBaseURLCanBeCopied(t *testing.T) {
	inZone(t, time.UTC)
	for lang, labels := range map[string]map[string]string{
		"en": {
			"Copy: Expires": "2026-11-22T13:00:00Z", "Copy: Obtained": "2026-11-22T11:00:00Z", "Copy: Last used": "2026-11-22T11:58:30Z",
			"Copy: Last check": "2026-11-22T11:30:00Z", "Copy: Base URL": "https://api.weixin.qq.com",
		},
		"zh": {"复制上次使用": "2026-11-22T11:58:30Z", "复制上次检查": "2026-11-22T11:30:00Z", "复制基础地址": "https://api.weixin.qq.com"},
	} {
		a := healthy("shop")
		a.Checked = &api.CheckResult{Accepted: true, Finding: core.FoundWorks, At: ago(30 * time.Minute)}
		s := newStage(t, a, sample("idle", core.Sandbox, noon, time.Hour, 2*time.Hour)).in(lang, 460).open()
		s.pane.openDetail(a.ID)
		for label, want := range labels {
			s.press(label)
			s.until(label, func() bool { return s.agent.copied() == want })
		}
	}
	// What was never used has no time to copy.
	a := healthy("shop")
	a.LastUsed = time.Time{}
	s := newStage(t, a).open()
	s.pane.openDetail(a.ID)
	s.mustSay("never")
	walk(s.pane.detail.page.Root, func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok && b.Label() == "Copy: Last used" {
			t.Error("there is a button for it")
		}
	})
}

// The button that reveals a token stays where it was pressed.
func TestRevealMovesNoButton(t *testing.T) {
	s := newStage(t, town(noon)...).open()
	s.pane.openDetail("shop-sandbox")
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject
	before := at(s.pane.detail.reveal)
	s.press("Reveal")
	s.untilSays(s.agent.secret)
	if now := at(s.pane.detail.reveal); now != before {
		t.Errorf("it was at %v and is at %v", before, now)
	}
}
