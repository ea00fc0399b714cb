package agent

import (
	"context"
	"fmt"
	"os"
	"slices"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/redisconn"
	"tokentray/core/team"
)

// memberName returns this machine's name for the others, or what is wrong with the
// entered one.
func memberName(entered string) (string, error) {
	if entered == "" {
		entered, _ = os.Hostname() // a machine without a name needs an entered one
	}
	name, err := core.CleanName(entered)
	if err != nil || core.HoldsSecret(name) {
		return "", &core.Error{Class: core.Invalid, Remedy: core.RemedyInput, Message: "the name of this machine in the team is none that can be used; give another with --member"}
	}
	return name, nil
}

// mayPlain refuses a Redis on another host without TLS, unless a person agreed.
func mayPlain(url redisconn.URL, agreed bool) error {
	if !url.Plain() || agreed {
		return nil
	}
	return &core.Error{
		Class: core.Misuse, Remedy: core.RemedyTeamPlain,
		Message: "what goes to this Redis can be read on its way, its password too; use rediss://, or agree to that with --plaintext",
	}
}

// CreateTeam implements api.Agent.
func (s *Service) CreateTeam(ctx context.Context, in api.TeamInput) (api.Team, error) {
	url, err := redisconn.Parse(in.Redis)
	if err == nil {
		err = mayPlain(url, in.Plain)
	}
	if err != nil {
		return api.Team{}, err
	}
	member, err := memberName(in.Member)
	if err != nil {
		return api.Team{}, err
	}
	s.edit.Lock()
	defer s.edit.Unlock()
	if l := s.teams.find(in.Name); l != nil && s.teams.whole(l) {
		return api.Team{}, &core.Error{Class: core.Misuse, Remedy: core.RemedyTeamThere, Message: "this machine is in a team of that name already; choose another name"}
	}
	invite := team.Invite{Team: in.Name, Redis: url, Keys: team.NewKeys(), Password: core.NewSecret(in.Password)}
	r := teamRecord{Redis: url.String(), Key: core.NewID(), MemberID: string(core.NewID()), Member: member, Entering: founding}
	l, err := s.enter(ctx, invite, r, (*team.Team).Found, s.teams.entered)
	if err != nil {
		return api.Team{}, err
	}
	s.log.Info("a team was made", "team", in.Name)
	return s.teamNow(ctx, l), nil
}

// entered ends the entry into a team that brings no accounts.
func (t *teams) entered(l *life, r teamRecord) error { return t.save(l, r) }

// enter makes this machine a member, or a member with other keys. First the record
// says that it is entering, then the vault gets the keys, then first asks the Redis,
// and last the record of a member is saved. If a crash interrupts that, it is undone.
// If this machine is in the team already, the keys in the vault decide. The edit lock
// is held.
func (s *Service) enter(ctx context.Context, i team.Invite, r teamRecord, first func(*team.Team, context.Context) error, last func(*life, teamRecord) error) (*life, error) {
	if err := s.openForWriting(ctx); err != nil {
		return nil, err
	}
	l := s.teams.find(i.Team)
	if l != nil && !s.teams.whole(l) {
		if err := s.teams.giveUp(ctx, l, false); err != nil {
			return nil, err
		}
		l = nil
	}
	secrets, err := i.Secrets()
	if err != nil {
		return nil, core.AsError(err)
	}
	defer clear(secrets)
	made, client, err := s.teams.connect(i, r)
	if err != nil {
		return nil, err
	}
	entry := func() error {
		asked, done := context.WithTimeout(ctx, teamTime)
		defer done()
		if err := first(made, asked); err != nil {
			return err
		}
		return made.Hello(asked)
	}
	keep := func() error { return s.vault.putSecret(ctx, r.Key, secrets) }
	steps := []func() error{entry, keep}
	if r.Entering != "" {
		l = &life{name: i.Team}
		begun := r
		steps = []func() error{func() error { return s.teams.save(l, begun) }, keep, entry}
		r.Entering = ""
	}
	for _, step := range append(steps, func() error { return last(l, r) }) {
		if err := step(); err != nil {
			made.Close()
			_ = client.Close()
			if l.member == nil && s.teams.find(l.name) == l && !s.teams.whole(l) {
				_ = s.teams.giveUp(context.WithoutCancel(ctx), l, false) // what stays is tried again at the next start
			}
			return nil, err
		}
	}
	s.teams.end(l, nil)
	s.teams.run(l, i, made, client)
	return l, nil
}

