package agent

import (
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/redisconn/redistest"
)

const teamPassword = "hunter2-of-the-redis"

// crew is a team of agents in one process, with a Redis and one upstream.
type crew struct {
	t      *testing.T
	server *redistest.Server
	redis  redis.UniversalClient // as the default user
	up     *upstream
}

// newCrew starts a Redis whose user tt has a password.
func newCrew(t *testing.T) *crew {
	t.Helper()
	s := redistest.Start(t, "--user", "default", "on", "nopass", "~*", "&*", "+@all", "--user", "tt", "on", ">"+teamPassword, "~*", "&*", "+@all")
	c := s.Client()
	t.Cleanup(func() { _ = c.Close() })
	return &crew{t: t, server: s, redis: c, up: &upstream{}}
}

func (c *crew) url() string { return "unix://tt@" + strings.TrimPrefix(c.server.URL, "unix://") }

// member starts an agent whose upstream is the team's.
func (c *crew) member() *running {
	c.t.Helper()
	w := newWorld(c.t)
	w.up = c.up
	return w.start()
}

// founder is a member that made the team and shares an account of a kind.
func (c *crew) founder(kind core.Kind) (*running, api.Ref) {
	c.t.Helper()
	r := c.member()
	in := input("shop", core.Sandbox, appID)
	in.Kind = &kind
	saved, err := r.client.Add(c.t.Context(), in)
	if err != nil || saved.Account.Error != nil {
		c.t.Fatalf("%+v, %v", saved.Account.Error, err)
	}
	if _, err := r.client.CreateTeam(c.t.Context(), api.TeamInput{Name: "five", Redis: c.url(), Password: teamPassword, Member: "laptop"}); err != nil {
		c.t.Fatal(err)
	}
	ref := saved.Account.Ref()
	if got, err := r.client.Share(c.t.Context(), ref, api.ShareInput{}); err != nil || got.Team == nil || got.Team.Name != "five" {
		c.t.Fatalf("%+v, %v", got.Team, err)
	}
	return r, ref
}

func (c *crew) invite(from *running) api.TeamJoin {
	c.t.Helper()
	i, err := from.client.InviteTo(c.t.Context(), "five", core.NewSecret("pass"))
	if err != nil {
		c.t.Fatal(err)
	}
	return api.TeamJoin{Age: i.Age, Passphrase: "pass", Apply: true}
}

func (c *crew) join(r *running, in api.TeamJoin, name string) api.TeamJoined {
	c.t.Helper()
	in.Member = name
	out, err := r.client.JoinTeam(c.t.Context(), in)
	if err != nil || out.Done != in.Apply {
		c.t.Fatalf("%+v, %v", out, err)
	}
	return out
}

// token returns the token that an agent has.
func (r *running) token(ref api.Ref) string {
	r.world.t.Helper()
	got, err := r.client.Token(r.world.t.Context(), ref, 0)
	if err != nil {
		r.world.t.Fatal(err)
	}
	return got.AccessToken
}

// agrees waits until an agent has a token.
func (r *running) agrees(t *testing.T, events <-chan api.Event, ref api.Ref, want string) {
	t.Helper()
	if r.token(ref) == want {
		return
	}
	until(t, events, "the team's token", func(a api.Account) bool { return a.Ref() == ref && a.Mask == core.Mask(want) })
	if got := r.token(ref); got != want {
		t.Fatalf("the token is %s, the team's is %s", core.Mask(got), core.Mask(want))
	}
}

func (r *running) row(ref api.Ref) api.Account {
	r.world.t.Helper()
	a, err := r.client.Account(r.world.t.Context(), ref)
	if err != nil {
		r.world.t.Fatal(err)
	}
	return a
}

// kill makes the upstream give out a token elsewhere, which kills the others.
func (c *crew) kill() {
	c.up.mu.Lock()
	defer c.up.mu.Unlock()
	c.up.issued = append(c.up.issued, "elsewhere")
}

// last waits until the upstream has given out n tokens and returns the last.
func (c *crew) last(n int) string {
	c.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		switch got := c.up.tokens(); {
		case len(got) >= n:
			return got[len(got)-1]
		case time.Now().After(deadline):
			c.t.Fatalf("the upstream gave out %d tokens, not %d", len(got), n)
		}
	}
}

// founderIn is founder in an existing world.
func (c *crew) founderIn(w *world, kind core.Kind) (*running, api.Ref) {
	c.t.Helper()
	r := w.start()
	in := input("shop", core.Sandbox, appID)
	in.Kind = &kind
	if _, err := r.client.Add(c.t.Context(), in); err != nil {
		c.t.Fatal(err)
	}
	if _, err := r.client.CreateTeam(c.t.Context(), api.TeamInput{Name: "five", Redis: c.url(), Password: teamPassword, Member: "laptop"}); err != nil {
		c.t.Fatal(err)
	}
	ref := api.Ref{Name: "shop", Env: core.Sandbox}
	if _, err := r.client.Share(c.t.Context(), ref, api.ShareInput{}); err != nil {
		c.t.Fatal(err)
	}
	return r, ref
}
