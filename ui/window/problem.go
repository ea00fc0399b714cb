package window

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
)

// drawProblem tells cause and remedy in full, with the buttons that help.
func (d *detail) drawProblem(p problem) fyne.CanvasObject {
	l, a := d.look, d.account
	cause := newProse(p.Cause, sizeText, l.pal.Text)
	cause.style.Bold = true
	inner := stack(grid, cause, newProse(p.Remedy, sizeText, l.pal.Text))
	if a.Error != nil {
		for _, s := range l.say.Details(a.Error) {
			inner.Add(newProse(s, sizeSmall, l.pal.Muted))
		}
	}
	buttons := beside(smallButton(l, quiet, p.Button, func() { d.on.act(a.ID, p.Act) }))
	if a.Error != nil && consoleURL(a) != "" && p.Act != actConsole && p.Act != actUnlock && p.Act != actVaultInit && a.Error.Class.NeedsPerson() {
		buttons.Add(smallButton(l, quiet, l.t("act.console"), func() { d.on.act(a.ID, actConsole) }))
	}
	if p.Act != actRetry && p.Act != actUnlock && p.Act != actVaultInit && p.Act != actConsent {
		buttons.Add(smallButton(l, quiet, l.t("act.retry"), func() { d.on.act(a.ID, actRetry) }))
	}
	inner.Add(gap(0, grid))
	inner.Add(buttons)
	ground := canvas.NewRectangle(l.pal.Warn)
	ground.CornerRadius = radius
	return container.New(&backed{padX: 3 * grid, padY: 3 * grid}, ground, inner)
}
