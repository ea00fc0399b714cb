package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// Sheet is a question or a small form over the window. A click beside it closes it.
type Sheet struct {
	widget.BaseWidget
	UI    *UI             // for parts of the sheet; scrolls a part that gets the focus into view
	Box   *fyne.Container // all parts of the sheet
	Close func()          // called by a click beside it
	Enter func()          // called by Enter if no part of the sheet used it; may be nil

	column *fyne.Container // Add appends to it
	middle *Scroller       // of a long sheet; nil in others
	foot   *fyne.Container // of a long sheet
	whole  *Scroller       // of Box, if that is too high for the window
	shade  *canvas.Rectangle
	ground *canvas.Rectangle
}

var _ fyne.Tappable = (*Sheet)(nil)

// sheetWidth is the largest width of a sheet, in Fyne's units.
const sheetWidth = 400

// NewSheet returns an empty sheet. closed is called when a person clicks beside it.
func NewSheet(ui *UI, closed func()) *Sheet {
	s := newSheet(ui, closed, container.New(&Column{Gap: 3 * Grid, PadX: 5 * Grid, PadY: 5 * Grid}))
	s.column = s.Box
	s.UI = ui.Within(s.whole)
	return s
}

// NewLongSheet returns a sheet whose middle scrolls if the sheet is too long for the
// window. Its parts are gap apart. Head and foot stay visible.
func NewLongSheet(ui *UI, gap float32, head fyne.CanvasObject, closed func()) *Sheet {
	column := container.New(&Column{Gap: gap, PadX: middleMargin})
	foot := Stack(0)
	middle := NewScroller(column)
	s := newSheet(ui, closed, container.New(&longSheet{}, head, middle, foot))
	s.column, s.middle, s.foot = column, middle, foot
	s.UI = ui.Within(s.whole).Within(middle)
	return s
}

func newSheet(ui *UI, closed func(), box *fyne.Container) *Sheet {
	s := &Sheet{Box: box, Close: closed, whole: NewScroller(box)}
	s.shade = canvas.NewRectangle(ui.Palette.Shade)
	s.ground = canvas.NewRectangle(ui.Palette.Raised)
	s.ground.CornerRadius = 2 * Radius
	s.ground.StrokeWidth, s.ground.StrokeColor = 1, ui.Palette.Line
	s.ExtendBaseWidget(s)
	return s
}

// Add appends parts. In a long sheet they go into the middle.
func (s *Sheet) Add(parts ...fyne.CanvasObject) {
	for _, o := range parts {
		s.column.Add(o)
	}
}

// SetFoot puts a part below the middle of a long sheet.
func (s *Sheet) SetFoot(part fyne.CanvasObject) { s.foot.Objects = []fyne.CanvasObject{part} }

// Reflow lays the sheet out again after a part changed its height.
func (s *Sheet) Reflow() {
	s.Refresh()
	if s.middle != nil {
		s.middle.Reflow()
	}
}

func (s *Sheet) CreateRenderer() fyne.WidgetRenderer {
	return &Renderer{
		Parts: []fyne.CanvasObject{s.shade, s.ground, s.whole},
		Min:   func() fyne.Size { return fyne.NewSize(0, 0) },
		Place: s.arrange,
		Paint: func() { s.arrange(s.Size()) },
	}
}

func (s *Sheet) arrange(size fyne.Size) {
	Place(s.shade, 0, 0, size.Width, size.Height)
	w := min(size.Width-8*Grid, sheetWidth)
	h := min(HeightFor(s.Box, w), size.Height-4*Grid)
	x, y := (size.Width-w)/2, max(2*Grid, (size.Height-h)*2/5)
	Place(s.ground, x, y, w, h)
	Place(s.whole, x, y, w, h)
	s.whole.Reflow()
}

func (s *Sheet) Tapped(e *fyne.PointEvent) {
	at, size := s.ground.Position(), s.ground.Size()
	inside := e.Position.X >= at.X && e.Position.X <= at.X+size.Width && e.Position.Y >= at.Y && e.Position.Y <= at.Y+size.Height
	if !inside {
		s.Close()
	}
}

// Scroll scrolls a long sheet by a key that none of its parts used.
func (s *Sheet) Scroll(key fyne.KeyName) {
	if s.middle != nil {
		s.middle.Key(key)
	}
}

// Offset is how far the middle of a long sheet is scrolled, in Fyne's units.
func (s *Sheet) Offset() float32 { return s.middle.Offset() }

// middleMargin is the space at each side of a long sheet's middle, for the scroll bar
// and the focus ring.
const middleMargin = 3 * Grid

// longSheet lays out head, middle and foot of a long sheet.
type longSheet struct{ width float32 }

const (
	longGap = 3 * Grid
	longPad = 5 * Grid
)

func (y *longSheet) Layout(o []fyne.CanvasObject, size fyne.Size) {
	w := size.Width - 2*longPad
	top, bottom := HeightFor(o[0], w), HeightFor(o[2], w)
	Place(o[0], longPad, longPad, w, top)
	Place(o[2], longPad, size.Height-longPad-bottom, w, bottom)
	Place(o[1], longPad-middleMargin, longPad+top+longGap, w+2*middleMargin, max(0, size.Height-2*longPad-2*longGap-top-bottom))
}

func (y *longSheet) HeightOf(o []fyne.CanvasObject, width float32) float32 {
	return y.with(o, width, HeightFor(o[1].(*Scroller).Inner, width-2*longPad+2*middleMargin))
}

func (y *longSheet) with(o []fyne.CanvasObject, width, middle float32) float32 {
	w := width - 2*longPad
	return 2*longPad + 2*longGap + HeightFor(o[0], w) + middle + HeightFor(o[2], w)
}

func (y *longSheet) FitWidth(width float32) { y.width = width }

// MinSize leaves the middle enough height to scroll in.
func (y *longSheet) MinSize(o []fyne.CanvasObject) fyne.Size {
	const enough = 20 * Grid
	return fyne.NewSize(0, min(y.HeightOf(o, y.width), y.with(o, y.width, enough)))
}

// Title is the title of a sheet.
func Title(ui *UI, s string) *Prose {
	p := NewProse(s, 17, ui.Palette.Text)
	p.Style.Bold = true
	return p
}
