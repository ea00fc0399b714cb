package window

import (
	"context"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// leaveWait is how long closing waits for the agent's word about the tray.
const leaveWait = time.Second

// leave closes the window, however that was asked for. Where the desktop shows
// no tray icon, nothing would then be seen of TokenTray, and it says once where it
// is from now on. Whoever asks a second time means it.
func (w *Window) leave() {
	if w.leaving || w.phase != phaseConnected || w.model.demo || w.model.settings.ToldNoTray {
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
	w.question(question{title: l.t("no_tray.title"), body: l.t("no_tray.body"), yes: l.t("no_tray.go"), role: filled}, w.win.Close)
}
