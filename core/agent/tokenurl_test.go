package agent

import (
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// A client secret is not sent to another token URL's host, nor goes a token to another
// API's, before somebody entered the secret for it.
func TestAClientSecretIsNotSentToAnotherTokenURL(t *testing.T) {
	home, foreign := record(t), record(t)
	w := atWeChat(t)
	r := w.start()
	kind, tokenURL := kinds.OAuth2, home.URL+"/oauth/token"
	in := input("shop", core.Sandbox, "client")
	in.Kind, in.Product, in.BaseURL = &kind, nil, &tokenURL
	if saved, err := r.client.Add(t.Context(), in); err != nil || saved.Account.Error != nil {
		t.Fatal(err, saved.Account.Error)
	}
	if asked := home.all(); !strings.Contains(asked, "grant_type=client_credentials") {
		t.Fatalf("the server saw %q", asked)
	}
	for name, move := range map[string]core.Input{
		"the token URL": {BaseURL: ptr(foreign.URL + "/oauth/token")},
		"the API":       {Params: map[string]string{"api_url": foreign.URL}},
	} {
		saved, err := r.client.Edit(t.Context(), shop, api.AccountInput{Input: move})
		if err != nil || saved.Account.Error == nil || saved.Account.Error.Remedy != core.RemedySecretAgain {
			t.Fatalf("%s: %v, %+v", name, err, saved.Account.Error)
		}
		if _, err := r.client.Refresh(t.Context(), shop, api.RefreshRequest{Force: true}); core.AsError(err) == nil || core.AsError(err).Remedy != core.RemedySecretAgain {
			t.Errorf("%s: %v", name, err)
		}
		foreign.wantNothing(t, name)
		back := core.Input{BaseURL: &tokenURL, Params: map[string]string{"api_url": ""}}
		if saved, err := r.client.Edit(t.Context(), shop, api.AccountInput{Input: back}); err != nil || saved.Account.Error != nil {
			t.Fatalf("%s: back again: %v, %+v", name, err, saved.Account.Error)
		}
	}
	// Another path of the same host is the same server.
	saved, err := r.client.Edit(t.Context(), shop, api.AccountInput{Input: core.Input{BaseURL: ptr(home.URL + "/o/token/")}})
	if err != nil || saved.Account.Error != nil || saved.Account.BaseURL != home.URL+"/o/token/" {
		t.Errorf("%v, %+v", err, saved.Account)
	}
}
