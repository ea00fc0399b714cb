package window

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// teamSheet is what the sheets about teams have in common: a form that the agent may
// refuse, at first because what goes to the Redis could be read on its way.
type teamSheet struct {
	st     *settings
	sheet  *sheet
	say    *kit.Prose
	yes    *kit.Button
	anyway *kit.Button // goes on without TLS, once that was refused
	busy   bool
}

// begin makes the sheet with its title and what stands under it.
func (s *teamSheet) begin(st *settings, title string, parts func(ui *kit.UI) []fyne.CanvasObject) {
	s.st = st
	s.sheet = &sheet{Sheet: kit.NewLongSheet(st.ui, 3*kit.Grid, kit.Title(st.ui, title), st.closeSheet)}
	s.sheet.Add(parts(s.sheet.UI)...)
}

// end adds the foot: what is wrong, and the buttons. do is told whether a person agreed
// to go on without TLS.
func (s *teamSheet) end(yes string, do func(plain bool)) {
	ui := s.sheet.UI
	s.say = kit.NewProse("", 13, ui.Palette.LiveText)
	s.say.Hide()
	s.yes = kit.NewButton(ui, kit.Filled, yes, func() { do(false) })
	s.anyway = kit.NewButton(ui, kit.Danger, ui.T("teams.anyway"), func() { do(true) })
	s.anyway.Hide()
	s.sheet.SetFoot(kit.Stack(3*kit.Grid, s.say, kit.AtRight(kit.NewButton(ui, kit.Quiet, ui.T("cancel"), s.st.closeSheet), s.yes, s.anyway)))
}

// setMessage says what is wrong, or what is being done.
func (s *teamSheet) setMessage(words string, bad bool) {
	ink := s.sheet.UI.Palette.Text
	if bad {
		ink = s.sheet.UI.Palette.LiveText
	}
	s.say.SetOrHide(words, ink)
	s.offerPlain(false)
	s.yes.Enable(!s.busy)
	s.anyway.Enable(!s.busy)
	s.sheet.Reflow()
}

// offerPlain puts the button that goes on without TLS in the place of the other.
func (s *teamSheet) offerPlain(on bool) {
	kit.Visible(s.anyway, on)
	kit.Visible(s.yes, !on)
}

// wait shows that the agent is asked; false: it is being asked already.
func (s *teamSheet) wait() bool {
	if s.busy {
		return false
	}
	s.busy = true
	s.setMessage(s.sheet.UI.T("teams.wait"), false)
	return true
}

// answered ends the waiting; it reports whether the sheet is still open and the agent
// did what it was asked for.
func (s *teamSheet) answered(err *core.Error) bool {
	s.busy = false
	if s.st.sheet != s.sheet {
		return false
	}
	if err != nil {
		s.setMessage(explained(s.sheet.UI, wire(err), ""), true)
		s.offerPlain(err.Remedy == core.RemedyTeamPlain)
		s.sheet.Reflow()
		return false
	}
	s.setMessage("", false)
	return true
}

func teamField(ui *kit.UI, label string, o fyne.CanvasObject) fyne.CanvasObject {
	return kit.Stack(kit.Grid, kit.NewProse(ui.T(label), 13, ui.Palette.Muted), o)
}

// createTeam asks for a new team and its Redis.
func (st *settings) createTeam() {
	s := &teamSheet{}
	var name, redis, password, self *kit.Entry
	var create func(plain bool)
	changed := func(string) {
		if !s.busy {
			s.setMessage("", false)
		}
	}
	s.begin(st, st.ui.T("teams.create.title"), func(ui *kit.UI) []fyne.CanvasObject {
		name, redis = kit.NewEntry(ui, "", "", changed), kit.NewEntry(ui, "rediss://tt@redis.example.com:6379", "", changed)
		password, self = kit.NewSecretEntry(ui, "", "", changed), kit.NewEntry(ui, "", "", changed)
		for _, e := range []*kit.Entry{name, redis, password, self} {
			e.OnSubmitted = func(string) { create(false) }
		}
		return []fyne.CanvasObject{
			teamField(ui, "teams.name", name), teamField(ui, "teams.redis", redis), teamField(ui, "teams.password", password), teamField(ui, "teams.self", self),
		}
	})
	create = func(plain bool) {
		in := api.TeamInput{Name: strings.TrimSpace(name.Text), Redis: strings.TrimSpace(redis.Text), Password: password.Text, Member: strings.TrimSpace(self.Text), Plain: plain}
		switch {
		case in.Name == "":
			s.setMessage(st.ui.T("teams.name.empty"), true)
			return
		case in.Redis == "":
			s.setMessage(st.ui.T("teams.redis.none"), true)
			return
		case !s.wait():
			return
		}
		ask(st.shell, upstreamWait, func(ctx context.Context, g Agent) (api.Team, error) { return g.CreateTeam(ctx, in) }, func(t api.Team, err *core.Error) {
			if s.answered(err) {
				st.closeSheet()
				st.showInfo(st.ui.T("teams.created", "team", t.Name))
			}
			st.showTeams()
		})
	}
	s.end(st.ui.T("teams.create.go"), create)
	s.sheet.typed = func() bool { return name.Text+redis.Text+password.Text != "" }
	s.sheet.first = name
	st.openSheet(s.sheet)
}

