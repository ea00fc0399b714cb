package agent

import (
	"context"

	"tokentray/core"
	"tokentray/core/redisconn"
	"tokentray/core/team"
)

// life is a team that this machine is in. While the vault is closed it has no member,
// and its accounts are not fetched.
type life struct {
	name   string
	record teamRecord
	err    *core.Error // why it has no member

	invite team.Invite
	client redisconn.Client
	team   *team.Team
	member *team.Member
	cancel context.CancelFunc
	done   chan struct{}
}

// start begins all teams that have not begun, after the vault was opened. The edit
// lock is held.
func (t *teams) start(ctx context.Context) {
	if t.running == nil || t.running.Err() != nil {
		return
	}
	for _, name := range t.names() {
		l := t.find(name)
		switch {
		case l.member != nil:
		case !l.record.whole():
			if err := t.giveUp(ctx, l, true); err != nil {
				t.log.Warn("a team that was left, or never joined, is still in the vault", "team", name, "error", err)
			}
		default:
			if err := t.begin(ctx, l); err != nil {
				t.log.Warn("a team cannot be joined", "team", name, "error", err)
				continue
			}
			t.tidy(ctx, l)
		}
	}
}

// begin starts a team with its secrets from the vault.
func (t *teams) begin(ctx context.Context, l *life) error {
	fail := func(err error) error {
		t.mu.Lock()
		l.err = core.AsError(err)
		t.mu.Unlock()
		return err
	}
	invite, err := t.secrets(ctx, l)
	if err != nil {
		return fail(err)
	}
	if url := invite.Redis.String(); url != l.record.Redis { // a crash came between the two
		r := l.record
		r.Redis, r.Relist = url, true
		if err := t.save(l, r); err != nil {
			return fail(err)
		}
	}
	made, client, err := t.connect(invite, l.record)
	if err != nil {
		return fail(err)
	}
	t.run(l, invite, made, client)
	return nil
}

// connect makes a client of the team on its Redis. It sends nothing.
func (t *teams) connect(i team.Invite, r teamRecord) (*team.Team, redisconn.Client, error) {
	far := core.ReachSelf
	if i.Redis.Plain() { // a person agreed
		far = core.ReachAll
	}
	client, err := redisconn.Open(i.Redis, redisconn.Options{
		Reach:    far,
		Password: func(context.Context) (string, error) { return i.Password.Reveal(), nil },
	})
	if err != nil {
		return nil, nil, err
	}
	made, err := team.New(i.Team, i.Keys, client, team.Options{Self: team.Self{ID: r.MemberID, Name: r.Member, Version: t.version}, Log: t.log})
	if err != nil {
		_ = client.Close()
		return nil, nil, err
	}
	return made, client, nil
}

// run runs a team until end is called.
func (t *teams) run(l *life, invite team.Invite, made *team.Team, client redisconn.Client) {
	ctx, cancel := context.WithCancel(t.running)
	m := team.NewMember(made, func(id core.ID, p team.Published) { t.adopt(ctx, id, p) })
	for _, id := range l.record.Accounts {
		t.shareWith(m, id)
	}
	done := make(chan struct{})
	t.mu.Lock()
	l.invite, l.client, l.team, l.member, l.cancel, l.done, l.err = invite, client, made, m, cancel, done, nil
	t.mu.Unlock()
	go func() {
		defer close(done)
		m.Run(ctx)
	}()
}

// shareWith makes an account's token one that the member shares.
func (t *teams) shareWith(m *team.Member, id core.ID) {
	if a, ok := t.accounts.get(id); ok {
		m.Share(a, t.keeper.TokenID(a), func() string {
			now, _ := t.accounts.get(id)
			return t.keeper.Day(now)
		})
	}
}

// end ends a team's life and forgets its secrets.
func (t *teams) end(l *life, why *core.Error) {
	t.mu.Lock()
	cancel, done, made, client := l.cancel, l.done, l.team, l.client
	l.invite, l.client, l.team, l.member, l.cancel, l.done, l.err = team.Invite{}, nil, nil, nil, nil, nil, why
	t.mu.Unlock()
	if cancel == nil {
		return
	}
	cancel()
	<-done
	made.Close()
	_ = client.Close()
}

// stop ends all teams, because the vault closes or the agent ends.
func (t *teams) stop(why *core.Error) {
	for _, name := range t.names() {
		t.end(t.find(name), why)
	}
	t.wg.Wait()
}
