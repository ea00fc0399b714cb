package agent

import (
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"tokentray/core"
)

// useStore keeps when each account was last used.
type useStore interface {
	LastUsed() (map[core.ID]time.Time, error)
	Touch(used map[core.ID]time.Time) error
}

// flushEvery is how long uses are gathered before they are written to the disk: a
// write takes long, and a script may ask a thousand times a second.
const flushEvery = time.Minute

// uses notes when each account was last used: in the Keeper, which shows it with the
// account, and soon afterwards on the disk. No timer runs while nobody asks for tokens.
type uses struct {
	store useStore
	log   *slog.Logger
	// used tells the Keeper.
	used func(core.ID, time.Time)
	// written is called with the accounts whose uses were written to disk.
	written func(...core.ID)

	writing sync.Mutex // held through each flush

	mu     sync.RWMutex // guards what follows; nothing else is locked under it
	dirty  map[core.ID]time.Time
	timer  *time.Timer
	closed bool
}

// noted reports whether a use in this second is noted already. Under load, readers of
// a token must not wait for a lock.
func (u *uses) noted(id core.ID, now time.Time) bool {
	u.mu.RLock()
	defer u.mu.RUnlock()
	at, dirty := u.dirty[id]
	return dirty && at.Unix() == now.Unix()
}

// touch notes a use, to the second. It does not wait for the disk.
func (u *uses) touch(id core.ID, now time.Time) {
	if u.noted(id, now) {
		return
	}
	u.used(id, now)
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closed {
		return
	}
	if u.dirty == nil {
		u.dirty = map[core.ID]time.Time{}
	}
	u.dirty[id] = now
	if u.timer == nil {
		u.timer = time.AfterFunc(flushEvery, u.flush)
	}
}

// forget drops an account.
func (u *uses) forget(id core.ID) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.dirty, id)
}

// flush writes the collected uses.
func (u *uses) flush() {
	u.writing.Lock()
	defer u.writing.Unlock()
	u.mu.Lock()
	dirty := u.dirty
	u.dirty, u.timer = nil, nil
	u.mu.Unlock()
	if len(dirty) == 0 {
		return
	}
	if err := u.store.Touch(dirty); err != nil {
		u.log.Warn("cannot save when accounts were used", "error", err)
	}
	u.written(slices.Collect(maps.Keys(dirty))...)
}

// close writes the remaining uses and waits for a flush under way.
func (u *uses) close() {
	u.mu.Lock()
	u.closed = true
	if u.timer != nil {
		u.timer.Stop()
	}
	u.mu.Unlock()
	u.flush()
}
