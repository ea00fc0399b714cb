package oauth_test

import (
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
	"tokentray/core/keepertest"
	"tokentray/core/kinds"
	"tokentray/core/oauth"
	"tokentray/core/sim"
)

// keep is a Keeper whose accounts ask a simulated server with one client.
func keep(t *testing.T, change func(*sim.Account), accounts ...core.Account) (*core.Keeper, *sim.Server) {
	t.Helper()
	srv := sim.New(sim.Config{})
	a := sim.Account{AppID: client, Secret: core.NewSecret(secret), Client: &sim.Client{}, Life: time.Hour}
	if change != nil {
		change(&a)
	}
	if err := srv.Put(a); err != nil {
		t.Fatal(err)
	}
	ups := keepertest.Upstreams(t, keepertest.Only(t, kinds.OAuth2), oauth.Sources(oauth.Options{Transport: srv.Transport()}))
	return keepertest.Run(t, core.Config{Upstreams: ups, Vault: keepertest.OneSecret(secret)}, accounts...), srv
}

func account(id string, params map[string]string) core.Account {
	a := request("http://127.0.0.1"+sim.PathOAuth, params).Account
	a.ID, a.Name, a.Auto = core.ID(id), id, true
	return a
}

// A longer life than what is left is fetched at any time, once, and the token before
// lives on: nobody is cut off.
func TestALongerLifeIsThereAtAnyTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, srv := keep(t, nil, account("1", nil))
		first, err := k.Get(t.Context(), "1", core.DefaultMinTTL)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Minute)
		same, err := k.Get(t.Context(), "1", 49*time.Minute)
		if err != nil || same.Value != first.Value {
			t.Fatalf("a living token was replaced: %v", err)
		}
		longer, err := k.Get(t.Context(), "1", 55*time.Minute)
		if err != nil || longer.Value == first.Value || srv.Minted(client) != 2 {
			t.Fatalf("%v, %d tokens", err, srv.Minted(client))
		}
		if !srv.Accepts(client, first.Value) || !srv.Accepts(client, longer.Value) {
			t.Error("one of the two tokens does not live")
		}
		if _, err := k.Get(t.Context(), "1", 2*time.Hour); err == nil {
			t.Error("a life is promised that no token has")
		}
	})
}

// A day with a token at every moment, with one call for each life, whatever asking
// again does.
func TestADayWithoutAGap(t *testing.T) {
	for _, repeat := range []core.Repeat{core.RepeatNewAllLive, core.RepeatNewTwoLive} {
		synctest.Test(t, func(t *testing.T) {
			k, srv := keep(t, func(a *sim.Account) { a.Repeat = repeat }, account("1", nil))
			for end := time.Now().Add(24 * time.Hour); time.Now().Before(end); time.Sleep(59 * time.Second) {
				token, err := k.Get(t.Context(), "1", core.DefaultMinTTL)
				if err != nil || !srv.Accepts(client, token.Value) {
					t.Fatalf("%s at %v: %v", repeat, time.Now(), err)
				}
			}
			if n := srv.Calls(client, ""); n < 24 || n > 28 {
				t.Errorf("%s: %d calls in a day of hours", repeat, n)
			}
		})
	}
}

// What a JWT says of itself is told beside it, and nothing of a token that is none.
func TestTheClaimsOfATokenAreTold(t *testing.T) {
	for _, jwt := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			k, _ := keep(t, func(a *sim.Account) { a.Client.JWT, a.Client.Expires = jwt, "missing" }, account("1", map[string]string{"scope": "read"}))
			token, err := k.Get(t.Context(), "1", core.DefaultMinTTL)
			if err != nil {
				t.Fatal(err)
			}
			snap, _ := k.Snapshot("1")
			switch c := snap.Claims; {
			case !jwt && c != nil:
				t.Errorf("%+v", c)
			case jwt && (c == nil || c.Client != client || !c.Expires.Equal(token.ExpiresAt)):
				t.Errorf("%+v, and the token lives until %v", c, token.ExpiresAt)
			}
		})
	}
}

// A wrong secret is tried once, and a bad answer leaves the living token alone.
func TestFailuresLeaveTheTokenAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, srv := keep(t, nil, account("1", nil))
		token, err := k.Get(t.Context(), "1", core.DefaultMinTTL)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range []sim.Faults{{HTML: true}, {Error: "invalid_client"}} {
			srv.SetFaults(client, f)
			time.Sleep(10 * time.Minute)
			if _, err := k.Get(t.Context(), "1", 58*time.Minute); err == nil {
				t.Errorf("%+v: a token came", f)
			}
			if got, err := k.Get(t.Context(), "1", core.DefaultMinTTL); err != nil || got.Value != token.Value {
				t.Errorf("%+v: the living token is gone: %v", f, err)
			}
		}
		n := srv.Calls(client, "")
		time.Sleep(24 * time.Hour)
		for range 10 {
			if _, err := k.Get(t.Context(), "1", core.DefaultMinTTL); core.AsError(err) == nil || core.AsError(err).Class != core.BadSecret {
				t.Fatalf("%v", err)
			}
		}
		if again := srv.Calls(client, "") - n; again != 0 {
			t.Errorf("the wrong secret was sent %d times more", again)
		}
	})
}
