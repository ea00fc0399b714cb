package core

import (
	"context"
	"time"
)

// Rivals are programs that fetch tokens of the same accounts by themselves, outside of any
// team: backends for which this program writes tokens. Package agent implements it.
type Rivals interface {
	// Hold keeps them from fetching while this program does, as far as they can be kept.
	// It waits for one that fetches just now, for a limited time. came is the token that
	// this one brought, or empty. release ends it; renewed tells that another token came,
	// which they get at once.
	Hold(ctx context.Context, a Account) (came Grant, release func(renewed bool))
}

// pauseRivals is Rivals.Hold before a fetch. A token that a rival brought meanwhile is as
// good as one of the fetch where that would kill it, if upstream accepts it.
func (w *attempt) pauseRivals() (Grant, func(renewed bool)) {
	if w.k.cfg.Rivals == nil {
		return Grant{}, func(bool) {}
	}
	came, release := w.k.cfg.Rivals.Hold(w.ctx, w.req.Account)
	read := time.Now()
	checker := w.checker()
	switch {
	case came.Value == "", came.Value == w.current.Value, checker == nil, w.req.Force,
		w.up.Traits.Repeat.Harmless(), w.left-w.out.calls < 2: // a call must be left for the fetch
		return Grant{}, release
	}
	err := checker.Check(w.ctx, w.req, came.Value)
	w.out.asked(err)
	came.ExpiresIn -= time.Since(read)
	if err != nil || came.ExpiresIn <= 0 {
		return Grant{}, release
	}
	w.k.cfg.Log.Info("a backend fetched a token of its own just now, and it is used", "account", w.req.Account.ID)
	return came, release
}
