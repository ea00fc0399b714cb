package agent

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// The agent retries a failed keyring after firstRetry, then less and less often, up
// to lastRetry.
const (
	firstRetry = time.Minute
	lastRetry  = 16 * time.Minute
)

// retrier plans retries of something that failed.
type retrier struct {
	busy atomic.Bool // a try is under way

	mu   sync.Mutex
	wait time.Duration
	next time.Time
}

// reset forgets the plan: nothing needs a retry.
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

// retryKeyring retries a failed keyring, on a goroutine that run starts. Without it,
// renewal would stop until a person acts if a bus or a disk hangs for a moment, a
// keyring unlocked by another program would stay closed here, and accounts whose
// entries came too late would stay missing. It asks unattended, which never raises a
// prompt. A vault that a person locked, and a passphrase file, are opened only by a
// person. It is part of the upkeep.
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
