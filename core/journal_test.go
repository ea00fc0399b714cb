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

// A renewal is one record with all its consequences, written before anyone is told
// about it.
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

// Whoever wants to know of renewals learns of a life that was corrected too, and not
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

// If the record of a renewal fails, the token still serves, and it is saved with the
// next record.
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

func TestAFailedSaveIsMadeUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		j := newJournal()
		k := core.NewKeeper(core.Config{Upstreams: map[core.Kind]core.Upstream{kindStable: {Source: up, Traits: stable}}, Vault: &vault{}, Journal: j})
		k.Put(core.Account{ID: "1", Name: "shop", AppID: "wx0", Env: core.Sandbox, Kind: kindStable}, core.Token{})
		k.Get(t.Context(), "1", 0)
		time.Sleep(time.Minute)
		j.fail(errors.New("sealed, or disk full"))
		a, err := k.Refresh(t.Context(), "1", core.Report{Force: true, Person: true})
		if err != nil {
			t.Fatal(err)
		}
		j.fail(nil)
		k.Unlocked()
		time.Sleep(time.Hour)
		k.Get(t.Context(), "1", 0)
		if kept := j.token("1"); kept.Value != "" && kept.Value != a.Token.Value {
			t.Errorf("an hour after the disk recovered the next start would still find the token the force killed (accepted %v)", up.Accepts(kept.Value))
		}
	})
}

func TestSavingAllKeepsTheNewest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := start(t, setup{source: up, account: byHand})
		old, _ := h.Get(t.Context(), "1", 0)
		time.Sleep(time.Minute)
		h.journal.slow(5*time.Second, old.Value) // 10,000 accounts are being written
		h.wall.jump(-10 * time.Minute)
		h.Get(t.Context(), "1", 0) // notices
		time.Sleep(time.Second)
		a, err := h.Refresh(t.Context(), "1", core.Report{Force: true, Person: true})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if k := h.journal.token("1"); k.Value != a.Token.Value {
			t.Errorf("on disk is a token that the force killed, with %v of life", k.Remaining(h.wall.Now()))
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
		second.ID, second.Name, second.AppID, second.Auto = "2", "other", "wx1", true
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

// What was asked of upstream today outlives the process and ends at midnight in
// Beijing, whatever the machine's own zone is.
func TestCallsOfTheDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t, setup{account: byHand})
		// The bubble begins at midnight UTC, 08:00 in Beijing.
		today := beijing.Day(time.Now())
		h.Recall(map[core.ID]core.DayCounts{"1": dayCounts(today, 198, 7), "gone": dayCounts(today, 1, 0)})
		want := func(when string, c core.Counts) {
			t.Helper()
			if s, _ := h.Snapshot("1"); s.Today != c {
				t.Errorf("%s: %+v, want %+v", when, s.Today, c)
			}
		}
		want("after a restart", core.Counts{Calls: 198, Forced: 7})
		token, err := h.Get(t.Context(), "1", 0)
		if err != nil {
			t.Fatal(err)
		}
		want("after a fetch", core.Counts{Calls: 199, Forced: 7})
		time.Sleep(time.Minute)
		if _, err := h.Refresh(t.Context(), "1", core.Report{Stale: token.Value, Force: true}); err != nil {
			t.Fatal(err)
		}
		want("after a forced one", core.Counts{Calls: 200, Forced: 8})
		if err := h.Check(t.Context(), "1"); err != nil {
			t.Fatal(err)
		}
		want("after a check", core.Counts{Calls: 201, Forced: 8})
		other := h.account
		other.AppID = "wx1"
		for _, a := range []core.Account{h.account, other} { // the second is not of this account's quota
			if _, err := h.Test(t.Context(), a, core.Credentials{}); err != nil {
				t.Fatal(err)
			}
		}
		want("after a test", core.Counts{Calls: 202, Forced: 8})
		if n := h.journal.called(today); n != 4 {
			t.Errorf("the journal counts %d calls of this run, want 4", n)
		}
		h.Recall(map[core.ID]core.DayCounts{"1": dayCounts(today, 1, 0)})
		want("told too late", core.Counts{Calls: 202, Forced: 8})

		h.PauseAll(true)
		synctest.Wait()
		before, _ := h.Snapshot("1")
		time.Sleep(time.Until(beijing.NextDay(time.Now())) - time.Second)
		want("a second before midnight in Beijing", before.Today)
		time.Sleep(time.Second)
		want("midnight in Beijing", core.Counts{})
		if _, err := h.Get(t.Context(), "1", 0); err != nil {
			t.Fatal(err)
		}
		want("the first call of the day", core.Counts{Calls: 1})
		if n := h.journal.called(beijing.Day(time.Now())); n != 1 {
			t.Errorf("the journal counts %d calls on the new day", n)
		}
	})
}

