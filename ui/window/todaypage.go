package window

import (
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// todayPage shows today over all accounts: the calls against their quotas, what failed,
// and what expires next. Its parts are made once.
type todayPage struct {
	ui   *kit.UI
	on   todayActions
	page *kit.Page
	back *kit.Button

	sum    *kit.Prose
	kinds  *kit.Rows[core.Kind, *kit.Fact]
	byKind *fyne.Container // with its heading
	calls  *todayRows
	fails  *todayRows
	next   *todayRows
}

// todayActions are what the page asks of the window.
type todayActions struct {
	back func()
	open func(core.ID)
}

// todayMost is how many accounts each part names.
const todayMost = 8

// todayRows are the accounts of one part, or the sentence that there is none.
type todayRows struct {
	root *fyne.Container
	none *kit.Prose
	rows *kit.Rows[core.ID, *todayRow]
	more *kit.Prose
}

// todayRow is an account and what is told of it. The button leads to it.
type todayRow struct {
	who, what *kit.Prose
	live      fyne.CanvasObject
	meter     *meter
	button    *kit.Button
}

// todayLine is what a row shows.
type todayLine struct {
	ID       core.ID
	Ref      api.Ref
	Words    string
	Tone     tone
	Used, Of int
}

func newTodayPage(ui *kit.UI, on todayActions) *todayPage {
	p := &todayPage{on: on}
	p.back = kit.NewIconButton(ui, kit.IconBack, ui.T("back"), on.back).Keyed(ui.KeyOf("back"))
	p.page = kit.NewPage(ui, 4*kit.Grid, kit.NewHead(ui, p.back, ui.T("today")))
	p.ui = p.page.UI
	ui = p.ui
	p.sum = kit.NewProse("", kit.SizeText, ui.Palette.Text)
	p.kinds = kit.NewRows(kit.Stack(kit.Grid), func(core.Kind) (fyne.CanvasObject, *kit.Fact) {
		f := kit.NewFact(ui, "")
		return f.Root, f
	})
	p.fails, p.calls, p.next = p.newRows("today.failed"), p.newRows("today.calls"), p.newRows("today.next")
	p.byKind = kit.Stack(kit.Grid, kit.Subhead(ui, ui.T("today.kinds")), p.kinds.Box)
	p.page.Add(p.sum, p.fails.root, p.calls.root, p.next.root, p.byKind)
	return p
}

func (p *todayPage) newRows(title string) *todayRows {
	ui := p.ui
	t := &todayRows{none: kit.NewProse("", 13, ui.Palette.Muted), more: kit.NewProse("", 13, ui.Palette.Muted)}
	t.rows = kit.NewRows(kit.Stack(2*kit.Grid), func(id core.ID) (fyne.CanvasObject, *todayRow) {
		r := &todayRow{who: kit.NewProse("", 13, ui.Palette.Text), what: kit.NewProse("", 13, ui.Palette.Muted), live: newTag(ui, true), meter: newBareMeter(ui)}
		r.who.Style.Bold = true
		r.button = kit.NewSmallIconButton(ui, kit.IconFolded, "", func() { p.on.open(id) })
		words := kit.Stack(2, container.New(&tagged{}, r.who, r.live), r.what, r.meter.root)
		return container.New(&kit.Bar{Gap: 2 * kit.Grid}, words, r.button), r
	})
	t.root = kit.Stack(2*kit.Grid, kit.Subhead(ui, ui.T(title)), t.none, t.rows.Box, t.more)
	return t
}

// show shows lines, or a sentence where there is none.
func (t *todayRows) show(ui *kit.UI, lines []todayLine, rest int, none string) {
	keys := make([]core.ID, len(lines))
	of := map[core.ID]todayLine{}
	for i, l := range lines {
		keys[i], of[l.ID] = l.ID, l
	}
	if len(lines) > 0 {
		none = ""
	}
	t.none.SetOrHide(none, ui.Palette.Muted)
	t.rows.Show(keys, func(id core.ID, r *todayRow) {
		l := of[id]
		r.who.Set(refWords(l.Ref), ui.Palette.Text)
		kit.Visible(r.live, l.Ref.Env == core.Live)
		r.what.Set(l.Words, l.Tone.in(ui.Palette))
		r.meter.set(l.Used, l.Of)
		if label := ui.T("today.open", "account", refWords(l.Ref)); label != r.button.Label() {
			r.button.SetIcon(kit.IconFolded, label)
		}
	})
	words := ""
	if rest > 0 {
		words = ui.T("today.more", "n", rest)
	}
	t.more.SetOrHide(words, ui.Palette.Muted)
}

// todaySums is what the page shows of the accounts.
type todaySums struct {
	Calls, Accounts, Needs int
	Kinds                  []kindSum
	Asked, Next            []todayLine
	MoreAsked, MoreNext    int
	First                  time.Time // when the first of those that live expires
}

// kindSum are the calls of a kind.
type kindSum struct {
	Kind            core.Kind
	Calls, Accounts int
}

// sumsOf reads today out of the accounts. Accounts that share a token share its calls,
// which are counted once.
func sumsOf(ui *kit.UI, accounts []api.Account, going map[core.ID]bool, now time.Time) todaySums {
	var s todaySums
	kinds := map[core.Kind]*kindSum{}
	counted := map[core.TokenID]bool{}
	type asked struct {
		a     *api.Account
		calls int
		share float64
	}
	var most []asked
	var living []*api.Account
	for i := range accounts {
		a := &accounts[i]
		if going[a.ID] {
			continue
		}
		s.Accounts++
		k := kinds[a.Kind]
		if k == nil {
			k = &kindSum{Kind: a.Kind}
			kinds[a.Kind] = k
		}
		k.Accounts++
		if a.NeedsPerson(now) {
			s.Needs++
		}
		if a.Remaining(now) > 0 {
			living = append(living, a)
		}
		calls, forced := a.Counts(now)
		if calls == 0 && forced == 0 {
			continue
		}
		share := 0.0
		for _, part := range [][2]int{{calls, a.Quota.Calls}, {forced, a.Quota.Forced}, {calls, a.Budget}} {
			if part[1] > 0 {
				share = max(share, float64(part[0])/float64(part[1]))
			}
		}
		most = append(most, asked{a: a, calls: calls, share: share})
		if id := ui.Words.Kinds().TokenID(a.Account); !counted[id] {
			counted[id] = true
			k.Calls += calls
			s.Calls += calls
		}
	}
	top(most, func(a, b asked) bool {
		switch {
		case a.share != b.share:
			return a.share > b.share
		case a.calls != b.calls:
			return a.calls > b.calls
		}
		return a.a.Ref().Compare(b.a.Ref()) < 0
	})
	for _, m := range most[:min(todayMost, len(most))] {
		s.Asked = append(s.Asked, askedLine(ui, *m.a, now))
	}
	top(living, func(a, b *api.Account) bool {
		if !a.ExpiresAt.Equal(b.ExpiresAt) {
			return a.ExpiresAt.Before(b.ExpiresAt)
		}
		return a.Ref().Compare(b.Ref()) < 0
	})
	for _, a := range living[:min(todayMost, len(living))] {
		s.Next = append(s.Next, nextLine(ui, *a, now))
	}
	if len(living) > 0 {
		s.First = living[0].ExpiresAt
	}
	s.MoreAsked, s.MoreNext = len(most)-len(s.Asked), len(living)-len(s.Next)
	for _, k := range kinds {
		s.Kinds = append(s.Kinds, *k)
	}
	slices.SortFunc(s.Kinds, func(a, b kindSum) int {
		if a.Calls != b.Calls {
			return b.Calls - a.Calls
		}
		return strings.Compare(ui.Words.Kind(a.Kind), ui.Words.Kind(b.Kind))
	})
	return s
}

// top brings those that the page names to the front, in their order: of ten thousand a
// few are wanted, and sorting all would cost a frame.
func top[T any](all []T, before func(a, b T) bool) {
	n := 0 // are in front
	for i, x := range all {
		if n == todayMost && !before(x, all[n-1]) {
			continue
		}
		if n < todayMost {
			all[i], all[n] = all[n], x
			n++
		} else {
			all[i], all[n-1] = all[n-1], x
		}
		for j := n - 1; j > 0 && before(all[j], all[j-1]); j-- {
			all[j], all[j-1] = all[j-1], all[j]
		}
	}
}

// askedLine is how often an account was asked for, of how often that is allowed.
func askedLine(ui *kit.UI, a api.Account, now time.Time) todayLine {
	l := todayLine{ID: a.ID, Ref: a.Ref(), Tone: toneMuted}
	calls, forced := a.Counts(now)
	parts := []string{ui.T("today.asked", "n", used(ui, calls, a.Quota.Calls))}
	l.Used, l.Of = calls, a.Quota.Calls
	if a.Quota.Forced > 0 && forced > 0 {
		parts = append(parts, ui.T("today.forced", "n", used(ui, forced, a.Quota.Forced)))
		if float64(forced)/float64(a.Quota.Forced) > float64(l.Used)/float64(max(1, l.Of)) || l.Of == 0 {
			l.Used, l.Of = forced, a.Quota.Forced
		}
	}
	if a.Budget > 0 {
		parts = append(parts, ui.T("today.budget", "n", used(ui, calls, a.Budget)))
		if l.Of == 0 || float64(calls)/float64(a.Budget) > float64(l.Used)/float64(l.Of) {
			l.Used, l.Of = calls, a.Budget
		}
	}
	if l.Of > 0 && l.Used*5 >= l.Of*4 {
		l.Tone = toneSoon
	}
	l.Words = strings.Join(parts, " · ")
	return l
}

// used is a number of calls, of how many are allowed.
func used(ui *kit.UI, n, of int) string {
	if of == 0 {
		return ui.Words.Say("quota.n", "n", n)
	}
	return ui.Words.Say("quota.of", "n", n, "of", of)
}

// nextLine says when a token expires and how its renewal stands.
func nextLine(ui *kit.UI, a api.Account, now time.Time) todayLine {
	l := todayLine{ID: a.ID, Ref: a.Ref(), Tone: toneMuted}
	left, _ := timeLeft(a, now)
	state, tone := stateLine(ui, a, now)
	if tone != toneSandbox {
		l.Tone = tone
	}
	l.Words = ui.T("today.expires", "left", left, "time", moment(ui, a.ExpiresAt, now)) + " · " + state
	return l
}

// failedLine says what failed last for an account, and how often.
func failedLine(ui *kit.UI, f api.Failure, a api.Account, now time.Time) todayLine {
	words, tone := historyLine(ui, a.Kind, f.Newest)
	words = moment(ui, f.Newest.At, now) + " · " + words
	if f.Lines > 1 {
		words += " · " + ui.T("today.lines", "n", f.Lines)
	}
	return todayLine{ID: a.ID, Ref: a.Ref(), Words: words, Tone: tone}
}
