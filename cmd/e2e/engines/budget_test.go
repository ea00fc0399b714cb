//go:build linux

package engines

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/core/team"
)

// TestABudgetIsTheTeams has two machines spend the last forced fetch of a day. What the
// upstream was asked is counted for both.
func TestABudgetIsTheTeams(t *testing.T) {
	t.Parallel()
	c := newCrew(t, stable)
	a, b := c.hire("a", true), c.hire("b", true)
	token := a.mustToken()
	agree(token, b)
	traits := func() core.Traits { s, _ := kinds.Builtin().Of(stable); return s.Traits }()
	if traits.ForceBudget == 0 {
		t.Fatal("the kind has no budget")
	}
	made, _ := c.member("spender")
	day := traits.Day.Day(time.Now())
	for range traits.ForceBudget - 1 {
		if ok, err := made.Account(stable, c.id).CountForce(t.Context(), day, traits.ForceBudget); err != nil || !ok {
			t.Fatal(ok, err)
		}
	}
	time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(3100 * time.Millisecond))) // between two rounds of people
	next, err := a.client.Refresh(t.Context(), shop(), api.RefreshRequest{Force: true, Person: true})
	if err != nil || next.AccessToken == token {
		t.Fatalf("the last of the budget: %v", err)
	}
	agree(next.AccessToken, b)
	asked := c.asked()
	for _, m := range []*machine{b, a} {
		_, err := m.client.Refresh(t.Context(), shop(), api.RefreshRequest{Force: true, Person: true})
		e := core.AsError(err)
		for e != nil && e.Class == core.Temporary { // the pause between two rounds
			time.Sleep(500 * time.Millisecond)
			_, err = m.client.Refresh(t.Context(), shop(), api.RefreshRequest{Force: true, Person: true})
			e = core.AsError(err)
		}
		if e == nil || e.Remedy != core.RemedyForceBudget {
			t.Errorf("%s beyond the budget: %v", m.name, err)
		}
	}
	if n := c.asked(); n != asked {
		t.Errorf("beyond the budget the upstream was asked %d times", n-asked)
	}
	for _, m := range []*machine{a, b} {
		all, err := m.client.Teams(t.Context())
		if err != nil || all[0].Accounts[0].ForcedToday != traits.ForceBudget || all[0].Accounts[0].CallsToday != asked {
			t.Errorf("%s counts %+v, %v; the upstream was asked %d times", m.name, all[0].Accounts, err, asked)
		}
	}
}

// TestConsentIsEachMachines: whoever agreed to fetch for a live account whose token dies by it
// does; whoever did not uses what the team has, and waits when it has none.
func TestConsentIsEachMachines(t *testing.T) {
	t.Parallel()
	c := newCrew(t, legacy)
	yes, no := c.machine("yes"), c.machine("no")
	live := api.Ref{Name: "till", Env: core.Live}
	add := func(m *machine, more ...string) {
		t.Helper()
		m.run(appSecret+"\n", append([]string{
			"add", "till", "--env", "live", "--kind", legacy, "--appid", appID, "--secret-stdin", "--base-url", m.upstream.URL, "--proxy", m.web.url, "--paused",
		}, more...)...)
	}
	add(no)
	add(yes, "--allow-live", "--yes")
	no.run("", "team", "create", "five", "--redis", no.redisURL(), "--member", "no")
	no.run("", "team", "share", "till/live")
	no.run(invitePass+"\n", "team", "invite", "--out", "five.invite", "--passphrase-stdin")
	yes.run(invitePass+"\n", "team", "join", no.dir+"/five.invite", "--passphrase-stdin", "--yes")

	_, err := no.client.Token(t.Context(), live, 0)
	if e := core.AsError(err); e == nil || e.Remedy != core.RemedyTeamConsent {
		t.Errorf("without consent and without a token: %v", err)
	}
	if no.web.asked() != 0 {
		t.Fatal("the machine without consent asked")
	}
	got, err := yes.client.Token(t.Context(), live, 0)
	if err != nil {
		t.Fatal(err)
	}
	c.until("it has the other's", 60*time.Second, func() bool {
		mine, err := no.client.Token(t.Context(), live, 0)
		return err == nil && mine.AccessToken == got.AccessToken
	})
	c.revoke()
	yes.run("", "resume", "till/live") // it answers reports of others from now on
	_, _ = no.client.Refresh(t.Context(), live, api.RefreshRequest{Stale: got.AccessToken, Person: true})
	c.until("the other renews on its report", 60*time.Second, func() bool {
		mine, err := no.client.Token(t.Context(), live, 0)
		return err == nil && mine.AccessToken != got.AccessToken && c.lives(mine.AccessToken)
	})
	if no.web.asked() != 0 {
		t.Error("the machine without consent asked")
	}
}

