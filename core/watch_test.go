package core_test

import (
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

// What changed outside of the Keeper is published in turn with what changed in
// it: an edit waits until listeners were told of the state before it.
func TestRepublishIsNotOvertaken(t *testing.T) {
	k := core.NewKeeper(core.Config{})
	a := core.Account{ID: "1", Name: "shop", Env: core.Sandbox, Note: "old"}
	k.Put(a, core.Token{})
	var inside, overtaken atomic.Int32
	var notes []string
	edited := make(chan struct{})
	defer k.Subscribe(func(ev core.Event) {
		if inside.Add(1) > 1 {
			overtaken.Add(1)
		}
		defer inside.Add(-1)
		if ev.Account.Account.Note == "old" {
			go func() {
				defer close(edited)
				a.Note = "new"
				k.Put(a, core.Token{})
			}()
			for range 100_000 { // the edit has every chance to come in between
				runtime.Gosched()
			}
		}
		notes = append(notes, ev.Account.Account.Note)
	})()
	k.Republish("1", "unknown")
	<-edited
	if overtaken.Load() > 0 || !slices.Equal(notes, []string{"old", "new"}) {
		t.Errorf("told %q, %d of them while another was being told; want the old state, then the new one", notes, overtaken.Load())
	}
}

func TestEventsFollowTheState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		up.delay = time.Second
		h := start(t, setup{source: up, account: byHand})
		var states []core.State
		removed := 0
		defer h.Subscribe(func(ev core.Event) {
			if ev.Removed != nil {
				removed++
				return
			}
			if ev.Account.Renewing {
				states = append(states, core.StateRenewing)
			} else {
				states = append(states, ev.Account.State(time.Now()))
			}
		})()
		if _, err := h.Get(t.Context(), "1", 0); err != nil {
			t.Fatal(err)
		}
		h.Forget("1")
		if len(states) != 2 || states[0] != core.StateRenewing || states[1] != core.StatePaused || removed != 1 {
			t.Errorf("saw %v and %d removals", states, removed)
		}
		if _, err := h.Get(t.Context(), "1", 0); class(err) != core.NotFound {
			t.Errorf("after forgetting: %v", err)
		}
	})
}
