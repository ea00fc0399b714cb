package window

import (
	"slices"
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

// teamsPage shows the teams of this machine, their members and shared accounts, and
// what is wrong with them. It stands over the settings.
type teamsPage struct {
	on      teamsActions
	all     []api.Team
	known   bool
	lost    *core.Error // why they could not be asked for
	loading bool

	page   *kit.Page
	create *kit.Button
	say    *kit.Prose // none, or why nothing is known
	rows   *kit.Rows[string, *teamRow]
}

// teamsActions are what the page asks of the window.
type teamsActions struct {
	create, join                       func()
	share, invite, rotate, edit, leave func(api.Team)
	unshare                            func(team, account string)
}

// teamRow is one team.
type teamRow struct {
	name, wrong, none *kit.Prose
	facts             map[string]*kit.Fact
	members           *kit.Rows[int, *kit.Fact]
	membersBox        *fyne.Container
	accounts          *kit.Rows[string, *sharedRow]
}

// sharedRow is one account of a team.
type sharedRow struct {
	name, renewed, stands, wrong *kit.Prose
	live                         fyne.CanvasObject
}

func (p *teamsPage) changed() bool         { return false }
func (p *teamsPage) top() *kit.Page        { return p.page }
func (p *teamsPage) first() fyne.Focusable { return p.create }

func (p *teamsPage) draw(ui *kit.UI, back func()) {
	p.page = kit.NewPage(ui, 4*kit.Grid, kit.NewHead(ui, kit.NewIconButton(ui, kit.IconBack, ui.T("back"), back).Keyed(ui.KeyOf("back")), ui.T("teams")))
	ui = p.page.UI
	p.create = kit.NewSmallButton(ui, kit.Quiet, ui.T("teams.create"), p.on.create)
	p.say = kit.NewProse("", 13, ui.Palette.Muted)
	p.rows = kit.NewRows(kit.Stack(8*kit.Grid), p.newTeam)
	p.page.Add(kit.NewProse(ui.T("teams.about"), 13, ui.Palette.Text),
		kit.Beside(p.create, kit.NewSmallButton(ui, kit.Quiet, ui.T("teams.join"), p.on.join)), p.say, p.rows.Box)
}

// teamFacts are the facts of a team, in their order.
func teamFacts() []text.Key {
	return []text.Key{"team.redis", "team.self", "team.latency", "window.teams.full"}
}

func (p *teamsPage) newTeam(name string) (fyne.CanvasObject, *teamRow) {
	ui := p.page.UI
	r := &teamRow{
		name: kit.NewProse("", kit.SizeName, ui.Palette.Text), wrong: kit.NewProse("", 13, ui.Palette.SoonText),
		none: kit.NewProse("", 13, ui.Palette.Muted), facts: map[string]*kit.Fact{},
	}
	r.name.Style.Bold = true
	facts := kit.Stack(kit.Grid)
	for _, key := range teamFacts() {
		f := kit.NewFact(ui, ui.Words.Say(key))
		r.facts[string(key)] = f
		facts.Add(f.Root)
	}
	r.members = kit.NewRows(kit.Stack(kit.Grid), func(int) (fyne.CanvasObject, *kit.Fact) {
		f := kit.NewFact(ui, "")
		return f.Root, f
	})
	r.membersBox = kit.Stack(kit.Grid, kit.BoldText(ui.T("teams.members"), 13, ui.Palette.Text), r.members.Box)
	r.accounts = kit.NewRows(kit.Stack(3*kit.Grid), func(account string) (fyne.CanvasObject, *sharedRow) { return p.newShared(name, account) })
	button := func(key string, do func(api.Team)) *kit.Button {
		return kit.NewSmallButton(ui, kit.Quiet, ui.T(key), func() {
			if i := slices.IndexFunc(p.all, func(t api.Team) bool { return t.Name == name }); i >= 0 {
				do(p.all[i])
			}
		})
	}
	return kit.Stack(3*kit.Grid, kit.Hairline(ui), r.name, r.wrong, facts, r.membersBox,
		kit.Stack(2*kit.Grid, kit.BoldText(ui.T("teams.accounts"), 13, ui.Palette.Text), r.none, r.accounts.Box),
		kit.Beside(button("teams.share", p.on.share), button("teams.invite", p.on.invite), button("teams.rotate", p.on.rotate), button("teams.edit", p.on.edit), button("teams.leave", p.on.leave))), r
}

func (p *teamsPage) newShared(team, account string) (fyne.CanvasObject, *sharedRow) {
	ui := p.page.UI
	r := &sharedRow{
		name: kit.NewProse("", 13, ui.Palette.Text), renewed: kit.NewProse("", 13, ui.Palette.Text), stands: kit.NewProse("", 13, ui.Palette.Muted),
		wrong: kit.NewProse("", 13, ui.Palette.SoonText), live: newTag(ui, true),
	}
	r.name.Style.Bold = true
	words := kit.Stack(0, container.New(&kit.Bar{Gap: 2 * kit.Grid}, r.name, r.live), r.renewed, r.stands, r.wrong)
	return container.New(&kit.Bar{Gap: 2 * kit.Grid}, words, kit.NewSmallButton(ui, kit.Quiet, ui.T("teams.unshare"), func() { p.on.unshare(team, account) })), r
}

func (p *teamsPage) show(now time.Time) {
	ui := p.page.UI
	words, ink := "", ui.Palette.Muted
	switch {
	case p.lost != nil:
		words, ink = causeOf(ui, p.lost), ui.Palette.SoonText
	case !p.known:
		words = ui.T("teams.wait")
	case len(p.all) == 0:
		words = ui.T("teams.none")
	}
	p.say.SetOrHide(words, ink)
	var names []string
	by := map[string]api.Team{}
	for _, t := range p.all {
		names, by[t.Name] = append(names, t.Name), t
	}
	p.rows.Show(names, func(name string, r *teamRow) { r.show(ui, by[name], now) })
	p.page.Reflow()
}

// show brings one team to what is known of it.
func (r *teamRow) show(ui *kit.UI, t api.Team, now time.Time) {
	r.name.Set(text.Isolated(t.Name), ui.Palette.Text)
	r.wrong.SetOrHide(strings.Join(teamTrouble(ui, t), "\n"), ui.Palette.SoonText)
	latency := ""
	if t.Latency > 0 {
		latency = ui.Words.Say("team.ms", "ms", strconv.FormatFloat(float64(t.Latency.Microseconds())/1000, 'f', 1, 64))
	}
	ink := ui.Palette.Text
	if t.Evicts {
		ink = ui.Palette.SoonText
	}
	r.facts["team.redis"].Set(t.Redis, ui.Palette.Text)
	r.facts["team.self"].Set(text.Isolated(t.Self), ui.Palette.Text)
	r.facts["team.latency"].Set(latency, ui.Palette.Text)
	r.facts["window.teams.full"].Set(t.Eviction, ink)
	numbers := make([]int, len(t.Members))
	for i := range numbers {
		numbers[i] = i
	}
	r.members.Show(numbers, func(i int, f *kit.Fact) {
		m := t.Members[i]
		name := text.Isolated(m.Name)
		if m.Name == "" {
			name = ui.T("teams.unnamed")
		}
		f.SetLabel(name)
		f.Set(memberWords(ui, m), ui.Palette.Text)
	})
	kit.Visible(r.membersBox, len(t.Members) > 0)
	none := ""
	if len(t.Accounts) == 0 {
		none = ui.T("teams.noaccounts")
	}
	r.none.SetOrHide(none, ui.Palette.Muted)
	var accounts []string
	by := map[string]api.TeamAccount{}
	for _, a := range t.Accounts {
		accounts, by[a.Account] = append(accounts, a.Account), a
	}
	r.accounts.Show(accounts, func(account string, s *sharedRow) { s.show(ui, by[account], now) })
}

// show brings one shared account to what is known of it.
func (r *sharedRow) show(ui *kit.UI, a api.TeamAccount, now time.Time) {
	ref := refOf(a.Account)
	r.name.Set(refWords(ref), ui.Palette.Text)
	kit.Visible(r.live, ref.Env == core.Live)
	r.renewed.Set(renewedWords(ui, a, now), ui.Palette.Text)
	r.stands.Set(standWords(ui, a, now), ui.Palette.Muted)
	wrong := ""
	if a.Error != nil {
		wrong = explained(ui, a.Error, refWords(ref))
	}
	r.wrong.SetOrHide(wrong, ui.Palette.SoonText)
}

// memberWords say of a member its version, and when it was seen; of this machine that it
// is this one.
func memberWords(ui *kit.UI, m api.TeamMember) string {
	seen := ui.T("teams.seen", "time", ui.Words.Say("team.ago", "time", ui.Words.Coarse(time.Duration(m.Seen)*time.Second)))
	if m.Self {
		seen = ui.T("teams.this")
	}
	if m.OldKey {
		seen += " · " + ui.T("teams.oldkey")
	}
	if m.Version == "" {
		return seen
	}
	return m.Version + " · " + seen
}

// renewedWords say who renewed a token, and how long it lives.
func renewedWords(ui *kit.UI, a api.TeamAccount, now time.Time) string {
	if a.ExpiresAt.IsZero() {
		return ui.T("teams.notoken")
	}
	var parts []string
	if !a.At.IsZero() {
		parts = append(parts, ui.T("teams.renewed", "member", text.Isolated(a.By), "time", moment(ui, a.At, now)))
	}
	return strings.Join(append(parts, ui.T("teams.until", "time", moment(ui, a.ExpiresAt, now))), " · ")
}

// standWords say who may fetch an account's token, when this machine acts, and how much
// was asked today.
func standWords(ui *kit.UI, a api.TeamAccount, now time.Time) string {
	var parts []string
	if a.Reported {
		parts = append(parts, ui.T("teams.reported"))
	}
	if a.Holder != "" {
		parts = append(parts, ui.T("teams.holder", "member", text.Isolated(a.Holder)))
	}
	if !a.NextTry.IsZero() {
		parts = append(parts, ui.T("teams.next", "time", moment(ui, a.NextTry, now)))
	}
	parts = append(parts, ui.T("teams.fence", "n", a.Fence), ui.T("teams.calls", "n", a.CallsToday))
	if a.ForcedToday > 0 {
		parts = append(parts, ui.T("teams.forced", "n", a.ForcedToday))
	}
	return strings.Join(parts, " · ")
}

// teamTrouble says what is wrong with a team.
func teamTrouble(ui *kit.UI, t api.Team) []string {
	var out []string
	if t.Error != nil {
		out = append(out, explained(ui, t.Error, ""))
	}
	if t.Evicts {
		out = append(out, ui.Words.Say("team.evicts"))
	}
	if t.Plain {
		out = append(out, ui.Words.Say("team.plain"))
	}
	return out
}

// refOf reads NAME/ENV, as the agent writes it.
func refOf(account string) api.Ref {
	at := strings.LastIndexByte(account, '/')
	if at < 0 {
		return api.Ref{Name: account}
	}
	return api.Ref{Name: account[:at], Env: core.Env(account[at+1:])}
}
