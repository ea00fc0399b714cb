package window

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
)

// headHeight is the height of the bar at the top of the list and of each page.
const headHeight = 56

// rowLeft is the room at the left of rows and pages.
const rowLeft = 4 * grid

// page is a head over a body, and a foot where there is a third.
type page struct{}

func (p *page) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	foot := float32(0)
	if len(objects) > 2 {
		foot = heightFor(objects[2], size.Width)
		put(objects[2], 0, size.Height-foot, size.Width, foot)
	}
	put(objects[0], 0, 0, size.Width, headHeight)
	put(objects[1], 0, headHeight, size.Width, max(0, size.Height-headHeight-foot))
}

func (p *page) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(objects[0].MinSize().Width, headHeight)
}

// pageHead is the bar over a page: back, title, and what stands at the right.
func pageHead(l *look, back *button, title string, right ...fyne.CanvasObject) fyne.CanvasObject {
	return container.New(&head{title: title}, append([]fyne.CanvasObject{
		canvas.NewRectangle(l.pal.Raised), canvas.NewRectangle(l.pal.Line), back, boldWord(title, 17, l.pal.Text),
	}, right...)...)
}

// head lays out ground, hairline, back button, title and the rest.
type head struct{ title string }

func (h *head) Layout(o []fyne.CanvasObject, size fyne.Size) {
	put(o[0], 0, 0, size.Width, size.Height)
	put(o[1], 0, size.Height-1, size.Width, 1)
	x := float32(rowLeft)
	if o[2].Visible() {
		put(o[2], grid, (size.Height-36)/2, 36, 36)
		x = 12 * grid
	}
	right := size.Width - 2*grid
	for i := len(o) - 1; i > 3; i-- {
		s := o[i].MinSize()
		right -= s.Width
		put(o[i], right, (size.Height-s.Height)/2, s.Width, s.Height)
		right -= grid
	}
	t := o[3].(*canvas.Text)
	if s := ellipsize(h.title, right-x, t.TextSize, t.TextStyle); s != t.Text {
		t.Text = s
		t.Refresh()
	}
	m := t.MinSize()
	put(t, x, (size.Height-m.Height)/2, m.Width, m.Height)
}

func (h *head) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(120, headHeight) }

// subhead is the title of a part of a page.
func subhead(l *look, s string) fyne.CanvasObject {
	return stack(2*grid, gap(0, 0), boldWord(s, 13, l.pal.Text))
}

// factLabel is the width of the labels of facts and of the times of a history.
const factLabel = 104

// fact is a label and a value that may be long.
func fact(l *look, label, value string) fyne.CanvasObject {
	return container.New(&ledger{}, word(label, 13, l.pal.Muted), newProse(value, 13, l.pal.Text))
}

// ledger stands two objects in columns of which the first is fixed.
type ledger struct{}

func (g *ledger) Layout(o []fyne.CanvasObject, size fyne.Size) {
	put(o[0], 0, 0, factLabel, o[0].MinSize().Height)
	put(o[1], factLabel, 0, size.Width-factLabel, size.Height)
}

func (g *ledger) heightOf(o []fyne.CanvasObject, width float32) float32 {
	return max(o[0].MinSize().Height, heightFor(o[1], width-factLabel))
}

func (g *ledger) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(factLabel+o[1].MinSize().Width, max(o[0].MinSize().Height, o[1].MinSize().Height))
}

// rewrite changes a line of text if it differs.
func rewrite(t *canvas.Text, s string, c color.NRGBA) {
	if t.Text != s || t.Color != c {
		t.Text, t.Color = s, c
		t.Refresh()
	}
}
