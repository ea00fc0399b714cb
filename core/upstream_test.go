package core_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"tokentray/core"
)

// upstream is a faithful model of an upstream for one account, in the test's
// own time. What asking again does is told by its traits.
type upstream struct {
	traits core.Traits
	life   time.Duration
	delay  time.Duration

	mu      sync.Mutex
	n       int
	current minted
	older   []minted
	calls   int
	checks  int
	forces  int
	down    bool
	outages []time.Time // beginnings of ten minutes without an answer
	err     *core.Error
	failing float64 // share of calls that fail
	rnd     *rand.Rand
}

type minted struct {
	value string
	dies  time.Time
}

func newUpstream(life time.Duration) *upstream {
	return &upstream{traits: stable, life: life, rnd: rand.New(rand.NewPCG(1, 2))}
}

func (u *upstream) window() time.Duration {
	if u.life < 300*time.Second {
		return u.life / 2
	}
	return 300 * time.Second
}

// behaves tells the traits, through whatever the upstream is embedded in.
func (u *upstream) behaves() core.Traits { return u.traits }

// legacy makes the upstream a destructive one.
func (u *upstream) legacy(yes bool) {
	if yes {
		u.traits = legacy
	}
}

// mint makes another token. What becomes of those before is told by the traits.
func (u *upstream) mint(now time.Time) {
	if old := u.current; old.value != "" {
		switch u.traits.Repeat {
		case core.RepeatNewAllLive:
			u.older = append(u.older, old)
		case core.RepeatNewTwoLive:
			u.older = []minted{old}
		default:
			if until := now.Add(min(u.traits.Overlap, u.window())); old.dies.After(until) {
				old.dies = until
			}
			u.older = []minted{old}
		}
	}
	u.n++
	u.current = minted{value: fmt.Sprintf("token-%08d-of-the-test-upstream", u.n), dies: now.Add(u.life)}
}

// again answers a call that forces nothing.
func (u *upstream) again(now time.Time) {
	left := u.current.dies.Sub(now)
	switch u.traits.Repeat {
	case core.RepeatSame:
		if left <= u.window() {
			u.mint(now)
		}
	case core.RepeatSameRenewed:
		if left <= 0 {
			u.mint(now)
		}
		u.current.dies = now.Add(u.life)
	default:
		u.mint(now)
	}
}

func (u *upstream) Fetch(ctx context.Context, req core.Request) (core.Grant, error) {
	if u.delay > 0 {
		select {
		case <-time.After(u.delay):
		case <-ctx.Done():
			return core.Grant{}, ctx.Err()
		}
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.calls++
	now := time.Now()
	switch {
	case u.err != nil:
		return core.Grant{}, u.err
	case u.down || u.unreachable(now) || u.rnd.Float64() < u.failing:
		return core.Grant{}, &core.Error{Class: core.Temporary, Message: "no answer; try again"}
	}
	if req.Force && u.traits.ForceBudget > 0 {
		u.forces++
		u.mint(now)
		u.older = nil
	} else {
		u.again(now)
	}
	return core.Grant{Value: u.current.value, ExpiresIn: u.current.dies.Sub(now).Truncate(time.Second)}, nil
}

// outage is how long each of the outages lasts.
const outage = 10 * time.Minute

func (u *upstream) unreachable(now time.Time) bool {
	for _, o := range u.outages {
		if s := now.Sub(o); s >= 0 && s < outage {
			return true
		}
	}
	return false
}

func (u *upstream) Check(_ context.Context, _ core.Request, token string) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.checks++
	if u.down {
		return &core.Error{Class: core.Temporary, Message: "no answer; try again"}
	}
	if !u.accepts(token) {
		return fmt.Errorf("errcode 40001: %w", core.ErrDead)
	}
	return nil
}

// accepts tells whether the token works at upstream. The lock is held.
func (u *upstream) accepts(token string) bool {
	now := time.Now()
	for _, m := range append([]minted{u.current}, u.older...) {
		if m.value == token && m.dies.After(now) {
			return true
		}
	}
	return false
}

// Accepts is accepts for those without the lock.
func (u *upstream) Accepts(token string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.accepts(token)
}

// kill makes upstream refuse its current token while it goes on handing it out.
func (u *upstream) kill() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.current.value = "dead"
}

func (u *upstream) set(fn func()) {
	u.mu.Lock()
	defer u.mu.Unlock()
	fn()
}

