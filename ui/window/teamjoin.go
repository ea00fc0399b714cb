package window

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// joinSheet opens an invite, shows what the team shares, and joins once a person has
// agreed to that.
type joinSheet struct {
	teamSheet
	file, pass, self *kit.Entry
	fields           *fyne.Container
	roster           *fyne.Container
	plan             *api.TeamJoin // what was looked at
}

// maxInvite is how many bytes of a file are read, more than an invite has.
const maxInvite = 64 << 10

func (st *settings) joinTeam() { st.openJoin() }

func (st *settings) openJoin() *joinSheet {
	s := &joinSheet{}
	changed := func(string) {
		if !s.busy {
			s.setMessage("", false)
		}
	}
	s.begin(st, st.ui.T("teams.join.title"), func(ui *kit.UI) []fyne.CanvasObject {
		s.file, s.pass, s.self = kit.NewEntry(ui, "", "", changed), kit.NewSecretEntry(ui, "", "", changed), kit.NewEntry(ui, "", "", changed)
		for _, e := range []*kit.Entry{s.file, s.pass, s.self} {
			e.OnSubmitted = func(string) { s.goOn(false) }
		}
		browse := kit.NewSmallButton(ui, kit.Quiet, ui.T("browse"), s.browse)
		s.fields = kit.Stack(3*kit.Grid, teamField(ui, "teams.join.file", kit.WithButton(s.file, browse)), teamField(ui, "teams.pass", s.pass), teamField(ui, "teams.self", s.self))
		s.roster = kit.Stack(3 * kit.Grid)
		s.roster.Hide()
		return []fyne.CanvasObject{s.fields, s.roster}
	})
	s.end(st.ui.T("teams.join.look"), s.goOn)
	s.sheet.typed = func() bool { return s.file.Text+s.pass.Text != "" }
	s.sheet.first = s.file
	st.openSheet(s.sheet)
	return s
}

// browse lets a person choose the file.
func (s *joinSheet) browse() {
	at := exportFolder()
	if s.file.Text != "" {
		at = filepath.Dir(fromHome(s.file.Text))
	}
	s.st.choose(choosing{at: at}, func(path string) {
		s.file.SetText(shortPath(path))
		s.st.focus(s.pass)
	})
}

// goOn looks into the file, or joins what was looked at. Without TLS a person has to
// agree before the look, because it asks the Redis.
func (s *joinSheet) goOn(plain bool) {
	if s.plan != nil {
		s.join(*s.plan)
		return
	}
	path, pass := strings.TrimSpace(s.file.Text), s.pass.Text
	if path == "" || pass == "" {
		s.setMessage(s.st.ui.T("teams.join.empty"), true)
		return
	}
	if !s.wait() {
		return
	}
	in := api.TeamJoin{Passphrase: pass, Member: strings.TrimSpace(s.self.Text), Plain: plain}
	st := s.st
	st.work.Go(func() {
		file, err := readBounded(fromHome(path), maxInvite)
		st.do(func() {
			if err != nil {
				s.busy = false
				if st.sheet == s.sheet {
					s.setMessage(st.ui.T("teams.join.unread", "cause", cause(st.ui, err)), true)
				}
				return
			}
			in.Age = []byte(file)
			s.look(in)
		})
	})
}

// look asks what the team shares.
func (s *joinSheet) look(in api.TeamJoin) {
	ask(s.st.shell, upstreamWait, func(ctx context.Context, g Agent) (api.TeamJoined, error) { return g.JoinTeam(ctx, in) }, func(plan api.TeamJoined, err *core.Error) {
		if !s.answered(err) {
			return
		}
		in.Apply = true
		s.plan = &in
		s.showRoster(plan)
	})
}

// showRoster puts what the team shares in the place of the fields.
func (s *joinSheet) showRoster(plan api.TeamJoined) {
	ui := s.sheet.UI
	s.roster.Add(kit.NewProse(ui.T("teams.join.roster", "team", text.Isolated(plan.Team), "redis", plan.Redis), kit.SizeText, ui.Palette.Text))
	for _, one := range plan.Roster {
		s.roster.Add(listedAccount(ui, one))
	}
	if len(plan.Roster) == 0 {
		s.roster.Add(kit.NewProse(ui.Words.Say("team.roster_empty"), 13, ui.Palette.Muted))
	}
	if plan.Odd > 0 {
		s.roster.Add(kit.NewProse(ui.Words.Say("team.roster_odd", "n", plan.Odd), 13, ui.Palette.SoonText))
	}
	if plan.Plain {
		s.roster.Add(kit.NewProse(ui.Words.Say("team.plain"), 13, ui.Palette.SoonText))
	}
	if plan.Again {
		s.roster.Add(kit.NewProse(ui.T("teams.join.again"), 13, ui.Palette.Muted))
	}
	s.fields.Hide()
	s.roster.Show()
	s.yes.Rename(ui.T("teams.join.go"))
	s.setMessage("", false)
	s.st.focus(s.yes)
}

// listedAccount is an account of a team's list: what it is, and what becomes of it here.
func listedAccount(ui *kit.UI, one api.TeamListed) fyne.CanvasObject {
	name := kit.NewProse(refWords(api.Ref{Name: one.Name, Env: one.Env}), 13, ui.Palette.Text)
	name.Style.Bold = true
	what := []string{ui.Words.KindLine(one.Kind, "")}
	for _, v := range []string{one.AppID, one.BaseURL} {
		if v != "" {
			what = append(what, v)
		}
	}
	for key, value := range one.Params.All() {
		what = append(what, key+"="+value)
	}
	here, ink := ui.Words.Say("team.roster_unknown"), ui.Palette.SoonText
	switch {
	case one.New:
		here, ink = ui.Words.Say("team.roster_new", "account", refWords(refOf(one.Here))), ui.Palette.SandboxText
	case one.Here != "":
		here, ink = ui.Words.Say("team.roster_here", "account", refWords(refOf(one.Here))), ui.Palette.Muted
	}
	title := fyne.CanvasObject(name)
	if one.Env == core.Live {
		title = container.New(&kit.Bar{Gap: 2 * kit.Grid}, name, newTag(ui, true))
	}
	return kit.Stack(0, title, kit.NewProse(strings.Join(what, " · "), 13, ui.Palette.Muted), kit.NewProse(here, 13, ink))
}

// join joins what was looked at.
func (s *joinSheet) join(in api.TeamJoin) {
	if !s.wait() {
		return
	}
	st := s.st
	ask(st.shell, upstreamWait, func(ctx context.Context, g Agent) (api.TeamJoined, error) { return g.JoinTeam(ctx, in) }, func(done api.TeamJoined, err *core.Error) {
		if s.answered(err) {
			st.closeSheet()
			key := "teams.joined"
			if slices.ContainsFunc(done.Roster, func(one api.TeamListed) bool { return one.New }) {
				key = "teams.joined.new"
			}
			st.showInfo(st.ui.T(key, "team", done.Team))
		}
		st.showTeams()
	})
}
