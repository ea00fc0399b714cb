package agent

import (
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
	g.put(grant{client: "a", id: "1", until: at.Add(time.Hour)}, at)
	g.put(grant{client: "a", id: "1", write: true, until: at.Add(2 * time.Hour)}, at)
	if one, ok := g.of("a", "1", at.Add(90*time.Minute)); !ok || !one.write || len(g.list) != 1 {
		t.Errorf("%+v, %v", one, ok)
	}
	for _, who := range [][2]string{{"b", "1"}, {"a", "2"}} {
		if _, ok := g.of(who[0], core.ID(who[1]), at); ok {
			t.Errorf("%v has a grant", who)
		}
	}
	if _, ok := g.of("a", "1", at.Add(2*time.Hour)); ok || len(g.list) != 0 {
		t.Error("it is there after its end")
	}
	for i := range maxGrants {
		g.put(grant{client: "c", id: core.ID(rune(i)), until: at.Add(time.Hour)}, at)
	}
	if g.put(grant{client: "d", id: "1", until: at.Add(time.Hour)}, at) {
		t.Error("there is no end of grants")
	}
}

// TestAnAIAgentNeedsAGrant: over the socket too, where anybody can say who asks; the
// upstream sees nothing of what nobody allowed, and live accounts are never called.
func TestAnAIAgentNeedsAGrant(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	server := newCallServer(t)
	a := r.addAt(t, server.URL, core.Sandbox)
	read := api.CallHead{Method: http.MethodGet, Target: "/cgi-bin/menu/get", Agent: "claude"}
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
	if _, err := r.client.Grant(t.Context(), a.Ref(), api.GrantInput{Client: "claude"}); err != nil {
		t.Fatal(err)
	}
	if got, _, err := r.call(t, a.Ref(), read, ""); err != nil || got.Status != http.StatusOK {
		t.Errorf("with a grant: %+v, %v", got, err)
	}
	lines, err := r.client.History(t.Context(), a.Ref(), api.HistoryQuery{Limit: 1})
	if err != nil || len(lines) != 1 || lines[0].What != core.DidCall || lines[0].By != "claude" || lines[0].Target != "GET /cgi-bin/menu/get" {
		t.Errorf("the history: %+v, %v", lines, err)
	}
	if err := r.client.RevokeGrants(t.Context(), "claude"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.call(t, a.Ref(), read, ""); core.AsError(err).Remedy != core.RemedyNoGrant {
		t.Errorf("after it was revoked: %v", err)
	}
	live := r.add("shop", core.Live)
	if _, err := r.client.Grant(t.Context(), live.Ref(), api.GrantInput{Client: "claude"}); core.AsError(err).Remedy != core.RemedyGrantLive {
		t.Errorf("a grant for live: %v", err)
	}
	if _, _, err := r.call(t, live.Ref(), read, ""); core.AsError(err).Remedy != core.RemedyGrantLive {
		t.Errorf("a live call: %v", err)
	}
}