func dayCounts(day string, calls, forced int) core.DayCounts {
	return core.DayCounts{Day: day, Counts: core.Counts{Calls: calls, Forced: forced}}
}

// The history says until when a replaced token may still work: five minutes at
// best, not beyond its own end, and not at all after a force.
func TestHistoryTellsTheOverlap(t *testing.T) {
	for _, tt := range []struct {
		name   string
		legacy bool
		force  bool
		after  time.Duration // of a life of two hours
		want   time.Duration // from the replacement on
	}{
		{"stable, in its last minutes", false, false, 2*time.Hour - 200*time.Second, 200 * time.Second},
		{"stable, forced", false, true, time.Hour, 0},
		{"legacy, long before its end", true, true, time.Hour, 300 * time.Second},
		{"legacy, shortly before its end", true, true, 2*time.Hour - 100*time.Second, 100 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(twoHours)
				up.legacy(tt.legacy)
				h := start(t, setup{source: up, account: byHand})
				first, err := h.Get(t.Context(), "1", 0)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(tt.after)
				next, err := h.Refresh(t.Context(), "1", core.Report{Stale: first.Value, Force: tt.force})
				if err != nil || next.Token.Value == first.Value {
					t.Fatalf("no new token: %v", err)
				}
				var want time.Time
				if tt.want > 0 {
					want = time.Now().Add(tt.want)
				}
				if got := next.Token.Previous.Until; !got.Equal(want) {
					t.Errorf("the previous token may work until %v, want %v", got, want)
				}
				synctest.Wait()
				lines := h.journal.lines
				if last := lines[len(lines)-1]; !last.PrevUntil.Equal(want) {
					t.Errorf("the history says %v, want %v", last.PrevUntil, want)
				}
			})
		})
	}
}

// After the machine's address changed, a refusal names the address that was refused
// before: in the snapshot, the answer and the history.
func TestARefusalRecallsTheAddressBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := newUpstream(2 * time.Hour)
		u.err = &core.Error{Class: core.Whitelist, Message: "not on the whitelist", CallerIP: "203.0.113.7"}
		h := start(t, setup{source: u})
		time.Sleep(time.Second)
		if s, _ := h.Snapshot("1"); s.Err == nil || s.Err.PriorIP != "" {
			t.Fatalf("the first refusal recalls %+v", s.Err)
		}
		for _, ip := range []string{"203.0.113.8", "203.0.113.8"} {
			time.Sleep(time.Minute)
			u.mu.Lock()
			u.err = &core.Error{Class: core.Whitelist, Message: "not on the whitelist", CallerIP: ip}
			u.mu.Unlock()
			_, err := h.Refresh(t.Context(), "1", core.Report{Person: true})
			if e := core.AsError(err); e == nil || e.PriorIP != "203.0.113.7" {
				t.Errorf("the answer recalls %+v", e)
			}
			if s, _ := h.Snapshot("1"); s.Err == nil || s.Err.PriorIP != "203.0.113.7" {
				t.Errorf("the snapshot recalls %+v", s.Err)
			}
		}
		if prior, _ := h.journal.RefusedIP("1", "203.0.113.8"); prior != "203.0.113.7" {
			t.Errorf("the history recalls %q", prior)
		}
	})
}
