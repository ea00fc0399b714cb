package window

import (
	"fyne.io/fyne/v2"
)

// closePage closes the page that is open; false when it holds what was typed
// and asks first.
func (w *Window) closePage() bool {
	if w.form != nil && w.form.draft.changed() {
		w.leaveForm()
		return false
	}
	if w.settings != nil && w.settings.sub != nil && w.settings.sub.changed() {
		w.leaveSettings()
		return false
	}
	w.dropPage()
	return true
}

func (w *Window) dropPage() {
	if w.form == nil && w.settings == nil {
		return
	}
	w.form, w.settings = nil, nil
	w.holder.Objects = nil
	w.holder.Refresh()
	w.root.Refresh()
	w.focusList()
}

// showPage shows a page in the place of the detail, or of everything where the
// window is narrow.
func (w *Window) showPage(page *fyne.Container) {
	if len(w.holder.Objects) != 1 || w.holder.Objects[0] != page {
		w.holder.Objects = []fyne.CanvasObject{page}
		w.holder.Refresh()
	}
	w.root.Refresh()
	w.keepFocus()
}
