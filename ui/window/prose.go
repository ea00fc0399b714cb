package window

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// prose is wrapped text without a margin of its own, so that it stands on the
// same edge as everything else.
type prose struct {
	widget.BaseWidget
	content string
	size    float32
	color   color.Color
	style   fyne.TextStyle
	center  bool

	width float32 // of the lines below
	lines []*canvas.Text
	flown flown // what the lines were made of
	r     *face
}

// flown is everything that the lines of a prose depend on.
type flown struct {
	content string
	width   float32
	size    float32
	color   color.Color
	style   fyne.TextStyle
}

func newProse(content string, size float32, c color.Color) *prose {
	p := &prose{content: content, size: size, color: c}
	p.ExtendBaseWidget(p)
	return p
}

// set changes the words; it reports whether anything changed.
func (p *prose) set(content string, c color.Color) bool {
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

func (p *prose) CreateRenderer() fyne.WidgetRenderer {
	p.r = &face{
		min: func() fyne.Size {
			return fyne.NewSize(0, p.heightFor(p.width))
		},
		lay: func(s fyne.Size) {
			p.flowInto(s.Width)
			p.arrange(s.Width)
		},
		refresh: func() { p.arrange(p.Size().Width) },
	}
	p.r.objects = p.objects()
	return p.r
}

func (p *prose) objects() []fyne.CanvasObject {
	out := make([]fyne.CanvasObject, len(p.lines))
	for i, l := range p.lines {
		out[i] = l
	}
	return out
}

func (p *prose) arrange(width float32) {
	h := p.lineHeight()
	for i, l := range p.lines {
		x := float32(0)
		if p.center {
			x = (width - l.MinSize().Width) / 2
		}
		put(l, x, float32(i)*h, max(1, width-x), h)
	}
}

func (p *prose) lineHeight() float32 { return measure("M", p.size, p.style).Height }

func (p *prose) heightFor(width float32) float32 {
	if p.content == "" {
		return 0
	}
	if width <= 0 {
		return p.lineHeight()
	}
	p.flowInto(width)
	return float32(len(p.lines)) * p.lineHeight()
}

func (p *prose) flowInto(width float32) {
	now := flown{p.content, width, p.size, p.color, p.style}
	if p.flown == now { // a layout asks several times, and measuring text takes long
		return
	}
	p.flown = now
	var want []string
	if p.content != "" && width > 0 {
		want = wrap(p.content, func(s string) bool { return measure(s, p.size, p.style).Width <= width })
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
		l := word(s, p.size, p.color)
		l.TextStyle = p.style
		p.lines = append(p.lines, l)
	}
	if p.r != nil {
		p.r.objects = p.objects()
	}
}
