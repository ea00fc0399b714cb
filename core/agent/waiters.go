package agent

import (
	"sync"

	"tokentray/core"
)

// waiters wait for the next event of an account.
type waiters struct {
	mu    sync.Mutex                // nothing else is locked under it
	chans map[core.ID]chan struct{} // closed at the account's next event
}

// wait returns a channel that is closed at the account's next event.
func (w *waiters) wait(id core.ID) <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch := w.chans[id]
	if ch == nil {
		if w.chans == nil {
			w.chans = map[core.ID]chan struct{}{}
		}
		ch = make(chan struct{})
		w.chans[id] = ch
	}
	return ch
}

// wake wakes the waiters of an account. The Keeper calls it under its own lock.
func (w *waiters) wake(id core.ID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if ch := w.chans[id]; ch != nil {
		close(ch)
		delete(w.chans, id)
	}
}
