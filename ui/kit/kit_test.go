package kit

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"tokentray/ui/text"
)

// uiIn returns a UI without a window.
func uiIn(lang text.Lang) *UI {
	return &UI{Palette: LightPalette(), Words: text.New(lang), OnKey: func(*fyne.KeyEvent) {}, OnShortcut: func(fyne.Shortcut) {}}
}

// shown puts an object into a window of a given size.
func shown(t *testing.T, o fyne.CanvasObject, size fyne.Size) fyne.Window {
	t.Helper()
	w := test.NewTempWindow(t, o)
	w.SetPadded(false)
	w.Resize(size)
	return w
}

func TestSegment(t *testing.T) {
	test.NewTempApp(t)
	ui := uiIn(text.English)
	var picked []string
	s := NewSegment(ui, "a", func(v string) { picked = append(picked, v) },
		Choice{Value: "a", Label: "Alpha"}, Choice{Value: "b", Label: "Beta"}, Choice{Value: "c", Label: "Gamma"}, Choice{Value: "d", Label: "Delta"})
	if h := s.HeightFor(1000); h != SegmentHeight {
		t.Errorf("in a wide place it is %v high", h)
	}
	if h := s.HeightFor(s.LineWidth() - 10); h != 2*SegmentHeight {
		t.Errorf("in a narrow place it is %v high", h)
	}
	s.Resize(fyne.NewSize(s.LineWidth()-10, 2*SegmentHeight))
	test.TapAt(s, fyne.NewPos(s.Size().Width-5, SegmentHeight+5))
	s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyLeft})
	test.TapAt(s, fyne.NewPos(5, 5))
	if got := strings.Join(picked, ""); got != "dca" {
		t.Errorf("picked %q", got)
	}
}

// A single-line switch stays within its width. Where there is too little room, shapes
// replace the words.
func TestSegmentInOneLine(t *testing.T) {
	test.NewTempApp(t)
	s := NewSegment(uiIn(text.English), "a", nil,
		Choice{Value: "a", Label: "Sandbox", Paths: IconSandbox}, Choice{Value: "b", Label: "Live", Paths: IconLive}, Choice{Value: "c", Label: "All"})
	s.Single = true
	for _, width := range []float32{500, 300, 200, 120} {
		for i, c := range s.cells(width) {
			if c.Y != 0 || c.X+c.W > width+0.5 {
				t.Errorf("at width %v option %d stands at %v", width, i, c)
			}
		}
	}
	if s.squeezed(s.LineWidth()) || !s.squeezed(120) {
		t.Error("the shapes stand for the words at the wrong width")
	}
}

// New choices replace the old ones. The value stays, and choices that did not change
// are not drawn again.
func TestSegmentOffersOtherChoices(t *testing.T) {
	test.NewTempApp(t)
	ui := uiIn(text.English)
	s := NewSegment(ui, "b", nil, Choice{Value: "a", Label: "Alpha"}, Choice{Value: "b", Label: "Beta"})
	shown(t, s, fyne.NewSize(300, SegmentHeight))
	before := s.words[0]
	s.SetChoices(Choice{Value: "a", Label: "Alpha"}, Choice{Value: "b", Label: "Beta"})
	if s.words[0] != before {
		t.Error("the same choices were written anew")
	}
	s.SetChoices(Choice{Value: "b", Label: "Beta"}, Choice{Value: "c", Label: "Gamma"})
	if s.Value() != "b" || len(s.words) != 2 || s.words[1].Text != "Gamma" {
		t.Errorf("it stands at %q among %d", s.Value(), len(s.words))
	}
}

