package window

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// choice is one option of a segment.
type choice struct {
	value, label string
	paths        string      // a shape before the label, so that colour is never alone
	hue          color.NRGBA // of shape and underline; zero means the accent
}

// segment is a switch between few options that are all in sight. Left and right
// move it; its mark is a bar under the chosen word.
type segment struct {
	widget.BaseWidget
	look    *look
	choices []choice
	value   string
	on      func(value string)

	single bool // keeps to one line: where that is short, the shapes alone stand for the words

	hovered int // index, or -1
	focused bool

	frame  *canvas.Rectangle
	chosen *canvas.Rectangle
	mark   *canvas.Rectangle
	over   *canvas.Rectangle
	words  []*canvas.Text
	bolds  []*canvas.Text
	shapes []*canvas.Image
}

var (
	_ fyne.Focusable    = (*segment)(nil)
	_ fyne.Tappable     = (*segment)(nil)
	_ desktop.Hoverable = (*segment)(nil)
	_ tall              = (*segment)(nil)
)

func newSegment(l *look, value string, on func(string), choices ...choice) *segment {
	s := &segment{look: l, choices: choices, value: value, on: on, hovered: -1}
	s.ExtendBaseWidget(s)
	return s
}

const segmentHeight = 36

func (s *segment) CreateRenderer() fyne.WidgetRenderer {
	p := s.look.pal
	s.frame = canvas.NewRectangle(p.Hover)
	s.frame.CornerRadius = radius
	s.over = canvas.NewRectangle(color.Transparent)
	s.chosen = canvas.NewRectangle(p.Raised)
	s.chosen.CornerRadius = radius
	s.mark = canvas.NewRectangle(p.Sandbox)
	f := &face{objects: []fyne.CanvasObject{s.frame, s.over, s.chosen, s.mark}, refresh: s.paint}
	for _, c := range s.choices {
		t := word(c.label, sizeText, p.Muted)
		b := boldWord(c.label, sizeText, p.Text)
		s.words, s.bolds = append(s.words, t), append(s.bolds, b)
		f.objects = append(f.objects, t, b)
		var g *canvas.Image
		if c.paths != "" {
			g = glyph(c.paths, c.hue)
			f.objects = append(f.objects, g)
		}
		s.shapes = append(s.shapes, g)
	}
	f.min = func() fyne.Size { return fyne.NewSize(s.widest(), segmentHeight) }
	f.lay = func(fyne.Size) { s.paint() }
	s.paint()
	return f
}

// wide is the width of all options in one line.
func (s *segment) wide() float32 {
	var w float32
	for i := range s.choices {
		w += s.want(i)
	}
	return w
}

// widest is the width of the widest option.
func (s *segment) widest() float32 {
	var w float32
	for i := range s.choices {
		w = max(w, s.want(i))
	}
	return w
}

// want is the width an option needs.
func (s *segment) want(i int) float32 {
	w := measure(s.choices[i].label, sizeText, fyne.TextStyle{Bold: true}).Width + 5*grid
	if s.choices[i].paths != "" {
		w += 14 + grid
	}
	return w
}

// tight is the width of an option that is down to its shape, if it has one.
func (s *segment) tight(i int) float32 {
	if s.choices[i].paths != "" {
		return 14 + 4*grid
	}
	return s.want(i)
}

// squeezed reports whether shapes stand for words: the air beside these was
// given up first.
func (s *segment) squeezed(width float32) bool {
	return s.single && s.wide()-float32(len(s.choices))*3*grid > width+0.5
}

// cell is where an option stands.
type cell struct{ x, y, w float32 }

// cells places the options: in one line where they fit, each with its share of
// the spare room; else in as few lines of equal cells as it takes.
func (s *segment) cells(width float32) []cell {
	n := len(s.choices)
	out := make([]cell, n)
	total := s.wide()
	if total <= width+0.5 {
		x, spare := float32(0), (width-total)/float32(n)
		for i := range s.choices {
			out[i] = cell{x, 0, s.want(i) + spare}
			x += out[i].w
		}
		return out
	}
	if !s.squeezed(width) && s.single {
		for i, x := 0, float32(0); i < n; i++ {
			out[i] = cell{x, 0, s.want(i) - (total-width)/float32(n)}
			x += out[i].w
		}
		return out
	}
	if s.single {
		total = 0
		for i := range s.choices {
			out[i].x, out[i].w = total, s.tight(i)
			total += out[i].w
		}
		for i := range out {
			out[i].x, out[i].w = out[i].x*width/total, out[i].w*width/total
		}
		return out
	}
	perLine := max(1, min(n-1, int(width/s.widest())))
	lines := (n + perLine - 1) / perLine
	perLine = (n + lines - 1) / lines
	for i := range s.choices {
		w := width / float32(perLine)
		out[i] = cell{float32(i%perLine) * w, float32(i/perLine) * segmentHeight, w}
	}
	return out
}

