package window

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
	"tokentray/core/kinds"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// menus shows the actions for an account.
type menus struct {
	*shell
	listing   *listing
	pane      *pane
	clipboard *clipboard
	renewals  *renewals
	accounts  *accounts
	clients   *clients
	pushing   *pushing
	actions   *actions
	many      *many
	today     *today
	settings  *settings
	popup     *widget.PopUpMenu // nil when none was opened
}

// openMenu shows the actions for an account.
func (mn *menus) openMenu(id core.ID, at fyne.Position) {
	a, ok := mn.model.find(id)
	if !ok {
		return
	}
	menu := mn.menuOf(a)
	if ids := mn.listing.chosen(id); len(ids) > 1 {
		menu = mn.many.menu(ids)
	}
	mn.open(menu, at)
}

// openMany shows the actions for the accounts that are marked.
func (mn *menus) openMany(at fyne.Position) {
	if ids := mn.listing.marked(); len(ids) > 0 {
		mn.open(mn.many.menu(ids), at)
	}
}

// openHead shows what a narrow window has no room for above the list.
func (mn *menus) openHead(at fyne.Position) { mn.open(mn.headMenu(), at) }

func (mn *menus) headMenu() *fyne.Menu {
	return fyne.NewMenu("",
		fyne.NewMenuItem(mn.ui.T("today"), mn.today.openToday),
		fyne.NewMenuItem(mn.ui.T("settings"), mn.settings.openSettings))
}

func (mn *menus) open(menu *fyne.Menu, at fyne.Position) {
	mn.closeMenu()
	mn.popup = widget.NewPopUpMenu(menu, mn.win.Canvas())
	mn.popup.ShowAtPosition(at)
}

// openMenuOfSelected shows the menu of the selected account at its row.
func (mn *menus) openMenuOfSelected() {
	if mn.pane.opened && !mn.wide() { // the detail covers the rows
		mn.openMenu(mn.listing.selected, fyne.NewPos(mn.win.Canvas().Size().Width, kit.HeadHeight))
		return
	}
	if view := mn.listing.list.views[mn.listing.list.selected]; view != nil {
		at := mn.app.Driver().AbsolutePositionForObject(view)
		mn.openMenu(mn.listing.list.selected, at.AddXY(view.Size().Width-moreWidth, mn.listing.list.least()/2))
	}
}

// closeMenu closes the menu of an account, if it is open.
func (mn *menus) closeMenu() {
	if mn.popup != nil {
		mn.popup.Hide()
		mn.popup = nil
	}
}

// factsItem copies one of the values that are useful elsewhere, without the details.
func (mn *menus) factsItem(a api.Account) *fyne.MenuItem {
	ui := mn.ui
	var items []*fyne.MenuItem
	add := func(label, value string) {
		if value != "" {
			items = append(items, fyne.NewMenuItem(label, func() { mn.clipboard.copyText(value, ui.T("snack.fact", "what", label)) }))
		}
	}
	spec := ui.Words.Spec(a.Kind)
	for _, f := range kindFacts(ui) {
		if of, has := spec.Field(f.Key); has && of.Input != kinds.Choice {
			add(ui.Words.Field(a.Kind, of), factValue(spec, of, a.Account))
		}
	}
	for _, c := range ui.Words.Codes(a.ErrorAt(mn.now())) {
		add(c.Name, c.Value)
	}
	if a.Mask != "" {
		add(ui.T("detail.expires_at"), exactly(a.ExpiresAt))
		add(ui.T("detail.obtained_at"), exactly(a.ObtainedAt))
	}
	add(ui.T("detail.used"), exactly(a.LastUsed))
	if a.Checked != nil {
		add(ui.T("detail.checked"), exactly(a.Checked.At))
	}
	item := fyne.NewMenuItem(ui.T("menu.copy_fact"), nil)
	item.ChildMenu = fyne.NewMenu("", items...)
	item.Disabled = len(items) == 0
	return item
}

