package window

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"tokentray/core/api"
	"tokentray/ui/kit"
)

// callsToday shows how many calls were made to upstream today, of how many, and when
// the counts start over.
type callsToday struct {
	ui     *kit.UI
	root   *fyne.Container
	facts  [4]*kit.Fact
	told   [3]*kit.Fact // what upstream reported, one per path
	read   *kit.Button
	reset  *kit.Button
	line   *fyne.Container // of both
	meters [2]*meter       // of calls, and of forced tokens
}

func newCallsToday(ui *kit.UI, read, reset func()) *callsToday {
	c := &callsToday{ui: ui, root: kit.Stack(kit.Grid, kit.Subhead(ui, ui.T("detail.today")))}
	for i := range c.facts {
		c.facts[i] = kit.NewFact(ui, "")
		c.root.Add(c.facts[i].Root)
		if i < len(c.meters) {
			c.meters[i] = newMeter(ui)
			c.root.Add(c.meters[i].root)
		}
	}
	for i := range c.told {
		c.told[i] = kit.NewFact(ui, "")
		c.root.Add(c.told[i].Root)
	}
	c.read = kit.NewSmallButton(ui, kit.Quiet, ui.T("quota.ask"), read)
	c.reset = kit.NewSmallButton(ui, kit.Quiet, ui.T("quota.reset"), reset)
	c.line = kit.Stack(0, kit.Space(0, kit.Grid), kit.Beside(c.read, c.reset))
	c.root.Add(c.line)
	return c
}

// set shows the counts of an account; it reports whether something may have
// changed its size.
func (c *callsToday) set(a api.Account, now time.Time) (changed bool) {
	ui := c.ui
	told := ui.Words.Quota(a, now)
	for i, fact := range c.facts {
		value := ""
		if i < len(told) {
			fact.SetLabel(capital(ui.Words.Say(told[i].Label)))
			value = told[i].Value
		}
		changed = fact.Set(value, ui.Palette.Text) || changed
	}
	for i, fact := range c.told {
		value := ""
		if n := len(a.Usage); i < n {
			u := a.Usage[n-1-i]
			fact.SetLabel(lastPart(u.Path))
			value = ui.T("quota.told", "used", ui.Words.Usage(u), "time", moment(ui, u.At, now))
		}
		changed = fact.Set(value, ui.Palette.Text) || changed
	}
	meter := ui.Words.Spec(a.Kind).Meter
	changed = kit.Visible(c.line, meter != nil) || changed
	changed = kit.Visible(c.reset, meter != nil && meter.Resets > 0) || changed
	changed = kit.Visible(c.read, a.Remaining(now) > 0) || changed
	calls, forced := a.Counts(now)
	for i, used := range [][2]int{{calls, a.Quota.Calls}, {forced, a.Quota.Forced}} {
		changed = c.meters[i].set(used[0], used[1]) || changed
	}
	return changed
}

// lastPart is the part of an API path that fits a label.
func lastPart(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// capital begins a label as the others of the pane begin.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// meter is a thin bar of how much of a quota is used.
type meter struct {
	ui   *kit.UI
	root *fyne.Container
	part *share
	used *canvas.Rectangle
}

// newMeter returns a meter under the values of facts.
func newMeter(ui *kit.UI) *meter {
	m := newBareMeter(ui)
	m.root.Show()
	m.root = container.New(&kit.FactRow{}, kit.Space(0, 0), m.root)
	m.root.Hide()
	return m
}

// newBareMeter returns a meter over the whole width.
func newBareMeter(ui *kit.UI) *meter {
	m := &meter{ui: ui, part: &share{}, used: canvas.NewRectangle(ui.Palette.Muted)}
	m.root = container.New(m.part, canvas.NewRectangle(ui.Palette.Line), m.used)
	m.root.Hide()
	return m
}

// set shows a fraction of a quota, and nothing if the bar would be empty. It reports
// whether the bar appeared or disappeared.
func (m *meter) set(used, of int) bool {
	seen := of > 0 && used*100 >= of
	if part := min(1, float32(used)/float32(max(1, of))); seen && part != m.part.of {
		m.part.of = part
		m.used.FillColor = m.ui.Palette.Muted
		if used*5 >= of*4 {
			m.used.FillColor = m.ui.Palette.Soon
		}
		m.root.Refresh()
	}
	return kit.Visible(m.root, seen)
}

// share lays out the bar of a meter: the whole, and the fraction.
type share struct{ of float32 }

func (s *share) Layout(o []fyne.CanvasObject, size fyne.Size) {
	kit.Place(o[0], 0, 0, size.Width, barHeight)
	kit.Place(o[1], 0, 0, size.Width*s.of, barHeight)
}

func (s *share) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(0, barHeight) }
