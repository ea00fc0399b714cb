package window

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// ctrl is Ctrl, or Command on a Mac.
const ctrl = fyne.KeyModifierShortcutDefault

// shortcuts are the window's keys, as the README lists them.
func (w *Window) shortcuts() map[fyne.KeyName]func() {
	return map[fyne.KeyName]func(){
		fyne.KeyF:     w.openFinder,
		fyne.KeyN:     w.openAdd,
		fyne.KeyR:     func() { w.renew(w.selected) },
		fyne.KeyE:     func() { w.openEdit(w.selected) },
		fyne.Key1:     func() { w.switchView(viewSandbox) },
		fyne.Key2:     func() { w.switchView(viewLive) },
		fyne.Key3:     func() { w.switchView(viewAll) },
		fyne.KeyComma: w.openSettings,
		fyne.KeyW:     w.win.Close,
		fyne.KeyQ:     w.win.Close,
	}
}

func (w *Window) addShortcuts() {
	c := w.win.Canvas()
	for name := range w.shortcuts() {
		c.AddShortcut(&desktop.CustomShortcut{KeyName: name, Modifier: ctrl}, w.typedShortcut)
	}
	c.SetOnTypedKey(w.typedKey)
}

// typedShortcut does what a shortcut stands for; while a question is open it
// does nothing.
func (w *Window) typedShortcut(s fyne.Shortcut) {
	custom, ok := s.(*desktop.CustomShortcut)
	if !ok || custom.Modifier != ctrl || w.win.Canvas().Overlays().Top() != nil {
		return
	}
	if f := w.shortcuts()[custom.KeyName]; f != nil {
		f()
	}
}

// typedKey takes the keys that no part of the window had a use for.
func (w *Window) typedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyEscape:
		w.escape()
	case fyne.KeyUp, fyne.KeyDown, fyne.KeyHome, fyne.KeyEnd, fyne.KeyPageUp, fyne.KeyPageDown,
		fyne.KeyReturn, fyne.KeyEnter, fyne.KeyRight, fyne.KeyDelete: // the list knows them all, and sends none back
		if w.sheet == nil && w.form == nil && w.settings == nil && w.shelf.Visible() && len(w.list.ids) > 0 {
			w.win.Canvas().Focus(w.list)
			w.list.TypedKey(e)
		}
	}
}

// escape closes what was opened last.
func (w *Window) escape() {
	switch {
	case w.sheet != nil:
		w.closeSheet()
	case w.form != nil:
		w.leaveForm()
	case w.settings != nil:
		w.dropPage()
	case w.opened && !w.wide():
		w.closeDetail()
	case w.finder.Visible():
		w.closeFinder()
	case w.snackbar.Visible():
		w.dismiss()
	}
}
