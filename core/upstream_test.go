package core_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"tokentray/core"
)

const twoHours = 7200 * time.Second

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

// upstream is a faithful model of an upstream for one account, in the test's own
// time. Its traits say what asking again does.
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

// behaves tells the traits, through whatever the upstream is embedded in.
func (u *upstream) behaves() core.Traits { return u.traits }

// legacy makes the upstream a destructive one.
func (u *upstream) legacy(yes bool) {
	if yes {
		u.traits = legacy
	}
}

func (u *upstream) window() time.Duration {
	if u.life < 300*time.Second {
		return u.life / 2
	}
	return 300 * time.Second
}

// mint makes another token. The traits say what happens to the earlier ones.
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
	u.mu.Lock()
	delay := u.delay
	u.mu.Unlock()
	select {
	case <-time.After(delay):
	case <-ctx.Done():
		return core.Grant{}, ctx.Err()
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

// refuser refuses some tokens although its upstream hands them out.
type refuser struct {
	*upstream
	dead    map[string]bool
	refused int // checks
}

func (r *refuser) Check(ctx context.Context, req core.Request, token string) error {
	if r.dead[token] {
		r.refused++
		return core.ErrDead
	}
	return r.upstream.Check(ctx, req, token)
}

// unable is a source that cannot check a token.
type unable struct{ core.Source }

func (u unable) behaves() core.Traits {
	return u.Source.(interface{ behaves() core.Traits }).behaves()
}

// asking is stable with another answer to being asked again.
func asking(again core.Repeat, change func(*core.Traits)) core.Traits {
	out := core.Traits{Repeat: again, Window: 300 * time.Second}
	if change != nil {
		change(&out)
	}
	return out
}

// script is a source that returns set answers in turn.
type script struct {
	t       *testing.T
	traits  core.Traits
	answers []answer // to fetches
	checks  []error
	forced  int
}

// answer is a grant, or an error.
type answer struct {
	value string
	left  time.Duration
	err   error
}

func (s *script) behaves() core.Traits { return s.traits }

func (s *script) Fetch(_ context.Context, req core.Request) (core.Grant, error) {
	if req.Force {
		s.forced++
	}
	if len(s.answers) == 0 {
		s.t.Error("one fetch too many")
		return core.Grant{}, &core.Error{Class: core.Internal, Message: "the script is over"}
	}
	a := s.answers[0]
	s.answers = s.answers[1:]
	return core.Grant{Value: a.value, ExpiresIn: a.left}, a.err
}

func (s *script) Check(context.Context, core.Request, string) error {
	if len(s.checks) == 0 {
		s.t.Error("one check too many")
		return nil
	}
	err := s.checks[0]
	s.checks = s.checks[1:]
	return err
}
