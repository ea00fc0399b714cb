//go:build linux

package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/core/rediscache"
	"tokentray/core/redisconn"
	"tokentray/core/redisconn/redistest"
	calls "tokentray/core/upstream"
)

// steadyUpstream hands the same token out until it is dead.
type steadyUpstream struct {
	mu    sync.Mutex
	n     int
	dead  bool
	asked int // of any sort
	calls int // for tokens
	err   error
	// during is called in each call for a token, and good says which token a check accepts.
	during func()
	good   func(token string) bool
}

func (u *steadyUpstream) token() string {
	return fmt.Sprintf("88_AbCdEfGhIjKlMnOpQrStUvWxYz%04d_ZyXwVuTsRqPoNmLkJiHgFeDcBa9876543210", u.n)
}

func (u *steadyUpstream) Fetch(context.Context, core.Request) (core.Grant, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.asked++
	u.calls++
	if u.during != nil {
		u.during()
	}
	if u.err != nil {
		return core.Grant{}, u.err
	}
	if u.dead || u.n == 0 {
		u.n, u.dead = u.n+1, false
	}
	return core.Grant{Value: u.token(), ExpiresIn: 2 * time.Hour}, nil
}

func (u *steadyUpstream) Check(_ context.Context, _ core.Request, token string) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.asked++; u.dead && (u.good == nil || !u.good(token)) {
		return &core.Error{Class: core.Misuse, Message: "the token is dead", Code: 40001, Err: core.ErrDead}
	}
	return nil
}

func (u *steadyUpstream) kill() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.dead = true
}

func (u *steadyUpstream) set(during func()) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.during = during
}

func (u *steadyUpstream) fail(err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.err = err
}

func (u *steadyUpstream) checked(good func(token string) bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.good = good
}

func (u *steadyUpstream) fetches() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.calls
}

func (u *steadyUpstream) count() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.asked
}

// backend is an agent beside a backend's Redis.
type backend struct {
	*running
	up    *steadyUpstream
	redis redisconn.Client
	url   string
	ref   api.Ref
}

const redisWord = "hunter2-is-the-password"

func newBackend(t *testing.T) *backend {
	t.Helper()
	return newBackendWith(t, func(r RedisTarget) RedisTarget { return r })
}

// newBackendWith is newBackend whose agent writes by way of another target.
func newBackendWith(t *testing.T, by func(RedisTarget) RedisTarget) *backend {
	t.Helper()
	s := redistest.Start(t)
	b := &backend{up: &steadyUpstream{}, redis: s.Client(), url: strings.Replace(s.URL, "unix://", "unix://tokentray@", 1)}
	t.Cleanup(func() { _ = b.redis.Close() })
	if err := b.redis.Do(t.Context(), "ACL", "SETUSER", "tokentray", "on", ">"+redisWord, "~*", "+@all").Err(); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	w.kinds, w.sources = testKinds(), map[core.Kind]core.Source{kinds.WeChat: b.up, kinds.WeChatLegacy: b.up}
	w.redis = by(rediscache.NewWriter(testKinds, rediscache.Options{Upstream: calls.Options{Now: w.now}}))
	b.running = w.start()
	b.ref = b.add("shop", core.Sandbox).Ref()
	return b
}

func (b *backend) input(layout, key string) api.PushInput {
	return api.PushInput{Kind: core.PushRedis, Redis: &core.RedisPlace{URL: b.url, Layout: layout, Key: key}, RedisPassword: ptr(redisWord)}
}

const silenceperKey = "gowechat_officialaccount__access_token_wx0000000000000001"

func (b *backend) entry(t *testing.T) string {
	t.Helper()
	got, err := b.redis.Get(t.Context(), silenceperKey).Result()
	if err != nil && !strings.Contains(err.Error(), "nil") {
		t.Fatal(err)
	}
	return got
}

