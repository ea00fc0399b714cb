package core

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

// Vault gives the Keeper the credentials of an account.
type Vault interface {
	// Credentials returns what the account needs to ask for a token, and nothing
	// that was entered for another Destination. When the vault is locked,
	// unreachable or has no entry, the error is an *Error of class VaultClosed;
	// of an AppSecret for another host it is Destination.SecretElsewhere.
	Credentials(ctx context.Context, a Account) (Credentials, error)
}

// Config is what a Keeper is made of.
type Config struct {
	Upstreams map[Kind]Upstream
	Vault     Vault
	Journal   Journal
	Now       func() time.Time // the wall clock; nil means the machine's
	Workers   int              // fetches at once; 0 means 8
	Log       *slog.Logger     // nil discards
	// Renewed is told of each token that came, or whose life was found to be
	// another, once the journal has it and the listeners know; nil is left out.
	// It may ask the Keeper, and must not block for long: callers wait for it.
	Renewed func(ID, Token)
}

// DefaultMinTTL is the life that a caller gets who names none.
const DefaultMinTTL = 30 * time.Second

// Keeper keeps one living token for each account.
//
// One goroutine, Run, owns the plan: a heap of due times on the wall clock, and
// a second one for accounts that fail again and again, so that a dead proxy
// holds up nobody else. It starts flights, at most Workers at once; a flight is
// one upstream round for one account, and everybody who wants something of that
// account meanwhile waits for it. Callers whose token lives never wait and
// never lock against each other.
type Keeper struct {
	cfg    Config
	clock  *wallClock
	ctx    context.Context // of every flight
	cancel context.CancelFunc
	wg     sync.WaitGroup // flights
	slots  chan struct{}  // one for each fetch under way
	wake   chan struct{}  // the plan changed

	saving chan struct{} // holds one: a token is saved at a time

	mu        sync.RWMutex // guards all below and what entries say it guards
	entries   map[ID]*entry
	plans     [2]planHeap // who is well, and who failed again and again
	pausedAll bool
	stopped   bool
	setBack   time.Duration         // how far the clock was set back in all, below zero
	flying    [2]int                // rounds under way, likewise
	tests     map[TokenID]time.Time // last Test by token
	listeners map[int]func(Event)
	nextID    int
}

// entry is an account in the Keeper's care. Fields are guarded by Keeper.mu
// but for those that are atomic.
type entry struct {
	token    atomic.Pointer[Token] // current token, never nil
	lastUsed atomic.Int64          // unix seconds

	account   Account
	err       *Error    // of the last round; nil after a success
	fails     int       // temporary failures in a row
	noted     string    // the failure that the history told last
	notBefore time.Time // no automatic round before, by err
	lastRound time.Time // when the last round began
	flight    *flight   // the round under way
	report    *reported // how the last report ended
	dead      string    // a token value that upstream refuses
	unsaved   bool      // the journal holds another token
	shelved   *Error    // err as it was before the vault was locked
	edits     int       // grows when what a round depends on is edited

	counts  DayCounts     // of the last day on which anything was asked
	longest time.Duration // what the last grant had left when it came

	spread uint8     // this account's share of the jitter, so that many do not ask at once
	due    time.Time // when the background acts
	ward   ward      // which plan it is in
	slot   int       // place there, -1 when not planned
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
	return &Keeper{
		cfg: cfg, clock: newWallClock(cfg.Now), ctx: ctx, cancel: cancel,
		slots: make(chan struct{}, cfg.Workers), wake: make(chan struct{}, 1),
		saving: make(chan struct{}, 1), entries: map[ID]*entry{}, tests: map[TokenID]time.Time{}, listeners: map[int]func(Event){},
	}
}

// Put adds an account, or changes it. stored is the token kept from an earlier
// run and counts only when the account is new. A change of kind, AppID or base
// URL drops the token, for it belongs to another upstream account; such a
// change, or one of the proxy, clears the kept error and the floor.
func (k *Keeper) Put(a Account, stored Token) {
	now := k.lock()
	defer k.mu.Unlock()
	e := k.entries[a.ID]
	if e == nil {
		e = &entry{account: a, slot: -1, spread: uint8(rand.UintN(256))}
		k.adopt(e, stored, now)
		k.entries[a.ID] = e
	} else {
		was := e.account
		e.account = a
		if !k.SameUpstream(was, a) {
			e.forgive()
		}
		if !k.sameToken(was, a) {
			e.drop()
			k.saveSoon(a.ID) // a round that just ended may have saved the old one
		}
		switch may := k.Live(a); {
		case !may && k.Live(was) && e.flight != nil && e.flight.goal != force: // it may not have asked yet
			e.edits++
			e.flight.cancel()
		case may && !k.Live(was) && e.err != nil && e.err.Class == Misuse:
			e.err = nil
		}
	}
	k.replan(e, now)
	k.publish(e)
}

