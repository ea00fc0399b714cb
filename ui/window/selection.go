package window

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// listing is the list of accounts with its head and its search: which accounts are
// shown, and which of them is selected.
type listing struct {
	*shell
	pages *pages
	link  *link
	on    listingActions

	view     view
	follow   bool // the view is that of the active environment
	search   string
	selected core.ID
	using    bool     // the agent was asked to switch the environment
	asked    core.Env // to this one
	heard    bool     // and has told of that switch

	shelf  *fyne.Container // all of it
	env    *kit.Segment
	band   *canvas.Rectangle // along the top, in the environment's colour
	finder *fyne.Container
	entry  *kit.Entry
	list   *listView
	empty  *emptyList // in the list's place
}

// listingActions are what it asks of the parts above.
type listingActions struct {
	copyToken func(core.ID)
	menu      func(core.ID, fyne.Position)
	closeMenu func()
	help      func(core.ID)
	bound     func(stroke, ...keyGroup) func() // what a key does
	add       func()
	addPasted func(pasted)
	settings  func()
	selected  func() // another account is selected
	uncover   func() // closes what stands over the list
}

// draw makes all of it in the language of the look.
func (ls *listing) draw() {
	ls.list = newListView(ls.look, rowSource{row: ls.rowNow, plain: ls.plainRow}, listActions{
		rowActions: rowActions{copyToken: ls.on.copyToken, menu: ls.on.menu, help: ls.on.help, pick: ls.point},
		step:       ls.pick, bound: ls.on.bound, find: ls.findFrom,
	})
	ls.list.selected = ls.selected
	ls.empty = newEmptyList(ls.look, ls.emptyActions())
	ls.shelf = container.New(&shelf{}, ls.drawHead(), ls.drawFinder(), container.NewStack(ls.list, ls.empty.root))
}

// fillList shows the rows of the view, or what stands in their place.
func (ls *listing) fillList() {
	ls.settle()
	ls.env.Choose(string(ls.view))
	ls.paintBand()
	accounts := ls.model.shown(ls.view, newQuery(ls.look.Words, ls.search), ls.now())
	ids := make([]core.ID, len(accounts))
	for i, a := range accounts {
		ids[i] = a.ID
	}
	kit.Visible(ls.list, len(ids) > 0)
	kit.Visible(ls.empty.root, len(ids) == 0)
	if len(ids) == 0 {
		ls.fillEmpty()
	}
	ls.list.show(ids)
	ls.relayout()
}

// rowNow is what the row of an account shows now.
func (ls *listing) rowNow(id core.ID) row {
	a, _ := ls.model.find(id)
	r := rowOf(ls.look, a, ls.view == viewAll, ls.now())
	if _, ok := ls.model.pair(id); ok {
		r.Kind = pairMark + " " + r.Kind
	}
	return r
}

// plainRow reports whether the row of an account has nothing to tell under it.
func (ls *listing) plainRow(id core.ID) bool {
	a := ls.model.Find(id)
	return a == nil || a.Error == nil && !mayBeUndecided(ls.look.Words, a)
}

// point selects the account that was clicked.
func (ls *listing) point(id core.ID) {
	ls.list.keyed = false
	ls.pick(id)
	ls.focusList()
}

// pick selects an account; in a wide window the pane shows it.
func (ls *listing) pick(id core.ID) {
	if ls.selected == id {
		ls.list.choose(id)
		return
	}
	ls.selected = id
	ls.list.choose(id)
	ls.on.selected()
}

// settle sees to it that what is selected belongs to the view.
func (ls *listing) settle() {
	a := ls.model.Find(ls.selected)
	if a == nil || ls.view == viewAll || view(a.Env) == ls.view {
		return
	}
	other, _ := ls.model.pair(ls.selected)
	ls.selected = other.ID
	ls.list.selected = other.ID
}

func (ls *listing) focusList() {
	if c := ls.win.Canvas(); c != nil && len(ls.list.ids) > 0 && ls.shelf.Visible() && ls.pages.open == nil {
		ls.list.quietly = true
		c.Focus(ls.list)
		ls.list.quietly = false
	}
}

// bringInView selects an account and makes sure that the list has it. An account
// of the other environment is shown among all: the view Live would be the active
// environment, which only a person switches, since a bare name means another
// token from then on, in the tray and in scripts too. It reports whether it
// changed the view.
func (ls *listing) bringInView(a api.Account) (changed bool) {
	if ls.view != viewAll && ls.view != view(a.Env) {
		ls.setView(viewAll)
		changed = true
	}
	ls.selected = a.ID
	if q := newQuery(ls.look.Words, ls.search); !q.empty() && !q.matches(&a, ls.now()) {
		ls.closeFinder()
	}
	ls.fillList()
	ls.list.choose(a.ID)
	ls.on.selected()
	return changed
}

// flash lights up the row that was copied, where the system wants motion.
func (ls *listing) flash(id core.ID) {
	view := ls.list.views[id]
	if view == nil || !ls.app.Settings().ShowAnimations() {
		return
	}
	view.blink(true)
	ls.later(180*time.Millisecond, func() { view.blink(false) })
}

// copyIP puts an address on the clipboard, for a whitelist.
func (cp *copies) copyIP(ip string) {
	cp.copyText(ip, cp.look.T("snack.ip", "ip", ip))
}
