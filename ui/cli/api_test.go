package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// doorFake is an agent whose loopback door a test sets.
type doorFake struct {
	*fake
	door api.Loopback
	keys []api.ClientKey
	log  []api.Access
	made api.ClientKeyInput
}

const clientKey = "ttk_0123456789012345678901234567890123456789012"

func (f *doorFake) Loopback(context.Context) (api.Loopback, error) { return f.door, f.did("loopback") }

func (f *doorFake) SetLoopback(_ context.Context, req api.LoopbackRequest) (api.Loopback, error) {
	if req.On {
		f.door = api.Loopback{State: api.DoorOn, Port: 17278, Addresses: []string{"127.0.0.1:17278", "[::1]:17278"}}
	}
	return f.door, f.did(fmt.Sprintf("set loopback %v %d", req.On, req.Port))
}

func (f *doorFake) ClientKeys(context.Context) ([]api.ClientKey, error) { return f.keys, f.did("keys") }

func (f *doorFake) AddClientKey(_ context.Context, in api.ClientKeyInput) (api.NewClientKey, error) {
	f.made = in
	if len(in.Envs) == 0 {
		in.Envs = []core.Env{core.Sandbox}
	}
	return api.NewClientKey{ClientKey: api.ClientKey{Name: in.Name, Accounts: in.Accounts, Envs: in.Envs}, Key: clientKey}, f.did("add key")
}

func (f *doorFake) RevokeClientKey(_ context.Context, name string) error {
	return f.did("revoke " + name)
}

func (f *doorFake) AccessLog(context.Context, int) ([]api.Access, error) { return f.log, f.did("log") }

func newDoorRun() (*run, *doorFake) {
	r := newRun()
	f := &doorFake{fake: r.agent, door: api.Loopback{State: api.DoorOff, Port: 17278}}
	r.parts = func(p *Parts) {
		p.Connect = func(context.Context, string, bool) (api.Agent, error) { return f, nil }
	}
	return r, f
}

func TestAPIOnAndOff(t *testing.T) {
	for _, tt := range []struct {
		args         []string
		call         string
		out, errSays string
	}{
		{[]string{"api", "on"}, "set loopback true 0", "http://127.0.0.1:17278  http://[::1]:17278", "tokentray api key add NAME"},
		{[]string{"api", "on", "--port", "18000"}, "set loopback true 18000", "on", ""},
		{[]string{"api", "off"}, "set loopback false 0", "off", "tokentray api on"},
		{[]string{"api", "status"}, "loopback", "off", "tokentray api on"},
		{[]string{"api"}, "loopback", "off", ""},
	} {
		r, f := newDoorRun()
		out, errOut := r.try(t, 0, tt.args...)
		if !strings.Contains(out, tt.out) || !strings.Contains(errOut, tt.errSays) || !slices.Contains(f.calls, tt.call) {
			t.Errorf("%v: %q, %q, calls %v", tt.args, out, errOut, f.calls)
		}
	}
	for _, port := range []string{"0", "65536", "-1", "x"} {
		r, f := newDoorRun()
		if _, errOut := r.try(t, exitUsage, "api", "on", "--port="+port); errOut == "" || len(f.calls) > 0 {
			t.Errorf("port %s: %q, calls %v", port, errOut, f.calls)
		}
	}
}

func TestAPITakenPort(t *testing.T) {
	taken := &core.Error{Class: core.Internal, Remedy: core.RemedyPort, Message: "cannot listen on port 17278"}
	r, f := newDoorRun()
	f.err = taken
	if _, errOut := r.try(t, exitFailure, "api", "on"); !strings.Contains(errOut, "Another program listens") || !strings.Contains(errOut, "tokentray api on --port NUMBER") {
		t.Errorf("stderr %q", errOut)
	}
	if _, errOut := r.try(t, exitFailure, "api", "on", "--port", "8080"); !strings.Contains(errOut, "Port 8080 of this machine") {
		t.Errorf("stderr %q", errOut)
	}
	before := r.parts
	r.parts = func(p *Parts) {
		before(p)
		p.Holder = func(port int) *api.Holder {
			if port != 8080 {
				return nil
			}
			return &api.Holder{User: "eve"}
		}
	}
	if _, errOut := r.try(t, exitFailure, "api", "on", "--port", "8081"); strings.Contains(errOut, "another user") {
		t.Errorf("who has it is not known: stderr %q", errOut)
	}
	if _, errOut := r.try(t, exitFailure, "api", "on", "--port", "8080"); !strings.Contains(errOut, "is of another user: eve") {
		t.Errorf("who has it: stderr %q", errOut)
	}
	for want, holder := range map[string]*api.Holder{"is of another user: eve": {User: "eve"}, "is one of yours": {User: "me", Own: true}} {
		r, f = newDoorRun()
		f.door = api.Loopback{State: api.DoorTaken, Port: 17278, Error: api.FromError(taken), Holder: holder}
		if _, errOut := r.try(t, 0, "api", "status"); !strings.Contains(errOut, want) {
			t.Errorf("held by %+v: %q", holder, errOut)
		}
	}
	r, f = newDoorRun()
	f.door = api.Loopback{State: api.DoorTaken, Port: 17278, Error: api.FromError(taken)}
	r.env["TOKENTRAY_LANG"] = "zh"
	out, errOut := r.try(t, 0, "api", "status")
	if !strings.Contains(out, "端口被占用") || !strings.Contains(errOut, "tokentray api on --port") {
		t.Errorf("%q %q", out, errOut)
	}
}

