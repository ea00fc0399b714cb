package window

import (
	"context"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
	"tokentray/ui/search"
)

// listing is the list of accounts with its head and its search: which accounts are
// shown, and which one is selected.
type listing struct {
	*shell
	pages *pages
	link  *link
	on    listingActions

	view        view
	follow      bool // the view is that of the active environment
	search      string
	selected    core.ID
	recalled    bool             // as the window was left, and not in sight yet
	last        map[view]core.ID // the selection in each view, to restore it
	switching   bool             // the agent was asked to switch the environment
	switchingTo core.Env         // to this one
	switched    bool             // and has told of that switch
	groups      groups           // of the accounts that are listed
	order       string           // in which they are listed
	places      map[core.ID]standing
	waiting     bool             // another order, or new rows, wait for the pointer
	boxes       map[core.ID]bool // whose problem is shown in full
	marks       marks

	root   *fyne.Container // all of it
	head   *listHead
	finder *finder
	list   *listView
	bar    *markBar
	empty  *emptyList // shown instead of the list
}

// listingActions are what it needs of the parts above.
type listingActions struct {
	copyToken func(core.ID)
	menu      func(core.ID, fyne.Position)
	many      func(fyne.Position) // the actions for what is marked
	closeMenu func()
	help      func(core.ID)
	bound     func(stroke, ...keyGroup) func() // what a key does
	add       func()
	transfer  func() // imports
	addPasted func(pasted)
	today     func()
	settings  func()
	more      func(fyne.Position) // the menu of both
	selected  func()              // another account is selected
	uncover   func()              // closes what stands over the list
}

// draw makes all of it in the language of the settings.
func (ls *listing) draw() {
	ls.list = newListView(ls.ui, rowSource{row: ls.rowNow, plain: ls.plainRow}, listActions{
		rowActions: rowActions{copyToken: ls.on.copyToken, menu: ls.on.menu, help: ls.on.help, selected: ls.click, box: ls.toggleBox, modifiers: func() fyne.KeyModifier { return ls.modifiers() }, mark: ls.markClicked},
		step:       ls.stepTo, bound: ls.on.bound, find: ls.findFrom, released: ls.released, now: ls.now,
	})
	ls.list.selected, ls.list.compact, ls.list.marked = ls.selected, ls.compact(), ls.marks.of
	ls.list.recalled = &ls.recalled
	ls.bar = newMarkBar(ls.ui, ls.on.many, func() { ls.unmark() })
	ls.bar.show(len(ls.marks.of))
	ls.empty = newEmptyList(ls.ui, ls.emptyActions())
	ls.head = newListHead(ls.ui, ls.view, headActions{view: ls.switchView, find: ls.toggleFinder, add: ls.on.add, today: ls.on.today, settings: ls.on.settings, more: ls.on.more})
	ls.finder = newFinder(ls.ui, ls.search, finderActions{
		changed: ls.find, pasted: ls.pastedInSearch, down: ls.focusResults, enter: ls.selectFirst, closed: ls.closeFinder,
	})
	ls.root = container.New(&listLayout{}, ls.head.root, ls.finder.root, container.NewStack(ls.list, ls.empty.root), ls.bar.root)
}

// fillList shows the rows of the view, or what replaces them, after a person changed
// what is listed.
func (ls *listing) fillList() { ls.fill(true) }

// refill shows the rows of the view after an event. The order waits where it would
// move the row under the pointer.
func (ls *listing) refill() { ls.fill(ls.arrangedAnew()) }

// arrangedAnew reports whether a person chose another order or other rows.
func (ls *listing) arrangedAnew() bool {
	return ls.order != ls.model.Settings.ListOrder || ls.list.compact != ls.compact()
}

// compact reports whether rows have one line.
func (ls *listing) compact() bool { return ls.model.Settings.ListDensity == core.DensityCompact }

// toggleBox shows the problem of an account in full, or in one line.
func (ls *listing) toggleBox(id core.ID) {
	ls.boxes[id] = !ls.boxes[id]
	ls.list.update(id)
	ls.list.selectRow(ls.list.selected)
}

