package agent

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/core/redisconn"
	"tokentray/core/redisconn/redistest"
)

// TestATeamOfAgents does what people do: one makes a team and shares an account,
// another joins, has the token, brings the next one, and leaves.
func TestATeamOfAgents(t *testing.T) {
	c := newCrew(t)
	one, ref := c.founder(kinds.WeChatLegacy)
	two := c.member()
	token := one.token(ref)
	in := c.invite(one)
	in.Apply = false
	plan := c.join(two, in, "server")
	if len(plan.Roster) != 1 || !plan.Roster[0].New || plan.Roster[0].Here != ref.Name+"/"+string(ref.Env) || two.accounts.count() != 0 {
		t.Fatalf("before agreement: %+v, %d accounts", plan.Roster, two.accounts.count())
	}
	in.Apply = true
	c.join(two, in, "server")
	heardOne, heardTwo := one.events(t), two.events(t)
	if got := two.token(ref); got != token || c.up.count() != 1 {
		t.Fatalf("the other has %s after %d calls", core.Mask(got), c.up.count())
	}
	a := two.row(ref)
	if a.Auto || a.Team == nil || a.Team.By != "laptop" {
		t.Errorf("the row says %+v, renewed in the background %v", a.Team, a.Auto)
	}

	// Without the secret it cannot fetch, and says what it waits for.
	c.kill()
	two.world.pass(time.Minute)
	_, err := two.client.Refresh(t.Context(), ref, api.RefreshRequest{Stale: token, Person: true})
	if e := wantClass(t, err, core.Temporary); e.Remedy != core.RemedyTeamSecret {
		t.Errorf("without the secret: %v", e)
	}
	// The other machine answers its report.
	next := c.last(3)
	one.agrees(t, heardOne, ref, next)
	two.agrees(t, heardTwo, ref, next)

	// With the secret it brings the next one.
	if _, err := two.client.Edit(t.Context(), ref, api.AccountInput{Input: core.Input{Auto: ptr(true)}, Secret: ptr(goodSecret)}); err != nil {
		t.Fatal(err)
	}
	two.world.pass(time.Minute)
	got, err := two.client.Refresh(t.Context(), ref, api.RefreshRequest{Force: true, Person: true})
	if err != nil {
		t.Fatal(err)
	}
	one.agrees(t, heardOne, ref, got.AccessToken)
	if a := one.row(ref); a.Team == nil || a.Team.By != "server" {
		t.Errorf("the row says that it was renewed by %+v", a.Team)
	}

	all, err := one.client.Teams(t.Context())
	if err != nil || len(all) != 1 || len(all[0].Members) != 2 || all[0].Error != nil || all[0].Eviction != "noeviction" || all[0].Evicts || all[0].Latency <= 0 {
		t.Fatalf("status: %+v, %v", all, err)
	}
	row := all[0].Accounts[0] // three fetches, and the check of the reported token
	if row.By != "server" || row.Fence < 3 || row.Holder != "" || row.CallsToday != 4 || row.NextTry.IsZero() || row.ExpiresAt.IsZero() {
		t.Errorf("status of the account: %+v, and the upstream was asked %d times", row, c.up.count())
	}

	if left, err := two.client.LeaveTeam(t.Context(), "five"); err != nil || len(left.Paused) != 1 {
		t.Errorf("left: %+v, %v", left, err)
	}
	if a := two.row(ref); a.Team != nil || a.Auto {
		t.Errorf("after leaving: %+v", a.Team)
	}
	if all, err := two.client.Teams(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("after leaving it is in %+v, %v", all, err)
	}
	if names, err := two.parts.Store.Teams(); err != nil || len(names) != 0 {
		t.Errorf("the store keeps %d teams, %v", len(names), err)
	}
	if got, err := one.client.Unshare(t.Context(), ref); err != nil || got.Team != nil || got.Auto {
		t.Errorf("unshared: %+v, %v", got.Team, err)
	}
}

