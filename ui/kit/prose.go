package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Prose is wrapped text without padding, so that it lines up with the parts around
// it.
type Prose struct {
	widget.BaseWidget
	Style  fyne.TextStyle
	Center bool // centre the lines

	content string
	size    float32
	color   color.Color

	width float32 // of the lines below
	lines []*canvas.Text
	made  made // the input that the lines were made from
	r     *Renderer
}

// made is everything that the lines of a Prose depend on.
type made struct {
	content string
	width   float32
	size    float32
	color   color.Color
	style   fyne.TextStyle
}

// NewProse returns text that wraps at the width it gets.
func NewProse(content string, size float32, c color.Color) *Prose {
	p := &Prose{content: content, size: size, color: c}
	p.ExtendBaseWidget(p)
	return p
}

// Content returns the text.
func (p *Prose) Content() string { return p.content }

// Set changes the text and reports whether anything changed.
func (p *Prose) Set(content string, c color.Color) bool {
	if p.content == content && p.color == c {
		return false
	}
	p.content, p.color = content, c
	p.flowInto(p.width)
	if p.r != nil {
		p.Refresh()
	}
	return true
}

// SetOrHide is Set, but hides the Prose if the text is empty.
func (p *Prose) SetOrHide(content string, c color.Color) bool {
	changed := p.Set(content, c) || p.Hidden != (content == "")
	p.Hidden = content == ""
	return changed
}

func (p *Prose) CreateRenderer() fyne.WidgetRenderer {
	p.r = &Renderer{
		Min: func() fyne.Size {
			return fyne.NewSize(0, p.HeightFor(p.width))
		},
		Place: func(s fyne.Size) {
			p.flowInto(s.Width)
			p.arrange(s.Width)
		},
		Paint: func() { p.arrange(p.Size().Width) },
	}
	p.r.Parts = p.objects()
	return p.r
}

func (p *Prose) objects() []fyne.CanvasObject {
	out := make([]fyne.CanvasObject, len(p.lines))
	for i, l := range p.lines {
		out[i] = l
	}
	return out
}

func (p *Prose) arrange(width float32) {
	h := p.lineHeight()
	for i, l := range p.lines {
		x := float32(0)
		if p.Center {
			x = (width - l.MinSize().Width) / 2
		}
		Place(l, x, float32(i)*h, max(1, width-x), h)
	}
}

func (p *Prose) lineHeight() float32 { return Measure("M", p.size, p.Style).Height }

// HeightFor is the height of the text wrapped at a width.
func (p *Prose) HeightFor(width float32) float32 {
	if p.content == "" {
		return 0
	}
	if width <= 0 {
		return p.lineHeight()
	}
	p.flowInto(width)
	return float32(len(p.lines)) * p.lineHeight()
}

func (p *Prose) flowInto(width float32) {
	now := made{p.content, width, p.size, p.color, p.Style}
	if p.made == now { // a layout asks several times, and measuring text is slow
		return
	}
	p.made = now
	var want []string
	if p.content != "" && width > 0 {
		want = Wrap(p.content, func(s string) bool { return Measure(s, p.size, p.Style).Width <= width })
	}
	p.width = width
	same := len(want) == len(p.lines)
	for i := 0; same && i < len(want); i++ {
		same = p.lines[i].Text == want[i] && p.lines[i].Color == p.color
	}
	if same {
		return
	}
	p.lines = p.lines[:0:0]
	for _, s := range want {
		l := Text(s, p.size, p.color)
		l.TextStyle = p.Style
		p.lines = append(p.lines, l)
	}
	if p.r != nil {
		p.r.Parts = p.objects()
	}
}
