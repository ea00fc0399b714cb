package window

import (
	"time"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"tokentray/ui/kit"
)

// drawToday shows how much was asked of upstream today, of how much, and when
// the counts begin anew.
func (d *detail) drawToday(now time.Time) fyne.CanvasObject {
	l, a := d.look, d.account
	box := kit.Stack(kit.Grid, kit.Subhead(l, l.T("detail.today")))
	calls, forced := a.Counts(now)
	used := [][2]int{{calls, a.Quota.Calls}, {forced, a.Quota.Forced}}
	d.today = nil
	for i, f := range l.Words.Quota(a, now) {
		value := kit.NewProse(f.Value, 13, l.Palette.Text)
		d.today = append(d.today, value)
		box.Add(container.New(&kit.FactRow{}, kit.Text(capital(l.Words.Say(f.Label)), 13, l.Palette.Muted), value))
		if i < len(used) && used[i][1] > 0 && used[i][0]*100 >= used[i][1] { // less would be an empty bar

			box.Add(container.New(&kit.FactRow{}, kit.Space(0, 0), meter(l, used[i][0], used[i][1])))
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
	for i, f := range d.look.Words.Quota(d.account, now) {
		if i < len(d.today) && d.today[i].Set(f.Value, d.look.Palette.Text) {
			changed = true
		}
	}
	if changed {
		d.scroll.Reflow()
	}
	return false
}

// capital begins a label as the others of the pane begin.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// meter is a thin bar of how much of a quota is used.
func meter(l *kit.Look, used, of int) fyne.CanvasObject {
	hue := l.Palette.Muted
	if used*5 >= of*4 {
		hue = l.Palette.Soon
	}
	return container.New(&share{min(1, float32(used)/float32(of))}, canvas.NewRectangle(l.Palette.Line), canvas.NewRectangle(hue))
}

// share lays out the bar of a meter: the whole, and so much of it.
type share struct{ of float32 }

func (s *share) Layout(o []fyne.CanvasObject, size fyne.Size) {
	kit.Place(o[0], 0, 0, size.Width, barHeight)
	kit.Place(o[1], 0, 0, size.Width*s.of, barHeight)
}

func (s *share) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(0, barHeight) }
