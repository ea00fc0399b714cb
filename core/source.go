package core

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
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
	// Check returns nil when upstream accepts token from here, and ErrDead (by
	// errors.Is) when upstream says that the token is dead, as ErrReplaced or
	// ErrEnded if it says why. Any other *Error says that neither is known:
	// ErrNotGranted when upstream refuses only the call that checks.
	Check(ctx context.Context, req Request, token string) error
}

// SomeChecker is a Checker that can check the tokens of only some accounts.
type SomeChecker interface {
	Checker
	// Checks reports whether an account's upstream can be asked.
	Checks(a Account) bool
}

// TicketSource is a Source that can ask the upstream for tickets, with which web
// pages sign.
type TicketSource interface {
	// Ticket asks once, with a token of the account, for its ticket of a name. Errors
	// are those of Fetch, and ErrDead (by errors.Is) when upstream says that the token
	// is dead. Asking again harms no ticket.
	Ticket(ctx context.Context, req Request, name, token string) (Grant, error)
}

// Explainer is a Source that knows the meaning of its upstream's codes in the answer
// to any call.
type Explainer interface {
	// Explain returns what a code means; nil: nothing is known beyond upstream's own
	// words. message is the upstream's, redacted.
	Explain(code int, message string) *Error
}

// Interpreter is a Source that knows the possible meanings of its upstream's codes
// when the call is not known.
type Interpreter interface {
	// Meanings returns what a code can mean, the likeliest first; nothing for an
	// unknown code. code is a number or a word, and message the text beside it, or
	// empty. The meanings contain only addresses and request IDs of message.
	Meanings(code, message string) []*Error
}

// Secondhand is an Interpreter whose codes are those of other kinds' upstreams: without
// its kind's name in a text, the others say what a code means.
type Secondhand interface {
	Interpreter
	Secondhand()
}

// Diagnosis is the meaning of a failed answer that a person pasted.
type Diagnosis struct {
	Code     string // upstream's: a number or a word
	RID      string // upstream's request ID
	CallerIP string
	// Meanings are what the code can mean, each with the Kind whose upstream says
	// so. An unknown code of a known upstream has the meaning RemedyUnknownCode.
	Meanings []*Error
}

// IsUpstreamCode reports whether a text can be an upstream's code, a number or a
// word, and cannot be a secret.
func IsUpstreamCode(text string) bool {
	digits := strings.TrimPrefix(text, "-")
	if digits != "" && len(digits) <= 9 && strings.Trim(digits, "0123456789") == "" {
		return true
	}
	letter := func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
	return len(text) >= 3 && len(text) <= 40 && letter(rune(text[0])) &&
		!strings.ContainsFunc(text, func(r rune) bool { return !letter(r) && r != '_' && r != '.' })
}

// Meter is a Source that can ask the upstream how much of a call's quota is used.
type Meter interface {
	// Usage asks once, with a token of the account, for the quota of an API path.
	// Errors are those of Checker, and Invalid for a path that the upstream does not
	// know.
	Usage(ctx context.Context, req Request, token, path string) (Usage, error)
}

// Resetter is a Source that can reset the upstream's counters of the day, which it
// allows a few times a month.
type Resetter interface {
	// ResetQuota asks once, with the account's credentials. Its error is an *Error.
	ResetQuota(ctx context.Context, req Request) error
}

// Usage is how much of a call's quota is used, according to upstream.
type Usage struct {
	Path  string `json:"path"`
	Limit int    `json:"limit"` // calls a day
	Used  int    `json:"used"`
	Left  int    `json:"left"`
	// RateCalls may be made in RateSeconds; 0: upstream does not say.
	RateCalls   int       `json:"rate_calls,omitempty"`
	RateSeconds int       `json:"rate_seconds,omitempty"`
	At          time.Time `json:"at"` // when it was read
}

