package window

import (
	"context"
	"reflect"
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

// agentsPage shows what AI agents may call and what they asked for last. It stands over
// the settings.
type agentsPage struct {
	on    agentsActions
	all   api.Grants
	known bool
	lost  *core.Error // why they could not be asked for

	page          *kit.Page
	allow         *kit.Button
	say           *kit.Prose // why nothing is known
	none, noAsks  *kit.Prose
	grants        *kit.Rows[int, *grantRow]
	asks          *kit.Rows[int, *grantRow]
	grantsOf, ask map[int]int // where a number stands in all
}

// agentsActions are what the page asks of the window.
type agentsActions struct {
	allow    func()
	withdraw func(api.Grant)
	answer   func(api.Ask)
}

// grantRow is a grant, or what was asked for.
type grantRow struct {
	who, what, when *kit.Prose
	live            fyne.CanvasObject
}

func (p *agentsPage) changed() bool         { return false }
func (p *agentsPage) top() *kit.Page        { return p.page }
func (p *agentsPage) first() fyne.Focusable { return p.allow }

func (p *agentsPage) draw(ui *kit.UI, back func()) {
	p.page = kit.NewPage(ui, 3*kit.Grid, kit.NewHead(ui, kit.NewIconButton(ui, kit.IconBack, ui.T("back"), back).Keyed(ui.KeyOf("back")), ui.T("agents")))
	ui = p.page.UI
	p.say, p.none, p.noAsks = kit.NewProse("", 13, ui.Palette.SoonText), kit.NewProse("", 13, ui.Palette.Muted), kit.NewProse("", 13, ui.Palette.Muted)
	p.allow = kit.NewSmallButton(ui, kit.Quiet, ui.T("agents.allow"), p.on.allow)
	p.grants = kit.NewRows(kit.Stack(3*kit.Grid), func(n int) (fyne.CanvasObject, *grantRow) {
		return p.newRow(ui.T("agents.withdraw"), func() { p.on.withdraw(p.all.Grants[p.grantsOf[n]]) })
	})
	p.asks = kit.NewRows(kit.Stack(3*kit.Grid), func(n int) (fyne.CanvasObject, *grantRow) {
		return p.newRow(ui.T("agents.answer"), func() { p.on.answer(p.all.Asks[p.ask[n]]) })
	})
	p.page.Add(kit.NewProse(ui.T("agents.about"), 13, ui.Palette.Text), p.say,
		kit.Stack(2*kit.Grid, kit.Subhead(ui, ui.T("agents.now")), p.none, p.grants.Box, kit.Beside(p.allow)),
		kit.Stack(2*kit.Grid, kit.Subhead(ui, ui.T("agents.asked")), p.noAsks, p.asks.Box))
}

func (p *agentsPage) newRow(label string, press func()) (fyne.CanvasObject, *grantRow) {
	ui := p.page.UI
	r := &grantRow{who: kit.NewProse("", 13, ui.Palette.Text), what: kit.NewProse("", 13, ui.Palette.Text), when: kit.NewProse("", 13, ui.Palette.Muted), live: newTag(ui, true)}
	r.who.Style.Bold = true
	words := kit.Stack(0, container.New(&kit.Bar{Gap: 2 * kit.Grid}, r.who, r.live), r.what, r.when)
	return container.New(&kit.Bar{Gap: 2 * kit.Grid}, words, kit.NewSmallButton(ui, kit.Quiet, label, press)), r
}

func (p *agentsPage) show(now time.Time) {
	ui := p.page.UI
	lost := ""
	if p.lost != nil {
		lost = causeOf(ui, p.lost)
	}
	p.say.SetOrHide(lost, ui.Palette.SoonText)
	none := func(n int, key string) string {
		if p.known && n == 0 {
			return ui.T(key)
		}
		return ""
	}
	p.none.SetOrHide(none(len(p.all.Grants), "agents.none"), ui.Palette.Muted)
	p.noAsks.SetOrHide(none(len(p.all.Asks), "agents.noasks"), ui.Palette.Muted)
	var numbers, asked []int
	p.grantsOf, p.ask = map[int]int{}, map[int]int{}
	for i, g := range p.all.Grants {
		numbers, p.grantsOf[g.Number] = append(numbers, g.Number), i
	}
	for i, q := range p.all.Asks {
		asked, p.ask[q.Number] = append(asked, q.Number), i
	}
	who := func(r *grantRow, client string, ref api.Ref) {
		r.who.Set(text.Isolated(client)+" · "+refWords(ref), ui.Palette.Text)
		kit.Visible(r.live, ref.Env == core.Live)
	}
	p.grants.Show(numbers, func(n int, r *grantRow) {
		g := p.all.Grants[p.grantsOf[n]]
		who(r, g.Client, g.Ref())
		r.what.Set(callsWords(ui, g.Calls, g.Write), ui.Palette.Text)
		r.when.Set(grantTimes(ui, g, now), ui.Palette.Muted)
	})
	p.asks.Show(asked, func(n int, r *grantRow) {
		q := p.all.Asks[p.ask[n]]
		who(r, q.Client, q.Ref())
		r.what.Set(askWords(ui, q), ui.Palette.Text)
		r.when.Set(askTimes(ui, q, now), ui.Palette.Muted)
	})
	p.page.Reflow()
}

// callsWords says what a grant allows.
func callsWords(ui *kit.UI, calls []string, write bool) string {
	var out []string
	for _, c := range calls {
		if c == core.CallReads {
			c = ui.T("agents.reads")
		}
		out = append(out, c)
	}
	words := strings.Join(out, ui.Words.Say("cli.comma"))
	if write {
		words += " · " + ui.T("agents.writes")
	}
	return words
}

// grantTimes says until when a grant lasts and how much it was used.
func grantTimes(ui *kit.UI, g api.Grant, now time.Time) string {
	parts := []string{ui.T("agents.until", "time", moment(ui, g.Until, now))}
	if g.Left > 0 {
		parts = append(parts, ui.T("agents.left", "n", g.Left))
	}
	if g.Used > 0 {
		parts = append(parts, ui.T("agents.used", "n", g.Used, "time", moment(ui, g.LastUsed, now)))
	}
	return strings.Join(parts, " · ")
}

// askWords is the call that was asked for.
func askWords(ui *kit.UI, q api.Ask) string {
	if q.Call == "" {
		return ui.T("agents.sign")
	}
	return text.Isolated(q.Call)
}

func askTimes(ui *kit.UI, q api.Ask, now time.Time) string {
	words := moment(ui, q.At, now)
	if q.Count > 1 {
		words += " ×" + strconv.Itoa(q.Count)
	}
	if q.Declined.After(now) {
		words += " · " + ui.T("agents.declined", "time", moment(ui, q.Declined, now))
	}
	return words
}

// openAgents shows over the settings what AI agents may call.
func (st *settings) openAgents() {
	if st.page == nil {
		return
	}
	st.enter(&agentsPage{on: agentsActions{allow: st.allowAgent, withdraw: st.askWithdraw, answer: st.openAsk}})
	st.loadAgents()
}

// loadAgents asks what AI agents may call, and shows it if that is news.
func (st *settings) loadAgents() {
	ask(st.shell, quickWait, func(ctx context.Context, g Agent) (api.Grants, error) { return g.Grants(ctx) }, func(all api.Grants, err *core.Error) {
		if st.page == nil {
			return
		}
		p, ok := st.page.sub.(*agentsPage)
		if !ok || p.known && err == nil && p.lost == nil && reflect.DeepEqual(all, p.all) {
			return
		}
		p.lost, p.known = err, err == nil
		if err == nil {
			p.all = all
		}
		st.redrawSettings()
	})
}

// showAgents brings the page of AI agents to what the agent knows, if it is open.
func (st *settings) showAgents() {
	if st.page == nil {
		return
	}
	if _, ok := st.page.sub.(*agentsPage); ok {
		st.loadAgents()
	}
}

// askWithdraw ends a grant, after a question.
func (st *settings) askWithdraw(g api.Grant) {
	st.question(func(ui *kit.UI) question {
		return question{
			title: ui.T("agents.withdraw.ask", "client", text.Isolated(g.Client), "account", refWords(g.Ref())), body: callsWords(ui, g.Calls, g.Write),
			yes: ui.T("agents.withdraw"), live: g.Env == core.Live, role: kit.Danger,
		}
	}, func() {
		ask(st.shell, quickWait, func(ctx context.Context, a Agent) (none, error) { return nothing(a.RevokeGrant(ctx, g.Number)) }, func(_ none, err *core.Error) {
			if err != nil {
				st.showError(err, api.Ref{})
			}
			st.showAgents()
		})
	})
}