// TestAThousandIdleAccounts counts what a machine with 1,000 shared accounts, of which
// none is due, asks of the Redis.
func TestAThousandIdleAccounts(t *testing.T) {
	t.Parallel()
	c := newCrew(t, stable)
	m := c.machine("m")
	made, client := c.member("other")
	ctx := t.Context()
	const n = 1000
	for i := range n {
		a := kinds.Builtin().Clean(core.Account{Name: fmt.Sprintf("shop %d", i), Env: core.Sandbox, Kind: stable, AppID: fmt.Sprintf("wx%016x", i), BaseURL: c.upstream.URL})
		id := kinds.Builtin().TokenID(a)
		if err := made.List(ctx, id, team.Listed{Name: a.Name, Env: a.Env, Kind: a.Kind, Product: a.Product, AppID: a.AppID, BaseURL: a.BaseURL, Params: a.Params}); err != nil {
			t.Fatal(err)
		}
		account := made.Account(stable, id)
		before, err := account.Read(ctx, "")
		if err != nil {
			t.Fatal(err)
		}
		l, _, err := account.Acquire(ctx)
		if err == nil && l != nil {
			err = l.Publish(ctx, before, core.Grant{Value: fmt.Sprintf("token-%04d-of-the-thousand", i), ExpiresIn: 2 * time.Hour})
		}
		if err == nil {
			err = l.Release(ctx)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	joined, err := c.joined(m)
	if err != nil || !joined.Done || len(joined.Roster) != n {
		t.Fatalf("%d listed, %v", len(joined.Roster), err)
	}
	last := api.Ref{Name: fmt.Sprintf("shop %d", n-1), Env: core.Sandbox}
	c.until("all tokens are here", 60*time.Second, func() bool {
		list, err := m.client.List(ctx)
		if err != nil {
			t.Fatal(err)
		}
		have := 0
		for _, a := range list.Accounts {
			if a.Mask != "" {
				have++
			}
		}
		return have == n
	})
	commands := func() int {
		t.Helper()
		text, err := client.Info(t.Context(), "stats").Result()
		if err != nil {
			t.Fatal(err)
		}
		_, after, _ := strings.Cut(text, "total_commands_processed:")
		got, err := strconv.Atoi(strings.Fields(after)[0])
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	const d = 45 * time.Second
	before := commands()
	ctx, done := context.WithTimeout(ctx, d)
	defer done()
	gets := 0
	for ctx.Err() == nil { // of living tokens, which ask the Redis nothing
		if _, err := m.client.Token(t.Context(), last, 0); err != nil {
			t.Fatal(err)
		}
		gets++
		time.Sleep(20 * time.Millisecond)
	}
	each := float64(commands()-before) / d.Seconds()
	t.Logf("%.2f commands a second, and %d gets", each, gets)
	if each > 5 {
		t.Errorf("a machine with %d idle accounts sends %.2f commands a second, at most 5", n, each)
	}
	if c.asked() != 0 {
		t.Errorf("the upstream was asked %d times", c.asked())
	}
}
