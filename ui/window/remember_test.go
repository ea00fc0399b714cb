package window

import (
	"encoding/json"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"tokentray/core"
)

// TestTheWindowComesBackAsItWasLeft: its size and place, the split, the view of all and
// the selection. The view of one environment is always that of the active one.
func TestTheWindowComesBackAsItWasLeft(t *testing.T) {
	s := newStage(t, sample("shop", core.Sandbox, noon, time.Hour, time.Hour), sample("mall", core.Live, noon, time.Hour, time.Hour)).open()
	var left []byte
	s.cfg.Keep = func(raw []byte) error { left = raw; return nil }
	s.cfg.PlaceOf = func(fyne.Window) (Place, bool) { return Place{-300, 40}, true }
	s.win.Resize(fyne.NewSize(1000, 860))
	s.listing.switchView(viewAll)
	s.listing.selectAccount("mall-live")
	usual := s.split.left(1000)
	s.ctrl(fyne.KeyLeftBracket) // as a drag of what divides list and details
	narrower := s.split.left(1000)
	if narrower >= usual || s.pane.side.Size().Width <= 1000-usual {
		t.Errorf("the list is %v wide of before %v, the details %v", narrower, usual, s.pane.side.Size().Width)
	}
	s.remember()
	var k kept
	if err := json.Unmarshal(left, &k); err != nil || k.Place == nil || *k.Place != (Place{-300, 40}) || k.Width != 1000 || k.Height != 860 || !k.All || k.Selected != "mall-live" {
		t.Fatalf("%s, %v", left, err)
	}

	cfg := s.cfg
	cfg.Kept = left
	var put []Place
	cfg.PutAt = func(at Place) { put = append(put, at) }
	again := New(test.NewTempApp(t), cfg)
	t.Cleanup(again.Stop)
	if got := again.win.Canvas().Size(); got != fyne.NewSize(1000, 860) || again.listing.view != viewAll || again.listing.selected != "mall-live" {
		t.Errorf("it comes back as %v, %s, %s", got, again.listing.view, again.listing.selected)
	}
	if got := again.split.left(1000); got != narrower {
		t.Errorf("the list comes back %v wide, and was %v", got, narrower)
	}
	if len(put) != 1 || put[0] != (Place{-300, 40}) {
		t.Errorf("it is put at %v", put)
	}
}

// TestTheSelectionComesBackInSight: also where it is far down the list.
func TestTheSelectionComesBackInSight(t *testing.T) {
	for _, id := range []core.ID{"account 000-sandbox", "account 037-sandbox", "gone"} {
		s := newStage(t, mixed(40)...)
		s.recall(kept{Selected: id})
		s.listing.list.selected = id
		s.open()
		list := s.listing.list
		if seen := list.seen(id); seen != (id != "gone") {
			t.Errorf("%s is in sight: %v, the list is at %v", id, seen, list.scroll.Offset.Y)
		}
	}
}

// TestNonsenseIsNotRecalled, and large text gets the size it had on the screen.
func TestNonsenseIsNotRecalled(t *testing.T) {
	for _, raw := range []string{"", "x", `{"width":-3,"height":700}`, `{"width":1e9,"height":700}`, `[]`} {
		if got := recalled([]byte(raw)); got != (kept{}) || got.size(100) != fyne.NewSize(460, 640) {
			t.Errorf("%q: %+v", raw, got)
		}
	}
	if got := (kept{Width: 1000, Height: 800}).size(200); got != fyne.NewSize(500, 400) {
		t.Errorf("at twice the text size it is %v", got)
	}
	if got := (kept{Width: 100, Height: 100}).size(100); got != fyne.NewSize(360, 400) {
		t.Errorf("smaller than it can be: %v", got)
	}
}

// FuzzRecalled: whatever was kept, the window begins in a size that can be used.
func FuzzRecalled(f *testing.F) {
	for _, raw := range []string{`{"width":1000,"height":860,"split":0.4,"place":{"X":-300,"Y":40}}`, `{"width":-1}`, `{"height":1e30}`, `{"split":2}`, `{"width":1,"height":1}`, "null", "[]", ""} {
		f.Add([]byte(raw), 100)
	}
	f.Fuzz(func(t *testing.T, raw []byte, percent int) {
		k := recalled(raw)
		if k.Split < 0 || k.Split > 1 {
			t.Fatalf("a share of %v", k.Split)
		}
		percent = 50 + (percent%200+200)%200
		if s := k.size(percent); !(s.Width >= 360 && s.Height >= 400 && s.Width <= 2*maxKept && s.Height <= 2*maxKept) {
			t.Fatalf("%q at %d: %v", raw, percent, s)
		}
	})
}
