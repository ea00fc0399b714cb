package window

import (
	"context"
	"image/color"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// logLength is how many lines of the access log are asked for: all that the
// agent keeps.
const logLength = 500

// logPage shows who called at the loopback door.
type logPage struct {
	lines  []api.Access
	known  bool
	lost   *core.Error
	reload func()
}

func (p *logPage) changed() bool { return false }

func (p *logPage) draw(l *kit.Look, back func(), now time.Time) (fyne.CanvasObject, *kit.Scroller) {
	column := container.New(&kit.Column{Gap: 2 * kit.Grid, PadX: kit.RowLeft, PadY: 4 * kit.Grid})
	column.Add(kit.NewProse(l.T("door.log.say"), 13, l.Palette.Muted))
	switch {
	case p.lost != nil:
		column.Add(kit.NewProse(l.T("door.unknown", "cause", causeOf(l, p.lost)), 13, l.Palette.SoonText))
	case p.known && len(p.lines) == 0:
		column.Add(kit.NewProse(l.T("door.log.empty"), 13, l.Palette.Text))
	}
	for _, a := range p.lines {
		what, ink := accessLine(l, a)
		column.Add(container.New(&kit.FactRow{}, kit.Text(moment(l, a.At, now), 13, l.Palette.Muted), kit.NewProse(what, 13, ink)))
	}
	scroll := kit.NewScroller(column)
	reload := kit.NewSmallButton(l, kit.Quiet, l.T("door.log.reload"), p.reload)
	return container.New(&kit.PageLayout{}, kit.NewHead(l, kit.NewIconButton(l, kit.IconBack, l.T("back"), back), l.T("door.log"), reload).Root, scroll), scroll
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

// openLog shows the access log over the settings.
func (w *Window) openLog() {
	if w.settings == nil {
		return
	}
	w.enter(&logPage{reload: w.loadLog})
	w.loadLog()
}

func (w *Window) loadLog() {
	ask(w, quickWait, func(ctx context.Context, g Agent) ([]api.Access, error) {
		return g.AccessLog(ctx, logLength)
	}, func(lines []api.Access, err *core.Error) {
		if w.settings == nil {
			return
		}
		if p, ok := w.settings.room.(*logPage); ok {
			p.lines, p.known, p.lost = lines, err == nil, err
			w.redrawSettings()
		}
	})
}
