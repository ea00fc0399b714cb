package window

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"

	"tokentray/ui/kit"
)

// How a chart is moved, zoomed and read by pointer, wheel and keys.

// drawHead makes the line over the chart.
func (c *dayChart) drawHead() {
	ui := c.ui
	c.title = kit.BoldText("", 13, ui.Palette.Text)
	c.toNow = kit.NewSmallButton(ui, kit.Quiet, ui.T("chart.now"), c.homeByButton)
	c.closer = kit.NewLineIconButton(ui, kit.IconAdd, ui.T("chart.in"), func() { c.zoomHere(-1) }).Keyed("+")
	c.wider = kit.NewLineIconButton(ui, kit.IconLess, ui.T("chart.out"), func() { c.zoomHere(1) }).Keyed("-")
	c.head = container.New(&kit.Bar{Gap: kit.Grid, Height: kit.SmallButtonHeight}, c.title, c.toNow, c.wider, c.closer)
}

// showHead says what is in sight.
func (c *dayChart) showHead() {
	last := lastOf(c.account, c.now)
	kit.SetText(c.title, c.sight.words(c.ui, c.now, last), c.ui.Palette.Text)
	all := spans()
	c.closer.Enable(c.sight.length() > all[0])
	c.wider.Enable(c.sight.length() < all[len(all)-1])
	if kit.Visible(c.toNow, !c.sight.end.IsZero()) {
		c.head.Refresh()
	}
}

// look shows another part of the time.
func (c *dayChart) look(s sight) {
	if s == *c.sight {
		return
	}
	*c.sight = s
	c.showHead()
	if c.r != nil {
		c.draw(c.Size())
		canvas.Refresh(c)
	}
}

// zoom shows more of the time by steps, or less, while a moment keeps its place.
func (c *dayChart) zoom(steps int, at time.Time) {
	c.look(c.sight.zoomed(steps, at, c.now, lastOf(c.account, c.now)))
}

// zoomHere zooms around what is read, else around now.
func (c *dayChart) zoomHere(steps int) {
	at := *c.at
	if at.Before(c.shown.From) || at.After(c.shown.To) {
		at = c.now
	}
	c.zoom(steps, at)
}

// home shows now again, and reads there.
func (c *dayChart) home() {
	*c.at = c.now.Truncate(c.sight.grain())
	c.look(sight{past: c.sight.past})
	c.read()
}

// homeByButton is home. The button goes away, so the chart takes the keyboard.
func (c *dayChart) homeByButton() {
	if on := fyne.CurrentApp().Driver().CanvasForObject(c); on != nil {
		on.Focus(c)
	}
	c.home()
}

// page moves by most of what is in sight, and reads in its middle.
func (c *dayChart) page(by float64) {
	c.look(c.sight.by(by*0.75, c.now, lastOf(c.account, c.now)))
	c.point(c.Size().Width / 2)
}

// point reads at a place.
func (c *dayChart) point(x float32) {
	at := c.shown.moment(x / max(1, c.Size().Width))
	for _, s := range c.shown.stops() { // marks attract
		if s.Sub(at).Abs() < c.shown.grain/2 {
			at = s
			break
		}
	}
	*c.at = at
	c.read()
}

// step reads at the next stop, or the one before. What lies out of sight comes into the
// middle.
func (c *dayChart) step(by int) {
	at := *c.at
	if at.Before(c.shown.From) || at.After(c.shown.To) {
		at = c.shown.Now
	}
	if next, ok := nextStop(c.shown.stops(), at, by); ok {
		*c.at = next
		c.read()
		return
	}
	if next, ok := nextStop(c.everywhere(), at, by); ok {
		c.readOut(next)
	}
}

// readOut reads at a time that may be out of sight.
func (c *dayChart) readOut(at time.Time) {
	if at.Before(c.shown.From) || at.After(c.shown.To) {
		c.look(c.sight.around(at, c.now, lastOf(c.account, c.now)))
	}
	near := countedGrain * c.shown.grain
	for _, s := range c.shown.stops() { // where what lies close together is drawn
		if d := s.Sub(at).Abs(); d <= near {
			at, near = s, d
		}
	}
	*c.at = at
	c.read()
}

