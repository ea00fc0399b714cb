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

func (w *Window) openSettings() {
	if w.settings != nil || !w.closePage() {
		return
	}
	w.settings = &settingsPage{on: settingsActions{
		back: w.leaveSettings, set: w.setSetting, pause: w.pauseAll, vault: w.bannerAct, lock: w.lockVault,
		door: w.setDoor, newKey: w.openKeyPage, revoke: w.askRevoke, log: w.openLog, folder: w.openFolder,
	}}
	w.settings.draw(w.look, w.model.Settings)
	w.redrawSettings()
	w.loadDoor()
}

// enter opens a page over the settings.
func (w *Window) enter(p subPage) {
	s := w.settings
	s.sub, s.from = p, w.win.Canvas().Focused()
	p.draw(w.look, s.on.back)
	w.redrawSettings()
	w.focus(p.first())
}

// leaveSettings goes back from a page over the settings, after a question when
// something would be lost, and from the settings themselves.
func (w *Window) leaveSettings() {
	s := w.settings
	if s == nil || s.sub == nil {
		w.dropPage()
		return
	}
	leave := func() {
		s.sub = nil
		w.redrawSettings()
		w.focus(s.from)
		w.loadDoor()
	}
	if !s.sub.changed() {
		leave()
		return
	}
	w.question(discardSub(w.look, s.sub), leave)
}

// discardSub asks before what a page over the settings holds is lost.
func discardSub(l *kit.Look, p subPage) question {
	if k, ok := p.(*keyPage); ok && k.made != nil {
		return question{title: l.T("clientkey.leave"), body: l.T("clientkey.leave.say"), yes: l.T("clientkey.leave.go"), no: l.T("clientkey.leave.no"), role: kit.Danger}
	}
	return discardTyped(l)
}

// openFolder shows the folder that holds the data.
func (w *Window) openFolder() {
	path := filepath.ToSlash(w.status.Home)
	if !strings.HasPrefix(path, "/") { // a drive of Windows
		path = "/" + path
	}
	if err := w.cfg.OpenURL(&url.URL{Scheme: "file", Path: path}); err != nil {
		w.tell(w.status.Home)
	}
}

// redrawSettings brings the settings, and what was opened from there, to what is
// known.
func (w *Window) redrawSettings() {
	if w.settings != nil {
		w.settings.show(&w.model, w.status, w.now())
		w.showPage(w.settings.top().Root)
	}
}

func (w *Window) setSetting(key, value string) {
	ask(w, quickWait, func(ctx context.Context, g Agent) (core.Settings, error) {
		return g.SetSetting(ctx, key, value)
	}, func(s core.Settings, err *core.Error) {
		if err != nil {
			w.fail(err, api.Ref{})
			w.redrawSettings()
			return
		}
		w.event(api.Event{Type: api.EventSettings, Settings: &s})
	})
}

func (w *Window) pauseAll(paused bool) {
	ask(w, quickWait, func(ctx context.Context, g Agent) (none, error) {
		return nothing(g.PauseAll(ctx, paused))
	}, func(_ none, err *core.Error) {
		if err != nil {
			w.fail(err, api.Ref{})
			w.redrawSettings()
			return
		}
		w.model.PausedAll = paused
		w.fillBanners()
	})
}
