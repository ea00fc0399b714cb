package window

import (
	"context"
	"reflect"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// openTeams shows the teams of this machine over the settings.
func (st *settings) openTeams() {
	if st.page == nil {
		return
	}
	st.enter(&teamsPage{on: teamsActions{
		create: st.createTeam, join: st.joinTeam, share: st.shareWith, invite: st.inviteTo, rotate: st.rotateTeam, edit: st.editTeam, leave: st.askLeave, unshare: st.askUnshare,
	}})
	st.showTeams()
}

// showTeams brings the page of teams to what the agent knows, if it is open. Each Redis
// is asked, so that an answer may take a while: one question at a time is enough.
func (st *settings) showTeams() {
	if st.page == nil {
		return
	}
	p, ok := st.page.sub.(*teamsPage)
	if !ok || p.loading {
		return
	}
	p.loading = true
	ask(st.shell, upstreamWait, func(ctx context.Context, g Agent) ([]api.Team, error) { return g.Teams(ctx) }, func(all []api.Team, err *core.Error) {
		p.loading = false
		if st.page == nil || st.page.sub != subPage(p) || p.known && err == nil && p.lost == nil && reflect.DeepEqual(all, p.all) {
			return
		}
		p.lost = err
		if err == nil {
			p.known, p.all = true, all
		}
		st.redrawSettings()
	})
}

// askLeave leaves a team, after a question.
func (st *settings) askLeave(t api.Team) {
	st.question(func(ui *kit.UI) question {
		return question{title: ui.T("teams.leave.ask", "team", t.Name), body: ui.T("teams.leave.say"), yes: ui.T("teams.leave.go"), role: kit.Danger}
	}, func() {
		ask(st.shell, upstreamWait, func(ctx context.Context, g Agent) (api.TeamLeft, error) { return g.LeaveTeam(ctx, t.Name) }, func(left api.TeamLeft, err *core.Error) {
			switch {
			case err != nil:
				st.showError(err, api.Ref{})
			case len(left.Paused) > 0:
				st.showInfo(joined(st.ui, st.ui.Words.Say("team.left", "team", t.Name), st.ui.Words.Say("team.left_paused", "accounts", st.ui.Words.Some(left.Paused))))
			default:
				st.showInfo(st.ui.Words.Say("team.left", "team", t.Name))
			}
			st.showTeams()
		})
	})
}

// askUnshare makes an account's token this machine's own again, after a question.
func (st *settings) askUnshare(team, account string) {
	ref := refOf(account)
	st.question(func(ui *kit.UI) question {
		return question{
			title: ui.T("teams.unshare.ask", "account", refWords(ref)), body: ui.T("teams.unshare.say", "team", team), yes: ui.T("teams.unshare"),
			live: ref.Env == core.Live, role: kit.Danger,
		}
	}, func() {
		ask(st.shell, upstreamWait, func(ctx context.Context, g Agent) (api.Account, error) { return g.Unshare(ctx, ref) }, func(a api.Account, err *core.Error) {
			if err != nil {
				st.showError(err, ref)
			} else {
				words := st.ui.Words.Say("team.unshared", "account", refWords(ref))
				if !a.Auto {
					words = joined(st.ui, words, st.ui.T("teams.paused"))
				}
				st.put(a)
				st.showInfo(words)
			}
			st.showTeams()
		})
	})
}
