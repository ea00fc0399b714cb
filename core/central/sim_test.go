package central_test

import (
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
	"tokentray/core/central"
	"tokentray/core/kinds"
	"tokentray/core/sim"
)

// What the simulator's team server answers is read in each of its forms, and what goes
// wrong there is told.
func TestTheSimulator(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const appid = "wx0123456789abcdef"
		srv := sim.New(sim.Config{})
		put := func(form sim.Central) {
			if err := srv.Put(sim.Account{AppID: appid, Secret: core.NewSecret(key), Product: kinds.ProductOfficial, Central: form}); err != nil {
				t.Fatal(err)
			}
		}
		source := central.Sources(central.Options{Transport: srv.Transport()})[kinds.Central]
		ask := func(key, stale string, params map[string]string) (core.Grant, error) {
			req := request("http://127.0.0.1", params)
			req.Account.BaseURL = "http://127.0.0.1/central/" + appid
			req.Credentials.Secret, req.Stale = core.NewSecret(key), stale
			return source.Fetch(t.Context(), req)
		}
		paths := map[string]string{"answer": "json", "token_path": "data.token", "life_path": "data.end"}
		put(sim.CentralWeChat)
		first, err := ask(key, "", nil)
		if err != nil || first.ExpiresIn != 2*time.Hour {
			t.Fatalf("%v, %v", first.ExpiresIn, err)
		}
		for form, c := range map[sim.Central]struct {
			params map[string]string
			life   time.Duration
		}{
			sim.CentralWeChat: {nil, 2 * time.Hour}, sim.CentralMoment: {nil, 2 * time.Hour}, sim.CentralJSON: {paths, 2 * time.Hour},
			sim.CentralText: {map[string]string{"answer": "text"}, central.Poll + kinds.CentralWindow}, sim.CentralBare: {nil, central.Poll + kinds.CentralWindow},
		} {
			put(form)
			if g, err := ask(key, "", c.params); err != nil || g.Value != first.Value || g.ExpiresIn != c.life {
				t.Errorf("%q: %v, %v; want the same token for %v", form, g.ExpiresIn, err, c.life)
			}
		}
		put(sim.CentralExpired)
		if _, err := ask(key, "", nil); refusal(t, err).Remedy != core.RemedyServerStale {
			t.Errorf("an expired token: %v", err)
		}
		put(sim.CentralWeChat)
		if _, err := ask("another", "", nil); refusal(t, err).Remedy != core.RemedySecret {
			t.Errorf("a wrong key: %v", err)
		}
		for _, params := range []map[string]string{{"key_place": "query"}, {"key_place": "json", "method": "POST"}} {
			if g, err := ask(key, "", params); err != nil || g.Value != first.Value {
				t.Errorf("%v: %v", params, err)
			}
		}
		stale := map[string]string{"stale_url": "http://127.0.0.1/central/" + appid + "/stale"}
		if g, err := ask(key, first.Value, stale); err != nil || g.Value == first.Value || srv.Minted(appid) != 2 {
			t.Errorf("after a report: %v, %d tokens were made", err, srv.Minted(appid))
		}
		if !srv.SetFaults(appid, sim.Faults{HTML: true}) {
			t.Fatal("no such account")
		}
		if _, err := ask(key, "", nil); refusal(t, err).Class != core.Temporary {
			t.Errorf("a gateway's page: %v", err)
		}
	})
}

// A team's server gives the same token again, or another one each time while those
// before live on, as the simulator is told. It cannot do anything else.
func TestTheSimulatorsServerIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const appid = "wx0123456789abcdef"
		srv := sim.New(sim.Config{})
		source := central.Sources(central.Options{Transport: srv.Transport()})[kinds.Central]
		req := request("http://127.0.0.1", nil)
		req.Account.BaseURL = "http://127.0.0.1/central/" + appid
		req.Credentials.Secret = core.NewSecret(key)
		for _, tt := range []struct {
			repeat core.Repeat
			tokens int // of three calls; 0: it is refused
		}{
			{"", 1},
			{core.RepeatSame, 1},
			{core.RepeatNewAllLive, 3},
			{core.RepeatSameRenewed, 0},
			{core.RepeatNewTwoLive, 0},
			{core.RepeatDestructive, 0},
		} {
			srv.Remove(appid)
			err := srv.Put(sim.Account{AppID: appid, Secret: core.NewSecret(key), Product: kinds.ProductOfficial, Repeat: tt.repeat})
			if (err != nil) != (tt.tokens == 0) {
				t.Fatalf("%q: %v", tt.repeat, err)
			}
			if err != nil {
				continue
			}
			seen := map[string]bool{}
			for range 3 {
				got, err := source.Fetch(t.Context(), req)
				if err != nil || got.ExpiresIn != 2*time.Hour {
					t.Fatalf("%q: %v, %v", tt.repeat, got.ExpiresIn, err)
				}
				seen[got.Value] = true
			}
			for token := range seen {
				if !srv.Accepts(appid, token) {
					t.Errorf("%q: a token that was replaced is dead", tt.repeat)
				}
			}
			if len(seen) != tt.tokens || srv.Minted(appid) != tt.tokens {
				t.Errorf("%q: %d tokens, %d made, want %d", tt.repeat, len(seen), srv.Minted(appid), tt.tokens)
			}
		}
	})
}