// InviteTo implements api.Agent.
func (s *Service) InviteTo(_ context.Context, name string, passphrase core.Secret) (api.Invite, error) {
	s.edit.Lock()
	defer s.edit.Unlock()
	l, err := s.teams.up(name)
	if err != nil {
		return api.Invite{}, err
	}
	return s.sealed(l, passphrase)
}

func (s *Service) sealed(l *life, passphrase core.Secret) (api.Invite, error) {
	if passphrase.Empty() {
		return api.Invite{}, emptyPassphrase()
	}
	s.teams.mu.RLock()
	i := l.invite
	s.teams.mu.RUnlock()
	file, err := i.Seal(passphrase, s.parts.BackupWork)
	if err != nil {
		return api.Invite{}, core.AsError(err)
	}
	return api.Invite{Team: l.name, Age: file}, nil
}

// LeaveTeam implements api.Agent.
func (s *Service) LeaveTeam(ctx context.Context, name string) (api.TeamLeft, error) {
	s.edit.Lock()
	defer s.edit.Unlock()
	l, err := s.teams.which(name)
	if err != nil {
		return api.TeamLeft{}, err
	}
	if err := s.vault.closed(); err != nil {
		return api.TeamLeft{}, err // its keys would stay there
	}
	var out api.TeamLeft
	if out.Paused, err = s.partWith(l, slices.Clone(l.record.Accounts), func(r *teamRecord) { r.Leaving = true }); err != nil {
		return out, err
	}
	if l.team != nil {
		asked, done := context.WithTimeout(ctx, teamTime)
		if err := l.team.Bye(asked); err != nil {
			s.log.Warn("the team still lists this machine for a while", "team", l.name, "error", err)
		}
		done()
	}
	s.teams.end(l, errNoTeam())
	if err := s.teams.forget(ctx, l); err != nil {
		return out, err
	}
	s.log.Info("left a team", "team", l.name)
	return out, nil
}

// partWith makes the tokens of accounts this machine's own. If a fetch from here
// would kill the team's token, the account is paused, and its name is returned. All
// of it is one change, together with what change does to the record. The edit lock is
// held.
func (s *Service) partWith(l *life, ids []core.ID, change func(*teamRecord)) (paused []string, err error) {
	r := l.record.without(ids...)
	change(&r)
	var changed []core.Account
	for _, id := range ids {
		if a, ok := s.accounts.get(id); ok && a.Auto && !s.spec(a.Kind).Traits.Repeat.Harmless() {
			a.Auto = false
			changed = append(changed, a)
		}
	}
	if err := s.teams.save(l, r, changed...); err != nil {
		return nil, err
	}
	for _, a := range changed {
		s.handOver(a, core.Token{})
		paused = append(paused, a.Ref())
	}
	slices.Sort(paused)
	s.teams.unshare(l, ids...)
	s.keeper.Republish(ids...)
	return paused, nil
}

// EditTeam implements api.Agent. The old settings are kept until the Redis has
// answered.
func (s *Service) EditTeam(ctx context.Context, name string, in api.TeamEdit) (api.Team, error) {
	s.edit.Lock()
	defer s.edit.Unlock()
	l, err := s.teams.up(name)
	if err != nil {
		return api.Team{}, err
	}
	next, r, moved := l.invite, l.record, false
	if in.Password != nil {
		next.Password = core.NewSecret(*in.Password)
	}
	if in.Redis != "" {
		if next.Redis, err = redisconn.Parse(in.Redis); err == nil {
			err = mayPlain(next.Redis, in.Plain)
		}
		if err != nil {
			return api.Team{}, err
		}
		moved = next.Redis.String() != r.Redis
		r.Redis = next.Redis.String()
	}
	r.Relist = r.Relist || moved // to one that may not know what is shared
	if l, err = s.enter(ctx, next, r, (*team.Team).Check, s.teams.entered); err != nil {
		return api.Team{}, err
	}
	asked, done := context.WithTimeout(ctx, teamTime)
	defer done()
	if err := s.teams.relist(asked, l); err != nil {
		return api.Team{}, err
	}
	s.log.Info("a team's Redis was entered anew", "team", l.name)
	return s.teamNow(ctx, l), nil
}

