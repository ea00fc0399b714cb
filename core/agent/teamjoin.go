package agent

import (
	"context"
	"slices"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/team"
)

// JoinTeam implements api.Agent.
func (s *Service) JoinTeam(ctx context.Context, in api.TeamJoin) (api.TeamJoined, error) {
	invite, err := team.OpenInvite(in.Age, core.NewSecret(in.Passphrase))
	if err != nil {
		return api.TeamJoined{}, err
	}
	if err := mayPlain(invite.Redis, in.Plain); err != nil {
		return api.TeamJoined{}, err
	}
	member, err := memberName(in.Member)
	if err != nil {
		return api.TeamJoined{}, err
	}
	s.edit.Lock()
	defer s.edit.Unlock()
	r := teamRecord{Key: core.NewID(), MemberID: string(core.NewID()), Member: member, Entering: joining}
	out := api.TeamJoined{Team: invite.Team, Redis: invite.Redis.String(), Plain: invite.Redis.Plain(), Roster: []api.TeamListed{}}
	if l := s.teams.find(invite.Team); l != nil && s.teams.whole(l) {
		if l.member != nil && !l.invite.Keys.SameTeam(invite.Keys) {
			return api.TeamJoined{}, &core.Error{Class: core.Misuse, Remedy: core.RemedyTeamThere, Message: "this machine is in another team of that name; leave that one first"}
		}
		out.Again = true
		r.Key, r.MemberID, r.Accounts, r.Unlist, r.Entering = l.record.Key, l.record.MemberID, l.record.Accounts, l.record.Unlist, ""
		if in.Member == "" {
			r.Member = l.record.Member
		}
	}
	r.Redis = out.Redis
	listed, odd, err := s.rosterOf(ctx, invite, r)
	if err != nil {
		return api.TeamJoined{}, err
	}
	out.Odd = odd
	made, have := s.match(listed, &out)
	if !in.Apply {
		return out, nil
	}
	for _, a := range made {
		have = append(have, a.ID)
	}
	l, err := s.enter(ctx, invite, r, (*team.Team).Check, func(l *life, r teamRecord) error {
		have = s.notElsewhere(l, have)
		return s.addFromRoster(l, r.with(have...), made)
	})
	if err != nil {
		return api.TeamJoined{}, err
	}
	s.keeper.Republish(have...)
	out.Done = true
	s.log.Info("joined a team", "team", l.name, "accounts", len(have))
	return out, nil
}

// rosterOf asks the Redis of an invite what the team shares, before anything is
// saved.
func (s *Service) rosterOf(ctx context.Context, i team.Invite, r teamRecord) ([]team.Listed, int, error) {
	made, client, err := s.teams.connect(i, r)
	if err != nil {
		return nil, 0, err
	}
	defer client.Close()
	defer made.Close()
	asked, done := context.WithTimeout(ctx, teamTime)
	defer done()
	if err := made.Check(asked); err != nil {
		return nil, 0, err
	}
	return made.Roster(asked)
}

// match finds the accounts of this machine that have a token of the roster, and makes
// accounts for the other tokens.
func (s *Service) match(listed []team.Listed, out *api.TeamJoined) (made []core.Account, have []core.ID) {
	taken := s.takenNames()
	for _, one := range listed {
		row := api.TeamListed{Name: one.Name, Env: one.Env, Kind: one.Kind, AppID: one.AppID, BaseURL: one.BaseURL, Params: one.Params}
		a := s.blank()
		a.Name, a.Env, a.Kind, a.Product, a.AppID, a.BaseURL, a.Params = one.Name, one.Env, one.Kind, one.Product, one.AppID, one.BaseURL, one.Params
		a.Auto = false
		a = s.kindSet().Clean(a)
		_, known := s.kindSet().Of(a.Kind)
		if !known || len(s.kindSet().Check(a).Fatal()) > 0 {
			out.Roster = append(out.Roster, row)
			continue
		}
		ids := s.sharing(a)
		have = append(have, ids...)
		if len(ids) == 0 {
			a.Name = freeName(taken, a)
			taken[refOf(a)] = true
			made = append(made, a)
			row.New, row.Here = true, a.Ref()
		} else if there, ok := s.accounts.get(ids[0]); ok {
			row.Here = there.Ref()
		}
		out.Roster = append(out.Roster, row)
	}
	return made, have
}

// sharing returns the accounts of this machine that have the same token as a.
func (s *Service) sharing(a core.Account) []core.ID {
	var out []core.ID
	for _, other := range s.accounts.all() {
		if other.Kind == a.Kind && s.sameToken(other, a) {
			out = append(out, other.ID)
		}
	}
	slices.Sort(out)
	return out
}

// addFromRoster saves the record of a team and adds accounts in one transaction,
// paused and without a secret. The edit lock is held.
func (s *Service) addFromRoster(l *life, r teamRecord, made []core.Account) error {
	lines := make([]core.Entry, len(made))
	for i := range lines {
		lines[i] = core.Entry{At: s.now(), What: core.DidAdd}
	}
	err := s.teams.write(l, r, func(raw []byte) error { return s.parts.Store.JoinTeam(l.name, raw, made, lines) })
	if err != nil {
		return err
	}
	for _, a := range made {
		s.handOver(a, core.Token{})
	}
	return nil
}

// notElsewhere leaves out accounts that another team shares.
func (s *Service) notElsewhere(l *life, ids []core.ID) []core.ID {
	s.teams.mu.RLock()
	defer s.teams.mu.RUnlock()
	return slices.DeleteFunc(ids, func(id core.ID) bool { other := s.teams.of[id]; return other != nil && other != l })
}