// A part that has the focus shows it and can be used with the keyboard.
func TestButtonsAndTogglesByKeyboard(t *testing.T) {
	test.NewTempApp(t)
	ui := uiIn(text.English)
	pressed, other := 0, fyne.KeyName("")
	ui.OnKey = func(e *fyne.KeyEvent) { other = e.Name }
	b := NewButton(ui, Filled, "Save", func() { pressed++ })
	on := false
	box := NewToggle(ui, "Start at login", false, func(v bool) { on = v })
	c := shown(t, Stack(Grid, b, box), fyne.NewSize(200, 100)).Canvas()
	c.Focus(b)
	if b.ground.StrokeWidth != 2 {
		t.Error("the button does not show that it has the keyboard")
	}
	for _, k := range []fyne.KeyName{fyne.KeyReturn, fyne.KeySpace, fyne.KeyEnter} {
		b.TypedKey(&fyne.KeyEvent{Name: k})
	}
	b.Enable(false)
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	test.Tap(b)
	if pressed != 3 || b.Enabled() {
		t.Errorf("pressed %d times", pressed)
	}
	c.Focus(box)
	box.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	if !on || box.box.StrokeWidth != 2 {
		t.Errorf("switched %v, a ring of %v", on, box.box.StrokeWidth)
	}
	box.Set(false)
	if !on || box.checked {
		t.Error("Set tells of itself, or does not switch")
	}
	box.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if other != fyne.KeyEscape {
		t.Errorf("a key without a use became %q", other)
	}
}

// A field passes a pasted text to its handler first, limits its length, and passes
// the window's keys on.
func TestEntry(t *testing.T) {
	app := test.NewTempApp(t)
	ui := uiIn(text.English)
	var keys []fyne.KeyName
	var told []string
	ui.OnKey = func(e *fyne.KeyEvent) { keys = append(keys, e.Name) }
	e := NewEntry(ui, "", "begun", func(s string) { told = append(told, s) })
	shown(t, e, fyne.NewSize(200, 40))
	if e.CursorColumn != 5 {
		t.Errorf("the cursor stands at %d", e.CursorColumn)
	}
	e.OnPaste = func(s string) bool { return strings.HasPrefix(s, "secret") }
	paste := func(s string) {
		app.Clipboard().SetContent(s)
		e.TypedShortcut(&fyne.ShortcutPaste{Clipboard: app.Clipboard()})
	}
	paste("secret: 123")
	if e.Text != "begun" {
		t.Errorf("a text that was taken elsewhere is in the field: %q", e.Text)
	}
	paste(strings.Repeat("无尽", MaxEntry))
	if n := len([]rune(e.Text)); n != MaxEntry+5 {
		t.Errorf("the field holds %d characters", n)
	}
	n := len(told)
	e.Write("quiet")
	if e.Text != "quiet" || len(told) != n {
		t.Error("Write tells of itself, or does not write")
	}
	for _, k := range []fyne.KeyName{fyne.KeyEscape, fyne.KeyF1, fyne.KeyLeft} {
		e.TypedKey(&fyne.KeyEvent{Name: k})
	}
	if len(keys) != 2 {
		t.Errorf("the window got %q", keys)
	}
}

// A label that is wider than its column has a line of its own, so that label and value
// never overlap.
func TestFactWithALongLabel(t *testing.T) {
	test.NewTempApp(t)
	ui := uiIn(text.English)
	for _, label := range []string{"AppID", "Introspection URL", "URL at which the server gives the token"} {
		plain := NewFact(ui, label)
		copied := NewCopiedFact(ui, label, func(string) string { return "Copy" }, nil)
		for _, f := range []*Fact{plain, copied} {
			f.Set("https://sso.example.com/realms/shop", ui.Palette.Text)
			shown(t, Stack(0, f.Root), fyne.NewSize(300, 100))
			l, v := f.label, f.Root.Objects[1]
			right, below := l.Position().X+l.MinSize().Width, l.Position().Y+l.Size().Height
			if right > v.Position().X && below > v.Position().Y {
				t.Errorf("%q reaches to %v, %v, where its value begins at %v", label, right, below, v.Position())
			}
			if end := v.Position().Y + HeightFor(v, v.Size().Width); end > f.Root.Size().Height {
				t.Errorf("%q: the value ends at %v of %v", label, end, f.Root.Size().Height)
			}
		}
	}
}

