package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Divider is a line between two parts side by side, which a drag moves. A double click
// puts it back.
type Divider struct {
	widget.BaseWidget
	OnDrag  func(by float32)
	OnReset func()

	ui      *UI
	line    *canvas.Rectangle
	pointed bool
}

// DividerGrip is the width that can be dragged. The line is in its middle.
const DividerGrip = 7

var (
	_ fyne.Draggable      = (*Divider)(nil)
	_ fyne.DoubleTappable = (*Divider)(nil)
	_ desktop.Hoverable   = (*Divider)(nil)
	_ desktop.Cursorable  = (*Divider)(nil)
)

// NewDivider returns a divider.
func NewDivider(ui *UI) *Divider {
	d := &Divider{ui: ui}
	d.ExtendBaseWidget(d)
	return d
}

func (d *Divider) CreateRenderer() fyne.WidgetRenderer {
	d.line = canvas.NewRectangle(d.ui.Palette.Line)
	place := func(s fyne.Size) {
		w := float32(1)
		if d.pointed {
			w = 3
		}
		Place(d.line, (s.Width-w)/2, 0, w, s.Height)
	}
	return (&Renderer{
		Parts: []fyne.CanvasObject{d.line},
		Min:   func() fyne.Size { return fyne.NewSize(DividerGrip, 0) },
		Place: place,
		Paint: func() {
			d.line.FillColor = d.ui.Palette.Line
			if d.pointed {
				d.line.FillColor = d.ui.Palette.Sandbox
			}
			place(d.Size())
		},
	}).Ready(d.Size())
}

func (d *Divider) point(on bool) {
	if d.pointed != on {
		d.pointed = on
		d.Refresh()
	}
}

func (d *Divider) MouseIn(*desktop.MouseEvent)    { d.point(true) }
func (d *Divider) MouseMoved(*desktop.MouseEvent) {}
func (d *Divider) MouseOut()                      { d.point(false) }
func (d *Divider) Cursor() desktop.Cursor         { return desktop.HResizeCursor }
func (d *Divider) Dragged(e *fyne.DragEvent)      { d.OnDrag(e.Dragged.DX) }
func (d *Divider) DragEnd()                       {}
func (d *Divider) DoubleTapped(*fyne.PointEvent)  { d.OnReset() }
