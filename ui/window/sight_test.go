package window

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/text"
)

// TestSightKeepsItsPlace: what is pointed at stays under the pointer, from ten minutes to
// seven days, and what is shown never leaves the time that there is.
func TestSightKeepsItsPlace(t *testing.T) {
	last := noon.Add(86 * time.Minute)
	for _, at := range []time.Time{noon, ago(3 * time.Hour), ago(20 * time.Hour)} {
		s := sight{}
		for _, step := range []int{-1, -1, -3, -20, 1, 2, 5, 30, -30} {
			from, to := s.bounds(noon, last)
			share := at.Sub(from).Seconds() / to.Sub(from).Seconds()
			next := s.zoomed(step, at, noon, last)
			from, to = next.bounds(noon, last)
			if got := at.Sub(from).Seconds() / to.Sub(from).Seconds(); next.past != mostPast && s.past != mostPast && (got-share > 0.01 || share-got > 0.01) && !next.end.IsZero() {
				t.Errorf("%v before noon, %v to %v: from %.3f of the width to %.3f", noon.Sub(at), s.length(), next.length(), share, got)
			}
			if from.Before(ago(mostPast)) || to.After(last.Add(next.ahead())) && !next.end.IsZero() {
				t.Errorf("%v shows from %v to %v", next, from, to)
			}
			s = next
		}
		if s.length() != 10*time.Minute {
			t.Errorf("the closest is %v", s.length())
		}
	}
	if s := (sight{}).zoomed(99, noon, noon, noon); s.length() != mostPast || !s.end.IsZero() {
		t.Errorf("the widest is %+v", s)
	}
	if s := (sight{past: time.Hour}).by(-500, noon, noon); !s.bounds0(noon).Equal(ago(mostPast)) {
		t.Errorf("it goes back to %v", s.bounds0(noon))
	}
	if s := (sight{past: time.Hour}).by(-1, noon, noon).by(9, noon, noon); !s.end.IsZero() {
		t.Errorf("back at now it does not go with the clock: %+v", s)
	}
}

func (s sight) bounds0(now time.Time) time.Time { from, _ := s.bounds(now, now); return from }

func TestSightInWords(t *testing.T) {
	inZone(t, time.UTC)
	for _, tt := range []struct {
		in     sight
		en, zh string
	}{
		{sight{}, "The last 24 hours", "最近 24 小时"},
		{sight{past: 10 * time.Minute}, "The last 10 minutes", "最近 10 分钟"},
		{sight{past: time.Hour}, "The last 60 minutes", "最近 60 分钟"},
		{sight{past: mostPast}, "The last 7 days", "最近 7 天"},
		{sight{past: 3 * time.Hour, end: ago(12 * time.Hour)}, "11-21 20:45 – 11-22 00:00", "11-21 20:45 – 11-22 00:00"},
	} {
		if en, zh := tt.in.words(uiIn(text.English), noon, noon), tt.in.words(uiIn(text.Chinese), noon, noon); en != tt.en || zh != tt.zh {
			t.Errorf("%+v: %q, %q", tt.in, en, zh)
		}
	}
}

// TestShortLivesAreReadableCloser: where a day shows one block, ten minutes show each
// token, with its seconds.
func TestShortLivesAreReadableCloser(t *testing.T) {
	inZone(t, time.UTC)
	a, h := shortLives()
	day := timelineOf(h, a, noon, sight{}, 40)
	if len(day.Lives) > 5 || day.Marks[1].N < 10 {
		t.Errorf("the day shows %d lives, and a mark counts %d", len(day.Lives), day.Marks[1].N)
	}
	near := timelineOf(h, a, noon, sight{past: 10 * time.Minute}, 40)
	if len(near.Lives) < 9 {
		t.Errorf("ten minutes show %d lives", len(near.Lives))
	}
	for _, l := range near.Lives {
		if l.N != 1 {
			t.Errorf("%d lives are one block", l.N)
		}
	}
	if got, want := near.read(uiIn(text.English), ago(5*time.Minute)), "11:55:00 · renewed · ••••1155 from 11:55:00 to 11:56:00 · the one before may work until 11:56:00"; got != want {
		t.Errorf("it reads\n%s, want\n%s", got, want)
	}
	week := timelineOf(h, a, noon, sight{past: mostPast}, 40)
	if len(week.Lives) > 5 || len(week.Marks) > 20 {
		t.Errorf("a week shows %d lives and %d marks", len(week.Lives), len(week.Marks))
	}
}

