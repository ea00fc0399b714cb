package agent

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// next waits for the next event of a type and passes over others.
func next(t *testing.T, stream <-chan api.Event, kind string) api.Event {
	t.Helper()
	for e := range stream {
		if e.Type == kind {
			return e
		}
	}
	t.Fatalf("the stream ended without %s", kind)
	return api.Event{}
}

func TestEveryChangeIsAnEvent(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	stream, err := r.client.Events(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	if first := <-stream; first.Type != api.EventSnapshot || len(first.Snapshot.Accounts) != 0 {
		t.Errorf("first event = %+v, want an empty snapshot", first)
	}
	a := r.add("shop", core.Sandbox)
	for e := next(t, stream, api.EventAccount); e.Account.State != core.StateFresh; {
		e = next(t, stream, api.EventAccount)
	}
	if err := r.client.Use(t.Context(), core.Live); err != nil {
		t.Fatal(err)
	}
	if e := next(t, stream, api.EventEnv); e.Env != core.Live {
		t.Errorf("env event = %+v", e)
	}
	if err := r.client.PauseAll(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	if e := next(t, stream, api.EventSettings); !e.Settings.PausedAll {
		t.Errorf("settings event = %+v", e.Settings)
	}
	if e := next(t, stream, api.EventAccount); e.Account.State != core.StatePaused {
		t.Errorf("account = %s, want paused", e.Account.State)
	}
	if _, err := r.client.Copy(t.Context(), a.Ref(), api.CopyRequest{}); err != nil {
		t.Fatal(err)
	}
	if e := next(t, stream, api.EventClipboard); e.Clipboard.Account != "shop" || e.Clipboard.ClearsAt.IsZero() {
		t.Errorf("clipboard event = %+v", e.Clipboard)
	}
	if e := next(t, stream, api.EventAccount); e.Account.LastUsed.IsZero() {
		t.Error("a copied account does not say when it was used")
	}
	r.ClipboardGone(api.Clipboard{})
	if e := next(t, stream, api.EventClipboard); *e.Clipboard != (api.Clipboard{}) {
		t.Errorf("clipboard event = %+v, want nothing", e.Clipboard)
	}
	r.ClipboardGone(api.Clipboard{Replaced: true})
	if e := next(t, stream, api.EventClipboard); *e.Clipboard != (api.Clipboard{Replaced: true}) || e.Clipboard.HasOurs() {
		t.Errorf("clipboard event = %+v, want that it was replaced", e.Clipboard)
	}
	if _, err := r.client.VaultLock(t.Context()); err != nil {
		t.Fatal(err)
	}
	if e := next(t, stream, api.EventVault); e.Vault.State != vaultLocked || e.Vault.Error == nil {
		t.Errorf("vault event = %+v", e.Vault)
	}
	if _, err := r.client.VaultUnlock(t.Context(), core.Secret{}); err != nil {
		t.Fatal(err)
	}
	if err := r.client.Remove(t.Context(), a.Ref()); err != nil {
		t.Fatal(err)
	}
	if e := next(t, stream, api.EventRemoved); e.Removed != a.ID {
		t.Errorf("removed event = %+v", e)
	}
	if err := r.client.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	next(t, stream, api.EventBye)
	if e, open := <-stream; open {
		t.Errorf("after bye: %+v", e)
	}
}

func TestWindowsAreCountedAndRaised(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	if n, err := r.client.Open(t.Context(), api.Showing{}); err != nil || n != 0 {
		t.Errorf("%d windows, %v; want none", n, err)
	}
	ctx, closeWindow := context.WithCancel(t.Context())
	window, err := r.client.Events(ctx, true)
	if err != nil {
		t.Fatal(err)
	}
	watch, err := r.client.Events(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	next(t, window, api.EventSnapshot)
	next(t, watch, api.EventSnapshot)
	if n, err := r.client.Open(t.Context(), api.Showing{}); err != nil || n != 1 {
		t.Errorf("%d windows, %v; want one", n, err)
	}
	next(t, window, api.EventRaise)
	if status, _ := r.client.Status(t.Context()); status.Windows != 1 {
		t.Errorf("status counts %d windows", status.Windows)
	}
	closeWindow()
	for range window { // until it ends
	}
	if err := r.client.Use(t.Context(), core.Live); err != nil {
		t.Fatal(err)
	}
	if e := <-watch; e.Type == api.EventRaise {
		t.Error("raise reached what is no window")
	}
}

// TestWhatIsMeantWaitsForTheWindow: what should be shown reaches the open windows, or
// the window that is started for it, once and only if that is soon.
func TestWhatIsMeantWaitsForTheWindow(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	want := api.Showing{Search: "state:blocked"}
	ask := func() {
		t.Helper()
		if _, err := r.client.Open(t.Context(), want); err != nil {
			t.Fatal(err)
		}
	}
	openWindow := func() (<-chan api.Event, func()) {
		t.Helper()
		ctx, end := context.WithCancel(t.Context())
		events, err := r.client.Events(ctx, true)
		if err != nil {
			t.Fatal(err)
		}
		next(t, events, api.EventSnapshot)
		return events, func() {
			end()
			for range events { // until it ends
			}
		}
	}
	shown := func(events <-chan api.Event) {
		t.Helper()
		if e := next(t, events, api.EventRaise); e.Show == nil || *e.Show != want {
			t.Errorf("the window is told %+v", e)
		}
	}
	ask()
	if _, err := r.client.Open(t.Context(), api.Showing{}); err != nil { // as the window does when it begins
		t.Fatal(err)
	}
	events, end := openWindow()
	shown(events)
	ask()
	shown(events)
	end()

	ask()
	w.pass(startTime)
	events, end = openWindow()
	defer end()
	if err := r.client.Use(t.Context(), core.Live); err != nil {
		t.Fatal(err)
	}
	if e := <-events; e.Type == api.EventRaise {
		t.Errorf("a window that came later by itself is told %+v", e)
	}
}

// TestTheAgentStartsTheWindow: a client asks for a window and gets one on the agent's
// desktop. It is answered once the window is there, or with the reason why there is
// none.
func TestTheAgentStartsTheWindow(t *testing.T) {
	w := newWorld(t)
	desk := api.Session{Display: ":9", DBus: "unix:path=/nowhere"}
	w.session = desk
	var r *running
	var shown <-chan api.Event
	started := 0
	ended := make(chan struct{})
	fail := error(nil)
	w.window = func(on api.Session) (<-chan struct{}, error) {
		started++
		if on != desk {
			t.Errorf("started on %+v", on)
		}
		if fail != nil {
			return nil, fail
		}
		if started > 1 {
			gone := make(chan struct{})
			close(gone)
			return gone, nil
		}
		events, err := r.client.Events(t.Context(), true)
		shown = events
		return ended, err
	}
	r = w.start()
	want := api.Showing{Account: &api.Ref{Name: "shop", Env: core.Live}, Asks: true}
	start := want
	start.Start = true
	if n, err := r.client.Open(t.Context(), want); n != 0 || err != nil || started != 0 {
		t.Errorf("without being asked to start one: %d, %v, started %d", n, err, started)
	}
	if n, err := r.client.Open(t.Context(), start); n != 1 || err != nil || started != 1 {
		t.Fatalf("%d windows, %v, started %d", n, err, started)
	}
	next(t, shown, api.EventSnapshot)
	if e := next(t, shown, api.EventRaise); e.Show == nil || *e.Show.Account != *want.Account || !e.Show.Asks || e.Show.Start {
		t.Errorf("the window is told %+v", e.Show)
	}
	if n, err := r.client.Open(t.Context(), start); n != 1 || err != nil || started != 1 {
		t.Errorf("with a window: %d, %v, started %d", n, err, started)
	}

	w = newWorld(t) // one that ends at once, and one that cannot be started
	w.session = desk
	started = 1
	w.window = r.world.window
	other := w.start()
	if n, err := other.client.Open(t.Context(), start); n != 0 || err == nil || !strings.Contains(err.Error(), "did not open") {
		t.Errorf("a window that ends at once: %d, %v", n, err)
	}
	fail = &core.Error{Class: core.Internal, Remedy: core.RemedyLog, Message: "no program"}
	if n, err := other.client.Open(t.Context(), start); n != 0 || err == nil || !strings.Contains(err.Error(), "no program") {
		t.Errorf("a window that cannot be started: %d, %v", n, err)
	}
}

func TestASlowReaderGetsASnapshotInsteadOfABacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHub()
		snapshots := 0
		ctx, cancel := context.WithCancel(t.Context())
		stream, ok := h.open(ctx, true, time.Now(), func(begin func()) api.List { begin(); snapshots++; return api.List{} })
		if !ok {
			t.Fatal("a new hub is closed")
		}
		if e := <-stream; e.Type != api.EventSnapshot {
			t.Fatalf("first event = %s", e.Type)
		}
		synctest.Wait()
		publish := func(kind string) {
			h.publish(func() api.Event { return api.Event{Type: kind} })
		}
		publish(api.EventRaise)
		synctest.Wait() // the reader does not take it
		publish(api.EventCopyLate)
		publish(api.EventCopyLate)
		for range 100 * backlog {
			publish(api.EventAccount)
		}
		publish(api.EventEnv)
		got := map[string]int{}
		for {
			synctest.Wait()
			select {
			case e := <-stream:
				got[e.Type]++
				continue
			default:
			}
			break
		}
		if snapshots != 2 || got[api.EventSnapshot] != 1 || got[api.EventRaise] != 1 || got[api.EventCopyLate] != 1 || got[api.EventAccount] > 2*backlog {
			t.Errorf("%d snapshots made, got %v; want one more, the raise, and few accounts", snapshots, got)
		}
		cancel()
		if _, open := <-stream; open {
			t.Error("the stream outlived its context")
		}
	})
}

func TestAReaderThatHangsHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHub()
		if _, ok := h.open(t.Context(), false, time.Now(), func(begin func()) api.List { begin(); return api.List{} }); !ok {
			t.Fatal("a new hub is closed")
		}
		synctest.Wait() // it hangs over its snapshot
		begun := time.Now()
		h.close()
		if took := time.Since(begun); took != byeTime && took != 2*byeTime {
			t.Errorf("closing took %s, want about %s", took, byeTime)
		}
		if _, ok := h.open(t.Context(), false, time.Now(), nil); ok {
			t.Error("a closed hub takes readers")
		}
	})
}

// Snapshots, events, history, the log and the database hold masks, never a
// token; and none of them a secret.
func TestATokenIsInTheAnswersToTokenAndRefreshAlone(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	stream, err := r.client.Events(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	a := r.add("shop", core.Sandbox)
	var shown []any
	keep := func(v any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		shown = append(shown, v)
	}
	token, err := r.client.Token(t.Context(), a.Ref(), 0)
	if err != nil {
		t.Fatal(err)
	}
	w.pass(time.Minute)
	if _, err := r.client.Refresh(t.Context(), a.Ref(), api.RefreshRequest{Force: true}); err != nil {
		t.Fatal(err)
	}
	w.pass(time.Minute)
	saved, err := r.client.Edit(t.Context(), a.Ref(), api.AccountInput{Input: core.Input{Note: ptr("n")}, Secret: ptr(goodSecret)})
	keep(saved, err)
	account, err := r.client.Account(t.Context(), a.Ref())
	keep(account, err)
	list, err := r.client.List(t.Context())
	keep(list, err)
	status, err := r.client.Status(t.Context())
	keep(status, err)
	history, err := r.client.History(t.Context(), a.Ref(), api.HistoryQuery{Limit: 100})
	keep(history, err)
	clip, err := r.client.Copy(t.Context(), a.Ref(), api.CopyRequest{Format: "json"})
	keep(clip, err)
	tested, err := r.client.Test(t.Context(), api.TestRequest{Ref: ptr(a.Ref())})
	keep(tested, err)
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	for e := range stream {
		shown = append(shown, e)
	}
	raw, err := json.Marshal(shown)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(raw), core.Mask(token.AccessToken)) {
		t.Error("nothing shows the mask of the token: what is searched is not what is meant")
	}
	for _, value := range append(w.up.tokens(), goodSecret) {
		if strings.Contains(string(raw), value) {
			t.Errorf("%q is shown", value)
		}
		if strings.Contains(w.log.String(), value) {
			t.Errorf("%q is in the log", value)
		}
		if hits := found(t, w.home.Dir(), value); len(hits) > 0 {
			t.Errorf("%q is in %v", value, hits)
		}
	}
}

