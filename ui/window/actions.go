package window

import (
	"context"
	"net/url"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
	"tokentray/ui/kit"
)

// How long the agent may take: upstream answers within 15 s or not at all, and a
// keyring that asks a person may take a minute.
const (
	quickWait    = 10 * time.Second
	upstreamWait = 45 * time.Second
	personWait   = 75 * time.Second
)

// fetchFirst is the life below which a copy fetches a new token first, which
// takes a moment.
const fetchFirst = 30 * time.Second

// none is the answer of calls that answer nothing.
type none = struct{}

func nothing(err error) (none, error) { return none{}, err }

// tell shows a message at the bottom.
func (w *Window) tell(words string) { w.message(snack{Text: words, Until: w.now().Add(snackTime)}) }

// fail shows cause and remedy at the bottom.
func (w *Window) fail(e *core.Error, ref api.Ref) {
	account := ""
	if ref.Name != "" {
		account = refWords(ref)
	}
	w.message(snack{Text: explained(w.look, wire(e), account), Bad: true, Until: w.now().Add(errorTime)})
}

func (w *Window) message(s snack) {
	w.snackbar.show(s, w.now())
	w.root.Refresh()
}

// copyDefault copies in the format of the settings.
func (w *Window) copyDefault(id core.ID) { w.copyAs(id, "", false) }

// copyAs copies a token; a live one only after a question, where that is set.
func (w *Window) copyAs(id core.ID, form string, previous bool) {
	w.copyCall(id, api.CopyRequest{Format: form, Previous: previous})
}

func (w *Window) copyCall(id core.ID, req api.CopyRequest) {
	a, ok := w.model.find(id)
	if !ok {
		return
	}
	if a.Env == core.Live && w.model.settings.AskLiveCopy {
		l := w.look
		w.question(question{
			title: l.T("live.title"), body: l.T("live.body", "account", refWords(a.Ref())), yes: l.T("live.go"), live: true, role: kit.Danger,
		}, func() { w.copyNow(a, req) })
		return
	}
	w.copyNow(a, req)
}

func (w *Window) copyNow(a api.Account, req api.CopyRequest) {
	ref := a.Ref()
	if a.Remaining(w.now()) < fetchFirst {
		w.tell(w.look.T("snack.busy", "account", refWords(ref)))
	}
	ask(w, upstreamWait, func(ctx context.Context, g Agent) (api.Clipboard, error) {
		return g.Copy(ctx, ref, req)
	}, func(c api.Clipboard, err *core.Error) {
		if err != nil && err.Remedy == core.RemedyCopyLate {
			w.message(snack{
				Text: w.look.T("snack.late", "account", refWords(ref)), Live: ref.Env == core.Live, Until: w.now().Add(lateTime),
				Button: w.look.T("snack.late.copy"), Do: func() { w.copyNow(a, req) },
			})
			return
		}
		if err != nil {
			w.fail(err, ref)
			return
		}
		c.Account, c.Env = ref.Name, ref.Env
		w.model.clip, w.clipClosed = c, false
		w.message(w.clipMessage())
		w.flash(a.ID)
	})
}

// flash lights up the row that was copied, where the system wants motion.
func (w *Window) flash(id core.ID) {
	view := w.list.views[id]
	if view == nil || !w.app.Settings().ShowAnimations() {
		return
	}
	view.blink(true)
	w.later(180*time.Millisecond, func() { view.blink(false) })
}

func (w *Window) clearClipboard() {
	ask(w, quickWait, func(ctx context.Context, g Agent) (none, error) {
		return nothing(g.ClearClipboard(ctx))
	}, func(_ none, err *core.Error) {
		if err != nil {
			w.fail(err, api.Ref{})
			return
		}
		w.tell(w.look.T("snack.cleared"))
	})
}

// renew asks for a new token as a person does: what waits for a person is tried
// at once.
func (w *Window) renew(id core.ID) { w.refresh(id, api.RefreshRequest{Person: true}) }

