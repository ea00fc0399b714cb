// Package workwx tests that an SDK for WeCom takes its tokens from TokenTray if its host
// is the loopback door. It is a module of its own, so that nothing of it becomes part of
// the product, and uses TokenTray only by its commands and its HTTP.
package workwx

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	workwx "github.com/xen0n/go-workwx"

	"tokentray/cmd/e2e/outside"
)

const (
	corpID = "ww0123456789abcdef"
	secret = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNO_-"
)

// house is a simulator, an agent with two applications of one corp, and a client key
// for each.
type house struct {
	*outside.House
	door string
	keys map[string]string // by account
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{House: outside.NewHouse(t), keys: map[string]string{}}
	h.StartSim()
	for name, flags := range map[string][]string{"app": {"--agent", "1000002"}, "people": {"--label", "contacts"}} {
		own := secret[:41] + name[:2]
		h.Steer("accounts", fmt.Sprintf(`{"appid":%q,"agent":%q,"secret":%q}`, corpID, flags[1], own))
		h.Run(own+"\n", append([]string{"add", name, "--kind", "wecom", "--corpid", corpID, "--secret-stdin", "--base-url", h.Sim}, flags...)...)
	}
	h.door = h.OpenDoor()
	for _, name := range []string{"app", "people"} {
		h.keys[name] = h.Line("api", "key", "add", name, "--account", name)
	}
	return h
}

// fetches counts the token fetches of an application at the simulator.
func (h *house) fetches(agent string) int {
	h.T.Helper()
	for _, a := range h.SimAccounts() {
		if a.Agent == agent {
			return a.Calls["/cgi-bin/gettoken"]
		}
	}
	h.T.Fatalf("the simulator has no application %s", agent)
	return 0
}

// wire sends the SDK's token fetches to the door. It answers every other call as WeCom
// would and records the token in it.
type wire struct{ carried []string }

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == "/cgi-bin/gettoken" {
		return http.DefaultTransport.RoundTrip(r)
	}
	w.carried = append(w.carried, r.URL.Query().Get("access_token"))
	return &http.Response{
		StatusCode: 200, Header: http.Header{}, Request: r,
		Body: io.NopCloser(strings.NewReader(`{"errcode":0,"errmsg":"ok","department":[]}`)),
	}, nil
}

// call makes a call with a new client of the SDK and returns the token in it.
func (h *house) call(corp, key string) (token string, err error) {
	w := &wire{}
	app := workwx.New(corp, workwx.WithQYAPIHost(h.door), workwx.WithHTTPClient(&http.Client{Transport: w})).WithApp(key, 1000002)
	if _, err := app.ListAllDepts(); err != nil {
		return "", err
	}
	if len(w.carried) != 1 {
		h.T.Fatalf("the call was sent %d times", len(w.carried))
	}
	return w.carried[0], nil
}

// TestWorkwx: the SDK makes its calls with the token of the application that its client
// key allows, in several processes, and WeCom is asked once.
func TestWorkwx(t *testing.T) {
	h := newHouse(t)
	tokens := map[string]string{}
	for name, agent := range map[string]string{"app": "1000002", "people": "contacts"} {
		tokens[name] = h.Line("get", name)
		for i := range 5 {
			if got, err := h.call(corpID, h.keys[name]); err != nil || got != tokens[name] {
				t.Fatalf("%s, process %d: another token than the current one, or %v", name, i, err)
			}
		}
		if n := h.fetches(agent); n != 1 {
			t.Errorf("%s: WeCom was asked %d times", name, n)
		}
	}
	if tokens["app"] == tokens["people"] {
		t.Error("two applications of a corp share a token")
	}
	// The same by hand, to the byte.
	resp, err := http.Get(h.door + "/cgi-bin/gettoken?" + url.Values{"corpid": {corpID}, "corpsecret": {h.keys["app"]}}.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if raw, _ := io.ReadAll(resp.Body); !strings.HasPrefix(string(raw), `{"errcode":0,"errmsg":"ok","access_token":"`+tokens["app"]+`","expires_in":`) {
		t.Error("the answer has not WeCom's form")
	}
}

// TestWorkwxIsRefused: the SDK understands why.
func TestWorkwxIsRefused(t *testing.T) {
	h := newHouse(t)
	both := h.Line("api", "key", "add", "both")
	for _, tt := range []struct {
		what, corp, key string
		errcode         int
	}{
		{"the secret is no client key", corpID, secret, 40001},
		{"an unknown CorpID", "wwffffffffffffffff", h.keys["app"], 40013},
		{"a key for two applications", corpID, both, 40013},
		{"no secret", corpID, "", 41004},
	} {
		_, err := h.call(tt.corp, tt.key)
		var refused *workwx.WorkwxClientError
		if !errors.As(err, &refused) || int(refused.Code) != tt.errcode {
			t.Errorf("%s: %v, want errcode %d", tt.what, err, tt.errcode)
		}
	}
}
