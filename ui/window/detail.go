package window

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// revealTime is how long a revealed token stays in sight.
const revealTime = 20 * time.Second

// detail is the pane of one account. It beholds the account by its ID and is
// drawn anew when the account changes; in between tick touches the words that
// count down.
type detail struct {
	look *kit.Look
	on   detailActions

	account api.Account
	paired  bool // its name stands in the other environment too
	now     time.Time
	history []api.HistoryEntry
	asked   bool // the history came
	read    int  // how many lines it was told to have when it was asked for last

	filter historyFilter
	lines  int       // of history that are wanted; 0 means the first few
	readAt time.Time // where the chart is read; zero for nowhere

	revealed string // the token, while it is in sight
	hideAt   time.Time

	root     *fyne.Container
	scroll   *kit.Scroller
	back     *kit.Button
	timeWord *canvas.Text
	expiry   *kit.Prose
	state    *kit.Prose
	ring     *kit.Ring
	chart    *dayChart
	today    []*kit.Prose
	reveal   *kit.Button
	previous *canvas.Text

	drawnCalls int        // of today, as drawn
	drawnPrev  bool       // the previous token could still be copied
	timing     *kit.Prose // when another try makes sense; nil while nothing is wrong
}

// detailActions are what the pane asks of the window.
type detailActions struct {
	back   func()
	copy   func(core.ID)
	prev   func(core.ID)
	reveal func(core.ID)
	menu   func(core.ID, fyne.Position)
	act    func(core.ID, act)
	renew  func(core.ID)
	check  func(core.ID)
	edit   func(core.ID)
	flip   func()
	filter func(historyFilter)
	more   func()
	export func()
}

func newDetail(l *kit.Look, on detailActions) *detail {
	return &detail{look: l, on: on, filter: historyAll}
}

// clear forgets a revealed token.
func (d *detail) clear() { d.revealed, d.hideAt = "", time.Time{} }

// forget forgets everything of the account shown before.
func (d *detail) forget() {
	d.history, d.asked, d.read, d.scroll = nil, false, 0, nil
	d.filter, d.lines, d.readAt = historyAll, 0, time.Time{}
}

// keep takes over what another pane knew, as after a change of language; a
// revealed token is not among it.
func (d *detail) keep(was *detail) {
	d.account, d.history, d.asked, d.read = was.account, was.history, was.asked, was.read
	d.filter, d.lines, d.readAt = was.filter, was.lines, was.readAt
}

// draw builds the pane for the account as it stands.
func (d *detail) draw(now time.Time) fyne.CanvasObject {
	d.now = now
	l, a := d.look, d.account
	column := container.New(&kit.Column{Gap: 3 * kit.Grid, PadX: kit.RowLeft, PadY: 3 * kit.Grid})
	column.Add(d.drawTitle())
	d.timing = nil
	if p := problemOf(l, a, now); p.Act != actNone {
		column.Add(d.drawProblem(p))
	} else if a.Error != nil {
		column.Add(d.drawProblem(problem{Cause: l.Words.Cause(a.Error, refWords(a.Ref())), Remedy: remedyText(l, a.Error, refWords(a.Ref())), Act: actRetry, Button: l.T("act.retry")}))
	}
	column.Add(kit.Stack(3*kit.Grid, d.drawToken(now), d.drawButtons()))
	d.previous = nil // of the account shown before
	if a.Previous != nil && a.Previous.Mask != "" {
		column.Add(d.drawPrevious(now))
	}
	column.Add(d.drawChart(now))
	column.Add(d.drawToday(now))
	column.Add(d.drawFacts(now))
	column.Add(d.drawHistory(now))

	offset := fyne.Position{}
	if d.scroll != nil {
		offset = d.scroll.Scroll.Offset
	}
	d.scroll = kit.NewScroller(column)
	d.scroll.Scroll.Offset = offset
	d.back = kit.NewIconButton(l, kit.IconBack, l.T("back"), d.on.back)
	more := kit.NewIconButton(l, kit.IconMore, l.T("more"), nil)
	more.OnPress = func() {
		d.on.menu(a.ID, fyne.CurrentApp().Driver().AbsolutePositionForObject(more).AddXY(0, more.Size().Height))
	}
	d.root = container.New(&kit.Page{}, kit.PageHead(l, d.back, a.Name, more), d.scroll)
	return d.root
}

