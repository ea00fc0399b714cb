package window

import (
	"context"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// today is the page of today, over all accounts. It is brought to what changed, at most
// once a second, and not made again.
type today struct {
	*shell
	pages   *pages
	listing *listing
	pane    *pane
	page    *todayPage // nil when it is not open

	sums     todaySums
	failures []api.Failure
	known    bool        // the failures came
	lost     *core.Error // why they did not
	stale    bool        // something changed since it was shown
	lines    int         // of all histories when the failures were last asked for
	asked    time.Time   // when that was
}

// How often the failures are asked for at most while accounts change, and how often the
// sums are made anew where nothing changed: days end.
const (
	failuresEvery = 10 * time.Second
	sumsEvery     = 30
)

// openToday shows the page, or closes it.
func (td *today) openToday() {
	if td.page != nil {
		td.back()
		return
	}
	if !td.pages.closePage() {
		return
	}
	td.known, td.lost, td.failures = false, nil, nil
	td.pages.openPage(td)
	td.focus(td.page.back)
	td.ask()
}

func (td *today) draw() {
	var before *kit.Page
	if td.page != nil {
		before = td.page.page
	}
	td.page = newTodayPage(td.ui, todayActions{back: td.back, open: td.show})
	td.page.page.Replace(before)
	td.sum()
}

func (td *today) top() *kit.Page            { return td.page.page }
func (td *today) unsaved() (question, bool) { return question{}, false }
func (td *today) back()                     { td.pages.closePage() }
func (td *today) closed()                   { td.page, td.sums = nil, todaySums{} }

// show leaves the page for an account.
func (td *today) show(id core.ID) {
	a, ok := td.model.find(id)
	if !ok {
		return
	}
	td.pages.dropPage()
	td.listing.bringInView(a)
	td.pane.openDetail(id)
}

// changed notes that accounts changed.
func (td *today) changed() { td.stale = true }

// tick brings the page to what changed, and counts down.
func (td *today) tick(now time.Time) {
	switch {
	case td.page == nil:
		return
	case td.stale || now.Unix()%sumsEvery == 0 || !td.sums.First.IsZero() && !now.Before(td.sums.First):
		td.sum()
	default:
		td.countDown(now)
	}
	if lines := td.historyLines(); lines != td.lines && now.Sub(td.asked) >= failuresEvery {
		td.ask()
	}
}

// historyLines grows whenever something happens to an account.
func (td *today) historyLines() (n int) {
	for i := range td.model.Accounts {
		n += td.model.Accounts[i].HistoryLines
	}
	return n
}

// ask asks what failed since the day began here.
func (td *today) ask() {
	since := text.Midnight(td.now())
	td.lines, td.asked = td.historyLines(), td.now()
	ask(td.shell, quickWait, func(ctx context.Context, g Agent) ([]api.Failure, error) { return g.Failures(ctx, since) }, func(f []api.Failure, err *core.Error) {
		if td.page == nil {
			return
		}
		td.lost = err
		if err == nil {
			td.failures, td.known = f, true
		}
		td.sum()
	})
}

// sum shows today as it is known.
func (td *today) sum() {
	now := td.now()
	td.sums, td.stale = sumsOf(td.ui, td.model.Accounts, td.model.going, now), false
	td.write(now)
}

// countDown writes anew only what goes with the clock.
func (td *today) countDown(now time.Time) {
	for i, l := range td.sums.Next {
		if a := td.model.Find(l.ID); a != nil {
			td.sums.Next[i] = nextLine(td.ui, *a, now)
		}
	}
	td.page.next.show(td.ui, td.sums.Next, td.sums.MoreNext, td.ui.T("today.next.none"))
}

func (td *today) write(now time.Time) {
	p, ui, s := td.page, td.page.ui, td.sums
	words := ui.T("today.none")
	if s.Accounts > 0 {
		words = ui.T("today.sum", "accounts", text.Number(s.Accounts), "calls", text.Number(s.Calls))
		if s.Needs > 0 {
			words += " · " + ui.T("today.needs", "n", s.Needs)
		}
	}
	p.sum.Set(words, ui.Palette.Text)

	var failed []todayLine
	rest := 0
	for _, f := range td.failures {
		a := td.model.byRef(f.Ref())
		switch {
		case a == nil || td.model.going[a.ID]: // it is gone
		case len(failed) == todayMost:
			rest++
		default:
			failed = append(failed, failedLine(ui, f, *a, now))
		}
	}
	none := ""
	switch {
	case td.lost != nil:
		none = causeOf(ui, td.lost)
	case td.known:
		none = ui.T("today.failed.none")
	}
	p.fails.show(ui, failed, rest, none)
	p.calls.show(ui, s.Asked, s.MoreAsked, ui.T("today.calls.none"))
	p.next.show(ui, s.Next, s.MoreNext, ui.T("today.next.none"))
	of := map[core.Kind]kindSum{}
	var kinds []core.Kind
	for _, k := range s.Kinds {
		kinds, of[k.Kind] = append(kinds, k.Kind), k
	}
	p.kinds.Show(kinds, func(kind core.Kind, f *kit.Fact) {
		f.SetLabel(ui.Words.Kind(kind))
		f.Set(ui.T("today.kind", "calls", text.Number(of[kind].Calls), "accounts", text.Number(of[kind].Accounts)), ui.Palette.Text)
	})
	kit.Visible(p.byKind, len(kinds) > 0)
	p.page.Reflow()
}
