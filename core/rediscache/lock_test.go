package rediscache_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/rediscache"
	"tokentray/core/redisconn"
	"tokentray/core/redisconn/redistest"
)

const (
	lockKey  = "wx:lock:" + appID + ":accessTokenLock"
	entryKey = "wx:access_token:" + appID
)

// newer is a token that a backend fetched after ours came.
const newer = "92_QqQqQqQqQqQqQqQqQqQqQqQqQqQqQqQqQqQq-_QqQqQqQqQqQqQqQqQqQqQqQqQqQqQqQq"

// templateLock is one try of WxJava over RedisTemplate to take its lock as owner.
func templateLock(ctx context.Context, c redisconn.Client, owner string) bool {
	c.SetNX(ctx, lockKey, owner, time.Minute)
	return c.Get(ctx, lockKey).Val() == owner
}

// jedisLock is one try of WxJava over Jedis, which fails for good where the lock holds no
// number.
func jedisLock(t *testing.T, c redisconn.Client) bool {
	t.Helper()
	ctx, now := t.Context(), time.Now()
	mine := strconv.FormatInt(now.Add(time.Minute).UnixMilli(), 10)
	if c.SetNX(ctx, lockKey, mine, 0).Val() {
		return true
	}
	held, err := c.Get(ctx, lockKey).Result()
	if errors.Is(err, redis.Nil) {
		return false
	}
	ends, err := strconv.ParseInt(held, 10, 64)
	if err != nil {
		t.Fatalf("the backend fails at the lock: %v", err)
	}
	return ends < now.UnixMilli() && c.GetSet(ctx, lockKey, mine).Val() == held
}

// TestTheLockOfWxJavaIsHeld: neither form of the SDK takes it meanwhile, and both do
// afterwards.
func TestTheLockOfWxJavaIsHeld(t *testing.T) {
	s := redistest.Start(t)
	c, ctx, w := client(t, s), t.Context(), writer(nil)
	job := shop(s, "wxjava")
	if !w.Locks(job.Place, job.Account) {
		t.Fatal("the layout has no lock")
	}
	got, err := w.Hold(ctx, job)
	if err != nil || got.Lock == "" || got.Came.Value != "" {
		t.Fatalf("%+v, %v", got, err)
	}
	if left := c.PTTL(ctx, lockKey).Val(); left <= 15*time.Second || left > 25*time.Second {
		t.Errorf("if nobody gives it back it lasts %v", left)
	}
	if templateLock(ctx, c, "a thread of RedisTemplate") || jedisLock(t, c) {
		t.Fatal("the backend takes the lock too")
	}
	if held := c.Get(ctx, lockKey).Val(); held != got.Lock {
		t.Errorf("the lock holds %q", held)
	}
	again := job
	again.Lock = got.Lock
	if got, err = w.Hold(ctx, again); err != nil || got.Lock == "" {
		t.Errorf("held again by the same: %+v, %v", got, err)
	}
	job.Lock = got.Lock
	if _, err := w.Write(ctx, job); err != nil || c.Get(ctx, entryKey).Val() != token {
		t.Errorf("our own lock keeps us from writing: %v", err)
	}
	stranger := job
	stranger.Lock = "1893456000000"
	if err := w.Free(ctx, stranger); err != nil || c.Get(ctx, lockKey).Val() != got.Lock {
		t.Errorf("somebody else's lock was given back: %v", err)
	}
	if err := w.Free(ctx, job); err != nil {
		t.Fatal(err)
	}
	gone(t, c)
	if err := w.Free(ctx, job); err != nil {
		t.Errorf("given back twice: %v", err)
	}
	if !templateLock(ctx, c, "a thread of RedisTemplate") {
		t.Error("RedisTemplate does not get it afterwards")
	}
	c.Del(ctx, lockKey)
	if !jedisLock(t, c) {
		t.Error("Jedis does not get it afterwards")
	}
}

// gone waits until nobody has the lock, for the moment that it takes.
func gone(t *testing.T, c redisconn.Client) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); c.Exists(t.Context(), lockKey).Val() != 0; {
		if time.Now().After(deadline) {
			t.Fatal("the lock is not given back")
		}
	}
}

