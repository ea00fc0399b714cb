package window

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// application is an account of a corp.
func application(name, corp, agent string) api.Account {
	a := sample(name, core.Sandbox, noon, time.Hour, 2*time.Hour)
	a.Kind, a.Product, a.AppID, a.Params = kinds.WeCom, kinds.ProductCorpOwn, corp, core.ParamsOf(map[string]string{"agent": agent})
	return a
}

// TestApplicationsOfOneCorpStandTogether, where the first of them would, under a line
// that names the corp. One alone and another kind's account have no such line.
func TestApplicationsOfOneCorpStandTogether(t *testing.T) {
	const corp, other = "ww0123456789abcdef", "wwfedcba9876543210"
	official := sample("campaign", core.Sandbox, noon, time.Hour, 2*time.Hour)
	official.AppID = corp
	s := newStage(t,
		application("approvals", corp, "1000002"), application("bot", other, "1000002"), official,
		application("hr", corp, "1000003"), application("sales", corp, "1000004"),
	).open()
	order := func() (out []string) {
		for _, id := range s.listing.list.ids {
			a, _ := s.model.find(id)
			out = append(out, a.Name)
		}
		return out
	}
	if got := order(); !slices.Equal(got, []string{"approvals", "hr", "sales", "bot", "campaign"}) {
		t.Fatalf("the list is %v", got)
	}
	s.mustSay("CorpID " + corp + " (3)")
	s.mustNotSay("CorpID " + other)
	list := s.listing.list
	for i, over := range []float32{headHeight, 0, 0, apartGap, 0} { // the line, and the end of the group
		if high := list.tops[i+1] - list.tops[i]; high != rowHeight+over {
			t.Errorf("row %d with what is over it is %v high", i, high)
		}
	}
	for name, grouped := range map[string]bool{"approvals": true, "sales": true, "bot": false, "campaign": false} {
		if view := list.views[core.ID(name+"-sandbox")]; view.rail.Hidden == grouped {
			t.Errorf("the rail of %s is shown: %v", name, !view.rail.Hidden)
		}
	}
	// The rows cover neither the line nor each other.
	for i, id := range list.ids {
		view := list.views[id]
		if bottom := view.Position().Y + view.Size().Height; bottom != list.tops[i+1] {
			t.Errorf("row %d ends at %v, the next begins at %v", i, bottom, list.tops[i+1])
		}
	}
	if gap := list.views["bot-sandbox"].Position().Y - list.tops[3]; gap != apartGap {
		t.Errorf("the row behind the group begins %v below it", gap)
	}
	// The keyboard goes by what is seen.
	s.listing.selectAccount(list.ids[0])
	list.step(1)
	list.step(1)
	list.step(1)
	if a, _ := s.model.find(s.listing.selected); a.Name != "bot" {
		t.Errorf("three steps down is %s", a.Name)
	}
	// What a search leaves alone is no group.
	s.listing.find("hr")
	s.mustNotSay("CorpID")
	s.listing.find("")
	s.mustSay("CorpID " + corp)
}

// TestGroupsInChinese: the line is in the window's language, and long ones are cut.
func TestGroupsInChinese(t *testing.T) {
	long := strings.Repeat("w", 120)
	s := newStage(t, application("a", long, "1"), application("b", long, "2")).in("zh", 360).open()
	found := false
	walk(s.win.Content(), func(o fyne.CanvasObject) {
		if line, ok := o.(*canvas.Text); ok && strings.HasPrefix(line.Text, "企业 ID www") {
			found = line.MinSize().Width <= 360 && strings.HasSuffix(line.Text, "…")
		}
	})
	if !found {
		t.Error("no line over the group that fits")
	}
}
