package window

import (
	"image/color"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// Where the parts of the picture of a day stand, from its top.
const (
	chartAbove = 6   // middle of the marks above the lives
	chartBars  = 14  // first lane of lives
	chartBar   = 8   // height of a life
	chartLane  = 10  // from one lane to the next
	chartBelow = 41  // middle of the marks below the lives
	chartFoot  = 48  // where the hours stand
	chartRead  = 68  // the two lines that say what is pointed at
	chartHigh  = 106 // all of it, without the legend

	markSize  = 8  // of a mark
	markGrain = 10 // of the width of one mark
	figures   = 43 // from the figures of one time to those of the next, at least
	leastLife = 4  // the width of the shortest life
)

// dayChart draws the timeline of an account. The pointer, or the arrow keys when it
// has the keyboard, read it: a line below says what is there. The wheel and keys show
// more of the time, or less. It is redrawn at most once a minute; once a second where
// seconds can be told apart.
type dayChart struct {
	widget.BaseWidget
	ui      *kit.UI
	account api.Account
	history []api.HistoryEntry
	now     time.Time
	at      *time.Time // what is read
	sight   *sight     // what is in sight

	shown   timeline
	drawn   float32 // width that is drawn
	focused bool
	hovered bool
	r       *kit.Renderer
	cursor  *canvas.Rectangle
	reading [2]*canvas.Text
	frame   *canvas.Rectangle
	legend  *fyne.Container
	wheel   chartWheel

	head   fyne.CanvasObject // what is in sight, in words, and the buttons that change it
	title  *canvas.Text
	toNow  *kit.Button
	closer *kit.Button
	wider  *kit.Button
}

var (
	_ fyne.Focusable    = (*dayChart)(nil)
	_ fyne.Tappable     = (*dayChart)(nil)
	_ fyne.Scrollable   = (*dayChart)(nil)
	_ desktop.Hoverable = (*dayChart)(nil)
	_ kit.Tall          = (*dayChart)(nil)
)

// newDayChart is an empty chart. at is where the person reads; zero for nowhere.
func newDayChart(ui *kit.UI, at *time.Time, in *sight) *dayChart {
	c := &dayChart{ui: ui, at: at, sight: in, legend: container.New(&kit.Flow{Gap: 2 * kit.Grid})}
	c.drawHead()
	c.ExtendBaseWidget(c)
	return c
}

// set draws the history of an account, newest line first.
func (c *dayChart) set(a api.Account, history []api.HistoryEntry, now time.Time) {
	c.account, c.history, c.now = a, history, now
	c.shown = c.timeline(c.drawn)
	c.showHead()
	c.legend.Objects = legendOf(c.ui, a, c.shown.Counts)
	if c.r != nil {
		c.draw(c.Size())
		canvas.Refresh(c)
	}
}

// timeline is what is in sight, for a width.
func (c *dayChart) timeline(width float32) timeline {
	return timelineOf(c.history, c.account, c.now, *c.sight, max(1, width)/markGrain)
}

// tick moves the picture once its grain has passed.
func (c *dayChart) tick(now time.Time) {
	grain := c.sight.grain()
	if c.r == nil || now.Truncate(grain).Equal(c.now.Truncate(grain)) {
		return
	}
	c.now = now
	c.draw(c.Size())
	canvas.Refresh(c)
}

func (c *dayChart) CreateRenderer() fyne.WidgetRenderer {
	p := c.ui.Palette
	c.cursor = canvas.NewRectangle(p.SoonText)
	c.frame = canvas.NewRectangle(color.Transparent)
	c.frame.CornerRadius = kit.Radius
	c.reading = [2]*canvas.Text{kit.Text("", 13, p.Text), kit.Text("", 13, p.Text)}
	c.r = &kit.Renderer{
		Min: func() fyne.Size { return fyne.NewSize(160, c.HeightFor(max(160, c.Size().Width))) },
		Place: func(s fyne.Size) {
			if s.Width != c.drawn {
				c.draw(s)
			}
		},
	}
	c.draw(c.Size())
	return c.r
}

// heightFor implements tall.
func (c *dayChart) HeightFor(width float32) float32 {
	return chartHigh + kit.Grid + kit.HeightFor(c.legend, width)
}

// draw makes every part of the chart for a width.
func (c *dayChart) draw(size fyne.Size) {
	width := size.Width
	if width <= 0 {
		return
	}
	c.drawn = width
	c.shown = c.timeline(width)
	kit.Place(c.frame, 0, 0, width, chartRead-2)
	out := []fyne.CanvasObject{c.frame}
	out = append(out, c.drawHours(width)...)
	for _, x := range c.shown.Lives {
		out = append(out, c.drawLife(x, width)...)
	}
	for _, m := range c.shown.Marks {
		y := float32(chartAbove)
		if m.Kind.lane() == 1 {
			y = chartBelow
		}
		out = append(out, shape(c.ui.Palette, m.Kind, c.x(m.at(), width), y)...)
		if m.N > 1 {
			out = append(out, c.number(m, width, y))
		}
	}
	out = append(out, c.cursor, c.reading[0], c.reading[1], c.legend)
	c.legend.Objects = legendOf(c.ui, c.account, c.shown.Counts)
	kit.Place(c.legend, 0, chartHigh+kit.Grid, width, kit.HeightFor(c.legend, width))
	c.legend.Refresh() // new texts need a new layout although the size is the same
	c.r.Parts = out
	c.read()
}

// x is where a time stands. Marks at either end stay whole.
func (c *dayChart) x(at time.Time, width float32) float32 {
	return max(markSize/2, min(width-markSize/2, c.shown.share(at)*width))
}

// number is how many there are of a mark, beside it.
func (c *dayChart) number(m mark, width, y float32) fyne.CanvasObject {
	t := kit.Text(strconv.Itoa(m.N), kit.SizeSmall, c.ui.Palette.Muted)
	s := t.MinSize()
	x := c.x(m.at(), width) + markSize/2 + 1
	if x+s.Width > width {
		x -= markSize + 2 + s.Width
	}
	kit.Place(t, x, y-s.Height/2, s.Width, s.Height)
	return t
}

// drawHours draws the hours of local time, and now where it is in sight.
func (c *dayChart) drawHours(width float32) []fyne.CanvasObject {
	p, t := c.ui.Palette, c.shown
	now := kit.BoldText(c.ui.T("chart.now"), kit.SizeSmall, p.Text)
	s := now.MinSize()
	nowX := t.share(t.Now) * width
	left := max(0, min(width-s.Width, nowX-s.Width/2))
	there := !t.Now.Before(t.From) && !t.Now.After(t.To)
	var out []fyne.CanvasObject
	ticks, _ := t.ticks(float64(figures / width))
	for _, at := range ticks {
		x := t.share(at) * width
		line := canvas.NewRectangle(p.Line)
		kit.Place(line, x, 0, 1, chartFoot)
		out = append(out, line)
		words := kit.Text(t.figure(at), kit.SizeSmall, p.Muted)
		m := words.MinSize()
		tx := max(0, min(width-m.Width, x-m.Width/2))
		if !there || tx+m.Width+kit.Grid < left || tx > left+s.Width+kit.Grid {
			kit.Place(words, tx, chartFoot, m.Width, m.Height)
			out = append(out, words)
		}
	}
	if !there {
		return out
	}
	line := canvas.NewRectangle(p.Text)
	kit.Place(line, nowX-0.5, 0, 1.5, chartFoot)
	kit.Place(now, left, chartFoot, s.Width, s.Height)
	return append(out, line, now)
}

// drawLife draws a token's life: the past part filled, the rest in outline. Lives
// too short to be told apart are one block as high as both lanes.
func (c *dayChart) drawLife(x life, width float32) []fyne.CanvasObject {
	p := c.ui.Palette
	hue := p.Hue(c.account.Env == core.Live)
	y := float32(chartBars + chartLane*x.Lane)
	from, to := c.shown.share(x.From)*width, c.shown.share(x.To)*width
	block := func(fill, stroke color.Color, x0, x1, y, h float32) fyne.CanvasObject {
		r := canvas.NewRectangle(fill)
		r.StrokeColor, r.StrokeWidth = stroke, 1
		r.CornerRadius = 2
		kit.Place(r, x0, y, max(leastLife, x1-x0), h)
		return r
	}
	if x.N > 1 {
		out := []fyne.CanvasObject{block(kit.Alpha(hue, 0x50), hue, from, to, chartBars, chartLane+chartBar)}
		n := kit.BoldText(strconv.Itoa(x.N)+"×", kit.SizeSmall, p.Text)
		if s := n.MinSize(); s.Width+kit.Grid <= to-from {
			kit.Place(n, (from+to-s.Width)/2, chartBars+(chartLane+chartBar-s.Height)/2, s.Width, s.Height)
			out = append(out, n)
		}
		return out
	}
	var out []fyne.CanvasObject
	if now := c.shown.share(c.shown.Now) * width; x.Current {
		out = append(out, block(color.Transparent, hue, from, to, y, chartBar), block(hue, hue, from, min(to, now), y, chartBar))
	} else {
		out = append(out, block(hue, hue, from, max(from+leastLife, to-1), y, chartBar))
	}
	if !x.Over.IsZero() {
		out = append(out, block(p.Soon, p.Soon, to, max(to+3, c.shown.share(x.Over)*width), y+2, chartBar-4))
	}
	return out
}

// shape draws a mark around a point: a dot, a diamond, an open triangle or a cross,
// so that its form tells its kind.
func shape(p kit.Palette, k markKind, x, y float32) []fyne.CanvasObject {
	const half = float32(markSize) / 2
	switch k {
	case markForce:
		d := canvas.NewRegularPolygon(4, p.SoonText)
		kit.Place(d, x-half-1, y-half-1, markSize+2, markSize+2)
		return []fyne.CanvasObject{d}
	case markReport:
		return strokes(p.Text, 1.5, x, y, [][2]fyne.Position{
			{{X: -half, Y: 1 - half}, {X: half, Y: 1 - half}}, {{X: half, Y: 1 - half}, {X: 0, Y: half}}, {{X: 0, Y: half}, {X: -half, Y: 1 - half}},
		})
	case markFail:
		const far = half - 0.5
		return strokes(p.LiveText, 2, x, y, [][2]fyne.Position{{{X: -far, Y: -far}, {X: far, Y: far}}, {{X: -far, Y: far}, {X: far, Y: -far}}})
	}
	d := canvas.NewCircle(p.Text)
	kit.Place(d, x-half+1, y-half+1, markSize-2, markSize-2)
	return []fyne.CanvasObject{d}
}

// strokes draws lines around a point.
func strokes(ink color.Color, width, x, y float32, lines [][2]fyne.Position) []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for _, l := range lines {
		line := canvas.NewLine(ink)
		line.StrokeWidth = width
		line.Position1, line.Position2 = l[0].AddXY(x, y), l[1].AddXY(x, y)
		out = append(out, line)
	}
	return out
}

