package window

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// Space on one setting does not take the keyboard away from it, although the
// page is drawn anew.
func TestKeyboardStaysOnASetting(t *testing.T) {
	s := newStage(t).open()
	s.openSettings()
	toggleAt := func() *kit.Toggle {
		for _, f := range kit.Focusables(s.holder) {
			if box, ok := f.(*kit.Toggle); ok && box.Words.Content == "Ask before a live token is copied" {
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
	if now := toggleAt(); now == first || s.win.Canvas().Focused() != fyne.Focusable(now) {
		t.Errorf("the keyboard is on %T", s.win.Canvas().Focused())
	}
	s.key(fyne.KeySpace)
	s.until("the answer", func() bool { return !s.model.Settings.AskLiveCopy })

	// In another language every part is drawn anew, the page too.
	next := s.model.Settings
	next.Language = "zh"
	s.agent.send(api.Event{Type: api.EventSettings, Settings: &next})
	s.untilSays("设置")
	if box, ok := s.win.Canvas().Focused().(*kit.Toggle); !ok || box.Words.Content != "复制生产 token 前先询问" {
		t.Errorf("the keyboard is on %T", s.win.Canvas().Focused())
	}
}

// A button of the pane keeps the keyboard while the account changes.
func TestKeyboardStaysInTheDetail(t *testing.T) {
	shop := sample("shop", core.Sandbox, noon, time.Hour, 2*time.Hour)
	s := newStage(t, shop).open()
	s.openDetail(shop.ID)
	for _, f := range kit.Focusables(s.side) {
		if b, ok := f.(*kit.Button); ok && b.Label == "Renew" {
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
	if b.Label != "Renew" || !kit.Holds(kit.Focusables(s.side), b) {
		t.Errorf("the keyboard is on %q", b.Label)
	}
}

// The switch of environments keeps to its line, however large the text is.
func TestTheSwitchKeepsToItsLine(t *testing.T) {
	s := newStage(t).open()
	for _, width := range []float32{500, 320, 240, 180} {
		s.win.Resize(fyne.NewSize(width, 480))
		for i, c := range s.env.Cells(s.env.Size().Width) {
			if c.Y != 0 || c.X+c.W > s.env.Size().Width+0.5 {
				t.Errorf("at width %v option %d stands at %v, %v wide", width, i, c, s.env.Size().Width)
			}
		}
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
	s.copyDefault(shop.ID)
	s.untilSays("shop/sandbox copied")
	next := s.model.Settings
	next.Language = "zh"
	s.agent.send(api.Event{Type: api.EventSettings, Settings: &next})
	s.untilSays("已复制 shop/sandbox")
	s.mustNotSay("shop/sandbox copied")
}

// In a window that is too low for all of the welcome, as large text makes it on a
// small screen, its second way in is reached as well.
func TestWelcomeInALowWindow(t *testing.T) {
	s := newStage(t).open()
	s.win.Resize(fyne.NewSize(320, 320))
	driver := fyne.CurrentApp().Driver()
	ways := kit.Focusables(s.welcome)
	if len(ways) != 2 {
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
	if y := s.welcome.Inner.Objects[0].Position().Y; y < 50 {
		t.Errorf("in a window with room the welcome stands at %v", y)
	}
}
