package core

import "time"

// Living is the current token when it is good for at least minTTL: Get where
// nothing must be fetched and nobody may wait. It was looked at at now.
func (k *Keeper) Living(id ID, minTTL time.Duration) (t Token, now time.Time, ok bool) {
	k.mu.RLock()
	e := k.entries[id]
	k.mu.RUnlock()
	if e == nil {
		return Token{}, time.Time{}, false
	}
	now, jumped := k.clock.wall()
	current := e.token.Load()
	if jumped || !current.Good(now, minTTL) {
		return Token{}, now, false
	}
	e.lastUsed.Store(now.Unix())
	return *current, now, true
}