// TestChartZoomsByWheelAndKeys, and the arrows bring in sight what happened before.
func TestChartZoomsByWheelAndKeys(t *testing.T) {
	inZone(t, time.UTC)
	s := openBusy(t, nil)
	c := s.pane.detail.chart
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(c).AddXY(c.x(ago(3*time.Hour), c.Size().Width), 20)
	local := fyne.NewPos(c.x(ago(3*time.Hour), c.Size().Width), 20)
	turn := func(dy float32) {
		c.Scrolled(&fyne.ScrollEvent{PointEvent: fyne.PointEvent{Position: local}, Scrolled: fyne.NewDelta(0, dy)})
	}
	before := s.pane.detail.page.Offset()
	turn(-25) // the page came under the pointer: it goes on scrolling
	if c.sight.length() != dayPast || s.pane.detail.page.Offset() == before {
		t.Errorf("the page does not scroll: %v, %v", c.sight.length(), s.pane.detail.page.Offset())
	}
	c.wheel.passed = time.Time{}
	test.MoveMouse(s.win.Canvas(), at)
	c.MouseIn(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: local}})
	turn(25)
	if c.sight.length() != 18*time.Hour {
		t.Errorf("a notch shows %v", c.sight.length())
	}
	s.mustSay("9:")
	turn(-25)
	s.win.Canvas().Focus(c)
	s.key(fyne.KeyHome)
	for range 9 {
		c.TypedRune('+')
	}
	s.mustSay("The last 60 minutes", "12:00:00 · 86_ff••••6666 since 11:26:00, expires 13:26:00")
	s.key(fyne.KeyEnd)
	s.mustSay("13:26:00 · 86_ff••••6666 since 11:26:00, expires 13:26:00")
	s.key(fyne.KeyHome)
	s.mustSay("The last 60 minutes")
	s.key(fyne.KeyLeft)
	s.mustSay("11:26:00 · renewed")
	s.key(fyne.KeyLeft)
	s.mustSay("09:30:00 · renewed") // 85_ee, which was out of sight
	if c.sight.end.IsZero() {
		t.Error("it stands still and goes with the clock")
	}
	s.press("now")
	s.mustSay("The last 60 minutes")
	s.key(fyne.KeyPageUp)
	s.mustSay("10:15 – 11:20")
	c.TypedRune('0')
	s.mustSay("The last 24 hours")
	for range 99 {
		c.TypedRune('-')
	}
	s.mustSay("The last 7 days", "renewed 5")
	if c.wider.Enabled() || !c.closer.Enabled() {
		t.Error("the buttons do not say that this is the widest")
	}
}

// TestChartOfTenMinutesMovesEverySecond, and another account keeps how close a person looks.
func TestChartOfTenMinutesMovesEverySecond(t *testing.T) {
	s := openBusy(t, nil)
	other := sample("other", core.Sandbox, noon, time.Hour, 2*time.Hour)
	s.event(api.Event{Type: api.EventAccount, Account: &other})
	c := s.pane.detail.chart
	c.look(sight{past: 10 * time.Minute})
	before := s.chartObjects()
	s.time = noon.Add(time.Second)
	s.tick()
	if now := s.chartObjects(); &now[0] == &before[0] {
		t.Error("a second later the picture is the same")
	}
	s.listing.selectAccount(other.ID)
	s.pane.openDetail(other.ID)
	if got := s.pane.state.sight; got != (sight{past: 10 * time.Minute}) || s.pane.state.account.ID != other.ID {
		t.Errorf("the other account shows %+v", got)
	}
}
