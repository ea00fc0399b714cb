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
func copiedSnack(l *look, c api.Clipboard, now time.Time) snack {
	ref := refWords(api.Ref{Name: c.Account, Env: c.Env})
	s := snack{Text: l.t("snack.copied", "account", ref), Live: c.Env == core.Live, Clip: true, Clears: c.ClearsAt, Until: c.ClearsAt}
	switch {
	case c.Key != "":
		s.Text = l.t("snack.copied.key", "key", c.Key)
	case c.Followed:
		s.Text = l.t("snack.followed", "account", ref)
	case c.Format != "" && c.Format != "raw":
		s.Text = l.t("snack.copied.form", "account", ref, "format", l.t("format."+c.Format))
	}
	if c.ClearsAt.IsZero() {
		s.Until = now.Add(snackTime)
	}
	return s
}

// tail is what stands after the message: the countdown to clearing.
func (s snack) tail(l *look, now time.Time) string {
	switch {
	case !s.Clip:
		return ""
	case s.Clears.IsZero():
		return l.t("snack.stays")
	}
	left := max(0, s.Clears.Sub(now))
	words := l.t("snack.clears", "time", l.say.Coarse((left + time.Second - 1).Truncate(time.Second)))
	if s.Follow {
		words += " · " + l.t("snack.follows")
	}
	return words
}

const snackHeight = 48

// snackbar shows the last message in a bar of its own, so that it covers no row.
type snackbar struct {
	widget.BaseWidget
	look  *look
	shown snack
	empty func() // clears the clipboard

	ground *canvas.Rectangle
	tagBox *canvas.Rectangle
	tag    *canvas.Text
	words  *prose
	tail   *canvas.Text
	clear  *button
	close  *button
}

func newSnackbar(l *look, clear, closed func()) *snackbar {
	p := l.pal
	inv := *l
	inv.pal.Text, inv.pal.Border, inv.pal.Hover, inv.pal.SandboxText, inv.pal.Muted = p.OnInv, p.InvMuted, alpha(p.InvMuted, 0x40), p.OnInv, p.InvMuted
	s := &snackbar{look: l, empty: clear}
	s.ground = canvas.NewRectangle(p.Inverse)
	s.tagBox = canvas.NewRectangle(p.Danger)
	s.tagBox.CornerRadius = 3
	s.tag = boldWord(l.t("tag.live"), 11, p.OnDanger)
	s.words = newProse("", sizeText, p.OnInv)
	s.tail = word("", 13, p.InvMuted)
	s.clear = smallButton(&inv, quiet, l.t("snack.clear"), s.act)
	s.close = iconButton(&inv, iconClose, l.t("close"), closed)
	s.Hide()
	s.ExtendBaseWidget(s)
	return s
}

func (s *snackbar) show(n snack, now time.Time) {
	s.shown = n
	ink := s.look.pal.OnInv
	if n.Bad {
		ink = s.look.pal.InvLive
	}
	s.words.set(n.Text, ink)
	s.tail.Text = n.tail(s.look, now)
	s.tag.Hidden, s.tagBox.Hidden = !n.Live, !n.Live
	label := s.look.t("snack.clear")
	if n.Do != nil {
		label = n.Button
	}
	s.clear.rename(label)
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
	return &face{
		objects: []fyne.CanvasObject{s.ground, s.tagBox, s.tag, s.words, s.tail, s.clear, s.close},
		min:     func() fyne.Size { return fyne.NewSize(200, s.heightFor(s.Size().Width)) },
		lay:     s.arrange,
		refresh: func() { s.arrange(s.Size()) },
	}
}

// rooms are the left edge of the words and the room they have.
func (s *snackbar) rooms(width float32) (left, room float32) {
	left = rowLeft
	if s.shown.Live {
		left += s.tag.MinSize().Width + 4*grid
	}
	room = width - left - 36 - grid
	if !s.clear.Hidden {
		room -= s.clear.MinSize().Width + 2*grid
	}
	return left, room
}

// beside reports whether the countdown stands beside the words or, where the
// window is narrow, under them.
func (s *snackbar) beside(room float32) bool {
	return measure(s.shown.Text, sizeText, fyne.TextStyle{}).Width+2*grid+s.tail.MinSize().Width <= room
}

func (s *snackbar) heightFor(width float32) float32 {
	_, room := s.rooms(width)
	if s.tail.Text != "" && s.beside(room) {
		return snackHeight
	}
	h := s.words.heightFor(room)
	if s.tail.Text != "" {
		h += s.tail.MinSize().Height
	}
	return max(snackHeight, h+4*grid)
}

