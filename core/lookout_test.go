package core_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

// watched has an account's token watched.
func watched(a *core.Account) { a.Watch = true }

// asked counts the checks of its upstream and notes when they were; err is their
// answer.
type asked struct {
	*upstream
	mu  sync.Mutex
	at  []time.Time
	err error
}

func (a *asked) Check(context.Context, core.Request, string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.at = append(a.at, time.Now())
	return a.err
}

func (a *asked) answers(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.err = err
}

func (a *asked) times() []time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]time.Time(nil), a.at...)
}

func replacedByOthers() error {
	return &core.Error{Class: core.Temporary, Code: 40001, Upstream: "not latest", Err: core.ErrReplaced}
}

// TestTheWatchAsksAtMost48TimesADay: it asks every half an hour, its calls count, and
// it never forces anything.
func TestTheWatchAsksAtMost48TimesADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := &asked{upstream: newUpstream(twoHours)}
		h := start(t, setup{source: up, account: watched})
		time.Sleep(24*time.Hour - time.Second)
		synctest.Wait()
		n, fetched := len(up.times()), up.count()
		if n < 46 || n > 48 {
			t.Errorf("%d checks in a day", n)
		}
		day := beijing.Day(time.Now())
		if s, _ := h.Snapshot("1"); up.forces != 0 || h.journal.called(day)+h.journal.called(beijing.Day(time.Now().Add(-24*time.Hour))) != n+fetched || s.Today.Forced != 0 {
			t.Errorf("%d forced, the journal counts %v, want %d", up.forces, h.journal.calls, n+fetched)
		}
		if s, _ := h.Snapshot("1"); s.Check == nil || s.Check.Finding != core.FoundWorks {
			t.Errorf("%+v", s.Check)
		}
	})
}

// TestTheWatchRestsWhereNothingIsToBeWatched: nothing is asked while it is off, for
// accounts that are paused, locked or wait for a person, beyond the budget, and for
// kinds that cannot be checked.
func TestTheWatchRestsWhereNothingIsToBeWatched(t *testing.T) {
	for name, tt := range map[string]struct {
		account func(*core.Account)
		then    func(*house)
		most    int
	}{
		"off":      {account: func(*core.Account) {}},
		"paused":   {account: func(a *core.Account) { a.Watch, a.Auto = true, false }},
		"all":      {account: watched, then: func(h *house) { h.PauseAll(true) }},
		"locked":   {account: watched, then: func(h *house) { h.Locked(&core.Error{Class: core.VaultClosed}) }},
		"blocked":  {account: watched, then: func(h *house) { h.Refuse("1", &core.Error{Class: core.Misuse}) }},
		"budget":   {account: func(a *core.Account) { a.Watch, a.Budget = true, 3 }, most: 2},
		"switched": {account: watched, then: func(h *house) { a := h.account; a.Watch = false; h.Put(a, core.Token{}) }},
		"gone":     {account: watched, then: func(h *house) { h.Forget("1") }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := &asked{upstream: newUpstream(30 * 24 * time.Hour)}
				h := start(t, setup{source: up, account: tt.account})
				get(t, h)
				before := 0
				if tt.then != nil {
					synctest.Wait() // the first check comes at a random time, at once too
					before = len(up.times())
					tt.then(h)
				}
				time.Sleep(10 * time.Hour)
				synctest.Wait()
				if n := len(up.times()) - before; n > tt.most {
					t.Errorf("%d checks", n)
				}
			})
		})
	}
	t.Run("unable", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			h := start(t, setup{source: unable{newUpstream(twoHours)}, account: watched})
			get(t, h)
			time.Sleep(10 * time.Hour) // nothing panics
			synctest.Wait()
		})
	})
}

// TestManyAreWatchedWithoutABurst: at the start, and after the machine slept, the
// checks are spread over the time between two of them.
func TestManyAreWatchedWithoutABurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const many = 300
		up := &asked{upstream: newUpstream(30 * 24 * time.Hour)}
		h := start(t, setup{source: up, account: byHand})
		put := func(h *house) {
			for n := range many {
				a := h.account
				a.ID, a.AppID, a.Auto, a.Watch = core.ID(fmt.Sprint("w", n)), fmt.Sprint("wx", n), true, true
				h.Put(a, core.Token{Value: "a token of the past", ObtainedAt: time.Now(), ExpiresAt: time.Now().Add(time.Hour * 600), Life: 600 * time.Hour})
			}
		}
		put(h)
		spread := func(when string, since time.Time) {
			t.Helper()
			time.Sleep(29 * time.Minute)
			most, n := 0, 0
			minutes := map[int]int{}
			for _, at := range up.times() {
				if at.Before(since) {
					continue
				}
				n++
				minutes[int(at.Sub(since)/time.Minute)]++
				most = max(most, minutes[int(at.Sub(since)/time.Minute)])
			}
			if n < many/2 || most > many/8 {
				t.Errorf("%s: %d checks, %d in one minute", when, n, most)
			}
		}
		spread("at the start", time.Now())
		h.wall.jump(5 * time.Hour) // the machine slept
		spread("after a sleep", time.Now())
	})
}

