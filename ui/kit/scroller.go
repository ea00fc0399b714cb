package kit

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// Scroller scrolls a column up and down. Unlike a Fyne Scroll it first tells the
// column its width. So wrapped text has the right height at once, and no object can
// make the column wider.
type Scroller struct {
	widget.BaseWidget
	Inner *fyne.Container // what scrolls

	scroll *Scroll
	left   func() // called when the part under the pointer scrolls away
}

// NewScroller returns a scroller of inner. The layout of inner tells its height.
func NewScroller(inner *fyne.Container) *Scroller {
	s := &Scroller{scroll: NewScroll(inner), Inner: inner}
	s.scroll.OnScrolled = func(fyne.Position) {
		if left := s.left; left != nil {
			s.left = nil
			left()
		}
	}
	s.ExtendBaseWidget(s)
	return s
}

func (s *Scroller) CreateRenderer() fyne.WidgetRenderer {
	return &Renderer{
		Parts: []fyne.CanvasObject{s.scroll},
		Min:   func() fyne.Size { return fyne.NewSize(0, 0) },
		Place: func(size fyne.Size) { s.fit(size) },
	}
}

func (s *Scroller) fit(size fyne.Size) {
	if f, ok := s.Inner.Layout.(fitted); ok {
		f.FitWidth(size.Width)
	}
	Place(s.scroll, 0, 0, size.Width, size.Height)
	s.scroll.Refresh()
}

// Reflow lays the column out again after something in it changed its height.
func (s *Scroller) Reflow() { s.fit(s.Size()); s.Inner.Refresh() }

// Reveal scrolls until an object is visible, if the object is in this scroller.
func (s *Scroller) Reveal(o fyne.CanvasObject) {
	if s.Size().Height == 0 || !within(s.Inner, o) { // without a height nothing is laid out yet
		return
	}
	driver := fyne.CurrentApp().Driver()
	top := driver.AbsolutePositionForObject(o).Y - driver.AbsolutePositionForObject(s.scroll).Y
	const air = 8 * Grid // for the label above and the words below
	y := s.scroll.Offset.Y
	switch bottom := top + o.Size().Height; {
	case top < air:
		y += top - air
	case bottom > s.scroll.Size().Height-air:
		y += bottom - s.scroll.Size().Height + air
	}
	s.ScrollTo(y)
}

// within reports whether an object is in a tree of containers.
func within(tree, o fyne.CanvasObject) bool {
	switch t := tree.(type) {
	case *fyne.Container:
		return slices.ContainsFunc(t.Objects, func(inner fyne.CanvasObject) bool { return within(inner, o) })
	case *Scroller:
		return within(t.Inner, o)
	}
	return tree == o
}

// Offset is how far it is scrolled, in Fyne's units.
func (s *Scroller) Offset() float32 { return s.scroll.Offset.Y }

// ScrollTo scrolls to an offset, at most to the end.
func (s *Scroller) ScrollTo(y float32) {
	s.scroll.ScrollToOffset(fyne.NewPos(0, max(0, min(y, s.Inner.Size().Height-s.scroll.Size().Height))))
}

// Key scrolls by a key that nothing else used: arrows by a little, the others by what
// they are called.
func (s *Scroller) Key(key fyne.KeyName) {
	page, all := s.Size().Height, s.Inner.Size().Height
	by := map[fyne.KeyName]float32{
		fyne.KeyDown: 10 * Grid, fyne.KeyUp: -10 * Grid, fyne.KeyPageDown: page, fyne.KeyPageUp: -page, fyne.KeyHome: -all, fyne.KeyEnd: all,
	}[key]
	if by != 0 {
		s.ScrollTo(s.Offset() + by)
	}
}

// Scroll is Fyne's scroll, at the pace of other desktop programs.
type Scroll struct{ container.Scroll }

// NewScroll returns a scroll of an object.
func NewScroll(content fyne.CanvasObject) *Scroll {
	s := &Scroll{}
	s.Content, s.Direction = content, container.ScrollVerticalOnly
	s.ExtendBaseWidget(s)
	return s
}

// Scrolled moves as far as other programs of the platform do (see wheelPace). Fyne scrolls
// 25 units a notch of the wheel everywhere.
func (s *Scroll) Scrolled(e *fyne.ScrollEvent) {
	faster := *e
	pace := wheelPace()
	faster.Scrolled.DX *= pace
	faster.Scrolled.DY *= pace
	s.Scroll.Scrolled(&faster)
}
