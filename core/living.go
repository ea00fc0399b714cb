package core

import "time"

// Living is the current token when it is good for at least minTTL: Get where
// nothing must be fetched and nobody may wait.
func (k *Keeper) Living(id ID, minTTL time.Duration) (Token, bool) {
	k.mu.RLock()
	e := k.entries[id]
	k.mu.RUnlock()
	if e == nil {
		return Token{}, false
	}
	now, jumped := k.clock.wall()
	t := e.token.Load()
	if jumped || !t.Good(now, minTTL) {
		return Token{}, false
	}
	e.lastUsed.Store(now.Unix())
	return *t, true
}
