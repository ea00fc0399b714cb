package window

import (
	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/ui/kit"
)

// Several rows can be marked, to do something with all of them: by Ctrl and a click one
// more or less, by Shift and a click or an arrow all up to there, by Ctrl+A all that are
// listed. Only what is listed is marked: nothing is done to an account out of sight
// because of a search or a view.

// marks are the rows that are marked.
type marks struct {
	of    map[core.ID]bool
	pivot core.ID // from where Shift marks
}

// marked are the accounts that are marked, in the order of the list.
func (ls *listing) marked() []core.ID {
	var out []core.ID
	for _, id := range ls.list.ids {
		if ls.marks.of[id] {
			out = append(out, id)
		}
	}
	return out
}

// markClicked marks what was clicked with Ctrl or Shift.
func (ls *listing) markClicked(id core.ID, modifiers fyne.KeyModifier) {
	if modifiers&fyne.KeyModifierShift != 0 {
		ls.markTo(id)
	} else {
		ls.toggleMark(id)
	}
	ls.list.byKeyboard = false
	ls.focusList()
}

// toggleMark marks one row more, or one less. The first mark takes the selected row
// along.
func (ls *listing) toggleMark(id core.ID) {
	if was := ls.selected; len(ls.marks.of) == 0 && was != id && ls.list.index(was) >= 0 {
		ls.mark(was, true)
	}
	ls.mark(id, !ls.marks.of[id])
	ls.marks.pivot = id
	ls.selectAccount(id)
	ls.showMarks()
}

// moveStep moves the selection and keeps the marks, so that rows that lie apart can be
// marked.
func (ls *listing) moveStep(by int) {
	if _, typing := ls.win.Canvas().Focused().(*kit.Entry); typing {
		return // another account would drop what is typed beside the list
	}
	l := ls.list
	if len(l.ids) > 0 {
		l.byKeyboard = true
		ls.selectAccount(l.ids[min(max(l.index(l.selected)+by, 0), len(l.ids)-1)])
		l.markRows()
	}
}

// toggleSelected marks the selected row, or ends its mark.
func (ls *listing) toggleSelected(id core.ID) {
	ls.mark(id, !ls.marks.of[id])
	ls.marks.pivot = id
	ls.showMarks()
}

// markTo marks all rows from the one where marking began.
func (ls *listing) markTo(id core.ID) {
	if ls.list.index(ls.marks.pivot) < 0 || len(ls.marks.of) == 0 {
		ls.marks.pivot = ls.selected
	}
	from, to := ls.list.index(ls.marks.pivot), ls.list.index(id)
	if from < 0 {
		from, ls.marks.pivot = to, id
	}
	clear(ls.marks.of)
	for i := min(from, to); i <= max(from, to); i++ {
		ls.mark(ls.list.ids[i], true)
	}
	ls.selectAccount(id)
	ls.showMarks()
}

// markStep moves the selection and marks what lies between.
func (ls *listing) markStep(by int) {
	l := ls.list
	if len(l.ids) > 0 {
		ls.markTo(l.ids[min(max(l.index(l.selected)+by, 0), len(l.ids)-1)])
	}
}

// markAll marks every row that is listed.
func (ls *listing) markAll() {
	for _, id := range ls.list.ids {
		ls.mark(id, true)
	}
	ls.marks.pivot = ls.selected
	ls.showMarks()
}

func (ls *listing) mark(id core.ID, on bool) {
	if on {
		ls.marks.of[id] = true
		return
	}
	delete(ls.marks.of, id)
}

// unmark ends all marks. It reports whether there were any.
func (ls *listing) unmark() bool {
	if len(ls.marks.of) == 0 {
		return false
	}
	clear(ls.marks.of)
	ls.showMarks()
	return true
}

// keepListedMarks ends the marks of rows that are no longer listed.
func (ls *listing) keepListedMarks() {
	for id := range ls.marks.of {
		if ls.list.index(id) < 0 {
			delete(ls.marks.of, id)
		}
	}
	ls.showMarks()
}

// showMarks shows which rows are marked, and the bar with their number.
func (ls *listing) showMarks() {
	ls.list.markRows()
	if ls.bar.show(len(ls.marks.of)) {
		ls.root.Refresh()
		ls.relayout()
	}
}

// chosen are the accounts that an action is for: those that are marked if id is one of
// them, else id alone.
func (ls *listing) chosen(id core.ID) []core.ID {
	if ls.marks.of[id] {
		return ls.marked()
	}
	return []core.ID{id}
}

// onChosen is what a key does with the marked rows, else with the selected one.
func (ls *listing) onChosen(one func(core.ID), many func([]core.ID)) func() {
	return func() {
		if ids := ls.marked(); len(ids) > 0 {
			many(ids)
		} else if one != nil && ls.list.index(ls.list.selected) >= 0 {
			one(ls.list.selected)
		}
	}
}
