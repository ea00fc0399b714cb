package core_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

// sharer is a second account that asks for the token of the first.
func sharer(id core.ID) core.Account {
	return core.Account{ID: id, Name: "sharer-" + string(id), Env: core.Sandbox, Kind: kindStable, AppID: "wx0", Auto: true}
}

func with(a core.Account) func(*core.Keeper) {
	return func(k *core.Keeper) { k.Put(a, core.Token{}) }
}

// TestSharersCauseOneCall: callers of two accounts of one token, cold and later, and the
// renewal of a week cost what one account costs; both always have the same token.
func TestSharersCauseOneCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		up.delay = time.Second
		h := start(t, setup{source: up, before: with(sharer("2"))})
		var wg sync.WaitGroup
		for i := range 200 {
			wg.Go(func() {
				id := core.ID("1")
				if i%2 == 1 {
					id = "2"
				}
				if _, err := h.Get(t.Context(), id, core.DefaultMinTTL); err != nil {
					t.Errorf("%s: %v", id, err)
				}
			})
		}
		wg.Wait()
		if up.count() != 1 {
			t.Fatalf("%d calls for two cold accounts of one token", up.count())
		}
		for end := time.Now().Add(7 * 24 * time.Hour); time.Now().Before(end); time.Sleep(61 * time.Second) {
			one, err := h.Get(t.Context(), "1", 0)
			if err != nil {
				t.Fatal(err)
			}
			if other, err := h.Get(t.Context(), "2", 0); err != nil || other.Value != one.Value {
				t.Fatalf("they have two tokens, or %v", err)
			}
		}
		if ideal := 7 * 24 * 60 / 115; up.count() > ideal+5 {
			t.Errorf("%d calls in a week, one account needs %d", up.count(), ideal)
		}
		// Another that comes is asked for nothing.
		before := up.count()
		h.Put(sharer("3"), core.Token{})
		one, _ := h.Token("1")
		if third, err := h.Get(t.Context(), "3", 0); err != nil || third.Value != one.Value || up.count() != before {
			t.Errorf("the third has another token, or was asked for: %v", err)
		}
		if up.count() != before {
			t.Error("it was asked for")
		}
	})
}

// TestAReportServesSharers: what one account's report brought is the other's too, and is
// kept for it over a restart.
func TestAReportServesSharers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := start(t, setup{source: up, before: with(sharer("2"))})
		first, err := h.Get(t.Context(), "1", 0)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		up.set(func() { up.mint(time.Now()) })
		a, err := h.Refresh(t.Context(), "1", core.Report{Stale: first.Value})
		if err != nil || a.Token.Value == first.Value {
			t.Fatalf("the dead token stays: %v", err)
		}
		if other, _ := h.Token("2"); other.Value != a.Token.Value {
			t.Error("the other account keeps the dead one")
		}
		before := up.count()
		b, err := h.Refresh(t.Context(), "2", core.Report{Stale: first.Value})
		if err != nil || b.Token.Value != a.Token.Value || up.count() != before {
			t.Errorf("the same report for the other account costs a call, or %v", err)
		}
		synctest.Wait()
		if kept := h.journal.token("2"); kept.Value != a.Token.Value {
			t.Error("the other account's token is not kept")
		}
	})
}

// TestASharerThatFailsHoldsNobodyUp: one account's refusal does not affect another
// that shares its token, which asks by itself. A token never goes to an account that
// waits for a person.
func TestASharerThatFailsHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		up.delay = time.Second
		h := start(t, setup{source: up, before: with(sharer("2"))})
		h.Refuse("1", &core.Error{Class: core.Misuse, Remedy: core.RemedySecretAgain, Message: "the secret was entered for another host"})
		if _, err := h.Get(t.Context(), "2", 0); err != nil {
			t.Fatalf("the other has no token: %v", err)
		}
		if token, err := h.Get(t.Context(), "1", 0); err == nil {
			t.Errorf("the account that waits for its secret has %v", token.ExpiresAt)
		}
		time.Sleep(5 * time.Hour)
		if token, _ := h.Token("1"); token.Value != "" {
			t.Error("a renewal gave it the token")
		}
	})
}

// TestSharersOfOtherCertificates share nothing: whoever trusts another certificate may send
// its token to another host.
func TestSharersOfOtherCertificates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		other := sharer("2")
		other.CA = "another"
		h := start(t, setup{source: up, before: with(other)})
		for _, id := range []core.ID{"1", "2"} {
			if _, err := h.Get(t.Context(), id, 0); err != nil {
				t.Fatal(err)
			}
		}
		if up.count() != 2 {
			t.Errorf("%d calls, want one for each", up.count())
		}
	})
}

// TestASharerGoesWhileItAsks: whoever waited for its round is planned anew.
func TestASharerGoesWhileItAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		up.delay = 5 * time.Second
		h := start(t, setup{source: up, before: with(sharer("2"))})
		time.Sleep(time.Second) // one of the two asks
		h.Forget("1")
		time.Sleep(time.Minute)
		if token, _ := h.Token("2"); token.Value == "" {
			t.Error("the other waits for ever")
		}
	})
}

// … or is edited and so has another token.
func TestASharerIsEditedWhileItAsks(t *testing.T) {
	for _, id := range []core.ID{"1", "2"} { // whichever of the two asks
		synctest.Test(t, func(t *testing.T) {
			up := newUpstream(twoHours)
			up.delay = 5 * time.Second
			h := start(t, setup{source: up, before: with(sharer("2"))})
			time.Sleep(time.Second)
			edited := sharer(id)
			edited.AppID = "wx9"
			h.Put(edited, core.Token{})
			time.Sleep(time.Minute)
			for _, id := range []core.ID{"1", "2"} {
				if token, _ := h.Token(id); token.Value == "" {
					t.Errorf("%s waits for ever", id)
				}
			}
		})
	}
}