// TestAPIKeyAdd: the key stands alone on standard output and nowhere else.
func TestAPIKeyAdd(t *testing.T) {
	r, f := newDoorRun()
	out, errOut := r.try(t, 0, "api", "key", "add", "ci", "--account", "shop", "--account", "商店", "--env", "live", "--env", "sandbox", "--origin", "http://localhost:3000")
	if out != clientKey+"\n" || strings.Contains(errOut, clientKey) || !strings.Contains(errOut, "shown only once") || !strings.Contains(errOut, "shop, 商店 (live, sandbox)") {
		t.Errorf("stdout %q, stderr %q", out, errOut)
	}
	if !slices.Equal(f.made.Accounts, []string{"shop", "商店"}) || !slices.Equal(f.made.Envs, []core.Env{core.Live, core.Sandbox}) || len(f.made.Origins) != 1 {
		t.Errorf("made %+v", f.made)
	}
	r, f = newDoorRun()
	out, errOut = r.try(t, 0, "api", "key", "add", "ci", "--json")
	var got api.NewClientKey
	if err := json.Unmarshal([]byte(out), &got); err != nil || got.Key != clientKey || errOut != "" || len(f.made.Envs) != 0 {
		t.Errorf("%q %q %v", out, errOut, err)
	}
	for _, args := range [][]string{{"api", "key", "add"}, {"api", "key", "add", "a", "b"}, {"api", "key", "add", "a", "--env", "moon"}, {"api", "key", "revoke"}, {"api", "log", "--limit", "0"}, {"api", "what"}} {
		r, f := newDoorRun()
		if r.try(t, exitUsage, args...); len(f.calls) > 0 {
			t.Errorf("%v: calls %v", args, f.calls)
		}
	}
}

func TestAPIKeyListAndRevoke(t *testing.T) {
	r, f := newDoorRun()
	f.keys = []api.ClientKey{
		{Name: "ci", Accounts: []string{"shop"}, Envs: []core.Env{core.Live}},
		{Name: "postman\x1b[2J", Envs: core.Envs(), Origins: []string{"http://localhost:3000"}, LastUsed: start().Add(-time.Hour)},
	}
	out, _ := r.try(t, 0, "api", "key", "list")
	want := `NAME        MAY USE                                             LAST USED
ci          shop (live)                                         never
postman[2J  all accounts (sandbox, live) http://localhost:3000  2026-03-01 11:00:00
`
	if out != want {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
	r, f = newDoorRun()
	if _, errOut := r.try(t, 0, "api", "key", "revoke", "ci"); !slices.Contains(f.calls, "revoke ci") || !strings.Contains(errOut, "no longer works") {
		t.Errorf("%v %q", f.calls, errOut)
	}
	r, _ = newDoorRun()
	if _, errOut := r.try(t, 0, "api", "key"); !strings.Contains(errOut, "no client key yet") {
		t.Errorf("%q", errOut)
	}
	r, f = newDoorRun()
	f.err = &core.Error{Class: core.NotFound, Remedy: core.RemedyClientKey, Message: "there is no client key"}
	if _, errOut := r.try(t, exitNoAccount, "api", "key", "revoke", "nobody"); !strings.Contains(errOut, "tokentray api key list") {
		t.Errorf("%q", errOut)
	}
}

func TestAPILog(t *testing.T) {
	lines := []api.Access{
		{At: start(), Key: "sdk", Call: "cgi-bin/token", Account: "shop/live", Status: 200, Errcode: 40013, Count: 1},
		{At: start(), Call: "token", Status: 401, Count: 9},
		{At: start(), Key: "sdk", Call: "token", Account: "shop/live", Status: 200, Count: 3},
	}
	r, f := newDoorRun()
	f.log = lines
	out, _ := r.try(t, 0, "api", "log")
	want := `TIME                 KEY  CALL           ACCOUNT    ANSWER
2026-03-01 12:00:00  sdk  cgi-bin/token  shop/live  200 errcode 40013  ×1
2026-03-01 12:00:00  -    token                     401                ×9
2026-03-01 12:00:00  sdk  token          shop/live  200                ×3
`
	if out != want {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
	r, f = newDoorRun()
	f.log = lines
	out, _ = r.try(t, 0, "api", "log", "--key", "sdk", "--limit", "1", "--json")
	var got []api.Access
	if err := json.Unmarshal([]byte(out), &got); err != nil || len(got) != 1 || got[0].Errcode != 40013 {
		t.Errorf("%s %v", out, err)
	}
	r, _ = newDoorRun()
	if _, errOut := r.try(t, 0, "api", "log"); !strings.Contains(errOut, "Nobody has called") {
		t.Errorf("%q", errOut)
	}
}

// TestTheReference names every path of the loopback in both languages.
func TestTheReference(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		r := newRun()
		r.env["TOKENTRAY_LANG"] = lang
		out, _ := r.try(t, 0, "help", "api")
		for _, want := range []string{
			"/v1/token/", "/refresh", "/v1/sign/", "/v1/status", "/v1/openapi.json", "/cgi-bin/token", "/cgi-bin/stable_token",
			"min_ttl", "newer_than", "Retry-After", "Authorization: Bearer",
		} {
			if !strings.Contains(out, want) {
				t.Errorf("%s: %s is missing", lang, want)
			}
		}
	}
}

// TestTheHelpListsEveryTokenPath: what the door serves of the upstreams' own stands in
// the help of api, in both languages.
func TestTheHelpListsEveryTokenPath(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		r := newRun()
		r.env["TOKENTRAY_LANG"] = lang
		long, _ := r.try(t, 0, "help", "api")
		for _, spec := range kinds.Builtin().All() {
			if spec.Door == nil {
				continue
			}
			for _, p := range spec.Door.Paths {
				if !strings.Contains(long, p.Path) {
					t.Errorf("%s of %s is not listed", p.Path, spec.Kind)
				}
			}
		}
	}
}
