package window

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// The window's keys are in one table. It binds them and is the source of the sheet
// of shortcuts, so the sheet is always true.

// keys run the table.
type keys struct {
	*shell
	pages     *pages
	listing   *listing
	pane      *pane
	clipboard *clipboard
	renewals  *renewals
	accounts  *accounts
	settings  *settings
	menus     *menus
	many      *many
	removals  *removals
	transfers *transfers
	clients   *clients
	pushing   *pushing
	actions   *actions
	closing   *closing
	today     *today
	split     *split
}

// bindings is the table.
func (ks *keys) bindings() []binding {
	l := ks.listing.list
	page := func() int { return max(1, int(l.scroll.Size().Height/l.least())-1) }
	return []binding{
		{"down", keysList, bare(fyne.KeyDown), func() { l.step(1) }},
		{"up", keysList, bare(fyne.KeyUp), func() { l.step(-1) }},
		{"page", keysList, bare(fyne.KeyPageDown), func() { l.step(page()) }},
		{"page_back", keysList, bare(fyne.KeyPageUp), func() { l.step(-page()) }},
		{"first", keysList, bare(fyne.KeyHome), func() { l.step(-len(l.ids)) }},
		{"last", keysList, bare(fyne.KeyEnd), func() { l.step(len(l.ids)) }},
		{"move_down", keysList, withCtrl(fyne.KeyDown), func() { ks.listing.moveStep(1) }},
		{"move_up", keysList, withCtrl(fyne.KeyUp), func() { ks.listing.moveStep(-1) }},
		{"mark_down", keysList, withShift(fyne.KeyDown), func() { ks.listing.markStep(1) }},
		{"mark_up", keysList, withShift(fyne.KeyUp), func() { ks.listing.markStep(-1) }},
		{"mark_all", keysList, withCtrl(fyne.KeyA), ks.listing.markAll},
		{"mark", keysList, append(bare(fyne.KeyInsert), withCtrl(fyne.KeySpace)...), l.onSelected(ks.listing.toggleSelected)},
		{"copy", keysList, append(bare(fyne.KeyReturn, fyne.KeyEnter), withCtrl(fyne.KeyC)...), l.onSelected(ks.clipboard.copyDefault)},
		{"details", keysList, bare(fyne.KeyRight), l.onSelected(ks.pane.openDetail)},
		{"menu", keysList, bare(fyne.KeySpace, desktop.KeyMenu), ks.menus.openMenuOfSelected},
		{"paste", keysList, withCtrl(fyne.KeyV), ks.accounts.paste},
		{"pin", keysList, withCtrl(fyne.KeyD), ks.listing.onChosen(ks.accounts.pinOrUnpin, ks.many.pinOrUnpin)},
		{"order", keysList, withCtrl(fyne.KeyO), ks.settings.nextOrder},
		{"density", keysList, withCtrl(fyne.KeyL), ks.settings.nextDensity},
		{"box", keysList, bare(fyne.KeyLeft), l.onSelected(ks.listing.toggleBox)},
		{"delete", keysList, bare(fyne.KeyDelete), ks.listing.onChosen(ks.accounts.askRemove, ks.removals.ask)},
		{"undo", keysList, withCtrl(fyne.KeyZ), ks.removals.undo},

		{"flip", keysAccount, append(bare(fyne.KeyF6), withCtrl(fyne.KeyT)...), ks.listing.flip},
		{"copy_as", keysAccount, append([]stroke{{key: fyne.KeyC, ctrl: true, shift: true}}, withCtrl(fyne.KeyK)...), func() { ks.clipboard.openCopySheet(ks.listing.selected, "") }},
		{"renew", keysAccount, withCtrl(fyne.KeyR), ks.renew},
		{"actions", keysAccount, withCtrl(fyne.KeyM), ks.menus.openMenuOfSelected},
		{"try", keysAccount, withCtrl(fyne.KeyJ), func() { ks.pane.openTry(ks.listing.selected) }},
		{"edit", keysAccount, withCtrl(fyne.KeyE), func() { ks.accounts.openEdit(ks.listing.selected) }},
		{"help", keysAccount, withCtrl(fyne.KeyH), func() { ks.actions.help(ks.listing.selected) }},

		{"save", keysForm, withCtrl(fyne.KeyS), ks.save},
		{"test", keysForm, withCtrl(fyne.KeyReturn, fyne.KeyEnter), ks.onForm(ks.accounts.testForm)},

		{"find", keysAnywhere, withCtrl(fyne.KeyF), ks.listing.openFinder},
		{"sandbox", keysAnywhere, withCtrl(fyne.Key1), func() { ks.listing.switchView(viewSandbox) }},
		{"live", keysAnywhere, withCtrl(fyne.Key2), func() { ks.listing.switchView(viewLive) }},
		{"all", keysAnywhere, withCtrl(fyne.Key3), func() { ks.listing.switchView(viewAll) }},
		{"today", keysAnywhere, withCtrl(fyne.Key4), ks.today.openToday},
		{"add", keysAnywhere, withCtrl(fyne.KeyN), ks.accounts.openAdd},
		{"transfer", keysAnywhere, withCtrl(fyne.KeyI), ks.transfers.openTransfers},
		{"clients", keysAnywhere, withCtrl(fyne.KeyP), func() { ks.clients.openClients("") }},
		{"settings", keysAnywhere, withCtrl(fyne.KeyComma), ks.settings.openSettings},
		{"narrower", keysAnywhere, withCtrl(fyne.KeyLeftBracket), func() { ks.split.step(-1) }},
		{"wider", keysAnywhere, withCtrl(fyne.KeyRightBracket), func() { ks.split.step(1) }},
		{"usual", keysAnywhere, withCtrl(fyne.Key0), ks.split.reset},
		{"keys", keysAnywhere, append([]stroke{{char: '?'}}, bare(fyne.KeyF1)...), ks.openKeys},
		{"back", keysAnywhere, bare(fyne.KeyEscape), ks.escape},
		{"close", keysAnywhere, withCtrl(fyne.KeyW, fyne.KeyQ), ks.closing.leave},
	}
}