// quiet waits until no agent of this process reads the team's state, answers a report or
// is in the middle of a round. A report that was answered before has no effect after that.
func quiet(t *testing.T) {
	t.Helper()
	stacks := make([]byte, 4<<20)
	busy := func() bool {
		all := string(stacks[:runtime.Stack(stacks, true)])
		return slices.ContainsFunc([]string{"(*teams).adopt", "(*Member).read(", "(*Member).Turn(", "(*Keeper).Refresh("}, func(at string) bool { return strings.Contains(all, at) })
	}
	for still := 0; still < 25; still++ { // a message may be on its way for as long
		if busy() {
			still = 0
		}
		if t.Context().Err() != nil {
			t.Fatal(t.Context().Err())
		}
		time.Sleep(20 * time.Millisecond) // between two looks; the test's time ends it
	}
}

// TestAgentsWhoseClocksAreApart: one is an hour late, the other an hour early. Both say the
// same time left, know each other to be there, and answer each other's reports.
func TestAgentsWhoseClocksAreApart(t *testing.T) {
	c := newCrew(t)
	at := func(ahead time.Duration) *world {
		w := newWorld(t)
		w.up = c.up
		w.pass(ahead)
		return w
	}
	late, ref := c.founderIn(at(-time.Hour), kinds.WeChatLegacy)
	early := at(time.Hour).start()
	c.join(early, c.invite(late), "server")
	if _, err := early.client.Edit(t.Context(), ref, api.AccountInput{Input: core.Input{Auto: ptr(true)}, Secret: ptr(goodSecret)}); err != nil {
		t.Fatal(err)
	}
	has := func(r *running, want string) {
		t.Helper()
		for r.token(ref) != want {
			time.Sleep(10 * time.Millisecond) // the test's time ends it
		}
	}
	same := func(what string) string {
		t.Helper()
		token := late.token(ref)
		has(early, token)
		for _, r := range []*running{late, early} {
			got, err := r.client.Token(t.Context(), ref, 0)
			if err != nil || got.AccessToken != token || got.ExpiresIn > 7200 || got.ExpiresIn < 7200-60 || got.ExpiresAt.Sub(r.world.now()) > 2*time.Hour {
				t.Errorf("%s: %d s are left until %v, where it is %v: %v", what, got.ExpiresIn, got.ExpiresAt, r.world.now(), err)
			}
			all, err := r.client.Teams(t.Context())
			if err != nil || len(all) != 1 || all[0].Error != nil || len(all[0].Members) != 2 {
				t.Fatalf("%s: %+v, %v", what, all, err)
			}
			for _, m := range all[0].Members {
				if m.Seen < 0 || m.Seen > 120 {
					t.Errorf("%s: %s was last seen %d s ago", what, m.Name, m.Seen)
				}
			}
		}
		return token
	}
	first := same("at first")
	quiet(t)
	if n := c.up.count(); n != 1 {
		t.Errorf("one token cost %d calls", n)
	}
	c.kill()
	got, err := early.client.Refresh(t.Context(), ref, api.RefreshRequest{Stale: first, Person: true})
	if err != nil || got.AccessToken == first {
		t.Fatalf("the early one's report: %v", err)
	}
	has(late, got.AccessToken)
	same("after the early one's report")
	c.kill()
	early.world.pass(time.Minute) // since its report
	late.world.pass(time.Minute)
	next, err := late.client.Refresh(t.Context(), ref, api.RefreshRequest{Stale: got.AccessToken, Person: true})
	if err != nil || next.AccessToken == got.AccessToken {
		t.Fatalf("the late one's report: %v", err)
	}
	same("after the late one's report")
}

