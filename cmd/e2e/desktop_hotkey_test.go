//go:build linux

package e2e

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tokentray/cmd/e2e/desktop"
	"tokentray/core"
	"tokentray/core/api"
)

// TestTheHotkeyOpensTheSearch: a key of the desktop opens a window that was closed, and
// brings one to the front that was minimised, each time with the keyboard in the search.
// With Num Lock too. A key that another program has is refused, and the agent that starts
// again takes its own again.
func TestTheHotkeyOpensTheSearch(t *testing.T) {
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked, Panel: true})
	a := p.add("zebra", core.Sandbox, 0)
	p.add("shop", core.Sandbox, 0)
	if got := p.do("", "settings", "get", "hotkey"); strings.TrimSpace(got) != "off" {
		t.Errorf("in a new home the key is %q", got)
	}
	if _, said, code := p.run("", "settings", "set", "hotkey", "k"); code == 0 || !strings.Contains(said, "Ctrl+Alt+K") {
		t.Errorf("a letter alone: %d, %s", code, said)
	}
	p.do("", "settings", "set", "hotkey", "alt+ctrl+k")
	if got := p.do("", "settings", "get", "hotkey"); strings.TrimSpace(got) != "Ctrl+Alt+K" {
		t.Errorf("it is %q", got)
	}
	search := func(how string) desktop.Window {
		t.Helper()
		if err := p.Key("ctrl+alt+k"); err != nil {
			t.Fatal(err)
		}
		w, err := p.WaitWindow("TokenTray", 2*patience)
		if err != nil {
			t.Fatalf("%s: %v", how, err)
		}
		p.wait(20*time.Second, "the window in front "+how, func() error {
			if !w.Active() {
				return errors.New("it is not active")
			}
			return nil
		})
		if err := p.WaitPainted("TokenTray", 120, 2*patience); err != nil {
			t.Fatal(err)
		}
		p.wait(2*patience, "the agent to know the window", knows(t, p.client))
		time.Sleep(1500 * time.Millisecond) // a person looks
		if err := p.Type("zeb"); err != nil {
			t.Fatal(err)
		}
		if err := p.Key("Return"); err != nil { // to the result
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if err := p.Key("Return"); err != nil { // copies it
			t.Fatal(err)
		}
		p.wantCopied(p.issued(a))
		return w
	}
	w := search("from nothing")
	if out, err := p.Output("xdotool", "windowminimize", "--sync", w.ID); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	if err := p.Key("Num_Lock"); err != nil {
		t.Fatal(err)
	}
	w = search("from the panel, with Num Lock")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	p.noWindow()

	// The window manager has this key.
	if _, said, code := p.run("", "settings", "set", "hotkey", "Alt+F4"); code == 0 || !strings.Contains(said, "Alt+F4") {
		t.Errorf("a key that the window manager has: %d, %s", code, said)
	}
	p.do("", "stop")
	p.do("", "list")
	search("after a restart of the agent")
}

// knows fails while an agent has no window. A window is painted before its agent knows it.
func knows(t *testing.T, client *api.Client) func() error {
	return func() error {
		s, err := client.Status(t.Context())
		if err == nil && s.Windows == 0 {
			err = errors.New("it knows of none")
		}
		return err
	}
}

// TestASecondDemoRaisesTheFirst: it opens no second window, and ends.
func TestASecondDemoRaisesTheFirst(t *testing.T) {
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked, Panel: true})
	if _, err := p.Start("demo", p.exe, "demo"); err != nil {
		t.Fatal(err)
	}
	if err := p.WaitPainted("TokenTray", 0, 2*patience); err != nil {
		t.Fatal(err)
	}
	w, err := p.WaitWindow("TokenTray", 2*patience)
	if err != nil {
		t.Fatal(err)
	}
	p.wait(2*patience, "the demo's agent to know the window", func() error {
		sockets, _ := filepath.Glob(filepath.Join(p.Dir, "tmp", "tokentray-demo-*", "agent.sock"))
		if len(sockets) != 1 {
			return fmt.Errorf("sockets: %q", sockets)
		}
		client := api.Dial(sockets[0])
		defer client.Close()
		return knows(t, client)()
	})
	if out, err := p.Output("xdotool", "windowminimize", "--sync", w.ID); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	_, said, code := p.run("", "demo")
	if code != 0 || !strings.Contains(said, "The demo runs already") {
		t.Errorf("a second demo: %d, %s", code, said)
	}
	p.wait(10*time.Second, "the first to come to the front", func() error {
		if !w.Active() {
			return errors.New("it is not active")
		}
		return nil
	})
	if n := len(p.Processes("tokentray-window")); n != 1 {
		t.Errorf("%d windows", n)
	}
}
