package window

import (
	"tokentray/core"
	"tokentray/core/api"
)

// Sandbox and live. The views Sandbox and Live are the active environment, here
// as in the tray and on the command line: whoever switches it, all follow. The
// view All is this window's alone.
//
// What is selected always belongs to the view, so that no token of the other
// environment stays on the screen after a switch: the account of the same name
// takes its place, and where there is none, nothing is selected.

// flip shows the other one of a pair. In the views Sandbox and Live that is the
// other environment, which becomes the active one: nobody then works with the
// live list while the tray and the command line still mean the sandbox. In the
// view All the selection moves, and the active environment stays.
func (w *Window) flip() {
	if w.form != nil || w.settings != nil || w.sheet != nil {
		return
	}
	a, chosen := w.model.find(w.selected)
	if !chosen {
		if w.view != viewAll {
			w.switchView(view(otherEnv(core.Env(w.view))))
		}
		return
	}
	other, ok := w.model.pair(a.ID)
	if !ok {
		w.tell(w.look.T("pair.none", "account", refWords(api.Ref{Name: a.Name}), "env", envWord(w.look, otherEnv(a.Env))))
		return
	}
	if w.view == viewAll {
		w.pick(other.ID)
	} else {
		w.selected = other.ID
		w.switchView(view(other.Env))
	}
	if w.search != "" && w.list.index(other.ID) < 0 {
		w.closeFinder()
	}
	w.list.choose(other.ID)
}

// showOther shows the other one of a pair, as its menu entry says, and leaves the
// active environment as it is.
func (w *Window) showOther(id core.ID) {
	other, ok := w.model.pair(id)
	if !ok || !w.closePage() {
		return
	}
	w.bringInView(other)
	w.fillList()
	w.list.choose(other.ID)
	w.fillDetail()
	w.loadHistory()
	w.focusList()
}

// pairMark stands in the row of an account whose name both environments have.
const pairMark = "↔"
