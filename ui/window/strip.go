package window

import (
	"math"

	"fyne.io/fyne/v2"

	"tokentray/ui/kit"
)

// The strip is the part of a row that needs a person: cause, remedy and the button
// that helps. The button is beside the words; if the window is too narrow for that,
// it is below them.

// Measures of a strip.
const (
	stripText  = 13
	stripLeast = 48
	stripLeft  = kit.RowLeft - 2*kit.Grid
	stripBelow = 2 * kit.Grid // air between the strip and the bar of life
)

// stripLines is how the words of a strip are broken at a width.
type stripLines struct {
	cause, remedy int  // lines of each
	below         bool // the button stands under the words
	width         float32
	high          float32 // of the strip, without the air below
}

// layoutStrip decides how a row of that width shows a problem.
func layoutStrip(p problem, width float32) stripLines {
	button := kit.Measure(p.Button, stripText, fyne.TextStyle{Bold: true}).Width + 5*kit.Grid
	inner := width - stripLeft - 2*kit.Grid
	line := kit.Measure("M", stripText, fyne.TextStyle{}).Height
	lay := func(room float32) stripLines {
		fits := func(s string) bool { return kit.Measure(s, stripText, fyne.TextStyle{}).Width <= room }
		s := stripLines{cause: len(kit.Wrap(p.Cause, fits)), remedy: len(kit.Wrap(p.Remedy, fits)), width: room}
		// Whole units: the tops of ten thousand rows are exact then.
		s.high = float32(math.Ceil(float64(float32(s.cause+s.remedy)*line))) + 2*(kit.Grid+1)
		return s
	}
	beside := lay(max(1, inner-button-6*kit.Grid))
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

// stripHeights caches heights of strips: many accounts have the same problem, and
// breaking words into lines is slow.
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
		high = layoutStrip(p, width).high + stripBelow
		h[key] = high
	}
	return high
}