// released shows what waited for the pointer.
func (ls *listing) released() {
	if ls.waiting {
		ls.refill()
	}
}

func (ls *listing) fill(byPerson bool) {
	ls.keepSelectionInView()
	ls.head.show(ls.view)
	ids, was := []core.ID(nil), ls.groups
	ids, ls.groups = ls.arranged()
	if ls.waiting = !byPerson && !ls.list.fitsOrder(ids); ls.waiting {
		ids, ls.groups = ls.list.staying(ids), was
	}
	ls.list.compact = ls.compact()
	ls.order, ls.places = ls.model.Settings.ListOrder, map[core.ID]standing{}
	for i := range ls.model.Accounts {
		if a := &ls.model.Accounts[i]; standingOf(a) != (standing{}) {
			ls.places[a.ID] = standingOf(a)
		}
	}
	kit.Visible(ls.list, len(ids) > 0)
	kit.Visible(ls.empty.root, len(ids) == 0)
	if len(ids) == 0 {
		ls.fillEmpty()
	}
	ls.list.show(ids, byPerson)
	ls.keepListedMarks()
	ls.relayout()
}

// arranged are the accounts of the view in their order, and their groups.
func (ls *listing) arranged() ([]core.ID, groups) {
	now := ls.now()
	accounts, groups := grouped(ls.ui, search.Ordered(ls.model.Settings.ListOrder, now, ls.model.shown(ls.view, search.New(ls.ui.Words, ls.search), now)))
	ids := make([]core.ID, len(accounts))
	for i, a := range accounts {
		ids[i] = a.ID
	}
	return ids, groups
}

// hide takes accounts out of the list. What is selected among them gives way to a
// neighbour.
func (ls *listing) hide(ids []core.ID) {
	for _, id := range ids {
		ls.model.going[id] = true
	}
	at := ls.list.index(ls.selected)
	ls.fillList()
	if !ls.model.going[ls.selected] {
		return
	}
	next := core.ID("")
	if n := len(ls.list.ids); n > 0 {
		next = ls.list.ids[min(max(at, 0), n-1)]
	}
	ls.selectAccount(next)
}

// unhide lists accounts again.
func (ls *listing) unhide(ids []core.ID) {
	for _, id := range ids {
		delete(ls.model.going, id)
	}
	ls.refill()
}

// changed shows an account anew, where it belongs by now. The row under the pointer
// keeps its place: see anchor.go.
func (ls *listing) changed(id core.ID) {
	a := ls.model.Find(id)
	moved := a != nil && standingOf(a) != ls.places[id]
	if !moved && ls.order != "" && ls.order != core.OrderName {
		ids, _ := ls.arranged()
		moved = !slices.Equal(ids, ls.list.ids)
	}
	if moved {
		ls.refill()
	}
	ls.list.update(id)
}

// rowNow is the present row of an account.
func (ls *listing) rowNow(id core.ID) row {
	a, _ := ls.model.find(id)
	r := rowOf(ls.ui, a, ls.view == viewAll, ls.now())
	if _, ok := ls.model.pair(id); ok {
		r.Kind = pairMark + " " + r.Kind
	}
	r.Head, r.Grouped, r.Apart = ls.groups.heads[id], ls.groups.members[id], ls.groups.apart[id]
	r.Compact, r.Open = ls.compact(), ls.boxes[id]
	return r
}

// plainRow reports whether the row of an account has nothing above or below it.
func (ls *listing) plainRow(id core.ID) bool {
	a := ls.model.Find(id)
	return ls.groups.heads[id] == "" && !ls.groups.apart[id] && (a == nil || a.Error == nil && !a.NeedsConsent)
}

// stepTo follows the keyboard, which ends marks.
func (ls *listing) stepTo(id core.ID) {
	ls.unmark()
	ls.selectAccount(id)
}

// click selects the account that was clicked. One that is marked keeps the marks.
func (ls *listing) click(id core.ID) {
	ls.list.byKeyboard = false
	if !ls.marks.of[id] {
		ls.unmark()
	}
	ls.selectAccount(id)
	ls.focusList()
}