func (w *Window) refresh(id core.ID, req api.RefreshRequest) {
	a, ok := w.model.find(id)
	if !ok {
		return
	}
	ref := a.Ref()
	w.tell(w.look.T("snack.busy", "account", refWords(ref)))
	ask(w, upstreamWait, func(ctx context.Context, g Agent) (api.Token, error) {
		t, err := g.Refresh(ctx, ref, req)
		t.AccessToken = "" // not needed here
		return t, err
	}, func(t api.Token, err *core.Error) {
		switch {
		case err != nil:
			w.fail(err, ref)
		case t.StillValid:
			w.tell(w.look.T("snack.still_valid", "account", refWords(ref)))
		default:
			w.tell(w.look.T("snack.renewed", "account", refWords(ref), "time", w.look.Words.Coarse(t.ExpiresAt.Sub(w.now()))))
		}
	})
}

// force asks for a new token although the current one lives, after saying what
// that breaks.
func (w *Window) force(id core.ID) {
	a, ok := w.model.find(id)
	if !ok {
		return
	}
	l := w.look
	body := l.T("force.stable")
	if a.Kind == core.KindWeChatLegacy {
		body = l.T("force.legacy")
	}
	if a.Env == core.Live {
		body += "\n" + l.T("force.live")
	}
	w.question(question{
		title: l.T("force.title", "account", refWords(a.Ref())), body: body, yes: l.T("force.go"),
		live: a.Env == core.Live, role: kit.Danger,
	}, func() { w.refresh(id, api.RefreshRequest{Force: true, Person: true}) })
}

func (w *Window) check(id core.ID) {
	a, ok := w.model.find(id)
	if !ok {
		return
	}
	ref := a.Ref()
	w.tell(w.look.T("snack.busy", "account", refWords(ref)))
	ask(w, upstreamWait, func(ctx context.Context, g Agent) (api.CheckResult, error) {
		return g.Check(ctx, ref)
	}, func(r api.CheckResult, err *core.Error) {
		switch {
		case err != nil:
			w.fail(err, ref)
		case r.Accepted:
			w.tell(w.look.T("snack.accepted", "account", refWords(ref)))
		case r.Dead || r.Error == nil:
			w.tell(w.look.T("snack.dead", "account", refWords(ref)))
		default:
			w.message(snack{
				Text: explained(w.look, r.Error, refWords(ref)),
				Bad:  true, Until: w.now().Add(errorTime),
			})
		}
	})
}

// setAuto pauses or resumes the renewal of one account.
func (w *Window) setAuto(id core.ID, on bool) {
	a, ok := w.model.find(id)
	if !ok {
		return
	}
	ref := a.Ref()
	ask(w, upstreamWait, func(ctx context.Context, g Agent) (api.Saved, error) {
		return g.Edit(ctx, ref, api.AccountInput{Auto: &on})
	}, func(_ api.Saved, err *core.Error) {
		if err != nil {
			w.fail(err, ref)
		}
	})
}