// legendOf explains the shapes and counts each.
func legendOf(ui *kit.UI, a api.Account, counts [4]int) []fyne.CanvasObject {
	hue := ui.Palette.Hue(a.Env == core.Live)
	bar := func(fill color.Color, h float32) fyne.CanvasObject {
		r := canvas.NewRectangle(fill)
		r.StrokeColor, r.StrokeWidth, r.CornerRadius = hue, 1, 2
		if fill == color.Color(ui.Palette.Soon) {
			r.StrokeColor = fill
		}
		kit.Place(r, 0, (16-h)/2, 14, h)
		return r
	}
	item := func(words string, shapes ...fyne.CanvasObject) fyne.CanvasObject {
		return container.New(&keyItem{}, append([]fyne.CanvasObject{kit.Text(words, kit.SizeSmall, ui.Palette.Muted)}, shapes...)...)
	}
	out := []fyne.CanvasObject{
		item(ui.T("chart.key.life"), bar(hue, chartBar)),
		item(ui.T("chart.key.left"), bar(color.Transparent, chartBar)),
		item(ui.T("chart.key.over"), bar(ui.Palette.Soon, chartBar-4)),
	}
	for k, name := range []string{"renewed", "forced", "reported", "failed"} {
		if kind := markKind(k); counts[k] > 0 || kind == markRenew {
			out = append(out, item(ui.T("chart.key."+name)+" "+strconv.Itoa(counts[k]), shape(ui.Palette, kind, 7, 8)...))
		}
	}
	return out
}

