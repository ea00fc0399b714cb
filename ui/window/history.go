package window

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// historyPage is how many lines of a history are drawn at first, and with each
// wish for more.
const historyPage = 30

// historyBox lists what happened, as the filter says.
type historyBox struct {
	ui     *kit.UI
	root   *fyne.Container
	export *kit.Button
	filter *kit.Segment
	empty  *kit.Prose
	rows   *kit.Rows[int, *historyRow]
	more   *kit.Button
	moreOf *fyne.Container

	writtenOn string // the day on which it was written: times of that day have no date
}

// historyRow is one line of it.
type historyRow struct {
	when *canvas.Text
	what *kit.Prose
}

func newHistoryBox(ui *kit.UI, s *paneState, on detailActions) *historyBox {
	h := &historyBox{ui: ui}
	h.export = kit.NewSmallButton(ui, kit.Quiet, ui.T("history.export"), func() { on.export(s.account, s.filter.of(s.history)) })
	head := container.New(&kit.Bar{Gap: 2 * kit.Grid}, kit.BoldText(ui.T("detail.history"), 13, ui.Palette.Text), h.export)
	var choices []kit.Choice
	for _, f := range historyFilters() {
		choices = append(choices, kit.Choice{Value: string(f), Label: ui.T("history." + string(f))})
	}
	h.filter = kit.NewSegment(ui, string(historyAll), func(v string) { on.filter(historyFilter(v)) }, choices...)
	h.empty = kit.NewProse("", 13, ui.Palette.Muted)
	h.rows = kit.NewRows(kit.Stack(kit.Grid), func(int) (fyne.CanvasObject, *historyRow) {
		r := &historyRow{kit.Text("", 13, ui.Palette.Muted), kit.NewProse("", 13, ui.Palette.Text)}
		return container.New(&kit.FactRow{}, r.when, r.what), r
	})
	h.more = kit.NewSmallButton(ui, kit.Quiet, "", on.more)
	h.moreOf = kit.Beside(h.more)
	h.root = kit.Stack(kit.Grid, head, h.filter, h.empty, h.rows.Box, h.moreOf)
	return h
}

// show brings it to the history that is known.
func (h *historyBox) show(s *paneState, now time.Time) {
	ui := h.ui
	h.writtenOn = now.Local().Format(time.DateOnly)
	some := len(s.history) > 0
	kit.Visible(h.export, some)
	kit.Visible(h.filter, some)
	h.filter.Choose(string(s.filter))
	lines := s.filter.of(s.history)
	none := ""
	switch {
	case some && len(lines) == 0:
		none = ui.T("history.none")
	case !some && s.historyLoaded:
		none = ui.T("detail.nohistory")
	}
	h.empty.SetOrHide(none, ui.Palette.Muted)
	keys := make([]int, min(len(lines), max(historyPage, s.lines)))
	for i := range keys {
		keys[i] = i
	}
	h.rows.Show(keys, func(i int, r *historyRow) {
		what, tone := historyLine(ui, s.account.Kind, lines[i])
		kit.SetText(r.when, moment(ui, lines[i].At, now), ui.Palette.Muted)
		r.what.Set(what, tone.in(ui.Palette))
	})
	rest := len(lines) - len(keys)
	h.more.Rename(ui.T("history.more", "n", min(rest, historyPage)))
	kit.Visible(h.moreOf, rest > 0)
}

// day writes the times anew once they are of another day.
func (h *historyBox) day(s *paneState, now time.Time) bool {
	if h.writtenOn == now.Local().Format(time.DateOnly) {
		return false
	}
	h.show(s, now)
	return true
}

// historyLine says what happened, and how good that is.
func historyLine(ui *kit.UI, k core.Kind, e api.HistoryEntry) (string, tone) {
	parts := []string{didWord(ui, e.What)}
	switch e.What {
	case core.DidFail:
		return strings.Join(append(parts, failureWords(ui, k, e)...), " · "), toneBad
	case core.DidLose:
		if e.Code != 0 {
			parts = append(parts, ui.Words.Say("detail.code", "code", e.Code))
		}
		return strings.Join(append(parts, e.Mask), " · "), toneBad
	case core.DidCall, core.DidRefuse:
		parts = append(parts, ui.Words.Say("history.by", "call", e.Target, "client", e.By))
		if e.What == core.DidCall && e.Class != "" {
			parts = append(parts, failureWords(ui, k, e)...)
		}
		if e.Class != "" {
			return strings.Join(parts, " · "), toneBad
		}
		return strings.Join(parts, " · "), toneText
	case core.DidPush:
		return strings.Join(append(parts, e.Target), " · "), toneText
	case core.DidMiss:
		if !strings.HasPrefix(e.Message, e.Target) { // an error of the system names the file
			parts = append(parts, e.Target)
		}
		return strings.Join(append(parts, ui.Words.System(e.Message)), " · "), toneBad
	case core.DidRenew, core.DidForce:
		if !e.Expires.IsZero() {
			// The line was written a moment after the token's life began.
			parts = append(parts, ui.Words.Coarse(e.Expires.Sub(e.At).Round(lifeGrain)))
		}
	}
	if e.Mask != "" {
		parts = append(parts, e.Mask)
	}
	return strings.Join(parts, " · "), toneText
}

// lifeGrain is how exactly the history tells the length of a life.
const lifeGrain = 5 * time.Second
