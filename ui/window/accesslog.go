package window

import (
	"image/color"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// logPage shows who called at the loopback door.
type logPage struct {
	lines []api.Access
	known bool
	lost  *core.Error
	load  func()

	page   *kit.Page
	say    *kit.Prose // why there are no lines
	rows   *kit.Rows[int, *logRow]
	reload *kit.Button
}

// logRow is one line of the log.
type logRow struct {
	when *canvas.Text
	what *kit.Prose
}

func (p *logPage) changed() bool         { return false }
func (p *logPage) top() *kit.Page        { return p.page }
func (p *logPage) first() fyne.Focusable { return p.reload }

func (p *logPage) draw(ui *kit.UI, back func()) {
	p.reload = kit.NewSmallButton(ui, kit.Quiet, ui.T("door.log.reload"), p.load)
	p.page = kit.NewPage(ui, 2*kit.Grid, kit.NewHead(ui, kit.NewIconButton(ui, kit.IconBack, ui.T("back"), back).Keyed(ui.KeyOf("back")), ui.T("door.log"), p.reload))
	ui = p.page.UI
	p.say = kit.NewProse("", 13, ui.Palette.Text)
	p.rows = kit.NewRows(kit.Stack(2*kit.Grid), func(int) (fyne.CanvasObject, *logRow) {
		r := &logRow{kit.Text("", 13, ui.Palette.Muted), kit.NewProse("", 13, ui.Palette.Text)}
		return container.New(&kit.FactRow{}, r.when, r.what), r
	})
	p.page.Add(kit.NewProse(ui.T("door.log.say"), 13, ui.Palette.Muted), p.say, p.rows.Box)
}

func (p *logPage) show(now time.Time) {
	ui := p.page.UI
	words, ink := "", ui.Palette.Text
	switch {
	case p.lost != nil:
		words, ink = ui.T("door.unknown", "cause", causeOf(ui, p.lost)), ui.Palette.SoonText
	case p.known && len(p.lines) == 0:
		words = ui.T("door.log.empty")
	}
	p.say.SetOrHide(words, ink)
	keys := make([]int, len(p.lines))
	for i := range keys {
		keys[i] = i
	}
	p.rows.Show(keys, func(i int, r *logRow) {
		what, ink := accessLine(ui, p.lines[i])
		kit.SetText(r.when, moment(ui, p.lines[i].At, now), ui.Palette.Muted)
		r.what.Set(what, ink)
	})
	p.page.Reflow()
}

// accessLine says what one line of the log tells, and how good that is.
func accessLine(ui *kit.UI, a api.Access) (string, color.NRGBA) {
	ink := ui.Palette.Text
	who := a.Key
	if who == "" {
		who = ui.T("door.log.nokey")
	}
	parts := []string{who, a.Call}
	if a.Account != "" {
		parts = append(parts, a.Account)
	}
	answer := strconv.Itoa(a.Status)
	if a.Errcode != 0 {
		answer += " " + ui.T("door.log.errcode", "code", a.Errcode)
	}
	if a.Status >= 400 || a.Errcode != 0 {
		ink = ui.Palette.LiveText
	}
	if a.Count > 1 {
		answer += " ×" + strconv.Itoa(a.Count)
	}
	return strings.Join(append(parts, answer), " · "), ink
}
