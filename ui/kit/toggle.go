package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Toggle is a check box with a label that may wrap.
type Toggle struct {
	widget.BaseWidget
	ui *UI
	on func(bool)

	checked, focused, hovered bool

	box   *canvas.Rectangle
	tick  *canvas.Image
	words *Prose
}

var (
	_ fyne.Focusable    = (*Toggle)(nil)
	_ fyne.Tappable     = (*Toggle)(nil)
	_ desktop.Hoverable = (*Toggle)(nil)
	_ Tall              = (*Toggle)(nil)
)

// NewToggle returns a check box with a label. It calls on at each change.
func NewToggle(ui *UI, label string, checked bool, on func(bool)) *Toggle {
	t := &Toggle{ui: ui, checked: checked, on: on, words: NewProse(label, SizeText, ui.Palette.Text)}
	t.ExtendBaseWidget(t)
	return t
}

const tickRoom = 28 // box and gap

func (t *Toggle) CreateRenderer() fyne.WidgetRenderer {
	t.box = canvas.NewRectangle(color.Transparent)
	t.box.CornerRadius = Radius
	t.tick = Icon(`<path d="M6 12.5 10.3 17 18 8" stroke-width="2.75"/>`, t.ui.Palette.OnAccent)
	t.paint()
	f := &Renderer{
		Parts: []fyne.CanvasObject{t.box, t.tick, t.words},
		Min:   func() fyne.Size { return fyne.NewSize(tickRoom+4*Grid, t.HeightFor(t.Size().Width)) },
		Place: func(s fyne.Size) {
			Place(t.box, 0, 1, 18, 18)
			Place(t.tick, 1, 2, 16, 16)
			Place(t.words, tickRoom, 0, s.Width-tickRoom, s.Height)
		},
		Paint: t.paint,
	}
	return f.Ready(t.Size())
}

func (t *Toggle) HeightFor(width float32) float32 {
	return max(20, t.words.HeightFor(width-tickRoom))
}

func (t *Toggle) paint() {
	p := t.ui.Palette
	t.box.FillColor, t.box.StrokeColor, t.box.StrokeWidth = p.Raised, p.Border, 1
	if t.hovered {
		t.box.FillColor = p.Hover
	}
	if t.checked {
		t.box.FillColor, t.box.StrokeColor = p.Accent, p.Accent
	}
	if t.focused {
		t.box.StrokeColor, t.box.StrokeWidth = p.Sandbox, 2
		if t.checked {
			t.box.StrokeColor = p.Text
		}
	}
	t.tick.Hidden = !t.checked
}

// Label returns the text beside the box.
func (t *Toggle) Label() string { return t.words.content }

// Rename changes the label and reports whether it was different before.
func (t *Toggle) Rename(label string) bool { return t.words.Set(label, t.ui.Palette.Text) }

// Set changes the state without calling the change handler.
func (t *Toggle) Set(checked bool) {
	if t.checked != checked {
		t.checked = checked
		t.Refresh()
	}
}

// Flip changes the state and calls the change handler.
func (t *Toggle) Flip() {
	t.Set(!t.checked)
	if t.on != nil {
		t.on(t.checked)
	}
}

func (t *Toggle) Tapped(*fyne.PointEvent) { t.Flip() }

func (t *Toggle) MouseMoved(*desktop.MouseEvent) {}

func (t *Toggle) MouseOut() { t.hovered = false; t.Refresh() }

func (t *Toggle) FocusGained() { t.focused = true; t.Refresh(); t.ui.Reveal(t) }

func (t *Toggle) FocusLost() { t.focused = false; t.Refresh() }

func (t *Toggle) TypedRune(r rune) { t.ui.Typed(r) }

func (t *Toggle) MouseIn(*desktop.MouseEvent) {
	t.hovered = true
	t.Refresh()
	t.ui.pointed(t.MouseOut)
}

func (t *Toggle) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeySpace || e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter {
		t.Flip()
		return
	}
	t.ui.OnKey(e)
}