func (d *detail) drawTitle() fyne.CanvasObject {
	l, a := d.look, d.account
	kind := kit.Text(kindLine(l.Words, a), 13, l.Palette.Muted)
	raised := container.New(&backed{lift: kit.Lift(kind.TextSize)}, kit.Space(0, 0), kind) // to the middle of tag and button
	line := kit.Beside(newTag(l, a.Env == core.Live), raised)
	if d.paired {
		line.Add(kit.NewSmallButton(l, kit.Quiet, pairMark+" "+envWord(l, otherEnv(a.Env)), d.on.flip))
	}
	return line
}

// drawToken shows the token's life and, masked, the token.
func (d *detail) drawToken(now time.Time) fyne.CanvasObject {
	l, a, p := d.look, d.account, d.look.Palette
	r := rowOf(l, a, false, now)
	d.timeWord = kit.Text(r.Time, 32, r.TimeTone.in(p))
	d.state = kit.NewProse(r.State, kit.SizeText, r.StateTone.in(p))
	d.expiry = kit.NewProse(expiryLine(l, a, now), 13, p.Muted)
	d.ring = kit.NewRing(l, dialOf(a, r, now))
	d.reveal = kit.NewSmallButton(l, kit.Quiet, l.T("detail.reveal"), func() { d.on.reveal(a.ID) })
	shown, size := a.Mask, float32(kit.SizeText)
	if d.revealed != "" {
		shown = d.revealed
		d.reveal.Label = l.T("detail.hide", "time", l.Words.Coarse(d.hideAt.Sub(now)))
	}
	beside := container.New(&kit.BesideRing{Gap: 4 * kit.Grid}, d.ring, kit.Stack(0, d.timeWord, d.state, d.expiry))
	box := kit.Stack(kit.Grid, beside)
	if a.Mask == "" {
		return box
	}
	token := kit.NewProse(shown, size, p.Text)
	token.Style.Monospace = true
	ground := canvas.NewRectangle(p.Hover)
	ground.CornerRadius = kit.Radius
	box.Add(kit.Space(0, 0))
	box.Add(container.New(&backed{padX: 3 * kit.Grid, padY: 2 * kit.Grid}, ground, token))
	return box
}

// drawButtons are what can be done with the account; copying, revealing and
// checking want a token.
func (d *detail) drawButtons() fyne.CanvasObject {
	l, id := d.look, d.account.ID
	small := func(r kit.Role, key string, on func(core.ID)) *kit.Button {
		return kit.NewSmallButton(l, r, l.T(key), func() { on(id) })
	}
	buttons := []fyne.CanvasObject{small(kit.Quiet, "menu.renew", d.on.renew), small(kit.Quiet, "act.edit", d.on.edit)}
	if d.account.Mask != "" {
		buttons = []fyne.CanvasObject{
			small(kit.Filled, "detail.copy", d.on.copy), d.reveal, buttons[0],
			small(kit.Quiet, "detail.check", d.on.check), buttons[1],
		}
	}
	return kit.Beside(buttons...)
}

func (d *detail) drawPrevious(now time.Time) fyne.CanvasObject {
	l, a, p := d.look, d.account, d.look.Palette
	d.previous = kit.Text(previousLine(l, a, now), 13, p.Muted)
	mask := kit.MonoText(a.Previous.Mask, 13, p.Muted)
	line := []fyne.CanvasObject{kit.Beside(mask, d.previous)}
	if d.drawnPrev = a.Previous.Until.After(now); d.drawnPrev {
		line = append(line, kit.NewSmallButton(l, kit.Quiet, l.T("detail.copy"), func() { d.on.prev(a.ID) }))
	}
	return kit.Stack(kit.Grid, kit.Subhead(l, l.T("detail.previous")), container.New(&kit.Bar{Gap: 2 * kit.Grid}, line...))
}

