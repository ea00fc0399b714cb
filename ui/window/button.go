package window

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// role says how loud a button is.
type role int

const (
	quiet  role = iota // outlined
	filled             // the one thing to do here
	danger             // destroys something
	plain              // words alone
)

// button is pressed by click, Enter or Space. It shows its focus as a ring.
type button struct {
	widget.BaseWidget
	look  *look
	role  role
	label string
	paths string // of an icon, instead of words
	on    func()

	small, hovered, focused, off bool

	ground *canvas.Rectangle
	text   *canvas.Text
	glyph  *canvas.Image
}

var (
	_ fyne.Focusable    = (*button)(nil)
	_ fyne.Tappable     = (*button)(nil)
	_ desktop.Hoverable = (*button)(nil)
)

func newButton(l *look, r role, label string, on func()) *button {
	b := &button{look: l, role: r, label: label, on: on}
	b.ExtendBaseWidget(b)
	return b
}

const smallButtonHeight = 28

// smallButton is for rows and banners.
func smallButton(l *look, r role, label string, on func()) *button {
	b := newButton(l, r, label, on)
	b.small = true
	return b
}

// iconButton shows an icon; label is for the tests and for assistive programs.
func iconButton(l *look, paths, label string, on func()) *button {
	b := newButton(l, plain, label, on)
	b.paths = paths
	return b
}

func (b *button) size() float32 {
	if b.small {
		return 13
	}
	return sizeText
}

func (b *button) CreateRenderer() fyne.WidgetRenderer {
	b.ground = canvas.NewRectangle(color.Transparent)
	b.ground.CornerRadius = radius
	f := &face{objects: []fyne.CanvasObject{b.ground}, min: b.minSize, refresh: b.paint}
	if b.paths != "" {
		b.glyph = glyph(b.paths, b.look.pal.Muted)
		f.objects = append(f.objects, b.glyph)
	} else {
		b.text = boldWord(b.label, b.size(), color.Transparent)
		b.text.Alignment = fyne.TextAlignCenter
		f.objects = append(f.objects, b.text)
	}
	f.lay = func(s fyne.Size) {
		put(b.ground, 0, 0, s.Width, s.Height)
		if b.glyph != nil {
			put(b.glyph, (s.Width-20)/2, (s.Height-20)/2, 20, 20)
			return
		}
		h := b.text.MinSize().Height
		put(b.text, 0, (s.Height-h)/2-lift(b.size()), s.Width, h)
	}
	b.paint()
	return f
}

func (b *button) minSize() fyne.Size {
	if b.paths != "" {
		return fyne.NewSquareSize(36)
	}
	w := measure(b.label, b.size(), fyne.TextStyle{Bold: true}).Width
	if b.small {
		return fyne.NewSize(w+5*grid, smallButtonHeight)
	}
	return fyne.NewSize(w+8*grid, 36)
}

// paint chooses the colours for the state the button is in.
func (b *button) paint() {
	p := b.look.pal
	ground, ink, stroke := color.NRGBA{}, p.Text, color.NRGBA{}
	switch b.role {
	case quiet:
		stroke = p.Border
	case filled:
		ground, ink = p.Accent, p.OnAccent
	case danger:
		ground, ink = p.Danger, p.OnDanger
	case plain:
		ink = p.SandboxText
	}
	if b.hovered && !b.off && (b.role == quiet || b.role == plain) {
		ground = p.Hover
	}
	if b.off {
		ink = p.Muted
		if b.role == filled || b.role == danger {
			ground = p.Hover
		}
	}
	b.ground.FillColor, b.ground.StrokeColor, b.ground.StrokeWidth = unlessClear(ground), unlessClear(stroke), 1
	if b.focused {
		b.ground.StrokeColor, b.ground.StrokeWidth = p.Sandbox, 2
		if b.role == filled || b.role == danger {
			b.ground.StrokeColor = p.Text
		}
	}
	if b.text != nil {
		b.text.Text, b.text.Color = b.label, ink
	}
}

// enable switches the button on or off.
func (b *button) enable(on bool) {
	if b.off == on {
		b.off = !on
		b.Refresh()
	}
}

// rename changes the words.
func (b *button) rename(label string) {
	if b.label != label {
		b.label = label
		b.Refresh()
	}
}

func (b *button) press() {
	if !b.off && b.on != nil {
		b.on()
	}
}

func (b *button) Tapped(*fyne.PointEvent)        { b.press() }
func (b *button) MouseIn(*desktop.MouseEvent)    { b.hovered = true; b.Refresh() }
func (b *button) MouseMoved(*desktop.MouseEvent) {}
func (b *button) MouseOut()                      { b.hovered = false; b.Refresh() }
func (b *button) FocusGained()                   { b.focused = true; b.Refresh(); b.look.inSight(b) }
func (b *button) FocusLost()                     { b.focused = false; b.Refresh() }
func (b *button) TypedRune(r rune)               { b.look.typed(r) }

func (b *button) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		b.press()
	default:
		b.look.key(e)
	}
}

// unlessClear is c, but color.Transparent where nothing is to be seen: what has
// that very colour, Fyne does not draw at all.
func unlessClear(c color.NRGBA) color.Color {
	if c.A == 0 {
		return color.Transparent
	}
	return c
}
