package cli

import (
	"context"
	"slices"
	"strconv"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/text"
)

func (a *app) teamStatus(ctx context.Context, name string) error {
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	all, err := agent.Teams(ctx)
	if err != nil {
		return err
	}
	if name != "" {
		all = slices.DeleteFunc(all, func(t api.Team) bool { return t.Name != name })
		if len(all) == 0 {
			return &core.Error{Class: core.NotFound, Remedy: core.RemedyTeamNone, Message: core.SaysNoSuchTeam + "; tokentray team status shows those it is in"}
		}
	}
	switch {
	case a.json && all == nil:
		return a.printJSON([]api.Team{})
	case a.json:
		return a.printJSON(all)
	case len(all) == 0:
		a.note(a.say("team.none"))
		return nil
	}
	for i, t := range all {
		if i > 0 {
			if err := a.print(""); err != nil {
				return err
			}
		}
		if err := a.print(a.teamLines(t)...); err != nil {
			return err
		}
	}
	return nil
}

// teamLines describe the state of a team.
func (a *app) teamLines(t api.Team) []string {
	facts := table{colour: a.colour()}
	row := func(key text.Key, value string, st style) {
		if value != "" {
			facts.add(plain(a.say(key)), styled(clean(value), st))
		}
	}
	row("team.name", t.Name, styleHead)
	row("team.redis", t.Redis, noStyle)
	row("team.self", t.Self, noStyle)
	if t.Latency > 0 {
		row("team.latency", a.say("team.ms", "ms", strconv.FormatFloat(float64(t.Latency.Microseconds())/1000, 'f', 1, 64)), noStyle)
	}
	policy := noStyle
	if t.Evicts {
		policy = styleWarn
	}
	row("team.eviction", t.Eviction, policy)
	out := facts.lines(0)
	if len(t.Members) > 0 {
		out = append(append(out, ""), a.memberTable(t).lines(0)...)
	}
	if len(t.Accounts) > 0 {
		out = append(append(out, ""), a.sharedTable(t).lines(0)...)
	}
	var wrong []string
	if t.Error != nil {
		wrong = append(wrong, a.explainWire(t.Error)...)
	}
	var old []string
	for _, m := range t.Members {
		if m.OldKey {
			old = append(old, memberName(m))
		}
	}
	if len(old) > 0 {
		wrong = append(wrong, a.say("team.old_key", "members", clean(a.text().Some(old))))
	}
	if t.Evicts {
		wrong = append(wrong, a.say("team.evicts"))
	}
	if t.Plain {
		wrong = append(wrong, a.say("team.plain"))
	}
	for _, acc := range t.Accounts {
		if acc.Reported {
			wrong = append(wrong, a.say("team.reported", "account", clean(acc.Account)))
		}
		if acc.Error != nil {
			a.account = acc.Account
			wrong = append(wrong, a.explainWire(acc.Error)...)
		}
	}
	if len(wrong) > 0 {
		out = append(append(out, ""), wrong...)
	}
	return out
}

func (a *app) memberTable(t api.Team) *table {
	out := &table{colour: a.colour()}
	head := func(key text.Key) cell { return styled(a.say(key), styleHead) }
	out.add(head("team.member"), head("team.version"), head("team.seen"))
	for _, m := range t.Members {
		name := memberName(m)
		if m.Self {
			name += " *"
		}
		out.add(plain(clean(name)), plain(clean(m.Version)), plain(a.ago(time.Duration(m.Seen)*time.Second)))
	}
	return out
}

// memberName is the name of a member. A member whose key this machine does not have
// shows no name.
func memberName(m api.TeamMember) string {
	if m.Name == "" {
		return "?"
	}
	return m.Name
}

func (a *app) ago(d time.Duration) string { return a.say("team.ago", "time", a.text().Coarse(d)) }

func (a *app) sharedTable(t api.Team) *table {
	out := &table{colour: a.colour()}
	head := func(key text.Key) cell { return styled(a.say(key), styleHead) }
	out.add(head("team.account"), head("team.renewed"), head("team.expires"), head("team.next"), head("team.holder"), head("team.fence"), head("team.calls"))
	for _, acc := range t.Accounts {
		renewed := ""
		if !acc.At.IsZero() {
			renewed = a.say("team.by_at", "member", acc.By, "time", when(acc.At))
		}
		out.add(
			plain(clean(acc.Account)), plain(clean(renewed)), plain(whenSet(acc.ExpiresAt)), plain(whenSet(acc.NextTry)),
			plain(clean(acc.Holder)), plain(strconv.FormatInt(acc.Fence, 10)), plain(strconv.Itoa(acc.CallsToday)),
		)
	}
	return out
}
