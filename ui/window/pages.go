package window

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"tokentray/ui/kit"
)

// page is what can be opened in place of the detail: an account's form, or the
// settings.
type page interface {
	draw()                     // makes its parts, in the language of the settings
	top() *kit.Page            // its visible parts
	unsaved() (question, bool) // the question before it is closed, if something would be lost
	back()                     // goes back, after that question
	closed()                   // it is no longer open
}

// pages is the place of the page that is open.
type pages struct {
	*shell
	holder *fyne.Container
	open   page   // nil when none is
	left   func() // called when none is open any more
}

// draw makes the place, and the page that is open, anew.
func (pg *pages) draw() {
	pg.holder = container.NewStack()
	if pg.open != nil {
		pg.open.draw()
		pg.holder.Objects = []fyne.CanvasObject{pg.open.top().Root}
	}
}

// openPage opens a page.
func (pg *pages) openPage(p page) {
	pg.open = p
	p.draw()
	pg.showPage()
}

// showPage shows the open page, in place of the detail, or of everything if the
// window is narrow.
func (pg *pages) showPage() {
	top := pg.open.top().Root
	if len(pg.holder.Objects) != 1 || pg.holder.Objects[0] != top {
		pg.holder.Objects = []fyne.CanvasObject{top}
		pg.holder.Refresh()
	}
	pg.relayout()
}

// unsaved is the question before the open page is closed; false when nothing would
// be lost.
func (pg *pages) unsaved() (question, bool) {
	if pg.open == nil {
		return question{}, false
	}
	return pg.open.unsaved()
}

// closePage closes the open page; false when it has unsaved input and asks first.
func (pg *pages) closePage() bool {
	if _, ok := pg.unsaved(); ok {
		pg.question(func(*kit.UI) question { q, _ := pg.unsaved(); return q }, pg.dropPage)
		return false
	}
	pg.dropPage()
	return true
}

// dropPage closes the open page without a question.
func (pg *pages) dropPage() {
	if pg.open == nil {
		return
	}
	pg.open.closed()
	pg.open = nil
	pg.holder.Objects = nil
	pg.holder.Refresh()
	pg.relayout()
	pg.left()
}
