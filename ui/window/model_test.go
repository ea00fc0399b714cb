package window

import (
	"slices"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

func names(accounts []api.Account) []string {
	var out []string
	for _, a := range accounts {
		out = append(out, a.Ref().String())
	}
	return out
}

func TestModelFollowsEvents(t *testing.T) {
	m := newModel()
	a := sample("b", core.Live, noon, time.Hour, time.Hour)
	b := sample("b", core.Sandbox, noon, time.Hour, time.Hour)
	settings := core.DefaultSettings()
	settings.PausedAll = true
	for _, step := range []struct {
		name  string
		event api.Event
		want  change
		list  []string
	}{
		{
			"a snapshot",
			api.Event{Type: api.EventSnapshot, Snapshot: &api.List{Active: core.Live, Accounts: []api.Account{a}}},
			change{rows: true, env: true, banner: true, clip: true, settings: true},
			[]string{"b/live"},
		},
		{"a new account", api.Event{Type: api.EventAccount, Account: &b}, change{rows: true}, []string{"b/sandbox", "b/live"}},
		{"a changed account", api.Event{Type: api.EventAccount, Account: &b}, change{account: b.ID}, []string{"b/sandbox", "b/live"}},
		{
			"a renamed account",
			api.Event{Type: api.EventAccount, Account: &api.Account{ID: b.ID, Name: "c", Env: core.Sandbox}},
			change{rows: true},
			[]string{"b/live", "c/sandbox"},
		},
		{"a removed account", api.Event{Type: api.EventRemoved, Removed: a.ID}, change{rows: true}, []string{"c/sandbox"}},
		{"the environment", api.Event{Type: api.EventEnv, Env: core.Sandbox}, change{env: true, rows: true}, []string{"c/sandbox"}},
		{"the settings", api.Event{Type: api.EventSettings, Settings: &settings}, change{settings: true, banner: true}, []string{"c/sandbox"}},
		{"the vault", api.Event{Type: api.EventVault, Vault: &api.Vault{State: "locked"}}, change{banner: true, rows: true}, []string{"c/sandbox"}},
		{"raise", api.Event{Type: api.EventRaise}, change{raise: true}, []string{"c/sandbox"}},
		{"bye", api.Event{Type: api.EventBye}, change{bye: true}, []string{"c/sandbox"}},
		{"an event of a newer agent", api.Event{Type: "weather"}, change{}, []string{"c/sandbox"}},
		{"an account without content", api.Event{Type: api.EventAccount}, change{}, []string{"c/sandbox"}},
	} {
		if got := m.apply(step.event); got != step.want {
			t.Errorf("%s: changed %+v, want %+v", step.name, got, step.want)
		}
		if got := names(m.accounts); !slices.Equal(got, step.list) {
			t.Errorf("%s: the list is %v, want %v", step.name, got, step.list)
		}
	}
	if !m.pausedAll || m.vault.State != "locked" || m.active != core.Sandbox {
		t.Errorf("the model missed something: %+v", m)
	}
}

func TestShown(t *testing.T) {
	m := newModel()
	m.accounts = []api.Account{
		{Name: "Shop", Env: core.Live, AppID: "wxAAA"},
		{Name: "shop", Env: core.Sandbox, AppID: "wxBBB", Note: "for the 商城 tests"},
		{Name: "gate", Env: core.Sandbox, AppID: "wxCCC"},
	}
	for _, c := range []struct {
		view   view
		search string
		want   []string
	}{
		{viewAll, "", []string{"Shop/live", "shop/sandbox", "gate/sandbox"}},
		{viewSandbox, "", []string{"shop/sandbox", "gate/sandbox"}},
		{viewLive, "", []string{"Shop/live"}},
		{viewAll, " SHOP ", []string{"Shop/live", "shop/sandbox"}},
		{viewAll, "wxc", []string{"gate/sandbox"}},
		{viewAll, "商城", []string{"shop/sandbox"}},
		{viewLive, "gate", nil},
	} {
		if got := names(m.shown(c.view, c.search)); !slices.Equal(got, c.want) {
			t.Errorf("%s %q: %v, want %v", c.view, c.search, got, c.want)
		}
	}
}
