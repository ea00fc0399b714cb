package window

import (
	"slices"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/text"
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
			api.Event{Type: api.EventAccount, Account: &api.Account{Account: core.Account{ID: b.ID, Name: "c", Env: core.Sandbox}}},
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

func shownNames(m *model, v view, search string) []string {
	var out []string
	for _, a := range m.shown(v, newQuery(text.New(text.English), search), noon) {
		out = append(out, a.Ref().String())
	}
	return out
}

func TestShown(t *testing.T) {
	m := newModel()
	m.accounts = []api.Account{
		{Account: core.Account{Name: "Shop", Env: core.Live, AppID: "wxAAA", Kind: kinds.WeChatLegacy, Product: kinds.ProductOfficial}, State: core.StateEmpty},
		{
			Account: core.Account{
				Name: "shop", Env: core.Sandbox, AppID: "wxBBB", Note: "for the 商城 tests", Kind: kinds.WeChat, Product: kinds.ProductMini,
			},
			State:     core.StateFresh,
			Mask:      "m",
			ExpiresAt: noon.Add(-time.Second),
		},
		{Account: core.Account{Name: "gate", Env: core.Sandbox, AppID: "wxCCC", Kind: kinds.WeChat, Product: kinds.ProductTest}, State: core.StateBlocked},
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
		// Words may stand anywhere; all must be found.
		{viewAll, "tests shop", []string{"shop/sandbox"}},
		{viewAll, "shop ccc", nil},
		// Kinds and products, by the command line's word and the screen's. A
		// letter or two would find nearly all of them.
		{viewAll, "legacy", []string{"Shop/live"}},
		{viewAll, "mini", []string{"shop/sandbox"}},
		{viewAll, "st", []string{"shop/sandbox"}},
		{viewAll, "kind:mini", []string{"shop/sandbox"}},
		{viewAll, "kind:st", []string{"shop/sandbox", "gate/sandbox"}},
		{viewAll, "类型:legacy", []string{"Shop/live"}},
		// States as they are shown: a live legacy account that nobody has
		// allowed needs a person, a token whose time is over has expired.
		{viewAll, "state:blocked", []string{"Shop/live", "gate/sandbox"}},
		{viewAll, "STATE:Needs", []string{"Shop/live", "gate/sandbox"}},
		{viewAll, "state:exp", []string{"shop/sandbox"}},
		{viewAll, "state:fresh", nil},
		{viewAll, "state:", []string{"Shop/live", "shop/sandbox", "gate/sandbox"}},
		{viewAll, "env:live", []string{"Shop/live"}},
		{viewAll, "环境：sand", []string{"shop/sandbox", "gate/sandbox"}},
		{viewAll, "env:sandbox state:blocked", []string{"gate/sandbox"}},
		{viewAll, "state:blocked shop", []string{"Shop/live"}},
		{viewAll, "https://x", nil}, // a colon alone makes no term
	} {
		if got := shownNames(&m, c.view, c.search); !slices.Equal(got, c.want) {
			t.Errorf("%s %q: %v, want %v", c.view, c.search, got, c.want)
		}
	}
}

// Accounts of one name in both environments are a pair; a name that differs in
// its capitals is another name.
func TestPair(t *testing.T) {
	m := newModel()
	for _, a := range []api.Account{
		sample("shop", core.Live, noon, time.Hour, time.Hour), sample("gate", core.Sandbox, noon, time.Hour, time.Hour),
		sample("shop", core.Sandbox, noon, time.Hour, time.Hour), sample("Shop", core.Live, noon, time.Hour, time.Hour),
	} {
		m.put(a)
	}
	for id, want := range map[core.ID]core.ID{
		"shop-live": "shop-sandbox", "shop-sandbox": "shop-live", "gate-sandbox": "", "Shop-live": "", "nobody": "",
	} {
		if a, ok := m.pair(id); a.ID != want || ok != (want != "") {
			t.Errorf("%s is paired with %q, %v", id, a.ID, ok)
		}
	}
}

// FuzzQuery reads what is typed, whatever that is.
func FuzzQuery(f *testing.F) {
	f.Add("state:blocked shop")
	f.Add("环境：生产")
	f.Add(":::")
	a := sample("shop", core.Live, noon, time.Hour, time.Hour)
	f.Fuzz(func(t *testing.T, s string) {
		q := newQuery(text.New(text.Chinese), s)
		if q.empty() && !q.matches(&a, noon) {
			t.Errorf("%q asks for nothing and finds nothing", s)
		}
	})
}
