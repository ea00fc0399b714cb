package window

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// thousand is a long list.
func thousand() []api.Account {
	var out []api.Account
	for i := range 1000 {
		out = append(out, sample(fmt.Sprintf("account %03d", i), core.Sandbox, noon, time.Hour+time.Duration(i)*time.Minute, 48*time.Hour))
	}
	return out
}

// A thousand accounts cost what those in sight cost.
func TestOnlyRowsInSightExist(t *testing.T) {
	s := newStage(t, thousand()...).open()
	if n := len(s.listing.list.views); n == 0 || n > 640/rowHeight+2 {
		t.Fatalf("there are %d row widgets", n)
	}
	s.listing.list.scrollTo(500 * rowHeight)
	if s.listing.list.views["account 500-sandbox"] == nil {
		t.Error("account 500 is not in sight")
	}
	if n := len(s.listing.list.views) + len(s.listing.list.spare); n > 2*(640/rowHeight+2) {
		t.Errorf("%d row widgets were made", n)
	}
	s.mustSay("account 500", "account 503")
	s.mustNotSay("account 001")
	for range 20 {
		s.key(fyne.KeyDown)
	}
	s.mustSay("account 019", "account 015")
}

// A second touches one label of each row in sight, and nothing when no figure
// changes.
func TestTickTouchesOnlyWhatChanged(t *testing.T) {
	s := newStage(t, thousand()...).open()
	paused := sample("account 001", core.Sandbox, noon, time.Hour, 2*time.Hour)
	paused.Mask, paused.State = "", core.StateEmpty
	s.agent.send(api.Event{Type: api.EventAccount, Account: &paused})
	s.until("the row without a token", func() bool { return s.listing.list.views[paused.ID].shown.Mask == "" })
	count := func() map[core.ID]int {
		out := map[core.ID]int{}
		for id, v := range s.listing.list.views {
			out[id] = v.touched
		}
		return out
	}
	before := count()
	s.tick()
	for id, n := range count() {
		if n != before[id] {
			t.Errorf("%s was touched although no time passed", id)
		}
	}
	s.time = noon.Add(time.Second)
	s.tick()
	for id, n := range count() {
		want := 1
		if id == paused.ID {
			want = 0
		}
		if got := n - before[id]; got < want || got > want+1 { // the bar may move half a unit
			t.Errorf("%s was touched %d times, want %d", id, got, want)
		}
	}
	s.mustSay("59:59")
}

// A row that comes to need a person grows, and those below move down.
func TestRowGrows(t *testing.T) {
	s := newStage(t, thousand()...).open()
	sick := blocked("account 001", core.Sandbox)
	s.agent.send(api.Event{Type: api.EventAccount, Account: &sick})
	s.untilSays("Copy IP")
	if y := s.listing.list.views["account 002-sandbox"].Position().Y; y != 2*rowHeight+stripLine+stripBelow {
		t.Errorf("the next row stands at %v", y)
	}
	healthy := sample("account 001", core.Sandbox, noon, time.Hour, 2*time.Hour)
	s.agent.send(api.Event{Type: api.EventAccount, Account: &healthy})
	s.until("the row to recover", func() bool { return !s.says("Copy IP") })
	if y := s.listing.list.views["account 002-sandbox"].Position().Y; y != 2*rowHeight {
		t.Errorf("the next row stands at %v", y)
	}
}

// Names, masks and figures keep to their places at every width.
func TestRowsDoNotOverlap(t *testing.T) {
	for _, width := range []float32{320, 360, 460, 700} {
		for _, lang := range []string{"en", "zh"} {
			s := newStage(t, town(noon)...).in(lang, width).open()
			s.listing.switchView(viewAll)
			for id, v := range s.listing.list.views {
				figures := v.time.Position().X
				for _, o := range []fyne.CanvasObject{v.name, v.kind, v.state, v.tagBox, v.mask} {
					if !o.Visible() {
						continue
					}
					if right := o.Position().X + o.MinSize().Width; o != fyne.CanvasObject(v.tagBox) && right > figures+1 {
						t.Errorf("%v %s %s: something reaches %v, the figures begin at %v", width, lang, id, right, figures)
					}
				}
			}
		}
	}
}