// keyWords is where the word of a line of the legend begins.
const keyWords = 20

// keyItem places a word beside shapes that are placed already.
type keyItem struct{}

func (k *keyItem) Layout(o []fyne.CanvasObject, _ fyne.Size) {
	m := o[0].MinSize()
	kit.Place(o[0], keyWords, (16-m.Height)/2, m.Width, m.Height)
}

func (k *keyItem) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(keyWords+o[0].MinSize().Width, 16)
}

// read shows the cursor and what it points at.
func (c *dayChart) read() {
	p, width := c.ui.Palette, c.Size().Width
	words, ink := c.ui.T("chart.hint"), p.Muted
	on := (c.focused || c.hovered) && !c.at.Before(c.shown.From) && !c.at.After(c.shown.To)
	if on {
		words, ink = c.shown.read(c.ui, *c.at), p.Text
		kit.Place(c.cursor, c.shown.share(*c.at)*width-1, 0, 2, chartFoot)
	} else if len(c.shown.Lives)+len(c.shown.Marks) == 0 {
		words = c.ui.T("chart.empty")
	}
	kit.Visible(c.cursor, on)
	lines := kit.Wrap(words, func(s string) bool { return kit.Measure(s, 13, fyne.TextStyle{}).Width <= width })
	if len(lines) > 2 {
		lines[1] = kit.Ellipsize(strings.Join(lines[1:], " "), width, 13, fyne.TextStyle{})
	}
	for i, t := range c.reading {
		s := ""
		if i < len(lines) {
			s = lines[i]
		}
		kit.SetText(t, s, ink)
		h := t.MinSize().Height
		kit.Place(t, 0, chartRead+float32(i)*h, width, h)
	}
}

func (c *dayChart) paintFocus() {
	c.frame.StrokeColor, c.frame.StrokeWidth = kit.UnlessClear(color.NRGBA{}), 2
	if c.focused {
		c.frame.StrokeColor = c.ui.Palette.Sandbox
	}
	c.frame.Refresh()
}
