package window

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// TestTheWheelInTheList: a notch moves the list by about a row, as in other programs of
// the desktop. macOS scrolls by itself at its own pace.
func TestTheWheelInTheList(t *testing.T) {
	if runtime.GOOS == "darwin" {
		t.Skip("macOS has its own pace")
	}
	s := newStage(t, thousand()...).open()
	const notch = 25 // of Fyne, in its units
	for range 4 {
		before := s.listing.list.scroll.Offset.Y
		s.listing.list.scroll.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -notch)})
		if by := s.listing.list.scroll.Offset.Y - before; by < 60 || by > 100 {
			t.Errorf("a notch moves the list by %v", by)
		}
	}
}

// TestThePathOfAnExport: the field for the path is one line without a bar over it, and a
// button chooses the folder.
func TestThePathOfAnExport(t *testing.T) {
	s := newStage(t, healthy("shop")).open()
	a, _ := s.model.find("shop-sandbox")
	s.pane.on.export(a, []api.HistoryEntry{})
	s.mustSay("Browse…")
	fields := 0
	walk(s.win.Canvas().Overlays().Top(), func(o fyne.CanvasObject) {
		if e, ok := o.(*kit.Entry); ok {
			fields++
			if e.MultiLine || e.Wrapping != fyne.TextWrap(fyne.TextTruncateClip) {
				t.Errorf("the field of %q scrolls", e.Text)
			}
		}
	})
	if fields != 1 {
		t.Errorf("%d fields", fields)
	}
}

// TestAPaneBesideTheList: a window of 760 units shows list and details side by side.
func TestAPaneBesideTheList(t *testing.T) {
	s := newStage(t, healthy("shop"), sample("blog", core.Sandbox, noon, time.Hour, 2*time.Hour)).in("en", 760).open()
	s.pane.openDetail("shop-sandbox")
	if !s.wide() || !s.listing.root.Visible() {
		t.Error("the list is covered")
	}
	if said := strings.Join(s.words(), "\n"); !strings.Contains(said, "blog") || !strings.Contains(said, "Reveal") {
		t.Errorf("the window says\n%s", said)
	}
}
