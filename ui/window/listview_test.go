package window

import (
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
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
	if n := len(s.list.views); n == 0 || n > 640/rowHeight+2 {
		t.Fatalf("there are %d row widgets", n)
	}
	s.list.scrollTo(500 * rowHeight)
	if s.list.views["account 500-sandbox"] == nil {
		t.Error("account 500 is not in sight")
	}
	if n := len(s.list.views) + len(s.list.spare); n > 2*(640/rowHeight+2) {
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
	s.until("the row without a token", func() bool { return s.list.views[paused.ID].shown.Mask == "" })
	count := func() map[core.ID]int {
		out := map[core.ID]int{}
		for id, v := range s.list.views {
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
	if y := s.list.views["account 002-sandbox"].Position().Y; y != 2*rowHeight+problemHeight {
		t.Errorf("the next row stands at %v", y)
	}
	well := sample("account 001", core.Sandbox, noon, time.Hour, 2*time.Hour)
	s.agent.send(api.Event{Type: api.EventAccount, Account: &well})
	s.until("the row to be well", func() bool { return !s.says("Copy IP") })
	if y := s.list.views["account 002-sandbox"].Position().Y; y != 2*rowHeight {
		t.Errorf("the next row stands at %v", y)
	}
}

// Names, masks and figures keep to their places at every width.
func TestRowsDoNotOverlap(t *testing.T) {
	for _, width := range []float32{320, 360, 460, 700} {
		for _, lang := range []string{"en", "zh"} {
			s := newStage(t, town(noon)...).in(lang, width).open()
			s.switchView(viewAll)
			for id, v := range s.list.views {
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
