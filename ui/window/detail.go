package window

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/text"
)

// revealTime is how long a revealed token stays in sight.
const revealTime = 20 * time.Second

// detail is the pane of one account. It beholds the account by its ID and is
// drawn anew when the account changes; in between tick touches the words that
// count down.
type detail struct {
	look *look
	on   detailActions

	account api.Account
	paired  bool // its name stands in the other environment too
	now     time.Time
	history []api.HistoryEntry
	asked   bool // the history came

	filter historyFilter
	lines  int       // of history that are wanted; 0 means the first few
	readAt time.Time // where the chart is read; zero for nowhere

	revealed string // the token, while it is in sight
	hideAt   time.Time

	root     *fyne.Container
	scroll   *scroller
	back     *button
	timeWord *canvas.Text
	expiry   *prose
	state    *prose
	ring     *ring
	chart    *dayChart
	today    []*prose
	reveal   *button
	previous *canvas.Text

	drawnCalls int    // of today, as drawn
	drawnPrev  bool   // the previous token could still be copied
	timing     *prose // when another try makes sense; nil while nothing is wrong
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

func newDetail(l *look, on detailActions) *detail {
	return &detail{look: l, on: on, filter: historyAll}
}

// clear forgets a revealed token.
func (d *detail) clear() { d.revealed, d.hideAt = "", time.Time{} }

// forget forgets everything of the account shown before.
func (d *detail) forget() {
	d.history, d.asked, d.scroll = nil, false, nil
	d.filter, d.lines, d.readAt = historyAll, 0, time.Time{}
}

// keep takes over what another pane knew, as after a change of language; a
// revealed token is not among it.
func (d *detail) keep(was *detail) {
	d.account, d.history, d.asked = was.account, was.history, was.asked
	d.filter, d.lines, d.readAt = was.filter, was.lines, was.readAt
}

// draw builds the pane for the account as it stands.
func (d *detail) draw(now time.Time) fyne.CanvasObject {
	d.now = now
	l, a := d.look, d.account
	column := container.New(&column{gap: 3 * grid, padX: rowLeft, padY: 3 * grid})
	column.Add(d.drawTitle())
	d.timing = nil
	if p := problemOf(l, a, now); p.Act != actNone {
		column.Add(d.drawProblem(p))
	} else if a.Error != nil {
		column.Add(d.drawProblem(problem{Cause: l.say.Cause(a.Error, refWords(a.Ref())), Remedy: remedyText(l, a.Error, refWords(a.Ref())), Act: actRetry, Button: l.t("act.retry")}))
	}
	column.Add(stack(3*grid, d.drawToken(now), d.drawButtons()))
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
		offset = d.scroll.scroll.Offset
	}
	d.scroll = newScroller(column)
	d.scroll.scroll.Offset = offset
	d.back = iconButton(l, iconBack, l.t("back"), d.on.back)
	more := iconButton(l, iconMore, l.t("more"), nil)
	more.on = func() {
		d.on.menu(a.ID, fyne.CurrentApp().Driver().AbsolutePositionForObject(more).AddXY(0, more.Size().Height))
	}
	d.root = container.New(&page{}, pageHead(l, d.back, a.Name, more), d.scroll)
	return d.root
}

func (d *detail) drawTitle() fyne.CanvasObject {
	l, a := d.look, d.account
	kind := word(kindLine(l.say, a), 13, l.pal.Muted)
	raised := container.New(&backed{lift: lift(kind.TextSize)}, gap(0, 0), kind) // to the middle of tag and button
	line := beside(newTag(l, a.Env == core.Live), raised)
	if d.paired {
		line.Add(smallButton(l, quiet, pairMark+" "+envWord(l, otherEnv(a.Env)), d.on.flip))
	}
	return line
}

// drawToken shows the token's life and, masked, the token.
func (d *detail) drawToken(now time.Time) fyne.CanvasObject {
	l, a, p := d.look, d.account, d.look.pal
	r := rowOf(l, a, false, now)
	d.timeWord = word(r.Time, 32, r.TimeTone.in(p))
	d.state = newProse(r.State, sizeText, r.StateTone.in(p))
	d.expiry = newProse(expiryLine(l, a, now), 13, p.Muted)
	d.ring = newRing(l, dialOf(a, r, now))
	d.reveal = smallButton(l, quiet, l.t("detail.reveal"), func() { d.on.reveal(a.ID) })
	shown, size := a.Mask, float32(sizeText)
	if d.revealed != "" {
		shown = d.revealed
		d.reveal.label = l.t("detail.hide", "time", l.say.Coarse(d.hideAt.Sub(now)))
	}
	beside := container.New(&besideRing{gap: 4 * grid}, d.ring, stack(0, d.timeWord, d.state, d.expiry))
	box := stack(grid, beside)
	if a.Mask == "" {
		return box
	}
	token := newProse(shown, size, p.Text)
	token.style.Monospace = true
	ground := canvas.NewRectangle(p.Hover)
	ground.CornerRadius = radius
	box.Add(gap(0, 0))
	box.Add(container.New(&backed{padX: 3 * grid, padY: 2 * grid}, ground, token))
	return box
}