// TestAReportIsAnsweredOnce: the token lives, and of three machines that could find that
// out one asks.
func TestAReportIsAnsweredOnce(t *testing.T) {
	c := newCrew(t)
	one, ref := c.founder(kinds.WeChatLegacy)
	others := []*running{c.member(), c.member()}
	for i, r := range others {
		c.join(r, c.invite(one), fmt.Sprint("server", i))
		if _, err := r.client.Edit(t.Context(), ref, api.AccountInput{Input: core.Input{Auto: ptr(true)}, Secret: ptr(goodSecret)}); err != nil {
			t.Fatal(err)
		}
	}
	token := one.token(ref)
	quiet(t) // what the edits reported is answered
	checks := func() int {
		c.up.mu.Lock()
		defer c.up.mu.Unlock()
		return c.up.checks
	}
	before := checks()
	one.world.pass(time.Minute)
	got, err := one.client.Refresh(t.Context(), ref, api.RefreshRequest{Stale: token, Person: true})
	if err != nil || !got.StillValid || got.AccessToken != token {
		t.Fatalf("%+v, %v", got, err)
	}
	quiet(t) // the others have let it be
	if n := checks() - before; n != 1 || c.up.count() != 1 {
		t.Errorf("a report was checked %d times, and cost %d tokens", n, c.up.count()-1)
	}
}

// TestATeamComesBack closes and opens the vault, ends the agent and clears the Redis:
// the team's token is there again, and the upstream is not asked.
func TestATeamComesBack(t *testing.T) {
	c := newCrew(t)
	w := newWorld(t)
	w.up = c.up
	one, ref := c.founderIn(w, kinds.WeChat)
	token := one.token(ref)
	has := func() bool { return len(c.redis.Keys(t.Context(), "{tt:five:*}:tok").Val()) == 1 }
	if !has() {
		t.Fatal("the team was not given the token at once")
	}

	if _, err := one.client.VaultLock(t.Context()); err != nil {
		t.Fatal(err)
	}
	if e := one.row(ref).Team.Error; e == nil {
		t.Error("with a closed vault the row says nothing")
	}
	if all, err := one.client.Teams(t.Context()); err != nil || len(all) != 1 || all[0].Error == nil || len(all[0].Members) != 0 {
		t.Errorf("with a closed vault: %+v, %v", all, err)
	}
	if _, err := one.client.InviteTo(t.Context(), "five", core.NewSecret("pass")); err == nil {
		t.Error("with a closed vault it invites")
	}
	if _, err := one.client.VaultUnlock(t.Context(), core.Secret{}); err != nil {
		t.Fatal(err)
	}
	if e := one.row(ref).Team.Error; e != nil {
		t.Errorf("open again: %+v", e)
	}

	if err := one.end(); err != nil {
		t.Fatal(err)
	}
	c.redis.FlushAll(t.Context())
	again := w.start()
	if got := again.token(ref); got != token {
		t.Errorf("after a restart it has %s", core.Mask(got))
	}
	for deadline := time.Now().Add(time.Minute); !has(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the team has no token again")
		}
	}
	if c.up.count() != 1 {
		t.Errorf("the upstream was asked %d times", c.up.count())
	}
}

