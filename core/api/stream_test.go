package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tokentray/core"
)

// feed returns an events function that sends what comes from events.
func feed(events <-chan Event) func(context.Context, bool) (<-chan Event, error) {
	return func(ctx context.Context, _ bool) (<-chan Event, error) {
		out := make(chan Event)
		go func() {
			defer close(out)
			for {
				select {
				case e, ok := <-events:
					if !ok {
						return
					}
					select {
					case out <- e:
					case <-ctx.Done():
						return
					}
				case <-ctx.Done():
					return
				}
			}
		}()
		return out, nil
	}
}

func TestEventsArriveInOrderAndEnd(t *testing.T) {
	account := fakeAccount()
	want := []Event{
		{Type: EventSnapshot, Snapshot: &List{Active: core.Sandbox, Accounts: []Account{account}, Settings: core.DefaultSettings()}},
		{Type: EventAccount, Account: &account},
		{Type: EventRemoved, Removed: account.ID},
		{Type: EventEnv, Env: core.Live},
		{Type: EventClipboard, Clipboard: &Clipboard{}},
		{Type: EventVault, Vault: &Vault{Kind: "keyring", State: "locked", Error: &Error{Class: core.VaultClosed, Message: "locked"}}},
		{Type: EventSettings, Settings: ptr(core.DefaultSettings())},
		{Type: EventRaise},
		{Type: EventBye},
	}
	source := make(chan Event, len(want))
	for _, e := range want {
		source <- e
	}
	close(source)
	agent := &fakeAgent{events: feed(source)}
	stream, err := serve(t, agent, anyone).Events(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	var got []Event
	for e := range stream {
		got = append(got, e)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if agent.calls[0] != "events true" {
		t.Errorf("the agent saw %v, want a window", agent.calls)
	}
}

func TestAStreamEndsWithItsContextAtBothEnds(t *testing.T) {
	gone := make(chan struct{})
	agent := &fakeAgent{events: func(ctx context.Context, _ bool) (<-chan Event, error) {
		context.AfterFunc(ctx, func() { close(gone) })
		return feed(make(chan Event))(ctx, false)
	}}
	ctx, cancel := context.WithCancel(t.Context())
	stream, err := serve(t, agent, anyone).Events(ctx, false)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if e, open := <-stream; open {
		t.Errorf("got %v after the end", e)
	}
	<-gone
}

func TestARefusedStreamIsAnError(t *testing.T) {
	client := serve(t, &fakeAgent{err: &core.Error{Class: core.Temporary, Message: "stopping"}}, anyone)
	_, err := client.Events(t.Context(), false)
	if core.AsError(err) == nil || core.AsError(err).Class != core.Temporary {
		t.Errorf("got %v, want class temporary", err)
	}
}

func TestEventsAreReadAsTheFormatDemands(t *testing.T) {
	long := strings.Repeat("x", 100<<10)
	tests := []struct {
		name, stream string
		want         []Event
	}{
		{"comments and unknown fields", ": hi\nretry: 5\nid: 3\ndata: {\"type\":\"bye\"}\n\n", []Event{{Type: "bye"}}},
		{"lines that end in CRLF", "data: {\"type\":\"bye\"}\r\n\r\n", []Event{{Type: "bye"}}},
		{"data in two lines", "data: {\"type\":\ndata: \"bye\"}\n\n", []Event{{Type: "bye"}}},
		{"no blank after the colon", "data:{\"type\":\"bye\"}\n\n", []Event{{Type: "bye"}}},
		{"longer than the buffer", "data: {\"type\":\"" + long + "\"}\n\n", []Event{{Type: long}}},
		{"cut off in the middle", "data: {\"type\":\"bye\"}\n\ndata: {\"type\":\"b", []Event{{Type: "bye"}}},
		{"empty events", "\n\n\n", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []Event
			err := readEvents(strings.NewReader(tt.stream), func(e Event) bool { got = append(got, e); return true })
			if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
				t.Errorf("error %v, events (-want +got):\n%s", err, diff)
			}
		})
	}
	err := readEvents(io.MultiReader(strings.NewReader("data: {"), neverEnding{}), func(Event) bool { return true })
	if !errors.Is(err, errTooLong) {
		t.Errorf("an endless line: got %v, want errTooLong", err)
	}
}

// neverEnding is a line without an end.
type neverEnding struct{}

func (neverEnding) Read(p []byte) (int, error) {
	return copy(p, bytes.Repeat([]byte("x"), len(p))), nil
}
