package rediscache

import (
	"context"
	"errors"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"tokentray/core"
	"tokentray/core/layout"
	"tokentray/core/redisconn"
)

// WxJava holds a lock while it fetches a token, and looks at the entry again once it has
// the lock. The lock is a text under a key of its own. Over RedisTemplate it is any text,
// with a time to live. Over Jedis it has no time to live: it is the time at which the lock
// ends, in ms since 1970 and by the backend's clock, and any other text makes the
// backend fail. So TokenTray puts such a number there, with a time to live.

// Times of a lock.
const (
	// lockFor is how long a lock lasts that nobody gives back. It covers a call and the
	// writing of what came.
	lockFor = 25 * time.Second
	// lockWait is how long a fetch waits for a backend's own.
	lockWait = 10 * time.Second
	lockPoll = 200 * time.Millisecond
	// lockAnswer is how long a Redis may take to answer. A fetch waits no longer for one
	// that does not.
	lockAnswer = 2 * time.Second
	// lockClocks is how far a backend's clock may be ahead without the lock being taken
	// for one that has ended.
	lockClocks = time.Hour
)

// lock is the key that the SDK holds while it fetches, empty where there is none.
func (e entry) lock() string {
	if e.name.Own != "" {
		return ""
	}
	return e.layout.LockKey(e.name)
}

// Locks reports whether the SDK of a place has a lock that can be held.
func (w *Writer) Locks(p core.RedisPlace, a core.Account) bool {
	l, ok := layout.Of(p.Layout, w.family(p, a))
	return ok && l.Writable && l.Lock != "" && p.Key == ""
}

// lockText is a text for a lock that no other program has.
func (w *Writer) lockText() string {
	end := w.now().Add(lockFor + lockClocks + rand.N(lockClocks))
	return strconv.FormatInt(end.UnixMilli(), 10)
}

// lockHeld reads a lock. A text without a time to live that is not a time to come is one
// that a backend left behind when it was killed.
func (w *Writer) lockHeld(ctx context.Context, c redis.Cmdable, key string) (text string, held bool, err error) {
	var left *redis.DurationCmd
	var got *redis.StringCmd
	_, err = c.Pipelined(ctx, func(p redis.Pipeliner) error {
		left = p.PTTL(ctx, key)
		got = p.GetRange(ctx, key, 0, 63)
		return nil
	})
	switch {
	case wrongType(got.Err()): // Redisson's, or another program's
		return "", true, nil
	case err != nil:
		return "", false, err
	case left.Val() == keyMissing:
		return "", false, nil
	case left.Val() >= 0:
		return got.Val(), true, nil
	}
	ms, bad := strconv.ParseInt(got.Val(), 10, 64)
	return got.Val(), bad != nil || ms >= w.now().UnixMilli(), nil
}

// Hold takes the lock of the SDK, so that the backend does not fetch while this program
// does. It waits a limited time for a backend that fetches, and only a moment for a Redis
// that does not answer: then the fetch goes on without the lock. What the backend brought
// meanwhile is in the answer. The lock ends by itself, or by Free.
func (w *Writer) Hold(ctx context.Context, job core.RedisWrite) (core.RedisHold, error) {
	var out core.RedisHold
	e, err := w.entry(job)
	if err != nil || e.lock() == "" {
		return out, err
	}
	ctx, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	c, err := open(job.Place.URL, job.Password, agreed(job.Place.Plain), w.dial)
	if err != nil {
		return out, asPush(err)
	}
	defer c.Close()
	text := w.lockText()
	for waited := false; ; waited = true {
		taken, err := w.takeLock(ctx, c, e.lock(), text, job.Lock)
		switch {
		case taken:
			out.Lock = text
		case ctx.Err() != nil && waited: // whoever has it keeps it for long
			return out, nil
		case err != nil:
			return out, asPush(err)
		}
		if taken && waited {
			if out.Came, err = w.came(ctx, c, e, job); err != nil {
				return out, asPush(err)
			}
		}
		if taken {
			return out, nil
		}
		t := time.NewTimer(lockPoll)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return out, nil
		}
	}
}

// takeLock puts text into a lock that nobody holds, or that holds own, which is ours.
func (w *Writer) takeLock(ctx context.Context, c redisconn.Client, key, text, own string) (taken bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, lockAnswer)
	defer cancel()
	err = c.Watch(ctx, func(tx *redis.Tx) error {
		now, held, err := w.lockHeld(ctx, tx, key)
		if err != nil || held && (own == "" || now != own) {
			return err
		}
		_, err = tx.TxPipelined(ctx, func(p redis.Pipeliner) error {
			p.Do(ctx, "set", key, text, "px", lockFor.Milliseconds())
			return nil
		})
		taken = err == nil
		return err
	}, key)
	if errors.Is(err, redis.TxFailedErr) {
		return false, nil
	}
	return taken, err
}

// came is the token of an entry that is newer than the account's.
func (w *Writer) came(ctx context.Context, c redisconn.Client, e entry, job core.RedisWrite) (core.Grant, error) {
	ctx, cancel := context.WithTimeout(ctx, lockAnswer)
	defer cancel()
	v, err := read(ctx, c, e.target, e.key)
	if err != nil {
		return core.Grant{}, err
	}
	current, bad := e.layout.Token(v)
	left := min(v.Left+e.layout.Margin, layout.MaxLife)
	switch {
	case bad != nil, v.Left <= 0, current == job.Token.Value, current == job.Token.Previous.Value,
		core.TokenPrint(current) == job.Known.Print, left <= job.Token.ExpiresAt.Sub(w.now()):
		return core.Grant{}, nil
	}
	return core.Grant{Value: current, ExpiresIn: left}, nil
}

// Free gives back a lock that Hold took, unless somebody else has it by now. It needs no
// right that writing does not need: the lock is made to end at once.
func (w *Writer) Free(ctx context.Context, job core.RedisWrite) error {
	e, err := w.entry(job)
	if err != nil || e.lock() == "" || job.Lock == "" {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	c, err := open(job.Place.URL, job.Password, agreed(job.Place.Plain), w.dial)
	if err != nil {
		return asPush(err)
	}
	defer c.Close()
	err = c.Watch(ctx, func(tx *redis.Tx) error {
		text, held, err := w.lockHeld(ctx, tx, e.lock())
		if err != nil || !held || text != job.Lock {
			return err
		}
		_, err = tx.TxPipelined(ctx, func(p redis.Pipeliner) error {
			p.Do(ctx, "set", e.lock(), text, "px", 1)
			return nil
		})
		return err
	}, e.lock())
	if err == nil || errors.Is(err, redis.TxFailedErr) { // somebody else has it
		return nil
	}
	return asPush(err)
}
