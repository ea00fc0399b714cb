package agent

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/core/preset"
	"tokentray/core/wechat"
)

// A client secret is not sent to another token URL's host, and no token to another
// API's, before a person entered the secret for it.
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

// TestWhereCallsGoIsPartOfWhereTheSecretGoes: every kind whose tokens go into HTTP
// calls accepts an API host. An account that gets another host pauses until the
// secret is entered for it. Then calls go there, and fetches do not.
func TestWhereCallsGoIsPartOfWhereTheSecretGoes(t *testing.T) {
	home, foreign := record(t), record(t)
	w := atWeChat(t)
	r := w.start()
	in := input("shop", core.Sandbox, "wx00000000000000aa")
	in.BaseURL = &home.URL
	if saved, err := r.client.Add(t.Context(), in); err != nil || saved.Account.Error != nil {
		t.Fatal(err, saved.Account.Error)
	}
	moved := api.AccountInput{Input: core.Input{Params: map[string]string{kinds.APIURL: foreign.URL}}}
	saved, err := r.client.Edit(t.Context(), shop, moved)
	if err != nil || saved.Account.Error == nil || saved.Account.Error.Remedy != core.RemedySecretAgain {
		t.Fatalf("%v, %+v", err, saved.Account.Error)
	}
	refusesAll(t, r)
	if _, err := r.client.Call(t.Context(), shop, api.CallRequest{CallHead: api.CallHead{Method: "GET", Target: "/cgi-bin/menu/get"}}); core.AsError(err) == nil || core.AsError(err).Remedy != core.RemedySecretAgain {
		t.Errorf("a call: %v", err)
	}
	foreign.wantNothing(t, "another API host")

	secret := goodSecret
	moved.Secret = &secret
	if saved, err := r.client.Edit(t.Context(), shop, moved); err != nil || saved.Account.Error != nil {
		t.Fatalf("with the secret: %v, %+v", err, saved.Account.Error)
	}
	got, err := r.client.Call(t.Context(), shop, api.CallRequest{CallHead: api.CallHead{Method: "GET", Target: "/cgi-bin/menu/get"}})
	if err != nil {
		t.Fatal(err)
	}
	_ = got.Body.Close()
	if seen := foreign.all(); !strings.Contains(seen, "GET /cgi-bin/menu/get?access_token=88_") || strings.Contains(seen, goodSecret) || strings.Contains(seen, "/cgi-bin/stable_token") {
		t.Errorf("the API host saw %q", seen)
	}
	if strings.Contains(home.all(), "/cgi-bin/menu/get") {
		t.Errorf("the token's host saw %q", home.all())
	}
	for _, spec := range kinds.Builtin().All() {
		if !spec.Has(kinds.APIURL) {
			t.Errorf("%s takes no API host", spec.Kind)
		}
	}
}

// hostsAsked answers every request with a token, and keeps the hosts that were asked.
type hostsAsked struct {
	mu    sync.Mutex
	hosts []string
}

func (h *hostsAsked) RoundTrip(r *http.Request) (*http.Response, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.hosts = append(h.hosts, r.URL.Host)
	const body = `{"access_token":"A21_a-token-of-the-test-0123456789","expires_in":7200,"err_no":0,"data":{"access_token":"A21_a-token-of-the-test-0123456789","expires_in":7200}}`
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

func (h *hostsAsked) each() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Compact(slices.Sorted(slices.Values(h.hosts)))
}

// Where each environment has its host, a sandbox's account that becomes a live one does
// not take its secret along.
func TestASandboxsSecretIsNotSentToTheLiveHost(t *testing.T) {
	for name, c := range map[string]struct {
		kind          core.Kind
		product       core.Product
		sandbox, live string
	}{
		"PayPal": {kinds.OAuth2, kinds.ProductPayPal, "api-m.sandbox.paypal.com", "api-m.paypal.com"},
		"Douyin": {"douyin-mini", "", "open-sandbox.douyin.com", "developer.toutiao.com"},
	} {
		t.Run(name, func(t *testing.T) {
			net := &hostsAsked{}
			o := wechat.Options{Transport: net}
			w := newWorld(t)
			w.kinds, w.sources = preset.With(kinds.Builtin()), sourcesOf(o)
			maps.Copy(w.sources, preset.Sources(o))
			r := w.start()
			in := input("shop", core.Sandbox, "tt0123456789abcdef")
			in.Kind, in.Product, in.Secret = &c.kind, &c.product, ptr(goodSecret)
			saved, err := r.client.Add(t.Context(), in)
			if err != nil || saved.Account.Error != nil || !slices.Equal(net.each(), []string{c.sandbox}) {
				t.Fatalf("%v, %+v, asked %q", err, saved.Account.Error, net.each())
			}
			moved := api.AccountInput{Input: core.Input{Env: ptr(core.Live), AllowLive: ptr(true)}}
			if saved, err = r.client.Edit(t.Context(), shop, moved); err != nil || saved.Account.Error == nil || saved.Account.Error.Remedy != core.RemedySecretAgain {
				t.Fatalf("%v, %+v", err, saved.Account.Error)
			}
			if _, err := r.client.Refresh(t.Context(), saved.Account.Ref(), api.RefreshRequest{Person: true}); core.AsError(err) == nil {
				t.Error("a token comes without the live secret")
			}
			if got := net.each(); !slices.Equal(got, []string{c.sandbox}) {
				t.Fatalf("asked %q", got)
			}
			moved.Secret = ptr(goodSecret)
			if saved, err = r.client.Edit(t.Context(), saved.Account.Ref(), moved); err != nil || saved.Account.Error != nil || !slices.Contains(net.each(), c.live) {
				t.Errorf("with the live secret: %v, %+v, asked %q", err, saved.Account.Error, net.each())
			}
		})
	}
}
