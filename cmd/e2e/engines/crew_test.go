//go:build linux

package engines

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/core/redisconn"
	"tokentray/core/team"
)

// crew is a rig whose team was made by the test, so that it can look inside.
type crew struct {
	*rig
	kind core.Kind
	keys team.Keys
	id   core.TokenID
	url  string // of the Redis, where no gate is before it; "": each machine's own gate
}

// newCrew makes a team on a Redis and shares the account shop.
func newCrew(t *testing.T, kind core.Kind, options ...string) *crew {
	t.Helper()
	c := &crew{rig: newRig(t, 0, options...), kind: kind, keys: team.NewKeys()}
	c.id = kinds.Builtin().TokenID(kinds.Builtin().Clean(core.Account{Name: "shop", Env: core.Sandbox, Kind: kind, AppID: appID, BaseURL: c.upstream.URL}))
	return c
}

// member is a member of the team inside the test process, with its Redis client.
func (c *crew) member(name string) (*team.Team, redisconn.Client) {
	c.t.Helper()
	url, err := redisconn.Parse(cmp.Or(c.url, c.redis.URL))
	if err != nil {
		c.t.Fatal(err)
	}
	client, err := redisconn.Open(url, redisconn.Options{})
	if err != nil {
		c.t.Fatal(err)
	}
	made, err := team.New("five", c.keys, client, team.Options{Self: team.Self{Name: name}})
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() {
		made.Close()
		_ = client.Close()
	})
	return made, client
}

// hire starts a machine that joins the team and gets the account, with its secret or
// without.
func (c *crew) hire(name string, secret bool) *machine {
	c.t.Helper()
	m := c.machine(name)
	if secret {
		m.add(string(c.kind))
	}
	c.join(m)
	return m
}

// join makes a machine join with an invite of its own. Its Redis is behind its gate.
func (c *crew) join(m *machine) {
	c.t.Helper()
	joined, err := c.tryJoin(m)
	if err != nil || !joined.Done || len(joined.Roster) != 1 || joined.Roster[0].Here != "shop/sandbox" {
		c.t.Fatalf("%s joins: %+v, %v", m.name, joined, err)
	}
}

// tryJoin lists the shop and has a machine join.
func (c *crew) tryJoin(m *machine) (api.TeamJoined, error) {
	c.t.Helper()
	made, _ := c.member("list")
	account := kinds.Builtin().Clean(core.Account{Name: "shop", Env: core.Sandbox, Kind: c.kind, AppID: appID, BaseURL: c.upstream.URL})
	if err := made.List(c.t.Context(), c.id, team.Listed{
		Name: "shop", Env: core.Sandbox, Kind: account.Kind, Product: account.Product, AppID: account.AppID, BaseURL: account.BaseURL, Params: account.Params,
	}); err != nil {
		c.t.Fatal(err)
	}
	return c.joined(m)
}

// joined has a machine join what is listed.
func (c *crew) joined(m *machine) (api.TeamJoined, error) {
	c.t.Helper()
	url, err := redisconn.Parse(cmp.Or(c.url, m.net.url))
	if err != nil {
		c.t.Fatal(err)
	}
	invite, err := team.Invite{Team: "five", Redis: url, Keys: c.keys}.Seal(core.NewSecret(invitePass), 10)
	if err != nil {
		c.t.Fatal(err)
	}
	return m.client.JoinTeam(c.t.Context(), api.TeamJoin{Age: invite, Passphrase: invitePass, Member: m.name, Apply: true})
}

// report reports a token that failed and returns the one that works.
func (m *machine) report(ctx context.Context, stale string) (string, error) {
	got, err := m.client.Refresh(ctx, shop(), api.RefreshRequest{Stale: stale, Person: true})
	return got.AccessToken, err
}

// revoke kills all tokens that the upstream has given out.
func (r *rig) revoke() { r.steer("/sim/revoke", map[string]any{"appid": appID}) }

// next kills the token and has one machine report it.
func (m *machine) next(stale string) string {
	m.t.Helper()
	m.revoke()
	got, err := m.report(m.t.Context(), stale)
	if err != nil || got == stale || got == "" {
		m.t.Fatalf("%s reports a dead token and gets %q, %v", m.name, core.Mask(got), err)
	}
	return got
}

// agree waits until all machines have the same token.
func agree(want string, machines ...*machine) {
	for _, m := range machines {
		m.t.Helper()
		m.until(m.name+" has the team's token", 60*time.Second, func() bool {
			got, err := m.token(m.t.Context())
			return err == nil && got == want
		})
	}
}

// oneLiving waits until all machines have the same token and upstream accepts it.
func (c *crew) oneLiving(limit time.Duration, machines ...*machine) (token string) {
	c.t.Helper()
	for deadline := time.Now().Add(limit); ; time.Sleep(20 * time.Millisecond) {
		var said []string
		given := map[string]bool{}
		for _, m := range machines {
			got, err := m.token(c.t.Context())
			token, given[got] = got, err == nil && c.lives(got)
			said = append(said, fmt.Sprintf("%s has %s (lives: %v, %v)", m.name, core.Mask(got), given[got], err))
		}
		if len(given) == 1 && given[token] {
			return token
		}
		if time.Now().After(deadline) {
			c.t.Fatalf("after %v there is no one living token of all:\n%s", limit, strings.Join(said, "\n"))
		}
	}
}

// watchTokens asks machines for the token all the time until the test ends or what it
// returns is called, and fails if one gives out a token that has ended, or one that it had
// given up before. A machine that does not answer is asked again.
func (c *crew) watchTokens(machines ...*machine) (end func()) {
	ctx, cancel := context.WithCancel(c.t.Context())
	var wg sync.WaitGroup
	for _, m := range machines {
		wg.Go(func() {
			client := api.Dial(m.socket)
			defer client.Close()
			given, last, n := map[string]bool{}, "", 0
			for ctx.Err() == nil {
				got, err := client.Token(ctx, shop(), 0)
				switch {
				case err != nil || got.AccessToken == last && got.ExpiresIn > 0:
				case got.ExpiresIn <= 0 || given[got.AccessToken]:
					c.t.Errorf("%s gives out %s with %d s left, known before: %v", m.name, core.Mask(got.AccessToken), got.ExpiresIn, given[got.AccessToken])
				default:
					given[got.AccessToken], last = true, got.AccessToken
				}
				if err == nil {
					n++
				}
				time.Sleep(50 * time.Millisecond)
			}
			c.t.Logf("%s gave out %d tokens, looked at %d times", m.name, len(given), n)
		})
	}
	return func() {
		cancel()
		wg.Wait()
	}
}

// lives reports whether the upstream accepts a token.
func (r *rig) lives(token string) bool {
	r.t.Helper()
	text, err := get(r.upstream.URL + "/cgi-bin/get_api_domain_ip?access_token=" + token)
	if err != nil {
		r.t.Fatal(err)
	}
	return strings.Contains(text, "ip_list")
}

func ptr[T any](v T) *T { return &v }
