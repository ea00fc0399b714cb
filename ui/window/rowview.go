package window

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"tokentray/core"
)

// Measures of a row.
const (
	rowHeight = 68 // with the bar
	barHeight = 3
	edgeWidth = 4
	moreWidth = 36
	timeRight = moreWidth + grid // from the row's right edge to the figures
)

// rowView draws one row. It shows whichever account was bound last and touches
// only what differs from what it showed before: touched counts that.
type rowView struct {
	widget.BaseWidget
	look    *look
	on      rowActions
	shown   row
	bound   bool
	touched int

	hovered, selected, focused, flash bool

	ground  *canvas.Rectangle
	ring    *canvas.Rectangle
	edge    *canvas.Rectangle
	name    *canvas.Text
	tag     *canvas.Text
	tagBox  *canvas.Rectangle
	kind    *canvas.Text
	mask    *canvas.Text
	state   *canvas.Text
	time    *canvas.Text // hours and minutes
	secs    *canvas.Text // the seconds, apart: 60 pictures serve all rows for ever
	track   *canvas.Rectangle
	fill    *canvas.Rectangle
	dots    *canvas.Image
	strip   *canvas.Rectangle
	cause   *prose
	remedy  *prose
	helper  *button
	objects []fyne.CanvasObject
}

// rowActions are what a row asks of the window.
type rowActions struct {
	copy func(core.ID)
	menu func(id core.ID, at fyne.Position)
	help func(core.ID)
	pick func(core.ID)

	moved func() // the pointer moved on a row
}

var (
	_ fyne.Tappable          = (*rowView)(nil)
	_ fyne.SecondaryTappable = (*rowView)(nil)
	_ desktop.Hoverable      = (*rowView)(nil)
	_ desktop.Cursorable     = (*rowView)(nil)
)

func newRowView(l *look, on rowActions) *rowView {
	p := l.pal
	r := &rowView{look: l, on: on}
	r.ground = canvas.NewRectangle(color.Transparent)
	r.ring = canvas.NewRectangle(color.Transparent)
	r.ring.StrokeColor, r.ring.StrokeWidth, r.ring.Hidden = p.Sandbox, 2, true
	r.edge = canvas.NewRectangle(p.Live)
	r.name = boldWord("", sizeName, p.Text)
	r.tag = boldWord("", 11, p.OnDanger)
	r.tagBox = canvas.NewRectangle(p.Danger)
	r.tagBox.CornerRadius = 3
	r.kind = word("", sizeSmall, p.Muted)
	r.mask = monoWord("", 13, p.Muted)
	r.state = word("", 13, p.Muted)
	r.time = word("", sizeTime, p.Text)
	r.time.Alignment = fyne.TextAlignTrailing
	r.secs = word("", sizeTime, p.Text)
	r.track = canvas.NewRectangle(p.Line)
	r.fill = canvas.NewRectangle(p.Sandbox)
	r.dots = glyph(iconMore, p.Muted)
	r.dots.Hidden = true
	r.strip = canvas.NewRectangle(p.Warn)
	r.strip.CornerRadius = radius
	r.cause = newProse("", stripText, p.Text)
	r.remedy = newProse("", stripText, p.Muted)
	r.helper = smallButton(l, quiet, "", func() { on.help(r.shown.ID) })
	r.objects = []fyne.CanvasObject{
		r.ground, r.edge, r.name, r.tagBox, r.tag, r.kind, r.mask, r.state, r.time, r.secs, r.dots,
		r.strip, r.cause, r.remedy, r.helper, r.track, r.fill, r.ring,
	}
	r.ExtendBaseWidget(r)
	return r
}

func (r *rowView) CreateRenderer() fyne.WidgetRenderer {
	return &face{
		objects: r.objects,
		min:     func() fyne.Size { return fyne.NewSize(240, rowHeight) },
		lay:     func(fyne.Size) { r.arrange() },
	}
}

// bind shows another state of the row, or another row.
func (r *rowView) bind(next row) {
	if r.bound && next == r.shown {
		return
	}
	old, first := r.shown, !r.bound
	r.shown, r.bound = next, true
	sameShape := !first && old.ID == next.ID && old.Name == next.Name && old.Kind == next.Kind && old.Tag == next.Tag &&
		old.Mask == next.Mask && old.Problem == next.Problem && old.Live == next.Live
	if !sameShape {
		r.arrange()
		r.touched++
		return
	}
	if old.Time != next.Time || old.TimeTone != next.TimeTone {
		r.writeTime()
	}
	if old.State != next.State || old.StateTone != next.StateTone {
		r.placeState()
		r.touched++
	}
	if old.Fill != next.Fill || old.Soon != next.Soon {
		r.paintFill()
	}
}