// keyOf is how the first stroke of a line is written.
func (ks *keys) keyOf(name string) string {
	for _, b := range ks.bindings() {
		if b.name == name {
			return b.strokes[0].label(ks.ui)
		}
	}
	return ""
}

// renew renews what is marked, else what is selected.
func (ks *keys) renew() {
	if ids := ks.listing.marked(); len(ids) > 1 && ks.pages.open == nil {
		ks.many.renew(ids)
		return
	}
	ks.renewals.renew(ks.listing.selected)
}

// onForm does something with the open form, if there is one that does not wait for
// an answer.
func (ks *keys) onForm(do func(*form)) func() {
	return func() {
		if ks.accounts.form != nil && !ks.accounts.form.busy {
			do(ks.accounts.form)
		}
	}
}

// save saves what is entered: an account, a push, the files of an API client, or a
// client key.
func (ks *keys) save() {
	switch {
	case ks.accounts.form != nil:
		ks.accounts.form.submit()
	case ks.pushing.form != nil:
		ks.pushing.save(ks.pushing.form)
	case ks.clients.page != nil:
		ks.clients.submit()
	default:
		ks.settings.submit()
	}
}

// bound is what a stroke does in one of the groups, nil when nothing.
func (ks *keys) bound(s stroke, groups ...keyGroup) func() {
	for _, b := range ks.bindings() {
		for _, g := range groups {
			if b.group != g {
				continue
			}
			for _, one := range b.strokes {
				if one == s && b.meansAccount() && !ks.listing.list.chosen() {
					return func() {}
				}
				if one == s {
					return b.do
				}
			}
		}
	}
	return nil
}

func (ks *keys) addShortcuts() {
	c := ks.win.Canvas()
	for _, b := range ks.bindings() {
		for _, s := range b.strokes {
			if s.ctrl {
				c.AddShortcut(shortcutOf(s), ks.typedShortcut)
			}
		}
	}
	c.SetOnTypedKey(ks.typedKey)
	c.SetOnTypedRune(ks.typedRune)
}

// openKeys shows the table.
func (ks *keys) openKeys() { openKeySheet(ks.shell, ks.bindings()) }

// typedShortcut runs a shortcut; while a question is open it does nothing.
func (ks *keys) typedShortcut(s fyne.Shortcut) {
	typed, ok := strokeOf(s)
	if !ok || ks.win.Canvas().Overlays().Top() != nil {
		return
	}
	groups := []keyGroup{keysAnywhere, keysAccount, keysForm}
	if ks.pages.open == nil {
		groups = append(groups, keysList)
	}
	if do := ks.bound(typed, groups...); do != nil {
		do()
	}
}

// typedKey handles the keys that no part of the window used.
func (ks *keys) typedKey(e *fyne.KeyEvent) {
	s := stroke{key: e.Name}
	if ks.choosing() { // no key is for what it covers
		if e.Name == fyne.KeyEscape {
			ks.chooser.Dismiss()
		}
		return
	}
	if ks.sheet != nil {
		switch {
		case e.Name == fyne.KeyEscape:
			ks.escape()
		case ks.sheet.Enter != nil && (e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter):
			ks.sheet.Enter()
		default:
			ks.sheet.Scroll(e.Name)
		}
		return
	}
	if do := ks.bound(s, keysAnywhere, keysAccount); do != nil {
		do()
		return
	}
	// The list gets the keyboard as soon as one of its keys is pressed. Space
	// belongs to the part with the keyboard.
	if e.Name != fyne.KeySpace && ks.bound(s, keysList) != nil &&
		ks.pages.open == nil && ks.listing.root.Visible() && len(ks.listing.list.ids) > 0 {
		ks.listing.focusList()
		ks.listing.list.TypedKey(e)
		return
	}
	ks.scroll(e.Name)
}

// scroll scrolls the page in front by a key that nothing else used.
func (ks *keys) scroll(key fyne.KeyName) {
	switch {
	case ks.pages.open != nil:
		ks.pages.open.top().Key(key)
	case ks.pane.opened && !ks.wide():
		ks.pane.detail.page.Key(key)
	}
}

// typedRune handles the characters that no part of the window used.
func (ks *keys) typedRune(r rune) {
	if ks.choosing() {
		return
	}
	if ks.sheet != nil && ks.sheet.char != nil {
		ks.sheet.char(r)
		return
	}
	if do := ks.bound(stroke{char: r}, keysAnywhere); do != nil && ks.sheet == nil {
		do()
	}
}

// escape closes what was opened last.
func (ks *keys) escape() {
	switch {
	case ks.sheet != nil:
		ks.sheet.Close()
	case ks.pages.open != nil:
		ks.pages.open.back()
	case ks.pane.opened && !ks.wide():
		ks.pane.closeDetail()
	case ks.listing.finder.root.Visible():
		ks.listing.closeFinder()
	case ks.listing.unmark():
	case ks.snackbar.Visible():
		ks.clipboard.dismiss()
	}
}
