package window

import (
	"time"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
)

// drawToday shows how much was asked of upstream today, of how much, and when
// the counts begin anew.
func (d *detail) drawToday(now time.Time) fyne.CanvasObject {
	l, a := d.look, d.account
	box := stack(grid, subhead(l, l.t("detail.today")))
	calls, forced := a.Counts(now)
	used := [][2]int{{calls, a.Quota.Calls}, {forced, a.Quota.Forced}}
	d.today = nil
	for i, f := range l.say.Quota(a, now) {
		value := newProse(f.Value, 13, l.pal.Text)
		d.today = append(d.today, value)
		box.Add(container.New(&ledger{}, word(capital(l.say.Say(f.Label)), 13, l.pal.Muted), value))
		if i < len(used) && used[i][1] > 0 && used[i][0]*100 >= used[i][1] { // less would be an empty bar

			box.Add(container.New(&ledger{}, gap(0, 0), meter(l, used[i][0], used[i][1])))
		}
	}
	d.drawnCalls = calls
	return box
}

// tickToday keeps the words true; it reports whether a count began anew.
func (d *detail) tickToday(now time.Time) (again bool) {
	if calls, _ := d.account.Counts(now); calls != d.drawnCalls {
		return true
	}
	changed := false
	for i, f := range d.look.say.Quota(d.account, now) {
		if i < len(d.today) && d.today[i].set(f.Value, d.look.pal.Text) {
			changed = true
		}
	}
	if changed {
		d.scroll.reflow()
	}
	return false
}

// capital begins a label as the others of the pane begin.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// meter is a thin bar of how much of a quota is used.
func meter(l *look, used, of int) fyne.CanvasObject {
	hue := l.pal.Muted
	if used*5 >= of*4 {
		hue = l.pal.Soon
	}
	return container.New(&share{min(1, float32(used)/float32(of))}, canvas.NewRectangle(l.pal.Line), canvas.NewRectangle(hue))
}

// share lays out the bar of a meter: the whole, and so much of it.
type share struct{ of float32 }

func (s *share) Layout(o []fyne.CanvasObject, size fyne.Size) {
	put(o[0], 0, 0, size.Width, barHeight)
	put(o[1], 0, 0, size.Width*s.of, barHeight)
}

func (s *share) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(0, barHeight) }
