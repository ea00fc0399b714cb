package core

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// ticketBox is a ticket kept by Tickets.
type ticketBox struct {
	ticket Ticket
	owner  ID // the account for which it was last wanted; it is renewed for it
	flight *ticketFlight
	spread time.Duration // jitter, so that not all are renewed at once

	// The last call for it.
	asked     time.Time
	same      bool   // it brought the ticket that was there already
	err       *Error // nil: it brought one
	edits     int32  // of the owner at that time; an edit lifts err
	fails     int    // in a row
	notBefore time.Time
}

func newTicketBox() *ticketBox {
	return &ticketBox{spread: rand.N(ticketWindow / 10)}
}

// shift moves every time of the box by d.
func (b *ticketBox) shift(d time.Duration) {
	move(d, &b.ticket.ObtainedAt, &b.ticket.ExpiresAt, &b.ticket.Wanted, &b.asked, &b.notBefore)
	b.err = b.err.moved(d)
}

// refuses reports whether the kept error answers, because another call would only
// repeat it. An edit of the account clears it.
func (b *ticketBox) refuses(edits int32, person bool, now time.Time) bool {
	return b.err != nil && b.edits == edits && !person && (b.err.Class.waits() || now.Before(b.notBefore))
}

// learn stores the answer of upstream in the box.
func (b *ticketBox) learn(grant Grant, err *Error, sent time.Time, edits int32, now time.Time) {
	b.asked, b.edits = sent, edits
	if err == nil {
		b.succeed(grant, sent, now)
		b.err, b.fails, b.notBefore = nil, 0, time.Time{}
		return
	}
	b.same = false
	told := *err
	b.err = &told
	b.fails++
	switch {
	case err.RetryAt.After(now):
		b.notBefore = err.RetryAt
	case err.Class == Temporary || err.Class == Internal:
		b.notBefore = now.Add(autoFloor << min(b.fails-1, 4))
	default:
		b.notBefore = now.Add(patience)
	}
	if told.RetryAt.IsZero() && !told.Class.waits() {
		b.err.RetryAt = b.notBefore
	}
}

// succeed makes a grant the box's ticket. It is not known whether upstream reports
// the remaining life of a ticket that it hands out again, so such a ticket keeps its
// known end until that is over.
func (b *ticketBox) succeed(grant Grant, sent, now time.Time) {
	was := b.ticket
	next := Ticket{
		Token:  Token{Value: grant.Value, ObtainedAt: sent, ExpiresAt: sent.Add(grant.ExpiresIn), Life: grant.ExpiresIn},
		Wanted: was.Wanted,
	}
	b.same = was.Value == grant.Value && was.Good(now, 0)
	if b.same {
		next.ObtainedAt, next.Life = was.ObtainedAt, was.Life
		next.ExpiresAt = earlier(next.ExpiresAt, was.ExpiresAt)
	}
	b.ticket = next
}

// due is when the background asks for the ticket, if it does.
func (b *ticketBox) due(o ticketOwner, now time.Time) (time.Time, bool) {
	switch {
	case b.flight != nil, o.rests, b.ticket.Value == "", now.Sub(b.ticket.Wanted) > ticketRest:
		return time.Time{}, false
	case b.err != nil && b.edits == o.edits && b.err.Class.waits():
		return time.Time{}, false
	}
	window := min(ticketWindow, b.ticket.Life/2)
	due := b.ticket.ExpiresAt.Add(min(b.spread, window/2) - window)
	if b.same { // there is no other one before
		due = b.ticket.ExpiresAt
	}
	due = later(later(due, b.notBefore), o.notBefore)
	return later(due, b.asked.Add(autoFloor)), true
}

// ticketCall is the work of a flight.
type ticketCall struct {
	t          *Tickets
	account    Account
	name       string
	background bool
	person     bool // asks in spite of the account's budget

	sent time.Time     // before the call that brought the ticket; zero: upstream was not asked
	back time.Duration // Keeper.setBack at that time
}

// run asks for the ticket, and once more with a new token when upstream calls the
// first token dead.
func (c *ticketCall) run(ctx context.Context) (Grant, *Error) {
	k := c.t.keeper
	source, ok := k.upstream(c.account.Kind).Source.(TicketSource)
	if !ok {
		return Grant{}, &Error{Class: Misuse, Remedy: RemedyNoTicket, Message: "accounts of this kind have no tickets; take an account that has"}
	}
	token, err := c.token(ctx)
	if err != nil {
		return Grant{}, AsError(err)
	}
	grant, err := c.ask(ctx, source, token.Value)
	if !errors.Is(err, ErrDead) {
		return grant, AsError(err)
	}
	answer, err := k.Refresh(ctx, c.account.ID, Report{Stale: token.Value, Person: c.person})
	if err != nil {
		return Grant{}, AsError(err)
	}
	grant, err = c.ask(ctx, source, answer.Token.Value)
	return grant, AsError(err)
}

// token is the account's token; for a background renewal only a living one.
func (c *ticketCall) token(ctx context.Context) (Token, error) {
	k := c.t.keeper
	if !c.background {
		token, err := k.Get(ctx, c.account.ID, 0)
		if e := AsError(err); !c.person || e == nil || e.Remedy != RemedyBudget {
			return token, err
		}
		answer, err := k.Refresh(ctx, c.account.ID, Report{Person: true})
		return answer.Token, err
	}
	if token, _ := k.Token(c.account.ID); token.Good(k.now(), 0) {
		return token, nil
	}
	return Token{}, &Error{Class: Temporary, Remedy: RemedyTryAgain, Message: "there is no token to ask for a ticket with; one is on its way"}
}

// ask makes the call, and counts it among the account's calls of the day.
func (c *ticketCall) ask(ctx context.Context, source TicketSource, token string) (Grant, error) {
	k := c.t.keeper
	w := k.attempt(ctx, c.account, Token{Value: token})
	if !w.open() && c.account.Proxy != "" { // without a proxy the call needs no secret
		return Grant{}, w.out.err
	}
	select {
	case k.slots <- struct{}{}:
		defer func() { <-k.slots }()
	case <-ctx.Done():
		return Grant{}, AsError(ctx.Err())
	}
	if !c.person {
		if err := k.overBudget(c.account.ID); err != nil {
			return Grant{}, err
		}
	}
	c.sent, c.back = k.nowAndBack()
	grant, err := source.Ticket(ctx, w.req, c.name, token)
	e := AsError(err)
	if e == nil || !e.Unsent {
		k.countCall(c.account)
	}
	if e != nil {
		if e.Remedy == RemedyQuotaDay { // a remedy of calls for a token
			told := *e
			told.Remedy = RemedyQuotaTicket
			e = &told
		}
		return Grant{}, e
	}
	if grant.Value == "" || grant.ExpiresIn <= 0 {
		return Grant{}, errNoGrant()
	}
	return grant, nil
}

// asker is an account, and how often it was edited in what a call depends on.
func (k *Keeper) asker(id ID) (Account, int32, *Error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	e := k.entries[id]
	if e == nil {
		return Account{}, 0, errNoAccount()
	}
	return *e.account, e.edits, nil
}

// sharing are the accounts that have a token in common.
func (k *Keeper) sharing(token TokenID) []Account {
	k.mu.RLock()
	defer k.mu.RUnlock()
	var out []Account
	for _, e := range k.entries {
		if k.TokenID(*e.account) == token {
			out = append(out, *e.account)
		}
	}
	return out
}

// rests reports whether nothing is done for an account in the background.
func (k *Keeper) rests(a Account) bool {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.pausedAll || !a.Auto || !k.Live(a)
}
