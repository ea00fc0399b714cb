package kit

import (
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Choice is one option of a segment.
type Choice struct {
	Value, Label string
	Group        string      // a heading in a Picker's table, for this option and those after it
	Paths        string      // a shape before the label, so that colour is never the only mark
	Hue          color.NRGBA // of shape and underline; zero means the accent
}

// Segment is a switch between a few options that are all visible. Left and right move
// it. A bar under a word marks the chosen option.
type Segment struct {
	widget.BaseWidget
	// Single keeps it to one line. If that line is too short, options show only their
	// shapes.
	Single bool

	ui      *UI
	choices []Choice
	value   string
	on      func(value string)

	hovered int // index, or -1
	focused bool

	r      *Renderer
	frame  *canvas.Rectangle
	chosen *canvas.Rectangle
	mark   *canvas.Rectangle
	over   *canvas.Rectangle
	words  []*canvas.Text
	bolds  []*canvas.Text
	shapes []*canvas.Image
}

var (
	_ fyne.Focusable    = (*Segment)(nil)
	_ fyne.Tappable     = (*Segment)(nil)
	_ desktop.Hoverable = (*Segment)(nil)
	_ Tall              = (*Segment)(nil)
)

// NewSegment returns a switch with a value. It calls on when a person chooses an
// option.
func NewSegment(ui *UI, value string, on func(string), choices ...Choice) *Segment {
	s := &Segment{ui: ui, choices: choices, value: value, on: on, hovered: -1}
	s.ExtendBaseWidget(s)
	return s
}

// SegmentHeight is the height of a segment's line, in Fyne's units.
const SegmentHeight = 36

func (s *Segment) CreateRenderer() fyne.WidgetRenderer {
	p := s.ui.Palette
	s.frame = canvas.NewRectangle(p.Hover)
	s.frame.CornerRadius = Radius
	s.over = canvas.NewRectangle(color.Transparent)
	s.chosen = canvas.NewRectangle(p.Raised)
	s.chosen.CornerRadius = Radius
	s.mark = canvas.NewRectangle(p.Sandbox)
	s.r = &Renderer{Paint: s.paint}
	s.r.Min = func() fyne.Size { return fyne.NewSize(s.widest(), SegmentHeight) }
	s.r.Place = func(fyne.Size) { s.paint() }
	s.write()
	return s.r
}

// write makes the texts and shapes of the choices.
func (s *Segment) write() {
	p := s.ui.Palette
	s.words, s.bolds, s.shapes = nil, nil, nil
	s.r.Parts = []fyne.CanvasObject{s.frame, s.over, s.chosen, s.mark}
	for _, c := range s.choices {
		t := Text(c.Label, SizeText, p.Muted)
		b := BoldText(c.Label, SizeText, p.Text)
		s.words, s.bolds = append(s.words, t), append(s.bolds, b)
		s.r.Parts = append(s.r.Parts, t, b)
		var g *canvas.Image
		if c.Paths != "" {
			g = Icon(c.Paths, c.Hue)
			s.r.Parts = append(s.r.Parts, g)
		}
		s.shapes = append(s.shapes, g)
	}
	s.paint()
}

// SetChoices replaces the options. The value stays.
func (s *Segment) SetChoices(choices ...Choice) {
	if slices.Equal(s.choices, choices) {
		return
	}
	s.choices = choices
	if s.r != nil {
		s.write()
		s.Refresh()
	}
}

// LineWidth is the width of all options in one line, in Fyne's units.
func (s *Segment) LineWidth() float32 {
	var w float32
	for i := range s.choices {
		w += s.want(i)
	}
	return w
}

// widest returns the width of the widest option.
func (s *Segment) widest() float32 {
	var w float32
	for i := range s.choices {
		w = max(w, s.want(i))
	}
	return w
}

// want returns the width that an option needs.
func (s *Segment) want(i int) float32 {
	w := Measure(s.choices[i].Label, SizeText, fyne.TextStyle{Bold: true}).Width + 5*Grid
	if s.choices[i].Paths != "" {
		w += 14 + Grid
	}
	return w
}

// tight returns the width of an option that shows only its shape, if it has one.
func (s *Segment) tight(i int) float32 {
	if s.choices[i].Paths != "" {
		return 14 + 4*Grid
	}
	return s.want(i)
}

// squeezed reports whether options show only their shapes. Their padding is given up
// first.
func (s *Segment) squeezed(width float32) bool {
	return s.Single && s.LineWidth()-float32(len(s.choices))*3*Grid > width+0.5
}

// cell is the place of an option.
type cell struct{ X, Y, W float32 }

// cells places the options: in one line if they fit, with the spare room shared
// equally; otherwise in equal cells, in as few lines as possible.
func (s *Segment) cells(width float32) []cell {
	n := len(s.choices)
	out := make([]cell, n)
	total := s.LineWidth()
	if total <= width+0.5 {
		x, spare := float32(0), (width-total)/float32(n)
		for i := range s.choices {
			out[i] = cell{x, 0, s.want(i) + spare}
			x += out[i].W
		}
		return out
	}
	if !s.squeezed(width) && s.Single {
		for i, x := 0, float32(0); i < n; i++ {
			out[i] = cell{x, 0, s.want(i) - (total-width)/float32(n)}
			x += out[i].W
		}
		return out
	}
	if s.Single {
		total = 0
		for i := range s.choices {
			out[i].X, out[i].W = total, s.tight(i)
			total += out[i].W
		}
		for i := range out {
			out[i].X, out[i].W = out[i].X*width/total, out[i].W*width/total
		}
		return out
	}
	perLine := max(1, min(n-1, int(width/s.widest())))
	lines := (n + perLine - 1) / perLine
	perLine = (n + lines - 1) / lines
	for i := range s.choices {
		w := width / float32(perLine)
		out[i] = cell{float32(i%perLine) * w, float32(i/perLine) * SegmentHeight, w}
	}
	return out
}

// HeightFor implements Tall.
func (s *Segment) HeightFor(width float32) float32 {
	cells := s.cells(width)
	return cells[len(cells)-1].Y + SegmentHeight
}

func (s *Segment) paint() {
	p := s.ui.Palette
	size := s.Size()
	Place(s.frame, 0, 0, size.Width, size.Height)
	s.frame.StrokeWidth, s.frame.StrokeColor = 0, color.Transparent
	if s.focused {
		s.frame.StrokeWidth, s.frame.StrokeColor = 2, p.Sandbox
	}
	s.chosen.Hide()
	s.mark.Hide()
	s.over.Hide()
	for i, at := range s.cells(size.Width) {
		c, w := s.choices[i], at.W
		on := c.Value == s.value
		t := s.words[i]
		bare := s.shapes[i] != nil && s.squeezed(size.Width)
		s.words[i].Hidden, s.bolds[i].Hidden = on || bare, !on || bare
		if on {
			t = s.bolds[i]
			Place(s.chosen, at.X+2, at.Y+2, w-4, SegmentHeight-4)
			s.chosen.Show()
			hue := c.Hue
			if hue.A == 0 {
				hue = p.Sandbox
			}
			s.mark.FillColor = hue
			Place(s.mark, at.X+2*Grid, at.Y+SegmentHeight-5, w-4*Grid, 3)
			s.mark.Show()
		} else if i == s.hovered {
			s.over.FillColor = p.Line
			s.over.CornerRadius = Radius
			Place(s.over, at.X+2, at.Y+2, w-4, SegmentHeight-4)
			s.over.Show()
		}
		m := t.MinSize()
		content := m.Width
		switch {
		case bare:
			content = 14
		case s.shapes[i] != nil:
			content += 14 + Grid
		}
		left := at.X + (w-content)/2
		if s.shapes[i] != nil {
			Place(s.shapes[i], left, at.Y+(SegmentHeight-14)/2, 14, 14)
			left += 14 + Grid
		}
		Place(t, left, at.Y+(SegmentHeight-m.Height)/2-Lift(t.TextSize), m.Width, m.Height)
	}
}

// Value is the value of the chosen option.
func (s *Segment) Value() string { return s.value }

// Choose sets the value without calling the change handler.
func (s *Segment) Choose(value string) {
	if s.value != value {
		s.value = value
		s.Refresh()
	}
}

// Pick chooses the i-th option and calls the change handler.
func (s *Segment) Pick(i int) {
	if i < 0 || i >= len(s.choices) || s.choices[i].Value == s.value {
		return
	}
	s.Choose(s.choices[i].Value)
	if s.on != nil {
		s.on(s.value)
	}
}

// at returns the index of the option at a position.
func (s *Segment) at(p fyne.Position) int {
	for i, c := range s.cells(s.Size().Width) {
		if p.X < c.X+c.W && p.Y < c.Y+SegmentHeight {
			return i
		}
	}
	return len(s.choices) - 1
}

func (s *Segment) index() int {
	for i, c := range s.choices {
		if c.Value == s.value {
			return i
		}
	}
	return -1
}

func (s *Segment) hover(i int) {
	if s.hovered != i {
		s.hovered = i
		s.Refresh()
	}
}

func (s *Segment) Tapped(e *fyne.PointEvent)        { s.Pick(s.at(e.Position)) }
func (s *Segment) MouseMoved(e *desktop.MouseEvent) { s.hover(s.at(e.Position)) }
func (s *Segment) MouseOut()                        { s.hover(-1) }
func (s *Segment) FocusGained()                     { s.focused = true; s.Refresh(); s.ui.Reveal(s) }
func (s *Segment) FocusLost()                       { s.focused = false; s.Refresh() }
func (s *Segment) TypedRune(r rune)                 { s.ui.Typed(r) }
func (s *Segment) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyLeft:
		s.Pick(s.index() - 1)
	case fyne.KeyRight:
		s.Pick(s.index() + 1)
	case fyne.KeyUp, fyne.KeyDown:
		if next, ok := s.nextLine(e.Name == fyne.KeyDown); ok {
			s.Pick(next)
			return
		}
		s.ui.OnKey(e)
	default:
		s.ui.OnKey(e)
	}
}

// nextLine returns the option below the chosen one, or above it; false if there is no
// such line.
func (s *Segment) nextLine(down bool) (int, bool) {
	cells, from := s.cells(s.Size().Width), s.index()
	if from < 0 {
		return 0, false
	}
	y := cells[from].Y - SegmentHeight
	if down {
		y = cells[from].Y + SegmentHeight
	}
	for i, c := range cells {
		if c.Y == y && c.X+c.W > cells[from].X+cells[from].W/2 {
			return i, true
		}
	}
	last := len(cells) - 1
	return last, down && cells[last].Y == y // the last line may be shorter
}

func (s *Segment) MouseIn(e *desktop.MouseEvent) {
	s.hover(s.at(e.Position))
	s.ui.pointed(s.MouseOut)
}