// drawButtons are what can be done with the account; copying, revealing and
// checking want a token.
func (d *detail) drawButtons() fyne.CanvasObject {
	l, id := d.look, d.account.ID
	small := func(r role, key string, on func(core.ID)) *button {
		return smallButton(l, r, l.t(key), func() { on(id) })
	}
	buttons := []fyne.CanvasObject{small(quiet, "menu.renew", d.on.renew), small(quiet, "act.edit", d.on.edit)}
	if d.account.Mask != "" {
		buttons = []fyne.CanvasObject{
			small(filled, "detail.copy", d.on.copy), d.reveal, buttons[0],
			small(quiet, "detail.check", d.on.check), buttons[1],
		}
	}
	return beside(buttons...)
}

func (d *detail) drawPrevious(now time.Time) fyne.CanvasObject {
	l, a, p := d.look, d.account, d.look.pal
	d.previous = word(previousLine(l, a, now), 13, p.Muted)
	mask := monoWord(a.Previous.Mask, 13, p.Muted)
	line := []fyne.CanvasObject{beside(mask, d.previous)}
	if d.drawnPrev = a.Previous.Until.After(now); d.drawnPrev {
		line = append(line, smallButton(l, quiet, l.t("detail.copy"), func() { d.on.prev(a.ID) }))
	}
	return stack(grid, subhead(l, l.t("detail.previous")), container.New(&bar{gap: 2 * grid}, line...))
}

func (d *detail) drawFacts(now time.Time) fyne.CanvasObject {
	l, a := d.look, d.account
	box := stack(grid, subhead(l, l.t("detail.account")))
	add := func(label, value string) {
		if value != "" {
			box.Add(fact(l, label, value))
		}
	}
	add(l.t("form.appid"), a.AppID)
	add(l.t("form.base_url"), a.BaseURL)
	add(l.t("form.proxy"), a.Proxy)
	add(l.t("form.note"), a.Note)
	if a.AllowLive {
		add(l.t("form.kind"), l.t("detail.allowed"))
	}
	add(l.t("detail.used"), moment(l, a.LastUsed, now))
	return box
}

// drawChart shows the last day in a picture.
func (d *detail) drawChart(now time.Time) fyne.CanvasObject {
	d.chart = newDayChart(d.look, d.account, d.history, now, &d.readAt)
	return stack(2*grid, subhead(d.look, d.look.t("chart.title")), d.chart)
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
	rewrite(d.timeWord, r.Time, r.TimeTone.in(l.pal))
	if changed := d.state.set(r.State, r.StateTone.in(l.pal)); d.expiry.set(expiryLine(l, a, now), l.pal.Muted) || changed {
		d.scroll.reflow()
	}
	d.ring.show(dialOf(a, r, now))
	d.chart.tick(now)
	d.tickProblem(now)
	if d.tickToday(now) {
		return true
	}
	if d.previous != nil {
		rewrite(d.previous, previousLine(l, a, now), l.pal.Muted)
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
	d.reveal.rename(l.t("detail.hide", "time", l.say.Coarse(d.hideAt.Sub(now))))
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
func dialOf(a api.Account, r row, now time.Time) dial {
	d := dial{Fill: r.Fill, Live: r.Live, Soon: r.Soon, Percent: "–"}
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
func expiryLine(l *look, a api.Account, now time.Time) string {
	if a.Mask == "" {
		return ""
	}
	if !a.ExpiresAt.After(now) {
		return l.t("detail.expired", "time", moment(l, a.ExpiresAt, now))
	}
	s := l.t("detail.expires", "time", moment(l, a.ExpiresAt, now))
	if !a.NextTry.IsZero() && a.NextTry.Before(a.ExpiresAt) && a.NextTry.After(now) {
		s += " · " + l.t("detail.next", "time", moment(l, a.NextTry, now))
	}
	return s
}

func previousLine(l *look, a api.Account, now time.Time) string {
	if left := a.Previous.Until.Sub(now); left > 0 {
		return l.t("detail.prev_until", "time", text.Clock(left))
	}
	return l.t("detail.prev_gone")
}

// moment is a time of day, with the date when it is not today's.
func moment(l *look, t, now time.Time) string {
	if t.IsZero() {
		return l.t("detail.never")
	}
	t, now = t.Local(), now.Local()
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Format(time.TimeOnly)
	}
	return t.Format("01-02 15:04")
}