// listed is the roster's entry of an account.
func listed(a core.Account) team.Listed {
	return team.Listed{Name: a.Name, Env: a.Env, Kind: a.Kind, Product: a.Product, AppID: a.AppID, BaseURL: a.BaseURL, Params: a.Params}
}

// RotateTeam implements api.Agent. The vault has the new key before the team does, so
// that a crash between the two loses none.
func (s *Service) RotateTeam(ctx context.Context, name string, passphrase core.Secret) (api.Invite, error) {
	if passphrase.Empty() {
		return api.Invite{}, emptyPassphrase()
	}
	s.edit.Lock()
	defer s.edit.Unlock()
	l, err := s.teams.up(name)
	if err != nil {
		return api.Invite{}, err
	}
	old := l.team
	next := l.invite
	next.Keys = next.Keys.Rotate()
	if l, err = s.enter(ctx, next, l.record, func(_ *team.Team, ctx context.Context) error { return old.Check(ctx) }, s.teams.entered); err != nil {
		return api.Invite{}, err
	}
	asked, done := context.WithTimeout(ctx, teamTime)
	defer done()
	if err := l.team.Turnover(asked, next.Keys); err != nil {
		return api.Invite{}, err
	}
	s.log.Info("a team has a new key", "team", l.name)
	return s.sealed(l, passphrase)
}

// Share implements api.Agent.
func (s *Service) Share(ctx context.Context, ref api.Ref, in api.ShareInput) (api.Account, error) {
	s.edit.Lock()
	defer s.edit.Unlock()
	a, err := s.resolve(ref)
	if err != nil {
		return api.Account{}, err
	}
	l, err := s.teams.up(in.Team)
	if err != nil {
		return api.Account{}, err
	}
	if a.Env == core.Live {
		if err := mayPlain(l.invite.Redis, in.Plain); err != nil {
			return api.Account{}, err
		}
	}
	ids := s.sharing(a)
	if len(s.notElsewhere(l, slices.Clone(ids))) < len(ids) {
		return api.Account{}, &core.Error{
			Class: core.Misuse, Remedy: core.RemedyTeamShared, Kind: a.Kind,
			Message: fmt.Sprintf("the token of %s is another team's already; "+core.SaysUnshareThere, a.Ref()),
		}
	}
	token := s.keeper.TokenID(a)
	if !slices.Contains(l.record.Accounts, a.ID) { // a crash before the end is undone
		if err := s.teams.save(l, l.record.unlisted(token)); err != nil {
			return api.Account{}, err
		}
	}
	asked, done := context.WithTimeout(ctx, teamTime)
	defer done()
	if err := l.team.List(asked, token, listed(a)); err != nil {
		return api.Account{}, err
	}
	if err := s.teams.save(l, l.record.with(ids...).listed(token)); err != nil {
		return api.Account{}, err
	}
	s.teams.share(l, ids...)
	s.teams.give(asked, l.member, a.ID)
	s.keeper.Republish(ids...)
	return s.Account(ctx, refOf(a))
}

// Unshare implements api.Agent.
func (s *Service) Unshare(ctx context.Context, ref api.Ref) (api.Account, error) {
	s.edit.Lock()
	defer s.edit.Unlock()
	a, err := s.resolve(ref)
	if err != nil {
		return api.Account{}, err
	}
	s.teams.mu.RLock()
	l := s.teams.of[a.ID]
	s.teams.mu.RUnlock()
	if l == nil {
		return api.Account{}, errNoTeam()
	}
	token := s.keeper.TokenID(a)
	if _, err := s.partWith(l, s.sharing(a), func(r *teamRecord) { *r = r.unlisted(token) }); err != nil {
		return api.Account{}, err
	}
	s.teams.tidy(ctx, l)
	return s.Account(ctx, refOf(a))
}
