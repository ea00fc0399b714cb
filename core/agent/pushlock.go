package agent

import (
	"context"
	"sync"
	"time"

	"tokentray/core"
)

// How long a lock is kept for the writing of a token that came, and how long it may take
// to give one back. The lock ends by itself, too.
const (
	lockForWriting = 5 * time.Second
	lockFreeTime   = 2 * time.Second
)

// sdkLocks are the locks of backends' SDKs that this agent holds.
type sdkLocks struct {
	mu    sync.Mutex
	locks map[pushKey]sdkLock
}

// sdkLock is a lock, with what gives it back.
type sdkLock struct {
	core.RedisWrite
	writing bool // the fetch has ended, and its token is written
}

func (l *sdkLocks) put(k pushKey, lock sdkLock) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.locks == nil {
		l.locks = map[pushKey]sdkLock{}
	}
	l.locks[k] = lock
}

// fetched tells that a lock is kept for the writing alone.
func (l *sdkLocks) fetched(k pushKey, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if lock, ok := l.locks[k]; ok && lock.Lock == text {
		lock.writing = true
		l.locks[k] = lock
	}
}

// text is what a lock holds while it is ours.
func (l *sdkLocks) text(k pushKey) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.locks[k].Lock
}

// cut removes a lock, if it is still the one with that text. A fetch under way keeps it,
// unless that is what ends.
func (l *sdkLocks) cut(k pushKey, text string, fetched bool) (core.RedisWrite, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	lock, ok := l.locks[k]
	if !ok || lock.Lock != text || !lock.writing && !fetched {
		return core.RedisWrite{}, false
	}
	delete(l.locks, k)
	return lock.RedisWrite, true
}

// Hold implements core.Rivals by the locks of the SDKs that read what this agent writes.
// What goes wrong delays no fetch for longer than the wait for a lock.
func (r *redisPushes) Hold(ctx context.Context, a core.Account) (came core.Grant, release func(renewed bool)) {
	taken := map[pushKey]string{}
	for _, k := range r.all.of(a.ID) {
		if k.Kind != core.PushRedis || r.target == nil || heldBack(k.Result) || !r.target.Locks(k.Redis, a) {
			continue
		}
		key := pushKey{a.ID, k.Number}
		t, _ := r.all.keeper.Token(a.ID)
		w, err := r.write(ctx, a, k.Redis, t, k.Result.Entry)
		var got core.RedisHold
		if w.Lock = r.locks.text(key); err == nil {
			got, err = r.target.Hold(ctx, w)
		}
		switch {
		case err != nil:
			r.all.log.Info("a token is fetched without the lock of a backend's SDK", "account", a.ID, "push", k.Number, "error", core.AsError(err))
		case got.Lock == "":
			r.all.log.Warn("the lock of a backend's SDK is not given back; a token is fetched anyway", "account", a.ID, "push", k.Number)
		}
		if got.Lock != "" {
			w.Lock = got.Lock
			r.locks.put(key, sdkLock{RedisWrite: w})
			taken[key] = got.Lock
		}
		if got.Came.Value != "" {
			came = got.Came
		}
	}
	return came, func(renewed bool) {
		for key, text := range taken {
			if !renewed {
				r.free(key, text, true)
				continue
			}
			r.locks.fetched(key, text)
			time.AfterFunc(lockForWriting, func() { r.free(key, text, true) }) // the push does it before
		}
	}
}

// free gives back a lock; after a write it does so only if the fetch has ended.
func (r *redisPushes) free(key pushKey, text string, fetched bool) {
	w, ok := r.locks.cut(key, text, fetched)
	if !ok {
		return
	}
	ctx, done := context.WithTimeout(context.Background(), lockFreeTime)
	defer done()
	if err := r.target.Free(ctx, w); err != nil {
		r.all.log.Info("the lock of a backend's SDK ends by itself", "account", key.id, "push", key.number, "error", core.AsError(err))
	}
}
