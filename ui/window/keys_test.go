package window

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// Every key stands in the table once, with words in both languages, and the
// sheet says them all.
func TestKeysAreSaid(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		s := newStage(t, duo()...).in(lang, 460).open()
		s.keys.openKeys()
		said := strings.Join(s.words(), "\n")
		used := map[stroke]string{}
		for _, b := range s.keys.bindings() {
			key := text.Key("window.keys.do." + b.name)
			if !s.ui.Words.Has(key) {
				t.Errorf("there is no %s", key)
			}
			if len(b.strokes) == 0 || b.do == nil || !strings.Contains(said, b.labels(s.ui)) {
				t.Errorf("%s: the sheet does not name %s", b.name, b.labels(s.ui))
			}
			if does := s.ui.T("keys.do." + b.name); !s.says(does) && !strings.Contains(strings.ReplaceAll(said, "\n", " "), does) {
				t.Errorf("%s: the sheet does not say what it does", b.name)
			}
			for _, one := range b.strokes {
				if used[one] != "" {
					t.Errorf("%+v stands for %s and for %s", one, used[one], b.name)
				}
				used[one] = b.name
			}
		}
		for _, g := range keyGroups() {
			s.mustSay(s.ui.T("keys." + string(g)))
		}
		for _, example := range searchExamples() {
			s.mustSay(example)
		}
		s.key(fyne.KeyEscape)
		if s.sheet != nil {
			t.Error("Esc does not close the sheet")
		}
	}
}

// What the table says is what the keys do.
func TestKeysAct(t *testing.T) {
	s := newStage(t, town(noon)...).open()
	for _, b := range s.keys.bindings() {
		for _, one := range b.strokes {
			var do func()
			switch {
			case b.group == keysList:
				do = s.keys.bound(one, keysList)
			default:
				do = s.keys.bound(one, keysAnywhere, keysAccount, keysForm)
			}
			if do == nil {
				t.Errorf("%s: %+v does nothing", b.name, one)
			}
		}
	}
	for what, open := range map[string]func(){
		"?":  func() { s.listing.list.TypedRune('?') },
		"F1": func() { s.key(fyne.KeyF1) },
		"F1 in the search": func() {
			s.listing.openFinder()
			s.key(fyne.KeyF1)
		},
		"? on a button": func() {
			s.pane.openDetail("shop-sandbox")
			s.win.Canvas().Focused().TypedRune('?')
		},
	} {
		s.win.Canvas().Focus(s.listing.list)
		open()
		if s.sheet == nil || !s.says("Keys") {
			t.Errorf("%s does not open the sheet", what)
		}
		s.closeSheet()
		s.listing.closeFinder()
		s.pane.closeDetail()
	}
	// In a field a question mark is a character.
	s.listing.openFinder()
	s.win.Canvas().Focused().TypedRune('?')
	if s.sheet != nil || s.listing.search != "?" {
		t.Errorf("the search is %q", s.listing.search)
	}
}

// The sheet fits the smallest window: its middle scrolls, by keyboard too.
func TestSheetOfKeysScrolls(t *testing.T) {
	s := newStage(t, duo()...).open()
	s.win.Resize(fyne.NewSize(320, 320))
	s.keys.openKeys()
	if bottom := s.sheetGround().Position().Y + s.sheetGround().Size().Height; bottom > 320 {
		t.Errorf("the sheet ends at %v", bottom)
	}
	s.key(fyne.KeyPageDown)
	if y := s.sheet.Offset(); y <= 0 {
		t.Errorf("Page Down scrolls to %v", y)
	}
	s.key(fyne.KeyHome)
	if y := s.sheet.Offset(); y != 0 {
		t.Errorf("Home scrolls to %v", y)
	}
}

// Tab goes through everything that can be pressed, and whatever has the keyboard
// shows it.
func TestTabOrder(t *testing.T) {
	for _, width := range []float32{460, 1100} {
		s := newStage(t, blocked("gate", "sandbox"), duo()[0]).in("en", width).open()
		c := s.win.Canvas()
		c.Unfocus()
		var order []string
		for range 40 {
			c.FocusNext()
			switch f := c.Focused().(type) {
			case *kit.Segment:
				order = append(order, "switch")
				if !ringed(f) {
					t.Error("the switch does not show that it has the keyboard")
				}
			case *kit.Button:
				order = append(order, f.Label())
				if !ringed(f) {
					t.Errorf("%q does not show that it has the keyboard", f.Label())
				}
			case *kit.Picker:
				order = append(order, "picker")
			case *listView:
				order = append(order, "list")
				if v := f.views[f.selected]; v == nil || v.ring.Hidden {
					t.Error("the list does not show that it has the keyboard")
				}
			case *dayChart:
				order = append(order, "chart")
				if f.frame.StrokeWidth != 2 || f.frame.StrokeColor != f.ui.Palette.Sandbox {
					t.Error("the picture of the day does not show that it has the keyboard")
				}
			default:
				order = append(order, "something else")
			}
			if len(order) > 1 && order[len(order)-1] == order[0] {
				break
			}
		}
		want := "switch, Search, Add an account, Today, Settings, list, Copy IP, "
		if width > wideFrom {
			want += "More, " // of the detail, which the first row opened
		}
		got := strings.Join(order, ", ")
		if !strings.HasPrefix(got+", ", want) || !strings.HasSuffix(got, "switch") || strings.Contains(got, "something else") {
			t.Errorf("at width %v Tab goes through %s", width, got)
		}
	}
}

