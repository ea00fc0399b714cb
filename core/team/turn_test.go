package team

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/keepertest"
	"tokentray/core/redisconn"
)

// upstream is the upstream of all members. It gives out the same token until that is
// killed.
type upstream struct {
	mu    sync.Mutex
	n     int
	calls int
}

func (u *upstream) Fetch(context.Context, core.Request) (core.Grant, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.calls++
	if u.n == 0 {
		u.n = 1
	}
	return core.Grant{Value: fmt.Sprintf("token-%d-of-the-upstream", u.n), ExpiresIn: 2 * time.Hour}, nil
}

func (u *upstream) kill() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.n++
}

func (u *upstream) asked() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.calls
}

// machine is a Keeper's vault, with secrets or without, and saves nothing.
type machine struct {
	keepertest.NoJournal
	secretless bool
}

func (m machine) Credentials(context.Context, core.Account) (core.Credentials, error) {
	if m.secretless {
		return core.Credentials{}, &core.Error{Class: core.VaultClosed, Remedy: core.RemedyReenter, Message: "no secret"}
	}
	return core.Credentials{}, nil
}

// keeper is another machine's Keeper with the shared account.
func (r *rig) keeper(u core.Source, m machine, repeat core.Repeat, edit func(*core.Account)) *core.Keeper {
	r.t.Helper()
	return r.keeperOf(u, m, repeat, edit, nil)
}

// keeperAt is a machine whose wall clock is wrong.
func (r *rig) keeperAt(u *upstream, off time.Duration) *core.Keeper {
	r.t.Helper()
	return r.keeperOf(u, machine{}, core.RepeatSame, nil, func() time.Time { return time.Now().Add(off).Round(0) })
}

func (r *rig) keeperOf(u core.Source, m machine, repeat core.Repeat, edit func(*core.Account), now func() time.Time) *core.Keeper {
	r.t.Helper()
	url, err := redisconn.Parse(r.server.URL)
	if err != nil {
		r.t.Fatal(err)
	}
	c, err := redisconn.Open(url, redisconn.Options{})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = c.Close() })
	team, err := New("five", r.keys, c, Options{Timing: r.timing})
	if err != nil {
		r.t.Fatal(err)
	}
	member := NewMember(team, nil)
	k := core.NewKeeper(core.Config{
		Upstreams: map[core.Kind]core.Upstream{kind: {Source: u, Traits: core.Traits{Repeat: repeat, Window: 5 * time.Minute}}},
		Vault:     m, Journal: m, Team: member, Now: now,
	})
	a := core.Account{ID: "1", Name: "shop", Env: core.Live, Kind: kind, AppID: "wx1234567890abcdef", BaseURL: "https://api.weixin.qq.com", AllowLive: true}
	if edit != nil {
		edit(&a)
	}
	member.Share(a, k.TokenID(a), nil)
	k.Put(a, core.Token{})
	ctx, cancel := context.WithCancel(r.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- k.Run(ctx) }()
	r.t.Cleanup(func() {
		cancel()
		<-ended
	})
	return k
}

// TestOneCallServesFiveMachines has five machines ask for a token at the same time, and
// twenty callers of each report it at the same time.
func TestOneCallServesFiveMachines(t *testing.T) {
	for _, repeat := range []core.Repeat{core.RepeatSame, core.RepeatNewTwoLive, core.RepeatDestructive} {
		t.Run(string(repeat), func(t *testing.T) {
			r, u := newRig(t), &upstream{}
			var five []*core.Keeper
			for range 5 {
				five = append(five, r.keeper(u, machine{}, repeat, nil))
			}
			all := func(what string, callers int, ask func(*core.Keeper) (string, error), want string) {
				t.Helper()
				var wg sync.WaitGroup
				for i := range callers * len(five) {
					wg.Go(func() {
						if got, err := ask(five[i%len(five)]); err != nil || got != want {
							t.Errorf("%s: %q, %v", what, got, err)
						}
					})
				}
				wg.Wait()
			}
			all("get", 1, func(k *core.Keeper) (string, error) {
				token, err := k.Get(t.Context(), "1", 0)
				return token.Value, err
			}, "token-1-of-the-upstream")
			if u.asked() != 1 {
				t.Fatalf("upstream was asked %d times", u.asked())
			}
			u.kill()
			all("report", 20, func(k *core.Keeper) (string, error) {
				answer, err := k.Refresh(t.Context(), "1", core.Report{Stale: "token-1-of-the-upstream"})
				return answer.Token.Value, err
			}, "token-2-of-the-upstream")
			if u.asked() != 2 {
				t.Fatalf("upstream was asked %d times", u.asked())
			}
		})
	}
}

