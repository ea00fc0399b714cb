package window

import (
	"math"

	"fyne.io/fyne/v2"

	"tokentray/ui/kit"
)

// The strip is the part of a row that needs a person: cause, remedy and the button
// that helps. It has one line, which begins with the cause and shows as much of the
// remedy as fits; the button says what to do anyway. Opened, it shows all words, with
// the button beside them or, if the window is too narrow for that, below.

// Measures of a strip.
const (
	stripText    = 13
	stripLine    = 36 // of one line
	stripCompact = 30 // of one line, under a row of one line
	stripLeast   = 48 // opened
	stripLeft    = kit.RowLeft - 2*kit.Grid
	stripBelow   = 2 * kit.Grid // air between the strip and the bar of life
	stripAir     = kit.Grid     // the same, under a row of one line
	stripMark    = 16           // the mark that it can be opened, before the words
)

// stripLines is how the words of an opened strip are broken at a width.
type stripLines struct {
	cause, remedy int  // lines of each
	below         bool // the button stands under the words
	width         float32
	high          float32 // of the strip, without the air below
}

// stripRoom is the room that the words of a strip have beside the button.
func stripRoom(p problem, width float32) float32 {
	button := kit.Measure(p.Button, stripText, fyne.TextStyle{Bold: true}).Width + 5*kit.Grid
	return max(1, width-stripLeft-2*kit.Grid-stripMark-button-6*kit.Grid)
}

// layoutStrip decides how a row of that width shows a problem in full.
func layoutStrip(p problem, width float32) stripLines {
	inner := width - stripLeft - 2*kit.Grid - stripMark
	line := kit.Measure("M", stripText, fyne.TextStyle{}).Height
	lay := func(room float32) stripLines {
		fits := func(s string) bool { return kit.Measure(s, stripText, fyne.TextStyle{}).Width <= room }
		s := stripLines{cause: len(kit.Wrap(p.Cause, fits)), remedy: len(kit.Wrap(p.Remedy, fits)), width: room}
		// Whole units: the tops of ten thousand rows are exact then.
		s.high = float32(math.Ceil(float64(float32(s.cause+s.remedy)*line))) + 2*(kit.Grid+1)
		return s
	}
	beside := lay(stripRoom(p, width))
	beside.high = max(stripLeast, beside.high)
	if beside.cause+beside.remedy <= 2 {
		return beside
	}
	below := lay(max(1, inner-4*kit.Grid))
	below.high += kit.SmallButtonHeight + 2*kit.Grid
	below.below = true
	if below.high < beside.high {
		return below
	}
	return beside
}

// stripHigh is how high a strip is, without the air below.
func stripHigh(p problem, compact, open bool, width float32) float32 {
	switch {
	case open:
		return layoutStrip(p, width).high
	case compact:
		return stripCompact
	}
	return stripLine
}

// stripHeights caches heights of opened strips: many accounts have the same problem,
// and breaking words into lines is slow.
type stripHeights map[stripKey]float32

type stripKey struct {
	problem problem
	width   float32
}

// of is the height that a problem adds to a row of that width.
func (h stripHeights) of(p problem, compact, open bool, width float32) float32 {
	air := float32(stripBelow)
	if compact {
		air = stripAir
	}
	if !open {
		return stripHigh(p, compact, false, width) + air
	}
	key := stripKey{p, width}
	high, ok := h[key]
	if !ok {
		if len(h) > 1000 { // widths that a window had while it was drawn larger
			clear(h)
		}
		high = stripHigh(p, compact, true, width)
		h[key] = high
	}
	return high + air
}

// placeProblem places the strip of a row.
func (r *rowView) placeProblem(size fyne.Size) {
	s, p := r.shown, r.shown.Problem
	hide := p.Action == actionNone
	r.strip.Hidden, r.cause.Hidden, r.remedy.Hidden, r.helper.Hidden = hide, hide, hide, hide
	r.folded.Hidden, r.unfolded.Hidden = true, true
	if hide {
		return
	}
	lines := stripLines{high: stripHigh(p, s.Compact, s.Open, size.Width)}
	if s.Open {
		lines = layoutStrip(p, size.Width)
	}
	top, width := s.least()-barHeight, size.Width-stripLeft-2*kit.Grid
	kit.Place(r.strip, stripLeft, top, width, lines.high)
	r.helper.Rename(p.Button)
	b := r.helper.MinSize()
	x, y := stripLeft+width-b.Width-2*kit.Grid, top+(lines.high-b.Height)/2
	if lines.below {
		y = top + lines.high - b.Height - 2*kit.Grid
	}
	kit.Place(r.helper, x, y, b.Width, b.Height)
	if s.Open {
		r.placeOpened(lines, top)
	} else {
		r.placeClosed(stripRoom(p, size.Width), top, lines.high)
	}
}

// placeOpened writes all words of a problem.
func (r *rowView) placeOpened(s stripLines, top float32) {
	p, pal := r.shown.Problem, r.ui.Palette
	line := kit.Measure("M", stripText, fyne.TextStyle{}).Height
	x, y := float32(stripLeft+kit.Grid+stripMark), top+kit.Grid+1
	if words := float32(s.cause+s.remedy) * line; !s.below {
		y = top + (s.high-words)/2
	}
	r.unfolded.Hidden = false
	kit.Place(r.unfolded, stripLeft+kit.Grid/2, y+(line-stripMark)/2, stripMark, stripMark)
	r.cause.Set(p.Cause, pal.Text)
	r.remedy.Set(p.Remedy, pal.Muted)
	kit.Place(r.cause, x, y, s.width, float32(s.cause)*line)
	kit.Place(r.remedy, x, y+float32(s.cause)*line, s.width, float32(s.remedy)*line)
}

// placeClosed writes what fits into one line.
func (r *rowView) placeClosed(room, top, high float32) {
	p, pal := r.shown.Problem, r.ui.Palette
	line := kit.Measure("M", stripText, fyne.TextStyle{}).Height
	x, y := float32(stripLeft+kit.Grid+stripMark), top+(high-line)/2
	cause := kit.Ellipsize(p.Cause, room, stripText, fyne.TextStyle{})
	used := kit.Measure(cause, stripText, fyne.TextStyle{}).Width + kit.Grid
	remedy := ""
	if left := room - used; cause == p.Cause && left > 10*kit.Grid {
		remedy = kit.Ellipsize(p.Remedy, left, stripText, fyne.TextStyle{})
	}
	r.folded.Hidden = cause == p.Cause && remedy == p.Remedy
	kit.Place(r.folded, stripLeft+kit.Grid/2, top+(high-stripMark)/2, stripMark, stripMark)
	r.cause.Set(cause, pal.Text)
	r.remedy.Set(remedy, pal.Muted)
	kit.Place(r.cause, x, y, used, line)
	kit.Place(r.remedy, x+used, y, max(1, room-used+1), line)
}