func (mn *menus) menuOf(a api.Account) *fyne.Menu {
	ui, id := mn.ui, a.ID
	var formats []*fyne.MenuItem
	for _, f := range format.For(ui.Words.Spec(a.Kind)) {
		item := fyne.NewMenuItem(ui.T("format."+f), func() { mn.clipboard.copyAs(id, f, false) })
		item.Checked = f == mn.clipboard.defaultFormat(a)
		formats = append(formats, item)
	}
	formats = append(formats, fyne.NewMenuItemSeparator(), fyne.NewMenuItem(ui.T("menu.copy_call"), func() { mn.clipboard.openCopySheet(id, format.URL) }))
	as := fyne.NewMenuItem(ui.T("menu.copy_as"), nil)
	as.ChildMenu = fyne.NewMenu("", formats...)
	copying := ui.T("menu.copy")
	if a.Env == core.Live {
		copying = ui.T("live.go")
	}
	items := []*fyne.MenuItem{fyne.NewMenuItem(copying, func() { mn.clipboard.copyDefault(id) }), as, mn.factsItem(a)}
	if a.Previous != nil && a.Previous.Until.After(mn.now()) {
		items = append(items, fyne.NewMenuItem(ui.T("menu.copy_previous"), func() { mn.clipboard.copyAs(id, "", true) }))
	}
	if p := problemOf(ui, a, mn.now()); p.Action != actionNone {
		items = append(items, fyne.NewMenuItemSeparator(), fyne.NewMenuItem(p.Button, func() { mn.actions.help(id) }))
	}
	pause := fyne.NewMenuItem(ui.T("menu.pause"), func() { mn.accounts.setAuto(id, false) })
	if !a.Auto {
		pause = fyne.NewMenuItem(ui.T("menu.resume"), func() { mn.accounts.setAuto(id, true) })
	}
	items = append(items,
		fyne.NewMenuItemSeparator(),
		fyne.NewMenuItem(ui.T("menu.renew"), func() { mn.renewals.renew(id) }),
		fyne.NewMenuItem(ui.T("menu.force"), func() { mn.renewals.force(id) }))
	if ui.Words.Spec(a.Kind).CanCheck(a.Account) {
		items = append(items, fyne.NewMenuItem(ui.T("menu.check"), func() { mn.renewals.check(id) }))
	}
	items = append(items, fyne.NewMenuItemSeparator())
	if other, ok := mn.model.pair(id); ok {
		items = append(items, fyne.NewMenuItem(ui.T("pair.show", "account", refWords(other.Ref())), func() { mn.listing.showOther(id) }))
	} else {
		items = append(items, mn.counterpartItem(a))
	}
	items = append(items,
		fyne.NewMenuItem(ui.T("menu.details"), func() { mn.pane.openDetail(id) }),
		fyne.NewMenuItem(ui.T("menu.edit"), func() { mn.accounts.openEdit(id) }),
		mn.pinItem(a),
		fyne.NewMenuItem(ui.T("menu.try"), func() { mn.pane.openTry(id) }),
		fyne.NewMenuItem(ui.T("menu.push"), func() { mn.pushing.add(id) }),
		fyne.NewMenuItem(ui.T("menu.clients"), func() { mn.clients.openClients(id) }),
		pause,
		fyne.NewMenuItemSeparator(),
		fyne.NewMenuItem(ui.T("menu.delete"), func() { mn.accounts.askRemove(id) }),
	)
	return fyne.NewMenu("", items...)
}

// pinItem pins an account to the top of the list, or takes it from there.
func (mn *menus) pinItem(a api.Account) *fyne.MenuItem {
	key := "menu.pin"
	if a.Pinned {
		key = "menu.unpin"
	}
	return fyne.NewMenuItem(mn.ui.T(key), func() { mn.accounts.setPinned(a.ID, !a.Pinned) })
}

// counterpartItem begins the account's counterpart in the other environment.
func (mn *menus) counterpartItem(a api.Account) *fyne.MenuItem {
	env := mn.ui.Words.Say(text.Key("env." + string(otherEnv(a.Env))))
	return fyne.NewMenuItem(mn.ui.T("menu.duplicate", "env", env), func() { mn.accounts.openForm(counterpartDraft(mn.kinds, a)) })
}
