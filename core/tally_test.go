package core_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

// today is what an account is said to have asked for today.
func (h *house) today(id core.ID) core.Counts {
	h.t.Helper()
	s, ok := h.Snapshot(id)
	if !ok {
		h.t.Fatalf("there is no account %s", id)
	}
	return s.Today
}

// TestCallsAreCountedForTheToken: upstream counts by AppID, so accounts that share
// one share the count: of rounds, of tests, and of earlier runs. Another AppID has
// its own, and tests of an account that is not kept count too.
func TestCallsAreCountedForTheToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t, setup{source: newUpstream(twoHours), account: byHand})
		sharer, other := h.account, h.account
		sharer.ID, sharer.Env = "2", core.Live
		other.ID, other.Name, other.AppID = "3", "mall", "wx1"
		h.Put(sharer, core.Token{})
		h.Put(other, core.Token{})
		want := func(when string, shared, alone int) {
			t.Helper()
			synctest.Wait()
			for id, n := range map[core.ID]int{"1": shared, "2": shared, "3": alone} {
				if got := h.today(id).Calls; got != n {
					t.Errorf("%s: account %s is said to have asked %d times, want %d", when, id, got, n)
				}
			}
		}
		day := h.day().Day(time.Now())
		h.Recall(map[core.ID]core.DayCounts{
			"1": {Day: day, Counts: core.Counts{Calls: 5, Forced: 1}}, "2": {Day: day, Counts: core.Counts{Calls: 2}},
			"3": {Day: "1999-12-31", Counts: core.Counts{Calls: 9}},
		})
		want("after a restart", 7, 0)
		if got := h.today("2").Forced; got != 1 {
			t.Errorf("forced %d times", got)
		}
		get(t, h)
		want("after a fetch for the first", 8, 0)
		if _, err := h.Get(t.Context(), "2", 0); err != nil {
			t.Fatal(err)
		}
		want("after its sharer took that token over", 8, 0)
		form := h.account // as the form tests it, under no ID
		form.ID = ""
		if _, err := h.Test(t.Context(), form, core.Credentials{}); err != nil {
			t.Fatal(err)
		}
		want("after a test", 9, 0)
		stranger := other
		stranger.ID, stranger.AppID = "", "wx2"
		if _, err := h.Test(t.Context(), stranger, core.Credentials{}); err != nil {
			t.Fatal(err)
		}
		want("after a test of another AppID", 9, 0)
		stranger.ID = "4"
		h.Put(stranger, core.Token{})
		if got := h.today("4").Calls; got != 1 {
			t.Errorf("the test before it was saved is forgotten: %d calls", got)
		}
		sharer.AppID = "wx1"
		h.Put(sharer, core.Token{})
		if a, b := h.today("2").Calls, h.today("1").Calls; a != 0 || b != 9 {
			t.Errorf("with another AppID it is said to have asked %d times, its sharer %d", a, b)
		}
		h.Forget("2")
	})
}

// cut is an upstream whose calls all fail once err is set.
type cut struct {
	*upstream
	err *core.Error
}

func (c *cut) failed() error {
	if c.err == nil {
		return nil
	}
	return c.err
}

func (c *cut) Fetch(ctx context.Context, req core.Request) (core.Grant, error) {
	if c.err != nil {
		return core.Grant{}, c.err
	}
	return c.upstream.Fetch(ctx, req)
}

func (c *cut) Check(context.Context, core.Request, string) error { return c.failed() }

func (c *cut) Usage(context.Context, core.Request, string, string) (core.Usage, error) {
	return core.Usage{}, c.failed()
}

func (c *cut) ResetQuota(context.Context, core.Request) error { return c.failed() }

func (c *cut) Ticket(context.Context, core.Request, string, string) (core.Grant, error) {
	return core.Grant{Value: "ticket", ExpiresIn: twoHours}, c.failed()
}

// TestCallsThatReachNobodyAreNotCounted: neither rounds and tests nor checks, questions
// for a quota, resets and calls for a ticket. The same calls count if they got there.
func TestCallsThatReachNobodyAreNotCounted(t *testing.T) {
	for name, call := range map[string]func(*house) error{
		"a round": func(h *house) error {
			_, err := h.Refresh(h.t.Context(), "1", core.Report{Force: true, Person: true})
			return err
		},
		"a test": func(h *house) error {
			_, err := h.Test(h.t.Context(), h.account, core.Credentials{})
			return err
		},
		"a check": func(h *house) error {
			found, err := h.Keeper.Check(h.t.Context(), "1")
			return errors.Join(err, asError(found.Err))
		},
		"a quota": func(h *house) error {
			_, err := h.Usage(h.t.Context(), "1", []string{"/a"})
			return err
		},
		"a reset": func(h *house) error { return h.ResetQuota(h.t.Context(), "1") },
		"a ticket": func(h *house) error {
			o := &office{house: h, drawer: &drawer{}}
			o.keepTickets(h.t)
			_, err := o.tickets.Get(h.t.Context(), "1", core.TicketWish{Name: "page"})
			return err
		},
	} {
		for _, unsent := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, unsent %v", name, unsent), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					up := &cut{upstream: newUpstream(twoHours)}
					h := start(t, setup{source: up, account: byHand})
					get(t, h)
					time.Sleep(time.Hour)
					before := h.today("1").Calls
					up.err = &core.Error{Class: core.Misuse, Message: "no connection", Unsent: unsent}
					if err := call(h); err == nil {
						t.Fatal("nothing failed")
					}
					synctest.Wait()
					if n := h.today("1").Calls - before; (n == 0) != unsent {
						t.Errorf("%d calls are counted", n)
					}
				})
			})
		}
	}
}