// TestATokenGoesIntoABackendsRedis: at once, with every renewal, and no more when the
// push is removed.
func TestATokenGoesIntoABackendsRedis(t *testing.T) {
	b := newBackend(t)
	dry := b.input("silenceper", "")
	dry.DryRun = true
	plan, err := b.client.AddPush(t.Context(), b.ref, dry)
	if err != nil || plan.Plan == nil || plan.Plan.Error != nil || !strings.HasPrefix(plan.Plan.Commands[len(plan.Plan.Commands)-2], "SET "+silenceperKey+" 88_Ab••••") {
		t.Fatalf("%+v, %v", plan.Plan, err)
	}
	if b.entry(t) != "" || len(b.pushes.of("1")) != 0 {
		t.Error("a dry run did something")
	}
	added, err := b.client.AddPush(t.Context(), b.ref, b.input("silenceper", ""))
	if err != nil || added.Last == nil || added.Failing() || added.Target != b.url+" silenceper" {
		t.Fatalf("%+v, %v", added, err)
	}
	if b.entry(t) != b.up.token() {
		t.Errorf("the entry holds %q", b.entry(t))
	}
	if _, err := b.client.AddPush(t.Context(), b.ref, b.input("silenceper", "")); err == nil {
		t.Error("the same push was added twice")
	}
	b.up.kill()
	b.world.pass(time.Minute)
	events := b.events(t)
	if _, err := b.client.Refresh(t.Context(), b.ref, api.RefreshRequest{Force: true}); err != nil {
		t.Fatal(err)
	}
	until(t, events, "the push", func(acc api.Account) bool {
		return len(acc.Pushes) == 1 && acc.Pushes[0].Last.Mask == core.Mask(b.up.token()) && !acc.Pushes[0].Failing() && b.entry(t) == b.up.token()
	})
	if err := b.client.RemovePush(t.Context(), b.ref, added.Number); err != nil {
		t.Fatal(err)
	}
	again := b.input("silenceper", "")
	again.RedisPassword = nil
	if p, err := b.client.AddPush(t.Context(), b.ref, again); err != nil || !p.Failing() || p.Last.Error.Remedy != core.RemedyRedisAuth {
		t.Errorf("the password outlived its push: %+v, %v", p.Last, err)
	}
}

