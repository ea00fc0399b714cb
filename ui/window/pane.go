package window

import (
	"context"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

func (w *Window) detailActions() detailActions {
	return detailActions{
		back:   w.closeDetail,
		copy:   w.copyDefault,
		prev:   func(id core.ID) { w.copyAs(id, "", true) },
		reveal: w.reveal,
		menu:   w.openMenu,
		act:    w.act,
		renew:  w.renew,
		check:  w.check,
		edit:   w.openEdit,
		flip:   w.flip,
		filter: w.filterHistory,
		more:   w.moreHistory,
		export: w.exportHistory,
	}
}

// openDetail shows an account, over the list where the window is narrow.
func (w *Window) openDetail(id core.ID) {
	if !w.closePage() {
		return
	}
	w.selected = id
	w.list.choose(id)
	w.opened = true
	w.fillDetail()
	w.root.Refresh()
	w.loadHistory()
	if w.detail.back.Visible() {
		w.win.Canvas().Focus(w.detail.back)
	}
}

func (w *Window) closeDetail() {
	w.opened, w.revealing = false, ""
	w.detail.clear()
	w.fillDetail()
	w.focusList()
}

// fillDetail shows the selected account in the pane.
func (w *Window) fillDetail() {
	a, ok := w.model.find(w.selected)
	if !ok {
		w.opened, w.revealing = false, ""
		w.detail.clear()
		w.detail.root = nil
		w.side.Objects = []fyne.CanvasObject{w.drawNothing()}
	} else {
		if w.detail.account.ID != a.ID {
			w.revealing = ""
			w.detail.clear()
			w.detail.forget()
		}
		if w.detail.account.Mask != a.Mask {
			w.detail.clear()
		}
		w.detail.account = a
		_, w.detail.paired = w.model.pair(a.ID)
		focused, before := w.win.Canvas().Focused(), kit.Focusables(w.side)
		w.side.Objects = []fyne.CanvasObject{w.detail.draw(w.now())}
		w.detail.back.Hidden = w.wide()
		w.root.Refresh() // what has no place yet cannot have the keyboard
		if next := kit.Successor(focused, before, kit.Focusables(w.side)); next != nil {
			w.refocus(next)
		} else if kit.Holds(before, focused) && !w.wide() {
			w.win.Canvas().Focus(w.detail.back)
		} else if kit.Holds(before, focused) {
			w.focusList()
		}
	}
	w.root.Refresh()
}

// reveal shows the token in the pane for a while, or hides it again.
func (w *Window) reveal(id core.ID) {
	if w.detail.revealed != "" {
		w.detail.clear()
		w.fillDetail()
		return
	}
	a, ok := w.model.find(id)
	if !ok {
		return
	}
	ref := a.Ref()
	w.revealing = id
	ask(w, upstreamWait, func(ctx context.Context, g Agent) (api.Token, error) {
		return g.Token(ctx, ref, 0)
	}, func(t api.Token, err *core.Error) {
		if err != nil {
			w.fail(err, ref)
			return
		}
		if w.revealing != id { // the pane was closed or shows another account
			return
		}
		w.revealing = ""
		w.detail.revealed, w.detail.hideAt = t.AccessToken, w.now().Add(revealTime)
		w.fillDetail()
	})
}

// loadHistory fetches the history of the account in the pane.
func (w *Window) loadHistory() {
	id := w.selected
	a, ok := w.model.find(id)
	if !ok || w.agent == nil || !w.side.Visible() {
		return
	}
	ref := a.Ref()
	w.detail.read = a.HistoryLines
	ask(w, quickWait, func(ctx context.Context, g Agent) ([]api.HistoryEntry, error) {
		return g.History(ctx, ref, api.HistoryQuery{})
	}, func(h []api.HistoryEntry, err *core.Error) {
		switch {
		case w.selected != id:
			return
		case err != nil:
			w.detail.read = -1 // the next event of the account asks again
			return
		}
		w.detail.history, w.detail.asked = h, true
		w.fillDetail()
	})
}

// filterHistory shows other lines of the history.
func (w *Window) filterHistory(f historyFilter) {
	w.detail.filter, w.detail.lines = f, 0
	w.fillDetail()
}

// moreHistory shows more lines.
func (w *Window) moreHistory() {
	w.detail.lines = max(historyPage, w.detail.lines) + historyPage
	w.fillDetail()
}
