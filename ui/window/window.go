package window

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// Window is the window. All its methods belong to the goroutine of the user
// interface, except Start, Stop and what link.go says. Its parts know those below
// them; connect gives them what they need from those above.
type Window struct {
	*shell
	link      *link
	clipboard *clipboard
	renewals  *renewals
	vault     *vault
	pages     *pages
	listing   *listing
	pane      *pane
	removals  *removals
	transfers *transfers
	accounts  *accounts
	many      *many
	settings  *settings
	exports   *exports
	clients   *clients
	pushing   *pushing
	actions   *actions
	today     *today
	menus     *menus
	closing   *closing
	keys      *keys

	appearance *appearance
	tips       *tips
	split      *split

	root    *fyne.Container
	banners *banners
}

// New builds the window. Nothing is connected before Start.
func New(app fyne.App, cfg Config) *Window {
	if cfg.Now == nil {
		cfg.Now = func() time.Time { return time.Now().Round(0) }
	}
	if cfg.OpenURL == nil {
		cfg.OpenURL = app.OpenURL
	}
	if cfg.TryDoor == nil {
		cfg.TryDoor = api.TryDoor
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if len(cfg.Kinds.All()) == 0 {
		cfg.Kinds = kinds.Builtin() // until the agent tells of its own
	}
	w := &Window{shell: &shell{cfg: cfg, app: app, model: newModel(), kinds: cfg.Kinds, after: time.After}}
	w.modifiers = func() fyne.KeyModifier { return 0 }
	if d, ok := app.Driver().(desktop.Driver); ok {
		w.modifiers = d.CurrentKeyModifiers
	}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	w.win = app.NewWindow("TokenTray")
	w.connect()
	if cfg.First != nil {
		w.model.Apply(api.Event{Type: api.EventSnapshot, Snapshot: cfg.First})
		w.listing.view = view(w.model.Active)
	}
	was := recalled(cfg.Kept)
	w.recall(was)
	w.win.SetPadded(false)
	w.win.SetMaster()
	w.win.SetOnClosed(func() {
		w.remember()
		w.removals.closing()
		w.cancel() // what comes later finds no window
		if cfg.Closed != nil {
			cfg.Closed()
		}
	})
	w.win.SetCloseIntercept(w.closing.leave)
	w.retheme = w.appearance.applyTheme
	w.retheme()
	w.win.Resize(was.size(w.appearance.percent))
	w.keys.addShortcuts()
	w.win.SetOnDropped(func(_ fyne.Position, files []fyne.URI) { w.transfers.drop(files) })
	app.Settings().AddListener(func(fyne.Settings) { w.do(w.retheme) }) // the system turned dark or light
	return w
}

// connect makes the parts of the window and gives each what it needs: the parts
// below it, and actions of those above.
func (w *Window) connect() {
	sh := w.shell
	sh.apply, sh.relayout = w.event, w.relayoutAll
	w.link = &link{shell: sh, again: make(chan struct{}, 1), changed: w.linkChanged, learned: func(set kinds.Set) { w.appearance.know(set) }}
	w.clipboard = &clipboard{shell: sh, paths: map[core.ID]string{}}
	w.renewals = &renewals{shell: sh}
	w.vault = &vault{shell: sh, clipboard: w.clipboard}
	w.pages = &pages{shell: sh}
	w.listing = &listing{shell: sh, pages: w.pages, link: w.link, view: viewSandbox, follow: true, last: map[view]core.ID{}, boxes: map[core.ID]bool{}, marks: marks{of: map[core.ID]bool{}}}
	w.pane = &pane{shell: sh, pages: w.pages, listing: w.listing, state: &paneState{filter: historyAll}}
	w.removals = &removals{shell: sh, listing: w.listing}
	w.transfers = &transfers{shell: sh, pages: w.pages}
	w.accounts = &accounts{shell: sh, pages: w.pages, listing: w.listing, clipboard: w.clipboard, removals: w.removals, transfers: w.transfers}
	w.many = &many{shell: sh, clipboard: w.clipboard, removals: w.removals}
	w.settings = &settings{shell: sh, pages: w.pages, link: w.link, vault: w.vault, clipboard: w.clipboard, transfers: w.transfers}
	w.exports = &exports{shell: sh}
	w.clients = &clients{shell: sh, pages: w.pages, clipboard: w.clipboard, listing: w.listing, settings: w.settings.openSettings, setups: map[core.ID]*clientSetup{}}
	w.settings.clients = func() { w.clients.openClients("") }
	w.pushing = &pushing{shell: sh, pages: w.pages, pane: w.pane}
	w.many.exports = w.exports
	w.actions = &actions{shell: sh, link: w.link, clipboard: w.clipboard, renewals: w.renewals, vault: w.vault, settings: w.settings, accounts: w.accounts}
	w.today = &today{shell: sh, pages: w.pages, listing: w.listing, pane: w.pane}
	w.menus = &menus{shell: sh, listing: w.listing, pane: w.pane, clipboard: w.clipboard, renewals: w.renewals, accounts: w.accounts, clients: w.clients, pushing: w.pushing, actions: w.actions, many: w.many, today: w.today, settings: w.settings}
	w.closing = &closing{shell: sh, pages: w.pages, link: w.link, clients: w.clients}
	w.keys = &keys{
		shell: sh, pages: w.pages, listing: w.listing, pane: w.pane, clipboard: w.clipboard, renewals: w.renewals, accounts: w.accounts,
		settings: w.settings, menus: w.menus, many: w.many, removals: w.removals, transfers: w.transfers, clients: w.clients, pushing: w.pushing, actions: w.actions, closing: w.closing, today: w.today,
	}

	w.split = &split{shell: sh}
	w.keys.split = w.split
	w.tips = &tips{shell: sh}
	w.appearance = &appearance{
		shell: sh, fonts: kit.NewFonts(), words: text.New(text.English), build: w.build, least: func() fyne.Size { return w.root.MinSize() },
		onKey: w.keys.typedKey, onShortcut: w.keys.typedShortcut, onChar: w.keys.typedRune, onTip: w.tips.point, keyOf: w.keys.keyOf,
	}

	w.clipboard.tokenCopied, w.clipboard.over = w.listing.flash, w.removals.again
	w.pages.left = w.listing.focusList
	w.listing.on = listingActions{
		copyToken: w.clipboard.copyDefault, menu: w.menus.openMenu, many: w.menus.openMany, closeMenu: w.menus.closeMenu, help: w.actions.help, bound: w.keys.bound,
		add: w.accounts.openAdd, transfer: w.transfers.openTransfers, addPasted: w.accounts.openPasted, today: w.today.openToday, settings: w.settings.openSettings, more: w.menus.openHead,
		selected: w.pane.follow, uncover: w.pane.uncover,
	}
	copyShown := func(prev bool) func(core.ID) {
		return func(id core.ID) {
			switch {
			case !w.listing.list.chosen(): // another account came into the pane just now
			case prev:
				w.clipboard.copyAs(id, "", true)
			default:
				w.clipboard.copyDefault(id)
			}
		}
	}
	w.pane.on = detailActions{
		copyToken: copyShown(false), copyText: w.clipboard.copyText, prev: copyShown(true), menu: w.menus.openMenu, act: w.actions.perform,
		renew: w.renewals.renew, check: w.renewals.check, quota: w.renewals.quota, reset: w.renewals.resetQuota, push: pushActions{run: w.pushing.run, edit: w.pushing.edit, remove: w.pushing.remove, add: w.pushing.add}, edit: w.accounts.openEdit, flip: w.listing.flip, export: w.exports.exportHistory,
	}
}

// startSize is the size of a new window, in units of its text size. Large text
// gets a larger window, but not one that no screen has room for.
func startSize(percent int) fyne.Size {
	by := 100 / float32(max(100, percent))
	return fyne.NewSize(460*by, 640*by).Max(fyne.NewSize(360, 400))
}

// Show brings the window to the front.
func (w *Window) Show() { w.show() }

// Fyne is the window as Fyne knows it.
func (w *Window) Fyne() fyne.Window { return w.win }

// Start connects to the agent and begins to tick. Stop ends both.
func (w *Window) Start() {
	w.work.Go(w.link.run)
	w.work.Go(w.ticker)
	if w.cfg.Scheme != nil {
		w.work.Go(func() {
			w.cfg.Scheme(w.ctx, func(dark bool) { w.do(func() { w.appearance.follow(dark) }) })
		})
	}
}

// Stop ends what Start and the person's actions began, and waits for it. Call it
// after the app's Run has returned.
func (w *Window) Stop() {
	w.cancel()
	w.work.Wait()
}

// Calm reports that nothing in the window moves by itself, except through Do: no
// cursor blinks, and no overlay of the toolkit's is open.
func (w *Window) Calm() bool {
	c := w.win.Canvas()
	_, typing := c.Focused().(*kit.Entry)
	return !typing && c.Overlays().Top() == nil
}

func (w *Window) title() string {
	if w.model.Demo {
		return w.ui.T("title.demo")
	}
	return w.ui.T("title")
}

// tick counts down. It touches only texts that changed.
func (w *Window) tick() {
	now := w.now()
	if now.Second()%doorEvery == 0 {
		w.clients.loadDoor()
	}
	if w.settings.page != nil && now.Second()%doorEvery == 0 {
		w.settings.loadDoor()
		w.settings.showAgents()
		w.settings.showTeams()
	}
	w.listing.list.tick()
	w.pane.tick(now)
	w.removals.tick(now)
	w.today.tick(now)
	if !w.snackbar.tick(now) {
		w.clipboard.messageOver()
	}
}

// event applies one event and redraws what it touched.
func (w *Window) event(e api.Event) {
	c := w.model.Apply(e)
	if e.Seat != "" {
		w.seat = e.Seat
	}
	if c.Bye {
		w.closing.stopped()
		return
	}
	if c.Raise {
		w.show()
		if e.Show != nil {
			w.showMeant(*e.Show)
		}
	}
	if c.Kinds {
		w.link.askKinds()
	}
	if c.Settings {
		w.appearance.applyTheme()
	}
	w.listing.switched = w.listing.switched || c.Active && w.listing.switching && w.model.Active == w.listing.switchingTo
	if c.Active && w.listing.follow && !w.listing.switching && w.listing.view != view(w.model.Active) {
		w.listing.follows()
	}
	if c.Accounts || c.Account != "" {
		w.today.changed()
	}
	switch {
	case c.Accounts, c.Active, c.Vault, c.Settings && w.listing.arrangedAnew():
		w.listing.refill()
		w.pane.fillDetail()
		w.win.SetTitle(w.title())
		if c.Snapshot {
			w.listing.focusList()
			w.pane.loadHistory()
		}
	case c.Account != "":
		w.accountChanged(c.Account)
	}
	if c.Accounts || c.Account != "" {
		w.clients.changed()
	}
	if c.Vault && w.model.Vault.State == "open" {
		w.accounts.vaultOpened()
	}
	if c.Vault || c.Settings {
		w.fillBanners()
		w.settings.redrawSettings()
		w.settings.loadDoor()
		w.clients.loadDoor()
	}
	if c.Clipboard {
		w.clipboard.clipChanged()
	}
}

// showMeant shows what a notification was about, or what was chosen in the tray. It does not close a page with
// unsaved input, nor switch the active environment.
func (w *Window) showMeant(what api.Showing) {
	if what.Asks {
		w.settings.showAsks()
		return
	}
	if _, typed := w.pages.unsaved(); typed {
		return
	}
	w.closeSheet()
	w.pages.dropPage()
	switch what.Page {
	case api.PageAdd:
		w.accounts.openAdd()
		return
	case api.PageSettings:
		w.settings.openSettings()
		return
	case api.PageToday:
		w.today.openToday()
		return
	case api.PageSearch:
		w.pane.closeDetail()
		w.listing.openFinder()
		return
	}
	switch i := slices.IndexFunc(w.model.Accounts, func(a api.Account) bool { return what.Account != nil && a.Ref() == *what.Account }); {
	case i >= 0:
		a := w.model.Accounts[i]
		w.listing.bringInView(a)
		w.pane.openDetail(a.ID)
	case what.Search != "":
		w.pane.closeDetail()
		w.listing.searchAll(what.Search)
	}
}

// accountChanged shows one account anew.
func (w *Window) accountChanged(id core.ID) {
	w.listing.changed(id)
	if id != w.listing.selected {
		return
	}
	w.pane.fillDetail()
	if a, ok := w.model.find(id); ok && a.HistoryLines != w.pane.state.historyAt {
		w.pane.loadHistory()
	}
}

// ticker ticks at the beginning of each second of the wall clock, so that all
// figures change together.
func (w *Window) ticker() {
	for {
		now := w.now()
		next := now.Truncate(time.Second).Add(time.Second)
		select {
		case <-w.ctx.Done():
			return
		case <-time.After(next.Sub(now)):
		}
		w.do(w.tick)
	}
}

// linkChanged shows how the window stands with the agent.
func (w *Window) linkChanged() {
	w.fillBanners()
	w.listing.refill()
	w.settings.redrawSettings()
}

// relayoutAll lays the window out again.
func (w *Window) relayoutAll() {
	w.root.Refresh()
	w.keepFocus()
}

// fillBanners shows what concerns the whole window.
func (w *Window) fillBanners() {
	before := w.listing.root.Position().Y
	w.banners.show(bannersOf(w.ui, w.link.phase, w.link.failure, &w.model))
	w.relayout()
	w.listing.list.shift(w.listing.root.Position().Y - before) // the rows stay where they are
}

// build makes every part again from what the window knows. Unsaved input is in the
// drafts and stays.
func (w *Window) build() {
	ui := w.ui
	var had kit.Keyboard
	if w.root != nil {
		had = kit.KeyboardIn(w.root, w.win.Canvas().Focused())
	}
	var message message
	var told bool
	if w.snackbar != nil && w.snackbar.Visible() {
		message, told = w.snackbar.shown, true
	}
	w.snackbar = newSnackbar(ui, w.clipboard.clearClipboard, w.clipboard.dismiss)
	w.banners = newBanners(ui, w.actions.performBanner)
	w.tips.draw()
	w.listing.draw()
	w.pane.draw()
	w.pages.draw()
	w.root = container.New(&windowLayout{pages: w.pages, pane: w.pane, split: w.split}, w.banners.rows.Box, w.listing.root, w.pane.side, w.pages.holder, w.snackbar, w.split.rule(), w.tips.layer)
	w.win.SetContent(w.root)
	w.win.SetTitle(w.title())

	w.fillBanners()
	w.listing.fillList()
	w.pane.fillDetail()
	if told && message.Clip && w.model.Clipboard.HasOurs() {
		message = w.clipboard.clipMessage()
	}
	if told {
		w.snackbar.show(message.in(ui), w.now())
	}
	w.listing.focusList()
	had.Put(w.win.Canvas(), w.root)
	w.redrawSheet()
}

// keepFocus makes sure that the keyboard is on something visible: the part that had
// it may be gone.
func (w *Window) keepFocus() {
	c := w.win.Canvas()
	had := c.Focused()
	if had == nil || c.Overlays().Top() != nil || slices.Contains(kit.Focusables(w.root), had) {
		return
	}
	if w.pane.side.Visible() && w.pane.detail.back.Visible() {
		c.Focus(w.pane.detail.back)
		return
	}
	c.Unfocus()
	w.listing.focusList()
}