// TestNeitherPasswordNorKeyLeaks: into the home's files, the log, lists, history or errors;
// and the password does not go to another Redis. A key that holds the AppSecret is refused.
func TestNeitherPasswordNorKeyLeaks(t *testing.T) {
	b := newBackend(t)
	const secretKey = "shop:0123456789abcdef0123456789abcdee:token"
	said := []any{}
	for _, in := range []api.PushInput{b.input("plain", secretKey), b.input("silenceper", ""), b.input("powerwechat", "")} {
		p, err := b.client.AddPush(t.Context(), b.ref, in)
		if err != nil || p.Failing() {
			t.Fatalf("%+v, %v", p.Last, err)
		}
		in.DryRun = true
		plan, err := b.client.AddPush(t.Context(), b.ref, in)
		if err != nil {
			t.Fatal(err)
		}
		said = append(said, p, plan)
	}
	// Two failures: a value of another program, and a Redis that forbids the write.
	for _, key := range b.redis.Keys(t.Context(), "*").Val() {
		if err := b.redis.HSet(t.Context(), "x", "y", "z").Err(); err != nil {
			t.Fatal(err)
		}
		b.redis.Rename(t.Context(), "x", key)
	}
	for n := 1; n <= 3; n++ {
		p, err := b.client.RunPush(t.Context(), b.ref, n)
		if err != nil || !p.Failing() || p.Last.Error.Remedy != core.RemedyRedisType {
			t.Errorf("%d: %+v, %v", n, p.Last, err)
		}
		said = append(said, p)
	}
	b.redis.Do(t.Context(), "ACL", "SETUSER", "tokentray", "-@all")
	for n := 1; n <= 3; n++ {
		p, err := b.client.RunPush(t.Context(), b.ref, n)
		if err != nil || !p.Failing() || p.Last.Error.Remedy != core.RemedyRedisACL {
			t.Errorf("%d: %+v, %v", n, p.Last, err)
		}
		said = append(said, p)
	}
	var problems core.Problems
	_, err := b.client.AddPush(t.Context(), b.ref, b.input("plain", "shop:"+goodSecret+":token"))
	if !errors.As(err, &problems) || problems[0].Key != core.ProblemRedisSecret {
		t.Errorf("a key that holds the AppSecret: %v", err)
	}
	said = append(said, fmt.Sprint(err))
	elsewhere, heard := b.input("silenceper", ""), make(chan string, 100)
	elsewhere.Redis.URL, elsewhere.RedisPassword = hearing(t, heard), nil
	p, err := b.client.AddPush(t.Context(), b.ref, elsewhere)
	if err != nil || !p.Failing() {
		t.Errorf("to another Redis: %+v, %v", p.Last, err)
	}
	said = append(said, p)
	select {
	case first := <-heard:
		if strings.Contains(first, redisWord) {
			t.Errorf("another Redis was sent %q", first)
		}
	case <-time.After(time.Minute):
		t.Error("another Redis was sent nothing")
	}
	list, err := b.client.List(t.Context())
	history, err2 := b.client.History(t.Context(), b.ref, api.HistoryQuery{Limit: 100})
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	said = append(said, list, history)
	bad := b.input("silenceper", "")
	bad.Redis.URL = "redis://shop:" + redisWord + "@127.0.0.1"
	if _, err := b.client.AddPush(t.Context(), b.ref, bad); err == nil {
		t.Error("a password in the URL was taken")
	} else {
		said = append(said, err.Error())
	}
	raw, err := json.Marshal(said)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw) + b.world.log.String()
	if err := b.end(); err != nil {
		t.Fatal(err)
	}
	digest := "powerwechat.access_token."
	for _, secret := range []string{redisWord, "0123456789abcdef0123456789abcdee", goodSecret, b.up.token()} {
		if at := strings.Index(text, secret); at >= 0 {
			t.Errorf("%q is told: …%s", secret, text[max(0, at-200):at])
		}
	}
	if at := strings.Index(text, digest); at >= 0 && !strings.HasPrefix(text[at+len(digest)+4:], "…") {
		t.Errorf("the digest of the AppSecret is told whole: %s", text[at:at+80])
	}
	for _, secret := range []string{redisWord, goodSecret, b.up.token()} {
		if files := found(t, b.world.home.Dir(), secret); len(files) > 0 {
			t.Errorf("%q is in %v", secret, files)
		}
	}
}

// hearing is the URL of what is no Redis: it tells what it is sent first on each
// connection, and hangs up.
func hearing(t *testing.T, heard chan<- string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			first := make([]byte, 4096)
			n, _ := c.Read(first)
			_ = c.Close()
			if n == 0 {
				continue
			}
			select {
			case heard <- string(first[:n]):
			default:
			}
		}
	}()
	return "redis://tokentray@" + l.Addr().String()
}

// TestAnEntryThatVanishedIsAReport: SDKs delete the entry of a token that was refused.
func TestAnEntryThatVanishedIsAReport(t *testing.T) {
	b := newBackend(t)
	if p, err := b.client.AddPush(t.Context(), b.ref, b.input("silenceper", "")); err != nil || p.Failing() {
		t.Fatalf("%+v, %v", p.Last, err)
	}
	first := b.up.token()
	look := func() { b.pushes.redis.look(t.Context()) }
	if look(); b.up.count() != 1 {
		t.Error("an entry that is there was reported")
	}
	events := b.events(t)
	pushed := func(what string) {
		t.Helper()
		until(t, events, what, func(acc api.Account) bool { return b.entry(t) == b.up.token() && !acc.Pushes[0].Failing() })
	}
	// Somebody emptied the Redis: the token lives, and is there again.
	b.redis.FlushAll(t.Context())
	look()
	pushed("the rewriting")
	asked := b.up.count()
	if b.up.token() != first || asked < 2 {
		t.Errorf("upstream was asked %d times, and the token is %s", asked, core.Mask(b.up.token()))
	}
	// Again, at once: it is not reported before a minute has gone by.
	b.redis.Del(t.Context(), silenceperKey)
	if look(); b.up.count() != asked {
		t.Error("an entry that vanished again was reported at once")
	}
	b.world.pass(2 * time.Minute)
	b.up.kill() // and now it is dead indeed
	look()
	pushed("the next token")
	if b.up.token() == first {
		t.Error("a dead token was written again")
	}
}