// The window looks closely only at those of ten thousand accounts that are in sight or
// have something to tell.
func TestTenThousandAccounts(t *testing.T) {
	s := newStage(t, crowd(10000)...).open()
	s.listing.switchView(viewAll)
	asked := 0
	ask := s.listing.list.source.row
	s.listing.list.source.row = func(id core.ID) row { asked++; return ask(id) }
	inSight := 640/rowHeight + 2
	telling := func() (n int) { // those that need a person, which every tenth does, begin a group or follow one
		for _, id := range s.listing.list.ids {
			if !s.listing.plainRow(id) {
				n++
			}
		}
		return n
	}
	if n, heads, apart := telling(), len(s.listing.groups.heads), len(s.listing.groups.apart); heads == 0 || apart > heads || n > 1000+heads+apart {
		t.Fatalf("%d rows have something to tell, %d groups begin, and %d rows follow one", n, heads, apart)
	}
	for _, step := range []struct {
		what    string
		do      func()
		telling bool // which all are measured
		most    int
	}{
		{"a search", func() { s.listing.findFrom("0") }, true, 3 * inSight},
		{"a narrower search", func() { s.listing.finder.entry.SetText("00042") }, true, 2 * inSight},
		{"its end", s.listing.closeFinder, true, 3 * inSight},
		{"a second", s.tick, false, inSight},
		{"an event out of sight", func() {
			a := sample("account 04321", core.Live, noon, time.Hour, 2*time.Hour)
			s.event(api.Event{Type: api.EventAccount, Account: &a})
		}, false, 1},
		{"one that begins to need a person out of sight", func() {
			a := blocked("account 04321", core.Live)
			s.event(api.Event{Type: api.EventAccount, Account: &a})
		}, false, 1 + 3*inSight},
	} {
		asked = 0
		step.do()
		most := step.most
		if step.telling {
			most = telling() + min(most, 3*len(s.listing.list.ids))
		}
		if asked > most {
			t.Errorf("%s asks for %d rows, want %d at most", step.what, asked, most)
		}
	}
	for i := range s.listing.list.ids {
		if by := s.listing.list.tops[i+1] - s.listing.list.tops[i]; by != float32(int(by)) || by < rowHeight {
			t.Fatalf("row %d is %v high", i, by)
		}
	}
}

// Whatever a row has to say stands in it whole, beside the button or above it,
// also where the window is narrow.
func TestProblemsAreNotCut(t *testing.T) {
	remedies := []string{
		core.RemedyNetwork, core.RemedyProxy, core.RemedyTLS, core.RemedyAnswer, core.RemedyWhitelist, core.RemedyConfirm,
		core.RemedyRefused, core.RemedyQuotaDay, core.RemedyQuotaKind, core.RemedyBudget, core.RemedyReplaced, core.RemedySecret, core.RemedyAppID, core.RemedyFrozenSecret, core.RemedyFrozen,
		core.RemedyComponent, core.RemedyKind, core.RemedyServerURL, core.RemedyServerEmpty, core.RemedyServerStale, core.RemedyUnknownCode, core.RemedyUpdate, core.RemedyAllowLive, core.RemedyReenter, core.RemedySecretAgain, core.RemedyNoHost, core.RemedyForceBudget, core.RemedyLog,
	}
	for _, width := range []float32{320, 360, 460, 700} {
		for _, lang := range []string{"en", "zh"} {
			var all []api.Account
			for _, remedy := range remedies {
				a := blocked(remedy, core.Live)
				a.Error = &api.Error{Class: core.Frozen, Remedy: remedy, Message: "m"}
				all = append(all, a)
			}
			s := newStage(t, all...).in(lang, width).open()
			s.listing.switchView(viewAll)
			for i, id := range s.listing.list.ids {
				s.listing.toggleBox(id)
				s.listing.list.scrollTo(s.listing.list.tops[i])
				v := s.listing.list.views[id]
				said := func(p *kit.Prose) string {
					var b strings.Builder
					for _, line := range linesOf(p) {
						b.WriteString(line.Text)
						if right := p.Position().X + line.MinSize().Width; right > v.Size().Width {
							t.Errorf("%v %s %s: %q reaches %v", width, lang, id, line.Text, right)
						}
					}
					return b.String()
				}
				bare := func(s string) string { return strings.ReplaceAll(s, " ", "") }
				p := v.shown.Problem
				if got := said(v.cause); bare(got) != bare(p.Cause) {
					t.Errorf("%v %s %s: the cause is cut to %q", width, lang, id, got)
				}
				if got := said(v.remedy); bare(got) != bare(p.Remedy) {
					t.Errorf("%v %s %s: the remedy is cut to %q", width, lang, id, got)
				}
				end := v.remedy.Position().Y + v.remedy.Size().Height
				left, top := v.helper.Position().X, v.helper.Position().Y
				if right := max(v.cause.Position().X+v.cause.Size().Width, v.remedy.Position().X+v.remedy.Size().Width); right > left && end > top {
					t.Errorf("%v %s %s: the words run into the button", width, lang, id)
				}
				if bottom := max(end, top+v.helper.Size().Height); bottom > v.Size().Height-barHeight {
					t.Errorf("%v %s %s: the row is too low, %v of %v", width, lang, id, bottom, v.Size().Height)
				}
			}
		}
	}
}