// forgive forgets what was learned from the upstream as it was before an edit.
func (e *entry) forgive() {
	e.err, e.fails, e.notBefore, e.lastRound, e.report = nil, 0, time.Time{}, time.Time{}, nil
	e.shelved = nil
	e.edits++
}

// drop lets go of the token and of a round under way for it.
func (e *entry) drop() {
	e.token.Store(&Token{})
	e.dead, e.longest = "", 0
	if e.flight != nil {
		e.flight.cancel()
	}
}

// SecretChanged tells that the account's credentials were edited: the kept
// error and the floor are cleared.
func (k *Keeper) SecretChanged(id ID) {
	k.change(id, func(e *entry, _ time.Time) { e.forgive() })
}

// Refuse keeps err, of a class that waits for a person, as the account's own, as
// if a round had ended with it: who knows that a round must fail spares it.
func (k *Keeper) Refuse(id ID, err *Error) {
	k.change(id, func(e *entry, _ time.Time) { e.err, e.shelved = err, nil })
}

// change runs fn on an account under the lock, then plans and publishes.
func (k *Keeper) change(id ID, fn func(e *entry, now time.Time)) {
	now := k.lock()
	defer k.mu.Unlock()
	if e := k.entries[id]; e != nil {
		fn(e, now)
		k.replan(e, now)
		k.publish(e)
	}
}

// Restore gives accounts the tokens that could not be read when they were put,
// because the vault was locked. An account that has a token keeps its own.
func (k *Keeper) Restore(tokens map[ID]Token) {
	for id, t := range tokens {
		k.change(id, func(e *entry, now time.Time) {
			if e.token.Load().Value == "" {
				k.adopt(e, t, now)
			}
		})
	}
}

// Recall tells what accounts asked of upstream in earlier runs. An account that
// asked since then keeps its own count, which it began too early.
func (k *Keeper) Recall(counts map[ID]DayCounts) {
	for id, c := range counts {
		k.change(id, func(e *entry, _ time.Time) {
			if e.counts.Day == "" {
				e.counts = c
			}
		})
	}
}

// adopt makes a stored token the entry's.
func (k *Keeper) adopt(e *entry, stored Token, now time.Time) {
	t := k.trusted(stored, now)
	e.token.Store(&t)
	if t.Dead {
		e.dead = t.Value
	}
}

// trusted returns a stored token, without its life when that cannot be known:
// one that was obtained in the future, because the clock was set back since.
func (k *Keeper) trusted(t Token, now time.Time) Token {
	if t.Value != "" && now.Before(t.ObtainedAt.Add(-clockTolerance)) {
		t.ExpiresAt = now
	}
	return t
}

// Forget drops an account. Its running round is cancelled.
func (k *Keeper) Forget(id ID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e := k.entries[id]
	if e == nil {
		return
	}
	delete(k.entries, id)
	k.unplan(e)
	if e.flight != nil {
		e.flight.cancel()
	}
	a := e.account
	for _, fn := range k.listeners {
		fn(Event{Removed: &a})
	}
}

// Get returns a token that is good for at least minTTL, or an *Error; never an
// expired token. It fetches when none is at hand and upstream can give one now.
// Errors: NotFound; Temporary when upstream cannot be reached, or cannot give
// so long a life yet (RetryAt says when); Misuse for a live account whose
// source would kill the token others use; the kept error of an account that
// waits for a person; VaultClosed.
func (k *Keeper) Get(ctx context.Context, id ID, minTTL time.Duration) (Token, error) {
	k.mu.RLock()
	e := k.entries[id]
	k.mu.RUnlock()
	if e == nil {
		return Token{}, errNoAccount()
	}
	now, jumped := k.clock.wall()
	if t := e.token.Load(); !jumped && t.Good(now, minTTL) {
		e.lastUsed.Store(now.Unix())
		return *t, nil
	}
	return k.fetchFor(ctx, id, minTTL)
}

