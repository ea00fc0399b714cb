package window

import (
	"math"

	"fyne.io/fyne/v2"
)

// The strip is the part of a row that needs a person: cause, remedy and the
// button that helps. The button stands beside the words; where the window is so
// narrow that these would become a column of single words, it stands below.

// Measures of a strip.
const (
	stripText  = 13
	stripLeast = 48
	stripLeft  = rowLeft - 2*grid
	stripBelow = 2 * grid // air between the strip and the bar of life
)

// stripLines is how the words of a strip are broken at some width.
type stripLines struct {
	cause, remedy int  // lines of each
	below         bool // the button stands under the words
	room          float32
	high          float32 // of the strip, without the air below
}

// layStrip decides how a problem is told in a row of that width.
func layStrip(p problem, width float32) stripLines {
	button := measure(p.Button, stripText, fyne.TextStyle{Bold: true}).Width + 5*grid
	inner := width - stripLeft - 2*grid
	line := measure("M", stripText, fyne.TextStyle{}).Height
	lay := func(room float32) stripLines {
		fits := func(s string) bool { return measure(s, stripText, fyne.TextStyle{}).Width <= room }
		s := stripLines{cause: len(wrap(p.Cause, fits)), remedy: len(wrap(p.Remedy, fits)), room: room}
		// Whole units: the tops of ten thousand rows are exact then.
		s.high = float32(math.Ceil(float64(float32(s.cause+s.remedy)*line))) + 2*(grid+1)
		return s
	}
	beside := lay(max(1, inner-button-6*grid))
	beside.high = max(stripLeast, beside.high)
	if beside.cause+beside.remedy <= 2 {
		return beside
	}
	below := lay(max(1, inner-4*grid))
	below.high += smallButtonHeight + 2*grid
	below.below = true
	if below.high < beside.high {
		return below
	}
	return beside
}

// stripHeights remembers how high strips are: many accounts have the same
// problem, and breaking words into lines takes its time.
type stripHeights map[stripKey]float32

type stripKey struct {
	problem problem
	width   float32
}

// of is the height that a problem adds to a row of that width.
func (h stripHeights) of(p problem, width float32) float32 {
	key := stripKey{p, width}
	high, ok := h[key]
	if !ok {
		if len(h) > 1000 { // widths that a window had while it was drawn larger
			clear(h)
		}
		high = layStrip(p, width).high + stripBelow
		h[key] = high
	}
	return high
}

// placeProblem places the strip of a row.
func (r *rowView) placeProblem(size fyne.Size) {
	p, pal := r.shown.Problem, r.look.pal
	hide := p.Act == actNone
	r.strip.Hidden, r.cause.Hidden, r.remedy.Hidden, r.helper.Hidden = hide, hide, hide, hide
	if hide {
		return
	}
	s := layStrip(p, size.Width)
	top, width := float32(rowHeight-barHeight), size.Width-stripLeft-2*grid
	put(r.strip, stripLeft, top, width, s.high)
	r.helper.rename(p.Button)
	b := r.helper.MinSize()
	x, y := stripLeft+width-b.Width-2*grid, top+(s.high-b.Height)/2
	if s.below {
		y = top + s.high - b.Height - 2*grid
	}
	put(r.helper, x, y, b.Width, b.Height)
	line := measure("M", stripText, fyne.TextStyle{}).Height
	y = top + grid + 1
	if words := float32(s.cause+s.remedy) * line; !s.below {
		y = top + (s.high-words)/2
	}
	r.cause.set(p.Cause, pal.Text)
	r.remedy.set(p.Remedy, pal.Muted)
	put(r.cause, stripLeft+2*grid, y, s.room, float32(s.cause)*line)
	put(r.remedy, stripLeft+2*grid, y+float32(s.cause)*line, s.room, float32(s.remedy)*line)
}
