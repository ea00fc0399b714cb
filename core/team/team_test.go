package team

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"tokentray/core"
	"tokentray/core/redisconn"
	"tokentray/core/redisconn/redistest"
)

const (
	kind   core.Kind    = "wechat"
	shop   core.TokenID = "wechat\x00https://api.weixin.qq.com\x00wx1234567890abcdef"
	secret              = "TOKEN-of-the-shop-which-nobody-may-see"
)

// rig is a Redis with a team's keys.
type rig struct {
	t      *testing.T
	server *redistest.Server
	redis  redis.UniversalClient // to look inside and to break things
	keys   Keys
	timing Timing
}

func newRig(t *testing.T, args ...string) *rig {
	t.Helper()
	s := redistest.Start(t, args...)
	c := s.Client()
	t.Cleanup(func() { _ = c.Close() })
	return &rig{t: t, server: s, redis: c, keys: NewKeys()}
}

// member is another member's view of the account.
func (r *rig) member() *Account { return r.with(r.keys, r.server.URL, "") }

func (r *rig) with(keys Keys, url, password string) *Account {
	r.t.Helper()
	u, err := redisconn.Parse(url)
	if err != nil {
		r.t.Fatal(err)
	}
	c, err := redisconn.Open(u, redisconn.Options{Password: func(context.Context) (string, error) { return password, nil }})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = c.Close() })
	team, err := New("five", keys, c, Options{Timing: r.timing})
	if err != nil {
		r.t.Fatal(err)
	}
	return team.Account(kind, shop)
}

