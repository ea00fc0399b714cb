//go:build linux

package engines

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"syscall"
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
		m.until(m.name+" has the team's token", 20*time.Second, func() bool {
			got, err := m.token(m.t.Context())
			return err == nil && got == want
		})
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

// TestHoldersEnd kills the machine that holds the lease before, during and after its
// call, and stops it for longer than the lease. Another machine takes over, no older
// token replaces a newer one, and the upstream is asked only as often as the failures
// require.
func TestHoldersEnd(t *testing.T) {
	t.Parallel()
	c := newCrew(t, legacy)
	a, b, plain := c.hire("a", true), c.hire("b", true), c.hire("plain", false)
	token := a.mustToken()
	agree(token, b, plain)
	if n := c.asked(); n != 1 || plain.web.asked() != 0 {
		t.Fatalf("the upstream was asked %d times, %d of them without a secret", n, plain.web.asked())
	}
	defer c.watchTokens(a, b, plain)()
	asked := c.asked()
	calls := func(what string, want int) {
		t.Helper()
		if n := c.asked() - asked; n != want {
			t.Errorf("%s: the upstream was asked for a token %d times, not %d", what, n, want)
		}
		asked = c.asked()
	}

	t.Log("killed before its call: its lease ends by itself")
	dead, _ := c.member("dead")
	if l, _, err := dead.Account(c.kind, c.id).Acquire(t.Context()); l == nil || err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	token = b.next(token)
	followed(t, began, 10500*time.Millisecond)
	agree(token, a, plain)
	calls("killed before its call", 1)

	t.Log("killed during its call")
	reached := make(chan struct{})
	hang := make(chan struct{})
	a.web.set(func() bool { close(reached); <-hang; return false }, nil, "")
	c.revoke()
	go func() { _, _ = a.report(context.WithoutCancel(t.Context()), token) }()
	<-reached
	a.kill()
	began = time.Now()
	close(hang)
	a.web.set(nil, nil, "")
	got, err := b.report(t.Context(), token)
	if err != nil || got == token {
		t.Fatalf("b: %v", err)
	}
	followed(t, began, 25500*time.Millisecond)
	token = got
	agree(token, plain)
	calls("killed during its call", 2)
	a.start()
	agree(token, a)
	calls("started again", 0)

	t.Log("killed after its call")
	a.web.set(nil, func() { _ = a.cmd.Process.Kill() }, "")
	c.revoke()
	_, _ = a.report(t.Context(), token)
	a.kill()
	a.web.set(nil, nil, "")
	if got, err = b.report(t.Context(), token); err != nil || got == token {
		t.Fatalf("b: %v", err)
	}
	token = got
	agree(token, plain)
	if n := c.asked() - asked; n > 2 {
		t.Errorf("killed after its call: the upstream was asked %d times", n)
	}
	a.start()
	agree(token, a)

	t.Log("stopped for longer than its lease")
	asked = c.asked()
	reached, hang = make(chan struct{}), make(chan struct{})
	a.web.set(func() bool { close(reached); <-hang; return true }, nil, "")
	c.revoke()
	go func() { _, _ = a.report(context.WithoutCancel(t.Context()), token) }()
	<-reached
	a.signal(syscall.SIGSTOP)
	if got, err = b.report(t.Context(), token); err != nil || got == token {
		t.Fatalf("b: %v", err)
	}
	token = got
	a.web.set(nil, nil, "")
	close(hang) // its call arrives now and kills b's token
	a.signal(syscall.SIGCONT)
	// The late publish is refused, b's token is checked once, and all get a living
	// one.
	c.until("all have the same living token", 60*time.Second, func() bool {
		one, err1 := a.token(t.Context())
		two, err2 := b.token(t.Context())
		three, err3 := plain.token(t.Context())
		return err1 == nil && err2 == nil && err3 == nil && one == two && two == three && c.lives(one)
	})
	if n := c.asked() - asked; n > 3 {
		t.Errorf("stopped: the upstream was asked %d times", n)
	}

	t.Log("ended as a person ends it, during its call: followed at once")
	reached, hang = make(chan struct{}), make(chan struct{})
	defer close(hang)
	a.web.set(func() bool { close(reached); <-hang; return false }, nil, "")
	c.revoke()
	go func() { _, _ = a.report(context.WithoutCancel(t.Context()), token) }()
	<-reached
	answer := make(chan error)
	go func() {
		var err error
		got, err = b.report(t.Context(), token)
		answer <- err
	}()
	time.Sleep(4 * time.Second) // a report waits that long for the one before
	began = time.Now()
	a.signal(syscall.SIGTERM)
	if err := <-answer; err != nil || got == token {
		t.Fatalf("b: %v", err)
	}
	followed(t, began, time.Second)
	a.stop()
	agree(got, plain)
}

