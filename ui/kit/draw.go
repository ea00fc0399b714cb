package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Renderer is a widget renderer made of functions. The functions min and lay are
// required.
type Renderer struct {
	Parts []fyne.CanvasObject
	Min   func() fyne.Size
	Place func(fyne.Size)
	Paint func()
}

// Place moves and resizes an object, unless it is already there.
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

// MonoText is Text in a monospaced font.
func MonoText(s string, size float32, c color.Color) *canvas.Text {
	t := Text(s, size, c)
	t.TextStyle.Monospace = true
	return t
}

// Lift is how far text of a size is raised so that it looks centred: the embedded
// font leaves more room above its letters than below them.
func Lift(size float32) float32 { return fyne.Max(1, float32(int(size*0.14))) }

// Measure returns the size of s on the screen.
func Measure(s string, size float32, style fyne.TextStyle) fyne.Size {
	return fyne.MeasureText(s, size, style)
}

// SetText changes a line of text and reports whether anything changed.
func SetText(t *canvas.Text, s string, c color.NRGBA) bool {
	if t.Text == s && t.Color == c {
		return false
	}
	t.Text, t.Color = s, c
	t.Refresh()
	return true
}

// Visible shows or hides an object and reports whether that changed it.
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

// Alpha returns c with another opacity, from 0 to 0xff.
func Alpha(c color.NRGBA, a uint8) color.NRGBA { c.A = a; return c }

// UnlessClear returns c, or color.Transparent if c is fully transparent: Fyne skips
// drawing only for exactly that value.
func UnlessClear(c color.NRGBA) color.Color {
	if c.A == 0 {
		return color.Transparent
	}
	return c
}

var _ fyne.WidgetRenderer = (*Renderer)(nil)

// Ready is the renderer with its parts where they belong at a size. Fyne drops the renderer
// of a widget that was hidden for a minute, and asks for another one when it is shown
// again, but does not lay that out: the widget has its size already.
func (f *Renderer) Ready(size fyne.Size) *Renderer {
	if size.Width > 0 && size.Height > 0 {
		f.Place(size)
	}
	return f
}

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
