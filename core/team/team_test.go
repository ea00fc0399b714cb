package team

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
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

// member is another member's view of the shop.
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
	team, err := New("five", keys, c, r.timing)
	if err != nil {
		r.t.Fatal(err)
	}
	return team.Account(kind, shop)
}

func read(t *testing.T, a *Account) Published {
	t.Helper()
	p, err := a.Read(t.Context())
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

// TestTheRedisTellsNothing looks at all that the Redis holds, keys too.
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
	r.redis.Del(t.Context(), slept.lease, slept.next) // as if their time were over
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

// TestLostKeysLockNobodyOut takes away what the Redis holds, one by one and all.
func TestLostKeysLockNobodyOut(t *testing.T) {
	for what, lose := range map[string]func(*rig, *Account){
		"fence":     func(r *rig, a *Account) { r.redis.Del(r.t.Context(), a.fence) },
		"token":     func(r *rig, a *Account) { r.redis.Del(r.t.Context(), a.tok) },
		"all":       func(r *rig, a *Account) { r.redis.FlushAll(r.t.Context()) },
		"scripts":   func(r *rig, _ *Account) { r.redis.ScriptFlush(r.t.Context()) },
		"a restart": func(r *rig, _ *Account) { r.server.Kill(); r.server.Run() },
	} {
		t.Run(what, func(t *testing.T) {
			r := newRig(t)
			old := r.member()
			for range 4 {
				publish(t, old, "before", time.Hour)
			}
			lose(r, old)
			if _, err := old.Read(t.Context()); err != nil { // it tells the team, where that is needed
				t.Fatal(err)
			}
			newcomer := r.member()
			l := publish(t, newcomer, "after", time.Hour)
			if l.fence <= 4 {
				t.Errorf("the next fence is %d", l.fence)
			}
			for _, a := range []*Account{old, newcomer} {
				if p := read(t, a); p.Value != "after" {
					t.Errorf("a member has %q", p.Value)
				}
			}
		})
	}
}

// TestANewcomerAfterALossIsNotBelieved until the fence is above all that was seen.
func TestANewcomerAfterALossIsNotBelieved(t *testing.T) {
	r := newRig(t)
	old, newcomer := r.member(), r.member()
	for range 4 {
		publish(t, old, "before", time.Hour)
	}
	r.redis.FlushAll(t.Context())
	publish(t, newcomer, "replayed", time.Hour) // its fence is 1
	if p := read(t, old); p.Value != "" {
		t.Fatalf("%q is believed", p.Value)
	}
	if !read(t, newcomer).Wanted {
		t.Error("nobody asks for another token")
	}
	publish(t, newcomer, "after", time.Hour)
	if p := read(t, old); p.Value != "after" {
		t.Errorf("the old member has %q", p.Value)
	}
}

func TestWhatIsNotTheTeamsIsNoToken(t *testing.T) {
	const tooLong = 10 << 20
	for what, c := range map[string]struct {
		change func(r *rig, a *Account, fields map[string]string)
		want   string
	}{
		"tampered": {func(r *rig, a *Account, f map[string]string) {
			r.redis.HSet(r.t.Context(), a.tok, "tok", f["tok"][:40]+"x"+f["tok"][41:])
		}, core.RemedyTeamValue},
		"cut":   {func(r *rig, a *Account, f map[string]string) { r.redis.HSet(r.t.Context(), a.tok, "tok", f["tok"][:9]) }, core.RemedyTeamValue},
		"empty": {func(r *rig, a *Account, _ map[string]string) { r.redis.HSet(r.t.Context(), a.tok, "tok", "") }, core.RemedyTeamValue},
		"10 MB": {func(r *rig, a *Account, _ map[string]string) {
			r.redis.HSet(r.t.Context(), a.tok, "tok", strings.Repeat("x", tooLong))
		}, core.RemedyTeamValue},
		"no key":                 {func(r *rig, a *Account, _ map[string]string) { r.redis.HDel(r.t.Context(), a.tok, "kid") }, core.RemedyTeamKey},
		"a key of somebody else": {func(r *rig, a *Account, _ map[string]string) { r.redis.HSet(r.t.Context(), a.tok, "kid", "0badc0de") }, core.RemedyTeamKey},
		"another type":           {func(r *rig, a *Account, _ map[string]string) { r.redis.Set(r.t.Context(), a.tok, "x", 0) }, core.RemedyRedisType},
		"of another account": {func(r *rig, a *Account, _ map[string]string) {
			other := a.team.Account(kind, shop+"2")
			publish(r.t, other, "not the shop's", time.Hour)
			all := r.redis.HGetAll(r.t.Context(), other.tok).Val()
			r.redis.HSet(r.t.Context(), a.tok, "tok", all["tok"], "kid", all["kid"])
		}, core.RemedyTeamValue},
	} {
		t.Run(what, func(t *testing.T) {
			r := newRig(t)
			a := r.member()
			publish(t, a, secret, time.Hour)
			fields := r.redis.HGetAll(t.Context(), a.tok).Val()
			r.redis.Del(t.Context(), a.tok)
			r.redis.HSet(t.Context(), a.tok, fields)
			if what == "another type" {
				r.redis.Del(t.Context(), a.tok)
			}
			c.change(r, a, fields)
			p, err := a.Read(t.Context())
			if p.Value != "" || remedy(err) != c.want {
				t.Errorf("%q, %v (%s)", p.Value, err, remedy(err))
			}
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Error("the error tells the token")
			}
		})
	}
}

