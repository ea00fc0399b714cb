package upstream

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/sim"
)

const appID = "wx0123456789abcdef"

// fetch asks for a token as the agent does.
func fetch(t *testing.T, u *Upstream) string {
	t.Helper()
	resp, err := http.Post(u.URL+"/cgi-bin/stable_token", "application/json",
		strings.NewReader(`{"grant_type":"client_credential","appid":"`+appID+`","secret":"s"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(body), `"access_token":"`)
	if !ok {
		t.Fatalf("no token: %s", body)
	}
	token, _, _ := strings.Cut(rest, `"`)
	return token
}

// TestNeedlessCalls: a call is needless only while a living token is stored and
// nobody asks.
func TestNeedlessCalls(t *testing.T) {
	now := time.Now()
	lives := Stored{Obtained: now, Expires: now.Add(2 * time.Hour), Life: 2 * time.Hour}
	for name, c := range map[string]struct {
		stored   Stored
		asked    bool
		never    bool
		needless int
	}{
		"nothing is stored":        {},
		"a living token":           {stored: lives, needless: 1},
		"a living token and asked": {stored: lives, asked: true},
		"near its end":             {stored: Stored{Obtained: now, Expires: now.Add(time.Minute), Life: 2 * time.Hour}},
		"half of a short life":     {stored: Stored{Obtained: now, Expires: now.Add(30 * time.Second), Life: time.Minute}},
		"early in a short life":    {stored: Stored{Obtained: now, Expires: now.Add(50 * time.Second), Life: time.Minute}, needless: 1},
		"nobody may ask":           {asked: true, never: true, needless: 1},
	} {
		t.Run(name, func(t *testing.T) {
			u, err := Start(sim.Config{})
			if err != nil {
				t.Fatal(err)
			}
			defer u.Close()
			if err := u.Sim.Put(sim.Account{AppID: appID, Secret: core.NewSecret("s")}); err != nil {
				t.Fatal(err)
			}
			u.Keep(appID, c.stored)
			if c.never {
				u.Never(appID)
			}
			if c.asked {
				defer u.Ask(appID)()
			}
			token := fetch(t, u)
			if got := u.Needless(); len(got) != c.needless {
				t.Errorf("needless: %v, want %d", got, c.needless)
			}
			if !u.Issued(appID, token) || u.Issued(appID, "another") {
				t.Error("the tokens that were handed out are not known")
			}
			if all, good := u.Calls(); all != 1 || good != 1 {
				t.Errorf("%d calls, %d good", all, good)
			}
		})
	}
}

// TestWhoseCall: a call is judged by the account that it asks for, however it is
// written: two applications of one corp are told apart by their secrets.
func TestWhoseCall(t *testing.T) {
	u, err := Start(sim.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	now := time.Now()
	for _, agent := range []string{"1000001", "1000002"} {
		a := sim.Account{AppID: "ww1", Agent: agent, Secret: core.NewSecret("secret-" + agent)}
		if err := u.Sim.Put(a); err != nil {
			t.Fatal(err)
		}
		// WeCom's tokens serve until they end.
		u.Keep(a.Key(), Stored{Obtained: now, Expires: now.Add(30 * time.Second), Life: time.Minute, Window: time.Millisecond})
	}
	ask := func(corp, secret string) {
		resp, err := http.Get(u.URL + "/cgi-bin/gettoken?corpid=" + corp + "&corpsecret=" + secret)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	end := u.Ask("ww1/1000001")
	ask("ww1", "secret-1000001")
	end()
	if got := u.Needless(); len(got) != 0 {
		t.Fatalf("needless although asked for: %v", got)
	}
	ask("ww1", "secret-1000002")
	if got := u.Needless(); len(got) != 1 || got[0].Key != "ww1/1000002" {
		t.Errorf("needless: %v, want one of ww1/1000002", got)
	}
	ask("ww1", "wrong")
	if all, good := u.Calls(); all != 3 || good != 2 {
		t.Errorf("%d calls, %d good", all, good)
	}
}

// TestParams: what a call says is found in its query, form, JSON or header, and the
// body is left for the simulator.
func TestParams(t *testing.T) {
	for name, c := range map[string]struct {
		target, body string
		basic        bool
	}{
		"query":  {target: "/t?client_id=me&client_secret=s"},
		"form":   {target: "/t", body: "grant_type=client_credentials&client_id=me&client_secret=s"},
		"json":   {target: "/t", body: `{"client_id":"me","client_secret":"s","n":1}`},
		"header": {target: "/t", body: "grant_type=client_credentials", basic: true},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, c.target, strings.NewReader(c.body))
			if c.basic {
				r.SetBasicAuth("me", "s")
			}
			said, err := params(r)
			if err != nil || said.Get("client_id") != "me" || said.Get("client_secret") != "s" {
				t.Errorf("%v, %v", said, err)
			}
			if left, err := io.ReadAll(r.Body); err != nil || string(left) != c.body {
				t.Errorf("the simulator gets %q, %v", left, err)
			}
		})
	}
}