// followed fails unless another machine followed in time. A busy machine has a second
// more.
func followed(t *testing.T, began time.Time, bound time.Duration) {
	t.Helper()
	took := time.Since(began)
	t.Logf("followed after %v", took)
	if took > bound+time.Second {
		t.Errorf("followed after %v, at most %v", took, bound)
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

// TestTheRedisLosesAndLies removes keys, one or all, changes values, and disconnects
// machines. Living tokens are still served, the upstream is not flooded, and no
// machine accepts what the team has not written.
func TestTheRedisLosesAndLies(t *testing.T) {
	t.Parallel()
	c := newCrew(t, legacy)
	a, b := c.hire("a", true), c.hire("b", true)
	token := a.mustToken()
	agree(token, b)
	_, client := c.member("thief")
	ctx := t.Context()
	key := func(part string) string {
		t.Helper()
		found, err := client.Keys(ctx, "{tt:five:*}:"+part).Result()
		if err != nil || len(found) != 1 {
			t.Fatalf("keys of %s: %q, %v", part, found, err)
		}
		return found[0]
	}
	there := func() bool {
		return len(client.Keys(ctx, "{tt:five:*}:tok").Val()) == 1 && client.HExists(ctx, key("tok"), "tok").Val()
	}

	for what, lose := range map[string]func() error{
		"the fence": func() error { return client.Del(ctx, key("fence")).Err() },
		"the token": func() error { return client.Del(ctx, key("tok")).Err() },
		"both":      func() error { return client.Del(ctx, key("tok"), key("fence")).Err() },
		"all":       func() error { return client.FlushAll(ctx).Err() },
		"scripts":   func() error { return client.ScriptFlush(ctx).Err() },
	} {
		if err := lose(); err != nil {
			t.Fatal(err)
		}
		token = a.next(token)
		agree(token, b)
		if !there() {
			t.Errorf("%s lost: the team has no token", what)
		}
	}
	if n := c.asked(); n != 6 {
		t.Errorf("after five losses the upstream was asked %d times, not 6", n)
	}

	t.Log("all is lost, and a machine comes back from a short cut: the team has its token again, and the upstream is not asked")
	if err := client.FlushAll(ctx).Err(); err != nil {
		t.Fatal(err)
	}
	a.net.set(true)
	a.net.set(false)
	c.until("the team has a token", 60*time.Second, there)
	agree(token, a, b)
	if n := c.asked(); n != 6 {
		t.Errorf("the upstream was asked %d times, not 6", n)
	}

	t.Log("changed, swapped and lengthened values")
	good := client.HGetAll(ctx, key("tok")).Val()
	for what, change := range map[string]map[string]any{
		"tampered":     {"tok": good["tok"][:len(good["tok"])-1] + "x"},
		"10 MB":        {"tok": strings.Repeat("x", 10<<20)},
		"another kid":  {"kid": "00000000"},
		"in mid-write": {"tok": good["tok"][:10]},
	} {
		if err := client.HSet(ctx, key("tok"), change).Err(); err != nil {
			t.Fatal(err)
		}
		if got := a.mustToken(); got != token {
			t.Errorf("%s: the living token is not served", what)
		}
		_, err := b.report(ctx, token)
		if e := core.AsError(err); e == nil || e.Remedy != core.RemedyTeamValue && e.Remedy != core.RemedyTeamKey {
			t.Errorf("%s: %v", what, err)
		}
		if err := client.HSet(ctx, key("tok"), "tok", good["tok"], "kid", good["kid"]).Err(); err != nil {
			t.Fatal(err)
		}
	}
	if err := client.HSet(ctx, key("tok"), "exp", "99999999999999").Err(); err != nil {
		t.Fatal(err)
	}
	if n := c.asked(); n != 6 {
		t.Errorf("values that are not the team's had the upstream asked: %d times", n)
	}
	if err := client.HSet(ctx, key("tok"), "exp", good["exp"]).Err(); err != nil {
		t.Fatal(err)
	}
	old := good
	token = a.next(token)
	agree(token, b)
	if err := client.HSet(ctx, key("tok"), "tok", old["tok"], "kid", old["kid"]).Err(); err != nil { // replayed
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond) // nothing should happen
	if got := b.mustToken(); got != token {
		t.Error("an older token took the place of a newer one")
	}
	token = a.next(token)
	agree(token, b)

	t.Log("the Redis is away")
	asked := c.asked()
	a.net.set(true)
	b.net.set(true)
	c.until("the rows say so", 60*time.Second, func() bool { x, y := a.account(), b.account(); return x.Team.Error != nil && y.Team.Error != nil })
	if a.mustToken() != token || b.mustToken() != token {
		t.Error("living tokens are not served")
	}
	if out := a.run("", "show", "shop"); !strings.Contains(out, "last token") {
		t.Errorf("show says\n%s", out)
	}
	if _, err := a.report(ctx, token); core.AsError(err) == nil || core.AsError(err).Remedy != core.RemedyRedisAway {
		t.Errorf("a destructive kind without the Redis: %v", err)
	}
	if n := c.asked(); n != asked {
		t.Error("a destructive kind asked alone")
	}
	a.net.set(false)
	b.net.set(false)
	c.until("the rows are well", 60*time.Second, func() bool { x, y := a.account(), b.account(); return x.Team.Error == nil && y.Team.Error == nil })

	t.Log("cut off from the Redis during its call: what came is published later")
	reached := make(chan struct{})
	var once sync.Once
	a.web.set(func() bool { a.net.set(true); once.Do(func() { close(reached) }); return true }, nil, "")
	c.revoke()
	got, err := a.report(ctx, token)
	if err != nil || got == token {
		t.Fatalf("a: %v", err)
	}
	<-reached
	a.web.set(nil, nil, "")
	a.net.set(false)
	agree(got, b)
	token = got

	t.Log("refused for its address: handed over at once")
	a.web.set(nil, nil, `{"errcode":40164,"errmsg":"invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist rid: 1"}`)
	c.revoke()
	if _, err := a.report(ctx, token); core.AsError(err) == nil || core.AsError(err).Class != core.Whitelist {
		t.Errorf("a: %v", err)
	}
	began := time.Now()
	if got, err = b.report(ctx, token); err != nil || got == token {
		t.Fatalf("b: %v", err)
	}
	t.Logf("handed over after %v", time.Since(began))
	agree(got, a)
}

// TestOneMemberIsRefused: by a wrong secret, or for its address. It asks once and hands
// over; if all are refused, each asks once, and then nobody does.
func TestOneMemberIsRefused(t *testing.T) {
	t.Parallel()
	c := newCrew(t, legacy)
	a, b := c.machine("a"), c.machine("b")
	a.run(strings.Repeat("f", 32)+"\n", "add", "shop", "--kind", legacy, "--appid", appID, "--secret-stdin", "--base-url", a.upstream.URL, "--proxy", a.web.url, "--paused")
	b.add(legacy)
	c.join(a)
	c.join(b)
	if _, err := a.token(t.Context()); core.AsError(err) == nil || core.AsError(err).Class != core.BadSecret {
		t.Errorf("a wrong secret: %v", err)
	}
	began := time.Now()
	token, err := b.token(t.Context())
	if err != nil {
		t.Fatalf("b: %v", err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("b waited %v for a machine that cannot fetch", took)
	}
	agree(token, a, b)
	if x, y := a.web.asked(), b.web.asked(); x != 1 || y != 1 {
		t.Errorf("a asked %d times, and b %d times", x, y)
	}
	if out := a.run("", "team", "status"); !strings.Contains(out, "shop/sandbox") {
		t.Errorf("status says\n%s", out)
	}

	t.Log("all are refused for their addresses")
	if _, err := a.client.Edit(t.Context(), shop(), api.AccountInput{Secret: ptr(appSecret)}); err != nil {
		t.Fatal(err)
	}
	agree(token, a)
	refusal := `{"errcode":40164,"errmsg":"invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist rid: 1"}`
	a.web.set(nil, nil, refusal)
	b.web.set(nil, nil, refusal)
	before := []int{a.web.asked(), b.web.asked()}
	c.revoke()
	for _, m := range []*machine{a, b} {
		if _, err := m.report(t.Context(), token); core.AsError(err) == nil {
			t.Errorf("%s is refused, and has a token", m.name)
		}
	}
	time.Sleep(10 * time.Second) // longer than a lease, and than what keeps reports apart
	for range 3 {
		_, _ = a.token(t.Context())
		_, _ = b.token(t.Context())
	}
	if x, y := a.web.asked()-before[0], b.web.asked()-before[1]; x > 1 || y > 1 {
		t.Errorf("a asked %d times, and b %d times", x, y)
	}
	a.web.set(nil, nil, "")
	b.web.set(nil, nil, "")
	got, err := b.report(t.Context(), token)
	if err != nil || got == token {
		t.Fatalf("after the whitelist was mended: %v", err)
	}
	agree(got, a, b)
}

func ptr[T any](v T) *T { return &v }

// TestASilentUpstream: packets of the machine that asks go nowhere, while its Redis answers.
// Its call ends by its own limit, and another machine brings the token, which both have.
func TestASilentUpstream(t *testing.T) {
	t.Parallel()
	c := newCrew(t, legacy)
	a, b := c.hire("a", true), c.hire("b", true)
	token := a.mustToken()
	agree(token, b)
	asked := b.web.asked()

	reached, end := make(chan struct{}), make(chan struct{})
	var once sync.Once
	a.web.set(func() bool { once.Do(func() { close(reached) }); <-end; return false }, nil, "")
	defer a.web.set(nil, nil, "")
	defer close(end)
	c.revoke()
	began := time.Now()
	failed := make(chan error, 1)
	go func() {
		_, err := a.report(t.Context(), token)
		failed <- err
	}()
	<-reached
	var got string
	took := c.until("b has the next token", 90*time.Second, func() bool {
		var err error
		got, err = b.report(t.Context(), token)
		if e := core.AsError(err); err != nil && e.Class != core.Temporary {
			t.Fatalf("b: %v", err)
		}
		return err == nil && got != token
	})
	t.Logf("b had the next token after %v, %v after the call began", took, time.Since(began))
	if err := <-failed; err != nil && core.AsError(err).Class != core.Temporary {
		t.Errorf("a: %v", err)
	}
	agree(got, a, b) // a has it from the Redis
	if !c.lives(got) {
		t.Error("upstream does not know the token")
	}
	if n := b.web.asked() - asked; n != 1 {
		t.Errorf("b asked %d times", n)
	}
}

// TestTwentyLives has five machines ask for each of twenty tokens at the same time
// and then report it at the same time: one call each.
func TestTwentyLives(t *testing.T) {
	t.Parallel()
	c := newCrew(t, stable)
	var five []*machine
	for i := range 5 {
		five = append(five, c.hire(fmt.Sprint("m", i), true))
	}
	token := five[0].mustToken()
	for life := range 20 {
		var wg sync.WaitGroup
		for _, m := range five {
			wg.Go(func() {
				if got, err := m.token(t.Context()); err != nil || got != token {
					t.Errorf("life %d: %s has %s, %v", life, m.name, core.Mask(got), err)
				}
			})
		}
		wg.Wait()
		if n := c.asked(); n != life+1 {
			t.Fatalf("in life %d the upstream was asked %d times", life+1, n)
		}
		if life == 19 {
			break
		}
		c.revoke()
		next := make([]string, len(five))
		for i, m := range five {
			wg.Go(func() {
				got, err := m.report(t.Context(), token)
				if err != nil {
					t.Errorf("life %d: %s: %v", life, m.name, err)
				}
				next[i] = got
			})
		}
		wg.Wait()
		for i := range next {
			if next[i] != next[0] || next[i] == token {
				t.Fatalf("life %d: after the report %s has another token", life, five[i].name)
			}
		}
		token = next[0]
	}
}
