package window

import (
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// historyPage is how many lines of a history are drawn at first, and with each
// wish for more.
const historyPage = 30

// historyFilter says which lines of a history are shown.
type historyFilter string

const (
	historyAll      historyFilter = "all"
	historyRenewals historyFilter = "renewals"
	historyFailures historyFilter = "failures"
	historyOthers   historyFilter = "others" // reports, edits, and what a newer agent writes
)

func historyFilters() []historyFilter {
	return []historyFilter{historyAll, historyRenewals, historyFailures, historyOthers}
}

// of leaves the lines that the filter takes.
func (f historyFilter) of(history []api.HistoryEntry) []api.HistoryEntry {
	if f == historyAll {
		return history
	}
	var out []api.HistoryEntry
	for _, e := range history {
		if filterOf(e.What) == f {
			out = append(out, e)
		}
	}
	return out
}

// filterOf is the filter, but all, that takes what happened.
func filterOf(w core.What) historyFilter {
	switch w {
	case core.DidRenew, core.DidForce, core.DidKeep:
		return historyRenewals
	case core.DidFail, core.DidMiss:
		return historyFailures
	}
	return historyOthers
}

// drawHistory lists what happened, as the filter says.
func (d *detail) drawHistory(now time.Time) fyne.CanvasObject {
	l := d.look
	box := kit.Stack(kit.Grid, kit.Subhead(l, l.T("detail.history")))
	if len(d.history) == 0 {
		if d.asked {
			box.Add(kit.Text(l.T("detail.nohistory"), 13, l.Palette.Muted))
		}
		return box
	}
	box.Objects[0] = container.New(&kit.Bar{Gap: 2 * kit.Grid}, kit.BoldText(l.T("detail.history"), 13, l.Palette.Text), kit.NewSmallButton(l, kit.Quiet, l.T("history.export"), d.on.export))
	var choices []kit.Choice
	for _, f := range historyFilters() {
		choices = append(choices, kit.Choice{Value: string(f), Label: l.T("history." + string(f))})
	}
	box.Add(kit.NewSegment(l, string(d.filter), func(v string) { d.on.filter(historyFilter(v)) }, choices...))
	lines := d.filter.of(d.history)
	if len(lines) == 0 {
		box.Add(kit.Text(l.T("history.none"), 13, l.Palette.Muted))
	}
	shown := min(len(lines), max(historyPage, d.lines))
	for _, e := range lines[:shown] {
		what, tone := historyLine(l, e)
		box.Add(container.New(&kit.FactRow{}, kit.Text(moment(l, e.At, now), 13, l.Palette.Muted), kit.NewProse(what, 13, tone.in(l.Palette))))
	}
	if rest := len(lines) - shown; rest > 0 {
		box.Add(kit.Beside(kit.NewSmallButton(l, kit.Quiet, l.T("history.more", "n", min(rest, historyPage)), d.on.more)))
	}
	return box
}

// historyLine says what happened, and how good that is.
func historyLine(l *kit.Look, e api.HistoryEntry) (string, tone) {
	parts := []string{didWord(l, e.What)}
	switch e.What {
	case core.DidFail:
		return strings.Join(append(parts, failureWords(l, e)...), " · "), toneBad
	case core.DidPush:
		return strings.Join(append(parts, e.Target), " · "), toneText
	case core.DidMiss:
		return strings.Join(append(parts, e.Target, e.Message), " · "), toneBad
	case core.DidRenew, core.DidForce:
		if !e.Expires.IsZero() {
			// The line was written a moment after the token's life began.
			parts = append(parts, l.Words.Coarse(e.Expires.Sub(e.At).Round(lifeGrain)))
		}
	}
	if e.Mask != "" {
		parts = append(parts, e.Mask)
	}
	return strings.Join(parts, " · "), toneText
}

// lifeGrain is how exactly the history tells the length of a life.
const lifeGrain = 5 * time.Second

// failureWords are the class of a failure and what upstream called it.
func failureWords(l *kit.Look, e api.HistoryEntry) []string {
	var out []string
	if key := text.Key("class.short." + string(e.Class)); l.Words.Has(key) {
		out = append(out, l.Words.Say(key))
	}
	if e.Code != 0 {
		out = append(out, "errcode "+strconv.Itoa(e.Code))
	}
	if e.CallerIP != "" {
		out = append(out, "IP "+e.CallerIP)
	}
	return out
}
