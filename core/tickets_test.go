package core_test

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

// ticketing is an upstream that gives tickets too: the same one until its last five
// minutes.
type ticketing struct {
	*upstream
	ticketLife time.Duration
	delay      time.Duration
	constant   bool // it always tells the full life, as users saw

	mu      sync.Mutex
	n       int
	ticket  minted
	asked   int
	refuse  *core.Error
	refused int // dead tokens that it was shown
}

func newTicketing() *ticketing {
	return &ticketing{upstream: newUpstream(twoHours), ticketLife: twoHours, delay: 100 * time.Millisecond}
}

func (u *ticketing) Ticket(ctx context.Context, _ core.Request, name, token string) (core.Grant, error) {
	select {
	case <-time.After(u.delay):
	case <-ctx.Done():
		return core.Grant{}, ctx.Err()
	}
	alive := u.Accepts(token)
	u.mu.Lock()
	defer u.mu.Unlock()
	u.asked++
	switch {
	case u.refuse != nil:
		return core.Grant{}, u.refuse
	case !alive:
		u.refused++
		return core.Grant{}, &core.Error{Class: core.Temporary, Message: "the token is dead; refresh it", Err: core.ErrDead}
	}
	now := time.Now()
	if left := u.ticket.dies.Sub(now); left <= min(300*time.Second, u.ticketLife/2) {
		u.n++
		u.ticket = minted{fmt.Sprintf("%s-ticket-%08d-of-the-test", name, u.n), now.Add(u.ticketLife)}
	}
	left := u.ticket.dies.Sub(now).Truncate(time.Second)
	if u.constant {
		left = u.ticketLife
	}
	return core.Grant{Value: u.ticket.value, ExpiresIn: left}, nil
}

func (u *ticketing) tickets() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.asked
}

func (u *ticketing) change(fn func()) {
	u.mu.Lock()
	defer u.mu.Unlock()
	fn()
}

// drawer keeps tickets.
type drawer struct {
	mu   sync.Mutex
	kept map[core.ID]map[string]core.Ticket
}

func (d *drawer) SaveTicket(a core.Account, name string, t core.Ticket) error {
	id := a.ID
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.kept == nil {
		d.kept = map[core.ID]map[string]core.Ticket{}
	}
	if d.kept[id] == nil {
		d.kept[id] = map[string]core.Ticket{}
	}
	d.kept[id][name] = t
	return nil
}

// copy is what is kept now.
func (d *drawer) copy() map[core.ID]map[string]core.Ticket {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := maps.Clone(d.kept)
	for id, tickets := range out {
		out[id] = maps.Clone(tickets)
	}
	return out
}

// office is a running Keeper with its tickets.
type office struct {
	*house
	up      *ticketing
	tickets *core.Tickets
	drawer  *drawer
}

func openOffice(t *testing.T, up *ticketing, s setup) *office {
	t.Helper()
	s.source = up
	o := &office{house: start(t, s), up: up, drawer: &drawer{}}
	o.keepTickets(t)
	return o
}

// keepTickets runs the tickets until the test ends.
func (o *office) keepTickets(t *testing.T) (stop func()) {
	t.Helper()
	o.tickets = core.NewTickets(o.Keeper, o.drawer)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	tickets := o.tickets
	go func() {
		defer close(ended)
		tickets.Run(ctx)
	}()
	stop = sync.OnceFunc(func() {
		cancel()
		<-ended
	})
	t.Cleanup(stop)
	return stop
}

// want is the ticket, or the class of the refusal.
func (o *office) want(t *testing.T, w core.TicketWish) (core.Ticket, core.Class) {
	t.Helper()
	w.Name = "page"
	got, err := o.tickets.Get(t.Context(), "1", w)
	if err == nil && !got.Good(o.wall.Now(), 0) {
		t.Errorf("a ticket that is over: %+v", got)
	}
	return got, class(err)
}

func TestATicketIsAskedForWhenWanted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, newTicketing(), setup{})
		time.Sleep(5 * time.Hour)
		if n := o.up.tickets(); n != 0 {
			t.Fatalf("%d calls for a ticket that nobody wants", n)
		}
		first, _ := o.want(t, core.TicketWish{})
		if again, _ := o.want(t, core.TicketWish{}); again.Value != first.Value || o.up.tickets() != 1 {
			t.Errorf("%d calls for one ticket", o.up.tickets())
		}
		if one, ok := o.tickets.Living("1", "page"); !ok || one.Value != first.Value {
			t.Error("the ticket that lives is not at hand")
		}
		if _, ok := o.tickets.Living("1", "other"); ok {
			t.Error("one of another name is")
		}
	})
}

func TestAThousandCallersCauseOneCallForATicket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, newTicketing(), setup{})
		sharer := o.account
		sharer.ID, sharer.Name = "2", "sharer"
		o.Put(sharer, core.Token{}) // it shares the token, so the ticket as well
		var wg sync.WaitGroup
		values := make([]string, 1000)
		for i := range values {
			wg.Go(func() {
				got, err := o.tickets.Get(t.Context(), []core.ID{"1", "2"}[i%2], core.TicketWish{Name: "page"})
				if err != nil {
					t.Error(err)
				}
				values[i] = got.Value
			})
		}
		wg.Wait()
		for _, v := range values {
			if v == "" || v != values[0] {
				t.Fatalf("tickets %q and %q", v, values[0])
			}
		}
		if n := o.up.tickets(); n != 1 {
			t.Errorf("%d calls", n)
		}
	})
}

