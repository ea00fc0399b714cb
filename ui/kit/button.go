package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Role says how loud a button is.
type Role int

const (
	Quiet  Role = iota // outlined
	Filled             // the one thing to do here
	Danger             // destroys something
	Plain              // words alone
)

// Button is pressed by click, Enter or Space. It shows its focus as a ring.
type Button struct {
	widget.BaseWidget
	look    *Look
	role    Role
	Label   string
	paths   string // of an icon, instead of words
	OnPress func()

	small, hovered, focused, Off bool

	Ground *canvas.Rectangle
	text   *canvas.Text
	glyph  *canvas.Image
}

var (
	_ fyne.Focusable    = (*Button)(nil)
	_ fyne.Tappable     = (*Button)(nil)
	_ desktop.Hoverable = (*Button)(nil)
)

// NewButton returns a button with words; on is called when it is pressed.
func NewButton(l *Look, r Role, label string, on func()) *Button {
	b := &Button{look: l, role: r, Label: label, OnPress: on}
	b.ExtendBaseWidget(b)
	return b
}

// SmallButtonHeight is the height of a small button, in Fyne's units.
const SmallButtonHeight = 28

// NewSmallButton is for rows and banners.
func NewSmallButton(l *Look, r Role, label string, on func()) *Button {
	b := NewButton(l, r, label, on)
	b.small = true
	return b
}

// NewIconButton shows an icon; label is for the tests and for assistive programs.
func NewIconButton(l *Look, paths, label string, on func()) *Button {
	b := NewButton(l, Plain, label, on)
	b.paths = paths
	return b
}

func (b *Button) size() float32 {
	if b.small {
		return 13
	}
	return SizeText
}

func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	b.Ground = canvas.NewRectangle(color.Transparent)
	b.Ground.CornerRadius = Radius
	f := &Renderer{Parts: []fyne.CanvasObject{b.Ground}, Min: b.minSize, Paint: b.paint}
	if b.paths != "" {
		b.glyph = Icon(b.paths, b.look.Palette.Muted)
		f.Parts = append(f.Parts, b.glyph)
	} else {
		b.text = BoldText(b.Label, b.size(), color.Transparent)
		b.text.Alignment = fyne.TextAlignCenter
		f.Parts = append(f.Parts, b.text)
	}
	f.Place = func(s fyne.Size) {
		Place(b.Ground, 0, 0, s.Width, s.Height)
		if b.glyph != nil {
			Place(b.glyph, (s.Width-20)/2, (s.Height-20)/2, 20, 20)
			return
		}
		h := b.text.MinSize().Height
		Place(b.text, 0, (s.Height-h)/2-Lift(b.size()), s.Width, h)
	}
	b.paint()
	return f
}

func (b *Button) minSize() fyne.Size {
	if b.paths != "" {
		return fyne.NewSquareSize(36)
	}
	w := Measure(b.Label, b.size(), fyne.TextStyle{Bold: true}).Width
	if b.small {
		return fyne.NewSize(w+5*Grid, SmallButtonHeight)
	}
	return fyne.NewSize(w+8*Grid, 36)
}

// paint chooses the colours for the state the button is in.
func (b *Button) paint() {
	p := b.look.Palette
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
	if b.hovered && !b.Off && (b.role == Quiet || b.role == Plain) {
		ground = p.Hover
	}
	if b.Off {
		ink = p.Muted
		if b.role == Filled || b.role == Danger {
			ground = p.Hover
		}
	}
	b.Ground.FillColor, b.Ground.StrokeColor, b.Ground.StrokeWidth = UnlessClear(ground), UnlessClear(stroke), 1
	if b.focused {
		b.Ground.StrokeColor, b.Ground.StrokeWidth = p.Sandbox, 2
		if b.role == Filled || b.role == Danger {
			b.Ground.StrokeColor = p.Text
		}
	}
	if b.text != nil {
		b.text.Text, b.text.Color = b.Label, ink
	}
}

// Enable switches the button on or off.
func (b *Button) Enable(on bool) {
	if b.Off == on {
		b.Off = !on
		b.Refresh()
	}
}

// Rename changes the words; it reports whether they were others.
func (b *Button) Rename(label string) bool {
	if b.Label == label {
		return false
	}
	b.Label = label
	b.Refresh()
	return true
}

func (b *Button) press() {
	if !b.Off && b.OnPress != nil {
		b.OnPress()
	}
}

func (b *Button) Tapped(*fyne.PointEvent)        { b.press() }
func (b *Button) MouseIn(*desktop.MouseEvent)    { b.hovered = true; b.Refresh() }
func (b *Button) MouseMoved(*desktop.MouseEvent) {}
func (b *Button) MouseOut()                      { b.hovered = false; b.Refresh() }
func (b *Button) FocusGained()                   { b.focused = true; b.Refresh(); b.look.reveal(b) }
func (b *Button) FocusLost()                     { b.focused = false; b.Refresh() }
func (b *Button) TypedRune(r rune)               { b.look.Typed(r) }

func (b *Button) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		b.press()
	default:
		b.look.OnKey(e)
	}
}

// UnlessClear is c, but color.Transparent where nothing is to be seen: what has
// that very colour, Fyne does not draw at all.
func UnlessClear(c color.NRGBA) color.Color {
	if c.A == 0 {
		return color.Transparent
	}
	return c
}
