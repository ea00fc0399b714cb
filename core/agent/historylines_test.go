package agent

import (
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// The account's event tells how many lines its history has got, so that clients
// read it when it has grown and not at every event.
func TestAnAccountTellsThatItsHistoryHasGrown(t *testing.T) {
	w := newWorld(t)
	parcel := &parcel{}
	w.deliver = parcel.deliver
	r := w.start()
	a := r.add("shop", core.Sandbox)
	other := r.add("blog", core.Sandbox)
	lines := func(what string, want int) {
		t.Helper()
		history, err := r.client.History(t.Context(), a.Ref(), api.HistoryQuery{})
		if err != nil {
			t.Fatal(err)
		}
		now, err := r.client.Account(t.Context(), a.Ref())
		if err != nil {
			t.Fatal(err)
		}
		if now.HistoryLines != len(history) || len(history) != want {
			t.Errorf("after %s: %d lines are told and %d are there, want %d", what, now.HistoryLines, len(history), want)
		}
	}
	lines("the addition and its fetch", 2)
	if _, err := r.client.Copy(t.Context(), a.Ref(), api.CopyRequest{}); err != nil {
		t.Fatal(err)
	}
	lines("a copy", 2)
	if _, err := r.client.Edit(t.Context(), a.Ref(), api.AccountInput{Input: core.Input{Note: ptr("noted")}}); err != nil {
		t.Fatal(err)
	}
	lines("an edit", 3)
	if _, err := r.client.AddPush(t.Context(), a.Ref(), commandInput()); err != nil {
		t.Fatal(err)
	}
	lines("a push", 4)
	w.pass(time.Hour)
	events := r.events(t)
	if _, err := r.client.Refresh(t.Context(), a.Ref(), api.RefreshRequest{Force: true}); err != nil {
		t.Fatal(err)
	}
	got := until(t, events, "the push of the new token", func(now api.Account) bool { return now.ID == a.ID && now.HistoryLines >= 6 })
	lines("a forced fetch and its push", got.HistoryLines)
	if now, err := r.client.Account(t.Context(), other.Ref()); err != nil || now.HistoryLines != 2 {
		t.Errorf("another account has %d lines, %v; want 2", now.HistoryLines, err)
	}
}
