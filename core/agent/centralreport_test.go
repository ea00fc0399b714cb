package agent

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/central"
	"tokentray/core/kinds"
)

// TestAPersonsReportReachesTheServer: a person who says that the current token fails
// reports it to the team's server; one who asks for another token without saying so, and
// the background, report nothing.
func TestAPersonsReportReachesTheServer(t *testing.T) {
	var mu sync.Mutex
	var reports []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		token := "88_firstfirstfirstfirstfirst"
		if r.URL.Path == "/refresh" {
			body, _ := io.ReadAll(r.Body)
			reports = append(reports, string(body))
		}
		if len(reports) > 0 {
			token = "88_secondsecondsecondsecond"
		}
		_, _ = io.WriteString(w, `{"access_token":"`+token+`","expires_in":7200}`)
	}))
	t.Cleanup(server.Close)
	w := newWorld(t)
	spec, _ := kinds.Builtin().Of(kinds.Central)
	w.kinds, _ = kinds.New(spec)
	w.sources = central.Sources(central.Options{})
	r := w.start()
	saved, err := r.client.Add(t.Context(), api.AccountInput{Input: core.Input{
		Name: ptr("team"), Env: ptr(core.Sandbox), Kind: ptr(kinds.Central), BaseURL: ptr(server.URL + "/token"), Auto: ptr(false),
		Params: map[string]string{kinds.CentralStaleURL: server.URL + "/refresh"},
	}, Secret: ptr(kinds.NoKey)})
	if err != nil || saved.Account.Error != nil {
		t.Fatal(err, saved.Account.Error)
	}
	reported := func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(reports)
	}
	ref := saved.Account.Ref()
	if _, err := r.client.Refresh(t.Context(), ref, api.RefreshRequest{Person: true}); err != nil || len(reported()) != 0 {
		t.Fatalf("a wish is sent as a report: %v, %q", err, reported())
	}
	w.pass(time.Minute) // the floor between two tries
	got, err := r.client.Refresh(t.Context(), ref, api.RefreshRequest{Person: true, Failing: true})
	if err != nil || got.AccessToken != "88_secondsecondsecondsecond" || !slices.Equal(reported(), []string{`{"stale":"88_firstfirstfirstfirstfirst"}`}) {
		t.Errorf("%v, %q", err, reported())
	}
}
