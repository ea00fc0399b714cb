package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Role says how prominent a button is.
type Role int

const (
	Quiet  Role = iota // outlined
	Filled             // the one thing to do here
	Danger             // destroys something
	Plain              // only words
)

// Button is pressed by click, Enter or Space. A ring shows that it has the focus.
type Button struct {
	widget.BaseWidget
	OnPress func() // nil: a press does nothing

	ui    *UI
	role  Role
	label string
	paths string // of an icon that is drawn instead of words
	keys  string // that do the same

	small, inLine, hovered, focused, off bool

	ground *canvas.Rectangle
	text   *canvas.Text
	glyph  *canvas.Image
}

var (
	_ fyne.Focusable    = (*Button)(nil)
	_ fyne.Tappable     = (*Button)(nil)
	_ desktop.Hoverable = (*Button)(nil)
)

// NewButton returns a button with words. It calls on when it is pressed.
func NewButton(ui *UI, r Role, label string, on func()) *Button {
	b := &Button{ui: ui, role: r, label: label, OnPress: on}
	b.ExtendBaseWidget(b)
	return b
}

// SmallButtonHeight is the height of a small button, in Fyne's units.
const SmallButtonHeight = 28

// NewSmallButton is for rows and banners.
func NewSmallButton(ui *UI, r Role, label string, on func()) *Button {
	b := NewButton(ui, r, label, on)
	b.small = true
	return b
}

// NewIconButton returns a button that shows an icon. Its label says what it does and
// is shown under the pointer, with the keys that do the same, see Keyed.
func NewIconButton(ui *UI, paths, label string, on func()) *Button {
	b := NewButton(ui, Plain, label, on)
	b.paths = paths
	return b
}

// Keyed names the keys that do the same. They are shown with the label of an icon.
func (b *Button) Keyed(keys string) *Button {
	b.keys = keys
	return b
}

// Tip is what is shown under the pointer: what an icon does, and with which keys.
func (b *Button) Tip() string {
	keys := b.keys
	if keys == "" {
		keys = b.ui.T("tip.tab")
	}
	return b.ui.T("tip", "what", b.label, "key", keys)
}

// NewLineIconButton returns an icon button for a line of text. It is hardly higher
// than the text.
func NewLineIconButton(ui *UI, paths, label string, on func()) *Button {
	b := NewIconButton(ui, paths, label, on)
	b.small, b.inLine = true, true
	return b
}

// NewSmallIconButton returns an icon button for a field.
func NewSmallIconButton(ui *UI, paths, label string, on func()) *Button {
	b := NewIconButton(ui, paths, label, on)
	b.small = true
	return b
}

// SetIcon changes the icon and the label that says what it does.
func (b *Button) SetIcon(paths, label string) {
	b.paths, b.label = paths, label
	if b.glyph != nil {
		b.glyph.Resource = resource(paths, b.ui.Palette.Muted)
		b.glyph.Refresh()
	}
}

func (b *Button) size() float32 {
	if b.small {
		return 13
	}
	return SizeText
}

// lineIconSide is the width and height of a button in a line of text.
const lineIconSide = 22

func (b *Button) iconSize() float32 {
	if b.small {
		return 16
	}
	return 20
}

func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	b.ground = canvas.NewRectangle(color.Transparent)
	b.ground.CornerRadius = Radius
	f := &Renderer{Parts: []fyne.CanvasObject{b.ground}, Min: b.minSize, Paint: b.paint}
	if b.paths != "" {
		b.glyph = Icon(b.paths, b.ui.Palette.Muted)
		f.Parts = append(f.Parts, b.glyph)
	} else {
		b.text = BoldText(b.label, b.size(), color.Transparent)
		b.text.Alignment = fyne.TextAlignCenter
		f.Parts = append(f.Parts, b.text)
	}
	f.Place = func(s fyne.Size) {
		Place(b.ground, 0, 0, s.Width, s.Height)
		if b.glyph != nil {
			side := b.iconSize()
			Place(b.glyph, (s.Width-side)/2, (s.Height-side)/2, side, side)
			return
		}
		if words := b.fitting(s.Width); words != b.text.Text {
			b.text.Text = words
			b.text.Refresh()
		}
		h := b.text.MinSize().Height
		Place(b.text, 0, (s.Height-h)/2-Lift(b.size()), s.Width, h)
	}
	b.paint()
	return f.Ready(b.Size())
}

