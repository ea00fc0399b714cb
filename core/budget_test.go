package core_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

// budget gives an account so many calls a day.
func budget(n int) func(*core.Account) { return func(a *core.Account) { a.Budget = n } }

// TestABudgetStopsCallsThatNobodyAsksFor: the background and programs stop at the
// budget, a person's call does not, and the next day begins anew.
func TestABudgetStopsCallsThatNobodyAsksFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := start(t, setup{source: up, account: budget(3)})
		time.Sleep(5 * time.Hour) // three tokens
		synctest.Wait()
		if n := up.count(); n != 3 {
			t.Fatalf("%d calls in five hours", n)
		}
		synctest.Wait()
		if s, _ := h.Snapshot("1"); s.Err != nil {
			t.Fatalf("the third token lives, and yet: %v", s.Err)
		}
		time.Sleep(2 * time.Hour) // it ends
		synctest.Wait()
		s, _ := h.Snapshot("1")
		midnight := beijing.NextDay(time.Now())
		if s.Err == nil || s.Err.Class != core.Quota || s.Err.Remedy != core.RemedyBudget || !s.Err.RetryAt.Equal(midnight) ||
			!s.NextTry.Equal(midnight) || s.State(time.Now()) != core.StateRetrying {
			t.Fatalf("%+v, next try %v, %s", s.Err, s.NextTry, s.State(time.Now()))
		}
		told := 0
		for _, line := range h.journal.lines {
			if line.Remedy == core.RemedyBudget {
				told++
			}
		}
		if told != 1 {
			t.Errorf("the history tells it %d times", told)
		}
		if _, err := h.Get(t.Context(), "1", 0); class(err) != core.Quota {
			t.Errorf("a program gets %v", err)
		}
		if _, err := h.Refresh(t.Context(), "1", core.Report{Stale: h.current(t).Value}); class(err) != core.Quota {
			t.Errorf("a program's report gets %v", err)
		}
		if n := up.count(); n != 3 {
			t.Fatalf("%d calls with a budget of three", n)
		}
		if _, err := h.Refresh(t.Context(), "1", core.Report{Person: true}); err != nil {
			t.Errorf("a person: %v", err)
		}
		if s, _ := h.Snapshot("1"); s.Err != nil || s.State(time.Now()) != core.StateFresh || s.Today.Calls != 4 {
			t.Errorf("after a person's call: %v, %s, %+v", s.Err, s.State(time.Now()), s.Today)
		}
		time.Sleep(time.Until(midnight) + time.Minute)
		synctest.Wait()
		if _, err := h.Get(t.Context(), "1", 0); err != nil {
			t.Errorf("the next day: %v", err)
		}
		if s, _ := h.Snapshot("1"); s.Err != nil || s.Today.Calls != 1 {
			t.Errorf("the next day: %v, %+v", s.Err, s.Today)
		}
	})
}

// TestAReportKeepsToTheBudget: a program's report of a token that lives makes no call
// once the budget is used up.
func TestAReportKeepsToTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := start(t, setup{source: up, account: budget(1)})
		token := get(t, h)
		if _, err := h.Refresh(t.Context(), "1", core.Report{Stale: token.Value}); class(err) != core.Quota || core.AsError(err).Remedy != core.RemedyBudget {
			t.Errorf("a report gets %v", err)
		}
		if n := up.count(); n != 1 {
			t.Errorf("%d calls with a budget of one", n)
		}
	})
}

// TestARaisedBudgetIsUsedAtOnce: an edit of the budget, or its removal, lets the
// background go on.
func TestARaisedBudgetIsUsedAtOnce(t *testing.T) {
	for _, raised := range []int{0, 10} {
		synctest.Test(t, func(t *testing.T) {
			up := newUpstream(twoHours)
			h := start(t, setup{source: up, account: budget(1)})
			time.Sleep(3 * time.Hour)
			synctest.Wait()
			if s, _ := h.Snapshot("1"); s.Err == nil || s.Err.Remedy != core.RemedyBudget {
				t.Fatalf("%v", s.Err)
			}
			a := h.account
			a.Budget = raised
			h.Put(a, core.Token{})
			synctest.Wait()
			if s, _ := h.Snapshot("1"); s.Err != nil || s.State(time.Now()) != core.StateFresh {
				t.Errorf("%v, %s", s.Err, s.State(time.Now()))
			}
		})
	}
}

