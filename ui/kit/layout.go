package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// Tall is an object whose height depends on its width, such as wrapped text.
type Tall interface{ HeightFor(width float32) float32 }

// HeightFor returns the height that an object needs at a width.
func HeightFor(o fyne.CanvasObject, width float32) float32 {
	switch o := o.(type) {
	case Tall:
		return o.HeightFor(width)
	case *fyne.Container:
		if t, ok := o.Layout.(interface {
			HeightOf([]fyne.CanvasObject, float32) float32
		}); ok {
			return t.HeightOf(o.Objects, width)
		}
	}
	return o.MinSize().Height
}

// fitted is a layout that must know the width of its scroller before it can tell its
// size.
type fitted interface{ FitWidth(width float32) }

// Column puts objects below one another. Each is as wide as the column and as high as
// it needs to be at that width.
type Column struct {
	Gap, PadX, PadY float32
	width           float32 // of the last layout, for MinSize
	bound           bool    // to that width, whatever is in it
}

func (c *Column) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	c.width = size.Width
	y := c.PadY
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		h := HeightFor(o, size.Width-2*c.PadX)
		Place(o, c.PadX, y, size.Width-2*c.PadX, h)
		y += h + c.Gap
	}
}

func (c *Column) HeightOf(objects []fyne.CanvasObject, width float32) float32 {
	h, n := 2*c.PadY, 0
	for _, o := range objects {
		if o.Visible() {
			h += HeightFor(o, width-2*c.PadX)
			n++
		}
	}
	return h + c.Gap*float32(max(0, n-1))
}

func (c *Column) FitWidth(width float32) { c.width, c.bound = width, true }

func (c *Column) MinSize(objects []fyne.CanvasObject) fyne.Size {
	if c.bound {
		return fyne.NewSize(0, c.HeightOf(objects, c.width))
	}
	var w float32
	for _, o := range objects {
		if o.Visible() {
			w = max(w, o.MinSize().Width)
		}
	}
	w += 2 * c.PadX
	return fyne.NewSize(w, c.HeightOf(objects, max(w, c.width)))
}

// Stack puts objects below one another with a gap between them.
func Stack(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&Column{Gap: gap}, objects...)
}

// Flow puts objects side by side from the left and starts a new line when the width
// is used up.
type Flow struct{ Gap float32 }

func (f *Flow) walk(objects []fyne.CanvasObject, width float32, at func(o fyne.CanvasObject, x, y float32, s fyne.Size)) float32 {
	var x, y, line float32
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		s := o.MinSize()
		if x > 0 && x+s.Width > width {
			x, y, line = 0, y+line+f.Gap, 0
		}
		at(o, x, y, s)
		x += s.Width + f.Gap
		line = max(line, s.Height)
	}
	return y + line
}

func (f *Flow) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	f.walk(objects, size.Width, func(o fyne.CanvasObject, x, y float32, s fyne.Size) {
		Place(o, x, y, min(s.Width, size.Width), s.Height)
	})
	f.level(objects)
}

// level centres the objects of each line vertically.
func (f *Flow) level(objects []fyne.CanvasObject) {
	high := map[float32]float32{}
	for _, o := range objects {
		if y := o.Position().Y; o.Visible() {
			high[y] = max(high[y], o.Size().Height)
		}
	}
	for _, o := range objects {
		at := o.Position()
		if h := high[at.Y]; o.Visible() && h > o.Size().Height {
			o.Move(fyne.NewPos(at.X, at.Y+(h-o.Size().Height)/2))
		}
	}
}

func (f *Flow) HeightOf(objects []fyne.CanvasObject, width float32) float32 {
	return f.walk(objects, width, func(fyne.CanvasObject, float32, float32, fyne.Size) {})
}

func (f *Flow) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	for _, o := range objects {
		if o.Visible() {
			s = s.Max(o.MinSize())
		}
	}
	return s
}

// Beside puts objects in a line, and in several lines if one is too short.
func Beside(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&Flow{Gap: 2 * Grid}, objects...)
}

