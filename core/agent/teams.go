package agent

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/team"
)

// teams are the teams that this machine is in. It implements core.Team and passes
// each account's round to the account's team.
type teams struct {
	store    teamStore
	vault    *vaultAccess
	accounts *directory
	keeper   *core.Keeper
	log      *slog.Logger
	now      func() time.Time
	version  string
	idle     func() bool // reports whether renewal of all accounts is paused
	known    func(core.Kind) bool
	read     func(core.ID) // the team's token of an account was read
	part     func(l *life, ids []core.ID, change func(*teamRecord)) (paused []string, err error)

	running context.Context // ends with the agent; nil before Run

	mu   sync.RWMutex // guards the following fields; no calls are made under it
	all  map[string]*life
	of   map[core.ID]*life
	told map[core.ID]api.AccountTeam
	wg   sync.WaitGroup // reactions that are running
}

var _ core.Team = (*teams)(nil)

// keys returns the vault's keys of teams.
func (t *teams) keys() []core.ID {
	t.mu.RLock()
	defer t.mu.RUnlock()
	var out []core.ID
	for _, l := range t.all {
		out = append(out, l.record.Key)
	}
	return out
}

// names returns the teams' names, in order.
func (t *teams) names() []string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return slices.Sorted(maps.Keys(t.all))
}

func (t *teams) find(name string) *life {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.all[name]
}

// whole reports whether this machine is a member of a team: it has joined completely
// and has not left.
func (t *teams) whole(l *life) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return l.record.whole()
}

// member returns the member for an account. If there is none, why says why.
func (t *teams) member(id core.ID) (m *team.Member, why *core.Error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	l := t.of[id]
	switch {
	case l == nil:
		return nil, errNoTeam()
	case l.member == nil && l.err == nil: // it is being entered, perhaps anew
		return nil, &core.Error{
			Class: core.Temporary, Remedy: core.RemedyTryAgain,
			Message: fmt.Sprintf("team %s is being entered; try again", l.name),
		}
	}
	return l.member, l.err
}

// Shares implements core.Team.
func (t *teams) Shares(a core.Account) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.of[a.ID] != nil
}

// Turn implements core.Team.
func (t *teams) Turn(ctx context.Context, turn core.Turn) core.Turned {
	m, why := t.member(turn.Account.ID)
	if m == nil {
		return core.Turned{Err: why}
	}
	out := m.Turn(ctx, turn)
	t.show(turn.Account.ID)
	return out
}

// CountForce implements core.Team.
func (t *teams) CountForce(ctx context.Context, a core.Account, id core.TokenID, day string, budget int) (bool, error) {
	m, why := t.member(a.ID)
	if m == nil {
		return false, why
	}
	return m.CountForce(ctx, a, id, day, budget)
}

// Count implements core.Team.
func (t *teams) Count(ctx context.Context, a core.Account, id core.TokenID, day string, calls int) {
	if m, _ := t.member(a.ID); m != nil {
		m.Count(ctx, a, id, day, calls)
	}
}

// view returns what a row says about the team that shares its token, or nil.
func (t *teams) view(id core.ID) *api.AccountTeam {
	t.mu.RLock()
	defer t.mu.RUnlock()
	l := t.of[id]
	if l == nil {
		return nil
	}
	out := api.AccountTeam{Name: l.name}
	err := l.err
	if l.member != nil {
		seen := l.member.Seen(id)
		out.By, out.At, err = seen.By, seen.At, seen.Err
	}
	if err != nil {
		out.Error = api.FromError(err)
	}
	return &out
}

// has reports whether a token is the newest of the team that shares the account, or the
// account is shared with no team.
func (t *teams) has(id core.ID, token string) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	l := t.of[id]
	return l == nil || l.member != nil && l.member.Has(id, token)
}

// show publishes an account if that changed.
func (t *teams) show(id core.ID) {
	now := t.view(id)
	if now == nil {
		return
	}
	t.mu.Lock()
	was, known := t.told[id]
	same := known && was.By == now.By && was.At.Sub(now.At).Abs() < time.Second && (was.Error == nil) == (now.Error == nil) &&
		(was.Error == nil || was.Error.Message == now.Error.Message)
	t.told[id] = *now
	t.mu.Unlock()
	if !same {
		t.keeper.Republish(id)
	}
}

// share makes a team's member share accounts of its record. The edit lock is held.
func (t *teams) share(l *life, ids ...core.ID) {
	if l.member == nil {
		return
	}
	for _, id := range ids {
		t.shareWith(l.member, id)
	}
}

// kindIsThere makes accounts of a kind that was missing share the tokens that it names.
// The edit lock is held.
func (t *teams) kindIsThere(kind core.Kind) {
	for _, a := range t.accounts.all() {
		if l := t.sharing(a.ID); a.Kind == kind && l != nil {
			t.share(l, a.ID)
		}
	}
}

// unshare stops sharing accounts that are no longer in a record. The edit lock is
// held.
func (t *teams) unshare(l *life, ids ...core.ID) {
	t.mu.Lock()
	for _, id := range ids {
		delete(t.told, id)
	}
	t.mu.Unlock()
	if l.member == nil {
		return
	}
	for _, id := range ids {
		l.member.Unshare(id)
	}
}

// drop stops sharing accounts, after parting was called for them and before the Keeper
// knows what they ask for now. tidy, to be called afterwards, asks the Redis. The edit lock
// is held.
func (t *teams) drop(ids ...core.ID) (tidy func(context.Context), err error) {
	of := map[*life][]core.ID{}
	for _, id := range ids {
		if l := t.sharing(id); l != nil {
			of[l] = append(of[l], id)
		}
	}
	for l, gone := range of {
		r := l.record.without(gone...)
		if e := t.save(l, r); e != nil { // the next start finishes it, see teamRecord.Parting
			err = e
			t.use(l, r)
			delete(of, l)
		}
		t.unshare(l, gone...)
	}
	return func(ctx context.Context) {
		for l := range of {
			t.tidy(ctx, l)
		}
	}, err
}

// sharing is the team that shares an account, or nil.
func (t *teams) sharing(id core.ID) *life {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.of[id]
}

func errNoTeam() *core.Error {
	return &core.Error{
		Class: core.NotFound, Remedy: core.RemedyTeamNone,
		Message: core.SaysNoSuchTeam + "; tokentray team status shows those it is in",
	}
}

// which returns the team with a name, or the only team.
func (t *teams) which(name string) (*life, error) {
	if name == "" {
		names := slices.DeleteFunc(t.names(), func(n string) bool { return !t.whole(t.find(n)) })
		if len(names) > 1 {
			return nil, &core.Error{Class: core.Invalid, Remedy: core.RemedyTeamOther, Message: core.SaysSeveralTeams + "; say which one"}
		}
		name = slices.Concat(names, []string{""})[0]
	}
	l := t.find(name)
	if l == nil || !t.whole(l) {
		return nil, errNoTeam()
	}
	return l, nil
}

// up returns the team with a name if it has its keys, or says why it has none.
func (t *teams) up(name string) (*life, error) {
	l, err := t.which(name)
	switch {
	case err != nil:
		return nil, err
	case l.member == nil:
		return nil, l.err
	}
	return l, nil
}