// writeTime writes the figures, in two pieces: Fyne draws a string once and
// keeps the picture, and of the seconds there are but sixty.
func (r *rowView) writeTime() {
	s := r.shown.Time
	c := r.shown.TimeTone.in(r.look.pal)
	cut := strings.LastIndexByte(s, ':') + 1
	if cut == 0 {
		cut = len(s)
	}
	before := r.touched
	r.write(r.time, s[:cut], c)
	r.write(r.secs, s[cut:], c)
	r.touched = min(r.touched, before+1)
}

func (r *rowView) write(t *canvas.Text, s string, c color.NRGBA) {
	if t.Text == s && t.Color == c {
		return
	}
	t.Text, t.Color = s, c
	t.Refresh()
	r.touched++
}

// arrange places and paints everything anew.
func (r *rowView) arrange() {
	size := r.Size()
	if size.Width == 0 || !r.bound {
		return
	}
	s, w := r.shown, size.Width
	put(r.ground, 0, 0, w, size.Height)
	inside := float32(1) // the ring leaves the edge of a live row its colour
	if s.Live {
		inside = edgeWidth
	}
	put(r.ring, inside, 1, w-1-inside, size.Height-barHeight-2)
	r.edge.Hidden = !s.Live
	put(r.edge, 0, 0, edgeWidth, size.Height)

	r.writeTime()
	full := measure("0:00:00", sizeTime, fyne.TextStyle{})
	secs := measure("00", sizeTime, fyne.TextStyle{}).Width
	timeLeft := w - timeRight - max(full.Width, r.time.MinSize().Width+r.secs.MinSize().Width)
	timeTop := (rowHeight - barHeight - full.Height) / 2
	if r.secs.Text == "" {
		secs = 0
	}
	put(r.time, timeLeft, timeTop, w-timeRight-timeLeft-secs, full.Height)
	put(r.secs, w-timeRight-secs, timeTop, secs, full.Height)
	put(r.dots, w-moreWidth+6, (rowHeight-barHeight-20)/2, 20, 20)

	r.placeTitle(timeLeft - 2*grid)
	r.placeState()
	r.placeProblem(size)

	y := size.Height - barHeight
	put(r.track, 0, y, w, barHeight)
	r.paintFill()
	r.paintGround()
	for _, o := range r.objects {
		if o != r.helper {
			o.Refresh()
		}
	}
}

// placeTitle writes the first line: name, tag, kind.
func (r *rowView) placeTitle(right float32) {
	s, p := r.shown, r.look.pal
	const top = 10
	nameHeight := r.name.MinSize().Height
	r.tag.Text = s.Tag
	tag := float32(0)
	if s.Tag != "" {
		tag = r.tag.MinSize().Width + 3*grid
	}
	r.name.Text = ellipsize(s.Name, right-rowLeft-tag-2*grid, sizeName, r.name.TextStyle)
	nameWidth := r.name.MinSize().Width
	put(r.name, rowLeft, top, nameWidth, nameHeight)
	x := rowLeft + nameWidth + 2*grid
	r.tag.Hidden, r.tagBox.Hidden = s.Tag == "", s.Tag == ""
	if s.Tag != "" {
		th := r.tag.MinSize().Height
		r.tag.Color, r.tagBox.FillColor, r.tagBox.StrokeColor, r.tagBox.StrokeWidth = p.OnDanger, p.Danger, nil, 0
		if !s.Live {
			r.tag.Color, r.tagBox.FillColor = p.SandboxText, color.Transparent
			r.tagBox.StrokeColor, r.tagBox.StrokeWidth = p.SandboxText, 1
		}
		y := top + (nameHeight-th)/2 + lift(sizeName)
		put(r.tagBox, x, y, tag-grid, th)
		put(r.tag, x+grid, y-lift(r.tag.TextSize), tag-3*grid, th)
		x += tag + grid
	}
	r.kind.Text = ""
	if room := right - x; room > 8*grid {
		r.kind.Text = kindThatFits(s.Kind, func(words string) bool { return measure(words, sizeSmall, fyne.TextStyle{}).Width <= room })
	}
	kindHeight := r.kind.MinSize().Height
	put(r.kind, x, top+(nameHeight-kindHeight)/2+1, r.kind.MinSize().Width, kindHeight)
}

