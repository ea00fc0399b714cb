package core_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

// unreachable is an upstream that no call gets to.
type unreachable struct{ *upstream }

func (unreachable) Fetch(context.Context, core.Request) (core.Grant, error) {
	return core.Grant{}, &core.Error{Class: core.Temporary, Remedy: core.RemedyNetwork, Message: "no connection", Unsent: true}
}

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

// TestCallsThatReachNobodyAreNotCounted: neither rounds nor tests.
func TestCallsThatReachNobodyAreNotCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t, setup{source: unreachable{newUpstream(twoHours)}, account: byHand})
		if _, err := h.Get(t.Context(), "1", 0); err == nil {
			t.Fatal("a token from nowhere")
		}
		_, err := h.Test(t.Context(), h.account, core.Credentials{})
		if e := new(core.Error); !errors.As(err, &e) || !e.Unsent {
			t.Errorf("the test says %v", err)
		}
		synctest.Wait()
		if got := h.today("1"); got != (core.Counts{}) {
			t.Errorf("%+v are counted", got)
		}
	})
}
