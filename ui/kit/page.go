package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
)

// HeadHeight is the height of the bar at the top of the list and of each page.
const HeadHeight = 56

// RowLeft is the left margin of rows and pages.
const RowLeft = 4 * Grid

// Page is a page of the window: a head, a column that scrolls, and an optional foot.
// It is made once for a language. Its parts are shown, hidden and changed in place, so
// that the focus, the cursor of a field and the scroll position stay as they are.
type Page struct {
	Root *fyne.Container
	Head *Head
	UI   *UI // for parts of the page; scrolls a part that gets the focus into view

	column *fyne.Container
	scroll *Scroller
}

// NewPage returns a page without a foot. Its parts are gap apart.
func NewPage(ui *UI, gap float32, head *Head) *Page {
	column := container.New(&Column{Gap: gap, PadX: RowLeft, PadY: gap})
	p := &Page{Head: head, column: column, scroll: NewScroller(column)}
	p.UI = ui.Within(p.scroll)
	p.Root = container.New(&pageLayout{}, head.root, p.scroll)
	return p
}

// Add appends parts to the column.
func (p *Page) Add(parts ...fyne.CanvasObject) {
	for _, o := range parts {
		p.column.Add(o)
	}
}

// SetFoot puts parts below the column, where they do not scroll.
func (p *Page) SetFoot(parts ...fyne.CanvasObject) {
	ui := p.UI
	inner := container.New(&Column{Gap: 2 * Grid, PadX: RowLeft, PadY: 2 * Grid}, parts...)
	foot := container.New(&Backed{}, canvas.NewRectangle(ui.Palette.Raised), Stack(0, Hairline(ui), inner))
	p.Root.Objects = append(p.Root.Objects[:2:2], foot)
}

// Reflow lays the page out again after a part changed its height.
func (p *Page) Reflow() {
	p.Root.Layout.Layout(p.Root.Objects, p.Root.Size())
	p.scroll.Reflow()
}

// Reveal scrolls until an object on the page is visible.
func (p *Page) Reveal(o fyne.CanvasObject) { p.scroll.Reveal(o) }

// Offset is how far the page is scrolled, in Fyne's units.
func (p *Page) Offset() float32 { return p.scroll.Offset() }

// ScrollTo scrolls the page to an offset. A page that has no size yet starts at that
// offset.
func (p *Page) ScrollTo(y float32) {
	if p.scroll.Size().Height == 0 {
		p.scroll.scroll.Offset.Y = y
		return
	}
	p.scroll.ScrollTo(y)
}

// Key scrolls the page by a key that none of its parts used.
func (p *Page) Key(key fyne.KeyName) { p.scroll.Key(key) }

// Replace scrolls the page as the one that it replaces, which may be nil: after a change
// of language, theme, text size or the known kinds, in a form of kind, and when another
// account is chosen for a client. No other event replaces a page.
func (p *Page) Replace(old *Page) {
	if old != nil {
		p.ScrollTo(old.Offset())
	}
}

// pageLayout puts a head over a body, and a foot below it if there is a third object.
type pageLayout struct{}

func (p *pageLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	foot := float32(0)
	if len(objects) > 2 {
		foot = HeightFor(objects[2], size.Width)
		Place(objects[2], 0, size.Height-foot, size.Width, foot)
	}
	Place(objects[0], 0, 0, size.Width, HeadHeight)
	Place(objects[1], 0, HeadHeight, size.Width, max(0, size.Height-HeadHeight-foot))
}

func (p *pageLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(objects[0].MinSize().Width, HeadHeight)
}

// Head is the bar at the top of a page: back button, title, and parts at the right.
type Head struct {
	root   *fyne.Container
	layout *headLayout
}

// NewHead returns a bar with a title.
func NewHead(ui *UI, back *Button, title string, right ...fyne.CanvasObject) *Head {
	h := &Head{layout: &headLayout{title: title}}
	h.root = container.New(h.layout, append([]fyne.CanvasObject{
		canvas.NewRectangle(ui.Palette.Raised), canvas.NewRectangle(ui.Palette.Line), back, BoldText(title, 17, ui.Palette.Text),
	}, right...)...)
	return h
}

// SetTitle changes the title.
func (h *Head) SetTitle(title string) {
	if h.layout.title != title {
		h.layout.title = title
		h.root.Layout.Layout(h.root.Objects, h.root.Size())
	}
}

// headLayout lays out ground, hairline, back button, title and the rest.
type headLayout struct{ title string }

func (h *headLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	Place(o[0], 0, 0, size.Width, size.Height)
	Place(o[1], 0, size.Height-1, size.Width, 1)
	x := float32(RowLeft)
	if o[2].Visible() {
		Place(o[2], Grid, (size.Height-36)/2, 36, 36)
		x = 12 * Grid
	}
	right := size.Width - 2*Grid
	for i := len(o) - 1; i > 3; i-- {
		s := o[i].MinSize()
		right -= s.Width
		Place(o[i], right, (size.Height-s.Height)/2, s.Width, s.Height)
		right -= Grid
	}
	t := o[3].(*canvas.Text)
	if s := Ellipsize(h.title, right-x, t.TextSize, t.TextStyle); s != t.Text {
		t.Text = s
		t.Refresh()
	}
	m := t.MinSize()
	Place(t, x, (size.Height-m.Height)/2, m.Width, m.Height)
}

func (h *headLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(120, HeadHeight) }

// Hairline is a thin line across a page.
func Hairline(ui *UI) fyne.CanvasObject {
	return container.New(&Fixed{Size: fyne.NewSize(0, 1)}, canvas.NewRectangle(ui.Palette.Line))
}

// AtRight puts buttons at the right end of a line.
func AtRight(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&Bar{Gap: 2 * Grid}, append([]fyne.CanvasObject{Space(0, 0)}, objects...)...)
}

// Subhead is the title of a section of a page.
func Subhead(ui *UI, s string) fyne.CanvasObject {
	return Stack(2*Grid, Space(0, 0), BoldText(s, 13, ui.Palette.Text))
}
