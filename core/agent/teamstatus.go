package agent

import (
	"context"
	"slices"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/redisconn"
	"tokentray/core/team"
)

// teamTime bounds the calls to a team's Redis that a person waits for.
const teamTime = 10 * time.Second

// Teams implements api.Agent.
func (s *Service) Teams(ctx context.Context) ([]api.Team, error) {
	ctx, done := context.WithTimeout(ctx, teamTime)
	defer done()
	var out []api.Team
	for _, name := range s.teams.names() {
		if l := s.teams.find(name); l != nil && s.teams.whole(l) {
			out = append(out, s.teamNow(ctx, l))
		}
	}
	return out, nil
}

// teamNow returns the current state of a team. What cannot be found out is left out,
// and Error says why.
func (s *Service) teamNow(ctx context.Context, l *life) api.Team {
	s.teams.mu.RLock()
	r, m, made, why := l.record, l.member, l.team, l.err
	s.teams.mu.RUnlock()
	out := api.Team{Name: l.name, Redis: r.Redis, Self: r.Member}
	if url, err := redisconn.Parse(r.Redis); err == nil {
		out.Plain = url.Plain()
	}
	failed := func(err error) {
		if out.Error == nil && err != nil {
			out.Error = api.FromError(core.AsError(err))
		}
	}
	if why != nil {
		failed(why)
	}
	var others []team.Other
	if m != nil {
		health, err := made.Health(ctx)
		out.Latency, out.Eviction, out.Evicts = health.Latency, health.Policy, health.Evicts()
		failed(err)
		if err == nil {
			failed(made.Check(ctx))
			others, err = made.Members(ctx)
			failed(err)
		}
		for _, o := range others {
			out.Members = append(out.Members, api.TeamMember{Name: o.Name, Version: o.Version, Seen: int64(o.Seen / time.Second), Self: o.ID == r.MemberID, OldKey: o.OldKey})
		}
	}
	for _, id := range r.Accounts {
		if a, ok := s.accounts.get(id); ok {
			out.Accounts = append(out.Accounts, s.teamAccountNow(ctx, m, a, others, out.Error != nil))
		}
	}
	slices.SortFunc(out.Accounts, func(a, b api.TeamAccount) int { return compareText(a.Account, b.Account) })
	return out
}

func compareText(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (s *Service) teamAccountNow(ctx context.Context, m *team.Member, a core.Account, others []team.Other, away bool) api.TeamAccount {
	out := api.TeamAccount{Account: a.Ref()}
	if snap, ok := s.keeper.Snapshot(a.ID); ok {
		out.NextTry, out.ExpiresAt, out.CallsToday, out.ForcedToday = snap.NextTry, snap.ExpiresAt, snap.Today.Calls, snap.Today.Forced
		switch {
		case snap.Mask == "":
			out.ExpiresAt = time.Time{}
		case out.NextTry.IsZero():
			out.NextTry = s.spec(a.Kind).Traits.RenewsAt(snap.ExpiresAt, snap.Life)
		}
	}
	if m == nil {
		return out
	}
	seen := m.Seen(a.ID)
	out.By, out.At = seen.By, seen.At
	if away {
		return out
	}
	stand, err := m.Stand(ctx, a.ID, others)
	if err != nil {
		out.Error = api.FromError(core.AsError(err))
		return out
	}
	out.Holder, out.Fence, out.Reported = stand.Holder, stand.Fence, stand.Wanted
	out.CallsToday, out.ForcedToday = max(out.CallsToday, stand.Calls), max(out.ForcedToday, stand.Forced)
	seen = m.Seen(a.ID)
	out.By, out.At = seen.By, seen.At
	return out
}