// TestWhatWasReadBeforeARoundReplacesNothing: the round brought a newer one.
func TestWhatWasReadBeforeARoundReplacesNothing(t *testing.T) {
	r, u := newRig(t), &upstream{}
	k := r.keeper(u, machine{}, core.RepeatDestructive, nil)
	a := r.member()
	publish(t, a, "the older token of the team", time.Hour)
	before := read(t, a)
	if got, err := k.Get(t.Context(), "1", 0); err != nil || got.Value != before.Value {
		t.Fatalf("%v", err)
	}
	got, err := k.Refresh(t.Context(), "1", core.Report{Force: true, Person: true})
	if err != nil || got.Token.Value == before.Value {
		t.Fatalf("%v", err)
	}
	if !before.Newest() {
		t.Fatal("a member knows of what it has not read")
	}
	after := read(t, a)
	if before.Newest() || !after.Newest() {
		t.Fatal("the newest is not the newest")
	}
	take := func(p Published) string {
		k.Take(t.Context(), "1", core.Taken{Grant: core.Grant{Value: p.Value, ExpiresIn: p.Remaining()}, Newest: p.Newest})
		now, _ := k.Token("1")
		return now.Value
	}
	if take(before) != after.Value || take(after) != after.Value {
		t.Error("an older token took the place of a newer one")
	}
}

// TestWhoMayNotFetchUsesTheTeamsToken has members without secret and without consent.
func TestWhoMayNotFetchUsesTheTeamsToken(t *testing.T) {
	r, u := newRig(t), &upstream{}
	secretless := r.keeper(u, machine{secretless: true}, core.RepeatDestructive, nil)
	shy := r.keeper(u, machine{}, core.RepeatDestructive, func(a *core.Account) { a.AllowLive = false })
	for what, c := range map[string]struct {
		k      *core.Keeper
		remedy string
	}{"without secret": {secretless, core.RemedyTeamSecret}, "without consent": {shy, core.RemedyTeamConsent}} {
		if _, err := c.k.Get(t.Context(), "1", 0); remedy(err) != c.remedy {
			t.Errorf("%s: %v", what, err)
		}
	}
	if u.asked() != 0 || r.redis.Exists(t.Context(), r.member().lease, r.member().next).Val() != 0 {
		t.Fatal("one that may not fetch kept others from it")
	}
	if _, err := r.keeper(u, machine{}, core.RepeatDestructive, nil).Get(t.Context(), "1", 0); err != nil {
		t.Fatal(err)
	}
	late := r.keeper(u, machine{secretless: true}, core.RepeatDestructive, nil)
	token, err := late.Get(t.Context(), "1", 0)
	if err != nil || token.Value != "token-1-of-the-upstream" || token.Remaining(time.Now()) > 2*time.Hour {
		t.Errorf("the late one has %q, %v", token.Value, err)
	}
	if u.asked() != 1 {
		t.Errorf("upstream was asked %d times", u.asked())
	}
}

// TestWithoutTheRedis: machines whose asking harms no token go on alone.
func TestWithoutTheRedis(t *testing.T) {
	r, u := newRig(t), &upstream{}
	living := r.keeper(u, machine{}, core.RepeatDestructive, nil)
	if _, err := living.Get(t.Context(), "1", 0); err != nil {
		t.Fatal(err)
	}
	r.server.Kill()
	if token, err := living.Get(t.Context(), "1", 0); err != nil || token.Value == "" {
		t.Errorf("a living token is not served: %v", err)
	}
	for _, repeat := range core.Repeats() {
		before := u.asked()
		_, err := r.keeper(u, machine{}, repeat, nil).Get(t.Context(), "1", 0)
		if repeat.Harmless() {
			if err != nil || u.asked() != before+1 {
				t.Errorf("%s: %d calls, %v", repeat, u.asked()-before, err)
			}
		} else if remedy(err) != core.RemedyRedisAway || u.asked() != before {
			t.Errorf("%s: %d calls, %v", repeat, u.asked()-before, err)
		}
	}
}

// ticketing is an upstream that has tickets too.
type ticketing struct{ upstream }

func (*ticketing) Ticket(context.Context, core.Request, string, string) (core.Grant, error) {
	return core.Grant{Value: "ticket-of-the-upstream", ExpiresIn: 2 * time.Hour}, nil
}

// SaveTicket makes a machine a core.TicketJournal.
func (machine) SaveTicket(core.Account, string, core.Ticket) error { return nil }

