package core

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Ticket is a ticket and its life, as Token has it for a token.
type Ticket struct {
	Token
	Wanted time.Time // when it was last asked for
}

// TicketJournal keeps tickets that must outlive the process.
type TicketJournal interface {
	// SaveTicket keeps an account's ticket of a name, unless the account is gone or
	// has another TokenID by now. a is the account as it was when the ticket was
	// asked for.
	SaveTicket(a Account, name string, t Ticket) error
}

const (
	// ticketRest is how long the background renews a ticket that nobody asks for.
	ticketRest = 24 * time.Hour
	// ticketWindow is how long before its end a ticket is renewed; for shorter lives
	// it is half the life.
	ticketWindow = 300 * time.Second
)

// Tickets keeps the tickets of accounts, as the Keeper keeps their tokens. A ticket
// is fetched with a token and belongs to the TokenID: it lives on when the token is
// replaced, and accounts that share a token share their tickets.
//
// Nothing is fetched before the first caller asks for a ticket. From then on it is
// renewed in the background, until nobody has asked for it for a day. Any number of
// callers cause one call to the upstream. A background renewal fetches no token: it
// uses the living one. A call counts among the account's calls of the day: when its budget
// is used up, only a person's wish goes through.
type Tickets struct {
	keeper  *Keeper
	journal TicketJournal
	log     *slog.Logger
	ctx     context.Context // of every flight
	cancel  context.CancelFunc
	wg      sync.WaitGroup // flights
	wake    chan struct{}
	saving  sync.Mutex // one save at a time, so that none overtakes another

	mu      sync.Mutex // guards what follows; the Keeper's lock is never taken under it
	boxes   map[ticketKey]*ticketBox
	setBack time.Duration // of Keeper.setBack, what the boxes have followed
	moved   bool          // they followed, and are not saved since
	stopped bool
}

type ticketKey struct {
	token TokenID
	name  string
}

// ticketFlight is a call under way. Everybody who wants the ticket waits for done.
type ticketFlight struct {
	done chan struct{}
	// Set before done is closed.
	ticket Ticket
	err    *Error
}

// NewTickets returns the tickets of a Keeper's accounts. Nothing is renewed in the
// background before Run.
func NewTickets(k *Keeper, journal TicketJournal) *Tickets {
	ctx, cancel := context.WithCancel(context.Background())
	_, back := k.nowAndBack()
	return &Tickets{
		keeper: k, journal: journal, log: k.cfg.Log, ctx: ctx, cancel: cancel,
		wake: make(chan struct{}, 1), boxes: map[ticketKey]*ticketBox{}, setBack: back,
	}
}

// lock takes the lock and returns the wall time. When the clock was set back, every
// time of a ticket moves back with it first, as the Keeper's own times do.
func (t *Tickets) lock() time.Time {
	now, back := t.keeper.nowAndBack()
	t.mu.Lock()
	for back > t.setBack { // the boxes follow a clock that was set back since
		t.mu.Unlock()
		now, back = t.keeper.nowAndBack()
		t.mu.Lock()
	}
	if d := back - t.setBack; d < 0 {
		for _, box := range t.boxes {
			box.shift(d)
		}
		t.setBack, t.moved = back, true
		t.signal()
	}
	return now
}

// TicketWish is what a caller wants of a ticket.
type TicketWish struct {
	Name string
	// Person is set when a person waits: a failed call is tried again at once.
	Person bool
	// Renew asks upstream even if the ticket at hand lives.
	Renew bool
}

// Get returns an account's living ticket, or an *Error. If none is at hand, it asks
// for one with the account's token; it refuses what Keeper.Get refuses. When
// upstream calls a token dead, Get reports it to the Keeper once and asks for the
// ticket with the next token.
func (t *Tickets) Get(ctx context.Context, id ID, w TicketWish) (Ticket, error) {
	a, edits, err := t.keeper.asker(id)
	if err != nil {
		return Ticket{}, err
	}
	if w.Renew && w.Person {
		if err := sleep(ctx, t.untilAsked(a, w.Name)); err != nil {
			return Ticket{}, err
		}
	}
	got, f, err := t.board(a, edits, w)
	switch {
	case err != nil:
		return Ticket{}, err
	case f == nil:
		return got, nil
	}
	select {
	case <-f.done:
	case <-ctx.Done():
		return Ticket{}, AsError(ctx.Err())
	}
	if f.err != nil && (w.Renew || !f.ticket.Good(t.keeper.now(), 0)) {
		return Ticket{}, f.err
	}
	return f.ticket, nil // a failed renewal takes nothing from anybody
}

