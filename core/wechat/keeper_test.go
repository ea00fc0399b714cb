package wechat_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
	"tokentray/core/keepertest"
	"tokentray/core/kinds"
	"tokentray/core/sim"
)

// The whole way from upstream to a caller, over simulated days: Keeper, sources
// and simulator together.
func TestDaysOfLife(t *testing.T) {
	for _, tt := range []struct {
		kind core.Kind
		life time.Duration
		step time.Duration
		days int
		fail float64 // percent of calls
	}{
		{kinds.WeChat, 2 * time.Hour, time.Minute, 5, 5},
		{kinds.WeChatLegacy, 2 * time.Hour, time.Minute, 5, 5},
		{kinds.WeChat, 7 * time.Minute, 10 * time.Second, 1, 5},
		// A life this short leaves time for only two tries, and both may fail.
		{kinds.WeChat, 90 * time.Second, 5 * time.Second, 1, 0},
		{kinds.WeChatLegacy, 90 * time.Second, 5 * time.Second, 1, 0},
	} {
		t.Run(string(tt.kind)+" "+tt.life.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := inMemory(t, sim.Account{Life: tt.life, LegacyPerDay: 100_000}, sim.Config{})
				k := h.keep(t, tt.kind)
				end := time.Now().Add(time.Duration(tt.days) * 24 * time.Hour)
				first, err := k.Get(t.Context(), "1", 0)
				if err != nil {
					t.Fatal(err)
				}
				h.sim.SetFaults("", sim.Faults{ErrorPercent: tt.fail})
				for time.Now().Before(end) {
					token, err := k.Get(t.Context(), "1", 0)
					if err != nil {
						t.Fatalf("after %v: %v", time.Since(first.ObtainedAt), err)
					}
					if !h.sim.Accepts(appID, token.Value) {
						t.Fatalf("after %v: a dead token, promised until %v", time.Since(first.ObtainedAt), token.ExpiresAt)
					}
					time.Sleep(tt.step)
				}
				lives := int(time.Duration(tt.days) * 24 * time.Hour / tt.life)
				if n := h.sim.Calls(appID, ""); n > 6*lives {
					t.Errorf("%d calls for %d lives", n, lives)
				}
			})
		})
	}
}

// An upstream that was away for a while is asked again soon after it is back.
func TestOutageOverTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := inMemory(t, sim.Account{}, sim.Config{})
		k := h.keep(t, kinds.WeChat)
		if _, err := k.Get(t.Context(), "1", 0); err != nil {
			t.Fatal(err)
		}
		time.Sleep(115 * time.Minute)
		h.sim.SetFaults("", sim.Faults{Outage: true})
		time.Sleep(15 * time.Minute)
		if token, err := k.Get(t.Context(), "1", 0); err == nil {
			t.Fatalf("an expired token, promised until %v", token.ExpiresAt)
		} else if e := core.AsError(err); e.Class != core.Temporary || e.Remedy != core.RemedyNetwork {
			t.Errorf("got %v", err)
		}
		h.sim.SetFaults("", sim.Faults{})
		time.Sleep(time.Minute)
		token, err := k.Get(t.Context(), "1", 0)
		if err != nil || !h.sim.Accepts(appID, token.Value) {
			t.Errorf("a minute after its return: %v", err)
		}
	})
}

// A token that died early is replaced by the mildest means that helps.
func TestReportOfADeadToken(t *testing.T) {
	for name, tt := range map[string]struct {
		kind core.Kind
		harm func(house)
		// calls after the harm
		fetches, checks int
		still           bool
	}{
		"stable, alive":                   {kinds.WeChat, func(house) {}, 1, 1, true},
		"stable, revoked":                 {kinds.WeChat, func(h house) { h.sim.Revoke(appID) }, 1, 0, false},
		"stable, handed out though dead":  {kinds.WeChat, func(h house) { h.sim.Break(appID) }, 2, 1, false},
		"legacy, alive":                   {kinds.WeChatLegacy, func(house) {}, 0, 1, true},
		"legacy, another program fetched": {kinds.WeChatLegacy, func(h house) { h.sim.Revoke(appID) }, 1, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := inMemory(t, sim.Account{}, sim.Config{})
				k := h.keep(t, tt.kind)
				first, err := k.Get(t.Context(), "1", 0)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Hour)
				tt.harm(h)
				path := map[core.Kind]string{kinds.WeChat: "/cgi-bin/stable_token", kinds.WeChatLegacy: "/cgi-bin/token"}[tt.kind]
				fetched, checked := h.sim.Calls(appID, path), h.sim.Calls(appID, "/cgi-bin/get_api_domain_ip")
				got := make([]core.Answer, 100)
				var wg sync.WaitGroup
				for i := range got {
					wg.Go(func() {
						var err error
						if got[i], err = k.Refresh(t.Context(), "1", core.Report{Stale: first.Value}); err != nil {
							t.Error(err)
						}
					})
				}
				wg.Wait()
				for _, a := range got {
					if a != got[0] || a.StillValid != tt.still || (a.Token.Value == first.Value) != tt.still || !h.sim.Accepts(appID, a.Token.Value) {
						t.Fatalf("still valid %v, the same token %v", a.StillValid, a.Token.Value == first.Value)
					}
				}
				fetched, checked = h.sim.Calls(appID, path)-fetched, h.sim.Calls(appID, "/cgi-bin/get_api_domain_ip")-checked
				if fetched != tt.fetches || checked != tt.checks {
					t.Errorf("%d fetches and %d checks, want %d and %d", fetched, checked, tt.fetches, tt.checks)
				}
			})
		})
	}
}

// keep runs a Keeper with the house's account until the test ends.
func (h house) keep(t *testing.T, kind core.Kind) *core.Keeper {
	t.Helper()
	a := h.req.Account
	a.ID, a.Name, a.Env, a.Kind, a.Auto = "1", "shop", core.Sandbox, kind, true
	vault := keepertest.Vault(func(core.Account) core.Secret { return h.req.Credentials.Secret })
	return keepertest.Run(t, core.Config{Upstreams: h.ups, Vault: vault, Journal: &record{forced: map[string]int{}}}, a)
}

// record is a journal that remembers forced fetches.
type record struct {
	mu     sync.Mutex
	forced map[string]int
	last   time.Time
}

func (l *record) Record(core.ID, core.Record) error { return nil }

func (l *record) RefusedIP(core.ID, string) (string, error) { return "", nil }

func (l *record) Forced(_ core.ID, day string) (int, time.Time, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.forced[day], l.last, nil
}

func (l *record) CountForce(_ core.ID, day string, at time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forced[day]++
	l.last = at
	return nil
}