// A click does not draw the keyboard's ring, Tab and arrows do.
func TestRingIsTheKeyboards(t *testing.T) {
	s := newStage(t, duo()...).open()
	s.listing.click("shop-sandbox")
	if !s.listing.list.views["shop-sandbox"].ring.Hidden {
		t.Error("a click draws the ring")
	}
	s.key(fyne.KeyDown)
	if s.listing.list.views["solo-sandbox"].ring.Hidden {
		t.Error("an arrow key draws no ring")
	}
}

// A form is tested and saved without leaving its fields.
func TestKeysOfTheForm(t *testing.T) {
	s := newStage(t).open()
	s.ctrl(fyne.KeyS) // no form, nothing to save
	s.ctrl(fyne.KeyN)
	for field, what := range map[string]string{"name": "shop", "appid": "wx0123456789abcdef", "secret": "0123456789abcdef0123456789abcdef"} {
		s.typeInto(field, what)
	}
	s.ctrl(fyne.KeyReturn)
	s.untilSays("It works")
	s.ctrl(fyne.KeyS)
	s.untilCalled("add shop/sandbox")
	s.until("the list", func() bool { return s.accounts.form == nil })
}

// ringed reports whether a part shows that it has the keyboard.
func ringed(w fyne.Widget) bool {
	ground, ok := test.WidgetRenderer(w).Objects()[0].(*canvas.Rectangle)
	return ok && ground.StrokeWidth == 2
}

// An icon shows its label while the pointer rests on it, within the window, and not
// after the pointer left.
func TestIconsHaveTips(t *testing.T) {
	s := newStage(t, duo()...).open()
	icons := map[string]*kit.Button{}
	walk(s.win.Content(), func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok {
			icons[b.Label()] = b
		}
	})
	waits := make(chan time.Time)
	s.after = func(d time.Duration) <-chan time.Time {
		if d != tipWait {
			t.Errorf("waits %v", d)
		}
		return waits
	}
	for _, name := range []string{"Search", "Settings"} {
		icons[name].MouseIn(nil)
		s.mustNotSay(name)
		waits <- noon
		s.until("the tip", func() bool { return s.tips.layer.Visible() })
		s.mustSay(name)
		if right := s.tips.ground.Position().X + s.tips.ground.Size().Width; right > s.win.Canvas().Size().Width {
			t.Errorf("%s is told up to %v", name, right)
		}
		icons[name].MouseOut()
		s.mustNotSay(name)
	}
	icons["Search"].MouseIn(nil)
	icons["Search"].MouseOut()
	icons["Settings"].MouseIn(nil)
	waits <- noon
	waits <- noon
	s.until("the tip", func() bool { return s.tips.layer.Visible() })
	s.mustNotSay("Search")
}

// The dots of a row tell what they do and their key while the pointer is on them, and
// nothing after a click, after it left, or once the row has gone from under it.
func TestTheDotsOfARowHaveATip(t *testing.T) {
	for lang, want := range map[string]string{"en": "All its actions (Ctrl+M)", "zh": "全部操作（Ctrl+M）"} {
		s := newStage(t, town(noon)...).in(lang, 460).open()
		waits := make(chan time.Time)
		s.after = func(d time.Duration) <-chan time.Time {
			if d != tipWait {
				return make(chan time.Time)
			}
			return waits
		}
		list := s.listing.list
		view := list.views[list.ids[1]]
		at := func(x, y float32) *desktop.MouseEvent {
			return &desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(x, y)}}
		}
		dots := at(view.Size().Width-moreWidth/2, view.shown.least()/2)
		come := func() {
			t.Helper()
			view.MouseMoved(dots)
			waits <- noon
			s.until("the tip", func() bool { return s.tips.layer.Visible() })
			s.mustSay(want)
		}
		view.MouseIn(at(40, 10))
		s.mustNotSay(want)
		come()
		top := s.app.Driver().AbsolutePositionForObject(view)
		if y := s.tips.ground.Position().Y; y < top.Y || y > top.Y+2*view.Size().Height {
			t.Errorf("the row is at %v, the tip at %v", top, y)
		}
		view.MouseMoved(at(40, 10))
		s.mustNotSay(want)
		come()
		view.MouseOut()
		s.mustNotSay(want)
		view.MouseIn(at(40, 10))
		come()
		view.Tapped(&dots.PointEvent)
		s.mustNotSay(want)
		view.MouseMoved(dots) // the pointer rests where it clicked
		s.mustNotSay(want)
		s.menus.closeMenu()
		view.MouseMoved(at(40, 10))
		come()
		list.scrollTo(1)
		s.mustNotSay(want)
		come()
		list.scrollTo(list.end())
		s.mustNotSay(want)
	}
}

// Ctrl+C copies the selected account's token, but not from under an open page, and
// in a field it copies what is selected there.
func TestCtrlCCopiesTheSelectedRow(t *testing.T) {
	s := newStage(t, duo()...).open()
	press := func() { s.keys.typedShortcut(&fyne.ShortcutCopy{Clipboard: s.app.Clipboard()}) }
	press() // nothing is selected
	s.key(fyne.KeyDown)
	press()
	s.untilSays("shop/sandbox copied")
	s.clipboard.dismiss()
	s.settings.openSettings()
	press()
	s.settings.back()
	s.listing.openFinder()
	if _, ok := s.win.Canvas().Focused().(fyne.Shortcutable); !ok {
		t.Error("a field leaves its Ctrl+C to the window")
	}
	n := 0
	for _, call := range s.agent.log() {
		if strings.HasPrefix(call, "copy ") {
			n++
		}
	}
	if n != 1 {
		t.Errorf("copied %d times", n)
	}
}