func TestCopyPutsTheTokenOnTheClipboard(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	a := r.add("shop", core.Live)
	token, err := r.client.Token(t.Context(), a.Ref(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.client.SetSetting(t.Context(), "copy-format", "query"); err != nil {
		t.Fatal(err)
	}
	clip, err := r.client.Copy(t.Context(), a.Ref(), api.CopyRequest{})
	if err != nil || clip.Env != core.Live || clip.Format != "query" {
		t.Errorf("copy = %+v, %v", clip, err)
	}
	if got, want := w.desk.holds(), "access_token="+token.AccessToken; got != want {
		t.Errorf("the clipboard holds %q, want %q", got, want)
	}
	if w.desk.clear != core.DefaultSettings().ClearAfter {
		t.Errorf("it is cleared after %s", w.desk.clear)
	}
	_, err = r.client.Copy(t.Context(), a.Ref(), api.CopyRequest{Format: "morse"})
	wantClass(t, err, core.Invalid)
	_, err = r.client.Copy(t.Context(), a.Ref(), api.CopyRequest{Previous: true})
	wantClass(t, err, core.Misuse)
	if err := r.client.ClearClipboard(t.Context()); err != nil || w.desk.holds() != "" {
		t.Errorf("after clearing it holds %q, %v", w.desk.holds(), err)
	}
	w.desk.lose = true // another program copied at the same moment
	if _, err := r.client.Copy(t.Context(), a.Ref(), api.CopyRequest{}); err != nil {
		t.Fatal(err)
	}
	if list, _ := r.client.List(t.Context()); list.Clipboard != (api.Clipboard{}) {
		t.Errorf("the list says %+v is copied", list.Clipboard)
	}
	w.desk.err = &core.Error{Class: core.Misuse, Message: "no clipboard", Remedy: core.RemedyClipboard}
	_, err = r.client.Copy(t.Context(), a.Ref(), api.CopyRequest{})
	wantClass(t, err, core.Misuse)
	if err := r.end(); err != nil || !w.desk.closed {
		t.Errorf("the clipboard was not closed at the end (%v)", err)
	}
}
