package team

import (
	"context"
	"slices"
	"sync"
	"time"

	"tokentray/core"
)

// Member gives a Keeper the team's tokens. It implements core.Team.
type Member struct {
	team     *Team
	onUpdate func(core.ID, Published)

	mu       sync.RWMutex
	shared   map[core.ID]*place
	of       map[string][]core.ID // by the channel of their token
	accounts map[core.TokenID]*Account
	news     chan struct{} // signals that the shared accounts changed
	err      *core.Error   // the last error of the Redis; nil: it works
}

// place is where the token of an account comes from.
type place struct {
	account *Account
	day     func() string // see core.Turn
	read    time.Time     // last read, monotonic
	apart   time.Duration // how much later than others it is read again
	err     *core.Error   // of that read; nil: it worked
	counts  core.DayCounts
	wanted  string // the token of that read, if a member reported it and no round has answered
}

var _ core.Team = (*Member)(nil)

// NewMember returns a member that shares no account yet. onUpdate is called for each
// account that Run has read and may block. nil: it is not called.
func NewMember(t *Team, onUpdate func(core.ID, Published)) *Member {
	if onUpdate == nil {
		onUpdate = func(core.ID, Published) {}
	}
	return &Member{team: t, onUpdate: onUpdate, shared: map[core.ID]*place{}, of: map[string][]core.ID{}, accounts: map[core.TokenID]*Account{}, news: make(chan struct{}, 1)}
}

// Share makes an account's token the team's, from its next round on. day is the day
// for which calls are counted; nil: they are not counted.
func (m *Member) Share(a core.Account, id core.TokenID, day func() string) {
	if day == nil {
		day = func() string { return "" }
	}
	m.mu.Lock()
	m.drop(a.ID)
	p := &place{account: m.find(a.Kind, id), day: day}
	m.shared[a.ID] = p
	m.of[p.account.channel] = append(m.of[p.account.channel], a.ID)
	m.mu.Unlock()
	m.changed()
}

// Unshare makes an account's token its own again.
func (m *Member) Unshare(id core.ID) {
	m.mu.Lock()
	m.drop(id)
	m.mu.Unlock()
	m.changed()
}

// drop forgets an account. The lock is held.
func (m *Member) drop(id core.ID) {
	p := m.shared[id]
	if p == nil {
		return
	}
	delete(m.shared, id)
	c := p.account.channel
	if m.of[c] = slices.DeleteFunc(m.of[c], func(other core.ID) bool { return other == id }); len(m.of[c]) == 0 {
		delete(m.of, c)
	}
}

func (m *Member) changed() {
	select {
	case m.news <- struct{}{}:
	default: // a signal is waiting already
	}
}

// Shares implements core.Team.
func (m *Member) Shares(a core.Account) bool {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.shared[a.ID] != nil
}

// find returns the team's account of a token. It remembers the newest version seen.
// The lock is held.
func (m *Member) find(kind core.Kind, id core.TokenID) *Account {
	a := m.accounts[id]
	if a == nil {
		a = m.team.Account(kind, id)
		m.accounts[id] = a
	}
	return a
}

func (m *Member) account(kind core.Kind, id core.TokenID) *Account {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.find(kind, id)
}

// Seen is the state of an account as this machine knows it.
type Seen struct {
	Mark
	Err    *core.Error // the last error of reading the team's token
	Counts core.DayCounts
}

// Err returns the last error of the Redis; nil: it works.
func (m *Member) Err() *core.Error {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.err
}

// CountForce implements core.Team.
func (m *Member) CountForce(ctx context.Context, a core.Account, id core.TokenID, day string, budget int) (bool, error) {
	return m.account(a.Kind, id).CountForce(ctx, day, budget)
}

// Count implements core.Team.
func (m *Member) Count(ctx context.Context, a core.Account, id core.TokenID, day string, calls int) {
	if err := m.account(a.Kind, id).Count(ctx, day, calls); err != nil {
		m.team.log.Warn("calls are missing in the team's count", "error", err)
	}
}

// Has reports whether a token is the newest of the team that this machine knows.
func (m *Member) Has(id core.ID, token string) bool {
	m.mu.RLock()
	p := m.shared[id]
	m.mu.RUnlock()
	return p != nil && p.account.Has(token)
}

// Seen returns the state of an account without asking the Redis.
func (m *Member) Seen(id core.ID) Seen {
	m.mu.RLock()
	defer m.mu.RUnlock()
	p := m.shared[id]
	if p == nil {
		return Seen{}
	}
	out := Seen{Mark: p.account.Mark(), Err: p.err, Counts: p.counts}
	if out.Err == nil {
		out.Err = m.err
	}
	return out
}
