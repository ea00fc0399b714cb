package agent

import (
	"fmt"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// TestWhatAsksForAnotherTokenIsNotShared: an import that replaces an account by another
// app's, and a preset that asks another host, leave the team and its token alone.
func TestWhatAsksForAnotherTokenIsNotShared(t *testing.T) {
	c := newCrew(t)
	t.Run("import", func(t *testing.T) {
		one, ref := c.founder(kinds.WeChatLegacy)
		two := c.member()
		c.join(two, c.invite(one), "server")
		token := two.token(ref)
		second := one.add("second", core.Sandbox).Ref()
		if _, err := one.client.Share(t.Context(), second, api.ShareInput{}); err != nil {
			t.Fatal(err)
		}
		one.shares(t, 2)
		var file []api.AccountInput
		for i, r := range []api.Ref{ref, second} {
			in := input(r.Name, r.Env, fmt.Sprintf("wx00000000000000e%d", i))
			in.Kind = ptr(one.row(r).Kind)
			file = append(file, in)
		}
		carry(t, one, api.ImportRequest{Accounts: file, OnConflict: api.ConflictReplace})
		for _, r := range []api.Ref{ref, second} {
			if row, got := one.row(r), one.token(r); row.Team != nil || got == token || !strings.Contains(got, row.AppID) {
				t.Errorf("%s is shared with %+v and has %s", r, row.Team, core.Mask(got))
			}
		}
		one.shares(t, 0)
		if got := two.token(ref); got != token {
			t.Errorf("the team's token was %s and is %s", core.Mask(token), core.Mask(got))
		}
		if all, err := one.client.Teams(t.Context()); err != nil || len(all) != 1 || len(all[0].Accounts) != 0 {
			t.Errorf("the team's list has %+v, %v", all, err)
		}
	})
	t.Run("preset", func(t *testing.T) {
		w := newWorld(t)
		withWrens(t, w)
		r := w.start()
		r.addPreset(t, wren, false)
		ref := r.addWren(t, "bird").Ref()
		if _, err := r.client.CreateTeam(t.Context(), api.TeamInput{Name: "wrens", Redis: c.url(), Password: teamPassword}); err != nil {
			t.Fatal(err)
		}
		if got, err := r.client.Share(t.Context(), ref, api.ShareInput{}); err != nil || got.Team == nil {
			t.Fatalf("%+v, %v", got.Team, err)
		}
		r.addPreset(t, strings.Replace(wren, "api.wren.example", "api.mine.example", 1), true)
		if got := r.row(ref); got.Team != nil {
			t.Errorf("shared with %+v", got.Team)
		}
		r.shares(t, 0)
	})
}

// shares fails unless the members of an agent share so many accounts.
func (r *running) shares(t *testing.T, want int) {
	t.Helper()
	got := 0
	for _, name := range r.teams.names() {
		for _, a := range r.accounts.all() {
			if r.teams.find(name).member.Shares(a) {
				got++
			}
		}
	}
	if got != want {
		t.Errorf("%d accounts are shared, want %d", got, want)
	}
}

// TestATeamThatIsBeingEntered refuses turns and counts; it takes no call.
func TestATeamThatIsBeingEntered(t *testing.T) {
	all := &teams{of: map[core.ID]*life{"1": {name: "five"}}}
	a := core.Account{ID: "1"}
	if e := wantClass(t, all.Turn(t.Context(), core.Turn{Account: a}).Err, core.Temporary); e.Remedy != core.RemedyTryAgain {
		t.Errorf("a turn: %v", e)
	}
	_, err := all.CountForce(t.Context(), a, "token", "2026-10-01", 1)
	wantClass(t, err, core.Temporary)
}

// TestPartingOfAMissingKind: an account whose kind is missing asks for nobody knows which
// token, and stays with its team.
func TestPartingOfAMissingKind(t *testing.T) {
	c := newCrew(t)
	r, ref := c.founder(kinds.WeChat)
	id := r.row(ref).ID
	l := r.teams.sharing(id)
	record := l.record
	record.Parting = map[core.ID]core.TokenID{id: "another token"}
	if err := r.teams.save(l, record); err != nil {
		t.Fatal(err)
	}
	for _, known := range []bool{false, true} {
		at := &teams{
			store: r.teams.store, vault: r.teams.vault, accounts: r.teams.accounts, keeper: r.keeper, log: r.log, now: r.now,
			known: func(core.Kind) bool { return known },
		}
		if err := at.load(); err != nil {
			t.Fatal(err)
		}
		if shared := at.sharing(id) != nil; shared == known {
			t.Errorf("its kind is known: %v; shared: %v", known, shared)
		}
	}
}
