package window

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"tokentray/ui/kit"
)

const snackHeight = 48

// snackbar shows the last message in a bar of its own, so that it covers no row.
type snackbar struct {
	widget.BaseWidget
	ui    *kit.UI
	shown message
	empty func() // clears the clipboard

	ground  *canvas.Rectangle
	tagBox  *canvas.Rectangle
	tag     *canvas.Text
	words   *kit.Prose
	tail    *canvas.Text
	clear   *kit.Button
	closing *kit.Button
}

func newSnackbar(ui *kit.UI, clear, closed func()) *snackbar {
	p := ui.Palette
	inv := *ui
	inv.Palette.Text, inv.Palette.Border, inv.Palette.Hover, inv.Palette.SandboxText, inv.Palette.Muted = p.OnInv, p.InvMuted, kit.Alpha(p.InvMuted, 0x40), p.OnInv, p.InvMuted
	s := &snackbar{ui: ui, empty: clear}
	s.ground = canvas.NewRectangle(p.Inverse)
	s.tagBox = canvas.NewRectangle(p.Danger)
	s.tagBox.CornerRadius = 3
	s.tag = kit.BoldText(ui.T("tag.live"), 11, p.OnDanger)
	s.words = kit.NewProse("", kit.SizeText, p.OnInv)
	s.tail = kit.Text("", 13, p.InvMuted)
	s.clear = kit.NewSmallButton(&inv, kit.Quiet, ui.T("snack.clear"), s.act)
	s.closing = kit.NewIconButton(&inv, kit.IconClose, ui.T("close"), closed).Keyed(ui.KeyOf("back"))
	s.Hide()
	s.ExtendBaseWidget(s)
	return s
}

func (s *snackbar) show(n message, now time.Time) {
	s.shown = n
	ink := s.ui.Palette.OnInv
	if n.Bad {
		ink = s.ui.Palette.InvLive
	}
	s.words.Set(n.words(s.ui), ink)
	s.tail.Text = n.countdown(s.ui, now)
	s.tag.Hidden, s.tagBox.Hidden = !n.Live, !n.Live
	label := s.ui.T("snack.clear")
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
	if t := s.shown.countdown(s.ui, now); t != s.tail.Text {
		s.tail.Text = t
		s.arrange(s.Size())
		s.tail.Refresh()
	}
	return true
}

func (s *snackbar) CreateRenderer() fyne.WidgetRenderer {
	return &kit.Renderer{
		Parts: []fyne.CanvasObject{s.ground, s.tagBox, s.tag, s.words, s.tail, s.clear, s.closing},
		Min:   func() fyne.Size { return fyne.NewSize(200, s.HeightFor(s.Size().Width)) },
		Place: s.arrange,
		Paint: func() { s.arrange(s.Size()) },
	}
}

// textArea are the left edge of the words and the room they have.
func (s *snackbar) textArea(width float32) (left, room float32) {
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
	return kit.Measure(s.shown.words(s.ui), kit.SizeText, fyne.TextStyle{}).Width+2*kit.Grid+s.tail.MinSize().Width <= room
}

func (s *snackbar) HeightFor(width float32) float32 {
	_, room := s.textArea(width)
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
	kit.Place(s.closing, w-36-kit.Grid/2, (h-36)/2, 36, 36)
	left, room := s.textArea(w)
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
		m := kit.Measure(s.shown.words(s.ui), kit.SizeText, fyne.TextStyle{})
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
