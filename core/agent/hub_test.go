package agent

import (
	"context"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// An event never has an older state of an account than the event before it, whether
// the Keeper publishes it or the agent.
func TestAnOlderStateNeverFollowsANewerOne(t *testing.T) {
	const edits = 3000
	w := newWorld(t)
	r := w.start()
	a := r.add("shop", core.Sandbox)
	account, err := r.resolve(a.Ref())
	if err != nil {
		t.Fatal(err)
	}
	account.Note = "0"
	r.keeper.Put(account, core.Token{})
	events := r.events(t)

	over, told := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(told)
		for {
			select {
			case <-over:
				return
			default:
				r.keeper.Republish(a.ID)
			}
		}
	}()
	go func() {
		defer close(over)
		edited := account
		for i := range edits {
			edited.Note = strconv.Itoa(i + 1)
			r.keeper.Put(edited, core.Token{})
		}
	}()
	defer func() { <-told }()

	last := 0
	for last < edits {
		e, open := <-events
		if !open {
			t.Fatal("the stream ended")
		}
		for _, shown := range accountsOf(e) {
			n, err := strconv.Atoi(shown.Note)
			if err != nil {
				t.Fatal(err)
			}
			if n < last {
				t.Fatalf("%s with state %d came after state %d", e.Type, n, last)
			}
			last = n
		}
	}
	<-told
	for {
		select {
		case e := <-events:
			for _, shown := range accountsOf(e) {
				if shown.Note != strconv.Itoa(edits) {
					t.Fatalf("%s with state %s came after state %d", e.Type, shown.Note, edits)
				}
			}
		default:
			return
		}
	}
}

func accountsOf(e api.Event) []api.Account {
	switch {
	case e.Snapshot != nil:
		return e.Snapshot.Accounts
	case e.Account != nil:
		return []api.Account{*e.Account}
	}
	return nil
}

// A reader that gets no bye takes the end of the agent for a crash and starts
// it again.
func TestByeIsNeverLost(t *testing.T) {
	for name, before := range map[string]int{"nothing waits": 0, "the queue is full": backlog, "the queue ran over": 3 * backlog} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHub()
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				stream, ok := h.open(ctx, true, time.Now(), func(begin func()) api.List { begin(); return api.List{} })
				if !ok {
					t.Fatal("a new hub is closed")
				}
				synctest.Wait() // the reader does not take the snapshot yet
				publish := func() {
					h.publish(func() api.Event { return api.Event{Type: api.EventAccount} })
				}
				for range before {
					publish()
				}
				closed := make(chan struct{})
				go func() { h.close(); close(closed) }()
				synctest.Wait()
				for range 2 * backlog { // what the Keeper publishes while it stops
					publish()
				}
				last := api.Event{}
				for e := range stream {
					last = e
				}
				if last.Type != api.EventBye {
					t.Errorf("the stream ended with %q, want bye", last.Type)
				}
				<-closed
			})
		})
	}
}
