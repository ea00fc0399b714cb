package window

import (
	"context"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// leaveWait is how long closing waits for the agent's answer about the tray.
const leaveWait = time.Second

// closing is the end of the window.
type closing struct {
	*shell
	pages   *pages
	link    *link
	clients *clients
	leaving bool // somebody asked to close the window
}

// leave closes the window, for its keys, its corner or the desktop alike. It asks
// before it discards unsaved input.
func (cl *closing) leave() {
	under := cl.sheet
	if under != nil && under.leaving {
		return // it is being asked
	}
	if _, ok := cl.unsaved(under); !ok {
		cl.close()
		return
	}
	cl.ask(under)
}

// ask asks before the window's input is discarded. After a No the sheet that was under
// the question is there again.
func (cl *closing) ask(under *sheet) {
	q, _ := cl.unsaved(under)
	s := newQuestion(cl.ui, q, func() {
		cl.closeSheet()
		if under != nil && under.typed != nil {
			cl.openSheet(under)
		}
	}, func() {
		cl.closeSheet()
		cl.close()
	})
	s.again, s.leaving = func() { cl.ask(under) }, true
	cl.openSheet(s)
}

// unsaved is the question before the window's input is discarded, that in a sheet too;
// false when nothing would be lost.
func (cl *closing) unsaved(open *sheet) (question, bool) {
	if open != nil && open.typed != nil && open.typed() {
		return discardTyped(cl.ui), true
	}
	if q, ok := cl.pages.unsaved(); ok {
		return q, true
	}
	return keyLeft(cl.ui), cl.clients.keyLost()
}

// stopped is called when the agent ended on purpose. The window ends with it, unless
// something was typed and not saved: then it stays, comes to the front and offers to
// start the agent again. A demo's home is gone with its agent, so there is nothing
// to save to.
func (cl *closing) stopped() {
	if _, ok := cl.unsaved(cl.sheet); !ok || cl.model.Demo {
		cl.win.Close()
		return
	}
	cl.agent, cl.link.phase = nil, phaseStopped
	cl.link.changed()
	cl.show()
}

// close closes the window. If the desktop shows no tray icon, TokenTray would become
// invisible, so the window says once where it is from now on. A second request
// closes at once.
func (cl *closing) close() {
	if cl.leaving || cl.link.phase != phaseConnected || cl.model.Demo || cl.model.Settings.ToldNoTray {
		cl.win.Close()
		return
	}
	cl.leaving = true
	ask(cl.shell, leaveWait, func(ctx context.Context, g Agent) (api.Status, error) { return g.Status(ctx) }, func(s api.Status, err *core.Error) {
		if err != nil || s.Tray != api.TrayNoHost && s.Tray != api.TrayNoBus {
			cl.win.Close()
			return
		}
		cl.sayNoTray()
	})
}

// sayNoTray says that there is only the window, and notes that it was said.
func (cl *closing) sayNoTray() {
	ask(cl.shell, quickWait, func(ctx context.Context, g Agent) (core.Settings, error) {
		return g.SetSetting(ctx, core.SettingToldNoTray, "true")
	}, func(set core.Settings, err *core.Error) {
		if err == nil { // otherwise it is said once more
			cl.apply(api.Event{Type: api.EventSettings, Settings: &set})
		}
	})
	cl.question(func(ui *kit.UI) question {
		return question{title: ui.T("no_tray.title"), body: ui.T("no_tray.body"), yes: ui.T("no_tray.go"), role: kit.Filled}
	}, cl.win.Close)
}