// A ticket that is used is there at any time, with a call or two for each life. A day
// after the last use nothing is asked any more.
func TestATicketIsRenewedWhileItIsUsed(t *testing.T) {
	for _, constant := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			up := newTicketing()
			up.constant = constant
			o := openOffice(t, up, setup{})
			o.want(t, core.TicketWish{})
			fetched := o.up.tickets()
			for end := time.Now().Add(12 * time.Hour); time.Now().Before(end); time.Sleep(7 * time.Minute) {
				got, ok := o.tickets.Living("1", "page")
				if !ok {
					t.Fatalf("constant %v: no ticket at hand at %v", constant, time.Now())
				}
				up.change(func() {
					if got.Value != up.ticket.value && constant == false {
						t.Errorf("an old ticket")
					}
				})
			}
			if n := o.up.tickets() - fetched; n > 2*7 {
				t.Errorf("constant %v: %d calls in twelve hours", constant, n)
			}
			time.Sleep(26 * time.Hour)
			idle := o.up.tickets()
			time.Sleep(48 * time.Hour)
			if n := o.up.tickets(); n != idle {
				t.Errorf("%d calls for a ticket that nobody wanted for a day", n-idle)
			}
			if got, c := o.want(t, core.TicketWish{}); c != "" || got.Value == "" {
				t.Errorf("later there is none: %s", c)
			}
		})
	}
}

// In the background no token is fetched for a ticket, and nothing is asked for an
// account that rests.
func TestATicketOfAPausedAccountRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, newTicketing(), setup{account: byHand})
		if _, c := o.want(t, core.TicketWish{}); c != "" {
			t.Fatal(c)
		}
		time.Sleep(10 * time.Hour)
		if o.up.tickets() != 1 || o.up.count() != 1 {
			t.Errorf("%d calls for tickets and %d for tokens", o.up.tickets(), o.up.count())
		}
		if _, c := o.want(t, core.TicketWish{}); c != "" { // asked for, it fetches as get does
			t.Error(c)
		}
	})
}

func TestATicketOutlivesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, newTicketing(), setup{})
		first, _ := o.want(t, core.TicketWish{})
		time.Sleep(time.Hour)
		o.keepTickets(t) // the next program
		o.tickets.Restore(o.drawer.kept)
		if got, _ := o.want(t, core.TicketWish{}); got.Value != first.Value || o.up.tickets() != 1 {
			t.Errorf("%d calls over a restart", o.up.tickets())
		}
	})
}

// A dead token leads to one round of the Keeper and one more try.
func TestADeadTokenAtTheTicketCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, newTicketing(), setup{})
		get(t, o.house)
		o.up.set(func() { o.up.current = minted{} }) // upstream forgot it
		before := o.up.count()
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if got, err := o.tickets.Get(t.Context(), "1", core.TicketWish{Name: "page"}); err != nil || got.Value == "" {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		refused := 0
		o.up.change(func() { refused = o.up.refused })
		if o.up.tickets() != 2 || o.up.count() != before+1 || refused != 1 {
			t.Errorf("%d calls for a ticket, %d for a token", o.up.tickets(), o.up.count()-before)
		}
		// One that stays dead ends it.
		o.up.set(func() { o.up.down = true; o.up.current = minted{} })
		time.Sleep(time.Minute)
		if _, c := o.want(t, core.TicketWish{Renew: true}); c != core.Temporary {
			t.Errorf("with no other token: %s", c)
		}
		if n := o.up.tickets(); n != 3 {
			t.Errorf("%d calls for a ticket", n)
		}
	})
}

// What upstream refuses is not asked again and again: a person's try and an edit are.
func TestARefusedTicketWaits(t *testing.T) {
	for _, tt := range []struct {
		class core.Class
		later time.Duration // after which a program's call asks again; 0: never by itself
	}{
		{core.Misuse, 0},
		{core.Whitelist, 15 * time.Minute},
		{core.Quota, 15 * time.Minute},
		{core.Temporary, 30 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			o := openOffice(t, newTicketing(), setup{})
			o.up.change(func() { o.up.refuse = refused(tt.class) })
			for range 5 {
				if _, c := o.want(t, core.TicketWish{}); c != tt.class {
					t.Fatalf("%s: %s", tt.class, c)
				}
			}
			if n := o.up.tickets(); n != 1 {
				t.Errorf("%s: %d calls", tt.class, n)
			}
			time.Sleep(5 * time.Second)
			o.want(t, core.TicketWish{Person: true})
			o.want(t, core.TicketWish{Person: true}) // within three seconds
			if n := o.up.tickets(); n != 2 {
				t.Errorf("%s: %d calls after a person's try", tt.class, n)
			}
			edited := o.account
			edited.Proxy = "http://127.0.0.1:1"
			o.Put(edited, core.Token{})
			time.Sleep(4 * time.Second)
			o.want(t, core.TicketWish{Person: true})
			if n := o.up.tickets(); n != 3 {
				t.Errorf("%s: %d calls after an edit", tt.class, n)
			}
			time.Sleep(40 * time.Minute)
			o.want(t, core.TicketWish{})
			if n := o.up.tickets(); (n == 4) != (tt.later > 0) {
				t.Errorf("%s: %d calls later on", tt.class, n)
			}
			o.up.change(func() { o.up.refuse = nil })
			time.Sleep(5 * time.Second)
			if _, c := o.want(t, core.TicketWish{Person: true}); c != "" {
				t.Errorf("%s: after all it is %s", tt.class, c)
			}
		})
	}
}

