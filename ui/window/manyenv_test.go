package window

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
)

// TestManyAsEnv: the tokens of what is marked are one block, concealed on the clipboard
// and cleared; live ones are asked about where that is set. No token is on the screen.
func TestManyAsEnv(t *testing.T) {
	s := newStage(t, sample("shop", core.Sandbox, noon, time.Hour, 2*time.Hour), sample("shop", core.Live, noon, time.Hour, 2*time.Hour)).open()
	ids := []core.ID{"shop-sandbox", "shop-live"}
	s.model.Settings.AskLiveCopy = true
	s.many.copyEnv(ids)
	s.mustSay("shop/sandbox, shop/live")
	if slices.ContainsFunc(s.agent.log(), func(call string) bool { return strings.HasPrefix(call, "token ") }) {
		t.Error("tokens are fetched before the question is answered")
	}
	s.press("Copy LIVE token")
	s.untilCalled("text env+live 2 secret=true")
	want := "# shop/sandbox\nSHOP_SANDBOX_ACCESS_TOKEN=" + s.agent.secret + "\n# shop/live\nSHOP_LIVE_ACCESS_TOKEN=" + s.agent.secret + "\n"
	if got := s.agent.copied(); got != want {
		t.Errorf("copied is\n%s", got)
	}
	s.untilSays("tokens as .env: 2, LIVE among them")
	s.mustNotSay(s.agent.secret[:12])

	// A block with a part missing would be taken for the whole.
	s.agent.fails("token ", failure(core.Temporary, core.RemedyNetwork))
	before := len(s.agent.log())
	s.model.Settings.AskLiveCopy = false
	s.many.copyEnv(ids)
	s.until("the failure", func() bool { return s.snackbar.shown.Bad })
	for _, call := range s.agent.log()[before:] {
		if strings.HasPrefix(call, "text ") {
			t.Errorf("a part was copied: %s", call)
		}
	}
}

// TestManyAreExported: what is marked, and nothing else, goes into a file.
func TestManyAreExported(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	s := newStage(t, town(noon)...).open()
	s.exports.exportList([]core.ID{"gate-sandbox", "new-sandbox"})
	s.mustSay("Export 2 marked accounts")
	s.press("Save")
	s.untilSays("Saved")
	if got := read(s.agent, &s.agent.exported); !slices.Equal(got, []core.ID{"gate-sandbox", "new-sandbox"}) {
		t.Errorf("exported are %v", got)
	}
	files, err := filepath.Glob(filepath.Join(os.Getenv("HOME"), "tokentray-*.json"))
	if err != nil || len(files) != 1 {
		t.Errorf("%v, %v", files, err)
	}
}

// TestDetailsAreCopiedFromTheRow: each by one choice, and only those that there are.
func TestDetailsAreCopiedFromTheRow(t *testing.T) {
	inZone(t, time.UTC)
	s := newStage(t, town(noon)...).open()
	labels := func(a api.Account) (out []string) {
		for _, item := range s.menus.factsItem(a).ChildMenu.Items {
			out = append(out, item.Label)
		}
		return out
	}
	gate, _ := s.model.find("gate-sandbox")
	if got := strings.Join(labels(gate), ", "); got != "AppID, Base URL, errcode, IP, rid" {
		t.Errorf("of a refused account: %s", got)
	}
	shop, _ := s.model.find("shop-sandbox")
	if got := strings.Join(labels(shop), ", "); got != "AppID, Base URL, Expires, Obtained, Last used" {
		t.Errorf("of a healthy one: %s", got)
	}
	shop.Checked = &api.CheckResult{Accepted: true, Finding: core.FoundWorks, At: ago(time.Hour)}
	copies := func(a api.Account, label, want string) {
		t.Helper()
		items := s.menus.factsItem(a).ChildMenu.Items
		i := slices.IndexFunc(items, func(item *fyne.MenuItem) bool { return item.Label == label })
		if i < 0 {
			t.Fatalf("there is no %q", label)
		}
		items[i].Action()
		s.until(label, func() bool { return s.agent.copied() == want })
	}
	copies(gate, "errcode", "40164")
	copies(shop, "Base URL", "https://api.weixin.qq.com")
	copies(shop, "Expires", exactly(shop.ExpiresAt))
	copies(shop, "Obtained", exactly(shop.ObtainedAt))
	copies(shop, "Last used", "2026-11-22T11:58:30Z")
	copies(shop, "Last check", "2026-11-22T11:00:00Z")
}