func (d *detail) drawFacts(now time.Time) fyne.CanvasObject {
	l, a := d.look, d.account
	box := kit.Stack(kit.Grid, kit.Subhead(l, l.T("detail.account")))
	add := func(label, value string) {
		if value != "" {
			box.Add(kit.Fact(l, label, value))
		}
	}
	add(l.T("form.appid"), a.AppID)
	add(l.T("form.base_url"), a.BaseURL)
	add(l.T("form.proxy"), a.Proxy)
	add(l.T("form.note"), a.Note)
	if a.AllowLive {
		add(l.T("form.kind"), l.T("detail.allowed"))
	}
	add(l.T("detail.used"), moment(l, a.LastUsed, now))
	return box
}

// drawChart shows the last day in a picture.
func (d *detail) drawChart(now time.Time) fyne.CanvasObject {
	d.chart = newDayChart(d.look, d.account, d.history, now, &d.readAt)
	return kit.Stack(2*kit.Grid, kit.Subhead(d.look, d.look.T("chart.title")), d.chart)
}

// tick counts down. It reports whether the pane is to be drawn anew: a revealed
// token's time is over, the previous token's, or the day of Beijing.
func (d *detail) tick(now time.Time) (again bool) {
	if d.root == nil || d.timeWord == nil {
		return false
	}
	d.now = now
	l, a := d.look, d.account
	r := rowOf(l, a, false, now)
	kit.SetText(d.timeWord, r.Time, r.TimeTone.in(l.Palette))
	if changed := d.state.Set(r.State, r.StateTone.in(l.Palette)); d.expiry.Set(expiryLine(l, a, now), l.Palette.Muted) || changed {
		d.scroll.Reflow()
	}
	d.ring.Set(dialOf(a, r, now))
	d.chart.tick(now)
	d.tickProblem(now)
	if d.tickToday(now) {
		return true
	}
	if d.previous != nil {
		kit.SetText(d.previous, previousLine(l, a, now), l.Palette.Muted)
		if d.drawnPrev && !a.Previous.Until.After(now) {
			return true
		}
	}
	if d.revealed == "" {
		return false
	}
	if !now.Before(d.hideAt) {
		d.clear()
		return true
	}
	d.reveal.Rename(l.T("detail.hide", "time", l.Words.Coarse(d.hideAt.Sub(now))))
	return false
}

// overlap is the most that a replaced token may work: of short lives the half.
func overlap(life time.Duration) time.Duration {
	if most := 5 * time.Minute; life >= most {
		return most
	}
	return life / 2
}

// dialOf is what the ring of an account shows.
func dialOf(a api.Account, r row, now time.Time) kit.Dial {
	d := kit.Dial{Fill: r.Fill, Live: r.Live, Soon: r.Soon, Percent: "–"}
	if a.Mask != "" {
		d.Percent = strconv.Itoa(int(r.Fill*100)) + "%"
	}
	if a.Previous != nil && a.Life > 0 {
		whole := overlap(time.Duration(a.Life) * time.Second)
		d.Inner = max(0, min(1, float32(a.Previous.Until.Sub(now).Seconds()/whole.Seconds())))
	}
	return d
}

// expiryLine says when the token was had, ends, and is renewed.
func expiryLine(l *kit.Look, a api.Account, now time.Time) string {
	if a.Mask == "" {
		return ""
	}
	if !a.ExpiresAt.After(now) {
		return l.T("detail.expired", "time", moment(l, a.ExpiresAt, now))
	}
	s := l.T("detail.expires", "time", moment(l, a.ExpiresAt, now))
	if !a.NextTry.IsZero() && a.NextTry.Before(a.ExpiresAt) && a.NextTry.After(now) {
		s += " · " + l.T("detail.next", "time", moment(l, a.NextTry, now))
	}
	return s
}

func previousLine(l *kit.Look, a api.Account, now time.Time) string {
	if left := a.Previous.Until.Sub(now); left > 0 {
		return l.T("detail.prev_until", "time", text.Clock(left))
	}
	return l.T("detail.prev_gone")
}
