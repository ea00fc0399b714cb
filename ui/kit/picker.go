package kit

import (
	"image/color"
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Picker is a choice among more options than a Segment can show. Closed it is one
// line with the chosen option; open it shows a table of all options. Typing filters
// the table, arrow keys move in it, Enter chooses and Esc closes it.
type Picker struct {
	widget.BaseWidget
	// Resized is called when the table opens or closes, because that changes the
	// height. It may be nil.
	Resized func()

	ui      *UI
	choices []Choice
	value   string
	on      func(value string)

	open    bool
	filter  string
	marked  int // index into found, of the option that Enter takes
	hovered int // the same, for the option under the pointer; -1: none
	focused bool

	r      *Renderer
	frame  *canvas.Rectangle
	ground *canvas.Rectangle // of the table
	mark   *canvas.Rectangle
	over   *canvas.Rectangle
	line   *canvas.Text
	arrow  *canvas.Image
	words  []*canvas.Text
	heads  []*canvas.Text // of groups
}

var (
	_ fyne.Focusable    = (*Picker)(nil)
	_ fyne.Tappable     = (*Picker)(nil)
	_ desktop.Hoverable = (*Picker)(nil)
	_ Tall              = (*Picker)(nil)
)

// NewPicker returns a picker with a value. It calls on when a person chooses an
// option.
func NewPicker(ui *UI, value string, on func(string), choices ...Choice) *Picker {
	p := &Picker{ui: ui, choices: choices, value: value, on: on, hovered: -1}
	p.ExtendBaseWidget(p)
	return p
}

// pickerRow is the height of a row of the table, in Fyne's units.
const pickerRow = 32

func (p *Picker) CreateRenderer() fyne.WidgetRenderer {
	c := p.ui.Palette
	p.frame = canvas.NewRectangle(c.Hover)
	p.frame.CornerRadius = Radius
	p.ground = canvas.NewRectangle(c.Raised)
	p.ground.CornerRadius = Radius
	p.ground.StrokeWidth, p.ground.StrokeColor = 1, c.Line
	p.mark = canvas.NewRectangle(c.Hover)
	p.mark.CornerRadius = Radius
	p.mark.StrokeWidth, p.mark.StrokeColor = 1, c.Sandbox
	p.over = canvas.NewRectangle(c.Hover)
	p.over.CornerRadius = Radius
	p.line = BoldText("", SizeText, c.Text)
	p.arrow = Icon(IconUnfold, c.Muted)
	p.r = &Renderer{
		Parts: []fyne.CanvasObject{p.frame, p.ground, p.over, p.mark, p.line, p.arrow},
		Min:   func() fyne.Size { return fyne.NewSize(p.widest(), SegmentHeight) },
		Place: func(fyne.Size) { p.paint() },
		Paint: p.paint,
	}
	p.words, p.heads = nil, nil
	for range p.choices {
		t := Text("", SizeText, c.Text)
		p.words = append(p.words, t)
		h := Text("", 12, c.Muted)
		p.heads = append(p.heads, h)
		p.r.Parts = append(p.r.Parts, t, h)
	}
	p.paint()
	return p.r
}

// widest returns the width of the widest option in the table.
func (p *Picker) widest() float32 {
	var w float32
	for _, c := range p.choices {
		w = max(w, Measure(c.Label, SizeText, fyne.TextStyle{Bold: true}).Width+6*Grid)
	}
	return w
}

// found returns the indices of the options that match what was typed: each typed word
// is part of the label or of the value.
func (p *Picker) found() []int {
	var out []int
	for i, c := range p.choices {
		in, all := strings.ToLower(c.Label+" "+c.Value), true
		for word := range strings.FieldsSeq(strings.ToLower(p.filter)) {
			all = all && strings.Contains(in, word)
		}
		if all {
			out = append(out, i)
		}
	}
	return out
}

func (p *Picker) columns(width float32) int {
	return max(1, int(width/max(p.widest(), 1)))
}

// HeightFor implements Tall.
func (p *Picker) HeightFor(width float32) float32 {
	if !p.open {
		return SegmentHeight
	}
	_, height := p.places(width)
	return SegmentHeight + Grid + height + 2*Grid
}

// pickerHead is the height of a heading in the table.
const pickerHead = 24

// spot is the place of an option in the table.
type spot struct {
	line int // from 0, without headings
	col  int
	y    float32 // within the table
	head bool    // the heading of its group is above its line
}

// places returns the place of each matching option, in order, and the height of them
// all. Each group starts a new line under its heading. A filtered table has no
// headings.
func (p *Picker) places(width float32) ([]spot, float32) {
	n, found := p.columns(width), p.found()
	out := make([]spot, len(found))
	line, col, y, group := -1, n, -float32(pickerRow), ""
	for at, i := range found {
		begins := p.filter == "" && p.choices[i].Group != group
		if begins || col == n {
			line, col, y = line+1, 0, y+pickerRow
		}
		if begins {
			group, y = p.choices[i].Group, y+pickerHead
		}
		out[at] = spot{line, col, y, begins}
		col++
	}
	return out, max(y, 0) + pickerRow
}

func (p *Picker) paint() {
	c, size := p.ui.Palette, p.Size()
	Place(p.frame, 0, 0, size.Width, SegmentHeight)
	p.frame.StrokeWidth, p.frame.StrokeColor = 0, color.Transparent
	if p.focused {
		p.frame.StrokeWidth, p.frame.StrokeColor = 2, c.Sandbox
	}
	says, hue := p.label(), c.Text
	switch {
	case p.open && p.filter != "":
		says = p.filter + "▏"
	case p.open:
		says, hue = p.ui.T("picker.type"), c.Muted
	}
	SetText(p.line, says, hue)
	h := p.line.MinSize().Height
	Place(p.line, 3*Grid, (SegmentHeight-h)/2-Lift(SizeText), max(0, size.Width-9*Grid), h)
	Place(p.arrow, size.Width-6*Grid, (SegmentHeight-16)/2, 16, 16)
	p.paintTable(size.Width)
	for _, o := range p.r.Parts {
		canvas.Refresh(o)
	}
}

func (p *Picker) paintTable(width float32) {
	for i, o := range p.words {
		o.Hide()
		p.heads[i].Hide()
	}
	Visible(p.ground, p.open)
	p.mark.Hide()
	p.over.Hide()
	if !p.open {
		return
	}
	Place(p.ground, 0, SegmentHeight+Grid, width, p.HeightFor(width)-SegmentHeight-Grid)
	found := p.found()
	places, _ := p.places(width)
	for at, i := range found {
		x, y, w := p.cell(places[at], width)
		if places[at].head {
			h := p.heads[at]
			SetText(h, p.choices[i].Group, p.ui.Palette.Muted)
			m := h.MinSize()
			Place(h, 3*Grid, y-pickerHead+(pickerHead-m.Height)/2+2, m.Width, m.Height)
			h.Show()
		}
		t, hue := p.words[i], p.ui.Palette.Text
		t.TextStyle.Bold = p.choices[i].Value == p.value
		SetText(t, p.choices[i].Label, hue)
		switch at {
		case p.marked:
			Place(p.mark, x, y+1, w, pickerRow-2)
			p.mark.Show()
		case p.hovered:
			Place(p.over, x, y+1, w, pickerRow-2)
			p.over.Show()
		}
		m := t.MinSize()
		Place(t, x+2*Grid, y+(pickerRow-m.Height)/2-Lift(SizeText), m.Width, m.Height)
		t.Show()
	}
	if len(found) == 0 {
		t := p.words[0]
		t.TextStyle.Bold = false
		SetText(t, p.ui.T("picker.none"), p.ui.Palette.Muted)
		m := t.MinSize()
		Place(t, 3*Grid, SegmentHeight+2*Grid+(pickerRow-m.Height)/2-Lift(SizeText), m.Width, m.Height)
		t.Show()
	}
}

// cell returns the place of an option in the picker.
func (p *Picker) cell(at spot, width float32) (x, y, w float32) {
	w = (width - 2*Grid) / float32(p.columns(width))
	return Grid + float32(at.col)*w, SegmentHeight + 2*Grid + at.y, w
}

// at returns the index, among the matching options, of the option at a position; -1:
// none.
func (p *Picker) at(pos fyne.Position) int {
	width := p.Size().Width
	places, _ := p.places(width)
	for at, place := range places {
		if x, y, w := p.cell(place, width); pos.X >= x && pos.X < x+w && pos.Y >= y && pos.Y < y+pickerRow {
			return at
		}
	}
	return -1
}

// label returns the label of the chosen option.
func (p *Picker) label() string {
	for _, c := range p.choices {
		if c.Value == p.value {
			return c.Label
		}
	}
	return p.value
}

// Value is the value of the chosen option.
func (p *Picker) Value() string { return p.value }

// Unfold opens or closes the table.
func (p *Picker) Unfold(open bool) {
	if p.open == open {
		return
	}
	p.open, p.filter, p.hovered, p.marked = open, "", -1, 0
	for at, i := range p.found() {
		if p.choices[i].Value == p.value {
			p.marked = at
		}
	}
	p.resized()
}

// narrow keeps the options in the table that match the filter.
func (p *Picker) narrow(filter string) {
	p.filter, p.marked, p.hovered = filter, 0, -1
	p.resized()
}

func (p *Picker) resized() {
	p.Refresh()
	if p.Resized != nil {
		p.Resized()
	}
	p.ui.Reveal(p)
}

// choose picks the at-th matching option and closes the table.
func (p *Picker) choose(at int) {
	found := p.found()
	if at < 0 || at >= len(found) {
		return
	}
	value := p.choices[found[at]].Value
	p.Unfold(false)
	if value == p.value {
		return
	}
	p.value = value
	p.Refresh()
	if p.on != nil {
		p.on(value)
	}
}

// Tapped opens the table, or chooses the option under the pointer.
func (p *Picker) Tapped(e *fyne.PointEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(p); c != nil {
		c.Focus(p)
	}
	if !p.open || e.Position.Y < SegmentHeight {
		p.Unfold(!p.open)
		return
	}
	p.choose(p.at(e.Position))
}

func (p *Picker) hover(at int) {
	if p.hovered != at {
		p.hovered = at
		p.Refresh()
	}
}

func (p *Picker) MouseIn(*desktop.MouseEvent)      {}
func (p *Picker) MouseMoved(e *desktop.MouseEvent) { p.hover(p.at(e.Position)) }
func (p *Picker) MouseOut()                        { p.hover(-1) }
func (p *Picker) FocusGained()                     { p.focused = true; p.Refresh(); p.ui.Reveal(p) }

func (p *Picker) FocusLost() { p.focused = false; p.Unfold(false); p.Refresh() }

// TypedRune opens the table and filters it. A space opens the table without
// filtering.
func (p *Picker) TypedRune(r rune) {
	switch {
	case !p.open && r == ' ':
		p.Unfold(true)
	case !p.open && (unicode.IsLetter(r) || unicode.IsDigit(r)):
		p.Unfold(true)
		p.narrow(string(r))
	case p.open && unicode.IsPrint(r):
		p.narrow(p.filter + string(r))
	default:
		p.ui.Typed(r)
	}
}

func (p *Picker) TypedKey(e *fyne.KeyEvent) {
	if !p.open {
		switch e.Name {
		case fyne.KeyReturn, fyne.KeyEnter, fyne.KeyDown:
			p.Unfold(true)
		case fyne.KeySpace: // TypedRune gets it too
		default:
			p.ui.OnKey(e)
		}
		return
	}
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		p.choose(p.marked)
	case fyne.KeyEscape:
		p.Unfold(false)
	case fyne.KeyBackspace:
		if typed := []rune(p.filter); len(typed) > 0 {
			p.narrow(string(typed[:len(typed)-1]))
		}
	case fyne.KeyLeft:
		p.move(-1)
	case fyne.KeyRight:
		p.move(1)
	case fyne.KeyUp:
		p.climb(-1)
	case fyne.KeyDown:
		p.climb(1)
	case fyne.KeyHome:
		p.move(-len(p.choices))
	case fyne.KeyEnd:
		p.move(len(p.choices))
	}
}

// climb moves the mark one line up or down, in its column or in the last column
// before it that has an option there.
func (p *Picker) climb(by int) {
	places, _ := p.places(p.Size().Width)
	if p.marked >= len(places) {
		return
	}
	from, to := places[p.marked], -1
	for at, one := range places {
		if one.line == from.line+by && (to < 0 || one.col <= from.col) {
			to = at
		}
	}
	if to >= 0 {
		p.move(to - p.marked)
	}
}

// move moves the mark in the table and stops at both ends.
func (p *Picker) move(by int) {
	to := max(0, min(p.marked+by, len(p.found())-1))
	if to != p.marked {
		p.marked = to
		p.Refresh()
	}
}
