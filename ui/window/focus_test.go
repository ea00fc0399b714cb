package window

import (
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// Space on one setting does not take the keyboard away from it: the page stays.
func TestKeyboardStaysOnASetting(t *testing.T) {
	s := newStage(t).open()
	s.settings.openSettings()
	toggleAt := func() *kit.Toggle {
		for _, f := range kit.Focusables(s.pages.holder) {
			if box, ok := f.(*kit.Toggle); ok && box.Label() == "Ask before a live token is copied" {
				return box
			}
		}
		t.Fatal("the setting is not offered")
		return nil
	}
	first := toggleAt()
	s.focus(first)
	s.key(fyne.KeySpace)
	s.until("the answer", func() bool { return s.model.Settings.AskLiveCopy })
	if now := toggleAt(); now != first || s.win.Canvas().Focused() != fyne.Focusable(now) {
		t.Errorf("the keyboard is on %T", s.win.Canvas().Focused())
	}
	s.key(fyne.KeySpace)
	s.until("the answer", func() bool { return !s.model.Settings.AskLiveCopy })

	// In another language every part is drawn anew, the page too.
	next := s.model.Settings
	next.Language = "zh"
	s.agent.send(api.Event{Type: api.EventSettings, Settings: &next})
	s.untilSays("设置")
	if box, ok := s.win.Canvas().Focused().(*kit.Toggle); !ok || box.Label() != "复制生产 token 前先询问" {
		t.Errorf("the keyboard is on %T", s.win.Canvas().Focused())
	}
}

// A button of the pane keeps the keyboard while the account changes.
func TestKeyboardStaysInTheDetail(t *testing.T) {
	shop := sample("shop", core.Sandbox, noon, time.Hour, 2*time.Hour)
	s := newStage(t, shop).open()
	s.pane.openDetail(shop.ID)
	for _, f := range kit.Focusables(s.pane.side) {
		if b, ok := f.(*kit.Button); ok && b.Label() == "Renew" {
			s.focus(b)
		}
	}
	shop.Mask = "84_cd••••7890"
	shop.Previous = &api.Previous{Mask: "83_ab••••wxyz", Until: noon.Add(time.Minute)} // one button more
	s.event(api.Event{Type: api.EventAccount, Account: &shop})
	b, ok := s.win.Canvas().Focused().(*kit.Button)
	if !ok {
		t.Fatalf("the keyboard is on %T", s.win.Canvas().Focused())
	}
	if b.Label() != "Renew" || !slices.Contains(kit.Focusables(s.pane.side), fyne.Focusable(b)) {
		t.Errorf("the keyboard is on %q", b.Label())
	}
}

// The switch of environments keeps to its line, however large the text is.
func TestTheSwitchKeepsToItsLine(t *testing.T) {
	s := newStage(t).open()
	for _, width := range []float32{500, 320, 240, 180} {
		s.win.Resize(fyne.NewSize(width, 480))
		env := s.listing.head.env
		walk(env, func(o fyne.CanvasObject) {
			if o != fyne.CanvasObject(env) && o.Position().Y+o.Size().Height > kit.SegmentHeight || o != fyne.CanvasObject(env) && o.Position().X+o.Size().Width > env.Size().Width+0.5 {
				t.Errorf("at width %v a %T stands at %v, %v large", width, o, o.Position(), o.Size())
			}
		})
	}
}

// A larger text does not make the window larger or smaller on the screen than it
// was, as long as its least size is kept.
func TestTextSizeKeepsTheWindow(t *testing.T) {
	s := newStage(t).open()
	for _, c := range []struct {
		percent int
		want    fyne.Size // in units, larger with the text
	}{{125, fyne.NewSize(640, 512)}, {100, fyne.NewSize(800, 640)}, {200, fyne.NewSize(400, 320)}} {
		if c.percent == 125 {
			s.win.Resize(fyne.NewSize(800, 640))
		}
		next := s.model.Settings
		next.TextSize = c.percent
		s.event(api.Event{Type: api.EventSettings, Settings: &next})
		if got := s.win.Canvas().Size(); got != c.want {
			t.Errorf("at %d %%: %v, want %v", c.percent, got, c.want)
		}
	}
}

// A message about a copy speaks the language that was chosen after it.
func TestMessageIsTranslated(t *testing.T) {
	shop := sample("shop", core.Sandbox, noon, time.Hour, 2*time.Hour)
	s := newStage(t, shop).open()
	s.clipboard.copyDefault(shop.ID)
	s.untilSays("shop/sandbox copied")
	next := s.model.Settings
	next.Language = "zh"
	s.agent.send(api.Event{Type: api.EventSettings, Settings: &next})
	s.untilSays("已复制 shop/sandbox")
	s.mustNotSay("shop/sandbox copied")

	// So do those that wait for an answer: a delete, and an AppSecret that was taken.
	s.removals.begin([]core.ID{shop.ID})
	s.mustSay("撤销")
	back := next
	back.Language = "en"
	s.agent.send(api.Event{Type: api.EventSettings, Settings: &back})
	s.untilSays("Deleting shop/sandbox", "Undo")
	s.mustNotSay("撤销")
	s.press("Undo")
	s.clipboard.offerClear("x")
	s.mustSay("The secret is still on the clipboard.")
	s.agent.send(api.Event{Type: api.EventSettings, Settings: &next})
	s.until("the other language", func() bool { return !s.says("Clear now") && !s.says("The secret is") })
}

// A question that is open speaks the language that was chosen meanwhile, with the
// keyboard where it was, and still does what it says.
func TestQuestionIsTranslated(t *testing.T) {
	s := newStage(t, town(noon)...).open()
	s.removals.ask([]core.ID{"shop-sandbox"})
	s.mustSay("Delete shop/sandbox?", "Cancel")
	for _, f := range kit.Focusables(s.sheet.Box) {
		if b, ok := f.(*kit.Button); ok && b.Label() == "Delete" {
			s.focus(b)
		}
	}
	next := s.model.Settings
	next.Language, next.Theme = "zh", "dark"
	s.agent.send(api.Event{Type: api.EventSettings, Settings: &next})
	s.untilSays("删除 shop/sandbox？", "取消")
	s.mustNotSay("Delete shop/sandbox?")
	if b, ok := s.win.Canvas().Focused().(*kit.Button); !ok || b.Label() != "删除" {
		t.Errorf("the keyboard is on %T", s.win.Canvas().Focused())
	}
	s.key(fyne.KeyReturn)
	if s.sheet != nil || len(s.removals.going) != 1 {
		t.Error("the question in the other language deletes nothing")
	}
}

// The table of keys speaks the other language too, and what was typed into a sheet stays.
func TestSheetsAreTranslated(t *testing.T) {
	s := newStage(t, town(noon)...).open()
	s.keys.openKeys()
	s.mustSay("Keys")
	next := s.model.Settings
	next.Language = "zh"
	s.agent.send(api.Event{Type: api.EventSettings, Settings: &next})
	s.untilSays("快捷键")
	s.key(fyne.KeyEscape)
	if s.sheet != nil {
		t.Error("Esc does not close it")
	}
}

// So do those that hold a choice or a file's name, and keep it.
func TestChoicesAreTranslated(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	s := newStage(t, town(noon)...).open()
	language := func(lang string) {
		next := s.model.Settings
		next.Language = lang
		s.agent.send(api.Event{Type: api.EventSettings, Settings: &next})
	}
	typed := func() string { return s.win.Canvas().Focused().(*kit.Entry).Text }
	s.clipboard.openCopySheet("shop-sandbox", "")
	for _, r := range "2" {
		s.win.Canvas().Focused().TypedRune(r)
	}
	s.mustSay("Copy shop/sandbox like this from now on")
	language("zh")
	s.untilSays("以后都这样复制 shop/sandbox")
	s.mustNotSay("Copy shop/sandbox like this from now on")
	s.key(fyne.KeyReturn)
	s.untilCalled("copy shop/sandbox format=query previous=false")

	s.exports.exportList([]core.ID{"shop-sandbox"})
	s.mustSay("导出 1 个账号")
	s.win.Canvas().Focused().(*kit.Entry).SetText("~/list.json")
	language("en")
	s.untilSays("Export 1 marked accounts")
	if typed() != "~/list.json" {
		t.Errorf("the file is %s", typed())
	}
	s.key(fyne.KeyEscape)

	s.many.askGroup([]core.ID{"shop-sandbox"})
	s.win.Canvas().Focused().(*kit.Entry).SetText("storefront")
	language("zh")
	s.untilSays("取消")
	if typed() != "storefront" {
		t.Errorf("the group is %s", typed())
	}
}

// Above the list of a narrow window a menu holds what has no room beside the switch.
func TestTheHeadOfANarrowWindow(t *testing.T) {
	for width, want := range map[float32]int{330: 3, 460: 4} {
		s := newStage(t, town(noon)...).in("en", width).open()
		var icons []*kit.Button
		walk(s.listing.head.root, func(o fyne.CanvasObject) {
			if b, ok := o.(*kit.Button); ok {
				icons = append(icons, b)
			}
		})
		if len(icons) != want {
			t.Errorf("at %v units %d icons are seen", width, len(icons))
		}
		test.Tap(icons[len(icons)-1])
		if narrow := width < 400; narrow != (s.menus.popup != nil) || narrow == (s.settings.page != nil) {
			t.Errorf("at %v units the last icon opens something else", width)
		}
		s.menus.headMenu().Items[0].Action()
		s.mustSay("Today")
	}
}

// A page is scrolled by the keys that the part with the keyboard has no use for.
func TestKeysScrollAPage(t *testing.T) {
	s := newStage(t, town(noon)...).in("en", 460).open()
	s.settings.openSettings()
	page := s.pages.open.top()
	s.key(fyne.KeyPageDown)
	first := page.Offset()
	if first <= 0 {
		t.Fatal("Page Down does not scroll the settings")
	}
	s.key(fyne.KeyEnd)
	if page.Offset() <= first {
		t.Error("End does not go to the end")
	}
	s.key(fyne.KeyHome)
	if page.Offset() != 0 {
		t.Errorf("after Home the page is at %v", page.Offset())
	}
	s.accounts.openAdd()
	form := s.pages.open.top()
	s.key(fyne.KeyPageDown)
	if form.Offset() <= 0 {
		t.Error("Page Down in a field does not scroll the form")
	}
	s.key(fyne.KeyEscape)
	s.pane.openDetail("shop-sandbox")
	s.key(fyne.KeyPageDown)
	if s.pane.detail.page.Offset() <= 0 {
		t.Error("Page Down does not scroll the details")
	}
}

// In a window that is too low for all of the welcome, as large text makes it on a
// small screen, its last way in is reached as well.
func TestWelcomeInALowWindow(t *testing.T) {
	s := newStage(t).open()
	s.win.Resize(fyne.NewSize(320, 320))
	driver := fyne.CurrentApp().Driver()
	ways := kit.Focusables(s.listing.empty.welcome)
	if len(ways) != 3 {
		t.Fatalf("there are %d ways in", len(ways))
	}
	for _, f := range ways {
		s.win.Canvas().Focus(f)
		o := f.(fyne.CanvasObject)
		if bottom := driver.AbsolutePositionForObject(o).Y + o.Size().Height; bottom > 320 {
			t.Errorf("%T ends at %v", o, bottom)
		}
	}
	s.win.Resize(fyne.NewSize(460, 640))
	if y := s.listing.empty.welcome.Inner.Objects[0].Position().Y; y < 50 {
		t.Errorf("in a window with room the welcome stands at %v", y)
	}
}

// widgets are all widgets of the window, those that are hidden too.
func (s *stage) widgets() map[fyne.Widget]bool {
	all := map[fyne.Widget]bool{}
	var visit func(fyne.CanvasObject)
	visit = func(o fyne.CanvasObject) {
		var inner []fyne.CanvasObject
		switch o := o.(type) {
		case *fyne.Container:
			inner = o.Objects
		case fyne.Widget:
			all[o] = true
			inner = test.WidgetRenderer(o).Objects()
		}
		for _, o := range inner {
			visit(o)
		}
	}
	visit(s.win.Content())
	return all
}

// Events of the selected account change the parts of the window in place: not one
// of them is thrown away for another, so what somebody does with them goes on.
func TestEventsMakeNoNewParts(t *testing.T) {
	for _, width := range []float32{460, 1100} {
		shop := sample("shop", core.Sandbox, noon, time.Hour, 2*time.Hour)
		s := newStage(t, shop, sample("mall", core.Sandbox, noon, time.Hour, 2*time.Hour)).in("en", width)
		_, s.agent.history = busyDay()
		s.open()
		s.pane.openDetail(shop.ID)
		s.until("the history", func() bool { return s.pane.state.historyLoaded })
		shown := func(a api.Account) { s.event(api.Event{Type: api.EventAccount, Account: &a}) }
		troubled := blocked("shop", core.Sandbox)
		shown(troubled) // its remedies have buttons of their own
		shown(shop)
		before := s.widgets()
		renewed := shop
		renewed.Mask, renewed.State, renewed.Note = "84_cd••••7890", core.StateRenewing, "ask Li"
		renewed.Previous = &api.Previous{Mask: "83_ab••••wxyz", Until: noon.Add(time.Minute)}
		for _, a := range []api.Account{renewed, troubled, shop, renewed} {
			shown(a)
			for w := range s.widgets() {
				if !before[w] {
					t.Errorf("at width %v there is a new %T", width, w)
				}
			}
		}
	}
}

// A page stays where somebody scrolled it to while the account changes, and shows
// its top for another one.
func TestTheDetailStaysWhereItWasScrolledTo(t *testing.T) {
	shop, mall := sample("shop", core.Sandbox, noon, time.Hour, 2*time.Hour), sample("mall", core.Sandbox, noon, time.Hour, 2*time.Hour)
	s := newStage(t, shop, mall).in("en", 1100).open()
	s.win.Resize(fyne.NewSize(1100, 320))
	s.listing.selectAccount(shop.ID)
	s.pane.detail.page.ScrollTo(50)
	shop.CallsToday++
	s.event(api.Event{Type: api.EventAccount, Account: &shop})
	if y := s.pane.detail.page.Offset(); y != 50 {
		t.Errorf("after an event it is scrolled to %v", y)
	}
	s.listing.selectAccount(mall.ID)
	if y := s.pane.detail.page.Offset(); y != 0 {
		t.Errorf("another account begins at %v", y)
	}
}

// What had the keyboard may go with what it was about; then it is on something
// that can be seen.
func TestTheKeyboardIsNeverOnWhatIsGone(t *testing.T) {
	gate := blocked("gate", core.Sandbox)
	s := newStage(t, gate).open()
	s.pane.openDetail(gate.ID)
	for _, f := range kit.Focusables(s.pane.side) {
		if b, ok := f.(*kit.Button); ok && b.Label() == "Try again" {
			s.focus(b)
		}
	}
	healthy := sample("gate", core.Sandbox, noon, time.Hour, 2*time.Hour)
	s.event(api.Event{Type: api.EventAccount, Account: &healthy})
	if s.win.Canvas().Focused() != fyne.Focusable(s.pane.detail.back) {
		t.Errorf("the keyboard is on %T", s.win.Canvas().Focused())
	}
}

// So do the settings: a field that is typed in stays with its cursor, and the page
// where it was scrolled to, whatever the agent tells meanwhile.
func TestEventsMakeNoNewSettings(t *testing.T) {
	s := newStage(t, town(noon)...)
	s.agent.change(func(f *fakeAgent) { f.keys = someKeys() })
	s.open()
	s.settings.openSettings()
	s.until("the door", func() bool { return s.settings.page.known.known && s.link.status.Version != "" })
	port := s.holderEntry(0)
	s.focus(port)
	port.SetText("80")
	port.CursorColumn = 1
	at := s.settings.page.page.Offset()
	before := s.widgets()
	set := s.model.Settings
	set.PausedAll, set.AskLiveCopy, set.ClearAfter = true, true, 45*time.Second
	for _, e := range []api.Event{
		{Type: api.EventSettings, Settings: &set},
		{Type: api.EventVault, Vault: &api.Vault{Kind: "file", State: "open"}},
		{Type: api.EventAccount, Account: &s.model.Accounts[0]},
	} {
		s.event(e)
	}
	s.agent.change(func(f *fakeAgent) {
		f.door = api.Loopback{State: api.DoorOn, Addresses: []string{"127.0.0.1:17278"}, Port: 17278}
		f.keys[0].LastUsed = noon
	})
	s.settings.loadDoor()
	s.untilSays("open at 127.0.0.1:17278")
	paused := 0 // the banner that says so, with its button
	for w := range s.widgets() {
		if !before[w] {
			if paused++; paused > 2 {
				t.Errorf("there is a new %T", w)
			}
		}
	}
	if s.win.Canvas().Focused() != fyne.Focusable(port) || port.Text != "80" || port.CursorColumn != 1 {
		t.Errorf("the keyboard is on %T, the port reads %q with the cursor at %d", s.win.Canvas().Focused(), port.Text, port.CursorColumn)
	}
	if y := s.settings.page.page.Offset(); at == 0 || y != at {
		t.Errorf("the page was scrolled to %v and is at %v", at, y)
	}
}