// nextStop is the stop after a time, or the one before it.
func nextStop(stops []time.Time, at time.Time, by int) (time.Time, bool) {
	if by < 0 {
		stops = slices.Clone(stops)
		slices.Reverse(stops)
	}
	i := slices.IndexFunc(stops, func(s time.Time) bool { return s.Compare(at) == by })
	if i < 0 {
		return time.Time{}, false
	}
	return stops[i], true
}

// everywhere are the times of all that can be brought in sight.
func (c *dayChart) everywhere() []time.Time {
	now := c.now.Truncate(c.sight.grain())
	out := []time.Time{now}
	if last := lastOf(c.account, c.now); last.After(c.now) {
		out = append(out, last)
	}
	for _, e := range c.history {
		if _, ok := markOf(e.What); ok && e.At.After(now.Add(-mostPast)) && !e.At.After(now) {
			out = append(out, e.At)
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return out
}

// chartWheel is what the wheel did last. It scrolls the page on until the pointer came
// to the chart by itself and the wheel was still for a moment; then it zooms.
type chartWheel struct {
	passed time.Time // when it scrolled the page
	turned float32   // what is less than a step
}

// A step of the zoom in Fyne's units of a wheel, and how long the wheel must be still
// before it stops to scroll the page.
const (
	wheelStep = 20
	wheelCalm = 400 * time.Millisecond
)

// Scrolled implements fyne.Scrollable.
func (c *dayChart) Scrolled(e *fyne.ScrollEvent) {
	now := time.Now()
	if !c.hovered || now.Sub(c.wheel.passed) < wheelCalm {
		c.wheel = chartWheel{passed: now}
		c.ui.Wheel(e)
		return
	}
	if dx := e.Scrolled.DX; dx != 0 && max(dx, -dx) > max(e.Scrolled.DY, -e.Scrolled.DY) {
		c.look(c.sight.by(-float64(dx)/float64(max(1, c.Size().Width)), c.now, lastOf(c.account, c.now)))
		c.point(e.Position.X)
		return
	}
	c.wheel.turned -= e.Scrolled.DY
	steps := int(c.wheel.turned / wheelStep)
	if steps == 0 {
		return
	}
	c.wheel.turned = 0
	c.zoom(steps, c.shown.moment(e.Position.X/max(1, c.Size().Width)))
	c.point(e.Position.X)
}

func (c *dayChart) Tapped(e *fyne.PointEvent)        { c.point(e.Position.X) }
func (c *dayChart) MouseIn(e *desktop.MouseEvent)    { c.hovered = true; c.point(e.Position.X) }
func (c *dayChart) MouseMoved(e *desktop.MouseEvent) { c.point(e.Position.X) }
func (c *dayChart) MouseOut()                        { c.hovered = false; c.read() }

func (c *dayChart) FocusGained() {
	c.focused = true
	c.paintFocus()
	if c.at.IsZero() {
		*c.at = c.shown.Now
	}
	c.read()
	c.ui.Reveal(c)
}

func (c *dayChart) FocusLost() {
	c.focused = false
	c.paintFocus()
	c.read()
}

// TypedRune zooms; 0 shows a day.
func (c *dayChart) TypedRune(r rune) {
	switch r {
	case '+', '=':
		c.zoomHere(-1)
	case '-', '_':
		c.zoomHere(1)
	case '0':
		c.look(sight{})
	default:
		c.ui.Typed(r)
	}
}

func (c *dayChart) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyLeft:
		c.step(-1)
	case fyne.KeyRight:
		c.step(1)
	case fyne.KeyPageUp:
		c.page(-1)
	case fyne.KeyPageDown:
		c.page(1)
	case fyne.KeyHome:
		c.home()
	case fyne.KeyEnd:
		c.readOut(lastOf(c.account, c.now))
	default:
		c.ui.OnKey(e)
	}
}