func TestRing(t *testing.T) {
	test.NewTempApp(t)
	ui := uiIn(text.English)
	r := NewRing(ui, Dial{Fill: 0.71, Percent: "71%"})
	shown(t, r, fyne.NewSquareSize(ringSize))
	arcs := func() [2]canvas.Arc { return [2]canvas.Arc{*r.fill, *r.inner} }
	before := arcs()
	r.Set(Dial{Fill: 0.7091, Percent: "70%"})
	if arcs() != before || r.percent.Text != "70%" {
		t.Error("less than a step turned the ring, or the figures stayed")
	}
	r.Set(Dial{Fill: 0.001, Soon: true, Inner: 0.5, Percent: "0%"})
	if r.fill.EndAngle != 2 || r.fill.FillColor != ui.Palette.Soon || r.fill.Hidden || r.inner.EndAngle != 180 {
		t.Errorf("shortly before the end it shows %v and %v of %v", r.fill.EndAngle, r.inner.EndAngle, r.fill.FillColor)
	}
	for _, live := range []bool{false, true, false} { // two accounts whose tokens are alike
		if r.Set(Dial{Fill: 0.7, Live: live}); r.fill.FillColor != ui.Palette.Hue(live) {
			t.Errorf("live: %v is shown in %v", live, r.fill.FillColor)
		}
	}
	r.Set(Dial{Percent: "0%"})
	if !r.fill.Hidden || !r.inner.Hidden {
		t.Error("what is over has a ring")
	}
	for _, tt := range []struct {
		fill float32
		want float32
	}{{-1, 0}, {0, 0}, {0.0001, 2}, {0.25, 90}, {0.999, 358}, {1, 360}, {2, 360}} {
		if got := turn(tt.fill); got != tt.want {
			t.Errorf("%v turns %v, want %v", tt.fill, got, tt.want)
		}
	}
}

// The row of a key is made once. It keeps the focus when it moves.
func TestRows(t *testing.T) {
	test.NewTempApp(t)
	ui := uiIn(text.English)
	made := 0
	rows := NewRows(Stack(Grid), func(name string) (fyne.CanvasObject, *Button) {
		made++
		b := NewButton(ui, Quiet, name, nil)
		return b, b
	})
	if rows.Box.Visible() {
		t.Error("a box without rows is shown")
	}
	c := shown(t, rows.Box, fyne.NewSize(200, 200)).Canvas()
	rows.Show([]string{"a", "b"}, func(string, *Button) {})
	b := rows.Box.Objects[1].(*Button)
	c.Focus(b)
	if !rows.Show([]string{"b", "c", "a"}, func(string, *Button) {}) {
		t.Error("rows moved unsaid")
	}
	if made != 3 || rows.Box.Objects[0] != b || c.Focused() != fyne.Focusable(b) {
		t.Errorf("made %d, the keyboard is on %v", made, c.Focused())
	}
	if rows.Show([]string{"b", "c", "a"}, func(string, *Button) {}) {
		t.Error("nothing moved, and it is said")
	}
	if rows.Show(nil, nil); rows.Box.Visible() {
		t.Error("a box whose rows are gone is shown")
	}
}

// A page scrolls a part that gets the focus into view, but not a part outside of its
// scroller.
func TestPageRevealsWhatHasTheKeyboard(t *testing.T) {
	test.NewTempApp(t)
	ui := uiIn(text.English)
	p := NewPage(ui, Grid, NewHead(ui, NewIconButton(ui, IconBack, "back", nil), "A page"))
	var parts []fyne.CanvasObject
	for range 20 {
		parts = append(parts, NewButton(p.UI, Quiet, "press", nil))
	}
	p.Add(parts...)
	foot := NewButton(p.UI, Filled, "save", nil)
	p.SetFoot(AtRight(foot))
	c := shown(t, p.Root, fyne.NewSize(300, 300)).Canvas()
	driver := fyne.CurrentApp().Driver()
	for _, o := range []fyne.CanvasObject{parts[19], parts[0], parts[10]} {
		c.Focus(o.(fyne.Focusable))
		y := driver.AbsolutePositionForObject(o).Y
		if y < HeadHeight || y+o.Size().Height > driver.AbsolutePositionForObject(foot).Y {
			t.Errorf("a button that has the keyboard stands at %v", y)
		}
	}
	at := p.Offset()
	c.Focus(foot)
	if p.Offset() != at {
		t.Error("the foot scrolled the page")
	}
	p.ScrollTo(1e6)
	if most := p.Offset(); most <= 0 || most > 1000 {
		t.Errorf("it scrolls to %v", most)
	}
}

