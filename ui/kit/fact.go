package kit

import (
	"cmp"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
)

// Fact is a line with a label and a value that may be long.
type Fact struct {
	Root  *fyne.Container
	label *canvas.Text
	value *Prose

	button *Button                   // nil where the value cannot be copied
	name   func(label string) string // the label of that button
	exact  string                    // what it copies in the place of the words; empty: the words
}

// NewFact returns a line that is hidden until it has a value.
func NewFact(ui *UI, label string) *Fact {
	f := &Fact{label: Text(label, 13, ui.Palette.Muted), value: NewProse("", 13, ui.Palette.Text)}
	f.Root = container.New(&FactRow{}, f.label, f.value)
	f.Root.Hidden = true
	return f
}

// NewCopiedFact returns a line with a button that copies its value. name returns the
// label of that button for the label of the line.
func NewCopiedFact(ui *UI, label string, name func(label string) string, copied func(label, value string)) *Fact {
	f := NewFact(ui, label)
	f.name = name
	f.button = NewLineIconButton(ui, IconCopy, name(label), func() { copied(f.label.Text, cmp.Or(f.exact, f.value.Content())) })
	f.Root.Objects[1] = container.New(&Bar{Gap: Grid}, f.value, f.button)
	return f
}

// SetLabel changes the label.
func (f *Fact) SetLabel(label string) {
	if f.label.Text != label {
		f.label.Text = label
		f.label.Refresh()
		if f.button != nil {
			f.button.SetIcon(IconCopy, f.name(label))
		}
	}
}

// Set changes the value and hides the line if there is none. It reports whether
// anything changed.
func (f *Fact) Set(value string, c color.NRGBA) bool {
	changed := f.value.Set(value, c) || f.Root.Hidden != (value == "")
	f.Root.Hidden = value == ""
	return changed
}

// SetExact changes the words and what the button copies in their place, such as a time to
// the second with its zone. Without that there is nothing to copy.
func (f *Fact) SetExact(words, exact string, c color.NRGBA) bool {
	f.exact = exact
	changed := Visible(f.button, exact != "")
	return f.Set(words, c) || changed
}

// FactRow puts two objects side by side. The first column has a fixed width. If the
// first object is too wide for it, it gets a line of its own above the second.
type FactRow struct{}

// factLabel is the width of labels of facts and of times in a history.
const factLabel = 104

// over is the height of the line above the second object.
func (g *FactRow) over(o []fyne.CanvasObject) float32 {
	if m := o[0].MinSize(); m.Width > factLabel-2*Grid {
		return m.Height
	}
	return 0
}

func (g *FactRow) Layout(o []fyne.CanvasObject, size fyne.Size) {
	m, over := o[0].MinSize(), g.over(o)
	Place(o[1], factLabel, over, size.Width-factLabel, size.Height-over)
	if over > 0 {
		Place(o[0], 0, 0, m.Width, m.Height)
		return
	}
	y := float32(0)
	if _, ok := o[1].(*fyne.Container); ok { // a button makes the line higher than its words
		y = max(0, min(lineIconSide, size.Height)-m.Height) / 2
	}
	Place(o[0], 0, y, factLabel, m.Height)
}

func (g *FactRow) HeightOf(o []fyne.CanvasObject, width float32) float32 {
	return max(o[0].MinSize().Height, g.over(o)+HeightFor(o[1], width-factLabel))
}

func (g *FactRow) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(factLabel+o[1].MinSize().Width, max(o[0].MinSize().Height, g.over(o)+o[1].MinSize().Height))
}
