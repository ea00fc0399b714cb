package window

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// leaving is a stage whose desktop's tray is in that state, and whether its
// window was closed.
func leaving(t *testing.T, tray string) (*stage, *bool) {
	s := newStage(t, sample("shop", core.Sandbox, noon, 2*time.Hour, 2*time.Hour))
	s.agent.change(func(f *fakeAgent) { f.tray = tray })
	closed := new(bool)
	s.win.SetOnClosed(func() { *closed = true; s.cancel() })
	s.open()
	return s, closed
}

func TestClosingSaysOnceThatThereIsNoTray(t *testing.T) {
	for _, tray := range []string{api.TrayNoHost, api.TrayNoBus} {
		s, closed := leaving(t, tray)
		s.ctrl(fyne.KeyW)
		s.untilSays("TokenTray goes on without a window", "tokentray stop")
		s.untilCalled("set told-no-tray=true")
		if *closed {
			t.Fatal("the window closed before anybody could read")
		}
		s.key(fyne.KeyEscape) // stay
		s.mustNotSay("TokenTray goes on without a window")
		s.until("the setting", func() bool { return s.model.Settings.ToldNoTray })
		s.ctrl(fyne.KeyW)
		s.until("the window to close", func() bool { return *closed })
	}
}

func TestClosingInTheSheet(t *testing.T) {
	s, closed := leaving(t, api.TrayNoHost)
	s.ctrl(fyne.KeyQ)
	s.untilSays("TokenTray goes on without a window")
	s.press("Close window")
	if !*closed {
		t.Error("the window stays")
	}
}

// The window closes at once for a person who closes twice, whose desktop shows the icon,
// or who wanted none.
func TestClosingIsNotHeldUp(t *testing.T) {
	s, closed := leaving(t, api.TrayNoHost)
	s.ctrl(fyne.KeyW)
	s.ctrl(fyne.KeyW)
	if !*closed {
		t.Error("the window stays after the second time")
	}
	for _, tray := range []string{api.TrayShown, api.TrayOff, api.TrayWaiting} {
		s, closed := leaving(t, tray)
		s.ctrl(fyne.KeyW)
		s.until("the window to close", func() bool { return *closed })
		s.mustNotSay("without a window")
	}
}

func TestClosingWithoutAnAgent(t *testing.T) {
	s, closed := leaving(t, api.TrayNoHost)
	s.link.phase = phaseGone
	s.ctrl(fyne.KeyW)
	if !*closed {
		t.Error("the window waits for an agent that is gone")
	}
}

// What was typed and not saved is asked about, by whichever way the window is
// closed. Only the answer throws it away.
func TestClosingAsksForWhatWasTyped(t *testing.T) {
	const somePassphrase = "correct horse battery"
	ways := map[string]func(*stage){
		"Ctrl+W": func(s *stage) { s.ctrl(fyne.KeyW) },
		"Ctrl+Q": func(s *stage) { s.ctrl(fyne.KeyQ) },
		"X":      func(s *stage) { s.closing.leave() },
	}
	for name, tt := range map[string]struct {
		open    func(*stage)
		title   string
		cancel  string
		confirm string
		kept    func(*stage) bool
	}{
		"a form": {
			func(s *stage) { s.accounts.openAdd(); s.typeInto("name", "half typed") },
			"Discard what you typed?", "Keep editing", "Discard",
			func(s *stage) bool { return s.accounts.form != nil && s.accounts.form.draft.Name == "half typed" },
		},
		"a client key that was not copied": {
			func(s *stage) {
				s.settings.openSettings()
				s.settings.openKeyPage()
				s.holderEntry(0).SetText("ci")
				s.press("Make the key")
				s.untilSays("ttk_")
			},
			"Close without copying the key?", "Go back", "Close",
			func(s *stage) bool { return s.says("ttk_") },
		},
		"a new AppSecret": {
			func(s *stage) {
				s.accounts.askSecret("shop-sandbox")
				s.win.Canvas().Focused().(*kit.Entry).SetText(goodSecret)
			},
			"Discard what you typed?", "Keep editing", "Discard",
			func(s *stage) bool { return s.win.Canvas().Focused().(*kit.Entry).Text == goodSecret },
		},
		"a passphrase": {
			func(s *stage) {
				s.vault.askPassphrase("")
				s.win.Canvas().Focused().(*kit.Entry).SetText(somePassphrase)
			},
			"Discard what you typed?", "Keep editing", "Discard",
			func(s *stage) bool { return s.win.Canvas().Focused().(*kit.Entry).Text == somePassphrase },
		},
		"a new passphrase": {
			func(s *stage) {
				s.vault.askInit()
				s.win.Canvas().Focused().(*kit.Entry).SetText(somePassphrase)
			},
			"Discard what you typed?", "Keep editing", "Discard",
			func(s *stage) bool { return s.win.Canvas().Focused().(*kit.Entry).Text == somePassphrase },
		},
	} {
		for way, leave := range ways {
			if sheet := name == "a new AppSecret" || strings.HasSuffix(name, "passphrase"); sheet && way != "X" {
				continue // a sheet takes no shortcuts
			}
			t.Run(name+" by "+way, func(t *testing.T) {
				s, closed := leaving(t, api.TrayShown)
				s.until("the agent", func() bool { return s.link.phase == phaseConnected })
				tt.open(s)
				for _, no := range []func(){func() { s.press(tt.cancel) }, func() { s.key(fyne.KeyEscape) }, func() { s.closing.leave(); s.key(fyne.KeyEscape) }} {
					leave(s)
					s.mustSay(tt.title)
					no()
					s.mustNotSay(tt.title)
					if *closed || !tt.kept(s) {
						t.Fatal("it is lost, though the answer was no")
					}
				}
				leave(s)
				s.press(tt.confirm)
				s.until("the window to close", func() bool { return *closed })
			})
		}
	}
}

// Quit in the tray and `tokentray stop` end the agent at once. A window with
// something unsaved stays and saves it once the agent runs again.
func TestQuitKeepsWhatWasTyped(t *testing.T) {
	s, closed := leaving(t, api.TrayShown)
	s.accounts.openAdd()
	s.typeInto("name", "mall")
	s.typeInto("appid", "wxfedcba9876543210")
	s.typeInto("secret", goodSecret)
	s.untilCalled("status") // which the connection begins with
	connected := len(s.agent.log())
	s.agent.send(api.Event{Type: api.EventBye})
	s.agent.crash()
	s.untilSays("TokenTray was quit. This window stays")
	s.press("Save")
	s.untilSays("There is no agent at the moment; nothing was sent.")
	if *closed || s.accounts.form.draft.secret != goodSecret || s.link.phase != phaseStopped {
		t.Fatal("the form is lost")
	}
	if calls := s.agent.log()[connected:]; len(calls) > 0 {
		t.Errorf("an agent that somebody ended was called: %q", calls)
	}
	s.press("Start again")
	s.until("the agent", func() bool { return s.link.phase == phaseConnected })
	s.mustNotSay("TokenTray was quit.")
	s.press("Save")
	s.untilSays("mall/sandbox saved")

	// Whoever quits and does not want it closes the window.
	s.accounts.openAdd()
	s.typeInto("name", "other")
	s.agent.send(api.Event{Type: api.EventBye})
	s.untilSays("TokenTray was quit.")
	s.closing.leave()
	s.press("Discard")
	if !*closed {
		t.Error("the window stays")
	}
}
