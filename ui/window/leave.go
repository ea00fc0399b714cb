package window

import (
	"context"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// leaveWait is how long closing waits for the agent's word about the tray.
const leaveWait = time.Second

// leave closes the window, however that was asked for: by its keys, its corner or
// the desktop. What somebody typed and did not save is not thrown away without a
// question.
func (w *Window) leave() {
	under := w.sheet
	if under != nil && under.leaving {
		return // it is being asked
	}
	q, ok := w.unsaved()
	if !ok {
		w.close()
		return
	}
	stay := func() {
		w.closeSheet()
		if under != nil && under.typed != nil {
			w.openSheet(under)
		}
	}
	ask := newQuestion(w.look, q, stay, func() {
		w.closeSheet()
		w.close()
	})
	ask.leaving = true
	w.openSheet(ask)
}

// unsaved is the question before what is in the window is thrown away; false when
// nothing would be lost with it.
func (w *Window) unsaved() (question, bool) {
	switch {
	case w.form != nil && w.form.draft.changed(), w.sheet != nil && w.sheet.typed != nil && w.sheet.typed():
		return discardTyped(w.look), true
	case w.settings != nil && w.settings.sub != nil && w.settings.sub.changed():
		return discardSub(w.look, w.settings.sub), true
	}
	return question{}, false
}

// discardTyped asks before what was typed is thrown away.
func discardTyped(l *kit.Look) question {
	return question{title: l.T("form.discard"), body: l.T("form.discard.say"), yes: l.T("form.discard.go"), no: l.T("form.discard.no"), role: kit.Danger}
}

// stopped is told that the agent ended because somebody wanted so. The window
// ends with it, unless something was typed and not saved: then it stays, comes to
// the front and offers to start the agent again. A demo's home is gone with its
// agent, so there is nothing to save to.
func (w *Window) stopped() {
	if _, ok := w.unsaved(); !ok || w.model.Demo {
		w.win.Close()
		return
	}
	w.agent, w.phase = nil, phaseStopped
	w.fillBanners()
	w.Show()
}

// startAgain starts the agent that was stopped, or connects to one that runs.
func (w *Window) startAgain() {
	w.phase = phaseConnecting
	w.fillBanners()
	select {
	case w.again <- struct{}{}:
	default: // it is under way
	}
}

// close closes the window. Where the desktop shows no tray icon, nothing would
// then be seen of TokenTray, and it says once where it is from now on. Whoever
// asks a second time means it.
func (w *Window) close() {
	if w.leaving || w.phase != phaseConnected || w.model.Demo || w.model.Settings.ToldNoTray {
		w.win.Close()
		return
	}
	w.leaving = true
	ask(w, leaveWait, func(ctx context.Context, g Agent) (api.Status, error) { return g.Status(ctx) }, func(s api.Status, err *core.Error) {
		if err != nil || s.Tray != api.TrayNoHost && s.Tray != api.TrayNoBus {
			w.win.Close()
			return
		}
		w.sayNoTray()
	})
}

// sayNoTray says that the window is all there is to be seen, and notes that it
// was said.
func (w *Window) sayNoTray() {
	ask(w, quickWait, func(ctx context.Context, g Agent) (core.Settings, error) {
		return g.SetSetting(ctx, core.SettingToldNoTray, "true")
	}, func(set core.Settings, err *core.Error) {
		if err == nil { // else it is said once more
			w.event(api.Event{Type: api.EventSettings, Settings: &set})
		}
	})
	l := w.look
	w.question(question{title: l.T("no_tray.title"), body: l.T("no_tray.body"), yes: l.T("no_tray.go"), role: kit.Filled}, w.win.Close)
}
