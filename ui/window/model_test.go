package window

import (
	"slices"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/search"
	"tokentray/ui/text"
)

// An answer that was under way while an account was renewed does not undo that.
func TestAnAnswerOvertakesNoEvent(t *testing.T) {
	m := newModel()
	sh := &shell{model: m, apply: func(e api.Event) { m.Apply(e) }}
	old := sample("shop", core.Live, noon, time.Hour, time.Hour)
	sh.put(old)
	renewed := old
	renewed.Mask, renewed.HistoryLines = "newer", 2
	m.Apply(api.Event{Type: api.EventAccount, Account: &renewed})
	sh.put(old)
	if a, ok := m.find(old.ID); !ok || a.Mask != "newer" || len(m.Accounts) != 1 {
		t.Errorf("the account is %+v, %v; want the renewed one", a, ok)
	}
}

func shownNames(m *model, v view, typed string) []string {
	var out []string
	for _, a := range m.shown(v, search.New(text.New(text.English), typed), noon) {
		out = append(out, a.Ref().String())
	}
	return out
}

func TestShown(t *testing.T) {
	m := newModel()
	accounts := []api.Account{
		{Account: core.Account{ID: "1", Name: "Shop", Env: core.Live, AppID: "wxAAA", Kind: kinds.WeChatLegacy, Product: kinds.ProductOfficial}, State: core.StateEmpty, NeedsConsent: true},
		{
			Account: core.Account{
				ID: "2", Name: "shop", Env: core.Sandbox, AppID: "wxBBB", Note: "for the 商城 tests", Kind: kinds.WeChat, Product: kinds.ProductMini,
			},
			State:     core.StateFresh,
			Mask:      "m",
			ExpiresAt: noon.Add(-time.Second),
		},
		{Account: core.Account{ID: "3", Name: "gate", Env: core.Sandbox, AppID: "wxCCC", Kind: kinds.WeChat, Product: kinds.ProductTest}, State: core.StateBlocked},
	}
	m.Apply(api.Event{Type: api.EventSnapshot, Snapshot: &api.List{Accounts: accounts}})
	for _, c := range []struct {
		view   view
		search string
		want   []string
	}{
		{viewAll, "", []string{"Shop/live", "gate/sandbox", "shop/sandbox"}},
		{viewSandbox, "", []string{"gate/sandbox", "shop/sandbox"}},
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
		{viewAll, "kind:st", []string{"gate/sandbox", "shop/sandbox"}},
		{viewAll, "类型:legacy", []string{"Shop/live"}},
		// States as they are shown: a live legacy account that nobody has
		// allowed needs a person, a token whose time is over has expired.
		{viewAll, "state:blocked", []string{"Shop/live", "gate/sandbox"}},
		{viewAll, "STATE:Needs", []string{"Shop/live", "gate/sandbox"}},
		{viewAll, "state:exp", []string{"shop/sandbox"}},
		{viewAll, "state:fresh", nil},
		{viewAll, "state:", []string{"Shop/live", "gate/sandbox", "shop/sandbox"}},
		{viewAll, "env:live", []string{"Shop/live"}},
		{viewAll, "环境：sand", []string{"gate/sandbox", "shop/sandbox"}},
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
		m.Apply(api.Event{Type: api.EventAccount, Account: &a})
	}
	for id, want := range map[core.ID]core.ID{
		"shop-live": "shop-sandbox", "shop-sandbox": "shop-live", "gate-sandbox": "", "Shop-live": "", "nobody": "",
	} {
		if a, ok := m.pair(id); a.ID != want || ok != (want != "") {
			t.Errorf("%s is paired with %q, %v", id, a.ID, ok)
		}
	}
}
