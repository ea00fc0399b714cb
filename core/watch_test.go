package core_test

import (
	"runtime"
	"slices"
	"sync/atomic"
	"testing"

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