// rewritten waits until an entry that vanished is there again, and its push has ended.
func (b *backend) rewritten(t *testing.T, events <-chan api.Event) {
	t.Helper()
	until(t, events, "the rewriting", func(api.Account) bool { return b.entry(t) != "" })
	if p, err := b.client.RunPush(t.Context(), b.ref, 1); err != nil || p.Failing() { // after the one under way
		t.Fatalf("%+v, %v", p.Last, err)
	}
}

// TestThePauseOutlivesTheToken: an entry that vanishes again and again costs ever fewer
// tokens, although each report brings another one.
func TestThePauseOutlivesTheToken(t *testing.T) {
	b := newBackend(t)
	if p, err := b.client.AddPush(t.Context(), b.ref, b.input("silenceper", "")); err != nil || p.Failing() {
		t.Fatalf("%+v, %v", p.Last, err)
	}
	events := b.events(t)
	vanish := func(after time.Duration) (reported bool) {
		t.Helper()
		b.world.pass(after)
		before := b.up.token()
		b.up.kill()
		b.redis.Del(t.Context(), silenceperKey)
		b.pushes.redis.look(t.Context())
		if b.up.token() == before {
			return false
		}
		b.rewritten(t, events)
		return true
	}
	for i, c := range []struct {
		after    time.Duration
		reported bool
	}{
		{time.Minute, true},
		{time.Minute, true}, // and from here on 2 minutes
		{time.Minute, false},
		{time.Minute, true}, // 4 minutes
		{3 * time.Minute, false},
		{time.Minute, true},
		{30 * time.Minute, true}, // it was calm, so it is a minute again
		{time.Minute, true},
	} {
		if got := vanish(c.after); got != c.reported {
			t.Errorf("%d: reported %v", i, got)
		}
	}
}

// uncheckedUpstream is an upstream that cannot be asked about a token.
type uncheckedUpstream struct{ core.Source }

// TestAnEntryThatVanishedCostsNoToken: where upstream cannot be asked about a token and
// makes another one at each call, the same token is written again.
func TestAnEntryThatVanishedCostsNoToken(t *testing.T) {
	for _, repeat := range []core.Repeat{core.RepeatDestructive, core.RepeatNewTwoLive, core.RepeatNewAllLive} {
		t.Run(string(repeat), func(t *testing.T) {
			b := newBackend(t)
			spec, _ := testKinds().Of(kinds.WeChat)
			spec.TryPath, spec.Traits = "", core.Traits{Repeat: repeat, Window: 5 * time.Minute, Day: "+08:00"}
			legacy, _ := testKinds().Of(kinds.WeChatLegacy)
			set, err := kinds.New(spec, legacy)
			if err != nil {
				t.Fatal(err)
			}
			if err := b.SetKinds(set, map[core.Kind]core.Source{kinds.WeChat: uncheckedUpstream{b.up}, kinds.WeChatLegacy: b.up}); err != nil {
				t.Fatal(err)
			}
			if p, err := b.client.AddPush(t.Context(), b.ref, b.input("silenceper", "")); err != nil || p.Failing() {
				t.Fatalf("%+v, %v", p.Last, err)
			}
			token, asked, events := b.entry(t), b.up.count(), b.events(t)
			b.up.kill() // a call would bring another token
			for range 5 {
				b.redis.Del(t.Context(), silenceperKey)
				b.pushes.redis.look(t.Context())
				if b.rewritten(t, events); b.entry(t) != token {
					t.Fatal("another token was written")
				}
				b.world.pass(maxVanishing)
			}
			if b.up.count() != asked {
				t.Errorf("upstream was asked %d times", b.up.count()-asked)
			}
		})
	}
}