func read(t *testing.T, a *Account) Published {
	t.Helper()
	p, err := a.Read(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func acquire(t *testing.T, a *Account) *Lease {
	t.Helper()
	l, wait, err := a.Acquire(t.Context())
	if err != nil || l == nil {
		t.Fatalf("no lease: wait %v, %v", wait, err)
	}
	return l
}

// publish is a whole round of a member that brings a token.
func publish(t *testing.T, a *Account, token string, life time.Duration) *Lease {
	t.Helper()
	before, l := read(t, a), acquire(t, a)
	if err := l.Publish(t.Context(), before, core.Grant{Value: token, ExpiresIn: life}); err != nil {
		t.Fatal(err)
	}
	if err := l.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	return l
}

func remedy(err error) string {
	if err == nil {
		return ""
	}
	return core.AsError(err).Remedy
}

func TestOneOfManyGetsTheLease(t *testing.T) {
	r := newRig(t)
	var won atomic.Int32
	var wg sync.WaitGroup
	for range 20 {
		a := r.member()
		wg.Go(func() {
			for range 10 {
				l, wait, err := a.Acquire(t.Context())
				switch {
				case err != nil:
					t.Error(err)
				case l != nil:
					won.Add(1)
				case wait <= 0 || wait > 10*time.Second:
					t.Errorf("wait is %v", wait)
				}
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Fatalf("%d won", won.Load())
	}
}

func TestWhatOnePublishesAllHave(t *testing.T) {
	r := newRig(t)
	one, two := r.member(), r.member()
	if p := read(t, one); p.Value != "" || p.Remaining() != 0 {
		t.Fatalf("a new team has %q", p.Value)
	}
	publish(t, one, secret, 2*time.Hour)
	p := read(t, two)
	if p.Value != secret || p.Left > 2*time.Hour || p.Left < 2*time.Hour-time.Minute || p.Wanted {
		t.Fatalf("the other has %q for %v", p.Value, p.Left)
	}
	if p.Remaining() > p.Left {
		t.Fatal("a life grew")
	}
}

// TestTheRedisTellsNothing searches everything in the Redis, including keys.
func TestTheRedisTellsNothing(t *testing.T) {
	r := newRig(t)
	a := r.member()
	publish(t, a, secret, time.Hour)
	acquire(t, a)
	if _, err := a.Report(t.Context(), read(t, a)); err != nil {
		t.Fatal(err)
	}
	keys := r.redis.Keys(t.Context(), "*").Val()
	if len(keys) < 3 {
		t.Fatalf("only %q", keys)
	}
	all := strings.Join(keys, "\n")
	for _, key := range keys {
		if !strings.HasPrefix(key, "{tt:five:") {
			t.Errorf("%q lies outside of what an ACL allows", key)
		}
		all += r.redis.Get(t.Context(), key).Val() + fmt.Sprint(r.redis.HGetAll(t.Context(), key).Val())
	}
	for _, never := range []string{secret, "wx1234567890abcdef", "weixin", string(r.keys.current.secret), string(r.keys.naming)} {
		if strings.Contains(all, never) {
			t.Errorf("the Redis holds %q", never)
		}
	}
}

func TestAHolderThatSleptOverwritesNothing(t *testing.T) {
	r := newRig(t)
	slept, other := r.member(), r.member()
	before, l := read(t, slept), acquire(t, slept)
	if wait, err := l.Begin(t.Context(), false, time.Second); wait != 0 || err != nil {
		t.Fatal(wait, err)
	}
	r.redis.Del(t.Context(), slept.lease, slept.next) // as if they had expired
	publish(t, other, "newer", time.Hour)
	if err := l.Renew(t.Context()); remedy(err) != core.RemedyTryAgain {
		t.Errorf("renew: %v", err)
	}
	if _, err := l.Begin(t.Context(), false, time.Second); remedy(err) != core.RemedyTryAgain {
		t.Errorf("begin: %v", err)
	}
	if err := l.Publish(t.Context(), before, core.Grant{Value: "older", ExpiresIn: time.Hour}); !errors.Is(err, ErrOlder) {
		t.Errorf("publish: %v", err)
	}
	held := acquire(t, other)
	if err := l.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := held.Renew(t.Context()); err != nil {
		t.Errorf("one released what is another's: %v", err)
	}
	if p := read(t, slept); p.Value != "newer" {
		t.Errorf("the team has %q", p.Value)
	}
}

func TestCallsLieApart(t *testing.T) {
	r := newRig(t)
	one, two := r.member(), r.member()
	l := acquire(t, one)
	if wait, err := l.Begin(t.Context(), false, time.Hour); wait != 0 || err != nil {
		t.Fatal(wait, err)
	}
	if left := l.Left(); left <= 10*time.Second || left > 25*time.Second {
		t.Errorf("the lease covers %v of the call", left)
	}
	if err := l.Renew(t.Context()); err != nil || r.redis.PTTL(t.Context(), one.lease).Val() <= 10*time.Second {
		t.Errorf("a renewal made the lease shorter (%v)", err)
	}
	if err := l.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	l = acquire(t, two)
	if wait, err := l.Begin(t.Context(), false, time.Hour); wait <= 0 || wait > time.Hour+time.Second || err != nil {
		t.Errorf("the next renewal may begin after %v (%v)", wait, err)
	}
	if wait, err := l.Begin(t.Context(), true, time.Hour); wait != 0 || err != nil {
		t.Errorf("a first report waits for a renewal: %v (%v)", wait, err)
	}
	if wait, err := l.Begin(t.Context(), true, time.Hour); wait <= 0 || err != nil {
		t.Errorf("the next report waits for %v (%v)", wait, err)
	}
	// A person waits less for the same claim, without shortening it for others.
	if wait, err := l.Begin(t.Context(), true, 3*time.Second); wait <= 0 || wait > 3*time.Second+time.Millisecond || err != nil {
		t.Errorf("a person waits for %v (%v)", wait, err)
	}
	if wait, err := l.Begin(t.Context(), true, time.Nanosecond); wait > 2*time.Millisecond || err != nil {
		t.Errorf("who wants next to no interval waits for %v (%v)", wait, err)
	}
	if wait, err := l.Begin(t.Context(), true, time.Hour); wait < 10*time.Second || err != nil {
		t.Errorf("after a person's claim others wait for %v (%v)", wait, err)
	}
}

// TestAMachineThatEndsHoldsUpNobody: in the middle of its call, too.
func TestAMachineThatEndsHoldsUpNobody(t *testing.T) {
	r := newRig(t)
	a := r.member()
	m := NewMember(a.team, nil)
	for _, force := range []bool{false, true} {
		ctx, stop := context.WithCancel(t.Context())
		got := m.Turn(ctx, core.Turn{
			Account: core.Account{ID: "1", Kind: kind}, TokenID: shop, Gap: time.Minute, Force: force,
			Ready: func() error { return nil },
			Calls: func() int { return 1 },
			Ask: func(ctx context.Context, _ func(context.Context) error) (core.Grant, bool, error) {
				if n := r.redis.Exists(t.Context(), a.lease, a.next, a.rep).Val(); n != 2 {
					t.Errorf("during the call there are %d keys of it", n)
				}
				stop()
				<-ctx.Done()
				return core.Grant{}, false, core.AsError(ctx.Err())
			},
		})
		if !got.Asked || got.Err == nil {
			t.Errorf("force %v: %+v", force, got)
		}
		if n := r.redis.Exists(t.Context(), a.lease, a.next, a.rep).Val(); n != 0 {
			t.Errorf("force %v: %d keys hold up the others", force, n)
		}
	}
}

func TestManyReportsAreOne(t *testing.T) {
	r := newRig(t)
	publish(t, r.member(), secret, time.Hour)
	var first atomic.Int32
	var wg sync.WaitGroup
	for range 10 {
		a := r.member()
		p := read(t, a)
		wg.Go(func() {
			for range 10 {
				is, err := a.Report(t.Context(), p)
				if err != nil {
					t.Error(err)
				}
				if is {
					first.Add(1)
				}
			}
		})
	}
	wg.Wait()
	a := r.member()
	p := read(t, a)
	if first.Load() != 1 || !p.Wanted {
		t.Fatalf("%d were first, wanted %v", first.Load(), p.Wanted)
	}
	if err := acquire(t, a).Settle(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if read(t, a).Wanted {
		t.Error("a settled report is still wanted")
	}
	if is, err := a.Report(t.Context(), p); err != nil || !is {
		t.Errorf("a later report does not count: %v", err)
	}
	r.redis.Del(t.Context(), a.lease)
	publish(t, a, "another", time.Hour)
	if is, err := a.Report(t.Context(), p); err != nil || is {
		t.Errorf("a report of an older token counts: %v", err)
	}
}

func TestAUserOfTheTeamNeedsThisMuch(t *testing.T) {
	r := newRig(t)
	acl := "on >pw ~{tt:five:*}* &{tt:five:*} &{tt:five:*}* -@all +eval +evalsha +script|load +get +set +hget +hgetall +hset +hsetnx +hdel +pttl +pexpire +incr +del +time +publish +subscribe +unsubscribe +ping"
	args := []any{"ACL", "SETUSER", "five"}
	for word := range strings.FieldsSeq(acl) {
		args = append(args, word)
	}
	if err := r.redis.Do(t.Context(), args...).Err(); err != nil {
		t.Fatal(err)
	}
	url := "unix://five@" + strings.TrimPrefix(r.server.URL, "unix://")
	a := r.with(r.keys, url, "pw")
	watch := a.team.redis.Subscribe(t.Context(), a.channel)
	defer watch.Close()
	if _, err := watch.Receive(t.Context()); err != nil {
		t.Fatal(err)
	}
	publish(t, a, secret, time.Hour)
	m, err := watch.ReceiveMessage(t.Context())
	if err != nil || m.Payload != "tok 1" {
		t.Fatalf("told %v, %v", m, err)
	}
	p, l := read(t, a), acquire(t, a)
	if _, err := l.Begin(t.Context(), true, time.Second); err != nil {
		t.Error(err)
	}
	_, reported := a.Report(t.Context(), p)
	for _, err := range []error{reported, l.Renew(t.Context()), l.Settle(t.Context(), p), l.Release(t.Context())} {
		if err != nil {
			t.Error(err)
		}
	}
	if err := a.raise(t.Context(), version{fence: -1}); err != nil {
		t.Error(err)
	}
	for _, err := range []error{
		a.team.Found(t.Context()), a.team.Check(t.Context()), a.team.List(t.Context(), shop, Listed{Name: "shop"}), a.team.Hello(t.Context()),
		a.Count(t.Context(), "2026-03-01", 2), a.team.Turnover(t.Context(), r.keys), a.team.Unlist(t.Context(), shop), a.team.Bye(t.Context()),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	_, err1 := a.CountForce(t.Context(), "2026-03-01", 2)
	_, _, err2 := a.team.Roster(t.Context())
	_, err3 := a.team.Members(t.Context())
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Error(err)
	}
	other, err := New("other", r.keys, a.team.redis, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Account(kind, shop).Read(t.Context(), ""); remedy(err) != core.RemedyRedisACL {
		t.Errorf("another team is open to it: %v", err)
	}
}

func TestTwoTeamsOnOneRedisKnowNothingOfEachOther(t *testing.T) {
	r := newRig(t)
	a := r.member()
	other, err := New("six", NewKeys(), a.team.redis, Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := other.Account(kind, shop)
	l := acquire(t, a)
	publish(t, b, "six's", time.Hour) // while the other team's lease is held
	if p := read(t, a); p.Value != "" {
		t.Errorf("one team has %q", p.Value)
	}
	if err := l.Publish(t.Context(), read(t, a), core.Grant{Value: "five's", ExpiresIn: time.Hour}); err != nil {
		t.Fatal(err)
	}
	if is, err := a.Report(t.Context(), read(t, a)); err != nil || !is {
		t.Errorf("a report: %v", err)
	}
	if ok, err := a.CountForce(t.Context(), "2026-03-01", 1); err != nil || !ok {
		t.Errorf("a forced fetch: %v", err)
	}
	if err := errors.Join(a.team.Found(t.Context()), other.Found(t.Context()), a.team.List(t.Context(), shop, Listed{Name: "five's shop", Kind: kind}), a.team.Hello(t.Context())); err != nil {
		t.Fatal(err)
	}
	if p := read(t, b); p.Value != "six's" || p.Wanted {
		t.Errorf("the other team has %q, reported %v", p.Value, p.Wanted)
	}
	if ok, err := b.CountForce(t.Context(), "2026-03-01", 1); err != nil || !ok {
		t.Errorf("one team's forced fetch counts for the other: %v", err)
	}
	if listed, _, err := other.Roster(t.Context()); err != nil || len(listed) != 0 {
		t.Errorf("the other team lists %+v, %v", listed, err)
	}
	if members, err := other.Members(t.Context()); err != nil || len(members) != 0 {
		t.Errorf("the other team has members %+v, %v", members, err)
	}
	if _, err := other.Account(kind, shop).Read(t.Context(), ""); err != nil {
		t.Error(err)
	}
}

func TestAwayAndBack(t *testing.T) {
	r := newRig(t)
	a := r.member()
	publish(t, a, secret, time.Hour)
	r.server.Kill()
	if _, err := a.Read(t.Context(), ""); remedy(err) != core.RemedyRedisAway {
		t.Errorf("away: %v", err)
	}
	r.server.Run()
	if p := read(t, a); p.Value != "" {
		t.Errorf("an empty Redis has %q", p.Value)
	}
	publish(t, a, "again", time.Hour)
}

func TestAFullRedisLosesNothing(t *testing.T) {
	r := newRig(t, "--maxmemory-policy", "noeviction")
	a := r.member()
	publish(t, a, secret, time.Hour)
	r.redis.ConfigSet(t.Context(), "maxmemory", "1")
	if _, _, err := a.Acquire(t.Context()); remedy(err) != core.RemedyRedisFull {
		t.Errorf("full: %v", err)
	}
	if p := read(t, a); p.Value != secret {
		t.Errorf("the team has %q", p.Value)
	}
}
