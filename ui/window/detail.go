package window

import (
	"slices"
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// detail is the pane of one account. Its parts are made once: show updates them to
// the account, tick to the time.
type detail struct {
	*paneState
	ui *kit.UI
	on detailActions

	page *kit.Page
	back *kit.Button
	tag  *envTag
	kind *canvas.Text
	flip *kit.Button

	problem *problemBox

	ring     *kit.Ring
	timeWord *canvas.Text
	state    *kit.Prose
	expiry   *kit.Prose
	token    *kit.Prose
	tokenBox *fyne.Container
	life     *fyne.Container // ring, buttons and token
	copy     *kit.Button
	reveal   *kit.Button
	check    *kit.Button

	previous     *canvas.Text // until when it may work
	previousMask *canvas.Text
	previousCopy *kit.Button
	previousBox  *fyne.Container

	chart *dayChart
	today *callsToday
	goes  *pushesBox
	facts map[string]*kit.Fact
	says  *claimsBox // what a token that is a JWT says of itself
	try   *tryBox
	sign  *signBox
	past  *historyBox
}

func newDetail(ui *kit.UI, state *paneState, on detailActions) *detail {
	d := &detail{paneState: state, on: on}
	d.back = kit.NewIconButton(ui, kit.IconBack, ui.T("back"), on.back).Keyed(ui.KeyOf("back"))
	more := kit.NewIconButton(ui, kit.IconMore, ui.T("more"), nil).Keyed(ui.KeyOf("actions"))
	more.OnPress = func() {
		d.on.menu(d.account.ID, fyne.CurrentApp().Driver().AbsolutePositionForObject(more).AddXY(0, more.Size().Height))
	}
	d.page = kit.NewPage(ui, 3*kit.Grid, kit.NewHead(ui, d.back, "", more))
	d.ui = d.page.UI
	ui = d.ui
	d.problem = newProblemBox(ui, func(what action) { d.on.act(d.account.ID, what) }, d.on.copyText)
	d.chart = newDayChart(ui, &d.readAt, &d.sight)
	d.today = newCallsToday(ui, func() { d.on.quota(d.account.ID) }, func() { d.on.reset(d.account.ID) })
	d.goes = newPushesBox(ui, d.paneState, on.push)
	d.try = newTryBox(ui, d.paneState, on.try, on.copyText, d.page.Reflow)
	d.says = newClaimsBox(ui)
	d.sign = newSignBox(ui, d.paneState, on.sign, on.copyText, d.page.Reflow)
	d.past = newHistoryBox(ui, d.paneState, on)
	d.page.Add(d.drawTitle(), d.problem.root, d.drawLife(), d.drawPrevious(),
		kit.Stack(kit.Grid, d.chart.head, d.chart), d.try.root, d.goes.root, d.today.root, d.drawFacts(), d.says.root, d.sign.root, d.past.root)
	return d
}

func (d *detail) drawTitle() fyne.CanvasObject {
	ui := d.ui
	d.tag = newEnvTag(ui, false)
	d.kind = kit.Text("", 13, ui.Palette.Muted)
	raised := container.New(&kit.Backed{Lift: kit.Lift(d.kind.TextSize)}, kit.Space(0, 0), d.kind) // to the middle of tag and button
	d.flip = kit.NewSmallButton(ui, kit.Quiet, "", func() { d.on.flip() })
	return kit.Beside(d.tag.root, raised, d.flip)
}

// drawLife shows the token's life and, masked, the token. The buttons are above the
// token: once revealed it takes more lines, and they must not move away from under
// the pointer.
func (d *detail) drawLife() fyne.CanvasObject {
	ui, p := d.ui, d.ui.Palette
	d.timeWord = kit.Text("", 32, p.Text)
	d.state = kit.NewProse("", kit.SizeText, p.Text)
	d.expiry = kit.NewProse("", 13, p.Muted)
	d.ring = kit.NewRing(ui, kit.Dial{})
	d.token = kit.NewProse("", kit.SizeText, p.Text)
	d.token.Style.Monospace = true
	ground := canvas.NewRectangle(p.Hover)
	ground.CornerRadius = kit.Radius
	d.tokenBox = container.New(&kit.Backed{PadX: 3 * kit.Grid, PadY: 2 * kit.Grid}, ground, d.token)
	beside := container.New(&kit.BesideRing{Gap: 4 * kit.Grid}, d.ring, kit.Stack(0, d.timeWord, d.state, d.expiry))
	d.life = kit.Stack(3*kit.Grid, beside, d.drawButtons(), d.tokenBox)
	return d.life
}

// drawButtons are the account's actions; copying, revealing and checking need a
// token.
func (d *detail) drawButtons() fyne.CanvasObject {
	small := func(r kit.Role, key string, on func(core.ID)) *kit.Button {
		return kit.NewSmallButton(d.ui, r, d.ui.T(key), func() { on(d.account.ID) })
	}
	d.copy = small(kit.Filled, "detail.copy", d.on.copyToken)
	d.reveal = small(kit.Quiet, "detail.reveal", d.on.reveal)
	d.check = small(kit.Quiet, "detail.check", d.on.check)
	return kit.Beside(d.copy, d.reveal, small(kit.Quiet, "menu.renew", d.on.renew), d.check, small(kit.Quiet, "act.edit", d.on.edit))
}

func (d *detail) drawPrevious() fyne.CanvasObject {
	ui, p := d.ui, d.ui.Palette
	d.previous = kit.Text("", 13, p.Muted)
	d.previousMask = kit.MonoText("", 13, p.Muted)
	d.previousCopy = kit.NewSmallButton(ui, kit.Quiet, ui.T("detail.copy"), func() { d.on.prev(d.account.ID) })
	line := container.New(&kit.Bar{Gap: 2 * kit.Grid}, kit.Beside(d.previousMask, d.previous), d.previousCopy)
	d.previousBox = kit.Stack(kit.Grid, kit.Subhead(ui, ui.T("detail.previous")), line)
	return d.previousBox
}

// factLabels are the lines about every account, in their order. Before them stand
// the fields of its kind.
func factLabels() []string {
	out := []string{"form.ca"}
	for _, p := range plainFacts() {
		out = append(out, "form."+p.Key)
	}
	return append(out, "form.kind", "show.team", "detail.expires_at", "detail.obtained_at", "detail.used", "detail.checked", "detail.lost")
}

// plainFacts are the plain fields that have a line.
func plainFacts() []core.Plain {
	return slices.DeleteFunc(slices.Clone(core.Plains()), func(p core.Plain) bool { return !p.Detail })
}

// kindFacts are the fields that accounts of any kind can have; their lines are made
// once, and an account shows its own.
func kindFacts(ui *kit.UI) []kinds.Field {
	return slices.DeleteFunc(ui.Words.Kinds().Fields(), func(f kinds.Field) bool { return f.Key == kinds.Secret })
}

func (d *detail) drawFacts() fyne.CanvasObject {
	ui := d.ui
	box := kit.Stack(kit.Grid, kit.Subhead(ui, ui.T("detail.account")))
	d.facts = map[string]*kit.Fact{}
	add := func(key, label string) {
		d.facts[key] = d.newFact(key, label)
		box.Add(d.facts[key].Root)
	}
	for _, f := range kindFacts(ui) {
		add(f.Key, "")
	}
	for _, label := range factLabels() {
		add(label, ui.T(label))
	}
	return box
}

// newFact is a line about the account; values that are useful elsewhere can be
// copied.
func (d *detail) newFact(key, label string) *kit.Fact {
	ui := d.ui
	switch key {
	case "form.kind", "show.team", "detail.lost":
		return kit.NewFact(ui, label)
	}
	name := func(label string) string { return ui.T("detail.copy_fact", "what", label) }
	return kit.NewCopiedFact(ui, label, name, func(label, value string) { d.on.copyText(value, ui.T("snack.fact", "what", label)) })
}

// show updates the pane to the account.
func (d *detail) show(now time.Time) {
	ui, a := d.ui, d.account
	d.page.Head.SetTitle(a.Name)
	d.tag.set(a.Env == core.Live)
	kit.SetText(d.kind, ui.Words.KindLine(a.Kind, a.Product), ui.Palette.Muted)
	d.flip.Rename(pairMark + " " + envWord(ui, otherEnv(a.Env)))
	kit.Visible(d.flip, d.paired)
	hasToken := a.Mask != ""
	for _, o := range []fyne.CanvasObject{d.tokenBox, d.copy, d.reveal} {
		kit.Visible(o, hasToken)
	}
	spec := ui.Words.Spec(a.Kind)
	kit.Visible(d.check, hasToken && spec.CanCheck(a.Account))
	allowed := ""
	if a.AllowLive {
		allowed = ui.T("detail.allowed", "kind", ui.Words.Kind(a.Kind))
	}
	for _, any := range kindFacts(ui) {
		f, has := spec.Field(any.Key)
		if !has {
			f = any // what another kind left behind
		}
		d.facts[f.Key].SetLabel(ui.Words.Field(a.Kind, f))
		value := factValue(spec, f, a.Account)
		if f.Input == kinds.Choice && value != "" {
			value = ui.Words.Choice(a.Kind, f, value)
		}
		d.facts[f.Key].Set(value, ui.Palette.Text)
	}
	d.says.show(a.Claims, now)
	d.facts["form.ca"].Set(core.CAName(a.CA), ui.Palette.Text)
	d.facts["form.kind"].Set(allowed, ui.Palette.Text)
	for _, p := range plainFacts() {
		d.facts["form."+p.Key].Set(ui.Words.Plain(p, a.Account), ui.Palette.Text)
	}
	d.chart.set(a, d.history, now)
	d.sign.show()
	d.try.show()
	d.past.show(d.paneState, now)
	d.updateTime(now)
	d.page.Reflow()
}

// factValue is the value of a field as it is shown and copied: the base URL also where it
// is the kind's own.
func factValue(spec kinds.Spec, f kinds.Field, a core.Account) string {
	if f.Key == kinds.BaseURL {
		return spec.Base(a)
	}
	return f.Value(a)
}

// exactly is a time as scripts take it; empty if it is not known.
func exactly(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Local().Format(time.RFC3339)
}

// tick counts down.
func (d *detail) tick(now time.Time) {
	d.chart.tick(now)
	if d.updateTime(now) {
		d.page.Reflow()
	}
}

// updateTime updates everything to the time; it reports whether something may have
// changed its size.
func (d *detail) updateTime(now time.Time) (changed bool) {
	ui, a, p := d.ui, d.account, d.ui.Palette
	note := func(these ...bool) {
		for _, one := range these {
			changed = changed || one
		}
	}
	r := rowOf(ui, a, false, now)
	kit.SetText(d.timeWord, r.Time, r.TimeTone.in(p))
	note(d.state.Set(r.State, r.StateTone.in(p)), d.expiry.Set(expiryLine(ui, a, now), p.Muted))
	d.ring.Set(dialOf(a, r, now))
	note(d.problem.set(a, now), d.today.set(a, now), d.goes.show(a, now), d.past.day(d.paneState, now), d.sign.tick(now))
	note(d.facts["detail.expires_at"].Set(exactly(a.ExpiresAt), p.Text), d.facts["detail.obtained_at"].Set(exactly(a.ObtainedAt), p.Text))
	note(d.facts["detail.used"].SetExact(moment(ui, a.LastUsed, now), exactly(a.LastUsed), p.Text))
	checked, checkedAt, lost := "", "", ""
	if c := a.Checked; c != nil {
		checkedAt = exactly(c.At)
		checked = ui.T("detail.checked_at", "found", ui.Words.CheckShort(*c, now), "time", moment(ui, c.At, now))
	}
	if c := a.Lost; c != nil {
		lost = ui.Words.CheckShort(*c, now)
	}
	team := ui.Words.Team(a.Team, func(at time.Time) string { return moment(ui, at, now) })
	tone := p.Text
	if a.Team != nil && a.Team.Error != nil {
		tone = p.SoonText
	}
	note(d.facts["show.team"].Set(team, tone))
	note(d.facts["detail.checked"].SetExact(checked, checkedAt, p.Text), d.facts["detail.lost"].Set(lost, p.SoonText))

	if d.revealed != "" && !now.Before(d.hideAt) {
		d.hideToken()
	}
	token, label := a.Mask, ui.T("detail.reveal")
	if d.revealed != "" {
		token, label = d.revealed, ui.T("detail.hide", "time", ui.Words.Coarse(d.hideAt.Sub(now)))
	}
	note(d.token.Set(token, p.Text), d.reveal.Rename(label))

	note(kit.Visible(d.previousBox, a.Previous != nil && a.Previous.Mask != ""))
	if a.Previous != nil {
		kit.SetText(d.previousMask, a.Previous.Mask, p.Muted)
		kit.SetText(d.previous, previousLine(ui, a, now), p.Muted)
		note(kit.Visible(d.previousCopy, a.Previous.Until.After(now)))
	}
	return changed
}

// overlap is the longest that a replaced token may work: for short lives the half.
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

// expiryLine says when the token was obtained, ends, and is renewed.
func expiryLine(ui *kit.UI, a api.Account, now time.Time) string {
	if a.Mask == "" {
		return ""
	}
	if !a.ExpiresAt.After(now) {
		return ui.T("detail.expired", "time", moment(ui, a.ExpiresAt, now))
	}
	s := ui.T("detail.expires", "time", moment(ui, a.ExpiresAt, now))
	if !a.NextTry.IsZero() && a.NextTry.Before(a.ExpiresAt) && a.NextTry.After(now) {
		s += " · " + ui.T("detail.next", "time", moment(ui, a.NextTry, now))
	}
	return s
}

func previousLine(ui *kit.UI, a api.Account, now time.Time) string {
	if left := a.Previous.Until.Sub(now); left > 0 {
		return ui.T("detail.prev_until", "time", text.Clock(left))
	}
	return ui.T("detail.prev_gone")
}