// editTeam asks where a team's Redis is by now, and for its password.
func (st *settings) editTeam(t api.Team) {
	s := &teamSheet{}
	var redis, password *kit.Entry
	var save func(plain bool)
	free := false // the Redis has no password
	changed := func(string) {
		if !s.busy {
			s.setMessage("", false)
		}
	}
	s.begin(st, st.ui.T("teams.edit.title", "team", t.Name), func(ui *kit.UI) []fyne.CanvasObject {
		redis, password = kit.NewEntry(ui, "", t.Redis, changed), kit.NewSecretEntry(ui, "", "", changed)
		for _, e := range []*kit.Entry{redis, password} {
			e.OnSubmitted = func(string) { save(false) }
		}
		return []fyne.CanvasObject{
			kit.NewProse(ui.T("teams.edit.body"), 13, ui.Palette.Muted), teamField(ui, "teams.redis", redis), teamField(ui, "teams.edit.kept", password),
			kit.NewToggle(ui, ui.T("teams.edit.none"), false, func(on bool) { free = on; changed("") }),
		}
	})
	save = func(plain bool) {
		in := api.TeamEdit{Redis: strings.TrimSpace(redis.Text), Plain: plain || t.Plain && redis.Text == t.Redis}
		if word := password.Text; word != "" || free {
			if free {
				word = ""
			}
			in.Password = &word
		}
		if in.Redis == "" {
			s.setMessage(st.ui.T("teams.redis.none"), true)
			return
		}
		if !s.wait() {
			return
		}
		ask(st.shell, upstreamWait, func(ctx context.Context, g Agent) (api.Team, error) { return g.EditTeam(ctx, t.Name, in) }, func(_ api.Team, err *core.Error) {
			if s.answered(err) {
				st.closeSheet()
				st.showInfo(st.ui.Words.Say("team.edited", "team", t.Name))
			}
			st.showTeams()
		})
	}
	s.end(st.ui.T("teams.edit.go"), save)
	s.sheet.typed = func() bool { return redis.Text != t.Redis || password.Text != "" }
	s.sheet.first = redis
	st.openSheet(s.sheet)
}

// shareWith shares an account with a team.
func (st *settings) shareWith(t api.Team) {
	var choices []kit.Choice
	for _, a := range st.model.Accounts {
		if a.Team == nil {
			choices = append(choices, kit.Choice{Value: a.Ref().String(), Label: refWords(a.Ref())})
		}
	}
	if len(choices) == 0 {
		st.showInfo(st.ui.T("teams.share.none"))
		return
	}
	s := &teamSheet{}
	account := choices[0].Value
	if i := slices.IndexFunc(choices, func(c kit.Choice) bool { return refOf(c.Value).Env == core.Sandbox }); i >= 0 {
		account = choices[i].Value
	}
	var picker *kit.Picker
	s.begin(st, st.ui.T("teams.share.title", "team", t.Name), func(ui *kit.UI) []fyne.CanvasObject {
		live := newTag(ui, true)
		picker = kit.NewPicker(ui, account, func(v string) {
			account = v
			kit.Visible(live, refOf(v).Env == core.Live)
			s.setMessage("", false)
		}, choices...)
		kit.Visible(live, refOf(account).Env == core.Live)
		return []fyne.CanvasObject{kit.NewProse(ui.T("teams.share.body"), 13, ui.Palette.Muted), live, picker}
	})
	picker.Resized = s.sheet.Reflow
	s.end(st.ui.T("teams.share.go"), func(plain bool) {
		if !s.wait() {
			return
		}
		ref := refOf(account)
		ask(st.shell, upstreamWait, func(ctx context.Context, g Agent) (api.Account, error) {
			return g.Share(ctx, ref, api.ShareInput{Team: t.Name, Plain: plain})
		}, func(a api.Account, err *core.Error) {
			if err == nil {
				st.put(a)
			}
			if s.answered(err) {
				st.closeSheet()
				st.showInfo(st.ui.Words.Say("team.shared", "account", refWords(ref), "team", t.Name))
			}
			st.showTeams()
		})
	})
	s.sheet.first = picker
	st.openSheet(s.sheet)
}