// selectAccount selects an account; in a wide window the pane shows it.
func (ls *listing) selectAccount(id core.ID) {
	if ls.selected == id {
		ls.list.selectRow(id)
		return
	}
	ls.selected = id
	ls.list.selectRow(id)
	ls.on.selected()
}

// keepSelectionInView makes sure that the selected account belongs to the view.
func (ls *listing) keepSelectionInView() {
	a := ls.model.Find(ls.selected)
	if a == nil || ls.view == viewAll || view(a.Env) == ls.view {
		return
	}
	other, _ := ls.model.pair(ls.selected)
	ls.selected = other.ID
	ls.list.selected = ls.selected
}

// lastOf is what was selected in a view when it was left; empty where that is gone.
func (ls *listing) lastOf(v view) core.ID {
	if a := ls.model.Find(ls.last[v]); a != nil && view(a.Env) == v {
		return a.ID
	}
	return ""
}

func (ls *listing) focusList() {
	if c := ls.win.Canvas(); c != nil && len(ls.list.ids) > 0 && ls.root.Visible() && ls.pages.open == nil {
		ls.list.byWindow = true
		c.Focus(ls.list)
		ls.list.byWindow = false
	}
}

// bringInView selects an account and makes sure that the list contains it. An
// account of the other environment is shown in All: the view Live would switch the
// active environment, which only a person does, because it changes the meaning of
// bare names in the tray and in scripts too. It reports whether it changed the view.
func (ls *listing) bringInView(a api.Account) (changed bool) {
	if ls.view != viewAll && ls.view != view(a.Env) {
		ls.setView(viewAll)
		changed = true
	}
	ls.selected = a.ID
	if q := search.New(ls.ui.Words, ls.search); !q.Empty() && !q.Matches(&a, ls.now()) {
		ls.closeFinder()
	}
	ls.fillList()
	ls.list.selectRow(a.ID)
	ls.on.selected()
	return changed
}

// flash lights up the row that was copied, if the system wants motion.
func (ls *listing) flash(id core.ID) {
	view := ls.list.views[id]
	if view == nil || !ls.app.Settings().ShowAnimations() {
		return
	}
	view.blink(true)
	ls.later(180*time.Millisecond, func() { view.blink(false) })
}

// switchView follows the switch at the top and its keys. Nothing else may call it:
// it changes the active environment everywhere.
func (ls *listing) switchView(v view) {
	ls.setView(v)
	if v != viewAll && (ls.switching || core.Env(v) != ls.model.Active) {
		ls.activate(core.Env(v))
	}
}

// setView shows a view, whoever chose it.
func (ls *listing) setView(v view) {
	ls.last[ls.view] = ls.selected
	ls.view, ls.follow = v, v != viewAll
	if ls.selected == "" {
		ls.selected = ls.lastOf(v)
	}
	ls.on.closeMenu() // it may be of an account that goes out of sight
	ls.fillList()
	ls.list.selectRow(ls.selected)
	ls.on.selected()
}

// activate makes an environment the active one. It asks the agent one thing at a
// time, so that of two quick switches the last one counts.
func (ls *listing) activate(env core.Env) {
	if ls.switching {
		return // ask again after the answer
	}
	ls.switching, ls.switchingTo, ls.switched = true, env, false
	ask(ls.shell, quickWait, func(ctx context.Context, g Agent) (none, error) {
		return nothing(g.Use(ctx, env))
	}, func(_ none, err *core.Error) {
		ls.switching = false
		switch {
		case err != nil:
			if ls.follow {
				ls.follows()
			}
			ls.showError(err, api.Ref{})
		case ls.follow && ls.view != view(env): // a person switched again meanwhile
			ls.activate(core.Env(ls.view))
		case ls.follow && ls.switched && ls.model.Active != env: // somebody else did
			ls.follows()
		}
	})
}

// follows shows the active environment, which was not switched here.
func (ls *listing) follows() {
	ls.setView(view(ls.model.Active))
	ls.list.exchanged()
}

// listLayout lays out the list: head, search, rows, and the bar of what is marked.
type listLayout struct{}