// heightFor implements tall.
func (s *segment) heightFor(width float32) float32 {
	cells := s.cells(width)
	return cells[len(cells)-1].y + segmentHeight
}

func (s *segment) paint() {
	p := s.look.pal
	size := s.Size()
	put(s.frame, 0, 0, size.Width, size.Height)
	s.frame.StrokeWidth, s.frame.StrokeColor = 0, color.Transparent
	if s.focused {
		s.frame.StrokeWidth, s.frame.StrokeColor = 2, p.Sandbox
	}
	s.chosen.Hide()
	s.mark.Hide()
	s.over.Hide()
	for i, at := range s.cells(size.Width) {
		c, w := s.choices[i], at.w
		on := c.value == s.value
		t := s.words[i]
		bare := s.shapes[i] != nil && s.squeezed(size.Width)
		s.words[i].Hidden, s.bolds[i].Hidden = on || bare, !on || bare
		if on {
			t = s.bolds[i]
			put(s.chosen, at.x+2, at.y+2, w-4, segmentHeight-4)
			s.chosen.Show()
			hue := c.hue
			if hue.A == 0 {
				hue = p.Sandbox
			}
			s.mark.FillColor = hue
			put(s.mark, at.x+2*grid, at.y+segmentHeight-5, w-4*grid, 3)
			s.mark.Show()
		} else if i == s.hovered {
			s.over.FillColor = p.Line
			s.over.CornerRadius = radius
			put(s.over, at.x+2, at.y+2, w-4, segmentHeight-4)
			s.over.Show()
		}
		m := t.MinSize()
		content := m.Width
		switch {
		case bare:
			content = 14
		case s.shapes[i] != nil:
			content += 14 + grid
		}
		left := at.x + (w-content)/2
		if s.shapes[i] != nil {
			put(s.shapes[i], left, at.y+(segmentHeight-14)/2, 14, 14)
			left += 14 + grid
		}
		put(t, left, at.y+(segmentHeight-m.Height)/2-lift(t.TextSize), m.Width, m.Height)
	}
}

// choose moves the switch without telling anybody.
func (s *segment) choose(value string) {
	if s.value != value {
		s.value = value
		s.Refresh()
	}
}

func (s *segment) pick(i int) {
	if i < 0 || i >= len(s.choices) || s.choices[i].value == s.value {
		return
	}
	s.choose(s.choices[i].value)
	if s.on != nil {
		s.on(s.value)
	}
}

// at is the option under a position.
func (s *segment) at(p fyne.Position) int {
	for i, c := range s.cells(s.Size().Width) {
		if p.X < c.x+c.w && p.Y < c.y+segmentHeight {
			return i
		}
	}
	return len(s.choices) - 1
}

func (s *segment) index() int {
	for i, c := range s.choices {
		if c.value == s.value {
			return i
		}
	}
	return -1
}

func (s *segment) hover(i int) {
	if s.hovered != i {
		s.hovered = i
		s.Refresh()
	}
}

func (s *segment) Tapped(e *fyne.PointEvent)        { s.pick(s.at(e.Position)) }
func (s *segment) MouseIn(e *desktop.MouseEvent)    { s.hover(s.at(e.Position)) }
func (s *segment) MouseMoved(e *desktop.MouseEvent) { s.hover(s.at(e.Position)) }
func (s *segment) MouseOut()                        { s.hover(-1) }
func (s *segment) FocusGained()                     { s.focused = true; s.Refresh(); s.look.inSight(s) }
func (s *segment) FocusLost()                       { s.focused = false; s.Refresh() }
func (s *segment) TypedRune(r rune)                 { s.look.typed(r) }
func (s *segment) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyLeft:
		s.pick(s.index() - 1)
	case fyne.KeyRight:
		s.pick(s.index() + 1)
	default:
		s.look.key(e)
	}
}