// Errors in the chain of the error of a Check or a Ticket.
var (
	// ErrDead: upstream says that the token itself is no longer accepted.
	ErrDead = errors.New("upstream no longer accepts the token")
	// ErrReplaced is an ErrDead: a newer token was fetched.
	ErrReplaced = fmt.Errorf("%w: a newer one took its place", ErrDead)
	// ErrEnded is an ErrDead: the token's time is over.
	ErrEnded = fmt.Errorf("%w: its time is over", ErrDead)
	// ErrNotGranted: the account may not make the call that checks. The token may
	// still be good.
	ErrNotGranted = errors.New("upstream does not grant the call to the account")
)

// Request is what a source needs for one call.
type Request struct {
	Account Account
	// Credentials are empty for a source that needs none.
	Credentials Credentials
	// Stale is the token that failed for a caller, if this request comes from such a
	// report: a source that gets its tokens from another server passes it on. Empty:
	// nobody says that a token fails.
	Stale string
	// Force asks for a new token although the current one lives. Sources
	// whose traits have no ForceBudget ignore it.
	Force bool
}

// Grant is a token as upstream gave it.
type Grant struct {
	Value     string
	ExpiresIn time.Duration // the remaining life, more than zero
}

// Repeat is what a source does when it is asked again while its token lives.
type Repeat string

// What asking again does.
const (
	// RepeatSame hands out the same token until its last Window, then another.
	RepeatSame Repeat = "same"
	// RepeatSameRenewed hands out the same token with its life renewed.
	RepeatSameRenewed Repeat = "same-renewed"
	// RepeatNewAllLive makes a new token; those before live to their own end.
	RepeatNewAllLive Repeat = "new-all-live"
	// RepeatNewTwoLive makes a new token; of those before only the newest lives on.
	RepeatNewTwoLive Repeat = "new-two-live"
	// RepeatDestructive makes a new token, and the one before dies, at once or after
	// Overlap: everybody else who uses it is cut off.
	RepeatDestructive Repeat = "destructive"
)

// Repeats lists what asking again can do.
func Repeats() []Repeat {
	return []Repeat{RepeatSame, RepeatSameRenewed, RepeatNewAllLive, RepeatNewTwoLive, RepeatDestructive}
}

// Harmless reports whether asking again costs nobody a token.
func (r Repeat) Harmless() bool {
	return r == RepeatSame || r == RepeatSameRenewed || r == RepeatNewAllLive
}

// Traits say how a source behaves, so that the Keeper can plan without knowing
// the vendor.
type Traits struct {
	// Repeat is what asking again does.
	Repeat Repeat `json:"repeat"`
	// Vouches: upstream accepts a token that it hands out again. For any other
	// source such a token is not called valid before it was checked.
	Vouches bool `json:"vouches,omitempty"`
	// NoSecret: nothing of an account is in the vault, unless its proxy has a
	// user.
	NoSecret bool `json:"no_secret,omitempty"`
	// Window is how long before expiry a token is renewed; for lives shorter than
	// the window it is half the life. Unless Anytime is set, upstream gives no other
	// token before that.
	Window time.Duration `json:"window"`
	// Anytime: a new token with a longer life can be had at any time. It counts only
	// if asking again is harmless.
	Anytime bool `json:"anytime,omitempty"`
	// Overlap is how long a replaced token may still work, unless Repeat says that
	// it lives on.
	Overlap time.Duration `json:"overlap,omitempty"`
	// ForceBudget is how many forced fetches upstream allows in a day; 0 when the
	// source knows no force. ForceGap is the least time between two.
	ForceBudget int           `json:"force_budget,omitempty"`
	ForceGap    time.Duration `json:"force_gap,omitempty"`
	// Day is where upstream's day begins, by which it counts calls.
	Day Zone `json:"day,omitempty"`
}