// fetchFor is Get when no token at hand will do.
func (k *Keeper) fetchFor(ctx context.Context, id ID, minTTL time.Duration) (Token, error) {
	for joined := false; ; {
		now := k.lock()
		e := k.entries[id]
		if e == nil {
			k.mu.Unlock()
			return Token{}, errNoAccount()
		}
		t := *e.token.Load()
		if t.Good(now, minTTL) {
			k.mu.Unlock()
			e.lastUsed.Store(now.Unix())
			return t, nil
		}
		f := e.flight
		if f == nil {
			err := k.refusal(e, now, minTTL)
			if joined && t.Good(now, 0) {
				err = k.tooShort(e, now, minTTL)
			}
			if err != nil {
				k.mu.Unlock()
				return Token{}, err
			}
			f = k.start(e, round{goal: renew}, now)
		}
		k.mu.Unlock()
		if err := f.wait(ctx); err != nil {
			return Token{}, err
		}
		if f.goal == renew && f.err != nil && !f.obsolete {
			if t, err := k.survivor(id, minTTL); err == nil {
				return t, nil
			}
			return Token{}, f.err
		}
		joined = f.goal == renew && !f.obsolete
	}
}

// survivor is the current token when it is good although the round failed.
func (k *Keeper) survivor(id ID, minTTL time.Duration) (Token, error) {
	if t, ok := k.Token(id); ok && t.Good(k.now(), minTTL) {
		return t, nil
	}
	return Token{}, errNoAccount()
}

// refusal is why no call may be made for a caller who needs minTTL now; nil
// when one may.
func (k *Keeper) refusal(e *entry, now time.Time, minTTL time.Duration) *Error {
	if k.stopped {
		return errStopping()
	}
	traits, ok := k.traits(e.account)
	if !ok {
		return errKind(e.account.Kind)
	}
	if e.err != nil && (e.err.Class.waits() || e.err.Class == VaultClosed || e.err.Class != Temporary && now.Before(e.notBefore)) {
		return e.err
	}
	if !k.Live(e.account) {
		return k.errLive(e.account)
	}
	if err := e.tooLong(traits, now, minTTL); err != nil {
		return err
	}
	return e.floor(now)
}

// tooLong refuses a life that upstream cannot give while the current token lives.
func (e *entry) tooLong(traits Traits, now time.Time, minTTL time.Duration) *Error {
	t := e.token.Load()
	from := t.ExpiresAt.Add(-traits.window(t.Life))
	if !t.Good(now, 0) || !now.Before(from) {
		return nil
	}
	out := &Error{
		Class: Temporary, Remedy: RemedyLifeTooLong, RetryAt: from,
		Message: fmt.Sprintf("upstream gives no token that lives %s before the current one nears its end; ask for a shorter life", minTTL),
	}
	if traits.anytime() {
		longest := cmp.Or(e.longest, t.Life)
		if minTTL <= longest {
			return nil
		}
		out.Message = fmt.Sprintf("upstream gives tokens that live %s, less than the %s asked for; ask for a shorter life", longest.Truncate(time.Second), minTTL)
	}
	return out
}

// tooShort is the answer when a round brought a token and it still lives less
// than minTTL.
func (k *Keeper) tooShort(e *entry, now time.Time, minTTL time.Duration) *Error {
	t := e.token.Load()
	traits, _ := k.traits(e.account)
	return &Error{
		Class: Temporary, Remedy: RemedyLifeTooLong,
		RetryAt: later(t.ExpiresAt.Add(-traits.window(t.Life)), e.lastRound.Add(autoFloor)),
		Message: fmt.Sprintf("upstream gave a token that lives %s, less than the %s asked for; ask for a shorter life", t.Remaining(now).Truncate(time.Second), minTTL),
	}
}

// floor refuses an automatic round too soon after the last round.
func (e *entry) floor(now time.Time) *Error { return e.apart(e.lastRound, now) }

// reportFloor refuses a report too soon after the last report, of whichever
// token: a client that calls every token stale is held back by it. A renewal
// holds back no report, for a token may be dead from its first second.
func (e *entry) reportFloor(now time.Time) *Error {
	if e.report == nil {
		return nil
	}
	return e.apart(e.report.at, now)
}

// apart refuses what comes less than autoFloor after last.
func (e *entry) apart(last, now time.Time) *Error {
	next := last.Add(autoFloor)
	if last.IsZero() || !now.Before(next) {
		return nil
	}
	out := &Error{Class: Temporary, Remedy: RemedyTryAgain, RetryAt: next, Message: "asked a moment ago; try again shortly"}
	if e.err != nil && e.err.Class == Temporary {
		c := *e.err
		out, out.RetryAt = &c, next
	}
	return out
}

// Live reports whether the account may be fetched for without a person's force:
// false for a live account of a destructive source until its owner agreed.
func (k *Keeper) Live(a Account) bool {
	traits, ok := k.traits(a)
	return ok && (!traits.Destructive() || a.Env != Live || a.AllowLive)
}