// A click beside a sheet closes it; a click on it does not. Keys scroll a long sheet.
func TestSheet(t *testing.T) {
	test.NewTempApp(t)
	ui := uiIn(text.English)
	closed := 0
	s := NewLongSheet(ui, Grid, Title(ui, "A long sheet"), func() { closed++ })
	for range 30 {
		s.Add(NewButton(s.UI, Quiet, "press", nil))
	}
	s.SetFoot(AtRight(NewButton(s.UI, Filled, "close", nil)))
	shown(t, s, fyne.NewSize(320, 320))
	test.TapAt(s, fyne.NewPos(160, 160))
	if closed != 0 {
		t.Error("a click on the sheet closed it")
	}
	test.TapAt(s, fyne.NewPos(2, 2))
	if closed != 1 {
		t.Error("a click beside the sheet did not close it")
	}
	s.Scroll(fyne.KeyPageDown)
	if s.Offset() <= 0 {
		t.Error("Page Down does not scroll")
	}
	s.Scroll(fyne.KeyHome)
	if s.Offset() != 0 {
		t.Errorf("Home scrolls to %v", s.Offset())
	}
}

// An option lights up under the pointer and looks as before when the pointer leaves.
func TestHover(t *testing.T) {
	test.NewTempApp(t)
	s := NewSegment(uiIn(text.English), "a", nil, Choice{Value: "a", Label: "Alpha"}, Choice{Value: "b", Label: "Beta"})
	shown(t, s, fyne.NewSize(300, SegmentHeight))
	s.MouseIn(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(280, 10)}})
	if s.over.Hidden {
		t.Error("nothing is lit up under the pointer")
	}
	s.MouseOut()
	if !s.over.Hidden {
		t.Error("an option stays lit up")
	}
}

// The wheel scrolls a page over its fields too, three times as far as Fyne does. A
// part that scrolls away under the pointer is no longer lit. In a note that has the
// focus, the wheel scrolls the note.
func TestTheWheelGoesOnOverFields(t *testing.T) {
	test.NewTempApp(t)
	ui := uiIn(text.English)
	p := NewPage(ui, Grid, NewHead(ui, NewIconButton(ui, IconBack, "back", nil), "A page"))
	lit := NewSegment(p.UI, "a", nil, Choice{Value: "a", Label: "Alpha"}, Choice{Value: "b", Label: "Beta"})
	p.Add(lit)
	for range 20 {
		p.Add(NewEntry(p.UI, "", "", nil))
	}
	note := NewNoteEntry(p.UI, strings.Repeat("line\n", 50), nil)
	p.Add(note)
	c := shown(t, p.Root, fyne.NewSize(300, 300)).Canvas()
	lit.MouseIn(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(250, 10)}})
	for range 3 {
		test.Scroll(c, fyne.NewPos(150, 200), 0, -10)
	}
	if got := p.Offset(); got != 3*10*wheelPace() {
		t.Errorf("three notches over a field scroll to %v", got)
	}
	if !lit.over.Hidden {
		t.Error("what scrolled away is still lit up")
	}
	p.ScrollTo(1e6)
	at := p.Offset()
	c.Focus(note)
	test.Scroll(c, fyne.NewPos(150, 280), 0, -30)
	if p.Offset() != at {
		t.Error("the wheel in a note scrolls the page")
	}
}

// Up and down move between the lines of a switch. At the first and last line they go
// to the parent.
func TestSegmentByUpAndDown(t *testing.T) {
	test.NewTempApp(t)
	ui := uiIn(text.English)
	var left []fyne.KeyName
	ui.OnKey = func(e *fyne.KeyEvent) { left = append(left, e.Name) }
	s := NewSegment(ui, "a", nil, Choice{Value: "a", Label: "Alpha"}, Choice{Value: "b", Label: "Beta"}, Choice{Value: "c", Label: "Gamma"},
		Choice{Value: "d", Label: "Delta"}, Choice{Value: "e", Label: "Epsilon"})
	shown(t, container.NewWithoutLayout(s), fyne.NewSize(300, 300))
	s.Resize(fyne.NewSize(2*s.widest()+10, 3*SegmentHeight))
	var way []string
	for _, k := range []fyne.KeyName{fyne.KeyUp, fyne.KeyDown, fyne.KeyRight, fyne.KeyDown, fyne.KeyDown, fyne.KeyUp, fyne.KeyUp} {
		s.TypedKey(&fyne.KeyEvent{Name: k})
		way = append(way, s.Value())
	}
	if got := strings.Join(way, ""); got != "acdeeca" || len(left) != 2 {
		t.Errorf("the keys lead through %s, and %q went on", got, left)
	}
}

