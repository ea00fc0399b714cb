package core

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// Config is what a Keeper is made of.
type Config struct {
	Upstreams map[Kind]Upstream // see SetUpstreams
	Vault     Vault
	Journal   Journal
	Now       func() time.Time // the wall clock; nil means the machine's
	Workers   int              // fetches at once; 0 means 8
	Log       *slog.Logger     // nil discards
	// Renewed is called for each new token, and when a token's life changed, after
	// the journal has it and the listeners know; nil is left out. It may ask the
	// Keeper, and must not block for long: callers wait for it.
	Renewed func(ID, Token)
	Team    Team   // nil: no account is shared with other machines
	Rivals  Rivals // nil: there are none
	// List is called for each account that is added or changed, with the Keeper's own copy,
	// under its lock and before the listeners know; nil is left out. Nothing changes that
	// copy, so another list of accounts can use it without copying.
	List func(*Account)
}

// Keeper keeps one living token for each account.
//
// One goroutine, Run, owns the plan: a heap of due times on the wall clock, and a
// second heap for accounts that fail again and again, so that a dead proxy delays
// nobody else. It starts flights, at most Workers at once. A flight is one upstream
// round for one account, and everybody who wants something of that account waits for
// it. Callers whose token lives never wait and take no lock.
//
// The files of this package follow the way of a token: get.go and report.go have
// what callers ask for, round.go the calls to upstream, verdict.go what a round
// found out, journal.go what is kept of it, plan.go when the next round is due,
// lookout.go when a watched token is checked, and watch.go what others see.
// lifecycle.go has the changes to accounts that come from outside.
type Keeper struct {
	cfg    Config
	clock  *wallClock
	ctx    context.Context // of every flight
	cancel context.CancelFunc
	wg     sync.WaitGroup // flights, and saves in the background
	slots  chan struct{}  // one for each fetch under way
	wake   chan struct{}  // the plan changed
	saving chan struct{}  // holds one: a record is written at a time

	upstreams atomic.Pointer[map[Kind]Upstream] // replaced as a whole under mu, never written to

	mu        sync.RWMutex // guards all fields below and those of entries that say so
	entries   map[ID]*entry
	plans     [lanes]planHeap
	lookouts  lookHeap   // see lookout
	underWay  [lanes]int // rounds
	pausedAll bool
	stopped   bool
	setBack   time.Duration // how far the clock was set back in total, below zero
	woke      time.Time     // when the machine woke, or the clock was set forward
	// wakeSpread is the time over which the rounds due at that time are spread.
	wakeSpread time.Duration
	tests      map[TokenID]time.Time // by token, when the next Test may begin
	tallies    map[digest]*tally
	looked     map[ID]time.Time // when the watch last asked about a token of an account
	resets     map[ID]time.Time // when a reset of an account's counters was last due to begin
	usage      map[ID][]Usage   // as upstream last told, one entry per path; never changed
	listeners  map[int]func(Event)
	nextID     int
}

// entry is the Keeper's state of an account. Keeper.mu guards the fields that are
// not atomic. There is one for every account, so what few accounts have does not
// stand here.
type entry struct {
	token    atomic.Pointer[Token] // current token, never nil
	lastUsed atomic.Int64          // since 1970, see Used

	account   *Account  // never changed, replaced by an edit
	flight    *flight   // the round under way
	lastRound time.Time // when the last round began
	report    *reported // how the last report ended
	check     *Checked  // result of the last check of the current token; never changed
	lost      *Checked  // when a token of the account was last found replaced; never changed
	look      *lookout  // nil: it is not watched

	err       *Error    // of the last round; nil after a success
	errBefore *Error    // err as it was before the vault was locked
	notBefore time.Time // no automatic round before this time, because of err
	fails     int32     // temporary failures in a row
	edits     int32     // grows with each edit of something that a round depends on

	claimed claimed       // what its token says about itself
	dead    string        // a token value that upstream refuses
	longest time.Duration // remaining life of the last grant when it came
	noted   failureSum    // of the failure that the history last told
	tally   *tally        // of its token, while the Keeper has it

	due     time.Time // when the background acts next
	slot    int32     // place in its lane's plan, -1 when not planned
	lane    lane      // the lane in which it is planned
	spread  uint8     // this account's part of the jitter, so that not all ask at once
	unsaved bool      // the journal holds another token
}

