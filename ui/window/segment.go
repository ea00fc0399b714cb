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
	f.min = func() fyne.Size {
		var w float32
		for i := range s.choices {
			w += s.want(i)
		}
		return fyne.NewSize(w, segmentHeight)
	}
	f.lay = func(fyne.Size) { s.paint() }
	s.paint()
	return f
}

// want is the width an option needs.
func (s *segment) want(i int) float32 {
	w := measure(s.choices[i].label, sizeText, fyne.TextStyle{Bold: true}).Width + 5*grid
	if s.choices[i].paths != "" {
		w += 14 + grid
	}
	return w
}

// spans are the left edges of the options, and the right edge of the last.
func (s *segment) spans() []float32 {
	total := float32(0)
	for i := range s.choices {
		total += s.want(i)
	}
	spare := max(0, s.Size().Width-total) / float32(len(s.choices))
	x := []float32{0}
	for i := range s.choices {
		x = append(x, x[i]+s.want(i)+spare)
	}
	return x
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
	x := s.spans()
	for i, c := range s.choices {
		w := x[i+1] - x[i]
		on := c.value == s.value
		t := s.words[i]
		s.words[i].Hidden, s.bolds[i].Hidden = on, !on
		if on {
			t = s.bolds[i]
			put(s.chosen, x[i]+2, 2, w-4, size.Height-4)
			s.chosen.Show()
			hue := c.hue
			if hue.A == 0 {
				hue = p.Sandbox
			}
			s.mark.FillColor = hue
			put(s.mark, x[i]+2*grid, size.Height-5, w-4*grid, 3)
			s.mark.Show()
		} else if i == s.hovered {
			s.over.FillColor = p.Line
			s.over.CornerRadius = radius
			put(s.over, x[i]+2, 2, w-4, size.Height-4)
			s.over.Show()
		}
		m := t.MinSize()
		content := m.Width
		if s.shapes[i] != nil {
			content += 14 + grid
		}
		left := x[i] + (w-content)/2
		if s.shapes[i] != nil {
			put(s.shapes[i], left, (size.Height-14)/2, 14, 14)
			left += 14 + grid
		}
		put(t, left, (size.Height-m.Height)/2-1, m.Width, m.Height)
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

func (s *segment) at(x float32) int {
	edges := s.spans()
	for i := range s.choices {
		if x < edges[i+1] {
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

func (s *segment) Tapped(e *fyne.PointEvent)        { s.pick(s.at(e.Position.X)) }
func (s *segment) MouseIn(e *desktop.MouseEvent)    { s.hover(s.at(e.Position.X)) }
func (s *segment) MouseMoved(e *desktop.MouseEvent) { s.hover(s.at(e.Position.X)) }
func (s *segment) MouseOut()                        { s.hover(-1) }
func (s *segment) FocusGained()                     { s.focused = true; s.Refresh() }
func (s *segment) FocusLost()                       { s.focused = false; s.Refresh() }
func (s *segment) TypedRune(rune)                   {}
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
