package agent

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/call"
	"tokentray/core/kinds"
)

// TestWhatAGrantAllows: reading by the kind's list, writing where it was said, and
// nothing beyond the calls that are named.
func TestWhatAGrantAllows(t *testing.T) {
	spec, _ := kinds.Builtin().Of(kinds.WeChat)
	for _, tt := range []struct {
		calls string
		write bool
		call  string
		want  bool
	}{
		{"reads", false, "GET /cgi-bin/get_api_domain_ip", true},
		{"reads", false, "GET /cgi-bin/menu/delete", false},
		{"reads", true, "GET /cgi-bin/menu/delete", false},
		{"GET /cgi-bin/menu/delete", false, "GET /cgi-bin/menu/delete", false},
		{"GET /cgi-bin/menu/delete", true, "GET /cgi-bin/menu/delete", true},
		{"POST /cgi-bin/menu/*", true, "POST /cgi-bin/menu/create", true},
		{"POST /cgi-bin/menu/*", true, "GET /cgi-bin/menu/delete", false},
		{"* /*", false, "POST /cgi-bin/menu/create", false},
		{"* /*", true, "POST /cgi-bin/menu/create", true},
	} {
		method, target, _ := strings.Cut(tt.call, " ")
		j, err := call.Judge(spec, method, target)
		if err != nil {
			t.Fatal(err)
		}
		if got := (grant{calls: []string{tt.calls}, write: tt.write}).allows(j); got != tt.want {
			t.Errorf("%s, write %v: %s: %v", tt.calls, tt.write, tt.call, got)
		}
	}
}

// TestGrantsEnd: a grant is replaced, ends in its time, and is nobody else's.
func TestGrantsEnd(t *testing.T) {
	var g grants
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	put := func(one grant) bool {
		_, ok := g.put(one, at, func(askedCall) bool { return false })
		return ok
	}
	put(grant{client: "a", id: "1", until: at.Add(time.Hour)})
	put(grant{client: "a", id: "1", until: at.Add(2 * time.Hour)})
	put(grant{client: "a", id: "1", write: true, until: at.Add(time.Hour)})
	if len(g.list) != 2 || !g.any("a", core.Account{ID: "1"}, at.Add(90*time.Minute)) || len(g.list) != 1 || g.list[0].write {
		t.Errorf("%+v", g.list)
	}
	for _, who := range []struct {
		client string
		a      core.Account
	}{{"b", core.Account{ID: "1"}}, {"a", core.Account{ID: "2"}}, {"a", core.Account{ID: "1", Env: core.Live}}} {
		if g.any(who.client, who.a, at) {
			t.Errorf("%v has a grant", who)
		}
	}
	if g.any("a", core.Account{ID: "1"}, at.Add(2*time.Hour)) || len(g.list) != 0 {
		t.Error("it is there after its end")
	}
	for i := range maxGrants {
		put(grant{client: "c", id: core.ID(rune(i)), until: at.Add(time.Hour)})
	}
	if put(grant{client: "d", id: "1", until: at.Add(time.Hour)}) {
		t.Error("there is no end of grants")
	}
}

// TestAsksAreKept: the last of each, with how often, and until when a no holds.
func TestAsksAreKept(t *testing.T) {
	var g grants
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	one := askedCall{client: "a", id: "1", call: "GET /x"}
	g.ask(one, at)
	g.ask(askedCall{client: "a", id: "1"}, at)
	if declined := g.ask(one, at.Add(time.Minute)); !declined.IsZero() || len(g.asks) != 2 || g.asks[1].askedCall != one || g.asks[1].count != 2 {
		t.Errorf("%+v", g.asks)
	}
	g.asks[1].declined = at.Add(2 * time.Minute)
	if declined := g.ask(one, at.Add(time.Minute)); declined.IsZero() {
		t.Error("the no is forgotten")
	}
	if declined := g.ask(one, at.Add(3*time.Minute)); !declined.IsZero() {
		t.Error("the no holds for ever")
	}
	for i := range 2 * maxAsks {
		g.ask(askedCall{client: "a", id: "2", call: fmt.Sprint("GET /", i)}, at)
	}
	if len(g.asks) != maxAsks || g.asks[maxAsks-1].call != fmt.Sprint("GET /", 2*maxAsks-1) {
		t.Errorf("%d asks, the last %+v", len(g.asks), g.asks[len(g.asks)-1])
	}
}