// TokenID names the token that an account asks for.
func (k *Keeper) TokenID(a Account) TokenID { return k.cfg.Upstreams[a.Kind].TokenID(a) }

// sameToken reports whether a and b share a token at upstream.
func (k *Keeper) sameToken(a, b Account) bool { return k.TokenID(a) == k.TokenID(b) }

// SameUpstream reports whether fetching with b rather than a asks for the same
// token in the same way; if not, what was learned about a no longer holds.
func (k *Keeper) SameUpstream(a, b Account) bool {
	return k.sameToken(a, b) && a.Proxy == b.Proxy && maps.Equal(a.Params, b.Params)
}

func (k *Keeper) traits(a Account) (Traits, bool) {
	up, ok := k.cfg.Upstreams[a.Kind]
	return up.Traits, ok
}

// day is the zone of the day by which the account's upstream counts.
func (k *Keeper) day(a Account) Zone { return k.cfg.Upstreams[a.Kind].Traits.Day }

// checks reports whether the account's upstream can be asked about a token.
func (k *Keeper) checks(a Account) bool {
	_, ok := k.cfg.Upstreams[a.Kind].Source.(Checker)
	return ok
}

// usesVault reports whether a round for the account needs something of the vault:
// its secret, or the password of its proxy's user.
func (t Traits) usesVault(a Account) bool {
	if !t.NoSecret {
		return true
	}
	u, err := url.Parse(a.Proxy)
	return err == nil && u.User != nil
}

// Token is the current token, living or not, without any fetch.
func (k *Keeper) Token(id ID) (Token, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	e := k.entries[id]
	if e == nil {
		return Token{}, false
	}
	return *e.token.Load(), true
}

// PauseAll switches background renewal of every account off or on.
func (k *Keeper) PauseAll(paused bool) {
	k.mu.Lock()
	changed := k.pausedAll != paused
	k.pausedAll = paused
	k.mu.Unlock()
	if changed {
		k.everyone(func(*entry) bool { return true })
	}
}

// Unlocked tells that the vault opened: what waits for it is tried now.
func (k *Keeper) Unlocked() {
	k.everyone(func(e *entry) bool {
		if e.flight != nil { // it may have found the vault still closed
			e.edits++
		}
		if e.unsaved {
			k.saveSoon(e.account.ID)
		}
		switch {
		case e.err == nil || e.err.Class != VaultClosed:
			return false
		case e.shelved != nil:
			e.err, e.shelved = e.shelved, nil
		default:
			e.forgive()
		}
		return true
	})
}

// Locked tells that the vault closed: accounts show it at once instead of at
// their next round. Tokens that live go on living.
func (k *Keeper) Locked(err *Error) {
	k.everyone(func(e *entry) bool {
		if traits, _ := k.traits(e.account); !traits.usesVault(e.account) {
			return false
		}
		if e.err != nil && e.err.Class != VaultClosed {
			e.shelved = e.err
		}
		e.err = err
		return true
	})
}

// everyone runs fn on every account under the lock and, where it returns true,
// plans and publishes.
func (k *Keeper) everyone(fn func(*entry) bool) {
	now := k.lock()
	defer k.mu.Unlock()
	var changed []*entry
	for _, e := range k.entries {
		if fn(e) {
			changed = append(changed, e)
		}
	}
	for _, e := range changed {
		k.replan(e, now)
		k.publish(e)
	}
}

func errStopping() *Error {
	return &Error{Class: Temporary, Remedy: RemedyTryAgain, Message: "the agent is stopping; start it again with tokentray agent"}
}

func errNoAccount() *Error {
	return &Error{Class: NotFound, Remedy: RemedyAccount, Message: "there is no such account; tokentray list shows those there are"}
}

func errKind(kind Kind) *Error {
	return &Error{Class: Misuse, Remedy: RemedyUpdate, Message: fmt.Sprintf("this version knows no kind %q; update TokenTray", kind)}
}

// errLive refuses to fetch for a live account of a destructive source.
func (k *Keeper) errLive(a Account) *Error {
	way := "allow it for the account"
	if sibling := k.cfg.Upstreams[a.Kind].Sibling; sibling != "" {
		way += ", or use kind " + string(sibling)
	}
	return &Error{
		Class: Misuse, Remedy: RemedyAllowLive,
		Message: fmt.Sprintf("fetching for %s would kill the token that production uses; %s", a.Ref(), way),
	}
}
