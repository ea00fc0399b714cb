package window

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"tokentray/core"
	"tokentray/ui/kit"
)

// rowView draws one row. It shows the account bound last and touches only what
// differs from what it showed before: touched counts that.
type rowView struct {
	widget.BaseWidget
	ui      *kit.UI
	on      rowActions
	shown   row
	bound   bool
	touched int

	pressed                                   core.ID // when the button went down
	hovered, selected, focused, flash, marked bool
	told                                      fyne.CanvasObject // the icon that is told of, under the pointer
	titleEnd                                  float32           // right edge of name, tag and kind

	ground           *canvas.Rectangle
	ring             *canvas.Rectangle
	edge             *canvas.Rectangle
	rail             *canvas.Rectangle // along the rows of a group
	name             *canvas.Text
	tag              *canvas.Text
	tagBox           *canvas.Rectangle
	kind             *canvas.Text
	mask             *canvas.Text
	state            *canvas.Text
	time             *canvas.Text // hours and minutes
	secs             *canvas.Text // the seconds, separately: 60 pictures serve all rows for ever
	track            *canvas.Rectangle
	fill             *canvas.Rectangle
	dots             *canvas.Image
	check            *canvas.Image // in the place of the dots: the row is marked
	strip            *canvas.Rectangle
	folded, unfolded *canvas.Image // that the strip can be opened, or closed
	cause            *kit.Prose
	remedy           *kit.Prose
	helper           *kit.Button
	objects          []fyne.CanvasObject
}

// rowActions are what a row asks of the window.
type rowActions struct {
	copyToken func(core.ID)
	menu      func(id core.ID, at fyne.Position)
	help      func(core.ID)
	selected  func(core.ID)
	box       func(core.ID) // opens or closes the strip
	modifiers func() fyne.KeyModifier
	mark      func(core.ID, fyne.KeyModifier) // a click with Ctrl or Shift

	moved   func()             // the pointer moved on a row
	settled func(core.ID) bool // a click is meant for the row
}

var (
	_ fyne.Tappable          = (*rowView)(nil)
	_ fyne.SecondaryTappable = (*rowView)(nil)
	_ desktop.Hoverable      = (*rowView)(nil)
	_ desktop.Cursorable     = (*rowView)(nil)
	_ desktop.Mouseable      = (*rowView)(nil)
)

func newRowView(ui *kit.UI, on rowActions) *rowView {
	p := ui.Palette
	r := &rowView{ui: ui, on: on}
	r.ground = canvas.NewRectangle(color.Transparent)
	r.ring = canvas.NewRectangle(color.Transparent)
	r.ring.StrokeColor, r.ring.StrokeWidth, r.ring.Hidden = p.Sandbox, 2, true
	r.edge = canvas.NewRectangle(p.Live)
	r.rail = canvas.NewRectangle(kit.Alpha(p.Muted, 0xa0))
	r.name = kit.BoldText("", kit.SizeName, p.Text)
	r.tag = kit.BoldText("", 11, p.OnDanger)
	r.tagBox = canvas.NewRectangle(p.Danger)
	r.tagBox.CornerRadius = 3
	r.kind = kit.Text("", kit.SizeSmall, p.Muted)
	r.mask = kit.MonoText("", 13, p.Muted)
	r.state = kit.Text("", 13, p.Muted)
	r.time = kit.Text("", kit.SizeTime, p.Text)
	r.time.Alignment = fyne.TextAlignTrailing
	r.secs = kit.Text("", kit.SizeTime, p.Text)
	r.track = canvas.NewRectangle(p.Line)
	r.fill = canvas.NewRectangle(p.Sandbox)
	r.dots = kit.Icon(kit.IconMore, p.Muted)
	r.dots.Hidden = true
	r.check = kit.Icon(kit.IconCheck, p.SandboxText)
	r.check.Hidden = true
	r.strip = canvas.NewRectangle(p.Warn)
	r.strip.CornerRadius = kit.Radius
	r.folded, r.unfolded = kit.Icon(kit.IconFolded, p.Muted), kit.Icon(kit.IconUnfold, p.Muted)
	r.cause = kit.NewProse("", stripText, p.Text)
	r.remedy = kit.NewProse("", stripText, p.Muted)
	r.helper = kit.NewSmallButton(ui, kit.Quiet, "", func() {
		if on.settled(r.shown.ID) {
			on.help(r.shown.ID)
		}
	})
	r.objects = []fyne.CanvasObject{
		r.ground, r.edge, r.rail, r.name, r.tagBox, r.tag, r.kind, r.mask, r.state, r.time, r.secs, r.dots, r.check,
		r.strip, r.folded, r.unfolded, r.cause, r.remedy, r.helper, r.track, r.fill, r.ring,
	}
	r.ExtendBaseWidget(r)
	return r
}