// TestTheWatchOutlivesARestart: an agent that starts again and again asks no more
// often.
func TestTheWatchOutlivesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := &asked{upstream: newUpstream(30 * 24 * time.Hour)}
		var kept core.Token
		var looked time.Time
		for range 48 { // restarts, 5 minutes apart
			h := start(t, setup{source: up, account: watched, stored: kept, before: func(k *core.Keeper) {
				k.Recall(map[core.ID]core.DayCounts{"1": {Looked: looked}})
			}})
			kept = get(t, h)
			time.Sleep(5 * time.Minute)
			synctest.Wait()
			h.stop()
			if at := h.journal.looked; !at.IsZero() {
				looked = at
			}
		}
		if n := len(up.times()); n > 8 {
			t.Errorf("%d checks in four hours", n)
		}
		for i, at := range up.times() {
			if i > 0 && at.Sub(up.times()[i-1]) < 30*time.Minute {
				t.Errorf("checks %v apart", at.Sub(up.times()[i-1]))
			}
		}
	})
}

// TestAReplacedTokenIsRenewedWhereThatHarmsNobody: the watch finds it, the history
// tells it, and the next one is fetched unforced.
func TestAReplacedTokenIsRenewedWhereThatHarmsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := &asked{upstream: newUpstream(12 * time.Hour)}
		h := start(t, setup{source: up, account: watched})
		first := get(t, h)
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		up.kill() // another token is current from now on
		up.answers(replacedByOthers())
		n := len(up.times())
		for len(up.times()) == n {
			time.Sleep(time.Minute)
			synctest.Wait()
		}
		up.answers(nil)
		time.Sleep(time.Minute)
		synctest.Wait()
		s, _ := h.Snapshot("1")
		if next := h.current(t); next.Value == first.Value || !next.Good(time.Now(), 0) || up.forces != 0 || s.Err != nil {
			t.Errorf("the token is still %q, %d forced, %v", next.Value, up.forces, s.Err)
		}
		if s.Lost == nil || s.Lost.Finding != core.FoundReplaced || s.Lost.At.Sub(s.Lost.Worked) > 31*time.Minute || s.Check != nil && s.Check.Finding.Dead() {
			t.Errorf("lost %+v, checked %+v", s.Lost, s.Check)
		}
		told := false
		for _, line := range h.journal.lines {
			told = told || line.What == core.DidLose && line.Code == 40001 && line.Mask == core.Mask(first.Value)
		}
		if !told {
			t.Errorf("the history does not tell it: %+v", h.journal.lines)
		}
	})
}

// TestNobodyFetchesInTurnWithOthers: where a fetch would kill the token that took the
// place of ours, nobody fetches before a person asks, over a restart too.
func TestNobodyFetchesInTurnWithOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := &asked{upstream: newUpstream(twoHours)}
		up.legacy(true)
		h := start(t, setup{source: up, account: watched})
		get(t, h)
		up.answers(replacedByOthers())
		time.Sleep(40 * time.Minute)
		synctest.Wait()
		staysBlocked := func(h *house) {
			t.Helper()
			s, _ := h.Snapshot("1")
			if s.Err == nil || s.Err.Remedy != core.RemedyReplaced || s.State(time.Now()) != core.StateBlocked || up.count() != 1 {
				t.Fatalf("%v, %s, %d fetches", s.Err, s.State(time.Now()), up.count())
			}
			if _, err := h.Get(t.Context(), "1", 0); class(err) != core.Misuse {
				t.Errorf("a program gets %v", err)
			}
		}
		staysBlocked(h)
		time.Sleep(4 * time.Hour)
		synctest.Wait()
		staysBlocked(h)
		h.stop()
		lines := h.journal.lines
		again := start(t, setup{source: up, account: watched, stored: h.journal.token("1"), before: func(k *core.Keeper) {
			k.Remember(map[core.ID]core.Entry{"1": lines[len(lines)-1]})
		}})
		time.Sleep(time.Hour)
		synctest.Wait()
		staysBlocked(again)
		up.answers(core.ErrDead)
		if _, err := again.Refresh(t.Context(), "1", core.Report{Person: true}); err != nil || up.count() != 2 {
			t.Errorf("a person: %v, %d fetches", err, up.count())
		}
		if s, _ := again.Snapshot("1"); s.Err != nil {
			t.Errorf("afterwards: %v", s.Err)
		}
	})
}