func (w *Window) askRemove(id core.ID) {
	a, ok := w.model.find(id)
	if !ok {
		return
	}
	l, ref := w.look, a.Ref()
	w.question(question{
		title: l.T("delete.title", "account", refWords(ref)), body: l.T("delete.body"), yes: l.T("delete.go"),
		live: a.Env == core.Live, role: kit.Danger,
	}, func() {
		ask(w, quickWait, func(ctx context.Context, g Agent) (none, error) {
			return nothing(g.Remove(ctx, ref))
		}, func(_ none, err *core.Error) {
			if err != nil {
				w.fail(err, ref)
				return
			}
			w.tell(w.look.T("snack.deleted", "account", refWords(ref)))
		})
	})
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

// help does what the button of a row's problem says.
func (w *Window) help(id core.ID) {
	if a, ok := w.model.find(id); ok {
		w.act(id, problemOf(w.look, a, w.now()).Act)
	}
}

func (w *Window) act(id core.ID, what act) {
	a, ok := w.model.find(id)
	if !ok {
		return
	}
	switch what {
	case actCopyIP:
		w.copyIP(a.Error.CallerIP)
	case actConsole:
		if u, err := url.Parse(consoleURL(a)); err == nil && u.Host != "" {
			if err := w.cfg.OpenURL(u); err != nil {
				w.tell(w.look.T("snack.browser", "url", u.String()))
			}
		}
	case actSecret:
		w.askSecret(id)
	case actEdit:
		w.openEdit(id)
	case actConsent:
		w.openEdit(id)
		if w.form != nil && w.form.fields["consent"] != nil {
			w.win.Canvas().Focus(w.form.fields["consent"])
		}
	case actStable:
		w.useStable(id)
	case actCopyRID:
		w.copyText(a.Error.RID, w.look.T("snack.rid", "rid", a.Error.RID))
	case actUnlock:
		w.unlock()
	case actVaultInit:
		w.askInit()
	case actRetry:
		w.renew(id)
	}
}

// copyIP puts an address on the clipboard, for a whitelist.
func (w *Window) copyIP(ip string) {
	w.copyText(ip, w.look.T("snack.ip", "ip", ip))
}

// openMenu shows what can be done with an account.
func (w *Window) openMenu(id core.ID, at fyne.Position) {
	a, ok := w.model.find(id)
	if !ok {
		return
	}
	w.closeMenu()
	w.popup = widget.NewPopUpMenu(w.menuOf(a), w.win.Canvas())
	w.popup.ShowAtPosition(at)
}

// openMenuOfSelected shows the menu of the selected account at its row.
func (w *Window) openMenuOfSelected() {
	if view := w.list.views[w.list.selected]; view != nil {
		at := w.app.Driver().AbsolutePositionForObject(view)
		w.openMenu(w.list.selected, at.AddXY(view.Size().Width-moreWidth, rowHeight/2))
	}
}

// closeMenu closes the menu of an account, if it is open.
func (w *Window) closeMenu() {
	if w.popup != nil {
		w.popup.Hide()
		w.popup = nil
	}
}

func (w *Window) menuOf(a api.Account) *fyne.Menu {
	l, id := w.look, a.ID
	var formats []*fyne.MenuItem
	for _, f := range format.Names() {
		item := fyne.NewMenuItem(l.T("format."+f), func() { w.copyAs(id, f, false) })
		item.Checked = f == w.defaultFormat(a)
		formats = append(formats, item)
	}
	formats = append(formats, fyne.NewMenuItemSeparator(), fyne.NewMenuItem(l.T("menu.copy_call"), func() { w.openCopySheet(id, format.URL) }))
	as := fyne.NewMenuItem(l.T("menu.copy_as"), nil)
	as.ChildMenu = fyne.NewMenu("", formats...)
	copying := l.T("menu.copy")
	if a.Env == core.Live {
		copying = l.T("live.go")
	}
	items := []*fyne.MenuItem{fyne.NewMenuItem(copying, func() { w.copyDefault(id) }), as}
	if a.Previous != nil && a.Previous.Until.After(w.now()) {
		items = append(items, fyne.NewMenuItem(l.T("menu.copy_previous"), func() { w.copyAs(id, "", true) }))
	}
	if p := problemOf(l, a, w.now()); p.Act != actNone {
		items = append(items, fyne.NewMenuItemSeparator(), fyne.NewMenuItem(p.Button, func() { w.help(id) }))
	}
	pause := fyne.NewMenuItem(l.T("menu.pause"), func() { w.setAuto(id, false) })
	if !a.Auto {
		pause = fyne.NewMenuItem(l.T("menu.resume"), func() { w.setAuto(id, true) })
	}
	items = append(items,
		fyne.NewMenuItemSeparator(),
		fyne.NewMenuItem(l.T("menu.renew"), func() { w.renew(id) }),
		fyne.NewMenuItem(l.T("menu.force"), func() { w.force(id) }),
		fyne.NewMenuItem(l.T("menu.check"), func() { w.check(id) }),
		fyne.NewMenuItemSeparator())
	if other, ok := w.model.pair(id); ok {
		items = append(items, fyne.NewMenuItem(l.T("pair.show", "account", refWords(other.Ref())), func() { w.showOther(id) }))
	} else {
		items = append(items, w.twinItem(a))
	}
	items = append(items,
		fyne.NewMenuItem(l.T("menu.details"), func() { w.openDetail(id) }),
		fyne.NewMenuItem(l.T("menu.edit"), func() { w.openEdit(id) }),
		fyne.NewMenuItem(l.T("menu.clients"), func() { w.exportClients(id) }),
		pause,
		fyne.NewMenuItemSeparator(),
		fyne.NewMenuItem(l.T("menu.delete"), func() { w.askRemove(id) }),
	)
	return fyne.NewMenu("", items...)
}