func (s *snackbar) arrange(size fyne.Size) {
	w, h := size.Width, size.Height
	put(s.ground, 0, 0, w, h)
	put(s.close, w-36-grid/2, (h-36)/2, 36, 36)
	left, room := s.rooms(w)
	if s.shown.Live {
		t := s.tag.MinSize()
		put(s.tagBox, rowLeft, (h-t.Height)/2, t.Width+2*grid, t.Height)
		put(s.tag, rowLeft+grid, (h-t.Height)/2-lift(s.tag.TextSize), t.Width, t.Height)
	}
	if !s.clear.Hidden {
		b := s.clear.MinSize()
		put(s.clear, w-36-grid-b.Width, (h-b.Height)/2, b.Width, b.Height)
	}
	t := s.tail.MinSize()
	if s.tail.Text != "" && s.beside(room) {
		m := measure(s.shown.Text, sizeText, fyne.TextStyle{})
		put(s.words, left, (h-m.Height)/2, m.Width+1, m.Height)
		put(s.tail, left+m.Width+2*grid, (h-t.Height)/2+1, t.Width, t.Height)
		return
	}
	wh := s.words.heightFor(room)
	th := t.Height
	if s.tail.Text == "" {
		th = 0
	}
	put(s.words, left, (h-wh-th)/2, room, wh)
	put(s.tail, left, (h-wh-th)/2+wh, t.Width, t.Height)
}

// sheet is a question over the window. Esc and a click beside it say no.
type sheet struct {
	widget.BaseWidget
	look *look
	box  *fyne.Container
	gone func()

	scroll  *scroller      // its middle, where that may be long
	yes     func()         // what Enter does where nothing in it had a use for that
	typed   func() bool    // something was typed that would be lost; nil: never
	first   fyne.Focusable // what had the keyboard at first
	leaving bool           // it asks whether to close the window

	shade  *canvas.Rectangle
	ground *canvas.Rectangle
	whole  *scroller // the box, where even that is too high for the window
}

var _ fyne.Tappable = (*sheet)(nil)

func newSheet(l *look, gone func(), parts ...fyne.CanvasObject) *sheet {
	s := &sheet{look: l, gone: gone, box: container.New(&column{gap: 3 * grid, padX: 5 * grid, padY: 5 * grid}, parts...)}
	s.shade = canvas.NewRectangle(l.pal.Shade)
	s.ground = canvas.NewRectangle(l.pal.Raised)
	s.ground.CornerRadius = 2 * radius
	s.ground.StrokeWidth, s.ground.StrokeColor = 1, l.pal.Line
	s.ExtendBaseWidget(s)
	return s
}

func (s *sheet) CreateRenderer() fyne.WidgetRenderer {
	s.whole = newScroller(s.box)
	f := &face{objects: []fyne.CanvasObject{s.shade, s.ground, s.whole}, min: func() fyne.Size { return fyne.NewSize(0, 0) }}
	f.lay = s.arrange
	f.refresh = func() { s.arrange(s.Size()) }
	return f
}

func (s *sheet) arrange(size fyne.Size) {
	put(s.shade, 0, 0, size.Width, size.Height)
	w := min(size.Width-8*grid, 400)
	h := min(heightFor(s.box, w), size.Height-4*grid)
	x, y := (size.Width-w)/2, max(2*grid, (size.Height-h)*2/5)
	put(s.ground, x, y, w, h)
	put(s.whole, x, y, w, h)
	s.whole.reflow()
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
	role             role
}

func drawQuestion(l *look, q question, no, yes func()) (*sheet, fyne.Focusable) {
	stay := q.no
	if stay == "" {
		stay = l.t("cancel")
	}
	cancel := newButton(l, quiet, stay, no)
	ok := newButton(l, q.role, q.yes, yes)
	title := newProse(q.title, 17, l.pal.Text)
	title.style.Bold = true
	parts := []fyne.CanvasObject{title, newProse(q.body, sizeText, l.pal.Text), gap(0, grid), atRight(cancel, ok)}
	if q.live {
		parts = append([]fyne.CanvasObject{newTag(l, true)}, parts...)
	}
	return newSheet(l, no, parts...), cancel
}

// atRight stands buttons at the right end of a line.
func atRight(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&bar{gap: 2 * grid}, append([]fyne.CanvasObject{gap(0, 0)}, objects...)...)
}

// newTag is the word of an environment in its box.
func newTag(l *look, live bool) fyne.CanvasObject {
	label, ink, ground := l.t("tag.live"), l.pal.OnDanger, l.pal.Danger
	box := canvas.NewRectangle(ground)
	box.CornerRadius = 3
	if !live {
		label, ink = l.t("tag.sandbox"), l.pal.SandboxText
		box.FillColor, box.StrokeColor, box.StrokeWidth = color.Transparent, l.pal.SandboxText, 1
	}
	t := boldWord(label, 11, ink)
	return beside(container.New(&backed{padX: grid, lift: lift(t.TextSize)}, box, t))
}