// NewKeeper returns a Keeper. Nothing is fetched in the background before Run.
func NewKeeper(cfg Config) *Keeper {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Workers <= 0 {
		cfg.Workers = 8
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	ctx, cancel := context.WithCancel(context.Background())
	k := &Keeper{
		cfg: cfg, clock: newWallClock(cfg.Now), ctx: ctx, cancel: cancel,
		slots: make(chan struct{}, cfg.Workers), wake: make(chan struct{}, 1), saving: make(chan struct{}, 1),
		entries: map[ID]*entry{}, tests: map[TokenID]time.Time{}, tallies: map[digest]*tally{},
		looked: map[ID]time.Time{}, resets: map[ID]time.Time{}, usage: map[ID][]Usage{}, listeners: map[int]func(Event){},
	}
	k.upstreams.Store(&cfg.Upstreams)
	return k
}

// Run plans and renews until ctx ends, then cancels what runs and waits for every
// goroutine of the Keeper. It runs once.
func (k *Keeper) Run(ctx context.Context) error {
	timer := time.NewTimer(longestSleep)
	defer timer.Stop()
	for {
		now := k.lock()
		k.startDue(now)
		k.lookOut(now)
		sleep, planned := k.sleep(now)
		k.mu.Unlock()
		var due <-chan time.Time
		if planned {
			timer.Reset(sleep)
			due = timer.C
		}
		select {
		case <-due:
		case <-k.wake:
		case <-ctx.Done():
			k.stop()
			return nil
		}
	}
}

// stop refuses new rounds, cancels those that run and waits for them.
func (k *Keeper) stop() {
	k.mu.Lock()
	k.stopped = true
	k.mu.Unlock()
	k.cancel()
	k.wg.Wait()
}

// find is the entry of an account, nil when there is none.
func (k *Keeper) find(id ID) *entry {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.entries[id]
}

// Token is the current token, alive or not. It never fetches.
func (k *Keeper) Token(id ID) (Token, bool) {
	e := k.find(id)
	if e == nil {
		return Token{}, false
	}
	return *e.token.Load(), true
}

// Account is an account as the Keeper has it now: a token that it gave before is that of
// an earlier one if it asks for another token.
func (k *Keeper) Account(id ID) (Account, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	e := k.entries[id]
	if e == nil {
		return Account{}, false
	}
	return *e.account, true
}

// has reports whether the Keeper's copy of an account is still a.
func (k *Keeper) has(e *entry, a *Account) bool {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return e.account == a
}

// Live reports whether the Keeper may fetch for the account without a person's
// force: false for a live account of a destructive source until its owner agreed.
func (k *Keeper) Live(a Account) bool {
	traits, ok := k.traits(a)
	return ok && (!traits.Destructive() || a.Env != Live || a.AllowLive)
}

// TokenID names the token that an account asks for.
func (k *Keeper) TokenID(a Account) TokenID { return k.upstream(a.Kind).TokenID(a) }

// sameToken reports whether a and b share a token at upstream.
func (k *Keeper) sameToken(a, b Account) bool { return k.TokenID(a) == k.TokenID(b) }

// SameUpstream reports whether fetching with b instead of a asks for the same token
// in the same way; if not, what was learned about a no longer holds.
func (k *Keeper) SameUpstream(a, b Account) bool {
	return k.sameToken(a, b) && a.Proxy == b.Proxy && a.CA == b.CA && a.Params == b.Params
}

// traits are those of the account's kind, false when the kind is not known.
func (k *Keeper) traits(a Account) (Traits, bool) {
	up, ok := (*k.upstreams.Load())[a.Kind]
	return up.Traits, ok
}

// upstream is the Upstream of a kind, empty when the kind is not known.
func (k *Keeper) upstream(kind Kind) Upstream { return (*k.upstreams.Load())[kind] }

// day is the zone of the day by which the account's upstream counts.
func (k *Keeper) day(a Account) Zone { return k.upstream(a.Kind).Traits.Day }

// checks reports whether the account's upstream can be asked about a token.
func (k *Keeper) checks(a Account) bool { return k.upstream(a.Kind).checker(a) != nil }

// ErrStopping is the answer once the agent ends.
func ErrStopping() *Error {
	return &Error{Class: Temporary, Remedy: RemedyTryAgain, Message: "the agent is stopping; start it again with tokentray agent"}
}

func errNoAccount() *Error {
	return &Error{Class: NotFound, Remedy: RemedyAccount, Message: SaysNoAccount + "; tokentray list shows those there are"}
}

func errKind(kind Kind) *Error {
	return &Error{Class: Misuse, Remedy: RemedyKindMissing, Message: fmt.Sprintf("there is no kind %q here; add its preset with tokentray preset add, or update TokenTray", kind)}
}

// errLive is the refusal to fetch for a live account of a destructive source.
func (k *Keeper) errLive(a Account) *Error {
	way := "allow it for the account"
	if sibling := k.upstream(a.Kind).Sibling; sibling != "" {
		way += ", or use kind " + string(sibling)
	}
	return &Error{
		Class: Misuse, Remedy: RemedyAllowLive, Kind: a.Kind,
		Message: fmt.Sprintf("fetching for %s would kill the token that production uses; %s", a.Ref(), way),
	}
}
