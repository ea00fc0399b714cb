package window

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"tokentray/core"
	"tokentray/core/format"
	"tokentray/core/kinds"
	"tokentray/ui/kit"
)

// Every form is offered, with what will be copied and a word in the place of the
// token.
func TestCopySheet(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		s := newStage(t, duo()...).in(lang, 460).open()
		s.key(fyne.KeyDown)
		s.ctrl(fyne.KeyK)
		forms := s.win.Canvas().Focused().(*kit.Segment)
		for i, f := range format.Names() {
			if forms.Value() != f {
				t.Fatalf("%s: the form is %s", f, forms.Value())
			}
			s.mustSay(s.ui.T("format."+f), "ACCESS_TOKEN")
			want, err := format.Token(f, format.Input{AccessToken: "ACCESS_TOKEN", BaseURL: kinds.Builtin().Default().BaseURL, Account: "shop", Env: core.Sandbox, Spec: kinds.Builtin().Default()})
			if err == nil && f != format.JSON { // which tells times
				mustSayBare(s, want)
			}
			if s.says(kinds.Builtin().Default().TryPaths(kinds.ProductOfficial)[1]) != (f == format.URL || f == format.Curl) {
				t.Errorf("%s: paths are offered where they are of no use, or not where they are", f)
			}
			if i < len(format.Names())-1 {
				s.key(fyne.KeyRight)
			}
		}
		s.mustNotSay(s.agent.secret)
		s.key(fyne.KeyReturn)
		s.untilCalled("copy shop/sandbox format=postman previous=false")
	}
}

// A call is chosen from the list or typed, is checked, and is there again the
// next time; it is the account's default where that is wished.
func TestCopyACall(t *testing.T) {
	s := newStage(t, duo()...).open()
	s.clipboard.openCopySheet("shop-sandbox", format.URL)
	s.press("/cgi-bin/menu/get")
	s.mustSay("https://api.weixin.qq.com/cgi-bin/menu/get?access_token=ACCESS_TOKEN")
	var field *kit.Entry
	walk(s.sheet.Sheet, func(o fyne.CanvasObject) {
		if e, ok := o.(*kit.Entry); ok {
			field = e
		}
	})
	for _, bad := range []string{"cgi-bin", "//evil.example/", "https://evil.example/", "/a?access_token=x", "/a#b"} {
		field.SetText(bad)
		s.mustSay("The path must be like")
		s.key(fyne.KeyReturn)
		field.OnSubmitted(bad)
		if s.sheet == nil {
			t.Fatalf("%q is copied", bad)
		}
	}
	field.SetText("/cgi-bin/user/get?next_openid=")
	s.press("Copy")
	s.untilCalled("copy shop/sandbox format=url previous=false path=/cgi-bin/user/get?next_openid=")
	if slices.ContainsFunc(s.agent.log(), func(c string) bool { return strings.HasPrefix(c, "edit") }) {
		t.Error("it became the default although nobody wished so")
	}

	s.clipboard.openCopySheet("shop-sandbox", format.Curl)
	mustSayBare(s, "curl 'https://api.weixin.qq.com/cgi-bin/user/get?next_openid=&access_token=ACCESS_TOKEN'")
	walk(s.sheet.Sheet, func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Toggle); ok {
			b.Flip()
		}
	})
	s.press("Copy")
	s.untilCalled("edit shop/sandbox copy=curl path=/cgi-bin/user/get?next_openid=")
	s.until("the account's default", func() bool { return s.model.Find("shop-sandbox").CopyPath != "" })
	a, _ := s.model.find("shop-sandbox")
	if f := s.clipboard.defaultFormat(a); f != format.Curl {
		t.Errorf("the default is %s", f)
	}
	for _, item := range s.menus.menuOf(a).Items[1].ChildMenu.Items {
		if item.Checked != (item.Label == s.ui.T("format.curl")) {
			t.Errorf("%q is ticked: %v", item.Label, item.Checked)
		}
	}
}

// A live token is asked about from here as well, where that is set.
func TestCopyALiveCall(t *testing.T) {
	s := newStage(t, duo()...)
	s.agent.list.Settings.AskLiveCopy = true
	s.open()
	s.clipboard.openCopySheet("shop-live", format.URL)
	s.mustSay("LIVE")
	s.press("Copy LIVE token")
	s.mustSay("Copy a LIVE token?", "shop/live is a production account")
	s.key(fyne.KeyEscape)
	s.clipboard.openCopySheet("shop-live", format.URL)
	s.press("Copy LIVE token")
	s.press("Copy LIVE token")
	s.untilSays("shop/live copied as URL of a call")
	if n := strings.Count(strings.Join(s.agent.log(), "\n"), "copy "); n != 1 {
		t.Errorf("copied %d times", n)
	}
}

