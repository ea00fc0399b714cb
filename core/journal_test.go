package core_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

// A renewal is one record with all that it led to, written before anybody is told
// of it.
func TestARenewalIsOneRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := start(t, setup{source: up, account: byHand})
		var told []string
		defer h.Subscribe(func(e core.Event) {
			if e.Account.Mask != "" && !e.Account.Renewing {
				if kept := h.journal.token("1"); core.Mask(kept.Value) != e.Account.Mask {
					t.Error("listeners were told of a token that is not kept yet")
				}
				told = append(told, "listeners")
			}
		})()
		h.renewed = func(id core.ID, token core.Token) {
			if kept := h.journal.token("1"); id != "1" || kept != token {
				t.Errorf("told of %s's %s, kept is %s", id, core.Mask(token.Value), core.Mask(kept.Value))
			}
			told = append(told, "renewed")
		}
		token := get(t, h)
		told = append(told, "caller")
		if len(told) != 3 || told[0] != "listeners" || told[1] != "renewed" || told[2] != "caller" {
			t.Errorf("told in the order %q", told)
		}
		j := h.journal
		if len(j.lines) != 1 || j.lines[0].What != core.DidRenew || j.lines[0].Mask != core.Mask(token.Value) || j.lines[0].Calls != 1 {
			t.Errorf("the history has %+v", j.lines)
		}
		if n := j.called(beijing.Day(time.Now())); j.records != 1 || n != 1 {
			t.Errorf("%d records with %d calls, want one of each", j.records, n)
		}

		time.Sleep(time.Minute)
		h.vault.set(&core.Error{Class: core.VaultClosed, Message: "locked"})
		told = nil
		for range 2 {
			time.Sleep(time.Minute)
			if _, err := h.Refresh(t.Context(), "1", core.Report{Person: true, Force: true}); class(err) != core.VaultClosed {
				t.Fatal(err)
			}
		}
		if j.records != 3 || len(j.lines) != 3 {
			t.Errorf("%d records after two failures that upstream was not asked in, with %d lines", j.records, len(j.lines))
		}
		for _, who := range told {
			if who == "renewed" {
				t.Error("a failure was told as a renewal")
			}
		}
	})
}

// Who wants to know of renewals learns of a life that was corrected too, and not
// of a token that upstream refuses.
func TestRenewedTellsOfTokensThatAreOfUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad := &refuser{upstream: newUpstream(twoHours), dead: map[string]bool{}}
		h := start(t, setup{source: bad, account: byHand})
		var mu sync.Mutex
		var told []core.Token
		h.renewed = func(_ core.ID, token core.Token) {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, token)
		}
		first := get(t, h)
		time.Sleep(time.Minute)
		h.wall.jump(-time.Hour)
		h.Wake()
		synctest.Wait()
		if len(told) != 2 || told[1].Value != first.Value || !told[1].ExpiresAt.Equal(first.ExpiresAt.Add(-time.Hour)) {
			t.Fatalf("the clock was set back: told %d times", len(told))
		}
		bad.dead[first.Value] = true
		if err := h.Check(t.Context(), "1"); !errors.Is(err, core.ErrDead) {
			t.Fatal(err)
		}
		if len(told) != 2 {
			t.Error("a dead token was told as renewed")
		}
		time.Sleep(time.Minute)
		if _, err := h.Refresh(t.Context(), "1", core.Report{}); err != nil || len(told) != 3 {
			t.Errorf("its successor: %v, told %d times", err, len(told))
		}
		time.Sleep(time.Minute)
		other := h.account
		other.AppID = "wx1"
		h.Put(other, core.Token{})
		synctest.Wait()
		if kept := h.journal.token("1"); kept.Value != "" || len(told) != 3 {
			t.Errorf("the token of another AppID: kept %s, told %d times", core.Mask(kept.Value), len(told))
		}
	})
}

// When the record of a renewal fails, the token serves all the same, and it is
// kept with the next record.
func TestARecordThatFailedIsMadeUpByTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := start(t, setup{source: up, account: byHand})
		told := 0
		h.renewed = func(core.ID, core.Token) { told++ }
		h.journal.fail(errors.New("the disk is full"))
		token := get(t, h)
		if told != 1 || h.journal.token("1").Value != "" {
			t.Errorf("told %d times, kept %s", told, core.Mask(h.journal.token("1").Value))
		}
		h.journal.fail(nil)
		time.Sleep(time.Minute)
		if a, err := h.Refresh(t.Context(), "1", core.Report{}); err != nil || !a.StillValid {
			t.Fatalf("%+v, %v", a.StillValid, err)
		}
		if kept := h.journal.token("1"); kept.Value != token.Value {
			t.Errorf("kept %s after the next round", core.Mask(kept.Value))
		}
		records := h.journal.records
		h.Unlocked() // saves what is not kept
		synctest.Wait()
		if h.journal.records != records {
			t.Error("what is kept was kept once more")
		}
	})
}

// The planner asks no journal: while the disk hangs under one renewal, others are
// planned and come.
func TestAHungJournalStopsNoPlan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := start(t, setup{source: up, account: byHand})
		h.journal.slow(time.Hour, "")
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go h.Get(ctx, "1", 0)
		time.Sleep(time.Second)
		second := h.account
		second.ID, second.Name, second.Auto = "2", "other", true
		h.Put(second, core.Token{})
		time.Sleep(time.Second)
		if n := up.count(); n != 2 {
			t.Errorf("%d fetches while the disk hangs, want the second account's too", n)
		}
		if token, _ := h.Token("2"); !token.Good(time.Now(), 0) {
			t.Error("the second account has no token")
		}
		if _, err := h.Get(t.Context(), "2", 0); err != nil {
			t.Errorf("a living token waits for the disk: %v", err)
		}
	})
}