// TestANewKeyAndANewPassword: as after a member has left.
func TestANewKeyAndANewPassword(t *testing.T) {
	c := newCrew(t)
	one, ref := c.founder(kinds.WeChat)
	two := c.member()
	c.join(two, c.invite(one), "server")
	i, err := one.client.RotateTeam(t.Context(), "five", core.NewSecret("pass"))
	if err != nil {
		t.Fatal(err)
	}
	all, err := one.client.Teams(t.Context())
	if err != nil || all[0].Error != nil || len(all[0].Members) != 2 || all[0].Members[0].OldKey || !all[0].Members[1].OldKey {
		t.Errorf("after the new key: %+v, %v", all, err)
	}
	all, err = two.client.Teams(t.Context())
	if err != nil || all[0].Error == nil || all[0].Error.Remedy != core.RemedyTeamKey {
		t.Errorf("with the old key: %+v, %v", all, err)
	}
	if got := c.join(two, api.TeamJoin{Age: i.Age, Passphrase: "pass", Apply: true}, "server"); !got.Again {
		t.Error("it is not known that it was in the team")
	}

	// The password of the Redis changes, and the machines are given the new one.
	const next = "another-of-the-redis"
	c.redis.Do(t.Context(), "ACL", "SETUSER", "tt", "resetpass", ">"+next)
	c.redis.Do(t.Context(), "CLIENT", "KILL", "USER", "tt")
	_, err = one.client.EditTeam(t.Context(), "five", api.TeamEdit{Password: ptr("wrong")})
	if core.AsError(err) == nil || core.AsError(err).Remedy != core.RemedyRedisAuth || strings.Contains(fmt.Sprint(err), "wrong ") {
		t.Errorf("a wrong password: %v", err)
	}
	_, err = one.client.EditTeam(t.Context(), "five", api.TeamEdit{Redis: "redis://redis.example"})
	if core.AsError(err) == nil || core.AsError(err).Remedy != core.RemedyTeamPlain {
		t.Errorf("in the clear: %v", err)
	}
	for _, r := range []*running{one, two} {
		got, err := r.client.EditTeam(t.Context(), "five", api.TeamEdit{Password: ptr(next)})
		if err != nil || got.Error != nil || len(got.Members) != 2 {
			t.Errorf("the new password: %+v, %v", got, err)
		}
	}
	token := one.token(ref)
	two.agrees(t, two.events(t), ref, token)

	// The Redis moves.
	moved := redistest.Start(t)
	for _, r := range []*running{one, two} {
		got, err := r.client.EditTeam(t.Context(), "five", api.TeamEdit{Redis: moved.URL, Password: ptr("")})
		if err != nil || got.Error != nil || got.Redis != moved.URL {
			t.Errorf("the new URL: %+v, %v", got, err)
		}
	}
	plan := c.join(c.member(), func() api.TeamJoin { in := c.invite(one); in.Apply = false; return in }(), "third")
	if len(plan.Roster) != 1 || plan.Redis != moved.URL {
		t.Errorf("the moved team's list: %+v", plan)
	}
	for _, w := range []*world{one.world, two.world} {
		for _, word := range []string{teamPassword, next} {
			if files := found(t, w.home.Dir(), word); len(files) > 0 {
				t.Errorf("a password of the Redis stands in %v", files)
			}
			if strings.Contains(w.log.String(), word) {
				t.Error("a password of the Redis stands in the log")
			}
		}
	}
}

// TestAGetCostsTheRedisNothing counts the commands that the Redis got.
func TestAGetCostsTheRedisNothing(t *testing.T) {
	c := newCrew(t)
	one, ref := c.founder(kinds.WeChat)
	two := c.member()
	c.join(two, c.invite(one), "server")
	token := two.token(ref)
	commands := func() int {
		t.Helper()
		text, err := c.redis.Info(t.Context(), "stats").Result()
		if err != nil {
			t.Fatal(err)
		}
		_, after, _ := strings.Cut(text, "total_commands_processed:")
		n, err := strconv.Atoi(strings.Fields(after)[0])
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	ids := map[*running]core.ID{one: core.ID(one.row(ref).ID), two: core.ID(two.row(ref).ID)}
	before := commands()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 500 {
				for r, id := range ids {
					if got, err := r.keeper.Get(t.Context(), id, 0); err != nil || got.Value != token {
						t.Errorf("%s, %v", core.Mask(got.Value), err)
						return
					}
				}
			}
		})
	}
	wg.Wait()
	// Hellos, and reads that sharing started.
	if n := commands() - before; n > 100 {
		t.Errorf("8,000 gets cost %d commands", n)
	}

	// They work without the Redis too.
	c.server.Stop()
	defer c.server.Continue()
	ctx, done := context.WithTimeout(t.Context(), 20*time.Second)
	defer done()
	for range 100 {
		if got, err := two.client.Token(ctx, ref, 0); err != nil || got.AccessToken != token {
			t.Fatalf("while the Redis does not answer: %v", err)
		}
	}
}

