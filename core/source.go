package core

import (
	"context"
	"errors"
	"time"
)

// Source hands out tokens of one kind.
type Source interface {
	// Fetch asks the upstream once for a token. Its error is an *Error. It
	// honours ctx and never retries by itself.
	Fetch(ctx context.Context, req Request) (Grant, error)
}

// Checker is a Source that can ask the upstream whether a token is accepted.
type Checker interface {
	// Check returns nil when upstream accepts token from here, ErrDead
	// (by errors.Is) when upstream says that the token is dead, and another
	// *Error when neither is known.
	Check(ctx context.Context, req Request, token string) error
}

// ErrDead is in the chain of a Check's error when upstream says that the token
// itself is no longer accepted.
var ErrDead = errors.New("upstream no longer accepts the token")

// Request is what a source needs for one call.
type Request struct {
	Account     Account
	Credentials Credentials
	// Force asks for a new token although the current one lives. Sources
	// whose traits have no ForceBudget ignore it.
	Force bool
}

// Grant is a token as upstream gave it.
type Grant struct {
	Value     string
	ExpiresIn time.Duration // the remaining life, more than zero
}

// Traits say how a source behaves, so that the Keeper can plan without knowing
// the vendor.
type Traits struct {
	// Idempotent: asking again harms nobody.
	Idempotent bool
	// Destructive: asking again kills the token that others hold.
	Destructive bool
	// Window is how long before expiry a new token can be had, for tokens that
	// live at least as long; for shorter lives it is half the life.
	Window time.Duration
	// Overlap is how long a replaced token may still work.
	Overlap time.Duration
	// ForceBudget is how many forced fetches upstream allows in a day of
	// Beijing; 0 when the source knows no force. ForceGap lies between two.
	ForceBudget int
	ForceGap    time.Duration
}

// window is how long before expiry a token of the given full life can be
// replaced.
func (t Traits) window(life time.Duration) time.Duration {
	if life < t.Window {
		return life / 2
	}
	return t.Window
}

// Upstream is a source with its traits.
type Upstream struct {
	Source
	Traits Traits
	// BaseURL is where tokens of an account are of use that names no base URL
	// of its own. Empty means that every account names one.
	BaseURL string
	// Probe tries credentials without harm to anybody's token. Nil means that
	// the source itself does.
	Probe Source
	// Quota is how many calls a day upstream is known to allow an account of a
	// product; a product that is missing has no known limit.
	Quota map[Product]int
}

// quota is what upstream is known to allow in a day of Beijing.
func (u Upstream) quota(p Product) Counts {
	return Counts{Calls: u.Quota[p], Forced: u.Traits.ForceBudget}
}
