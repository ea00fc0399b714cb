package wechat_test

import (
	"context"
	"errors"
	"net"
	"net/http/httptest"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/sim"
	"tokentray/core/wechat"
)

const (
	appID    = "wx0123456789abcdef"
	secret   = "5ecre7-0f-7h3-51mula70r"
	callerIP = "203.0.113.7"
)

// house is a simulated upstream and sources that ask it.
type house struct {
	sim *sim.Server
	ups map[core.Kind]core.Upstream
	req core.Request
}

// inMemory needs no socket, so that time in a synctest bubble is simulated.
func inMemory(t *testing.T, a sim.Account, cfg sim.Config) house {
	t.Helper()
	srv := sim.New(cfg)
	a.AppID, a.Secret = appID, core.NewSecret(secret)
	if err := srv.Put(a); err != nil {
		t.Fatal(err)
	}
	return house{
		srv, wechat.UpstreamsOf(wechat.Options{Transport: srv.Transport()}),
		core.Request{
			Account:     core.Account{AppID: appID, BaseURL: "http://127.0.0.1"},
			Credentials: core.Credentials{Secret: core.NewSecret(secret)},
		},
	}
}

func (h house) fetch(t *testing.T, kind core.Kind) core.Grant {
	t.Helper()
	g, err := h.ups[kind].Fetch(t.Context(), h.req)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func (h house) fails(t *testing.T, kind core.Kind, class core.Class, code int) *core.Error {
	t.Helper()
	_, err := h.ups[kind].Fetch(t.Context(), h.req)
	e := core.AsError(err)
	if e == nil || e.Class != class || e.Code != code {
		t.Fatalf("got %v, want %s, errcode %d", err, class, code)
	}
	return e
}

func (h house) check(t *testing.T, token string) error {
	t.Helper()
	return h.ups[kinds.WeChat].Source.(core.Checker).Check(t.Context(), h.req, token)
}

// A stable token comes again until its last five minutes, and hands over.
func TestStableLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := inMemory(t, sim.Account{}, sim.Config{})
		first := h.fetch(t, kinds.WeChat)
		if first.ExpiresIn != 2*time.Hour {
			t.Fatalf("lives %v", first.ExpiresIn)
		}
		time.Sleep(time.Hour)
		if again := h.fetch(t, kinds.WeChat); again.Value != first.Value || again.ExpiresIn != time.Hour {
			t.Fatalf("after an hour: another token, or %v left", again.ExpiresIn)
		}
		time.Sleep(55 * time.Minute)
		second := h.fetch(t, kinds.WeChat)
		if second.Value == first.Value || second.ExpiresIn != 2*time.Hour {
			t.Fatalf("in the last 300 s the same token came, for %v", second.ExpiresIn)
		}
		for _, token := range []string{first.Value, second.Value} {
			if err := h.check(t, token); err != nil {
				t.Errorf("during the hand-over: %v", err)
			}
		}
		time.Sleep(5 * time.Minute)
		if err := h.check(t, first.Value); !errors.Is(err, core.ErrDead) {
			t.Errorf("the first token after its end: %v", err)
		}
		if err := h.check(t, second.Value); err != nil {
			t.Error(err)
		}
	})
}

// A legacy fetch kills what others hold.
func TestLegacyLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := inMemory(t, sim.Account{}, sim.Config{})
		first := h.fetch(t, kinds.WeChatLegacy)
		second := h.fetch(t, kinds.WeChatLegacy)
		if err := h.check(t, first.Value); err != nil {
			t.Errorf("the replaced token dies at once: %v", err)
		}
		time.Sleep(301 * time.Second)
		if err := h.check(t, first.Value); !errors.Is(err, core.ErrDead) {
			t.Errorf("the replaced token after 300 s: %v", err)
		}
		if err := h.check(t, second.Value); err != nil {
			t.Error(err)
		}
	})
}

func TestForce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := inMemory(t, sim.Account{}, sim.Config{})
		first := h.fetch(t, kinds.WeChat)
		h.req.Force = true
		second := h.fetch(t, kinds.WeChat)
		if second.Value == first.Value {
			t.Fatal("forcing gave the same token")
		}
		if soon := h.fetch(t, kinds.WeChat); soon.Value != second.Value {
			t.Error("forced twice within 30 s")
		}
		for range 19 {
			time.Sleep(30 * time.Second)
			h.fetch(t, kinds.WeChat)
		}
		time.Sleep(30 * time.Second)
		if e := h.fails(t, kinds.WeChat, core.Quota, 45009); e.Remedy != core.RemedyForceBudget {
			t.Errorf("remedy %s", e.Remedy)
		}
		h.req.Force = false
		h.fetch(t, kinds.WeChat) // asking without force still works
	})
}

func TestRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, tt := range map[string]struct {
			account sim.Account
			change  func(*house)
			class   core.Class
			code    int
		}{
			"whitelist":    {sim.Account{Whitelist: []string{"198.51.100.0/24"}}, nil, core.Whitelist, 40164},
			"frozen":       {sim.Account{Frozen: true}, nil, core.Frozen, 40243},
			"confirmation": {sim.Account{Faults: sim.Faults{Code: 89503}}, nil, core.Confirm, 89503},
			"third party":  {sim.Account{Faults: sim.Faults{Code: 61004}}, nil, core.Whitelist, 61004},
			"punished":     {sim.Account{Faults: sim.Faults{Code: 50004}}, nil, core.Frozen, 50004},
			"flaky":        {sim.Account{Faults: sim.Faults{ErrorPercent: 100}}, nil, core.Temporary, -1},
			"gateway":      {sim.Account{Faults: sim.Faults{HTML: true}}, nil, core.Temporary, 0},
			"outage":       {sim.Account{Faults: sim.Faults{Outage: true}}, nil, core.Temporary, 0},
			"slow":         {sim.Account{Faults: sim.Faults{Latency: time.Minute}}, nil, core.Temporary, 0},
			"wrong appid":  {sim.Account{}, func(h *house) { h.req.Account.AppID = "wx" }, core.BadSecret, 40013},
			"no appid":     {sim.Account{}, func(h *house) { h.req.Account.AppID = "" }, core.BadSecret, 41002},
			"wrong secret": {sim.Account{}, func(h *house) { h.req.Credentials.Secret = core.NewSecret("x") }, core.BadSecret, 40125},
			"no secret":    {sim.Account{}, func(h *house) { h.req.Credentials.Secret = core.Secret{} }, core.BadSecret, 41004},
		} {
			h := inMemory(t, tt.account, sim.Config{CallerIP: callerIP})
			if tt.change != nil {
				tt.change(&h)
			}
			for _, kind := range wechat.Ours().Names() {
				e := h.fails(t, kind, tt.class, tt.code)
				if tt.class == core.Whitelist && e.CallerIP != callerIP {
					t.Errorf("%s: caller %q", name, e.CallerIP)
				}
				if tt.code != 0 && e.RID == "" {
					t.Errorf("%s: no rid in %q", name, e.Upstream)
				}
			}
			if h.sim.Minted(appID) != 0 {
				t.Errorf("%s: a token was made anyway", name)
			}
		}
	})
}

// 40164 to a check does not mean that the token is dead.
func TestCheckFromElsewhere(t *testing.T) {
	h := inMemory(t, sim.Account{}, sim.Config{CallerIP: callerIP})
	g := h.fetch(t, kinds.WeChat)
	if err := h.sim.Put(sim.Account{AppID: appID, Secret: core.NewSecret(secret), Whitelist: []string{"198.51.100.1"}}); err != nil {
		t.Fatal(err)
	}
	err := h.check(t, g.Value)
	if e := core.AsError(err); e == nil || e.Class != core.Whitelist || e.CallerIP != callerIP || errors.Is(err, core.ErrDead) {
		t.Errorf("got %v", err)
	}
	for token, code := range map[string]int{"": 41001, "nonsense": 40014, "98_" + g.Value[10:] + "0123456": 40001} {
		if e := core.AsError(h.check(t, token)); e == nil || e.Code != code || errors.Is(e, core.ErrDead) != (code != 41001) {
			t.Errorf("%d: got %v", code, e)
		}
	}
}

// The same over a real connection.
func TestOverTheLoopback(t *testing.T) {
	srv := sim.New(sim.Config{OpenRegistration: true, Life: 4 * time.Minute})
	web := httptest.NewServer(srv)
	defer web.Close()
	req := core.Request{
		Account:     core.Account{AppID: appID, BaseURL: web.URL},
		Credentials: core.Credentials{Secret: core.NewSecret(secret)},
	}
	for kind, up := range wechat.UpstreamsOf(wechat.Options{}) {
		g, err := up.Fetch(t.Context(), req)
		if err != nil {
			t.Fatal(kind, err)
		}
		if !srv.Accepts(appID, g.Value) || g.ExpiresIn < 239*time.Second || g.ExpiresIn > 4*time.Minute {
			t.Errorf("%s: a token for %v", kind, g.ExpiresIn)
		}
		if err := up.Source.(core.Checker).Check(t.Context(), req, g.Value); err != nil {
			t.Error(kind, err)
		}
		srv.Revoke(appID)
		if err := up.Source.(core.Checker).Check(t.Context(), req, g.Value); !errors.Is(err, core.ErrDead) {
			t.Error(kind, err)
		}
		srv.SetFaults("", sim.Faults{Outage: true})
		if _, err := up.Fetch(t.Context(), req); core.AsError(err).Remedy != core.RemedyNetwork {
			t.Errorf("%s: an outage is %v", kind, err)
		}
		srv.SetFaults("", sim.Faults{})
	}
}

// Serving ends with its context and leaves nothing behind.
func TestServe(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	srv := sim.New(sim.Config{OpenRegistration: true})
	go func() { done <- srv.Serve(ctx, ln) }()
	req := core.Request{
		Account:     core.Account{AppID: appID, BaseURL: "http://" + ln.Addr().String()},
		Credentials: core.Credentials{Secret: core.NewSecret(secret)},
	}
	up := wechat.UpstreamsOf(wechat.Options{})[kinds.WeChat]
	if _, err := up.Fetch(t.Context(), req); err != nil {
		t.Error(err)
	}
	// A call that waits for its answer does not hold up the end.
	srv.SetFaults("", sim.Faults{Latency: time.Hour})
	slow := make(chan error, 1)
	go func() {
		_, err := up.Fetch(t.Context(), req)
		slow <- err
	}()
	for srv.Calls(appID, "") < 2 {
		runtime.Gosched()
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("ended with %v", err)
	}
	if err := <-slow; core.AsError(err).Class != core.Temporary {
		t.Errorf("the slow call ended with %v", err)
	}
	if _, err := up.Fetch(t.Context(), req); core.AsError(err).Class != core.Temporary {
		t.Errorf("still serving: %v", err)
	}
}