// Living is the ticket if it lives: a Get that never waits.
func (t *Tickets) Living(id ID, name string) (Ticket, bool) {
	a, _, err := t.keeper.asker(id)
	if err != nil {
		return Ticket{}, false
	}
	token := t.keeper.TokenID(a)
	now := t.lock()
	defer t.mu.Unlock()
	box := t.boxes[ticketKey{token, name}]
	if box == nil || !box.ticket.Good(now, DefaultMinTTL) {
		return Ticket{}, false
	}
	box.ticket.Wanted, box.owner = now, a.ID
	return box.ticket, true
}

// TicketLife is what may be told of a ticket: never its value.
type TicketLife struct {
	Name      string
	ExpiresAt time.Time
}

// Lives are the tickets that live, by the token that they belong to, in the order of
// their names. A ticket that is only looked at is not wanted, and not renewed for that.
func (t *Tickets) Lives() map[TokenID][]TicketLife {
	out := map[TokenID][]TicketLife{}
	now := t.lock()
	for key, box := range t.boxes {
		if box.ticket.Good(now, 0) {
			out[key.token] = append(out[key.token], TicketLife{key.name, box.ticket.ExpiresAt})
		}
	}
	t.mu.Unlock()
	for _, lives := range out {
		slices.SortFunc(lives, func(a, b TicketLife) int { return strings.Compare(a.Name, b.Name) })
	}
	return out
}

// untilAsked is how long a person who wants another ticket waits: two calls are at
// least 3 s apart.
func (t *Tickets) untilAsked(a Account, name string) time.Duration {
	key := ticketKey{t.keeper.TokenID(a), name}
	now := t.lock()
	defer t.mu.Unlock()
	box := t.boxes[key]
	if box == nil || box.flight != nil {
		return 0
	}
	return box.asked.Add(personFloor).Sub(now)
}

// board finds the ticket, or the flight to wait for, or why there is neither.
func (t *Tickets) board(a Account, edits int32, w TicketWish) (Ticket, *ticketFlight, *Error) {
	key := ticketKey{t.keeper.TokenID(a), w.Name}
	now := t.lock()
	defer t.mu.Unlock()
	box := t.boxes[key]
	if box == nil {
		box = newTicketBox()
		t.boxes[key] = box
	}
	box.owner, box.ticket.Wanted = a.ID, now
	floor := autoFloor
	if w.Person {
		floor = personFloor
	}
	rests := now.Before(box.asked.Add(floor))
	switch {
	case t.stopped:
		return Ticket{}, nil, ErrStopping()
	case box.flight != nil:
		return Ticket{}, box.flight, nil
	case box.ticket.Good(now, DefaultMinTTL) && !w.Renew:
		return box.ticket, nil, nil
	case !rests && !box.refuses(edits, w.Person, now):
	case box.ticket.Good(now, 0) && (!w.Renew || box.err == nil):
		return box.ticket, nil, nil
	case box.err != nil && box.edits == edits:
		return Ticket{}, nil, box.err
	}
	return Ticket{}, t.start(key, box, ticketCall{account: a, person: w.Person}, edits), nil
}

// start begins a flight. The lock is held and no flight is under way.
func (t *Tickets) start(key ticketKey, box *ticketBox, call ticketCall, edits int32) *ticketFlight {
	f := &ticketFlight{done: make(chan struct{})}
	box.flight = f
	t.wg.Go(func() {
		call.t, call.name = t, key.name
		grant, err := call.run(t.ctx)
		t.finish(key, box, f, call, edits, grant, err)
	})
	return f
}

// finish applies and keeps the result of a flight, and releases those who wait.
func (t *Tickets) finish(key ticketKey, box *ticketBox, f *ticketFlight, call ticketCall, edits int32, grant Grant, err *Error) {
	err = err.of(call.account.Kind)
	now := t.lock()
	box.flight = nil
	if !call.sent.IsZero() {
		box.learn(grant, err, call.sent.Add(t.setBack-call.back), edits, now)
		err = box.err
	} else if call.background {
		box.notBefore = now.Add(autoFloor)
	}
	f.ticket, f.err = box.ticket, err
	save := err == nil && t.boxes[key] == box
	first := call.background && box.err != nil && box.fails == 1
	t.mu.Unlock()
	if first {
		t.log.Info("a ticket could not be renewed", "account", call.account.ID, "ticket", key.name, "err", err)
	}
	if save {
		t.save(key, call.account)
	}
	close(f.done)
	t.signal()
}

// save keeps a ticket of accounts over a restart, and reports whether it could.
func (t *Tickets) save(key ticketKey, accounts ...Account) bool {
	t.saving.Lock()
	defer t.saving.Unlock()
	var ticket Ticket
	t.mu.Lock()
	if box := t.boxes[key]; box != nil {
		ticket = box.ticket
	}
	t.mu.Unlock()
	if ticket.Value == "" {
		return true
	}
	saved := true
	for _, a := range accounts {
		if failed := t.journal.SaveTicket(a, key.name, ticket); failed != nil {
			t.log.Warn("a ticket is not kept over a restart", "account", a.ID, "err", failed)
			saved = false
		}
	}
	return saved
}