// TestTwoFetchersAreToldAndNotFought: also where the other writes after us.
func TestTwoFetchersAreToldAndNotFought(t *testing.T) {
	b := newBackend(t)
	if p, err := b.client.AddPush(t.Context(), b.ref, b.input("silenceper", "")); err != nil || p.Failing() {
		t.Fatalf("%+v, %v", p.Last, err)
	}
	const other = "77_QwErTyUiOpAsDfGhJkLzXcVbNm1234567890QwErTyUiOpAsDfGhJkLzXcVbNm1234567890"
	if err := b.redis.Set(t.Context(), silenceperKey, other, 100*time.Minute).Err(); err != nil {
		t.Fatal(err)
	}
	b.pushes.redis.look(t.Context())
	list, err := b.client.List(t.Context())
	if err != nil || len(list.Accounts[0].Pushes) != 1 {
		t.Fatal(err)
	}
	if e := list.Accounts[0].Pushes[0].Last.Error; e == nil || e.Remedy != core.RemedyPushFetchers || b.entry(t) != other {
		t.Errorf("%+v, and the entry holds %s", e, core.Mask(b.entry(t)))
	}
	if p, err := b.client.RunPush(t.Context(), b.ref, 1); err != nil || !p.Failing() || p.Last.Error.Remedy != core.RemedyPushFetchers || b.entry(t) != other {
		t.Errorf("a person's try: %+v, %v", p.Last, err)
	}
	b.redis.Del(t.Context(), silenceperKey) // as the sentence says
	if p, err := b.client.RunPush(t.Context(), b.ref, 1); err != nil || p.Failing() || b.entry(t) != b.up.token() {
		t.Errorf("after the key was deleted: %+v, %v", p.Last, err)
	}
}

// TestAReplacedRedisPushKeepsItsSecrets: the key that no list shows whole, and the
// password while its Redis stays.
func TestAReplacedRedisPushKeepsItsSecrets(t *testing.T) {
	b := newBackend(t)
	const key = "shop:0123456789abcdef0123456789abcdee:token"
	p, err := b.client.AddPush(t.Context(), b.ref, b.input("plain", key))
	if err != nil || p.Failing() || p.Redis.Key == key {
		t.Fatalf("%+v, %v", p, err)
	}
	in := api.PushInput{Kind: core.PushRedis, Redis: p.Redis, Replace: p.Number}
	in.Redis.Plain = true
	next, err := b.client.AddPush(t.Context(), b.ref, in)
	if err != nil || next.Failing() {
		t.Fatalf("%+v, %v", next.Last, err)
	}
	a, err := b.client.Account(t.Context(), b.ref)
	if err != nil {
		t.Fatal(err)
	}
	if kept := b.pushes.of(a.ID); len(kept) != 1 || kept[0].Redis.Key != key || !kept[0].Redis.Plain {
		t.Errorf("kept is %+v", kept)
	}
	gone, err := b.client.AddPush(t.Context(), b.ref, api.PushInput{Kind: core.PushFile, Path: filepath.Join(t.TempDir(), "token"), Replace: next.Number})
	if err != nil || gone.Failing() {
		t.Fatalf("%+v, %v", gone, err)
	}
	again := b.input("silenceper", "")
	again.RedisPassword = nil
	if p, err := b.client.AddPush(t.Context(), b.ref, again); err != nil || !p.Failing() || p.Last.Error.Remedy != core.RemedyRedisAuth {
		t.Errorf("the password outlived its push: %+v, %v", p.Last, err)
	}
}

// TestAPasswordAfterAnEdit: the vault describes the account as it is, not as it was when
// the push was asked for.
func TestAPasswordAfterAnEdit(t *testing.T) {
	b := newBackend(t)
	was, _, _ := b.Known(b.ref)
	saved, err := b.client.Edit(t.Context(), b.ref, api.AccountInput{Input: core.Input{Name: ptr("renamed")}})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.keepRedisPassword(t.Context(), was, "redis://127.0.0.1:6379", core.NewSecret("of the redis")); err != nil {
		t.Fatal(err)
	}
	if kept, err := b.vault.entry(t.Context(), was.ID); err != nil || kept.Name != saved.Account.Name {
		t.Errorf("the vault has %q, %v", kept.Name, err)
	}
	if err := b.client.Remove(t.Context(), saved.Account.Ref()); err != nil {
		t.Fatal(err)
	}
	wantClass(t, b.keepRedisPassword(t.Context(), was, "redis://127.0.0.1:6379", core.NewSecret("of the redis")), core.NotFound)
}