func (b *Button) minSize() fyne.Size {
	switch {
	case b.paths != "" && b.inLine:
		return fyne.NewSquareSize(lineIconSide)
	case b.paths != "" && b.small:
		return fyne.NewSquareSize(SmallButtonHeight)
	case b.paths != "":
		return fyne.NewSquareSize(36)
	}
	w := Measure(b.label, b.size(), fyne.TextStyle{Bold: true}).Width
	if b.small {
		return fyne.NewSize(w+5*Grid, SmallButtonHeight)
	}
	return fyne.NewSize(w+8*Grid, 36)
}

// paint chooses the colours for the state the button is in.
func (b *Button) paint() {
	p := b.ui.Palette
	ground, ink, stroke := color.NRGBA{}, p.Text, color.NRGBA{}
	switch b.role {
	case Quiet:
		stroke = p.Border
	case Filled:
		ground, ink = p.Accent, p.OnAccent
	case Danger:
		ground, ink = p.Danger, p.OnDanger
	case Plain:
		ink = p.SandboxText
	}
	if b.hovered && !b.off && (b.role == Quiet || b.role == Plain) {
		ground = p.Hover
	}
	if b.off {
		ink = p.Muted
		if b.role == Filled || b.role == Danger {
			ground = p.Hover
		}
	}
	b.ground.FillColor, b.ground.StrokeColor, b.ground.StrokeWidth = UnlessClear(ground), UnlessClear(stroke), 1
	if b.focused {
		b.ground.StrokeColor, b.ground.StrokeWidth = p.Sandbox, 2
		if b.role == Filled || b.role == Danger {
			b.ground.StrokeColor = p.Text
		}
	}
	if b.text != nil {
		b.text.Text, b.text.Color = b.fitting(b.Size().Width), ink
	}
}

// fitting is what of the label has room: words never run over the frame.
func (b *Button) fitting(width float32) string {
	if room := width - 2*Grid; room > 0 {
		return Ellipsize(b.label, room, b.size(), fyne.TextStyle{Bold: true})
	}
	return b.label
}

// Icon reports whether the button shows an icon in place of words.
func (b *Button) Icon() bool { return b.paths != "" }

// Label is the text on the button. For an icon button it is the name of the icon.
func (b *Button) Label() string { return b.label }

// Enabled reports whether the button can be pressed.
func (b *Button) Enabled() bool { return !b.off }

// Enable switches the button on or off.
func (b *Button) Enable(on bool) {
	if b.off == on {
		b.off = !on
		b.Refresh()
	}
}

// Rename changes the label and reports whether it was different before.
func (b *Button) Rename(label string) bool {
	if b.label == label {
		return false
	}
	b.label = label
	b.Refresh()
	return true
}

func (b *Button) press() {
	if b.paths != "" {
		b.ui.Tip(b, "")
	}
	if !b.off && b.OnPress != nil {
		b.OnPress()
	}
}

func (b *Button) Tapped(*fyne.PointEvent)        { b.press() }
func (b *Button) MouseMoved(*desktop.MouseEvent) {}
func (b *Button) FocusGained()                   { b.focused = true; b.Refresh(); b.ui.Reveal(b) }
func (b *Button) FocusLost()                     { b.focused = false; b.Refresh() }
func (b *Button) TypedRune(r rune)               { b.ui.Typed(r) }

func (b *Button) MouseIn(*desktop.MouseEvent) {
	b.hovered = true
	b.Refresh()
	b.ui.pointed(b.MouseOut)
	if b.paths != "" {
		b.ui.Tip(b, b.Tip())
	}
}

func (b *Button) MouseOut() {
	b.hovered = false
	b.Refresh()
	if b.paths != "" {
		b.ui.Tip(b, "")
	}
}

func (b *Button) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		b.press()
	default:
		b.ui.OnKey(e)
	}
}
