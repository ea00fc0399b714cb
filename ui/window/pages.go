package window

import (
	"fyne.io/fyne/v2"

	"tokentray/ui/kit"
)

// closePage closes the page that is open; false when it holds what was typed
// and asks first.
func (w *Window) closePage() bool {
	if w.form != nil && w.form.draft.changed() {
		w.leaveForm()
		return false
	}
	if w.settings != nil && w.settings.room != nil && w.settings.room.changed() {
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

func (w *Window) focus(o fyne.Focusable) { w.win.Canvas().Focus(o) }

// inSight scrolls the open page so that what got the keyboard can be seen.
func (w *Window) inSight(o fyne.CanvasObject) {
	var pages []*kit.Scroller
	if w.form != nil {
		pages = append(pages, w.form.scroll)
	}
	if w.settings != nil {
		pages = append(pages, w.settings.scroll)
	}
	if w.sheet != nil {
		pages = append(pages, w.sheet.scroll, w.sheet.whole)
	}
	pages = append(pages, w.welcome)
	f, ok := o.(fyne.Focusable)
	for _, p := range pages {
		if ok && p != nil && p.Size().Height > 0 && kit.Holds(kit.Focusables(p), f) {
			p.Reveal(o)
		}
	}
}

// keepFocus sees to it that the keyboard is on something that can be seen: what
// had it may have gone with what it was about.
func (w *Window) keepFocus() {
	c := w.win.Canvas()
	if had := c.Focused(); had == nil || c.Overlays().Top() != nil || kit.Holds(kit.Focusables(w.root), had) {
		return
	}
	if w.side.Visible() && w.detail.back.Visible() {
		c.Focus(w.detail.back)
		return
	}
	w.focusList()
}

// refocus gives the keyboard to the twin of what had it; nil changes nothing.
func (w *Window) refocus(next fyne.Focusable) {
	if next == nil {
		return
	}
	w.win.Canvas().Focus(next)
}