// TestALiveAccountAsksForTheClearAgain: consent to a Redis without TLS was for the team; a
// live account is shared there only with a consent of its own.
func TestALiveAccountAsksForTheClearAgain(t *testing.T) {
	c := newCrew(t)
	one, _ := c.founder(kinds.WeChat)
	open, err := redisconn.Parse("redis://redis.example")
	if err != nil {
		t.Fatal(err)
	}
	l := one.teams.find("five")
	one.edit.Lock()
	one.teams.mu.Lock()
	l.invite.Redis = open // as after team create --plaintext; the connection stays
	one.teams.mu.Unlock()
	one.edit.Unlock()
	live, sandbox := one.add("till", core.Live).Ref(), one.add("bench", core.Sandbox).Ref()
	if _, err := one.client.Share(t.Context(), sandbox, api.ShareInput{}); err != nil {
		t.Errorf("a sandbox account: %v", err)
	}
	_, err = one.client.Share(t.Context(), live, api.ShareInput{})
	if e := core.AsError(err); e == nil || e.Remedy != core.RemedyTeamPlain || one.row(live).Team != nil {
		t.Errorf("a live account without consent: %v", err)
	}
	if got, err := one.client.Share(t.Context(), live, api.ShareInput{Plain: true}); err != nil || got.Team == nil {
		t.Errorf("a live account with consent: %+v, %v", got.Team, err)
	}
	other := redis.NewClient(&redis.Options{Network: "unix", Addr: strings.TrimPrefix(c.server.URL, "unix://")})
	defer other.Close()
	if n := other.HLen(t.Context(), "{tt:five:}roster").Val(); n != 4 { // the key's ID and three accounts
		t.Errorf("the list has %d fields", n)
	}
	for what, do := range map[string]func() error{
		"create": func() error {
			_, err := one.client.CreateTeam(t.Context(), api.TeamInput{Name: "six", Redis: "redis://redis.example"})
			return err
		},
		"edit": func() error {
			_, err := one.client.EditTeam(t.Context(), "five", api.TeamEdit{Redis: "redis://redis.example"})
			return err
		},
		"join": func() error {
			_, err := c.member().client.JoinTeam(t.Context(), c.invite(one))
			return err
		},
	} {
		if e := core.AsError(do()); e == nil || e.Remedy != core.RemedyTeamPlain {
			t.Errorf("%s without consent: %v", what, e)
		}
	}
}

// TestOneOfSeveralTeams: a token is shared with the team that is named, with one at a
// time, and where several are there one has to be named.
func TestOneOfSeveralTeams(t *testing.T) {
	c := newCrew(t)
	one, ref := c.founder(kinds.WeChat)
	if _, err := one.client.CreateTeam(t.Context(), api.TeamInput{Name: "six", Redis: c.url(), Password: teamPassword}); err != nil {
		t.Fatal(err)
	}
	second := one.add("second", core.Sandbox).Ref()
	_, err := one.client.Share(t.Context(), second, api.ShareInput{})
	if e := core.AsError(err); e == nil || e.Remedy != core.RemedyTeamOther {
		t.Errorf("which team was not said: %v", err)
	}
	_, err = one.client.Share(t.Context(), ref, api.ShareInput{Team: "six"})
	if e := core.AsError(err); e == nil || e.Remedy != core.RemedyTeamShared {
		t.Errorf("one token of two teams: %v", err)
	}
	if got, err := one.client.Share(t.Context(), second, api.ShareInput{Team: "six"}); err != nil || got.Team == nil || got.Team.Name != "six" {
		t.Errorf("%+v, %v", got.Team, err)
	}
	if got, err := one.client.Unshare(t.Context(), ref); err != nil || got.Team != nil {
		t.Errorf("unshared: %+v, %v", got.Team, err)
	}
	if got := one.row(second); got.Team == nil || got.Team.Name != "six" {
		t.Errorf("the other team's account: %+v", got.Team)
	}
}

// TestAnAccountIsAddedPaused: nothing is asked, and nothing renewed.
func TestAnAccountIsAddedPaused(t *testing.T) {
	r := newWorld(t).start()
	in := input("shop", core.Sandbox, appID)
	in.Paused = true
	saved, err := r.client.Add(t.Context(), in)
	if err != nil || saved.Account.Auto || saved.Account.State != core.StatePaused || r.world.up.count() != 0 {
		t.Errorf("%+v, %v; the upstream was asked %d times", saved.Account.State, err, r.world.up.count())
	}
	r.world.pass(time.Hour)
	if got, err := r.client.Token(t.Context(), saved.Account.Ref(), 0); err != nil || got.AccessToken == "" || r.world.up.count() != 1 {
		t.Errorf("a person's get of a paused account: %v", err)
	}
}