// Whoever wants another ticket waits for it, and gets the answer of upstream.
func TestAPersonRenewsATicket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, newTicketing(), setup{})
		o.want(t, core.TicketWish{})
		began := time.Now()
		if _, c := o.want(t, core.TicketWish{Person: true, Renew: true}); c != "" || o.up.tickets() != 2 {
			t.Errorf("%q, %d calls", c, o.up.tickets())
		}
		if waited := time.Since(began); waited < 2*time.Second || waited > 4*time.Second {
			t.Errorf("it took %v", waited)
		}
		o.up.change(func() { o.up.refuse = refused(core.Quota) })
		if _, c := o.want(t, core.TicketWish{Person: true, Renew: true}); c != core.Quota {
			t.Errorf("a refusal is told as %q", c)
		}
		if _, c := o.want(t, core.TicketWish{}); c != "" {
			t.Errorf("the ticket that lives is gone: %q", c)
		}
	})
}

// A renewal that failed takes nothing from anybody.
func TestAFailedRenewalLeavesTheTicket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, newTicketing(), setup{})
		first, _ := o.want(t, core.TicketWish{})
		o.up.change(func() { o.up.refuse = refused(core.Temporary) })
		time.Sleep(twoHours - 10*time.Second)
		if got, c := o.want(t, core.TicketWish{}); c != "" || got.Value != first.Value {
			t.Errorf("the living ticket is gone: %s", c)
		}
		time.Sleep(31 * time.Second)
		if _, c := o.want(t, core.TicketWish{}); c != core.Temporary {
			t.Errorf("after its end: %q", c)
		}
		o.up.change(func() { o.up.refuse = nil })
		time.Sleep(10 * time.Minute)
		if _, ok := o.tickets.Living("1", "page"); !ok {
			t.Error("the background does not try again")
		}
	})
}

// A ticket never fetches a token that its owner has not allowed to be fetched.
func TestATicketOfAGuardedAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newTicketing()
		up.traits = legacy
		o := openOffice(t, up, setup{account: func(a *core.Account) { a.Env = core.Live }})
		if _, c := o.want(t, core.TicketWish{Person: true}); c != core.Misuse {
			t.Fatalf("without a token: %q", c)
		}
		if _, err := o.Refresh(t.Context(), "1", core.Report{Force: true, Person: true}); err != nil { // a person's own
			t.Fatal(err)
		}
		if _, c := o.want(t, core.TicketWish{}); c != "" {
			t.Errorf("with a token: %q", c)
		}
		up.set(func() { up.current = minted{} })
		time.Sleep(time.Minute)
		if _, c := o.want(t, core.TicketWish{Renew: true, Person: true}); c != core.Misuse {
			t.Errorf("with a dead token: %q", c)
		}
		time.Sleep(30 * time.Hour)
		if n := up.count(); n != 1 {
			t.Errorf("%d tokens were fetched", n)
		}
	})
}

func TestTicketsOfAnAccountThatGoesOrChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, newTicketing(), setup{})
		first, _ := o.want(t, core.TicketWish{})
		changed := o.account
		changed.AppID = "wx1"
		o.Put(changed, core.Token{})
		if _, ok := o.tickets.Living("1", "page"); ok {
			t.Error("another AppID has the ticket of the first")
		}
		o.Put(o.account, core.Token{})
		o.tickets.Forget("1")
		o.Forget("1")
		if _, c := o.want(t, core.TicketWish{}); c != core.NotFound {
			t.Errorf("an account that is gone: %q", c)
		}
		o.Put(o.account, core.Token{})
		if _, ok := o.tickets.Living("1", "page"); ok {
			t.Error("the ticket outlives its account")
		}
		if got, c := o.want(t, core.TicketWish{}); c != "" || got.Value != first.Value { // upstream's own
			t.Errorf("anew: %+v, %q", got, c)
		}
	})
}

// A source without tickets says so.
func TestASourceWithoutTickets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t, setup{})
		tickets := core.NewTickets(h.Keeper, &drawer{})
		_, err := tickets.Get(t.Context(), "1", core.TicketWish{Name: "page"})
		if e := core.AsError(err); e == nil || e.Class != core.Misuse || e.Remedy != core.RemedyNoTicket {
			t.Errorf("got %v", err)
		}
	})
}
