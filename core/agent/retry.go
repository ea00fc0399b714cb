package agent

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// The agent tries a keyring that failed again after firstRetry, then ever less
// often, up to lastRetry.
const (
	firstRetry = time.Minute
	lastRetry  = 16 * time.Minute
)

// retrier plans when something that failed is tried again.
type retrier struct {
	busy atomic.Bool // a try is under way

	mu   sync.Mutex
	wait time.Duration
	next time.Time
}

// reset forgets the plan: there is nothing to try again.
func (r *retrier) reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wait = 0
}

// due reports whether it is time to try again, and plans the next time.
func (r *retrier) due(now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.wait == 0 || r.next.Sub(now) > r.wait { // the first, or the clock was set back
		r.wait, r.next = firstRetry, now.Add(firstRetry)
	}
	if now.Before(r.next) {
		return false
	}
	r.wait = min(2*r.wait, lastRetry)
	r.next = now.Add(r.wait)
	return true
}

// retryKeyring tries a keyring that failed again, on a goroutine that run starts.
// Without it a bus or a disk that hung for a moment would end renewal until a
// person comes, and a keyring that was unlocked elsewhere would stay closed here.
// So would accounts stay away that a vault which answered too late still holds.
// It asks unattended, which never raises a prompt. What a person locked, and the
// passphrase file, only a person opens. It is part of the upkeep.
func (s *Service) retryKeyring(ctx context.Context, run func(func())) {
	if !s.wantsOpening() || s.vault.closed() != nil && s.vault.fileInUse() {
		s.retrier.reset()
		return
	}
	if s.retrier.due(s.now()) && s.retrier.busy.CompareAndSwap(false, true) {
		run(func() {
			defer s.retrier.busy.Store(false)
			s.reopen(ctx, s.wantsOpening)
		})
	}
}
