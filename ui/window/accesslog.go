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

func (p *logPage) draw(look *kit.Look, back func()) {
	p.reload = kit.NewSmallButton(look, kit.Quiet, look.T("door.log.reload"), p.load)
	p.page = kit.NewPage(look, 2*kit.Grid, kit.NewHead(look, kit.NewIconButton(look, kit.IconBack, look.T("back"), back), look.T("door.log"), p.reload))
	l := p.page.Look
	p.say = kit.NewProse("", 13, l.Palette.Text)
	p.rows = kit.NewRows(kit.Stack(2*kit.Grid), func(int) (fyne.CanvasObject, *logRow) {
		r := &logRow{kit.Text("", 13, l.Palette.Muted), kit.NewProse("", 13, l.Palette.Text)}
		return container.New(&kit.FactRow{}, r.when, r.what), r
	})
	p.page.Add(kit.NewProse(l.T("door.log.say"), 13, l.Palette.Muted), p.say, p.rows.Box)
}

func (p *logPage) show(now time.Time) {
	l := p.page.Look
	words, ink := "", l.Palette.Text
	switch {
	case p.lost != nil:
		words, ink = l.T("door.unknown", "cause", causeOf(l, p.lost)), l.Palette.SoonText
	case p.known && len(p.lines) == 0:
		words = l.T("door.log.empty")
	}
	p.say.SetOrHide(words, ink)
	keys := make([]int, len(p.lines))
	for i := range keys {
		keys[i] = i
	}
	p.rows.Show(keys, func(i int, r *logRow) {
		what, ink := accessLine(l, p.lines[i])
		kit.SetText(r.when, moment(l, p.lines[i].At, now), l.Palette.Muted)
		r.what.Set(what, ink)
	})
	p.page.Reflow()
}

// accessLine says what one line of the log tells, and how good that is.
func accessLine(l *kit.Look, a api.Access) (string, color.NRGBA) {
	ink := l.Palette.Text
	who := a.Key
	if who == "" {
		who = l.T("door.log.nokey")
	}
	parts := []string{who, a.Call}
	if a.Account != "" {
		parts = append(parts, a.Account)
	}
	answer := strconv.Itoa(a.Status)
	if a.Errcode != 0 {
		answer += " " + l.T("door.log.errcode", "code", a.Errcode)
	}
	if a.Status >= 400 || a.Errcode != 0 {
		ink = l.Palette.LiveText
	}
	if a.Count > 1 {
		answer += " ×" + strconv.Itoa(a.Count)
	}
	return strings.Join(append(parts, answer), " · "), ink
}
