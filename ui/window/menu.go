package window

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
	"tokentray/ui/text"
)

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

// twinItem begins the account's twin in the other environment.
func (w *Window) twinItem(a api.Account) *fyne.MenuItem {
	env := w.look.Words.Say(text.Key("env." + string(otherEnv(a.Env))))
	return fyne.NewMenuItem(w.look.T("menu.twin", "env", env), func() { w.openForm(twinDraft(w.kinds, a)) })
}
