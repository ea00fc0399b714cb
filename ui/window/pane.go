package window

import (
	"context"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

func (w *Window) detailActions() detailActions {
	return detailActions{
		back:      w.closeDetail,
		copyToken: w.copyDefault,
		prev:      func(id core.ID) { w.copyAs(id, "", true) },
		reveal:    w.reveal,
		menu:      w.openMenu,
		act:       w.act,
		renew:     w.renew,
		check:     w.check,
		edit:      w.openEdit,
		flip:      w.flip,
		filter:    w.filterHistory,
		more:      w.moreHistory,
		export:    w.exportHistory,
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
	w.loadHistory()
	if w.detail.back.Visible() {
		w.win.Canvas().Focus(w.detail.back)
	}
}

func (w *Window) closeDetail() {
	w.opened = false
	w.shown.hide()
	w.fillDetail()
	w.focusList()
}

// fillDetail shows the selected account in the pane.
func (w *Window) fillDetail() {
	a, ok := w.model.find(w.selected)
	s := w.shown
	switch {
	case !ok:
		w.opened = false
		*s = paneState{filter: historyAll}
	case s.account.ID != a.ID:
		*s = paneState{filter: historyAll}
		w.detail.page.ScrollTo(0)
	case s.account.Mask != a.Mask:
		s.hide()
	}
	kit.Visible(w.detail.page.Root, ok)
	w.nothing.Hidden = ok
	if ok {
		s.account = a
		_, s.paired = w.model.pair(a.ID)
		kit.Visible(w.detail.back, !w.wide())
		w.detail.show(w.now())
	} else {
		words := ""
		if len(w.model.Accounts) > 0 {
			words = w.look.T("detail.pick")
		}
		w.nothing.Objects[0].(*kit.Prose).Set(words, w.look.Palette.Muted)
	}
	w.root.Refresh()
	w.keepFocus()
}

// reveal shows the token in the pane for a while, or hides it again.
func (w *Window) reveal(id core.ID) {
	s := w.shown
	if s.revealed != "" {
		s.hide()
		w.fillDetail()
		return
	}
	a, ok := w.model.find(id)
	if !ok {
		return
	}
	ref := a.Ref()
	s.revealing = true
	ask(w, upstreamWait, func(ctx context.Context, g Agent) (api.Token, error) {
		return g.Token(ctx, ref, 0)
	}, func(t api.Token, err *core.Error) {
		if err != nil {
			w.fail(err, ref)
			return
		}
		if !s.revealing || s.account.ID != id { // the pane was closed or shows another account
			return
		}
		s.revealing, s.revealed, s.hideAt = false, t.AccessToken, w.now().Add(revealTime)
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
	w.shown.read = a.HistoryLines
	ask(w, quickWait, func(ctx context.Context, g Agent) ([]api.HistoryEntry, error) {
		return g.History(ctx, ref, api.HistoryQuery{})
	}, func(h []api.HistoryEntry, err *core.Error) {
		switch {
		case w.selected != id:
			return
		case err != nil:
			w.shown.read = -1 // the next event of the account asks again
			return
		}
		w.shown.history, w.shown.asked = h, true
		w.fillDetail()
	})
}

// filterHistory shows other lines of the history.
func (w *Window) filterHistory(f historyFilter) {
	w.shown.filter, w.shown.lines = f, 0
	w.fillDetail()
}

// moreHistory shows more lines.
func (w *Window) moreHistory() {
	w.shown.lines = max(historyPage, w.shown.lines) + historyPage
	w.fillDetail()
}
