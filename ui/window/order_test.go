package window

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// listed are the names in the list, with the lines over groups.
func (s *stage) listed() []string {
	var out []string
	for _, id := range s.listing.list.ids {
		a, _ := s.model.find(id)
		if head := s.listing.groups.heads[id]; head != "" {
			out = append(out, "["+head+"]")
		}
		out = append(out, a.Name)
	}
	return out
}

// someOrder are accounts of which each order makes another list.
func someOrder() []api.Account {
	at := func(name string, left, used time.Duration) api.Account {
		a := sample(name, core.Sandbox, noon, left, 2*time.Hour)
		a.State, a.Error, a.LastUsed = core.StateFresh, nil, noon.Add(-used)
		return a
	}
	out := []api.Account{at("apple", 90*time.Minute, time.Minute), at("berry", 10*time.Minute, time.Hour), at("cherry", 50*time.Minute, 2*time.Hour), at("date", time.Hour, time.Second)}
	out[2].State, out[2].Error = core.StateBlocked, &api.Error{Class: core.Whitelist, Remedy: core.RemedyWhitelist}
	return out
}

// TestTheListHasAnOrder of the settings, which a key changes; pinned accounts come first
// in each.
func TestTheListHasAnOrder(t *testing.T) {
	s := newStage(t, someOrder()...).open()
	want := func(order ...string) {
		t.Helper()
		s.until(fmt.Sprint(order), func() bool { return slices.Equal(s.listed(), order) })
	}
	want("apple", "berry", "cherry", "date")
	s.listing.focusList()
	s.ctrl(fyne.KeyO)
	s.untilSays("In the order: Needs you")
	want("cherry", "apple", "berry", "date") // needs, then by name
	s.ctrl(fyne.KeyO)
	want("berry", "cherry", "date", "apple")
	s.ctrl(fyne.KeyO)
	want("date", "apple", "berry", "cherry")

	s.listing.selectAccount(s.model.Accounts[1].ID)
	s.ctrl(fyne.KeyD)
	want("[Pinned (1)]", "berry", "date", "apple", "cherry")
	s.ctrl(fyne.KeyO)
	want("[Pinned (1)]", "berry", "apple", "cherry", "date")
	s.ctrl(fyne.KeyD)
	want("apple", "berry", "cherry", "date")
}

// TestOwnGroupsStandTogether, of all kinds and environments, also one account alone, and
// a search finds them by their group.
func TestOwnGroupsStandTogether(t *testing.T) {
	all := someOrder()
	all[0].Group, all[2].Group, all[3].Group = "spring", "spring", "autumn"
	live := sample("zebra", core.Live, noon, time.Hour, 2*time.Hour)
	live.Group = "spring"
	s := newStage(t, append(all, live)...).open()
	s.listing.switchView(viewAll)
	want := []string{"[spring (3)]", "apple", "cherry", "zebra", "berry", "[autumn (1)]", "date"}
	if got := s.listed(); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	s.listing.findFrom("group:aut")
	if got := s.listed(); !slices.Equal(got, []string{"[autumn (1)]", "date"}) {
		t.Error(got)
	}
}

// TestAProjectHasAccountsOfAllKinds: a project's group takes accounts of every kind and of
// both environments, and an application of a corp that stands in it is none of the corp's
// group.
func TestAProjectHasAccountsOfAllKinds(t *testing.T) {
	const corp = "ww0123456789abcdef"
	of := func(name string, kind core.Kind, env core.Env, group string) api.Account {
		a := sample(name, env, noon, time.Hour, 2*time.Hour)
		a.Kind, a.Product, a.Group = kind, "", group
		return a
	}
	approvals, hr, sales := application("approvals", corp, "1000002"), application("hr", corp, "1000003"), application("sales", corp, "1000004")
	hr.Group = "spring"
	for lang, want := range map[string][]string{
		"en": {"CorpID " + corp + " (2)", "spring (4)"},
		"zh": {"企业 ID " + corp + "（2）", "spring（4）"},
	} {
		s := newStage(t, approvals, of("gate", kinds.OAuth2, core.Sandbox, "spring"), hr, sales,
			of("shop", kinds.WeChat, core.Sandbox, "spring"), of("shop", kinds.WeChatLegacy, core.Live, "spring")).in(lang, 460).open()
		s.listing.switchView(viewAll)
		list := []string{"[" + want[0] + "]", "approvals", "sales", "[" + want[1] + "]", "gate", "hr", "shop", "shop"}
		if got := s.listed(); !slices.Equal(got, list) {
			t.Errorf("%s: %q, want %q", lang, got, list)
		}
	}
}

// TestTheFormHasAGroup and a pin, and both are saved.
func TestTheFormHasAGroup(t *testing.T) {
	s := newStage(t, someOrder()...).open()
	s.accounts.openEdit(s.model.Accounts[0].ID)
	s.typeInto("group", "spring\x07")
	s.accounts.form.submit()
	s.until("a refusal", func() bool { return s.says("no control or invisible characters") })
	s.typeInto("group", " spring ")
	s.accounts.form.draft.Pinned = true
	s.accounts.form.submit()
	s.until("the change", func() bool {
		a, _ := s.model.find(s.model.Accounts[0].ID)
		return a.Group == "spring" && a.Pinned
	})
	if got := strings.Join(s.listed(), " "); !strings.HasPrefix(got, "[Pinned (1)] apple") {
		t.Error(got)
	}
}
