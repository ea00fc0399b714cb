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

// showOther shows the other one of a pair, as its menu entry says, and leaves the
// active environment as it is.
func (ls *listing) showOther(id core.ID) {
	other, ok := ls.model.pair(id)
	if !ok || !ls.pages.closePage() {
		return
	}
	ls.bringInView(other)
	ls.focusList()
}
