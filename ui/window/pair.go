package window

import (
	"tokentray/core"
	"tokentray/core/api"
)

// Sandbox and live. The views Sandbox and Live are the active environment, here as
// in the tray and on the command line: if one of them switches it, all follow. The
// view All exists only in this window.
//
// The selection always belongs to the view, so that no token of the other
// environment stays on the screen after a switch: the account of the same name
// replaces it, and if there is none, nothing is selected.

// flip shows the other account of a pair. In the views Sandbox and Live it switches
// the active environment, so that nobody works with the live list while the tray and
// the command line still mean the sandbox. In the view All only the selection moves.
func (ls *listing) flip() {
	if ls.pages.open != nil || ls.sheet != nil {
		return
	}
	a, chosen := ls.model.find(ls.selected)
	if !chosen {
		if ls.view != viewAll {
			ls.switchView(view(otherEnv(core.Env(ls.view))))
		}
		return
	}
	other, ok := ls.model.pair(a.ID)
	if !ok {
		ls.showInfo(ls.ui.T("pair.none", "account", refWords(api.Ref{Name: a.Name}), "env", envWord(ls.ui, otherEnv(a.Env))))
		return
	}
	if ls.view == viewAll {
		ls.selectAccount(other.ID)
	} else {
		ls.selected = other.ID
		ls.switchView(view(other.Env))
	}
	if ls.search != "" && ls.list.index(other.ID) < 0 {
		ls.closeFinder()
	}
	ls.list.selectRow(other.ID)
}

// showOther shows the other account of a pair, as its menu entry says, without
// switching the active environment.
func (ls *listing) showOther(id core.ID) {
	other, ok := ls.model.pair(id)
	if !ok || !ls.pages.closePage() {
		return
	}
	ls.bringInView(other)
	ls.focusList()
}
