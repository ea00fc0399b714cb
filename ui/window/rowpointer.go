package window

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"tokentray/ui/kit"
)

// MouseDown notes which account is pressed: another may be here before the button is up.
func (r *rowView) MouseDown(*desktop.MouseEvent) { r.pressed = r.shown.ID }
func (r *rowView) MouseUp(*desktop.MouseEvent)   {}

// meant reports whether a click is for the account that is shown.
func (r *rowView) meant() bool {
	pressed := r.pressed
	r.pressed = ""
	return (pressed == "" || pressed == r.shown.ID) && r.on.settled(r.shown.ID)
}

func (r *rowView) Tapped(e *fyne.PointEvent) {
	r.on.moved()
	if !r.meant() {
		return
	}
	if modifiers := r.on.modifiers(); modifiers&(ctrl|fyne.KeyModifierShift) != 0 {
		r.on.mark(r.shown.ID, modifiers)
		return
	}
	r.on.selected(r.shown.ID)
	switch high := r.shown.least(); {
	case e.Position.Y >= high:
		r.untell()
		r.on.box(r.shown.ID)
	case r.onDots(e.Position):
		r.ui.Tip(r.dots, "") // until the pointer comes again
		r.on.menu(r.shown.ID, e.AbsolutePosition)
	default:
		r.on.copyToken(r.shown.ID)
	}
}

func (r *rowView) TappedSecondary(e *fyne.PointEvent) {
	if !r.meant() {
		return
	}
	r.on.selected(r.shown.ID)
	r.on.menu(r.shown.ID, e.AbsolutePosition)
}

func (r *rowView) MouseIn(e *desktop.MouseEvent) {
	r.hovered = true
	r.paintGround()
	r.MouseMoved(e)
}

// MouseMoved tells what the dots and the mark of a problem do when the pointer comes to
// them: they are drawn, and are no buttons that would.
func (r *rowView) MouseMoved(e *desktop.MouseEvent) {
	r.on.moved()
	icon, what, key := r.iconAt(e)
	if icon == r.told {
		return
	}
	r.untell()
	if icon != nil {
		r.told = icon
		r.ui.Tip(icon, r.ui.T("tip", "what", what, "key", r.ui.KeyOf(key)))
	}
}

// iconAt is the icon under the pointer, what it does, and the line of keys that does the
// same.
func (r *rowView) iconAt(e *desktop.MouseEvent) (icon fyne.CanvasObject, what, key string) {
	switch {
	case e == nil:
	case r.onDots(e.Position):
		return r.dots, r.ui.T("tip.row"), "actions"
	case e.Position.Y < r.shown.least() || e.Position.X >= stripLeft+stripMark+kit.Grid:
	case r.folded.Visible():
		return r.folded, r.ui.T("keys.do.box"), "box"
	case r.unfolded.Visible():
		return r.unfolded, r.ui.T("keys.do.box"), "box"
	}
	return nil, "", ""
}

func (r *rowView) MouseOut() { r.leave() }

// leave is for a pointer that is no longer on the row, or whose row moved.
func (r *rowView) leave() {
	r.untell()
	if r.hovered {
		r.hovered = false
		r.paintGround()
	}
}

// untell ends the telling, where there is one.
func (r *rowView) untell() {
	if icon := r.told; icon != nil {
		r.told = nil
		r.ui.Tip(icon, "")
	}
}

// onDots reports whether a place is on the dots.
func (r *rowView) onDots(at fyne.Position) bool {
	return at.Y < r.shown.least() && at.X >= r.Size().Width-moreWidth-kit.Grid
}

func (r *rowView) Cursor() desktop.Cursor { return desktop.PointerCursor }
