package window

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"tokentray/ui/kit"
)

// sheet is a question over the window. Esc and a click beside it say no.
type sheet struct {
	widget.BaseWidget
	look *kit.Look
	box  *fyne.Container
	gone func()

	scroll  *kit.Scroller  // its middle, where that may be long
	yes     func()         // what Enter does where nothing in it had a use for that
	typed   func() bool    // something was typed that would be lost; nil: never
	first   fyne.Focusable // what had the keyboard at first
	leaving bool           // it asks whether to close the window

	shade  *canvas.Rectangle
	ground *canvas.Rectangle
	whole  *kit.Scroller // the box, where even that is too high for the window
}

func (s *sheet) CreateRenderer() fyne.WidgetRenderer {
	s.whole = kit.NewScroller(s.box)
	f := &kit.Renderer{Parts: []fyne.CanvasObject{s.shade, s.ground, s.whole}, Min: func() fyne.Size { return fyne.NewSize(0, 0) }}
	f.Place = s.arrange
	f.Paint = func() { s.arrange(s.Size()) }
	return f
}

func (s *sheet) arrange(size fyne.Size) {
	kit.Place(s.shade, 0, 0, size.Width, size.Height)
	w := min(size.Width-8*kit.Grid, 400)
	h := min(kit.HeightFor(s.box, w), size.Height-4*kit.Grid)
	x, y := (size.Width-w)/2, max(2*kit.Grid, (size.Height-h)*2/5)
	kit.Place(s.ground, x, y, w, h)
	kit.Place(s.whole, x, y, w, h)
	s.whole.Reflow()
}

func (s *sheet) Tapped(e *fyne.PointEvent) {
	at, size := s.ground.Position(), s.ground.Size()
	inside := e.Position.X >= at.X && e.Position.X <= at.X+size.Width && e.Position.Y >= at.Y && e.Position.Y <= at.Y+size.Height
	if !inside {
		s.gone()
	}
}

var _ fyne.Tappable = (*sheet)(nil)

func newSheet(l *kit.Look, gone func(), parts ...fyne.CanvasObject) *sheet {
	s := &sheet{look: l, gone: gone, box: container.New(&kit.Column{Gap: 3 * kit.Grid, PadX: 5 * kit.Grid, PadY: 5 * kit.Grid}, parts...)}
	s.shade = canvas.NewRectangle(l.Palette.Shade)
	s.ground = canvas.NewRectangle(l.Palette.Raised)
	s.ground.CornerRadius = 2 * kit.Radius
	s.ground.StrokeWidth, s.ground.StrokeColor = 1, l.Palette.Line
	s.ExtendBaseWidget(s)
	return s
}

// sheetAir is what the middle of a long sheet has at either side, so that the
// bar by which it scrolls and the frame of what has the keyboard have room.
const sheetAir = 3 * kit.Grid

// letter lays out a sheet whose middle scrolls where it is too long.
type letter struct{ gap, pad, width float32 }

func (y *letter) Layout(o []fyne.CanvasObject, size fyne.Size) {
	w := size.Width - 2*y.pad
	top, bottom := kit.HeightFor(o[0], w), kit.HeightFor(o[2], w)
	kit.Place(o[0], y.pad, y.pad, w, top)
	kit.Place(o[2], y.pad, size.Height-y.pad-bottom, w, bottom)
	kit.Place(o[1], y.pad-sheetAir, y.pad+top+y.gap, w+2*sheetAir, max(0, size.Height-2*y.pad-2*y.gap-top-bottom))
}

func (y *letter) HeightOf(o []fyne.CanvasObject, width float32) float32 {
	return y.with(o, width, kit.HeightFor(o[1].(*kit.Scroller).Inner, width-2*y.pad+2*sheetAir))
}

func (y *letter) with(o []fyne.CanvasObject, width, middle float32) float32 {
	w := width - 2*y.pad
	return 2*y.pad + 2*y.gap + kit.HeightFor(o[0], w) + middle + kit.HeightFor(o[2], w)
}

func (y *letter) FitWidth(width float32) { y.width = width }

// MinSize leaves the middle enough to scroll in.
func (y *letter) MinSize(o []fyne.CanvasObject) fyne.Size {
	const enough = 20 * kit.Grid
	return fyne.NewSize(0, min(y.HeightOf(o, y.width), y.with(o, y.width, enough)))
}

// newLongSheet is a sheet whose middle scrolls; that is a column with sheetAir.
func newLongSheet(l *kit.Look, gone func(), head fyne.CanvasObject, middle *fyne.Container, foot fyne.CanvasObject) *sheet {
	s := newSheet(l, gone)
	s.scroll = kit.NewScroller(middle)
	s.box = container.New(&letter{gap: 3 * kit.Grid, pad: 5 * kit.Grid}, head, s.scroll, foot)
	return s
}

// scrollBy scrolls a long sheet by a key that nothing in it had a use for.
func (s *sheet) scrollBy(key fyne.KeyName) {
	if s.scroll == nil {
		return
	}
	by := map[fyne.KeyName]float32{
		fyne.KeyDown: 10 * kit.Grid, fyne.KeyUp: -10 * kit.Grid, fyne.KeyPageDown: s.scroll.Size().Height, fyne.KeyPageUp: -s.scroll.Size().Height,
		fyne.KeyHome: -s.scroll.Inner.Size().Height, fyne.KeyEnd: s.scroll.Inner.Size().Height,
	}[key]
	y := s.scroll.Scroll.Offset.Y + by
	s.scroll.Scroll.ScrollToOffset(fyne.NewPos(0, max(0, min(y, s.scroll.Inner.Size().Height-s.scroll.Size().Height))))
}

// atRight stands buttons at the right end of a line.
func atRight(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&kit.Bar{Gap: 2 * kit.Grid}, append([]fyne.CanvasObject{kit.Space(0, 0)}, objects...)...)
}

func (w *Window) openSheet(s *sheet, first fyne.Focusable) {
	w.closeSheet()
	w.sheet, s.first = s, first
	c := w.win.Canvas()
	s.Resize(c.Size())
	c.Overlays().Add(s)
	c.Focus(first)
}

func (w *Window) closeSheet() {
	if w.sheet != nil {
		w.win.Canvas().Overlays().Remove(w.sheet)
		w.sheet = nil
	}
}