// TestCallsBesideTurnsCountForTheTeam: a call for a ticket counts for all who share the
// token, and so does a test with the account's secret.
func TestCallsBesideTurnsCountForTheTeam(t *testing.T) {
	r, u := newRig(t), &ticketing{}
	url, err := redisconn.Parse(r.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	c, err := redisconn.Open(url, redisconn.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	team, err := New("five", r.keys, c, Options{Timing: r.timing})
	if err != nil {
		t.Fatal(err)
	}
	member, m := NewMember(team, nil), machine{}
	k := core.NewKeeper(core.Config{
		Upstreams: map[core.Kind]core.Upstream{kind: {Source: u, Traits: core.Traits{Repeat: core.RepeatSame, Window: 5 * time.Minute}}},
		Vault:     m, Journal: m, Team: member,
	})
	a := core.Account{ID: "1", Name: "shop", Env: core.Live, Kind: kind, AppID: "wx1234567890abcdef", BaseURL: "https://api.weixin.qq.com", AllowLive: true}
	member.Share(a, k.TokenID(a), nil)
	k.Put(a, core.Token{})
	tickets := core.NewTickets(k, m)
	if _, err := tickets.Get(t.Context(), "1", core.TicketWish{Name: "jsapi"}); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Test(t.Context(), a, core.Credentials{}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- k.Run(ctx) }()
	account, day := team.Account(kind, k.TokenID(a)), k.Day(a)
	// Other machines see the counts a little later: one for the token, one for the ticket,
	// one for the test.
	got, err := account.Read(t.Context(), day)
	for deadline := time.Now().Add(20 * time.Second); err == nil && got.Calls < 3 && time.Now().Before(deadline); {
		got, err = account.Read(t.Context(), day)
	}
	if err != nil || got.Calls != 3 {
		t.Errorf("the team counts %d calls, want 3: %v", got.Calls, err)
	}
	cancel()
	<-ended
}

// cut is a connection that fails while it is shut.
type cut struct {
	net.Conn
	shut *atomic.Bool
}

func (c cut) Write(p []byte) (int, error) {
	if c.shut.Load() {
		return 0, &net.OpError{Op: "write", Err: syscall.ECONNRESET}
	}
	return c.Conn.Write(p)
}

// cuttable is a member that can be cut off from the Redis.
func (r *rig) cuttable() (*Team, *atomic.Bool) {
	r.t.Helper()
	var shut atomic.Bool
	url, err := redisconn.Parse(r.server.URL)
	if err != nil {
		r.t.Fatal(err)
	}
	client, err := redisconn.Open(url, redisconn.Options{Dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
		if shut.Load() {
			return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
		}
		var d net.Dialer
		c, err := d.DialContext(ctx, network, addr)
		return cut{c, &shut}, err
	}})
	if err != nil {
		r.t.Fatal(err)
	}
	team, err := New("five", r.keys, client, Options{})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() {
		team.Close()
		_ = client.Close()
	})
	return team, &shut
}

// TestATokenThatComesTooLateIsReported: its machine was cut off from the Redis when the
// token came, and another published meanwhile. One of the two is dead, so the team's is
// reported, and does not replace the late one before a round has answered.
func TestATokenThatComesTooLateIsReported(t *testing.T) {
	r := newRig(t)
	team, shut := r.cuttable()
	late, other := team.Account(kind, shop), r.member()
	publish(t, other, "the first token", time.Hour)
	got := late.turn(t.Context(), core.Turn{
		Current: "the first token", Report: true, Gap: time.Millisecond,
		Ready: func() error { return nil }, Calls: func() int { return 1 },
		Ask: func(context.Context, func(context.Context) error) (core.Grant, bool, error) {
			shut.Store(true)
			r.redis.Del(t.Context(), late.lease, late.rep) // as if they had expired
			publish(t, other, "the other's token", time.Hour)
			return core.Grant{Value: "the late token", ExpiresIn: time.Hour}, false, nil
		},
	})
	if !got.Asked || got.Err != nil || got.Grant.Value != "" {
		t.Fatalf("cut off: %+v", got)
	}
	if late.Has("the late token") {
		t.Error("a token that was not published is the team's")
	}
	shut.Store(false)
	team.later.Wait()
	if p := read(t, other); p.Value != "the other's token" || !p.Wanted {
		t.Errorf("the team has %q, reported %v", p.Value, p.Wanted)
	}
	if p := read(t, late); p.Newest() || late.Has("the late token") {
		t.Error("before a round has answered, the team's token would replace the late one")
	}
	before, l := read(t, other), acquire(t, other)
	if err := l.Settle(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	if p := read(t, late); !p.Newest() || p.Wanted || !late.Has("the other's token") {
		t.Error("after a round has answered, the team's token would not replace the late one")
	}
}
