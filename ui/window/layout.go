package window

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// tall is an object whose height depends on its width, as wrapped text's does.
type tall interface{ heightFor(width float32) float32 }

// heightFor is the height an object wants at a width.
func heightFor(o fyne.CanvasObject, width float32) float32 {
	switch o := o.(type) {
	case tall:
		return o.heightFor(width)
	case *fyne.Container:
		if t, ok := o.Layout.(interface {
			heightOf([]fyne.CanvasObject, float32) float32
		}); ok {
			return t.heightOf(o.Objects, width)
		}
	}
	return o.MinSize().Height
}

// fitted is a layout that wants to know the width it scrolls in before it is
// asked for its size.
type fitted interface{ fitWidth(width float32) }

// column stands objects under one another, each as wide as the column and as
// high as it wants at that width.
type column struct {
	gap, padX, padY float32
	width           float32 // last width laid out, for MinSize
	bound           bool    // to that width, whatever stands in it
}

func (c *column) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	c.width = size.Width
	y := c.padY
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		h := heightFor(o, size.Width-2*c.padX)
		put(o, c.padX, y, size.Width-2*c.padX, h)
		y += h + c.gap
	}
}

func (c *column) heightOf(objects []fyne.CanvasObject, width float32) float32 {
	h, n := 2*c.padY, 0
	for _, o := range objects {
		if o.Visible() {
			h += heightFor(o, width-2*c.padX)
			n++
		}
	}
	return h + c.gap*float32(max(0, n-1))
}

func (c *column) fitWidth(width float32) { c.width, c.bound = width, true }

func (c *column) MinSize(objects []fyne.CanvasObject) fyne.Size {
	if c.bound {
		return fyne.NewSize(0, c.heightOf(objects, c.width))
	}
	var w float32
	for _, o := range objects {
		if o.Visible() {
			w = max(w, o.MinSize().Width)
		}
	}
	w += 2 * c.padX
	return fyne.NewSize(w, c.heightOf(objects, max(w, c.width)))
}

func stack(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&column{gap: gap}, objects...)
}

// flow stands objects beside one another from the left and goes on in a new
// line when the width is used up.
type flow struct{ gap float32 }

func (f *flow) walk(objects []fyne.CanvasObject, width float32, at func(o fyne.CanvasObject, x, y float32, s fyne.Size)) float32 {
	var x, y, line float32
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		s := o.MinSize()
		if x > 0 && x+s.Width > width {
			x, y, line = 0, y+line+f.gap, 0
		}
		at(o, x, y, s)
		x += s.Width + f.gap
		line = max(line, s.Height)
	}
	return y + line
}

func (f *flow) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	f.walk(objects, size.Width, func(o fyne.CanvasObject, x, y float32, s fyne.Size) {
		put(o, x, y, min(s.Width, size.Width), s.Height)
	})
	f.level(objects)
}

// level brings the objects of each line to the middle of the highest.
func (f *flow) level(objects []fyne.CanvasObject) {
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

func (f *flow) heightOf(objects []fyne.CanvasObject, width float32) float32 {
	return f.walk(objects, width, func(fyne.CanvasObject, float32, float32, fyne.Size) {})
}

func (f *flow) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	for _, o := range objects {
		if o.Visible() {
			s = s.Max(o.MinSize())
		}
	}
	return s
}

func beside(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&flow{gap: 2 * grid}, objects...)
}

// bar stands objects in one line: the first keeps to the left and takes the
// room that the others leave, these keep to the right.
type bar struct{ gap, padX, height float32 }

func (b *bar) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	x := size.Width - b.padX
	for i := len(objects) - 1; i > 0; i-- {
		o := objects[i]
		if !o.Visible() {
			continue
		}
		s := o.MinSize()
		x -= s.Width
		put(o, x, (size.Height-s.Height)/2, s.Width, s.Height)
		x -= b.gap
	}
	w := max(0, x-b.padX)
	h := min(size.Height, heightFor(objects[0], w))
	put(objects[0], b.padX, (size.Height-h)/2, w, h)
}

func (b *bar) rest(objects []fyne.CanvasObject) float32 {
	w := 2 * b.padX
	for _, o := range objects[1:] {
		if o.Visible() {
			w += o.MinSize().Width + b.gap
		}
	}
	return w
}

func (b *bar) heightOf(objects []fyne.CanvasObject, width float32) float32 {
	h := max(b.height, heightFor(objects[0], width-b.rest(objects)))
	for _, o := range objects[1:] {
		if o.Visible() {
			h = max(h, o.MinSize().Height)
		}
	}
	return h
}

func (b *bar) MinSize(objects []fyne.CanvasObject) fyne.Size {
	h := max(b.height, objects[0].MinSize().Height)
	for _, o := range objects[1:] {
		if o.Visible() {
			h = max(h, o.MinSize().Height)
		}
	}
	return fyne.NewSize(objects[0].MinSize().Width+b.rest(objects), h)
}

// scroller scrolls a column up and down. Unlike a bare Scroll it tells the
// column its width first, so that wrapped text has its height at once and nothing
// in it makes it wider.
type scroller struct {
	widget.BaseWidget
	scroll *container.Scroll
	inner  *fyne.Container
}

func newScroller(inner *fyne.Container) *scroller {
	s := &scroller{scroll: container.NewVScroll(inner), inner: inner}
	s.ExtendBaseWidget(s)
	return s
}

func (s *scroller) CreateRenderer() fyne.WidgetRenderer {
	return &face{
		objects: []fyne.CanvasObject{s.scroll},
		min:     func() fyne.Size { return fyne.NewSize(0, 0) },
		lay:     func(size fyne.Size) { s.fit(size) },
	}
}

func (s *scroller) fit(size fyne.Size) {
	if f, ok := s.inner.Layout.(fitted); ok {
		f.fitWidth(size.Width)
	}
	put(s.scroll, 0, 0, size.Width, size.Height)
	s.scroll.Refresh()
}

// reflow lays the column out again after something in it changed its height.
func (s *scroller) reflow() { s.fit(s.Size()); s.inner.Refresh() }

// show scrolls so that an object within can be seen.
func (s *scroller) show(o fyne.CanvasObject) {
	driver := fyne.CurrentApp().Driver()
	top := driver.AbsolutePositionForObject(o).Y - driver.AbsolutePositionForObject(s.scroll).Y
	const air = 8 * grid // for the label above and the words below
	y := s.scroll.Offset.Y
	switch bottom := top + o.Size().Height; {
	case top < air:
		y += top - air
	case bottom > s.scroll.Size().Height-air:
		y += bottom - s.scroll.Size().Height + air
	}
	y = max(0, min(y, s.inner.Size().Height-s.scroll.Size().Height))
	s.scroll.ScrollToOffset(fyne.NewPos(0, y))
}

// gap is empty room.
func gap(w, h float32) fyne.CanvasObject {
	return container.New(&fixed{size: fyne.NewSize(w, h)})
}

// fixed gives everything in it one size.
type fixed struct{ size fyne.Size }

func (f *fixed) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		put(o, 0, 0, size.Width, size.Height)
	}
}
func (f *fixed) MinSize([]fyne.CanvasObject) fyne.Size { return f.size }

// visible shows or hides an object; nothing happens when it is so already.
func visible(o fyne.CanvasObject, on bool) {
	if o.Visible() == on {
		return
	}
	if on {
		o.Show()
	} else {
		o.Hide()
	}
}
