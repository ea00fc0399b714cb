package window

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// pane shows the selected account beside the list, or over it if the window is
// narrow.
type pane struct {
	*shell
	pages   *pages
	listing *listing
	on      detailActions // actions that it does not do itself

	state   *paneState
	detail  *detail
	nothing *kit.Prose      // shown while no account is selected
	side    *fyne.Container // both
	opened  bool            // the detail covers a narrow window
	tries   int             // calls that were sent from it
}

// draw makes the pane in the language of the settings.
func (pn *pane) draw() {
	var before *kit.Page
	if pn.detail != nil {
		before = pn.detail.page
	}
	on := pn.on
	on.back, on.reveal, on.filter, on.more = pn.closeDetail, pn.reveal, pn.filterHistory, pn.moreHistory
	on.sign = signActions{sign: pn.signPage, reveal: pn.revealSigned, copy: pn.copySigned, check: func(page string) { openPage(pn.shell, page) }, renew: pn.renewTicket}
	on.try = tryActions{send: pn.sendTry, save: pn.saveTry, page: func(page string) { openPage(pn.shell, page) }}
	pn.detail = newDetail(pn.ui, pn.state, on)
	pn.detail.page.Replace(before)
	pn.nothing = centred("", kit.SizeText, pn.ui.Palette.Muted)
	pn.side = container.NewStack(container.New(&kit.Centered{Width: 320}, pn.nothing), pn.detail.page.Root)
}

// follow shows the selected account, if the pane is in sight.
func (pn *pane) follow() {
	if (pn.wide() || pn.opened) && pn.state.account.ID != pn.listing.selected {
		pn.fillDetail()
		pn.loadHistory()
	}
}

// tick counts down.
func (pn *pane) tick(now time.Time) {
	if pn.side.Visible() && pn.detail.page.Root.Visible() {
		pn.detail.tick(now)
	}
}

// openDetail shows an account, over the list where the window is narrow.
func (pn *pane) openDetail(id core.ID) {
	if !pn.pages.closePage() {
		return
	}
	pn.listing.selected = id
	pn.listing.list.selectRow(id)
	pn.opened = true
	pn.fillDetail()
	pn.loadHistory()
	if pn.detail.back.Visible() {
		pn.win.Canvas().Focus(pn.detail.back)
	}
}

// openTry shows the calls of an account that can be tried.
func (pn *pane) openTry(id core.ID) {
	pn.openDetail(id)
	if pn.state.account.ID == id && pn.detail.try.root.Visible() && pn.pages.open == nil {
		pn.detail.page.Reveal(pn.detail.try.root)
		pn.focus(pn.detail.try.first())
	}
}

func (pn *pane) closeDetail() {
	pn.opened = false
	pn.state.hide()
	pn.fillDetail()
	pn.listing.focusList()
}

// fillDetail shows the selected account in the pane.
func (pn *pane) fillDetail() {
	a, ok := pn.model.find(pn.listing.selected)
	s := pn.state
	switch {
	case !ok:
		pn.opened = false
		*s = paneState{filter: historyAll}
	case s.account.ID != a.ID:
		*s = paneState{filter: historyAll, sight: sight{past: s.sight.past}}
		pn.detail.page.ScrollTo(0)
	case s.account.Mask != a.Mask, !s.account.ObtainedAt.Equal(a.ObtainedAt):
		s.hide()
	}
	kit.Visible(pn.detail.page.Root, ok)
	if ok {
		s.account = a
		_, s.paired = pn.model.pair(a.ID)
		kit.Visible(pn.detail.back, !pn.wide())
		pn.detail.show(pn.now())
	}
	words := ""
	if !ok && len(pn.model.Accounts) > 0 {
		words = pn.ui.T("detail.pick")
	}
	pn.nothing.Set(words, pn.ui.Palette.Muted)
	pn.relayout()
}

// reveal shows the token in the pane for a while, or hides it again.
func (pn *pane) reveal(id core.ID) {
	s := pn.state
	if s.revealed != "" {
		s.hideToken()
		pn.fillDetail()
		return
	}
	a, ok := pn.model.find(id)
	if !ok {
		return
	}
	ref := a.Ref()
	s.revealing = true
	ask(pn.shell, upstreamWait, func(ctx context.Context, g Agent) (api.Token, error) {
		return g.Token(ctx, ref, 0)
	}, func(t api.Token, err *core.Error) {
		if err != nil {
			pn.showError(err, ref)
			return
		}
		if !s.revealing || s.account.ID != id { // the pane was closed or shows another account
			return
		}
		s.revealing, s.revealed, s.hideAt = false, t.AccessToken, pn.now().Add(revealTime)
		pn.fillDetail()
	})
}

// loadHistory fetches the history of the account in the pane.
func (pn *pane) loadHistory() {
	id := pn.listing.selected
	a, ok := pn.model.find(id)
	if !ok || pn.agent == nil || !pn.side.Visible() {
		return
	}
	ref := a.Ref()
	pn.state.historyAt = a.HistoryLines
	ask(pn.shell, quickWait, func(ctx context.Context, g Agent) ([]api.HistoryEntry, error) {
		return g.History(ctx, ref, api.HistoryQuery{})
	}, func(h []api.HistoryEntry, err *core.Error) {
		switch {
		case pn.listing.selected != id:
			return
		case err != nil:
			pn.state.historyAt = -1 // the next event of the account asks again
			return
		}
		pn.state.history, pn.state.historyLoaded = h, true
		pn.fillDetail()
	})
}

// filterHistory shows other lines of the history.
func (pn *pane) filterHistory(f historyFilter) {
	pn.state.filter, pn.state.lines = f, 0
	pn.fillDetail()
}

// moreHistory shows more lines.
func (pn *pane) moreHistory() {
	pn.state.lines = max(historyPage, pn.state.lines) + historyPage
	pn.fillDetail()
}

// uncover shows the list again.
func (pn *pane) uncover() { pn.opened = false }