func TestALifeIsNotLengthenedAndNothingReplayed(t *testing.T) {
	r := newRig(t)
	a := r.member()
	publish(t, a, "first", time.Hour)
	first := r.redis.HGetAll(t.Context(), a.tok).Val()
	r.redis.HSet(t.Context(), a.tok, "exp", "99999999999999")
	if p := read(t, r.member()); p.Left > time.Hour {
		t.Errorf("a life of %v is believed", p.Left)
	}
	r.redis.HSet(t.Context(), a.tok, "exp", "1")
	if p := read(t, r.member()); p.Left > 0 {
		t.Errorf("the earlier expiry does not count: %v", p.Left)
	}
	publish(t, a, "second", time.Hour)
	r.redis.HSet(t.Context(), a.tok, first)
	if p := read(t, a); p.Value != "" {
		t.Errorf("the older token is believed: %q", p.Value)
	}
}

func TestOldAndNewMembersMeetAfterARotation(t *testing.T) {
	r := newRig(t)
	old := r.member()
	publish(t, old, "by the old", time.Hour)
	rotated := r.with(r.keys.Rotate(), r.server.URL, "")
	if old.acct != rotated.acct {
		t.Fatal("they hold different leases")
	}
	if p := read(t, rotated); p.Value != "by the old" {
		t.Errorf("the new key reads %q", p.Value)
	}
	publish(t, rotated, "by the new", time.Hour)
	if p, err := old.Read(t.Context()); p.Value != "" || remedy(err) != core.RemedyTeamKey {
		t.Errorf("the old key reads %q, %v", p.Value, err)
	}
	stranger := r.with(NewKeys(), r.server.URL, "")
	if p := read(t, stranger); p.Value != "" {
		t.Errorf("a stranger reads %q", p.Value)
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
	watch := a.Watch(t.Context())
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
	other, err := New("other", r.keys, a.team.redis, Timing{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Account(kind, shop).Read(t.Context()); remedy(err) != core.RemedyRedisACL {
		t.Errorf("another team is open to it: %v", err)
	}
}

func TestTwoTeamsOnOneRedisKnowNothingOfEachOther(t *testing.T) {
	r := newRig(t)
	a := r.member()
	other, err := New("six", NewKeys(), a.team.redis, Timing{})
	if err != nil {
		t.Fatal(err)
	}
	b := other.Account(kind, shop)
	acquire(t, a)
	publish(t, b, "six's", time.Hour)
	if p := read(t, a); p.Value != "" {
		t.Errorf("one team has %q", p.Value)
	}
}

func TestAwayAndBack(t *testing.T) {
	r := newRig(t)
	a := r.member()
	publish(t, a, secret, time.Hour)
	r.server.Kill()
	if _, err := a.Read(t.Context()); remedy(err) != core.RemedyRedisAway {
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

func TestKeysPrintNothing(t *testing.T) {
	k := NewKeys().Rotate()
	js, err := json.Marshal(k)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%v %+v %#v %s %q", k, k, k, k, k) + string(js); strings.Trim(got, "•\" ") != "" {
		t.Errorf("keys print as %s", got)
	}
	again, err := k.form().keys()
	if err != nil || again.acct(shop) != k.acct(shop) || string(again.older.secret) != string(k.older.secret) {
		t.Errorf("keys do not survive being written down: %v", err)
	}
	bad := k.form()
	bad.Key = "c2hvcnQ"
	if _, err := bad.keys(); remedy(err) != core.RemedyTeamKey {
		t.Errorf("a short key: %v", err)
	}
	for _, name := range []string{"", "a b", "a}", "{", "名", strings.Repeat("x", 65)} {
		if _, err := New(name, k, nil, Timing{}); remedy(err) != core.RemedyInput {
			t.Errorf("name %q: %v", name, err)
		}
	}
}

const holderEnv = "TOKENTRAY_TEAM_HOLDER"

// TestMain runs the tests, or is the holder that TestAKilledHolderIsFollowed kills.
func TestMain(m *testing.M) {
	url := os.Getenv(holderEnv)
	if url == "" {
		os.Exit(m.Run())
	}
	fmt.Fprintln(os.Stderr, "the holder ends:", hold(context.Background(), url))
	os.Exit(1)
}

// hold takes the shop's lease with the keys on stdin and keeps it.
func hold(ctx context.Context, url string) error {
	var form keysForm
	if err := json.NewDecoder(os.Stdin).Decode(&form); err != nil {
		return err
	}
	keys, err := form.keys()
	if err != nil {
		return err
	}
	u, err := redisconn.Parse(url)
	if err != nil {
		return err
	}
	c, err := redisconn.Open(u, redisconn.Options{})
	if err != nil {
		return err
	}
	defer c.Close()
	team, err := New("five", keys, c, shortTiming)
	if err != nil {
		return err
	}
	l, _, err := team.Account(kind, shop).Acquire(ctx)
	if err != nil {
		return err
	}
	if l == nil {
		return errors.New("another has the lease")
	}
	fmt.Printf("holds %d\n", l.fence)
	for {
		if err := l.Renew(ctx); err != nil {
			return err
		}
		time.Sleep(shortTiming.Renew)
	}
}

var shortTiming = Timing{Lease: time.Second, Renew: 300 * time.Millisecond, Call: 2 * time.Second}

func TestAKilledHolderIsFollowed(t *testing.T) {
	r := newRig(t)
	r.timing = shortTiming
	form, err := json.Marshal(r.keys.form())
	if err != nil {
		t.Fatal(err)
	}
	holder := exec.Command(os.Args[0])
	holder.Env = append(os.Environ(), holderEnv+"="+r.server.URL)
	holder.Stderr = os.Stderr
	holder.Stdin = strings.NewReader(string(form))
	out, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	_, held, _ := r.member().Acquire(t.Context())
	_ = holder.Process.Kill()
	_ = holder.Wait()
	if err != nil || line != "holds 1\n" {
		t.Fatalf("the holder says %q, %v", line, err)
	}
	if held <= 0 || held > time.Second {
		t.Fatalf("the lease of a living holder is to be waited for %v", held)
	}
	a := r.member()
	for {
		l, wait, err := a.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if l != nil {
			if l.fence != 2 {
				t.Errorf("the fence is %d", l.fence)
			}
			return
		}
		if wait > shortTiming.Lease {
			t.Fatalf("a dead holder's lease lasts %v", wait)
		}
		time.Sleep(wait + time.Millisecond)
	}
}
