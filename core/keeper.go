package core

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
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
	// Renewed is told of each token that came, or whose life was found to be
	// another, once the journal has it and the listeners know; nil is left out.
	// It may ask the Keeper, and must not block for long: callers wait for it.
	Renewed func(ID, Token)
	Team    Team // nil: no account is shared with other machines
}

// Keeper keeps one living token for each account.
//
// One goroutine, Run, owns the plan: a heap of due times on the wall clock, and
// a second one for accounts that fail again and again, so that a dead proxy
// holds up nobody else. It starts flights, at most Workers at once; a flight is
// one upstream round for one account, and everybody who wants something of that
// account meanwhile waits for it. Callers whose token lives never wait and
// never lock against each other.
//
// The files of this package follow the way of a token: get.go and report.go have
// what callers ask for, round.go the calls to upstream, verdict.go what they led
// to, journal.go what is kept of it, plan.go when the next round is due,
// lookout.go when a token that is watched is checked, and watch.go what others see. lifecycle.go has what happens to accounts from
// outside.
type Keeper struct {
	cfg    Config
	clock  *wallClock
	ctx    context.Context // of every flight
	cancel context.CancelFunc
	wg     sync.WaitGroup // flights, and what is saved in the background
	slots  chan struct{}  // one for each fetch under way
	wake   chan struct{}  // the plan changed
	saving chan struct{}  // holds one: a record is written at a time

	upstreams atomic.Pointer[map[Kind]Upstream] // replaced as a whole under mu, never written to

	mu        sync.RWMutex // guards all below and what entries say it guards
	entries   map[ID]*entry
	plans     [lanes]planHeap
	lookouts  lookHeap   // see lookout
	underWay  [lanes]int // rounds
	pausedAll bool
	stopped   bool
	setBack   time.Duration // how far the clock was set back in all, below zero
	woke      time.Time     // when the machine woke, or the clock was set forward
	// wakeSpread is the time over which the rounds are spread that are due then.
	wakeSpread time.Duration
	tests      map[TokenID]time.Time // last Test by token
	tallies    map[TokenID]*tally
	listeners  map[int]func(Event)
	nextID     int
}

// entry is an account in the Keeper's care. Fields are guarded by Keeper.mu
// but for those that are atomic.
type entry struct {
	token    atomic.Pointer[Token] // current token, never nil
	lastUsed atomic.Int64          // unix seconds

	account   Account
	flight    *flight   // the round under way
	lastRound time.Time // when the last round began
	report    *reported // how the last report ended
	check     *Checked  // what the last check of the current token found; never changed
	lost      *Checked  // when a token of the account was last found replaced; never changed
	usage     []Usage   // as upstream told last, a path each; never changed
	resetAt   time.Time // when the day's counters were last to be begun anew
	looked    time.Time // when the watch last asked about a token
	look      *lookout  // nil: it is not watched
	edits     int       // grows when what a round depends on is edited

	err       *Error    // of the last round; nil after a success
	errBefore *Error    // err as it was before the vault was locked
	fails     int       // temporary failures in a row
	notBefore time.Time // no automatic round before, by err

	claimed claimed       // what its token says of itself
	dead    string        // a token value that upstream refuses
	longest time.Duration // what the last grant had left when it came
	unsaved bool          // the journal holds another token
	noted   string        // the failure that the history told last
	tally   *tally        // of its token, while the Keeper has it

	due    time.Time // when the background acts
	spread uint8     // this account's share of the jitter, so that many do not ask at once
	lane   lane      // in which it is planned
	slot   int       // place in that plan, -1 when not planned
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
		entries: map[ID]*entry{}, tests: map[TokenID]time.Time{}, tallies: map[TokenID]*tally{}, listeners: map[int]func(Event){},
	}
	k.upstreams.Store(&cfg.Upstreams)
	return k
}

// Run plans and renews until ctx ends, then cancels what is under way and waits
// for every goroutine of the Keeper. It runs once.
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

// stop refuses new rounds, ends those under way and waits for them.
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

// Token is the current token, living or not, without any fetch.
func (k *Keeper) Token(id ID) (Token, bool) {
	e := k.find(id)
	if e == nil {
		return Token{}, false
	}
	return *e.token.Load(), true
}

// Live reports whether the account may be fetched for without a person's force:
// false for a live account of a destructive source until its owner agreed.
func (k *Keeper) Live(a Account) bool {
	traits, ok := k.traits(a)
	return ok && (!traits.Destructive() || a.Env != Live || a.AllowLive)
}

// TokenID names the token that an account asks for.
func (k *Keeper) TokenID(a Account) TokenID { return k.upstream(a.Kind).TokenID(a) }

// sameToken reports whether a and b share a token at upstream.
func (k *Keeper) sameToken(a, b Account) bool { return k.TokenID(a) == k.TokenID(b) }

// SameUpstream reports whether fetching with b rather than a asks for the same
// token in the same way; if not, what was learned about a no longer holds.
func (k *Keeper) SameUpstream(a, b Account) bool {
	return k.sameToken(a, b) && a.Proxy == b.Proxy && a.CA == b.CA && maps.Equal(a.Params, b.Params)
}

// traits are those of the account's kind, false when the kind is not known.
func (k *Keeper) traits(a Account) (Traits, bool) {
	up, ok := (*k.upstreams.Load())[a.Kind]
	return up.Traits, ok
}

// upstream is what asks for the tokens of a kind, empty when it is not known.
func (k *Keeper) upstream(kind Kind) Upstream { return (*k.upstreams.Load())[kind] }

// day is the zone of the day by which the account's upstream counts.
func (k *Keeper) day(a Account) Zone { return k.upstream(a.Kind).Traits.Day }

// checks reports whether the account's upstream can be asked about a token.
func (k *Keeper) checks(a Account) bool { return k.upstream(a.Kind).checker(a) != nil }

// ErrStopping is what is answered once the agent ends.
func ErrStopping() *Error {
	return &Error{Class: Temporary, Remedy: RemedyTryAgain, Message: "the agent is stopping; start it again with tokentray agent"}
}

func errNoAccount() *Error {
	return &Error{Class: NotFound, Remedy: RemedyAccount, Message: "there is no such account; tokentray list shows those there are"}
}

func errKind(kind Kind) *Error {
	return &Error{Class: Misuse, Remedy: RemedyKindMissing, Message: fmt.Sprintf("there is no kind %q here; add its preset with tokentray preset add, or update TokenTray", kind)}
}

// errLive refuses to fetch for a live account of a destructive source.
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
