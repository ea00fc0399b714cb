package window

import (
	"slices"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/ui/kit"
)

// Rows must not move under the pointer: a click would copy another account's token.
// When rows above change their height, or come and go, the list scrolls by the same
// amount, so that the row under the pointer keeps its place on the screen; without a
// pointer, the first whole row in sight does. At the start of the list there may be
// no room to scroll: then rows keep their height and their order, and new rows wait,
// until the pointer leaves the list, or has not moved for a while. What cannot wait,
// such as a row that was removed or a message that goes, leaves empty room above the
// first or below the last row meanwhile.

// pointerTimeout is how many seconds after its last movement the pointer counts.
const pointerTimeout = 10

// anchor is the row that keeps its place.
type anchor struct {
	id    core.ID
	at    float32 // its top, below the upper edge of the list
	under bool    // the pointer is on it
	kept  bool    // it was in its place last time
	loose bool    // a person changed the list: nothing waits
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
	v.remember()
	if !change() {
		return
	}
	if i, ok := v.at[v.anchor.id]; ok {
		y := v.tops[i] - v.anchor.at
		if v.holds(v.anchor) {
			y = v.makeRoom(y, v.scroll.Size().Height)
		}
		v.scroll.Offset.Y = min(max(0, y), v.maxOffset(0))
		v.anchor.kept = v.tops[i]-v.scroll.Offset.Y == v.anchor.at
	}
	if !v.anchor.loose {
		v.arrive()
	}
	v.scroll.Refresh()
	v.layoutRows()
}

// holds reports whether the pointer is on the anchor and counts.
func (v *listView) holds(a anchor) bool { return a.under && !a.loose && v.idle < pointerTimeout }

// makeRoom adds empty room, so that a list of that height can be scrolled to y. It
// returns y, or 0 where the room is above.
func (v *listView) makeRoom(y, high float32) float32 {
	if y < 0 {
		v.setLead(v.lead - y)
		y = 0
	}
	if y > max(0, v.end()-high) {
		v.tail += y + high - v.end()
	}
	return y
}

// setLead sets the room above the first row.
func (v *listView) setLead(room float32) {
	for i := range v.tops {
		v.tops[i] += room - v.lead
	}
	v.lead = room
}

// fitsOrder reports whether the row under the pointer keeps its place, by scrolling
// alone, when the list takes other accounts or another order.
func (v *listView) fitsOrder(ids []core.ID) bool {
	a := v.findAnchor()
	if !v.holds(a) {
		return true
	}
	total, top, found := v.lead, float32(0), false
	for _, id := range ids {
		if id == a.id {
			top, found = total, true
		}
		total += v.rowHeight(id)
	}
	y := top - a.at
	return !found || y >= 0 && y <= max(0, total+v.tail-v.scroll.Size().Height)
}

// staying are the rows of now, in their order, that are among ids.
func (v *listView) staying(ids []core.ID) []core.ID {
	among := make(map[core.ID]bool, len(ids))
	for _, id := range ids {
		among[id] = true
	}
	return slices.DeleteFunc(slices.Clone(v.ids), func(id core.ID) bool { return !among[id] })
}

// resize gives the list another height, as when a message comes or goes below it.
func (v *listView) resize(s fyne.Size) {
	if a := v.findAnchor(); v.holds(a) {
		v.makeRoom(v.scroll.Offset.Y, s.Height)
	}
	kit.Place(v.scroll, 0, 0, s.Width, s.Height)
}

// maxOffset is how far the list can be scrolled after it grew by so much.
func (v *listView) maxOffset(by float32) float32 {
	return max(0, v.end()+by-v.scroll.Size().Height)
}

// end is how high all rows are together, with the room around them.
func (v *listView) end() float32 { return v.tops[len(v.tops)-1] + v.tail }

// keepsHeight reports whether a row keeps its height instead of changing it by so
// much: it is above the pointer, and scrolling could not compensate.
func (v *listView) keepsHeight(i int, by float32) bool {
	at, ok := v.at[v.anchor.id]
	if !ok || !v.holds(v.anchor) || i >= at {
		return false
	}
	y := v.tops[at] + by - v.anchor.at
	return y < 0 || y > v.maxOffset(by)
}

// release lets what waited for the pointer change, once the pointer is elsewhere.
func (v *listView) release() {
	if v.holds(v.findAnchor()) {
		return
	}
	v.on.released()
	if len(v.keptHeights) == 0 && v.lead == 0 && v.tail == 0 {
		return
	}
	v.keepingAnchor(func() bool {
		moved := v.lead != 0 || v.tail != 0
		v.setLead(0)
		v.tail = 0
		for id := range v.keptHeights {
			if i, ok := v.at[id]; ok {
				moved = v.refreshRow(i) || moved
			}
			delete(v.keptHeights, id)
		}
		return moved
	})
}

// fit shows less of the problem of a row that has no room for it yet: one line, or
// nothing.
func (v *listView) fit(r row) row {
	high, kept := v.keptHeights[r.ID]
	if r.Open && kept && high < v.HeightOf(r) {
		r.Open = false
	}
	if kept && high < v.HeightOf(r) {
		r.Problem = problem{}
	}
	return r
}

// shift scrolls by as much as the list itself moved down on the screen.
func (v *listView) shift(by float32) {
	if by == 0 {
		return
	}
	y := v.scroll.Offset.Y + by
	if v.holds(v.findAnchor()) {
		y = v.makeRoom(y, v.scroll.Size().Height)
		v.scroll.Refresh()
		v.layoutRows()
	}
	if y = min(max(0, y), v.maxOffset(0)); y != v.scroll.Offset.Y {
		v.scrollTo(y)
	}
}