func (r *rowView) CreateRenderer() fyne.WidgetRenderer {
	return &kit.Renderer{
		Parts: r.objects,
		Min:   func() fyne.Size { return fyne.NewSize(240, r.shown.least()) },
		Place: func(fyne.Size) { r.arrange() },
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
		old.Mask == next.Mask && old.Problem == next.Problem && old.Live == next.Live && old.Grouped == next.Grouped &&
		old.Compact == next.Compact && old.Open == next.Open
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

// writeTime writes the figures in two pieces: Fyne draws a string once and keeps the
// picture, and there are only sixty for the seconds.
func (r *rowView) writeTime() {
	s := r.shown.Time
	c := r.shown.TimeTone.in(r.ui.Palette)
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

// arrange places and repaints everything.
func (r *rowView) arrange() {
	size := r.Size()
	if size.Width == 0 || !r.bound {
		return
	}
	s, w := r.shown, size.Width
	kit.Place(r.ground, 0, 0, w, size.Height)
	inside := float32(1) // the ring does not cover the coloured edge of a live row
	if s.Live {
		inside = edgeWidth
	}
	kit.Place(r.ring, inside, 1, w-1-inside, size.Height-barHeight-2)
	r.edge.Hidden = !s.Live
	kit.Place(r.edge, 0, 0, edgeWidth, size.Height)

	r.rail.Hidden = !s.Grouped
	kit.Place(r.rail, edgeWidth+railGap, 0, railWidth, size.Height-barHeight)

	r.writeTime()
	full := kit.Measure("0:00:00", kit.SizeTime, fyne.TextStyle{})
	secs := kit.Measure("00", kit.SizeTime, fyne.TextStyle{}).Width
	timeLeft := w - timeRight - max(full.Width, r.time.MinSize().Width+r.secs.MinSize().Width)
	middle := s.least() - barHeight
	timeTop := (middle - full.Height) / 2
	if r.secs.Text == "" {
		secs = 0
	}
	kit.Place(r.time, timeLeft, timeTop, w-timeRight-timeLeft-secs, full.Height)
	kit.Place(r.secs, w-timeRight-secs, timeTop, secs, full.Height)
	kit.Place(r.dots, w-moreWidth+6, (middle-20)/2, 20, 20)
	kit.Place(r.check, w-moreWidth+6, (middle-20)/2, 20, 20)

	r.placeTitle(timeLeft - 2*kit.Grid)
	r.placeState()
	r.placeProblem(size)

	y := size.Height - barHeight
	kit.Place(r.track, 0, y, w, barHeight)
	r.paintFill()
	r.paintGround()
	for _, o := range r.objects {
		if o != r.helper {
			o.Refresh()
		}
	}
}

// placeTitle writes name, tag and kind: the first line, or the beginning of the only
// one, where the state needs room too.
func (r *rowView) placeTitle(right float32) {
	s, p := r.shown, r.ui.Palette
	nameHeight := r.name.MinSize().Height
	top := float32(10)
	if s.Compact {
		top = (s.least()-barHeight-nameHeight)/2 - 1
		right -= min(stateRoom, right/3)
	}
	r.tag.Text = s.Tag
	tag := float32(0)
	if s.Tag != "" {
		tag = r.tag.MinSize().Width + 3*kit.Grid
	}
	r.name.Text = kit.Ellipsize(s.Name, right-kit.RowLeft-tag-2*kit.Grid, kit.SizeName, r.name.TextStyle)
	nameWidth := r.name.MinSize().Width
	kit.Place(r.name, kit.RowLeft, top, nameWidth, nameHeight)
	x := kit.RowLeft + nameWidth + 2*kit.Grid
	r.tag.Hidden, r.tagBox.Hidden = s.Tag == "", s.Tag == ""
	if s.Tag != "" {
		th := r.tag.MinSize().Height
		r.tag.Color, r.tagBox.FillColor, r.tagBox.StrokeColor, r.tagBox.StrokeWidth = p.OnDanger, p.Danger, nil, 0
		if !s.Live {
			r.tag.Color, r.tagBox.FillColor = p.SandboxText, color.Transparent
			r.tagBox.StrokeColor, r.tagBox.StrokeWidth = p.SandboxText, 1
		}
		y := top + (nameHeight-th)/2 + kit.Lift(kit.SizeName)
		kit.Place(r.tagBox, x, y, tag-kit.Grid, th)
		kit.Place(r.tag, x+kit.Grid, y-kit.Lift(r.tag.TextSize), tag-3*kit.Grid, th)
		x += tag + kit.Grid
	}
	r.kind.Text = ""
	if room := right - x; s.Compact {
		r.kind.Text = kindThatFits(s.Kind, func(string) bool { return false })
	} else if room > 8*kit.Grid {
		r.kind.Text = kindThatFits(s.Kind, func(words string) bool { return kit.Measure(words, kit.SizeSmall, fyne.TextStyle{}).Width <= room })
	}
	kindHeight := r.kind.MinSize().Height
	kit.Place(r.kind, x, top+(nameHeight-kindHeight)/2+1, r.kind.MinSize().Width, kindHeight)
	r.titleEnd = x
	if r.kind.Text != "" {
		r.titleEnd += r.kind.MinSize().Width + 2*kit.Grid
	}
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

// placeState writes masked token and state: the second line, or the state alone at the
// end of the only one.
func (r *rowView) placeState() {
	s := r.shown
	h := r.state.MinSize().Height
	x, top := float32(kit.RowLeft), float32(36)
	if s.Compact {
		x, top = r.titleEnd, (s.least()-barHeight-h)/2
	}
	r.mask.Text = s.Mask
	r.mask.Hidden = s.Mask == "" || s.Compact
	if !r.mask.Hidden {
		m := r.mask.MinSize()
		kit.Place(r.mask, x, top+(h-m.Height)/2, m.Width, m.Height)
		x += m.Width + 3*kit.Grid
	}
	right := r.time.Position().X - 2*kit.Grid
	r.state.Text, r.state.Color = kit.Ellipsize(s.State, max(0, right-x), 13, fyne.TextStyle{}), s.StateTone.in(r.ui.Palette)
	kit.Place(r.state, x, top, r.state.MinSize().Width, h)
	r.state.Refresh()
}

func (r *rowView) paintFill() {
	p, s := r.ui.Palette, r.shown
	hue := p.Hue(s.Live)
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
	kit.Place(r.fill, 0, r.Size().Height-barHeight, width, barHeight)
	r.touched++
}

func (r *rowView) paintGround() {
	p := r.ui.Palette
	var c color.Color = color.Transparent
	switch {
	case r.flash:
		c = kit.Alpha(p.Hue(r.shown.Live), 0x38)
	case r.marked:
		c = kit.Alpha(p.Sandbox, 0x2c)
	case r.hovered:
		c = p.Hover
	case r.selected:
		c = kit.Alpha(p.Hover, 0xb0)
	}
	if r.ground.FillColor != c {
		r.ground.FillColor = c
		r.ground.Refresh()
	}
	// Only the row in use shows the dots: the list is quieter, and each second draws
	// nine pictures less.
	if r.check.Hidden == r.marked {
		r.check.Hidden = !r.marked
		r.check.Refresh()
	}
	if dots := (r.hovered || r.selected) && !r.marked; r.dots.Hidden == dots {
		r.dots.Hidden = !dots
		r.dots.Refresh()
	}
	if ring := r.selected && r.focused; r.ring.Hidden == ring {
		r.ring.Hidden = !ring
		r.ring.Refresh()
	}
}

// mark sets how the row is chosen: selected, with the keyboard on the list, and marked.
func (r *rowView) mark(selected, focused, marked bool) {
	if r.selected != selected || r.focused != focused || r.marked != marked {
		r.selected, r.focused, r.marked = selected, focused, marked
		r.paintGround()
	}
}

// blink lights the row up, or ends that.
func (r *rowView) blink(on bool) {
	r.flash = on
	r.paintGround()
}
