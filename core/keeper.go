package core

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Vault gives the Keeper the credentials of an account.
type Vault interface {
	// Credentials returns what the account needs to ask for a token. When the
	// vault is locked, unreachable or has no entry, the error is an *Error of
	// class VaultClosed.
	Credentials(ctx context.Context, id ID) (Credentials, error)
}

// Journal keeps what must outlive the process.
type Journal interface {
	// SaveToken stores the current token of an account, sealed.
	SaveToken(id ID, t Token) error
	// Append adds a line to the account's history.
	Append(id ID, e Entry) error
	// Forced returns how many forced fetches of the account count on day (see
	// Day) and when the last one was; CountForce adds one at the time given.
	Forced(id ID, day string) (n int, last time.Time, err error)
	CountForce(id ID, day string, at time.Time) error
}

// Config is what a Keeper is made of.
type Config struct {
	Upstreams map[Kind]Upstream
	Vault     Vault
	Journal   Journal
	Now       func() time.Time // the wall clock; nil means the machine's
	Workers   int              // fetches at once; 0 means 8
	Log       *slog.Logger     // nil discards
}

// Report is a request for another token than the current one.
type Report struct {
	// Stale is the token that failed. Empty means the current one.
	Stale string
	// Force asks for a new token although the current one may live.
	Force bool
	// Person is set when somebody waits: what waits for a person is tried at
	// once, and the floor between rounds is 3 s.
	Person bool
}

// Answer is what a Report led to.
type Answer struct {
	Token Token
	// StillValid: upstream accepts the very token that was reported.
	StillValid bool
}

// Keeper keeps one living token for each account.
type Keeper struct{}

// NewKeeper returns a Keeper. Nothing happens before Run.
func NewKeeper(cfg Config) *Keeper { return &Keeper{} }

var errTODO = errors.New("todo")

// Run plans and renews until ctx ends, then waits for every goroutine it owns.
func (k *Keeper) Run(ctx context.Context) error { return errTODO }

// Put adds an account, or changes it. stored is the token kept from an earlier
// run and counts only when the account is new.
func (k *Keeper) Put(a Account, stored Token) {}

// SecretChanged tells that the account's credentials were edited: kept errors
// and the floor are cleared.
func (k *Keeper) SecretChanged(id ID) {}

// Restore gives accounts the tokens that could not be read when they were put,
// because the vault was locked.
func (k *Keeper) Restore(tokens map[ID]Token) {}

// Forget drops an account. Its running fetch is cancelled.
func (k *Keeper) Forget(id ID) {}

// Get returns a token good for at least minTTL, or an *Error; never an expired
// token. It fetches when none is at hand and upstream can give one now.
func (k *Keeper) Get(ctx context.Context, id ID, minTTL time.Duration) (Token, error) {
	return Token{}, errTODO
}

// Refresh runs a round for a Report. See design of rounds in round.go.
func (k *Keeper) Refresh(ctx context.Context, id ID, r Report) (Answer, error) {
	return Answer{}, errTODO
}

// Check asks upstream whether the current token is accepted from here: nil,
// ErrDead in the chain, or another *Error.
func (k *Keeper) Check(ctx context.Context, id ID) error { return errTODO }

// Test asks upstream once with an account and credentials that need not be
// kept, and keeps nothing. Nothing is fetched for a live account of a
// destructive source: Misuse.
func (k *Keeper) Test(ctx context.Context, a Account, c Credentials) (Grant, error) {
	return Grant{}, errTODO
}

// PauseAll switches background renewal of every account off or on.
func (k *Keeper) PauseAll(paused bool) {}

// Unlocked tells that the vault opened: what waits for it is tried now.
func (k *Keeper) Unlocked() {}

// Wake hints that the machine woke from sleep: plans are checked against the
// wall clock now.
func (k *Keeper) Wake() {}

// Token is the current token, living or not, without any fetch.
func (k *Keeper) Token(id ID) (Token, bool) { return Token{}, false }

// Snapshot is the account as it stands.
func (k *Keeper) Snapshot(id ID) (Snapshot, bool) { return Snapshot{}, false }

// Snapshots are all accounts as they stand, in no order.
func (k *Keeper) Snapshots() []Snapshot { return nil }

// Subscribe calls fn for every Event, one at a time and in order, from the
// Keeper's own goroutines; fn must not block nor call the Keeper. The returned
// function ends it.
func (k *Keeper) Subscribe(fn func(Event)) (cancel func()) { return func() {} }

// Live is the source's guard: whether the account may be fetched for at all
// without a person's explicit force.
func (k *Keeper) Live(a Account) bool { return false }
