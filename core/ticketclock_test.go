package core_test

import (
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

// A clock that was set moves no ticket's end: its life keeps its length. What the
// program thinks of it is true after a restart, too.
func TestTicketsAndTheClock(t *testing.T) {
	for _, tt := range []struct {
		name string
		jump time.Duration
		good time.Duration // how long the ticket is at hand after the jump, an hour into its life
	}{
		{"set back by less than its age", -30 * time.Minute, time.Hour},
		{"set back by its age", -time.Hour, time.Hour},
		{"set back by more", -3 * time.Hour, time.Hour},
		{"set forward", 30 * time.Minute, 30 * time.Minute},
		{"set forward to its end", time.Hour, 0},
		{"sleep", 24 * time.Hour, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := openOffice(t, newTicketing(), setup{})
				second := o.account
				second.ID, second.Name = "2", "second"
				o.Put(second, core.Token{}) // it shares the token
				o.want(t, core.TicketWish{})
				if _, err := o.tickets.Get(t.Context(), "2", core.TicketWish{Name: "page"}); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Hour)
				o.up.change(func() { o.up.refuse = &core.Error{Class: core.Temporary, Message: "no way"} })
				o.wall.jump(tt.jump)
				for after := range 3 {
					if after == 2 { // the next program
						time.Sleep(time.Second)
						o.keepTickets(t)
						o.tickets.Restore(o.drawer.copy())
					}
					now := o.wall.Now()
					got := o.tickets.Lives()
					switch lives := got[o.TokenID(o.account)]; {
					case tt.good == 0 && len(lives) == 0:
					case len(lives) != 1 || tt.good == 0:
						t.Errorf("%d: the tickets that live are %v", after, lives)
					case (lives[0].ExpiresAt.Sub(now) - tt.good).Abs() > 5*time.Second:
						t.Errorf("%d: the ticket lives for %v more, want %v", after, lives[0].ExpiresAt.Sub(now), tt.good)
					}
				}
				time.Sleep(max(0, tt.good-time.Minute))
				if _, ok := o.tickets.Living("1", "page"); ok != (tt.good > 0) {
					t.Errorf("a minute before its end: at hand: %v", ok)
				}
				time.Sleep(time.Minute + time.Second)
				if _, ok := o.tickets.Living("1", "page"); ok {
					t.Error("at hand when it is over")
				}
				if _, c := o.want(t, core.TicketWish{}); c == "" {
					t.Error("given when it is over")
				}
				o.up.change(func() { o.up.refuse = nil })
				time.Sleep(time.Minute)
				if _, c := o.want(t, core.TicketWish{Person: true}); c != "" {
					t.Errorf("the next one: %q", c)
				}
			})
		})
	}
}

// A ticket that was kept with its former times, because it could not be kept again, does not
// get them back.
func TestARestoredTicketKeepsTheClocksTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, newTicketing(), setup{})
		o.want(t, core.TicketWish{})
		time.Sleep(time.Hour)
		former := o.drawer.copy()
		o.wall.jump(-time.Hour)
		for range 2 {
			o.tickets.Restore(former)
			got, ok := o.tickets.Living("1", "page")
			if left := got.ExpiresAt.Sub(o.wall.Now()); !ok || (left-time.Hour).Abs() > 5*time.Second {
				t.Errorf("at hand: %v, for %v more", ok, left)
			}
		}
	})
}

// A clock that is set back while the call runs adds nothing to the ticket's life.
func TestATicketFetchedWhileTheClockIsSetBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newTicketing()
		up.delay = 10 * time.Second
		o := openOffice(t, up, setup{})
		get(t, o.house)
		time.AfterFunc(5*time.Second, func() { o.wall.jump(-time.Hour) })
		got, c := o.want(t, core.TicketWish{})
		if left := got.ExpiresAt.Sub(o.wall.Now()); c != "" || left > twoHours || left < twoHours-time.Minute {
			t.Errorf("%q, and it lives for %v", c, left)
		}
	})
}