// sentAny reports whether a command was sent.
func (r *recorder) sentAny(command string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Contains(r.sent.String(), command)
}

// lockReads is how often a lock was looked at.
func (r *recorder) lockReads() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Count(r.sent.String(), "getrange")
}

// TestOneOfManyHoldsTheLock: TokenTrays and backends at once.
func TestOneOfManyHoldsTheLock(t *testing.T) {
	s := redistest.Start(t)
	c := client(t, s)
	var won atomic.Int32
	var wg sync.WaitGroup
	ctx, cancel := context.WithTimeout(t.Context(), 9*time.Second)
	defer cancel()
	for i := range 20 {
		wg.Go(func() {
			switch {
			case i%2 == 0:
				if templateLock(ctx, c, fmt.Sprint("thread ", i)) {
					won.Add(1)
				}
			default:
				got, err := writer(nil).Hold(ctx, shop(s, "wxjava"))
				if err != nil {
					t.Error(err)
				}
				if got.Lock != "" {
					won.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d hold the lock", won.Load())
	}
}

// TestABackendThatFetchesIsWaitedFor: and what it brought is told, where it is newer than
// ours.
func TestABackendThatFetchesIsWaitedFor(t *testing.T) {
	s := redistest.Start(t)
	c, ctx := client(t, s), t.Context()
	for name, tt := range map[string]struct {
		value string
		left  time.Duration
		ours  time.Duration // of the account's token
		came  bool
	}{
		"a newer token":        {newer, 2 * time.Hour, time.Minute, true},
		"an older one":         {newer, 30 * time.Minute, time.Hour, false},
		"the one that we have": {token, 2 * time.Hour, time.Minute, false},
		"one for ever":         {newer, 0, time.Minute, false},
		"no token":             {"{}", time.Hour, time.Minute, false},
		"nothing":              {"", 0, time.Minute, false},
	} {
		c.FlushAll(ctx)
		if !templateLock(ctx, c, "thread") {
			t.Fatal("no lock")
		}
		job := shop(s, "wxjava")
		job.Token.ExpiresAt = time.Now().Add(tt.ours)
		var r recorder
		var wg sync.WaitGroup
		wg.Go(func() { // the backend ends once its lock was looked at
			for !r.sentAny("getrange") && ctx.Err() == nil {
				time.Sleep(time.Millisecond)
			}
			if tt.value != "" {
				c.Set(ctx, entryKey, tt.value, tt.left)
			}
			c.Del(ctx, lockKey)
		})
		got, err := writer(&r).Hold(ctx, job)
		wg.Wait()
		if err != nil || got.Lock == "" {
			t.Fatalf("%s: %+v, %v", name, got, err)
		}
		if (got.Came.Value == newer) != tt.came || !tt.came && got.Came.Value != "" || got.Came.ExpiresIn > 2*time.Hour {
			t.Errorf("%s: %+v", name, got.Came)
		}
	}
}

// TestALockThatIsNotGivenBackDelaysNothingForEver: of a backend that was killed, or of
// another program.
func TestALockThatIsNotGivenBackDelaysNothingForEver(t *testing.T) {
	s := redistest.Start(t)
	c, w := client(t, s), writer(nil)
	ms := func(at time.Time) string { return strconv.FormatInt(at.UnixMilli(), 10) }
	for name, tt := range map[string]struct {
		put   []any
		taken bool
	}{
		"RedisTemplate's":          {[]any{"set", lockKey, "0e9a8b2c-4d55-4a2e-9f8e-0123456789ab", "px", 60_000}, false},
		"Jedis'":                   {[]any{"set", lockKey, ms(time.Now().Add(time.Minute))}, false},
		"Jedis', left behind":      {[]any{"set", lockKey, ms(time.Now().Add(-time.Second))}, true},
		"Redisson's":               {[]any{"hset", lockKey, "0e9a8b2c:42", "1"}, false},
		"a text for ever":          {[]any{"set", lockKey, "locked"}, false},
		"a number with a life":     {[]any{"set", lockKey, "1", "px", 60_000}, false},
		"an empty text for ever":   {[]any{"set", lockKey, ""}, false},
		"a text of ten megabytes":  {[]any{"set", lockKey, strings.Repeat("7", 10<<20)}, false},
		"a number of many figures": {[]any{"set", lockKey, strings.Repeat("9", 40)}, false},
	} {
		c.FlushAll(t.Context())
		if err := c.Do(t.Context(), tt.put...).Err(); err != nil {
			t.Fatal(err)
		}
		before := c.Dump(t.Context(), lockKey).Val()
		ctx, cancel := context.WithCancel(t.Context())
		var r recorder
		var wg sync.WaitGroup
		wg.Go(func() { // it is not waited for once it was looked at twice
			for r.lockReads() < 2 && ctx.Err() == nil {
				time.Sleep(time.Millisecond)
			}
			cancel()
		})
		got, err := writer(&r).Hold(ctx, shop(s, "wxjava"))
		cancel()
		wg.Wait()
		if err != nil || (got.Lock != "") != tt.taken {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		if !tt.taken && c.Dump(t.Context(), lockKey).Val() != before {
			t.Errorf("%s: was changed", name)
		}
		job := shop(s, "wxjava")
		job.Lock = got.Lock
		if _, err := w.Write(t.Context(), job); (err == nil) != tt.taken {
			t.Errorf("%s: writing meanwhile: %v", name, err)
		}
	}
	c.Set(t.Context(), lockKey, ms(time.Now().Add(-time.Second)), 0)
	if _, err := w.Write(t.Context(), shop(s, "wxjava")); err != nil {
		t.Errorf("a lock that a killed backend left behind keeps us from writing: %v", err)
	}
}

// TestASilentRedisDelaysNoFetchForLong: one that swallows what is sent to it, or that no
// packet reaches.
func TestASilentRedisDelaysNoFetchForLong(t *testing.T) {
	for name, dial := range map[string]rediscache.Dialer{
		"swallows": func(context.Context, string, string) (net.Conn, error) {
			here, there := net.Pipe()
			go func() { _, _ = io.Copy(io.Discard, there) }()
			return here, nil
		},
		"out of reach": func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			w, began := rediscache.NewWriter(kinds.Builtin, rediscache.Options{Dial: dial}), time.Now()
			got, err := w.Hold(t.Context(), shop(&redistest.Server{URL: "redis://127.0.0.1:6379"}, "wxjava"))
			if err == nil || core.AsError(err).Remedy != core.RemedyRedisAway || got.Lock != "" {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
			if took := time.Since(began); took > 2*time.Second {
				t.Errorf("%s: a fetch would wait %v for it", name, took)
			}
			time.Sleep(time.Minute) // what was begun has ended
		})
	}
}

// TestALockNeedsNoOtherRights than writing, and none is taken where there is none.
func TestALockNeedsNoOtherRights(t *testing.T) {
	s := redistest.Start(t, "--user", "default", "on", "nopass", "~*", "&*", "+@all",
		"--user", "tokentray", "on", ">hunter2", "~wx:access_token:*", "~wx:lock:*", "+pttl", "+getrange", "+set", "+watch", "+unwatch", "+multi", "+exec")
	job := shop(s, "wxjava")
	job.Place.URL = "unix://tokentray@" + strings.TrimPrefix(s.URL, "unix://")
	job.Password = core.NewSecret("hunter2")
	w, c := writer(nil), client(t, s)
	got, err := w.Hold(t.Context(), job)
	if err != nil || got.Lock == "" {
		t.Fatalf("%+v, %v", got, err)
	}
	job.Lock = got.Lock
	if err := w.Free(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	gone(t, c)
	job.Place.Prefix = "other:"
	if _, err := w.Hold(t.Context(), job); err == nil || core.AsError(err).Remedy != core.RemedyRedisACL || strings.Contains(err.Error(), "other") {
		t.Errorf("where it has no rights: %v", err)
	}
	for _, layout := range []string{"silenceper", "plain"} {
		other := shop(s, layout)
		if layout == "plain" {
			other.Place.Key = "shop:token"
		}
		if got, err := w.Hold(t.Context(), other); err != nil || got.Lock != "" || w.Locks(other.Place, other.Account) {
			t.Errorf("%s: %+v, %v", layout, got, err)
		}
	}
}