// TestACommandToAllowIsPlain: a person pastes it into a shell.
func TestACommandToAllowIsPlain(t *testing.T) {
	a := core.Account{Name: "shop", Env: core.Sandbox}
	if got := allowCommand(a, askedCall{client: "claude", call: "POST /cgi-bin/menu/create", write: true}); got != "tokentray mcp allow shop/sandbox --as claude --calls 'POST /cgi-bin/menu/create' --write" {
		t.Error(got)
	}
	for _, c := range []askedCall{
		{client: "claude", call: "POST /x';id;'"}, {client: "claude", call: "GET /$(id)"}, {client: "a b"}, {client: "--home"}, {client: "`id`"}, {client: "a\nb"},
	} {
		if got := allowCommand(a, c); got != "" {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

// TestAnAIAgentNeedsAGrant, over the socket too, where any client can name any asker.
// A call without a grant does not reach the upstream, and the history has it.
func TestAnAIAgentNeedsAGrant(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	server := newCallServer(t)
	a := r.addAt(t, server.URL, core.Sandbox)
	read := api.CallHead{Method: http.MethodGet, Target: "/cgi-bin/menu/get", Agent: " claude "}
	if _, _, err := r.call(t, a.Ref(), read, ""); core.AsError(err).Remedy != core.RemedyNoGrant || server.seen() != "[]" {
		t.Errorf("without a grant: %v, the upstream saw %s", err, server.seen())
	}
	if _, err := r.client.Sign(t.Context(), a.Ref(), api.SignRequest{URL: "https://shop.example.com/", Agent: "claude"}); core.AsError(err).Remedy != core.RemedyNoGrant {
		t.Errorf("a signature without a grant: %v", err)
	}
	if _, err := r.client.Grant(t.Context(), a.Ref(), api.GrantInput{Client: "claude", Seconds: 9 * 3600}); core.AsError(err).Class != core.Invalid {
		t.Errorf("nine hours: %v", err)
	}
	if _, err := r.client.Grant(t.Context(), a.Ref(), api.GrantInput{Client: "claude", Calls: []string{"nonsense"}}); core.AsError(err).Class != core.Invalid {
		t.Errorf("calls that are none: %v", err)
	}
	if all, err := r.client.Grants(t.Context()); err != nil || len(all.Asks) != 2 || all.Asks[1].Call != "GET /cgi-bin/menu/get" || all.Asks[1].Client != "claude" || all.Asks[1].Write {
		t.Errorf("what was asked for: %+v, %v", all, err)
	}
	given, err := r.client.Grant(t.Context(), a.Ref(), api.GrantInput{Client: "claude"})
	if err != nil {
		t.Fatal(err)
	}
	if all, err := r.client.Grants(t.Context()); err != nil || len(all.Asks) != 0 || len(all.Grants) != 1 {
		t.Errorf("what is allowed is asked for still: %+v, %v", all, err)
	}
	if got, _, err := r.call(t, a.Ref(), read, ""); err != nil || got.Status != http.StatusOK {
		t.Errorf("with a grant: %+v, %v", got, err)
	}
	lines, err := r.client.History(t.Context(), a.Ref(), api.HistoryQuery{Limit: 3})
	if err != nil || len(lines) != 3 || lines[0].What != core.DidCall || lines[0].By != "claude" || lines[0].Target != "GET /cgi-bin/menu/get" ||
		lines[1].What != core.DidRefuse || lines[1].Target != "sign" || lines[2].What != core.DidRefuse || lines[2].By != "claude" || lines[2].Target != "GET /cgi-bin/menu/get" {
		t.Errorf("the history: %+v, %v", lines, err)
	}
	if all, err := r.client.Grants(t.Context()); err != nil || all.Grants[0].Used != 1 || all.Grants[0].LastUsed.IsZero() {
		t.Errorf("the use: %+v, %v", all, err)
	}
	star := read
	star.Target = "/cgi-bin/tags/*"
	if _, _, err := r.call(t, a.Ref(), star, ""); core.AsError(err).Remedy != core.RemedyNoGrant {
		t.Errorf("a path with a *: %v", err)
	}
	if all, err := r.client.Grants(t.Context()); err != nil || len(all.Asks) != 0 {
		t.Errorf("a person would allow any path: %+v, %v", all, err)
	}
	if err := r.client.RevokeGrant(t.Context(), given.Number); err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.call(t, a.Ref(), read, ""); core.AsError(err).Remedy != core.RemedyNoGrant {
		t.Errorf("after it was revoked: %v", err)
	}
	all, err := r.client.Grants(t.Context())
	if err != nil || len(all.Asks) != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
	if err := r.client.DeclineAsk(t.Context(), all.Asks[0].Number); err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.call(t, a.Ref(), read, ""); core.AsError(err).Remedy != core.RemedyGrantNo {
		t.Errorf("after a person's no: %v", err)
	}
	if _, err := r.client.Grant(t.Context(), a.Ref(), api.GrantInput{Client: "claude"}); err != nil {
		t.Fatal(err)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	r = w.start()
	if all, err := r.client.Grants(t.Context()); err != nil || len(all.Grants) != 0 {
		t.Errorf("after a restart: %+v, %v", all, err)
	}
	if _, _, err := r.call(t, a.Ref(), read, ""); core.AsError(err).Remedy != core.RemedyNoGrant {
		t.Errorf("after a restart: %v", err)
	}
}

// seat opens a window's stream and returns its seat.
func (r *running) seat(t *testing.T) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	events, err := r.client.Events(ctx, true)
	if err != nil {
		t.Fatal(err)
	}
	first := <-events
	go func() {
		for range events { // the agent waits for its readers
		}
	}()
	return first.Seat
}

// TestLiveGrantsAreGivenInAWindow: reading, and writing that ends after so many calls or
// so long; and in no other way, whatever a caller says of itself.
func TestLiveGrantsAreGivenInAWindow(t *testing.T) {
	if api.MaxGrant != 8*time.Hour || api.LiveWriteCalls != 20 || api.MaxLiveWrite != 10*time.Minute { // as SECURITY.md says
		t.Errorf("a grant lasts for %s, one that writes for %d calls or %s", api.MaxGrant, api.LiveWriteCalls, api.MaxLiveWrite)
	}
	w := newWorld(t)
	r := w.start()
	server := newCallServer(t)
	a := r.addAt(t, server.URL, core.Live)
	read := api.CallHead{Method: http.MethodGet, Target: "/cgi-bin/menu/get", Agent: "claude", LiveWrite: true}
	write := api.CallHead{Method: http.MethodPost, Target: "/cgi-bin/menu/create", Agent: "claude", LiveWrite: true}
	allow := func(in api.GrantInput) *core.Error {
		in.Client = "claude"
		_, err := r.client.Grant(t.Context(), a.Ref(), in)
		if err == nil {
			return nil
		}
		return core.AsError(err)
	}
	if plain, err := r.client.Events(t.Context(), false); err != nil || (<-plain).Seat != "" {
		t.Errorf("a stream that is no window's has a seat, or %v", err)
	}
	for _, seat := range []string{"", "guessed"} {
		if err := allow(api.GrantInput{Seat: seat}); err == nil || err.Remedy != core.RemedyGrantWindow {
			t.Errorf("a grant with the seat %q: %v", seat, err)
		}
	}
	seat := r.seat(t)
	if err := allow(api.GrantInput{Seat: seat, Calls: []string{"* /*"}}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.call(t, a.Ref(), read, ""); err != nil {
		t.Errorf("reading: %v", err)
	}
	if _, _, err := r.call(t, a.Ref(), write, ""); err == nil || core.AsError(err).Remedy != core.RemedyNoGrant {
		t.Errorf("writing with a grant that reads: %v", err)
	}
	if err := allow(api.GrantInput{Seat: seat, Calls: []string{"POST /cgi-bin/menu/*"}, Write: true, Seconds: 601}); err == nil || err.Class != core.Invalid {
		t.Errorf("eleven minutes: %v", err)
	}
	writes := api.GrantInput{Seat: seat, Calls: []string{"POST /cgi-bin/menu/*"}, Write: true}
	if err := allow(writes); err != nil {
		t.Fatal(err)
	}
	for i := range api.LiveWriteCalls {
		if _, _, err := r.call(t, a.Ref(), write, ""); err != nil {
			t.Fatalf("call %d: %v", i+1, err)
		}
		if _, _, err := r.call(t, a.Ref(), read, ""); err != nil {
			t.Errorf("reading counts as writing: %v", err)
		}
	}
	if _, _, err := r.call(t, a.Ref(), write, ""); err == nil || core.AsError(err).Remedy != core.RemedyNoGrant {
		t.Errorf("call %d: %v", api.LiveWriteCalls+1, err)
	}
	if err := allow(writes); err != nil {
		t.Fatal(err)
	}
	w.pass(api.MaxLiveWrite)
	if _, _, err := r.call(t, a.Ref(), write, ""); err == nil || core.AsError(err).Remedy != core.RemedyNoGrant {
		t.Errorf("after %s: %v", api.MaxLiveWrite, err)
	}
	if _, _, err := r.call(t, a.Ref(), read, ""); err != nil {
		t.Errorf("reading ended with writing: %v", err)
	}
	w.pass(api.MaxGrant)
	if _, _, err := r.call(t, a.Ref(), read, ""); err == nil || core.AsError(err).Remedy != core.RemedyNoGrant {
		t.Errorf("after %s: %v", api.MaxGrant, err)
	}
}

// TestAnAIAgentInALoop is slowed, and does not drive out what else the history has.
func TestAnAIAgentInALoop(t *testing.T) {
	var g grants
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for i := range core.DefaultCallBurst {
		if wait := g.tooFast("claude", at); wait > 0 {
			t.Fatalf("call %d waits %v", i, wait)
		}
	}
	if wait := g.tooFast("claude", at); wait != time.Second/core.DefaultCallRate || g.tooFast("cursor", at) != 0 || g.tooFast("claude", at.Add(wait)) != 0 {
		t.Errorf("wait %v", wait)
	}
	if !g.news("a", at) || g.news("a", at.Add(noteAgain-1)) || !g.news("a", at.Add(noteAgain)) {
		t.Error("a refusal is written once a minute")
	}
	written := 0
	for i := range 2 * maxNoted {
		if g.news(fmt.Sprint(i), at.Add(noteAgain)) {
			written++
		}
	}
	if written != maxNoted-1 || !g.news("b", at.Add(2*noteAgain)) {
		t.Errorf("%d are written", written)
	}

	r := newWorld(t).start()
	a := r.add("shop", core.Sandbox)
	for ahead := r.now().Add(time.Hour); r.grants.tooFast("claude", ahead) == 0; {
	}
	_, _, err := r.call(t, a.Ref(), api.CallHead{Method: http.MethodGet, Target: "/cgi-bin/menu/get", Agent: "claude"}, "")
	if e := core.AsError(err); e.Remedy != core.RemedyGrantSlower || e.Class != core.Temporary || e.RetryAt.IsZero() {
		t.Errorf("%+v", e)
	}
	if _, _, err := r.call(t, a.Ref(), api.CallHead{Method: http.MethodGet, Target: "/cgi-bin/menu/get", Agent: "cursor"}, ""); core.AsError(err).Remedy != core.RemedyNoGrant {
		t.Errorf("another client: %v", err)
	}
}

// TestAGrantIsOfItsAccount: it follows a new name, and another account that takes the name
// has none. A call that is under way when the grant ends is answered.
func TestAGrantIsOfItsAccount(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	server := newCallServer(t)
	a := r.addAt(t, server.URL, core.Sandbox)
	read := api.CallHead{Method: http.MethodGet, Target: "/cgi-bin/menu/get", Agent: "claude"}
	if _, err := r.client.Grant(t.Context(), a.Ref(), api.GrantInput{Client: "claude"}); err != nil {
		t.Fatal(err)
	}
	name := "store"
	renamed, err := r.Edit(t.Context(), a.Ref(), api.AccountInput{Input: core.Input{Name: &name}})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.call(t, renamed.Account.Ref(), read, ""); err != nil {
		t.Errorf("by its new name: %v", err)
	}
	other := r.addAt(t, server.URL, core.Sandbox)
	if _, _, err := r.call(t, other.Ref(), read, ""); core.AsError(err).Remedy != core.RemedyNoGrant {
		t.Errorf("another account of the name: %v", err)
	}
	slow, err := r.client.Call(t.Context(), renamed.Account.Ref(), api.CallRequest{CallHead: read})
	if err != nil {
		t.Fatal(err)
	}
	w.pass(api.MaxGrant)
	if raw, err := io.ReadAll(slow.Body); err != nil || len(raw) == 0 {
		t.Errorf("under way as the grant ends: %q, %v", raw, err)
	}
	_ = slow.Body.Close()
	if _, _, err := r.call(t, renamed.Account.Ref(), read, ""); core.AsError(err).Remedy != core.RemedyNoGrant {
		t.Errorf("after its time: %v", err)
	}
	if err := r.Remove(t.Context(), renamed.Account.Ref()); err != nil {
		t.Fatal(err)
	}
	if all, err := r.client.Grants(t.Context()); err != nil || len(all.Grants) != 0 {
		t.Errorf("of an account that is gone: %+v, %v", all, err)
	}
}
