package window

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
)

// leaving is a stage whose desktop's tray is in that state, and whether its
// window was closed.
func leaving(t *testing.T, tray string) (*stage, *bool) {
	s := newStage(t, sample("shop", core.Sandbox, noon, 2*time.Hour, 2*time.Hour))
	s.agent.tray = tray
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
		s.until("the setting", func() bool { return s.model.settings.ToldNoTray })
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

// Whoever closes twice is not held up, nor is one whose desktop shows the icon,
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
	s.phase = phaseGone
	s.ctrl(fyne.KeyW)
	if !*closed {
		t.Error("the window waits for an agent that is gone")
	}
}
