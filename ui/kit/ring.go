package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// ringSize is the width and height of a ring.
const ringSize = 84

// Dial is what a ring shows.
type Dial struct {
	Fill    float32 // share of the token's life that is left, 0 to 1
	Inner   float32 // share of the previous token's overlap that is left, 0 to 1
	Live    bool
	Soon    bool
	Percent string
}

// Ring shows how much of a token's life is left: an arc clockwise from the top, and
// the percentage in figures. A thin inner ring shows the same for the previous token.
type Ring struct {
	widget.BaseWidget
	ui                 *UI
	shown              Dial
	track, fill, inner *canvas.Arc
	percent            *canvas.Text
}

// NewRing returns a ring that shows d.
func NewRing(ui *UI, d Dial) *Ring {
	r := &Ring{ui: ui, shown: d}
	r.ExtendBaseWidget(r)
	return r
}

// Set changes what the ring shows. Changes below two degrees are not drawn.
func (r *Ring) Set(d Dial) {
	if d == r.shown {
		return
	}
	before := r.shown
	r.shown = d
	if r.fill == nil {
		return
	}
	if turn(d.Fill) != turn(before.Fill) || d.Soon != before.Soon || d.Live != before.Live {
		r.paintFill()
		r.fill.Refresh()
	}
	if turn(d.Inner) != turn(before.Inner) {
		r.paintInner()
		r.inner.Refresh()
	}
	if d.Percent != before.Percent {
		r.percent.Text = d.Percent
		r.percent.Refresh()
	}
}

// turn returns the angle of a share in steps of two degrees. Any share above zero is
// visible.
func turn(share float32) float32 {
	if share <= 0 {
		return 0
	}
	return min(360, max(2, float32(int(share*180))*2))
}

func (r *Ring) paintFill() {
	hue := r.ui.Palette.Hue(r.shown.Live)
	if r.shown.Soon {
		hue = r.ui.Palette.Soon
	}
	r.fill.FillColor, r.fill.EndAngle = hue, turn(r.shown.Fill)
	Visible(r.fill, r.fill.EndAngle > 0)
}

func (r *Ring) paintInner() {
	r.inner.EndAngle = turn(r.shown.Inner)
	Visible(r.inner, r.inner.EndAngle > 0)
}

func (r *Ring) CreateRenderer() fyne.WidgetRenderer {
	p := r.ui.Palette
	r.track = canvas.NewArc(0, 360, 0.82, p.Line)
	r.fill = canvas.NewArc(0, 0, 0.82, p.Sandbox)
	r.inner = canvas.NewArc(0, 0, 0.9, p.Soon)
	r.percent = BoldText(r.shown.Percent, SizeName, p.Text)
	r.percent.Alignment = fyne.TextAlignCenter
	r.paintFill()
	r.paintInner()
	f := &Renderer{
		Parts: []fyne.CanvasObject{r.track, r.fill, r.inner, r.percent},
		Min:   func() fyne.Size { return fyne.NewSquareSize(ringSize) },
		Place: func(s fyne.Size) {
			const in = 11 // of the inner ring
			Place(r.track, 0, 0, s.Width, s.Height)
			Place(r.fill, 0, 0, s.Width, s.Height)
			Place(r.inner, in, in, s.Width-2*in, s.Height-2*in)
			h := r.percent.MinSize().Height
			Place(r.percent, 0, (s.Height-h)/2, s.Width, h)
		},
	}
	return f.Ready(r.Size())
}

// BesideRing puts an object of fixed size at the left and another, which may wrap, in
// the rest. Both are centred vertically.
type BesideRing struct{ Gap float32 }

func (b *BesideRing) Layout(o []fyne.CanvasObject, size fyne.Size) {
	s := o[0].MinSize()
	Place(o[0], 0, (size.Height-s.Height)/2, s.Width, s.Height)
	w := max(0, size.Width-s.Width-b.Gap)
	h := HeightFor(o[1], w)
	Place(o[1], s.Width+b.Gap, max(0, (size.Height-h)/2), w, h)
}

func (b *BesideRing) HeightOf(o []fyne.CanvasObject, width float32) float32 {
	s := o[0].MinSize()
	return max(s.Height, HeightFor(o[1], max(0, width-s.Width-b.Gap)))
}

func (b *BesideRing) MinSize(o []fyne.CanvasObject) fyne.Size {
	s, t := o[0].MinSize(), o[1].MinSize()
	return fyne.NewSize(s.Width+b.Gap+t.Width, max(s.Height, t.Height))
}