// TestARoundKeepsToTheBudget: a round makes only as many of its calls as the budget
// allows.
func TestARoundKeepsToTheBudget(t *testing.T) {
	t.Run("no second try", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			up := newUpstream(twoHours)
			up.err = &core.Error{Class: core.Temporary, Message: "busy"}
			h := start(t, setup{source: up, account: func(a *core.Account) { a.Auto, a.Budget = false, 1 }}) // else a round of its own may come first
			if _, err := h.Get(t.Context(), "1", 0); class(err) != core.Temporary || up.count() != 1 {
				t.Errorf("%v after %d calls", err, up.count())
			}
		})
	})
	t.Run("no fetch after the check", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			up := newUpstream(twoHours)
			up.legacy(true)
			h := start(t, setup{source: up, account: func(a *core.Account) { a.Auto, a.Budget = false, 2 }})
			first := get(t, h)
			time.Sleep(time.Minute)
			synctest.Wait()
			up.kill()
			if _, err := h.Refresh(t.Context(), "1", core.Report{Stale: first.Value}); class(err) != core.Quota || up.count() != 1 {
				t.Errorf("%v after %d fetches", err, up.count())
			}
			if s, _ := h.Snapshot("1"); s.Today.Calls != 2 {
				t.Errorf("%+v", s.Today)
			}
		})
	})
	for left, want := range []struct{ calls, checks, forces int }{{1, 0, 0}, {2, 0, 0}, {3, 1, 0}, {4, 1, 1}} {
		t.Run(fmt.Sprintf("a report of the same token with %d calls", left), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ref := &refuser{upstream: newUpstream(twoHours), dead: map[string]bool{}}
				h := start(t, setup{source: ref, account: func(a *core.Account) { a.Auto, a.Budget = false, left+1 }})
				first := get(t, h)
				time.Sleep(time.Minute)
				ref.dead[first.Value] = true
				_, _ = h.Refresh(t.Context(), "1", core.Report{Stale: first.Value})
				if s, _ := h.Snapshot("1"); s.Today.Calls != want.calls || ref.refused != want.checks || ref.forces != want.forces {
					t.Errorf("%d calls, %d checks, %d forces, want %+v", s.Today.Calls, ref.refused, ref.forces, want)
				}
			})
		})
	}
}

// TestTheBudgetOutlivesARestart: what was asked before counts.
func TestTheBudgetOutlivesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := start(t, setup{source: up, account: budget(3), before: func(k *core.Keeper) {
			k.Recall(map[core.ID]core.DayCounts{"1": dayCounts(beijing.Day(time.Now()), 3, 0)})
		}})
		synctest.Wait()
		if s, _ := h.Snapshot("1"); up.count() != 0 || s.Err == nil || s.Err.Remedy != core.RemedyBudget {
			t.Errorf("%d calls, %v", up.count(), s.Err)
		}
	})
}

// TestABudgetIsToldAtOnce: when a caller is refused for the budget, the account shows
// that at once.
func TestABudgetIsToldAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := &asked{upstream: newUpstream(twoHours)}
		h := start(t, setup{source: up, account: budget(2)})
		get(t, h)
		time.Sleep(time.Second)
		up.answers(replacedByOthers())
		if err := h.Check(t.Context(), "1"); err == nil {
			t.Fatal("the token is dead")
		}
		if _, err := h.Get(t.Context(), "1", 0); class(err) != core.Quota {
			t.Errorf("%v", err)
		}
		if s, _ := h.Snapshot("1"); s.Err == nil || s.Err.Remedy != core.RemedyBudget || s.State(time.Now()) != core.StateRetrying {
			t.Errorf("%v, %s", s.Err, s.State(time.Now()))
		}
	})
}

// TestTicketsKeepToTheBudget: a call for a ticket counts like one for a token. When the
// budget is used up, the background lets the ticket end and programs get none; a person
// does, and the next day begins anew.
func TestTicketsKeepToTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newTicketing()
		up.ticketLife = time.Hour
		o := openOffice(t, up, setup{account: budget(2)})
		synctest.Wait() // the token
		if _, c := o.want(t, core.TicketWish{}); c != "" {
			t.Fatal(c)
		}
		calls := func() int {
			s, _ := o.Snapshot("1")
			return s.Today.Calls
		}
		if n := calls(); n != 2 {
			t.Errorf("%d calls for a token and a ticket", n)
		}
		time.Sleep(90 * time.Minute) // the ticket ends, its token lives
		synctest.Wait()
		if n := o.up.tickets(); n != 1 {
			t.Errorf("the background asked %d times for the ticket", n-1)
		}
		if _, c := o.want(t, core.TicketWish{}); c != core.Quota || o.up.tickets() != 1 {
			t.Errorf("a program: %q after %d calls", c, o.up.tickets())
		}
		if _, c := o.want(t, core.TicketWish{Person: true}); c != "" || o.up.tickets() != 2 || calls() != 3 {
			t.Errorf("a person: %q after %d calls, %d of the day", c, o.up.tickets(), calls())
		}
		time.Sleep(2 * time.Hour) // the token has ended too
		if _, c := o.want(t, core.TicketWish{Person: true}); c != "" || o.up.tickets() != 3 || calls() != 5 {
			t.Errorf("a person, without a token: %q after %d calls, %d of the day", c, o.up.tickets(), calls())
		}
		time.Sleep(time.Until(beijing.NextDay(time.Now())) - time.Minute)
		synctest.Wait()
		if n := o.up.tickets(); n != 3 {
			t.Errorf("the background asked %d times before midnight", n-3)
		}
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if _, alive := o.tickets.Living("1", "page"); !alive || o.up.tickets() != 4 || calls() != 2 {
			t.Errorf("the next day: living %v, %d calls, %d of the day", alive, o.up.tickets(), calls())
		}
	})
}

// TestARaisedBudgetRenewsTheTicket: an edit of the budget lets its renewal go on.
func TestARaisedBudgetRenewsTheTicket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newTicketing()
		up.ticketLife = time.Hour
		o := openOffice(t, up, setup{account: budget(2)})
		synctest.Wait()
		o.want(t, core.TicketWish{})
		time.Sleep(70 * time.Minute)
		a := o.account
		a.Budget = 10
		o.Put(a, core.Token{})
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if _, alive := o.tickets.Living("1", "page"); !alive || o.up.tickets() != 2 {
			t.Errorf("living %v after %d calls", alive, o.up.tickets())
		}
	})
}
