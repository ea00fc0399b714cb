package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
)

// HeadHeight is the height of the bar at the top of the list and of each page.
const HeadHeight = 56

// RowLeft is the room at the left of rows and pages.
const RowLeft = 4 * Grid

// Page is a head over a body, and a foot where there is a third.
type Page struct{}

func (p *Page) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	foot := float32(0)
	if len(objects) > 2 {
		foot = HeightFor(objects[2], size.Width)
		Place(objects[2], 0, size.Height-foot, size.Width, foot)
	}
	Place(objects[0], 0, 0, size.Width, HeadHeight)
	Place(objects[1], 0, HeadHeight, size.Width, max(0, size.Height-HeadHeight-foot))
}

func (p *Page) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(objects[0].MinSize().Width, HeadHeight)
}

// PageHead is the bar over a page: back, title, and what stands at the right.
func PageHead(l *Look, back *Button, title string, right ...fyne.CanvasObject) fyne.CanvasObject {
	return container.New(&head{title: title}, append([]fyne.CanvasObject{
		canvas.NewRectangle(l.Palette.Raised), canvas.NewRectangle(l.Palette.Line), back, BoldText(title, 17, l.Palette.Text),
	}, right...)...)
}

// head lays out ground, hairline, back button, title and the rest.
type head struct{ title string }

func (h *head) Layout(o []fyne.CanvasObject, size fyne.Size) {
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

func (h *head) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(120, HeadHeight) }

// Subhead is the title of a part of a page.
func Subhead(l *Look, s string) fyne.CanvasObject {
	return Stack(2*Grid, Space(0, 0), BoldText(s, 13, l.Palette.Text))
}

// factLabel is the width of the labels of facts and of the times of a history.
const factLabel = 104

// Fact is a label and a value that may be long.
func Fact(l *Look, label, value string) fyne.CanvasObject {
	return container.New(&FactRow{}, Text(label, 13, l.Palette.Muted), NewProse(value, 13, l.Palette.Text))
}

// FactRow stands two objects in columns of which the first is fixed.
type FactRow struct{}

func (g *FactRow) Layout(o []fyne.CanvasObject, size fyne.Size) {
	Place(o[0], 0, 0, factLabel, o[0].MinSize().Height)
	Place(o[1], factLabel, 0, size.Width-factLabel, size.Height)
}

func (g *FactRow) HeightOf(o []fyne.CanvasObject, width float32) float32 {
	return max(o[0].MinSize().Height, HeightFor(o[1], width-factLabel))
}

func (g *FactRow) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(factLabel+o[1].MinSize().Width, max(o[0].MinSize().Height, o[1].MinSize().Height))
}

// SetText changes a line of text if it differs.
func SetText(t *canvas.Text, s string, c color.NRGBA) {
	if t.Text != s || t.Color != c {
		t.Text, t.Color = s, c
		t.Refresh()
	}
}
