package core

import "time"

// Journal keeps what must outlive the process.
type Journal interface {
	// Record keeps the results of a round: all of them or, after a crash or an
	// error, none. If only the token cannot be kept, because the vault with its key
	// is locked, the rest is kept, and the error says so.
	Record(id ID, r Record) error
	// RefusedIP is the address in the newest failure of the account's history that
	// names an address other than ip, "" when there is none.
	RefusedIP(id ID, ip string) (string, error)
	// Forced returns how many forced fetches of the account count on day (see
	// Zone.Day) and when the last one was; CountForce adds one at the time given.
	Forced(id ID, day string) (n int, last time.Time, err error)
	CountForce(id ID, day string, at time.Time) error
}

// Record is the lasting result of a round.
type Record struct {
	Token *Token // the current token, the zero Token for none; nil: the one that was kept last
	Line  *Entry // of the history; nil: nothing about the round
	Day   string // on which Calls count, see Zone.Day
	Calls int    // to upstream
	// Looked is when the watch asked about the token; zero: it did not.
	Looked time.Time
}

// Counts are what an account asked of upstream on one day.
type Counts struct {
	Calls  int // in all
	Forced int // of these, forced fetches
}

// DayCounts are the Counts of a day, see Zone.Day.
type DayCounts struct {
	Day string
	Counts
	Looked time.Time // when the watch last asked about a token, on whichever day
}

// record writes a record of an account. With token it adds the account's current
// token, which may be newer than that of the round: records are written one at a
// time, so that none overtakes another. A token that could not be kept is kept with
// the next record.
func (k *Keeper) record(id ID, r Record, token bool) {
	k.saving <- struct{}{}
	defer func() { <-k.saving }()
	var e *entry
	if token {
		k.mu.RLock()
		e = k.entries[id]
		k.mu.RUnlock()
	}
	if e != nil {
		t := *e.token.Load()
		r.Token = &t
	}
	if r.Token == nil && r.Line == nil && r.Calls == 0 && r.Looked.IsZero() {
		return
	}
	err := k.cfg.Journal.Record(id, r)
	if e != nil {
		k.mu.Lock()
		e.unsaved = err != nil
		k.mu.Unlock()
	}
	if err != nil {
		k.cfg.Log.Error("what a round led to is not kept over a restart", "account", id, "token", token, "err", err)
	}
}

// save keeps the current token of an account, or that it has none.
func (k *Keeper) save(id ID) {
	k.record(id, Record{}, true)
	k.renewed(id)
}

// warnSoon writes to the log in the background, because a log can be on a disk that
// hangs. The lock is held.
func (k *Keeper) warnSoon(message string, args ...any) {
	if !k.stopped {
		k.wg.Go(func() { k.cfg.Log.Warn(message, args...) })
	}
}

// saveSoon is save in the background. The lock is held.
func (k *Keeper) saveSoon(ids ...ID) {
	if k.stopped {
		return
	}
	k.wg.Go(func() {
		for _, id := range ids {
			k.save(id)
		}
	})
}

// renewed calls Config.Renewed: the account has a new token, or another life of it.
func (k *Keeper) renewed(id ID) {
	if k.cfg.Renewed == nil {
		return
	}
	if t, there := k.Token(id); there && t.Value != "" && !t.Dead {
		k.cfg.Renewed(id, t)
	}
}
