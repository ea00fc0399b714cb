package window

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"tokentray/core/api"
	"tokentray/ui/kit"
)

// problemBox shows cause and remedy in full, with the buttons that help.
type problemBox struct {
	ui   *kit.UI
	root *fyne.Container

	cause, remedy *kit.Prose
	advice        [3]*kit.Prose
	timing        *kit.Prose    // when another try makes sense
	codes         codes         // errcode and IP
	upstream      [3]*kit.Prose // what else is for the upstream's support
	upstreamLine  *fyne.Container
	rid           *kit.Prose // and the request ID
	ridLine       *fyne.Container
	diagnosis     *kit.Button // the page that explains it
	buttons       *kit.Rows[action, *kit.Button]
}

func newProblemBox(ui *kit.UI, do func(action), copyText func(text, said string)) *problemBox {
	b := &problemBox{ui: ui}
	prose := func(size float32) *kit.Prose { return kit.NewProse("", size, ui.Palette.Text) }
	b.cause, b.remedy, b.timing, b.rid = prose(kit.SizeText), prose(kit.SizeText), prose(kit.SizeText), prose(kit.SizeSmall)
	b.cause.Style.Bold = true
	inner := kit.Stack(kit.Grid, b.cause, b.remedy)
	for i := range b.advice {
		b.advice[i] = prose(kit.SizeText)
		inner.Add(b.advice[i])
	}
	inner.Add(b.timing)
	b.codes = newCodes(ui, copyText)
	inner.Add(b.codes.Box)
	told := kit.Stack(kit.Grid)
	for i := range b.upstream {
		b.upstream[i] = prose(kit.SizeSmall)
		told.Add(b.upstream[i])
	}
	b.upstreamLine = container.New(&kit.Bar{Gap: 2 * kit.Grid}, told, kit.NewLineIconButton(ui, kit.IconCopy, ui.T("act.copy_details"), func() { do(actionCopyDetails) }))
	inner.Add(b.upstreamLine)
	b.diagnosis = kit.NewSmallButton(ui, kit.Plain, ui.T("act.diagnosis"), func() { do(actionDiagnosis) })
	b.ridLine = container.New(&kit.Bar{Gap: 2 * kit.Grid}, b.rid, kit.NewLineIconButton(ui, kit.IconCopy, ui.T("act.copy_rid"), func() { do(actionCopyRID) }), b.diagnosis)
	b.buttons = kit.NewRows(kit.Beside(), func(what action) (fyne.CanvasObject, *kit.Button) {
		button := kit.NewSmallButton(ui, kit.Quiet, ui.T(buttonKey(what)), func() { do(what) })
		return button, button
	})
	inner.Add(b.ridLine)
	inner.Add(kit.Space(0, kit.Grid))
	inner.Add(b.buttons.Box)
	ground := canvas.NewRectangle(ui.Palette.Warn)
	ground.CornerRadius = kit.Radius
	b.root = container.New(&kit.Backed{PadX: 3 * kit.Grid, PadY: 3 * kit.Grid}, ground, inner)
	b.root.Hide()
	return b
}

// set shows an account's problem, if any. It reports whether something may have
// changed its size.
func (b *problemBox) set(a api.Account, now time.Time) (changed bool) {
	ui, p := b.ui, b.ui.Palette
	found := problemOf(ui, a, now)
	if found.Action == actionNone && a.Error != nil {
		found = problem{Cause: ui.Words.Cause(a.Error, refWords(a.Ref())), Remedy: remedyText(ui, a.Error, refWords(a.Ref())), Action: actionRetry}
	}
	changed = kit.Visible(b.root, found.Action != actionNone)
	if found.Action == actionNone {
		return changed
	}
	changed = b.cause.Set(found.Cause, p.Text) || changed
	changed = b.remedy.Set(found.Remedy, p.Text) || changed
	told := advice(ui, a)
	for i, line := range b.advice {
		changed = line.SetOrHide(at(told, i), p.Text) || changed
	}
	when := timing(ui, a.Error, now, time.Local)
	changed = b.timing.SetOrHide(when, p.Text) || changed
	e := api.Error{}
	if a.Error != nil {
		e = *a.Error
	}
	rid := ""
	if e.RID != "" {
		rid = ui.Words.Say("detail.rid", "rid", e.RID)
	}
	if when != "" {
		e.RetryAt = time.Time{} // said above
	}
	e.PriorIP = ""
	changed = b.codes.show(&api.Error{UpstreamCode: e.UpstreamCode, CallerIP: e.CallerIP}) || changed
	e.UpstreamCode, e.CallerIP = 0, ""
	details := ui.Words.Details(&e)
	if rid != "" { // it has a line of its own
		details = details[1:]
	}
	for i, line := range b.upstream {
		changed = line.SetOrHide(at(details, i), p.Muted) || changed
	}
	changed = kit.Visible(b.upstreamLine, len(details) > 0) || changed
	changed = b.rid.Set(rid, p.Muted) || changed
	changed = kit.Visible(b.diagnosis, ui.Words.Spec(a.Kind).DiagnosisOf(a.Account, rid) != "") || changed
	changed = kit.Visible(b.ridLine, rid != "") || changed
	return b.buttons.Show(append([]action{found.Action}, helpsToo(ui.Words, a, found.Action)...), func(what action, b *kit.Button) { b.Rename(buttonWord(ui, a, what)) }) || changed
}

// at is the i-th line, empty where there are fewer.
func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}