// WithButton puts a button to the right of an object.
func WithButton(o fyne.CanvasObject, button *Button) fyne.CanvasObject {
	return container.New(&Bar{Gap: 2 * Grid, Height: o.MinSize().Height}, o, button)
}

// Bar puts objects in one line. The first is at the left and takes the room that is
// left; the others are at the right.
type Bar struct{ Gap, PadX, Height float32 }

func (b *Bar) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	x := size.Width - b.PadX
	for i := len(objects) - 1; i > 0; i-- {
		o := objects[i]
		if !o.Visible() {
			continue
		}
		s := o.MinSize()
		x -= s.Width
		Place(o, x, (size.Height-s.Height)/2, s.Width, s.Height)
		x -= b.Gap
	}
	w := max(0, x-b.PadX)
	h := min(size.Height, HeightFor(objects[0], w))
	Place(objects[0], b.PadX, (size.Height-h)/2, w, h)
}

// fixedWidth is the width of all but the first object, with gaps and padding.
func (b *Bar) fixedWidth(objects []fyne.CanvasObject) float32 {
	w := 2 * b.PadX
	for _, o := range objects[1:] {
		if o.Visible() {
			w += o.MinSize().Width + b.Gap
		}
	}
	return w
}

func (b *Bar) HeightOf(objects []fyne.CanvasObject, width float32) float32 {
	h := max(b.Height, HeightFor(objects[0], width-b.fixedWidth(objects)))
	for _, o := range objects[1:] {
		if o.Visible() {
			h = max(h, o.MinSize().Height)
		}
	}
	return h
}

func (b *Bar) MinSize(objects []fyne.CanvasObject) fyne.Size {
	h := max(b.Height, objects[0].MinSize().Height)
	for _, o := range objects[1:] {
		if o.Visible() {
			h = max(h, o.MinSize().Height)
		}
	}
	return fyne.NewSize(objects[0].MinSize().Width+b.fixedWidth(objects), h)
}

// Backed draws the first object behind the second. The second has padding around it
// and sits Lift higher than the middle.
type Backed struct{ PadX, PadY, Lift float32 }

func (b *Backed) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	Place(objects[0], 0, 0, size.Width, size.Height)
	Place(objects[1], b.PadX, b.PadY-b.Lift, size.Width-2*b.PadX, size.Height-2*b.PadY)
}

func (b *Backed) HeightOf(objects []fyne.CanvasObject, width float32) float32 {
	return HeightFor(objects[1], width-2*b.PadX) + 2*b.PadY
}

func (b *Backed) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[1].MinSize().AddWidthHeight(2*b.PadX, 2*b.PadY)
}

// Centered puts a column in the middle of the available space.
type Centered struct {
	Width float32 // of the column, at most
	room  float32 // the width of its scroller, for MinSize
}

func (c *Centered) Layout(o []fyne.CanvasObject, size fyne.Size) {
	w := min(c.Width, size.Width-8*Grid)
	h := HeightFor(o[0], w)
	Place(o[0], (size.Width-w)/2, max(4*Grid, (size.Height-h)*2/5), w, h)
}

func (c *Centered) MinSize(o []fyne.CanvasObject) fyne.Size {
	if c.room > 0 {
		return fyne.NewSize(0, HeightFor(o[0], min(c.Width, c.room-8*Grid))+8*Grid)
	}
	return fyne.NewSize(240, 120)
}

func (c *Centered) FitWidth(width float32) { c.room = width }

// Space is empty room.
func Space(w, h float32) fyne.CanvasObject {
	return container.New(&Fixed{Size: fyne.NewSize(w, h)})
}

// Fixed gives every object in it the same size.
type Fixed struct{ Size fyne.Size }

func (f *Fixed) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		Place(o, 0, 0, size.Width, size.Height)
	}
}
func (f *Fixed) MinSize([]fyne.CanvasObject) fyne.Size { return f.Size }