// kindThatFits is as much of the line about the kind as fits, in whole words:
// the product alone, or the mark of a pair. The detail has all of it.
func kindThatFits(kind string, fits func(string) bool) string {
	product, _, _ := strings.Cut(kind, " · ")
	mark := ""
	if strings.HasPrefix(kind, pairMark) {
		mark = pairMark
	}
	for _, words := range []string{kind, product} {
		if fits(words) {
			return words
		}
	}
	return mark
}

// placeState writes the second line: masked token and state.
func (r *rowView) placeState() {
	const top = 36
	s := r.shown
	x := float32(rowLeft)
	h := r.state.MinSize().Height
	r.mask.Text = s.Mask
	r.mask.Hidden = s.Mask == ""
	if s.Mask != "" {
		m := r.mask.MinSize()
		put(r.mask, x, top+(h-m.Height)/2, m.Width, m.Height)
		x += m.Width + 3*grid
	}
	right := r.time.Position().X - 2*grid
	r.state.Text, r.state.Color = ellipsize(s.State, max(0, right-x), 13, fyne.TextStyle{}), s.StateTone.in(r.look.pal)
	put(r.state, x, top, r.state.MinSize().Width, h)
	r.state.Refresh()
}

func (r *rowView) paintFill() {
	p, s := r.look.pal, r.shown
	hue := p.env(s.Live)
	if s.Soon {
		hue = p.Soon
	}
	// Whole half units, so that a long life does not move the bar each second.
	width := float32(int(r.Size().Width*s.Fill*2)) / 2
	if r.fill.FillColor == hue && r.fill.Size().Width == width && r.fill.Position().Y == r.Size().Height-barHeight {
		return
	}
	if r.fill.FillColor != hue {
		r.fill.FillColor = hue
		r.fill.Refresh()
	}
	put(r.fill, 0, r.Size().Height-barHeight, width, barHeight)
	r.touched++
}

func (r *rowView) paintGround() {
	p := r.look.pal
	var c color.Color = color.Transparent
	switch {
	case r.flash:
		c = alpha(p.env(r.shown.Live), 0x38)
	case r.hovered:
		c = p.Hover
	case r.selected:
		c = alpha(p.Hover, 0xb0)
	}
	if r.ground.FillColor != c {
		r.ground.FillColor = c
		r.ground.Refresh()
	}
	// The dots show on the row in use alone: a quieter list, and nine pictures
	// less to draw each second.
	if dots := r.hovered || r.selected; r.dots.Hidden == dots {
		r.dots.Hidden = !dots
		r.dots.Refresh()
	}
	if ring := r.selected && r.focused; r.ring.Hidden == ring {
		r.ring.Hidden = !ring
		r.ring.Refresh()
	}
}

// mark sets how the row is chosen: selected, and with the keyboard on the list.
func (r *rowView) mark(selected, focused bool) {
	if r.selected != selected || r.focused != focused {
		r.selected, r.focused = selected, focused
		r.paintGround()
	}
}

// blink lights the row up, or ends that.
func (r *rowView) blink(on bool) {
	r.flash = on
	r.paintGround()
}

func (r *rowView) Tapped(e *fyne.PointEvent) {
	r.on.moved()
	r.on.pick(r.shown.ID)
	if e.Position.X >= r.Size().Width-moreWidth-grid && e.Position.Y < rowHeight {
		r.on.menu(r.shown.ID, e.AbsolutePosition)
		return
	}
	if e.Position.Y < rowHeight {
		r.on.copy(r.shown.ID)
	}
}

func (r *rowView) TappedSecondary(e *fyne.PointEvent) {
	r.on.pick(r.shown.ID)
	r.on.menu(r.shown.ID, e.AbsolutePosition)
}

func (r *rowView) MouseIn(*desktop.MouseEvent)    { r.hovered = true; r.on.moved(); r.paintGround() }
func (r *rowView) MouseMoved(*desktop.MouseEvent) { r.on.moved() }
func (r *rowView) MouseOut()                      { r.hovered = false; r.paintGround() }
func (r *rowView) Cursor() desktop.Cursor         { return desktop.PointerCursor }