// Tab reaches the eye of a secret field, and the eye has a label.
func TestTheEyeHasTheKeyboard(t *testing.T) {
	test.NewTempApp(t)
	ui := uiIn(text.English)
	e := NewSecretEntry(ui, "", "swordfish", nil)
	c := shown(t, Stack(Grid, e), fyne.NewSize(300, 100)).Canvas()
	c.Focus(e)
	c.FocusNext()
	eye, ok := c.Focused().(*Button)
	if !ok || eye.Label() != "Show what is typed" {
		t.Fatalf("Tab leads to %T", c.Focused())
	}
	eye.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	if e.Password || eye.Label() != "Hide what is typed" {
		t.Error("the eye does not show what is typed")
	}
	eye.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	if !e.Password {
		t.Error("the eye does not hide it again")
	}
}

// An icon shows its label while the pointer is on it.
func TestIconsTellWhatTheyDo(t *testing.T) {
	test.NewTempApp(t)
	ui := uiIn(text.English)
	var told []string
	ui.OnTip = func(_ fyne.CanvasObject, words string) { told = append(told, words) }
	b := NewIconButton(ui, IconAdd, "Add an account", func() {})
	words := NewButton(ui, Quiet, "Save", nil)
	shown(t, Stack(Grid, b, words), fyne.NewSize(300, 100))
	b.MouseIn(nil)
	b.MouseOut()
	words.MouseIn(nil)
	words.MouseOut()
	if len(told) != 2 || told[0] != "Add an account (Tab, then Enter)" || told[1] != "" {
		t.Errorf("told %q", told)
	}
}

// TestARendererMadeAgainIsLaidOut: Fyne drops the renderer of a widget that was hidden for
// a minute. The next one shows the same, at the same places.
func TestARendererMadeAgainIsLaidOut(t *testing.T) {
	test.NewTempApp(t)
	ui := uiIn(text.English)
	picker := NewPicker(ui, "a", nil, Choice{Value: "a", Label: "Alpha", Group: "Letters"}, Choice{Value: "b", Label: "Beta", Group: "Letters"})
	for name, w := range map[string]fyne.Widget{
		"a button":       NewButton(ui, Filled, "Add", nil),
		"an icon button": NewIconButton(ui, IconKey, "Key", nil),
		"a toggle":       NewToggle(ui, "On", true, nil),
		"a ring":         NewRing(ui, Dial{Percent: "50", Fill: 0.5, Inner: 0.2}),
		"a segment":      NewSegment(ui, "a", nil, Choice{Value: "a", Label: "Alpha"}, Choice{Value: "b", Label: "Beta"}),
		"a picker":       picker,
		"prose":          NewProse("Some words that are long enough to be wrapped", SizeText, ui.Palette.Text),
		"a scroller":     NewScroller(container.NewVBox(NewButton(ui, Quiet, "Add", nil))),
	} {
		size := fyne.NewSize(200, 120)
		shown(t, container.NewWithoutLayout(w), size)
		w.Resize(size)
		looks := func(of fyne.WidgetRenderer) (out []string) {
			for _, o := range of.Objects() {
				out = append(out, fmt.Sprintf("%T at %v, %v, visible %v", o, o.Position(), o.Size(), o.Visible()))
			}
			return out
		}
		first := looks(test.WidgetRenderer(w))
		if again := looks(w.CreateRenderer()); !slices.Equal(first, again) || len(first) == 0 {
			t.Errorf("%s was\n%s\nand is\n%s", name, strings.Join(first, "\n"), strings.Join(again, "\n"))
		}
	}
}