func (u *upstream) count() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.calls
}

// vault hands out the same credentials for every account, or its error.
type vault struct {
	mu    sync.Mutex
	err   *core.Error
	asked int
}

func (v *vault) Credentials(context.Context, core.Account) (core.Credentials, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.asked++
	if v.err != nil {
		return core.Credentials{}, v.err
	}
	return core.Credentials{Secret: core.NewSecret("s3cret-of-the-test")}, nil
}

func (v *vault) set(err *core.Error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.err = err
}

// journal keeps everything in memory.
type journal struct {
	mu     sync.Mutex
	tokens map[core.ID]core.Token
	lines  []core.Entry
	forced map[string]int
	calls  map[string]int // by day
	last   time.Time

	records int
	delay   time.Duration
	only    string
	err     error
}

func newJournal() *journal {
	return &journal{tokens: map[core.ID]core.Token{}, forced: map[string]int{}, calls: map[string]int{}}
}

func (j *journal) Record(id core.ID, r core.Record) error {
	j.mu.Lock()
	d := j.delay
	if r.Token == nil || j.only != "" && j.only != r.Token.Value {
		d = 0
	}
	j.mu.Unlock()
	time.Sleep(d)
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err != nil {
		return j.err
	}
	j.records++
	if r.Token != nil {
		j.tokens[id] = *r.Token
	}
	if r.Line != nil {
		j.lines = append(j.lines, *r.Line)
	}
	j.calls[r.Day] += r.Calls
	return nil
}

// slow makes each record of a token take d, of one token alone if only is set.
func (j *journal) slow(d time.Duration, only string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.delay, j.only = d, only
}

// fail makes every record fail with err, until it is nil.
func (j *journal) fail(err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.err = err
}

func (j *journal) RefusedIP(_ core.ID, ip string) (string, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, e := range slices.Backward(j.lines) {
		if e.CallerIP != "" && e.CallerIP != ip {
			return e.CallerIP, nil
		}
	}
	return "", nil
}

func (j *journal) Forced(_ core.ID, day string) (int, time.Time, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.forced[day], j.last, nil
}

func (j *journal) CountForce(_ core.ID, day string, at time.Time) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.forced[day]++
	j.last = at
	return nil
}

// called tells how many calls the journal counts on a day.
func (j *journal) called(day string) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.calls[day]
}

func (j *journal) token(id core.ID) core.Token {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.tokens[id]
}

// wall is a wall clock that the test can set, apart from the steady time.
type wall struct {
	mu     sync.Mutex
	offset time.Duration
}

func (w *wall) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Round(0).Add(w.offset)
}

func (w *wall) jump(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.offset += d
}

// beijing is the zone of the test upstream's days.
const beijing core.Zone = "+08:00"

// The kinds of the tests: like WeChat's two.
const (
	kindStable core.Kind = "stable"
	kindLegacy core.Kind = "legacy"
)

var (
	stable = core.Traits{Repeat: core.RepeatSame, Window: 300 * time.Second, Overlap: 300 * time.Second, ForceBudget: 20, ForceGap: 30 * time.Second, Day: beijing}
	legacy = core.Traits{Repeat: core.RepeatDestructive, Window: 300 * time.Second, Overlap: 300 * time.Second, Day: beijing}
)

// house is a running Keeper with one account, shop.
type house struct {
	*core.Keeper
	t       *testing.T
	zone    core.Zone
	up      *upstream
	vault   *vault
	journal *journal
	wall    *wall
	account core.Account
	renewed func(core.ID, core.Token) // told of renewals, when set
	stop    func()
}

// open starts a Keeper for an account; call it inside a synctest bubble.
func open(t *testing.T, up *upstream, with func(*core.Account), stored core.Token) *house {
	t.Helper()
	h := &house{up: up, vault: &vault{}, journal: newJournal(), wall: &wall{}}
	h.account = core.Account{ID: "1", Name: "shop", Env: core.Sandbox, Kind: kindStable, AppID: "wx0", Auto: true}
	traits := up.traits
	if with != nil {
		with(&h.account)
	}
	h.Keeper = core.NewKeeper(core.Config{
		Upstreams: map[core.Kind]core.Upstream{h.account.Kind: {Source: up, Traits: traits}},
		Vault:     h.vault, Journal: h.journal, Now: h.wall.Now,
	})
	h.Put(h.account, stored)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- h.Run(ctx) }()
	h.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	return h
}
