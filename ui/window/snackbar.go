package window

import (
	"image/color"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// snack is one message at the bottom of the window.
type snack struct {
	Text   string
	Live   bool
	Bad    bool
	Clip   bool      // it speaks of what is on the clipboard
	Clears time.Time // when that is cleared; zero: it stays
	Follow bool      // and what is renewed takes its place
	Until  time.Time // when the message goes by itself
	Button string    // what can be done about it; empty: nothing but Clear now
	Do     func()    // and does it
}

// How long a message stays.
const (
	snackTime = 4 * time.Second
	errorTime = 9 * time.Second
	lateTime  = 30 * time.Second // of a token that came late and waits to be copied
)

// copiedSnack tells of a copy. It stays until the clipboard is cleared.
func copiedSnack(l *kit.Look, c api.Clipboard, now time.Time) snack {
	ref := refWords(api.Ref{Name: c.Account, Env: c.Env})
	s := snack{Text: l.T("snack.copied", "account", ref), Live: c.Env == core.Live, Clip: true, Clears: c.ClearsAt, Until: c.ClearsAt}
	switch {
	case c.Key != "":
		s.Text = l.T("snack.copied.key", "key", c.Key)
	case c.Followed:
		s.Text = l.T("snack.followed", "account", ref)
	case c.Format != "" && c.Format != "raw":
		s.Text = l.T("snack.copied.form", "account", ref, "format", l.T("format."+c.Format))
	}
	if c.ClearsAt.IsZero() {
		s.Until = now.Add(snackTime)
	}
	return s
}

// tail is what stands after the message: the countdown to clearing.
func (s snack) tail(l *kit.Look, now time.Time) string {
	switch {
	case !s.Clip:
		return ""
	case s.Clears.IsZero():
		return l.T("snack.stays")
	}
	left := max(0, s.Clears.Sub(now))
	words := l.T("snack.clears", "time", l.Words.Coarse((left + time.Second - 1).Truncate(time.Second)))
	if s.Follow {
		words += " · " + l.T("snack.follows")
	}
	return words
}

const snackHeight = 48

// snackbar shows the last message in a bar of its own, so that it covers no row.
type snackbar struct {
	widget.BaseWidget
	look  *kit.Look
	shown snack
	empty func() // clears the clipboard

	ground *canvas.Rectangle
	tagBox *canvas.Rectangle
	tag    *canvas.Text
	words  *kit.Prose
	tail   *canvas.Text
	clear  *kit.Button
	close  *kit.Button
}

func newSnackbar(l *kit.Look, clear, closed func()) *snackbar {
	p := l.Palette
	inv := *l
	inv.Palette.Text, inv.Palette.Border, inv.Palette.Hover, inv.Palette.SandboxText, inv.Palette.Muted = p.OnInv, p.InvMuted, kit.Alpha(p.InvMuted, 0x40), p.OnInv, p.InvMuted
	s := &snackbar{look: l, empty: clear}
	s.ground = canvas.NewRectangle(p.Inverse)
	s.tagBox = canvas.NewRectangle(p.Danger)
	s.tagBox.CornerRadius = 3
	s.tag = kit.BoldText(l.T("tag.live"), 11, p.OnDanger)
	s.words = kit.NewProse("", kit.SizeText, p.OnInv)
	s.tail = kit.Text("", 13, p.InvMuted)
	s.clear = kit.NewSmallButton(&inv, kit.Quiet, l.T("snack.clear"), s.act)
	s.close = kit.NewIconButton(&inv, kit.IconClose, l.T("close"), closed)
	s.Hide()
	s.ExtendBaseWidget(s)
	return s
}

func (s *snackbar) show(n snack, now time.Time) {
	s.shown = n
	ink := s.look.Palette.OnInv
	if n.Bad {
		ink = s.look.Palette.InvLive
	}
	s.words.Set(n.Text, ink)
	s.tail.Text = n.tail(s.look, now)
	s.tag.Hidden, s.tagBox.Hidden = !n.Live, !n.Live
	label := s.look.T("snack.clear")
	if n.Do != nil {
		label = n.Button
	}
	s.clear.Rename(label)
	s.clear.Hidden = n.Do == nil && (!n.Clip || n.Clears.IsZero())
	s.Show()
	s.Refresh()
}

// act does what the button says.
func (s *snackbar) act() {
	if s.shown.Do != nil {
		s.shown.Do()
		return
	}
	s.empty()
}

// tick counts down and reports whether the message is still to be shown.
func (s *snackbar) tick(now time.Time) bool {
	if s.Hidden {
		return true
	}
	if !s.shown.Until.IsZero() && !now.Before(s.shown.Until) {
		return false
	}
	if t := s.shown.tail(s.look, now); t != s.tail.Text {
		s.tail.Text = t
		s.arrange(s.Size())
		s.tail.Refresh()
	}
	return true
}

func (s *snackbar) CreateRenderer() fyne.WidgetRenderer {
	return &kit.Renderer{
		Parts: []fyne.CanvasObject{s.ground, s.tagBox, s.tag, s.words, s.tail, s.clear, s.close},
		Min:   func() fyne.Size { return fyne.NewSize(200, s.HeightFor(s.Size().Width)) },
		Place: s.arrange,
		Paint: func() { s.arrange(s.Size()) },
	}
}

// rooms are the left edge of the words and the room they have.
func (s *snackbar) rooms(width float32) (left, room float32) {
	left = kit.RowLeft
	if s.shown.Live {
		left += s.tag.MinSize().Width + 4*kit.Grid
	}
	room = width - left - 36 - kit.Grid
	if !s.clear.Hidden {
		room -= s.clear.MinSize().Width + 2*kit.Grid
	}
	return left, room
}

// beside reports whether the countdown stands beside the words or, where the
// window is narrow, under them.
func (s *snackbar) beside(room float32) bool {
	return kit.Measure(s.shown.Text, kit.SizeText, fyne.TextStyle{}).Width+2*kit.Grid+s.tail.MinSize().Width <= room
}

func (s *snackbar) HeightFor(width float32) float32 {
	_, room := s.rooms(width)
	if s.tail.Text != "" && s.beside(room) {
		return snackHeight
	}
	h := s.words.HeightFor(room)
	if s.tail.Text != "" {
		h += s.tail.MinSize().Height
	}
	return max(snackHeight, h+4*kit.Grid)
}

func (s *snackbar) arrange(size fyne.Size) {
	w, h := size.Width, size.Height
	kit.Place(s.ground, 0, 0, w, h)
	kit.Place(s.close, w-36-kit.Grid/2, (h-36)/2, 36, 36)
	left, room := s.rooms(w)
	if s.shown.Live {
		t := s.tag.MinSize()
		kit.Place(s.tagBox, kit.RowLeft, (h-t.Height)/2, t.Width+2*kit.Grid, t.Height)
		kit.Place(s.tag, kit.RowLeft+kit.Grid, (h-t.Height)/2-kit.Lift(s.tag.TextSize), t.Width, t.Height)
	}
	if !s.clear.Hidden {
		b := s.clear.MinSize()
		kit.Place(s.clear, w-36-kit.Grid-b.Width, (h-b.Height)/2, b.Width, b.Height)
	}
	t := s.tail.MinSize()
	if s.tail.Text != "" && s.beside(room) {
		m := kit.Measure(s.shown.Text, kit.SizeText, fyne.TextStyle{})
		kit.Place(s.words, left, (h-m.Height)/2, m.Width+1, m.Height)
		kit.Place(s.tail, left+m.Width+2*kit.Grid, (h-t.Height)/2+1, t.Width, t.Height)
		return
	}
	wh := s.words.HeightFor(room)
	th := t.Height
	if s.tail.Text == "" {
		th = 0
	}
	kit.Place(s.words, left, (h-wh-th)/2, room, wh)
	kit.Place(s.tail, left, (h-wh-th)/2+wh, t.Width, t.Height)
}

// sheet is a question over the window. Esc and a click beside it say no.
type sheet struct {
	widget.BaseWidget
	look *kit.Look
	box  *fyne.Container
	gone func()

	scroll  *kit.Scroller  // its middle, where that may be long
	yes     func()         // what Enter does where nothing in it had a use for that
	typed   func() bool    // something was typed that would be lost; nil: never
	first   fyne.Focusable // what had the keyboard at first
	leaving bool           // it asks whether to close the window

	shade  *canvas.Rectangle
	ground *canvas.Rectangle
	whole  *kit.Scroller // the box, where even that is too high for the window
}

var _ fyne.Tappable = (*sheet)(nil)

func newSheet(l *kit.Look, gone func(), parts ...fyne.CanvasObject) *sheet {
	s := &sheet{look: l, gone: gone, box: container.New(&kit.Column{Gap: 3 * kit.Grid, PadX: 5 * kit.Grid, PadY: 5 * kit.Grid}, parts...)}
	s.shade = canvas.NewRectangle(l.Palette.Shade)
	s.ground = canvas.NewRectangle(l.Palette.Raised)
	s.ground.CornerRadius = 2 * kit.Radius
	s.ground.StrokeWidth, s.ground.StrokeColor = 1, l.Palette.Line
	s.ExtendBaseWidget(s)
	return s
}

func (s *sheet) CreateRenderer() fyne.WidgetRenderer {
	s.whole = kit.NewScroller(s.box)
	f := &kit.Renderer{Parts: []fyne.CanvasObject{s.shade, s.ground, s.whole}, Min: func() fyne.Size { return fyne.NewSize(0, 0) }}
	f.Place = s.arrange
	f.Paint = func() { s.arrange(s.Size()) }
	return f
}

func (s *sheet) arrange(size fyne.Size) {
	kit.Place(s.shade, 0, 0, size.Width, size.Height)
	w := min(size.Width-8*kit.Grid, 400)
	h := min(kit.HeightFor(s.box, w), size.Height-4*kit.Grid)
	x, y := (size.Width-w)/2, max(2*kit.Grid, (size.Height-h)*2/5)
	kit.Place(s.ground, x, y, w, h)
	kit.Place(s.whole, x, y, w, h)
	s.whole.Reflow()
}

func (s *sheet) Tapped(e *fyne.PointEvent) {
	at, size := s.ground.Position(), s.ground.Size()
	inside := e.Position.X >= at.X && e.Position.X <= at.X+size.Width && e.Position.Y >= at.Y && e.Position.Y <= at.Y+size.Height
	if !inside {
		s.gone()
	}
}

// question is a sheet that asks before something is done.
type question struct {
	title, body, yes string
	no               string // empty: Cancel
	live             bool   // a tag says that it is about production
	role             kit.Role
}

func drawQuestion(l *kit.Look, q question, no, yes func()) (*sheet, fyne.Focusable) {
	stay := q.no
	if stay == "" {
		stay = l.T("cancel")
	}
	cancel := kit.NewButton(l, kit.Quiet, stay, no)
	ok := kit.NewButton(l, q.role, q.yes, yes)
	title := kit.NewProse(q.title, 17, l.Palette.Text)
	title.Style.Bold = true
	parts := []fyne.CanvasObject{title, kit.NewProse(q.body, kit.SizeText, l.Palette.Text), kit.Space(0, kit.Grid), atRight(cancel, ok)}
	if q.live {
		parts = append([]fyne.CanvasObject{newTag(l, true)}, parts...)
	}
	return newSheet(l, no, parts...), cancel
}

// atRight stands buttons at the right end of a line.
func atRight(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&kit.Bar{Gap: 2 * kit.Grid}, append([]fyne.CanvasObject{kit.Space(0, 0)}, objects...)...)
}

// newTag is the word of an environment in its box.
func newTag(l *kit.Look, live bool) fyne.CanvasObject {
	label, ink, ground := l.T("tag.live"), l.Palette.OnDanger, l.Palette.Danger
	box := canvas.NewRectangle(ground)
	box.CornerRadius = 3
	if !live {
		label, ink = l.T("tag.sandbox"), l.Palette.SandboxText
		box.FillColor, box.StrokeColor, box.StrokeWidth = color.Transparent, l.Palette.SandboxText, 1
	}
	t := kit.BoldText(label, 11, ink)
	return kit.Beside(container.New(&backed{padX: kit.Grid, lift: kit.Lift(t.TextSize)}, box, t))
}