// The sheet fits the smallest window, and Tab reaches all of it.
func TestCopySheetIsReached(t *testing.T) {
	all := duo()
	all[0].Product = kinds.ProductMini
	s := newStage(t, all...).open()
	s.win.Resize(fyne.NewSize(320, 320))
	s.clipboard.openCopySheet("shop-sandbox", format.URL)
	c := s.win.Canvas()
	var seen []string
	for range 20 {
		switch f := c.Focused().(type) {
		case *kit.Button:
			seen = append(seen, f.Label())
		case *kit.Segment:
			seen = append(seen, "forms")
		case *kit.Entry:
			seen = append(seen, "path")
		case *kit.Toggle:
			seen = append(seen, "remember")
		}
		c.FocusNext()
	}
	want := append([]string{"forms", "path"}, kinds.Builtin().Default().TryPaths(kinds.ProductMini)...)
	want = append(want, "remember", "Cancel", "Copy")
	if len(seen) < len(want) || !slices.Equal(seen[:len(want)], want) {
		t.Errorf("Tab goes through %q, want %q", seen, want)
	}
	ground := s.sheetGround()
	if bottom := ground.Position().Y + ground.Size().Height; bottom > 320 {
		t.Errorf("the sheet ends at %v", bottom)
	}
}

// mustSayBare looks for words that may be broken at blanks.
func mustSayBare(s *stage, words string) {
	s.t.Helper()
	bare := strings.NewReplacer(" ", "", "\n", "")
	if !strings.Contains(bare.Replace(strings.Join(s.words(), "")), bare.Replace(words)) {
		s.t.Errorf("the screen does not say %q; it says\n%s", words, strings.Join(s.words(), "\n"))
	}
}

// However small the window, the buttons of a sheet come into sight when the
// keyboard reaches them, and nothing in it is wider than it is.
func TestSheetsInTheSmallestWindow(t *testing.T) {
	a := sample(strings.Repeat("公众号测试", 40), core.Live, noon, time.Hour, 2*time.Hour)
	a.ID = "long"
	for name, open := range map[string]func(*stage){
		"copy":   func(s *stage) { s.clipboard.openCopySheet("long", format.URL) },
		"secret": func(s *stage) { s.accounts.askSecret("long") },
		"delete": func(s *stage) { s.accounts.askRemove("long") },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, a).open()
			s.win.Resize(fyne.NewSize(320, 320))
			open(s)
			driver := fyne.CurrentApp().Driver()
			at, size := s.sheetGround().Position(), s.sheetGround().Size()
			parts := kit.Focusables(s.sheet.Box)
			if len(parts) < 2 {
				t.Fatalf("there are %d parts to press", len(parts))
			}
			for _, f := range parts {
				s.win.Canvas().Focus(f)
				o := f.(fyne.CanvasObject)
				p := driver.AbsolutePositionForObject(o)
				if p.X < at.X || p.X+o.Size().Width > at.X+size.Width {
					t.Errorf("%T stands at %v, %v wide, in a sheet from %v to %v", o, p.X, o.Size().Width, at.X, at.X+size.Width)
				}
				if p.Y < at.Y || p.Y+min(o.Size().Height, 36) > at.Y+size.Height {
					t.Errorf("%T stands at %v in a sheet from %v to %v", o, p.Y, at.Y, at.Y+size.Height)
				}
			}
		})
	}
}

// sheetGround is what the open sheet stands on.
func (s *stage) sheetGround() fyne.CanvasObject {
	return test.WidgetRenderer(s.sheet.Sheet).Objects()[1]
}

// Ctrl+Shift+C opens it as Ctrl+K does, digits choose, and the form that was copied last
// is there the next time, also in the next window; an account's own form goes before.
func TestTheLastFormIsRemembered(t *testing.T) {
	own := sample("own", core.Sandbox, noon, time.Hour, 2*time.Hour)
	own.CopyFormat = format.JSON
	s := newStage(t, own, healthy("shop"), healthy("test")).open()
	s.listing.selectAccount("shop-sandbox")
	s.keys.typedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyC, Modifier: ctrl | fyne.KeyModifierShift})
	forms := func() *kit.Segment { return s.win.Canvas().Focused().(*kit.Segment) }
	four := format.For(s.ui.Words.Spec(kinds.WeChat))[3]
	if forms().Value() != format.Raw {
		t.Errorf("it begins with %s", forms().Value())
	}
	s.mustSay("4  " + s.ui.T("format."+four))
	forms().TypedRune('9')
	forms().TypedRune('4')
	s.key(fyne.KeyReturn)
	s.untilCalled("copy shop/sandbox format=" + four + " previous=false")

	s.clipboard.openCopySheet("test-sandbox", "")
	if got := forms().Value(); got != four {
		t.Errorf("the next one begins with %s, want %s", got, four)
	}
	s.closeSheet()
	s.clipboard.openCopySheet(own.ID, "")
	if got := forms().Value(); got != format.JSON {
		t.Errorf("an account with a form of its own begins with %s", got)
	}
	s.closeSheet()

	var left []byte
	s.cfg.Keep = func(raw []byte) error { left = raw; return nil }
	s.remember()
	cfg := s.cfg
	cfg.Kept = left
	again := New(test.NewTempApp(t), cfg)
	t.Cleanup(again.Stop)
	if again.clipboard.last != four {
		t.Errorf("the next window knows %q of %s", again.clipboard.last, left)
	}
}