func (s *listLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	kit.Place(o[0], 0, 0, size.Width, kit.HeadHeight)
	y := float32(kit.HeadHeight)
	if o[1].Visible() {
		kit.Place(o[1], 0, y, size.Width, finderHeight)
		y += finderHeight
	}
	end := size.Height
	if o[3].Visible() {
		end -= markBarHeight
		kit.Place(o[3], 0, end, size.Width, markBarHeight)
	}
	kit.Place(o[2], 0, y, size.Width, max(0, end-y))
}

func (s *listLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(320, kit.HeadHeight+rowHeight)
}

func (ls *listing) emptyActions() emptyActions {
	on := emptyActions{add: ls.on.add, transfer: ls.on.transfer, all: func() { ls.switchView(viewAll) }, unfound: ls.closeFinder}
	if ls.cfg.Demo != nil {
		on.demo = ls.link.startDemo
	}
	return on
}

// fillEmpty says why nothing is listed.
func (ls *listing) fillEmpty() {
	ui, e := ls.ui, ls.empty
	switch {
	case !ls.model.Loaded && ls.link.phase == phaseConnecting:
		e.say(ui.T("connecting"), emptyNone)
	case !ls.model.Loaded:
		e.say("", emptyNone)
	case len(ls.model.Accounts) == 0:
		e.greet(!ls.model.Demo)
	case ls.search != "" && ls.view != viewAll && len(ls.model.shown(viewAll, search.New(ui.Words, ls.search), ls.now())) > 0:
		e.say(ui.T("empty.search", "search", ls.search), emptyAll)
	case ls.search != "":
		e.say(ui.T("empty.search", "search", ls.search), emptyUnfound)
	default:
		e.say(ui.T("empty."+string(ls.view)), emptyAdd)
	}
}

// find lists what is searched for.
func (ls *listing) find(s string) {
	ls.search = s
	ls.fillList()
	ls.list.selectRow(ls.selected) // in sight, if it is among what was found
	if ls.list.index(ls.selected) < 0 {
		ls.list.scrollTo(0)
	}
}

// selectFirst selects the first account that was found.
func (ls *listing) selectFirst() {
	if len(ls.list.ids) > 0 {
		ls.selectAccount(ls.list.ids[0])
		ls.focusResults()
	}
}

// focusResults moves the keyboard from the search to the results: to the selected
// row, else to the first, and shows that it is there.
func (ls *listing) focusResults() {
	if len(ls.list.ids) == 0 {
		return
	}
	if ls.list.index(ls.selected) < 0 {
		ls.selectAccount(ls.list.ids[0])
	}
	ls.list.byKeyboard = true
	ls.focusList()
}

func (ls *listing) toggleFinder() {
	if ls.finder.root.Visible() {
		ls.closeFinder()
		return
	}
	ls.openFinder()
}

func (ls *listing) openFinder() {
	ls.pages.closePage()
	ls.on.uncover()
	ls.finder.root.Show()
	ls.root.Refresh()
	ls.relayout()
	ls.focus(ls.finder.entry)
}

// findFrom begins a search with what was typed.
func (ls *listing) findFrom(start string) {
	ls.openFinder()
	ls.finder.more(start)
}

// pastedInSearch begins an account with a pasted text that holds an AppSecret. It
// finds nothing here, and the secret would be on the screen in clear.
func (ls *listing) pastedInSearch(content string) bool {
	p, _ := readPasted(ls.ui.Words.Kinds(), content)
	if ls.ui.Words.Kinds().LooksSecret(content) {
		p = pasted{Secret: strings.TrimSpace(content)}
	}
	if p.Secret == "" {
		return false
	}
	ls.closeFinder()
	ls.on.addPasted(p)
	return true
}

// searchAll searches in both environments.
func (ls *listing) searchAll(what string) {
	ls.setView(viewAll)
	ls.openFinder()
	ls.finder.entry.SetText(what) // which fills the list
	ls.selectFirst()
}

func (ls *listing) closeFinder() {
	ls.finder.root.Hide()
	ls.finder.entry.SetText("") // which fills the list
	ls.root.Refresh()
	ls.focusList()
}
