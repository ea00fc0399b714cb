package window

import "tokentray/core"

// Rows must not move under the pointer: a click would copy another account's token.
// When rows above change their height, or come and go, the list scrolls by the same
// amount, so that the row under the pointer keeps its place on the screen; without a
// pointer, the first whole row in sight does. At the start of the list there may be
// no room to scroll: then the rows above keep their height until the pointer leaves
// the list, or has not moved for a while.

// pointerTimeout is how many seconds after its last movement the pointer counts.
const pointerTimeout = 10

// anchor is the row that keeps its place.
type anchor struct {
	id    core.ID
	at    float32 // its top, below the upper edge of the list
	under bool    // the pointer is on it
	kept  bool    // it was in its place last time
}

// findAnchor finds the row that keeps its place.
func (v *listView) findAnchor() anchor {
	y := v.scroll.Offset.Y
	for id, view := range v.views {
		if i, ok := v.at[id]; ok && view.hovered {
			return anchor{id: id, at: v.tops[i] - y, under: true}
		}
	}
	for first, last := v.window(); first < last; first++ {
		if v.tops[first] >= y || first+1 == last {
			return anchor{id: v.ids[first], at: v.tops[first] - y}
		}
	}
	return anchor{}
}

// keepingAnchor makes a change to rows and keeps the anchor in place. The change
// reports whether rows moved.
func (v *listView) keepingAnchor(change func() bool) {
	v.anchor = v.findAnchor()
	if !change() {
		return
	}
	if i, ok := v.at[v.anchor.id]; ok {
		v.scroll.Offset.Y = min(max(0, v.tops[i]-v.anchor.at), v.maxOffset(0))
		v.anchor.kept = v.tops[i]-v.scroll.Offset.Y == v.anchor.at
	}
	v.scroll.Refresh()
	v.layoutRows()
}

// maxOffset is how far the list can be scrolled after it grew by so much.
func (v *listView) maxOffset(by float32) float32 {
	return max(0, v.tops[len(v.tops)-1]+by-v.scroll.Size().Height)
}

// keepsHeight reports whether a row keeps its height instead of changing it by so
// much: it is above the pointer, and scrolling could not compensate.
func (v *listView) keepsHeight(i int, by float32) bool {
	at, ok := v.at[v.anchor.id]
	if !ok || !v.anchor.under || i >= at || v.idle >= pointerTimeout {
		return false
	}
	y := v.tops[at] + by - v.anchor.at
	return y < 0 || y > v.maxOffset(by)
}

// releaseHeights lets the rows that kept their height change, once the pointer is
// elsewhere.
func (v *listView) releaseHeights() {
	if len(v.keptHeights) == 0 || v.idle < pointerTimeout && v.findAnchor().under {
		return
	}
	v.keepingAnchor(func() bool {
		moved := false
		for id := range v.keptHeights {
			if i, ok := v.at[id]; ok {
				moved = v.refreshRow(i) || moved
			}
			delete(v.keptHeights, id)
		}
		return moved
	})
}

// fit hides the problem of a row that has no room for it yet.
func (v *listView) fit(r row) row {
	if high, ok := v.keptHeights[r.ID]; ok && high < v.HeightOf(r) {
		r.Problem = problem{}
	}
	return r
}

// shift scrolls by as much as the list itself moved down on the screen.
func (v *listView) shift(by float32) {
	if y := min(max(0, v.scroll.Offset.Y+by), v.maxOffset(0)); y != v.scroll.Offset.Y {
		v.scrollTo(y)
	}
}
