package window

import (
	"context"
	"net/url"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// settings shows and changes the settings, the client keys and the access log.
type settings struct {
	*shell
	pages     *pages
	link      *link
	vault     *vault
	clipboard *clipboard
	transfers *transfers
	clients   func()        // sets an API client up
	page      *settingsPage // nil when it is not open
}

func (st *settings) openSettings() {
	if st.page != nil || !st.pages.closePage() {
		return
	}
	st.page = &settingsPage{on: settingsActions{
		back: st.back, set: st.setSetting, pause: st.pauseAll, vault: st.vault.perform, lock: st.vault.lockVault,
		doorActions: doorActions{door: st.setDoor, newKey: st.openKeyPage, revoke: st.askRevoke, log: st.openLog, client: st.clients}, presets: st.openPresets, agents: st.openAgents, teams: st.openTeams, transfer: st.transfers.openTransfers, folder: st.openFolder,
	}}
	st.pages.openPage(st)
	st.loadDoor()
	st.findManager()
}

// findManager finds the running clipboard manager.
func (st *settings) findManager() {
	page, find := st.page, st.cfg.Manager
	if find == nil {
		return
	}
	st.work.Go(func() {
		m, ok := find(st.ctx)
		st.do(func() {
			if ok && st.page == page {
				page.manager = &m
				st.redrawSettings()
			}
		})
	})
}

func (st *settings) closed()        { st.page = nil }
func (st *settings) top() *kit.Page { return st.page.top() }

func (st *settings) draw() {
	st.page.draw(st.ui, st.model.Settings)
	st.page.show(&st.model, st.link.status, st.now())
}

// enter opens a page over the settings.
func (st *settings) enter(p subPage) {
	s := st.page
	s.sub, s.from = p, st.win.Canvas().Focused()
	p.draw(st.ui, s.on.back)
	st.redrawSettings()
	st.focus(p.first())
}

// back goes back from a page over the settings, after a question if something would
// be lost, and from the settings themselves.
func (st *settings) back() {
	s := st.page
	if s.sub == nil {
		st.pages.dropPage()
		return
	}
	leave := func() {
		s.sub = nil
		st.redrawSettings()
		st.focus(s.from)
		st.loadDoor()
	}
	if _, ok := st.unsaved(); ok {
		st.question(func(ui *kit.UI) question { return discardSub(ui, s.sub) }, leave)
		return
	}
	leave()
}

// unsaved is the question before the input for a key, or the key itself, is lost.
func (st *settings) unsaved() (question, bool) {
	s := st.page
	if s.sub == nil || !s.sub.changed() {
		return question{}, false
	}
	return discardSub(st.ui, s.sub), true
}

// discardSub asks before a page over the settings loses something.
func discardSub(ui *kit.UI, p subPage) question {
	if k, ok := p.(*keyPage); ok && k.made != nil {
		return keyLeft(ui)
	}
	return discardTyped(ui)
}

// keyLeft asks before a key is lost that was copied nowhere.
func keyLeft(ui *kit.UI) question {
	return question{title: ui.T("clientkey.leave"), body: ui.T("clientkey.leave.say"), yes: ui.T("clientkey.leave.go"), no: ui.T("clientkey.leave.no"), role: kit.Danger}
}

// openFolder shows the folder that holds the data.
func (st *settings) openFolder() {
	path := filepath.ToSlash(st.link.status.Home)
	if !strings.HasPrefix(path, "/") { // a drive of Windows
		path = "/" + path
	}
	if err := st.cfg.OpenURL(&url.URL{Scheme: "file", Path: path}); err != nil {
		st.showInfo(st.link.status.Home)
	}
}

// redrawSettings updates the settings, and the page over them.
func (st *settings) redrawSettings() {
	if st.page != nil {
		st.page.show(&st.model, st.link.status, st.now())
		st.pages.showPage()
	}
}

func (st *settings) setSetting(key, value string) {
	ask(st.shell, quickWait, func(ctx context.Context, g Agent) (core.Settings, error) {
		return g.SetSetting(ctx, key, value)
	}, func(s core.Settings, err *core.Error) {
		if err != nil {
			st.showError(err, api.Ref{})
			st.redrawSettings()
			return
		}
		st.apply(api.Event{Type: api.EventSettings, Settings: &s})
	})
}

// nextOrder lists the accounts in the next of the orders, and says which.
func (st *settings) nextOrder() {
	orders := core.SettingValues("list-order")
	next := orders[(slices.Index(orders, st.model.Settings.ListOrder)+1)%len(orders)]
	st.setSetting("list-order", next)
	st.showInfo(st.ui.T("order.now", "order", st.ui.T("set.list-order."+next)))
}

// nextDensity lists the accounts in lower or higher rows, and says which.
func (st *settings) nextDensity() {
	next := core.DensityCompact
	if st.model.Settings.ListDensity == next {
		next = core.DensityComfortable
	}
	st.setSetting("list-density", next)
	st.showInfo(st.ui.T("density.now", "density", st.ui.T("set.list-density."+next)))
}

func (st *settings) pauseAll(paused bool) {
	ask(st.shell, quickWait, func(ctx context.Context, g Agent) (none, error) {
		return nothing(g.PauseAll(ctx, paused))
	}, func(_ none, err *core.Error) {
		if err != nil {
			st.showError(err, api.Ref{})
			st.redrawSettings()
			return
		}
		set := st.model.Settings
		set.PausedAll = paused
		st.apply(api.Event{Type: api.EventSettings, Settings: &set})
	})
}

// doorEvery is how often, in seconds, the settings ask for the state of the door: no
// event reports its keys and their uses.
const doorEvery = 5

// loadDoor asks for the state of the door, and redraws the settings only if it
// changed: somebody may be typing there.
func (st *settings) loadDoor() {
	if st.page == nil || st.agent == nil {
		return
	}
	page := st.page
	ask(st.shell, quickWait, askDoor, func(d doorView, err *core.Error) {
		if st.page != page {
			return
		}
		if err != nil {
			d = doorView{lost: err}
		}
		d.refused = page.known.refused
		if !reflect.DeepEqual(d, page.known) {
			page.known = d
			st.redrawSettings()
		}
	})
}

// askDoor asks for the state of the door and for its keys.
func askDoor(ctx context.Context, g Agent) (doorView, error) {
	loop, err := g.Loopback(ctx)
	if err != nil {
		return doorView{}, err
	}
	keys, err := g.ClientKeys(ctx)
	return doorView{known: true, loop: loop, keys: keys}, err
}

// setDoor opens, shuts or moves the door. Port 0 leaves it where it is.
func (st *settings) setDoor(on bool, port int) {
	page := st.page
	ask(st.shell, quickWait, func(ctx context.Context, g Agent) (api.Loopback, error) {
		return g.SetLoopback(ctx, api.LoopbackRequest{On: on, Port: port})
	}, func(l api.Loopback, err *core.Error) {
		if st.page != page || page == nil {
			return
		}
		page.known.refused = err
		if err == nil {
			page.known.loop, page.known.known = l, true
			if port != 0 {
				page.port = ""
			}
		}
		st.redrawSettings()
	})
}

// askRevoke ends a client key, after a question.
func (st *settings) askRevoke(name string) {
	st.question(func(ui *kit.UI) question {
		return question{title: ui.T("door.revoke.ask", "name", name), body: ui.T("door.revoke.say"), yes: ui.T("door.revoke"), role: kit.Danger}
	}, func() {
		ask(st.shell, quickWait, func(ctx context.Context, g Agent) (none, error) {
			return nothing(g.RevokeClientKey(ctx, name))
		}, func(_ none, err *core.Error) {
			if err != nil {
				st.showError(err, api.Ref{})
			} else {
				st.showInfo(st.ui.T("door.revoked", "name", name))
			}
			st.loadDoor()
		})
	})
}

// openKeyPage begins a client key over the settings.
func (st *settings) openKeyPage() {
	if st.page != nil {
		st.enter(newKeyPage(&st.model, &st.page.known, keyActions{create: st.makeKey, copyKey: st.copyKey}))
	}
}

// makeKey has the agent make the key that was described.
func (st *settings) makeKey(p *keyPage) {
	if !p.ready() {
		return
	}
	p.busy = true
	p.check()
	in := p.input()
	ask(st.shell, quickWait, func(ctx context.Context, g Agent) (api.NewClientKey, error) {
		return g.AddClientKey(ctx, in)
	}, func(k api.NewClientKey, err *core.Error) {
		if st.page == nil || st.page.sub != subPage(p) {
			return
		}
		p.busy, p.refused = false, err
		if err == nil {
			p.made = &k
			st.loadDoor()
		}
		st.redrawSettings()
	})
}

// submit makes the described key, if one is open.
func (st *settings) submit() {
	if st.page == nil {
		return
	}
	if p, ok := st.page.sub.(*keyPage); ok && p.made == nil {
		st.makeKey(p)
	}
}

// copyKey copies the new key, or a call with it.
func (st *settings) copyKey(p *keyPage, content string) {
	st.clipboard.copyKey(p.made.Name, content, func() { p.copied = true })
}

// openLog shows the access log over the settings.
func (st *settings) openLog() {
	if st.page == nil {
		return
	}
	st.enter(&logPage{load: st.loadLog})
	st.loadLog()
}

func (st *settings) loadLog() {
	ask(st.shell, quickWait, func(ctx context.Context, g Agent) ([]api.Access, error) {
		return g.AccessLog(ctx, logLength)
	}, func(lines []api.Access, err *core.Error) {
		if st.page == nil {
			return
		}
		if p, ok := st.page.sub.(*logPage); ok {
			p.lines, p.known, p.lost = lines, err == nil, err
			st.redrawSettings()
		}
	})
}

// logLength is how many lines of the access log are requested: all that the agent
// keeps.
const logLength = 500
