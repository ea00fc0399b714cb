package window

import (
	"slices"
	"time"

	"tokentray/core"
)

// A person aims at a row, and before the click somebody else changes the list: the row
// under the pointer is removed, or the environment is switched, and another row comes
// there. What was meant for the one must not copy the token of the other. So a row that
// was moved takes no click for a moment, a press that began on another row counts for
// neither, and keys wait where the selection was replaced.

// misclickTime is how long that moment is. The tray has the same.
const misclickTime = 300 * time.Millisecond

// remember keeps where each row in sight stands on the screen.
func (v *listView) remember() {
	if v.stood == nil {
		v.stood = map[core.ID]float32{}
	}
	clear(v.stood)
	for first, last := v.window(); first < last; first++ {
		v.stood[v.ids[first]] = v.tops[first] - v.scroll.Offset.Y
	}
}

// arrive marks the rows in sight that stand elsewhere than remember saw them, unless
// none was there.
func (v *listView) arrive() {
	if len(v.stood) == 0 {
		return
	}
	now := v.on.now()
	for id, at := range v.arrived {
		if now.Sub(at) >= misclickTime {
			delete(v.arrived, id)
		}
	}
	for first, last := v.window(); first < last; first++ {
		id := v.ids[first]
		if was, there := v.stood[id]; !there || was != v.tops[first]-v.scroll.Offset.Y {
			v.arrived[id] = now
		}
	}
}

// exchanged marks all rows as arrived, and the selection as somebody else's choice.
func (v *listView) exchanged() {
	v.reselected = v.on.now()
	for first, last := v.window(); first < last; first++ {
		v.arrived[v.ids[first]] = v.reselected
	}
}

// settled reports whether a click on a row is meant for it.
func (v *listView) settled(id core.ID) bool {
	at, moved := v.arrived[id]
	return !moved || v.on.now().Sub(at) >= misclickTime
}

// chosen reports whether a key is meant for the selected row.
func (v *listView) chosen() bool {
	return v.reselected.IsZero() || v.on.now().Sub(v.reselected) >= misclickTime
}

// meansAccount reports whether the key does something with the selected account.
func (b binding) meansAccount() bool {
	return b.group == keysAccount || b.group == keysList && slices.Contains([]string{"mark", "copy", "details", "menu", "pin", "box", "delete"}, b.name)
}
