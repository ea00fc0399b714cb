package upstream

import (
	"io"
	"net/http"
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
