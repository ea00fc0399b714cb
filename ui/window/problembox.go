package window

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"tokentray/core/api"
	"tokentray/ui/kit"
)

// drawProblem tells cause and remedy in full, with the buttons that help.
func (d *detail) drawProblem(p problem) fyne.CanvasObject {
	l, a := d.look, d.account
	cause := kit.NewProse(p.Cause, kit.SizeText, l.Palette.Text)
	cause.Style.Bold = true
	inner := kit.Stack(kit.Grid, cause, kit.NewProse(p.Remedy, kit.SizeText, l.Palette.Text))
	for _, s := range advice(l, a) {
		inner.Add(kit.NewProse(s, kit.SizeText, l.Palette.Text))
	}
	d.timing = kit.NewProse(timing(l, a.Error, d.now, time.Local), kit.SizeText, l.Palette.Text)
	if d.timing.Content != "" {
		inner.Add(d.timing)
	}
	if a.Error != nil {
		inner.Add(d.drawUpstream(*a.Error))
	}
	buttons := kit.Beside(kit.NewSmallButton(l, kit.Quiet, p.Button, func() { d.on.act(a.ID, p.Act) }))
	for _, what := range helpsToo(a, p.Act) {
		buttons.Add(kit.NewSmallButton(l, kit.Quiet, l.T(buttonKey(what)), func() { d.on.act(a.ID, what) }))
	}
	inner.Add(kit.Space(0, kit.Grid))
	inner.Add(buttons)
	ground := canvas.NewRectangle(l.Palette.Warn)
	ground.CornerRadius = kit.Radius
	return container.New(&backed{padX: 3 * kit.Grid, padY: 3 * kit.Grid}, ground, inner)
}

// drawUpstream is what WeChat's support asks for: errcode, rid and its words.
func (d *detail) drawUpstream(e api.Error) fyne.CanvasObject {
	l, id := d.look, d.account.ID
	box := kit.Stack(kit.Grid)
	if timing(l, &e, d.now, time.Local) != "" {
		e.RetryAt = time.Time{} // said above
	}
	rid := e.RID
	e.PriorIP, e.RID = "", ""
	for _, s := range l.Words.Details(&e) {
		box.Add(kit.NewProse(s, kit.SizeSmall, l.Palette.Muted))
	}
	if rid != "" {
		box.Add(container.New(&kit.Bar{Gap: 2 * kit.Grid}, kit.NewProse(l.Words.Say("detail.rid", "rid", rid), kit.SizeSmall, l.Palette.Muted),
			kit.NewSmallButton(l, kit.Plain, l.T("act.copy_rid"), func() { d.on.act(id, actCopyRID) })))
	}
	return box
}

// tickProblem keeps what is said about the time of another try true.
func (d *detail) tickProblem(now time.Time) {
	if d.timing != nil && d.timing.Set(timing(d.look, d.account.Error, now, time.Local), d.look.Palette.Text) {
		d.scroll.Reflow()
	}
}
