package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Renderer is a widget's renderer made of functions; min and lay are required.
type Renderer struct {
	Parts []fyne.CanvasObject
	Min   func() fyne.Size
	Place func(fyne.Size)
	Paint func()
}

// Place places an object; nothing happens when it is there already.
func Place(o fyne.CanvasObject, x, y, w, h float32) {
	o.Move(fyne.NewPos(x, y))
	o.Resize(fyne.NewSize(w, h))
}

// Text is a line of text in one colour.
func Text(s string, size float32, c color.Color) *canvas.Text {
	t := canvas.NewText(s, c)
	t.TextSize = size
	return t
}

// BoldText is Text in bold.
func BoldText(s string, size float32, c color.Color) *canvas.Text {
	t := Text(s, size, c)
	t.TextStyle.Bold = true
	return t
}

// MonoText is Text in figures and letters of equal width.
func MonoText(s string, size float32, c color.Color) *canvas.Text {
	t := Text(s, size, c)
	t.TextStyle.Monospace = true
	return t
}

// Lift is by how much words of a size are raised to look centred: the embedded
// face leaves more room above its letters than below them.
func Lift(size float32) float32 { return fyne.Max(1, float32(int(size*0.14))) }

// Measure is the size that s takes.
func Measure(s string, size float32, style fyne.TextStyle) fyne.Size {
	return fyne.MeasureText(s, size, style)
}

// SetText changes a line of text; it reports whether anything changed.
func SetText(t *canvas.Text, s string, c color.NRGBA) bool {
	if t.Text == s && t.Color == c {
		return false
	}
	t.Text, t.Color = s, c
	t.Refresh()
	return true
}

// Visible shows or hides an object; it reports whether it was otherwise.
func Visible(o fyne.CanvasObject, on bool) bool {
	if o.Visible() == on {
		return false
	}
	if on {
		o.Show()
	} else {
		o.Hide()
	}
	return true
}

// Alpha is c with another opacity, from 0 to 0xff.
func Alpha(c color.NRGBA, a uint8) color.NRGBA { c.A = a; return c }

// UnlessClear is c, but color.Transparent where nothing is to be seen: what has
// that very colour, Fyne does not draw at all.
func UnlessClear(c color.NRGBA) color.Color {
	if c.A == 0 {
		return color.Transparent
	}
	return c
}

var _ fyne.WidgetRenderer = (*Renderer)(nil)

func (f *Renderer) Destroy() {}

func (f *Renderer) Layout(s fyne.Size) { f.Place(s) }

func (f *Renderer) MinSize() fyne.Size { return f.Min() }

func (f *Renderer) Objects() []fyne.CanvasObject { return f.Parts }

func (f *Renderer) Refresh() {
	if f.Paint != nil {
		f.Paint()
	}
	for _, o := range f.Parts {
		o.Refresh()
	}
}