// saveMoved keeps the times of tickets that followed a clock. Every account that shares
// one may have it with its former times. What could not be kept is kept the next time that
// anything is due.
func (t *Tickets) saveMoved() {
	t.lock()
	moved, keys := t.moved, slices.Collect(maps.Keys(t.boxes))
	t.moved = false
	t.mu.Unlock()
	if !moved {
		return
	}
	t.wg.Go(func() { // the disk may hang
		for _, key := range keys {
			if !t.save(key, t.keeper.sharing(key.token)...) {
				t.mu.Lock()
				t.moved = true
				t.mu.Unlock()
			}
		}
	})
}

// Restore gives accounts the tickets that were kept. Tickets that are there already
// stay.
func (t *Tickets) Restore(kept map[ID]map[string]Ticket) {
	for id, tickets := range kept {
		a, _, err := t.keeper.asker(id)
		if err != nil {
			continue
		}
		token := t.keeper.TokenID(a)
		now := t.lock()
		for name, ticket := range tickets {
			key := ticketKey{token, name}
			box := t.boxes[key]
			if box == nil {
				box = newTicketBox()
				t.boxes[key] = box
			}
			if !box.ticket.Good(now, 0) && ticket.ExpiresAt.After(box.ticket.ExpiresAt) {
				box.ticket, box.owner = ticket, id
			}
		}
		t.mu.Unlock()
	}
	t.signal()
}

// Forget drops the tickets of an account that was removed, or that has another
// TokenID from now on. Accounts that share its old token ask again.
func (t *Tickets) Forget(id ID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for key, box := range t.boxes {
		if box.owner == id {
			delete(t.boxes, key)
		}
	}
}

// Run renews tickets until ctx ends, and then waits for every call under way. It runs
// once. While there is no ticket it sleeps.
func (t *Tickets) Run(ctx context.Context) {
	timer := time.NewTimer(longestSleep)
	defer timer.Stop()
	for {
		var due <-chan time.Time
		t.saveMoved()
		if sleep, planned := t.renewDue(); planned {
			timer.Reset(sleep)
			due = timer.C
		}
		select {
		case <-due:
		case <-t.wake:
		case <-ctx.Done():
			t.mu.Lock()
			t.stopped = true
			t.mu.Unlock()
			t.cancel()
			t.wg.Wait()
			return
		}
	}
}

// Wake hints that the machine woke from sleep.
func (t *Tickets) Wake() { t.signal() }

func (t *Tickets) signal() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// renewDue starts what is due, and tells how long to sleep if there is anything to
// wait for.
func (t *Tickets) renewDue() (time.Duration, bool) {
	owners := t.owners()
	now := t.lock()
	defer t.mu.Unlock()
	next := longestSleep
	for key, box := range t.boxes {
		o, looked := owners[box.owner]
		switch {
		case !looked: // it wanted the ticket after the look
			t.signal()
			continue
		case o.token != key.token:
			if box.flight == nil {
				delete(t.boxes, key)
			}
			continue
		}
		due, renewed := box.due(o, now)
		switch {
		case !renewed && !box.ticket.Good(now, 0) && now.Sub(box.ticket.Wanted) > ticketRest && box.flight == nil:
			delete(t.boxes, key)
		case !renewed:
		case due.After(now):
			next = min(next, due.Sub(now))
		default:
			t.start(key, box, ticketCall{account: o.account, background: true}, o.edits)
		}
	}
	return next, len(t.boxes) > 0
}

// ticketOwner is an account for which tickets are renewed.
type ticketOwner struct {
	account Account
	token   TokenID // empty: the account is gone
	edits   int32
	rests   bool // nothing is renewed for it in the background
	// notBefore is when the budget of the day allows calls again; zero: it does.
	notBefore time.Time
}

// owners are the accounts for which there are tickets.
func (t *Tickets) owners() map[ID]ticketOwner {
	t.mu.Lock()
	ids := make([]ID, 0, len(t.boxes))
	for _, box := range t.boxes {
		ids = append(ids, box.owner)
	}
	t.mu.Unlock()
	out := make(map[ID]ticketOwner, len(ids))
	for _, id := range ids {
		var o ticketOwner
		if a, edits, err := t.keeper.asker(id); err == nil {
			o = ticketOwner{account: a, token: t.keeper.TokenID(a), edits: edits, rests: t.keeper.rests(a)}
			if err := t.keeper.overBudget(id); err != nil {
				o.notBefore = err.RetryAt
			}
		}
		out[id] = o
	}
	return out
}
