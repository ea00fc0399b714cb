package window

import (
	"context"
	"net/url"
	"path/filepath"
	"strings"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// settings shows and changes the settings, the client keys and the access log.
type settings struct {
	*shell
	pages  *pages
	link   *link
	vault  *vault
	copies *copies
	page   *settingsPage // nil when it is not open
}

func (st *settings) openSettings() {
	if st.page != nil || !st.pages.closePage() {
		return
	}
	st.page = &settingsPage{on: settingsActions{
		back: st.back, set: st.setSetting, pause: st.pauseAll, vault: st.vault.act, lock: st.vault.lockVault,
		door: st.setDoor, newKey: st.openKeyPage, revoke: st.askRevoke, log: st.openLog, folder: st.openFolder,
	}}
	st.pages.openPage(st)
	st.loadDoor()
}

func (st *settings) closed()        { st.page = nil }
func (st *settings) top() *kit.Page { return st.page.top() }

func (st *settings) draw() {
	st.page.draw(st.look, st.model.Settings)
	st.page.show(&st.model, st.link.status, st.now())
}

// enter opens a page over the settings.
func (st *settings) enter(p subPage) {
	s := st.page
	s.sub, s.from = p, st.win.Canvas().Focused()
	p.draw(st.look, s.on.back)
	st.redrawSettings()
	st.focus(p.first())
}

// back goes back from a page over the settings, after a question when something
// would be lost, and from the settings themselves.
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
	if q, ok := st.unsaved(); ok {
		st.question(q, leave)
		return
	}
	leave()
}

// unsaved is the question before what was entered for a key, or the key itself,
// is lost.
func (st *settings) unsaved() (question, bool) {
	s := st.page
	if s.sub == nil || !s.sub.changed() {
		return question{}, false
	}
	return discardSub(st.look, s.sub), true
}

// discardSub asks before what a page over the settings holds is lost.
func discardSub(l *kit.Look, p subPage) question {
	if k, ok := p.(*keyPage); ok && k.made != nil {
		return question{title: l.T("clientkey.leave"), body: l.T("clientkey.leave.say"), yes: l.T("clientkey.leave.go"), no: l.T("clientkey.leave.no"), role: kit.Danger}
	}
	return discardTyped(l)
}

// openFolder shows the folder that holds the data.
func (st *settings) openFolder() {
	path := filepath.ToSlash(st.link.status.Home)
	if !strings.HasPrefix(path, "/") { // a drive of Windows
		path = "/" + path
	}
	if err := st.cfg.OpenURL(&url.URL{Scheme: "file", Path: path}); err != nil {
		st.tell(st.link.status.Home)
	}
}

// redrawSettings brings the settings, and what was opened from there, to what is
// known.
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
			st.fail(err, api.Ref{})
			st.redrawSettings()
			return
		}
		st.apply(api.Event{Type: api.EventSettings, Settings: &s})
	})
}

func (st *settings) pauseAll(paused bool) {
	ask(st.shell, quickWait, func(ctx context.Context, g Agent) (none, error) {
		return nothing(g.PauseAll(ctx, paused))
	}, func(_ none, err *core.Error) {
		if err != nil {
			st.fail(err, api.Ref{})
			st.redrawSettings()
			return
		}
		set := st.model.Settings
		set.PausedAll = paused
		st.apply(api.Event{Type: api.EventSettings, Settings: &set})
	})
}