// Valid says what is contradictory in the traits; nil: nothing.
func (t Traits) Valid() error {
	switch {
	case !slices.Contains(Repeats(), t.Repeat):
		return fmt.Errorf("repeat is %q, and must be one of %v", t.Repeat, Repeats())
	case t.Window <= 0:
		return fmt.Errorf("window is %v, and must be more than nothing: a token is renewed before it expires", t.Window)
	case t.Overlap < 0 || t.ForceBudget < 0 || t.ForceGap < 0:
		return errors.New("overlap, force_budget and force_gap must not be below zero")
	case t.Anytime && !t.Repeat.Harmless():
		return fmt.Errorf("anytime does not go with repeat %q, which costs somebody a token", t.Repeat)
	case !t.Day.Valid():
		return fmt.Errorf("day is %q, and must be an offset from UTC such as +08:00", t.Day)
	}
	return nil
}

// Destructive reports whether asking again kills the token that others hold.
func (t Traits) Destructive() bool { return t.Repeat == RepeatDestructive }

// UsesVault reports whether a round for the account needs the vault: for its secret,
// or for the password of its proxy's user.
func (t Traits) UsesVault(a Account) bool {
	if !t.NoSecret {
		return true
	}
	u, err := url.Parse(a.Proxy)
	return err == nil && u.User != nil
}

// anytime reports whether the Keeper may ask for a longer life before the window.
func (t Traits) anytime() bool { return t.Anytime && t.Repeat.Harmless() }

// window is how long before expiry a token of the given full life is replaced.
func (t Traits) window(life time.Duration) time.Duration {
	if life < t.Window {
		return life / 2
	}
	return t.Window
}

// atHand is the least life to insist on for a caller who asks for minTTL. If
// upstream gives no other token in the last moments of the current one,
// DefaultMinTTL cannot be had then, and the living token is the best there is.
func (t Traits) atHand(minTTL time.Duration) time.Duration {
	if t.toTheEnd() && minTTL <= DefaultMinTTL {
		return min(minTTL, t.Window)
	}
	return minTTL
}

// toTheEnd reports whether upstream hands out a token almost to its end, and gives
// no other before.
func (t Traits) toTheEnd() bool { return t.Repeat == RepeatSame && t.Window < personFloor }

// overlap is how long a token of the given full life may still work after it was
// replaced.
func (t Traits) overlap(life time.Duration) time.Duration {
	switch t.Repeat {
	case RepeatNewAllLive, RepeatNewTwoLive:
		return life // its own end comes first
	}
	return min(t.Overlap, t.window(life))
}

// Upstream is a source with what the Keeper must know about its kind. Package kinds
// makes it from a kind's spec.
type Upstream struct {
	Source
	Traits Traits
	// Base is where tokens of an account are asked for. Nil means that every account
	// names its base URL.
	Base func(Account) string
	// Identity are the keys of the params that tell one token from another, see
	// TokenID.
	Identity []string
	// Sibling is the kind with the same accounts whose fetch does no harm; "": none.
	Sibling Kind
	// Probe tries credentials without harm to anybody's token. Nil means that
	// the source itself does.
	Probe Source
	// Quota is how many calls a day upstream allows an account of a product; no
	// limit is known for a missing product.
	Quota map[Product]int
}

// TokenID names the token that an account asks this upstream for. While its kind is not
// known, every parameter may tell one token from another.
func (u Upstream) TokenID(a Account) TokenID {
	if u.Source == nil {
		return NewTokenID(a, "", a.Params.Keys())
	}
	base := ""
	if u.Base != nil {
		base = u.Base(a)
	}
	return NewTokenID(a, base, u.Identity)
}

// quota is what upstream is known to allow in a day.
func (u Upstream) quota(p Product) Counts {
	return Counts{Calls: u.Quota[p], Forced: u.Traits.ForceBudget}
}

// Follower is a Source that hears when an account's token becomes another one, so that
// it need not be asked.
type Follower interface {
	// Follow reports each new token until ctx ends. It returns nil at once if the
	// upstream reports nothing, and an error when it lost the connection. Reports may
	// be lost; a token is asked for before it ends in any case.
	Follow(ctx context.Context, req Request, changed func(token string)) error
}
