//go:build linux

package e2e

import (
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"tokentray/cmd/e2e/desktop"
	"tokentray/core"
)

// open opens the window and waits until it is painted.
func (p *product) open() desktop.Window {
	p.t.Helper()
	p.do("", "open")
	w, err := p.WaitWindow("TokenTray", 2*patience)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.WaitPainted("TokenTray", 0, 2*patience); err != nil {
		p.t.Fatal(err)
	}
	// On a busy machine it is painted before it has a list.
	p.wait(2*patience, "the window to have the agent's list", func() error {
		s, err := p.client.Status(p.t.Context())
		if err == nil && s.Windows == 0 {
			err = errors.New("the agent knows of no window")
		}
		return err
	})
	return w
}

// noWindow waits until no window process is left.
func (p *product) noWindow() {
	p.t.Helper()
	p.wait(10*time.Second, "the window to end", func() error {
		if ps := p.Processes("tokentray-window"); len(ps) > 0 {
			return fmt.Errorf("there is %v", ps)
		}
		return nil
	})
}

// TestWindowRowCopies clicks a row and presses Enter on it. Both put the token that
// the upstream issued on the clipboard.
func TestWindowRowCopies(t *testing.T) {
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked, Panel: true})
	var all []owned
	for i := range 8 {
		all = append(all, p.add(fmt.Sprintf("shop%d", i), core.Sandbox, 0))
	}
	w := p.open()
	if err := w.Activate(); err != nil {
		t.Fatal(err)
	}
	box, err := w.Geometry()
	if err != nil {
		t.Fatal(err)
	}
	// There is a row in the middle of the window.
	p.wait(2*patience, "a click on a row to copy", func() error { // a row that has just come takes none
		if err := w.Click(box.Dx()/3, box.Dy()/2); err != nil {
			return err
		}
		return desktop.Until(3*time.Second, "", func() error {
			list, err := p.client.List(t.Context())
			if err == nil && list.Clipboard.Account == "" {
				err = errors.New("nothing of ours is on the clipboard")
			}
			return err
		})
	})
	p.wantCopiedOneOf(all)

	p.do("", "settings", "set", "clear-after", "20s") // the window ends meanwhile
	if err := p.SetClipboard("mine"); err != nil {
		t.Fatal(err)
	}
	if err := p.Key("Down", "Return"); err != nil {
		t.Fatal(err)
	}
	p.wantCopiedOneOf(all)

	// A copy stays after the window is closed, and is cleared without it.
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	p.noWindow()
	p.wantCopiedOneOf(all)
	p.wantCleared(2 * patience)
}

// wantCopiedOneOf waits until the agent says which account it copied, and compares
// the clipboard with what the upstream issued for it.
func (p *product) wantCopiedOneOf(all []owned) {
	p.t.Helper()
	var token string
	p.wait(10*time.Second, "a copy", func() error {
		list, err := p.client.List(p.t.Context())
		if err != nil {
			return err
		}
		ref := list.Clipboard.Account + "/" + string(list.Clipboard.Env)
		i := slices.IndexFunc(all, func(a owned) bool { return a.ref == ref })
		if i < 0 {
			return fmt.Errorf("copied is %s, which is none of ours", ref)
		}
		token = p.issued(all[i])
		if text, _ := p.Clipboard(); text != token { // the agent may not have seen yet that another program has it
			return errors.New("the clipboard holds something else")
		}
		return nil
	})
	p.wantCopied(token)
}

// TestWindowOnce opens the window again in every possible way. The first one comes to
// the front, and there is never a second.
func TestWindowOnce(t *testing.T) {
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked, Panel: true})
	p.add("shop", core.Sandbox, 0)
	w := p.open()
	first := p.Processes("tokentray-window")
	for _, again := range []struct {
		how string
		run func()
	}{
		{"tokentray open", func() { p.do("", "open") }},
		{"tokentray", func() { p.do("") }},
		{"the menu", func() { p.click("Open") }},
		{"the program itself", func() {
			second, err := p.Start("second", filepath.Join(filepath.Dir(p.exe), "tokentray-window"))
			if err != nil {
				t.Fatal(err)
			}
			if code, err := second.Wait(2 * patience); err != nil || code != 0 {
				t.Errorf("a second window ended with %d, %v", code, err)
			}
		}},
	} {
		if out, err := p.Output("xdotool", "windowminimize", "--sync", w.ID); err != nil {
			t.Fatalf("%v %s", err, out)
		}
		again.run()
		p.wait(10*time.Second, "the window to come to the front by "+again.how, func() error {
			if !w.Active() {
				return fmt.Errorf("it is not active")
			}
			return nil
		})
		if now := p.Processes("tokentray-window"); len(now) != 1 || now[0].PID != first[0].PID {
			t.Errorf("%s: the window is %v, and was %v", again.how, now, first)
		}
	}
}

// TestWindowRests watches the thread of a window without input. It wakes to count
// down, and does not poll for events sixty times a second.
func TestWindowRests(t *testing.T) {
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked, Panel: true})
	p.add("shop", core.Sandbox, 0)
	p.open()
	pid := p.Processes("tokentray-window")[0].PID
	const watch, most = 2 * time.Second, 60
	p.wait(30*time.Second, "the window to rest", func() error {
		before, err := naps(pid)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(watch) // the measurement
		after, err := naps(pid)
		if err != nil {
			t.Fatal(err)
		}
		if n := after - before; n > most {
			return fmt.Errorf("its thread woke %d times in %s", n, watch)
		}
		return nil
	})
}

// naps counts how often the first thread of a process went to sleep.
func naps(pid int) (int, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(status), "voluntary_ctxt_switches:")
	var n int
	_, err = fmt.Sscan(rest, &n)
	return n, err
}

// TestWindowAndAgentEnd: the window restarts an agent that crashed, a window that
// crashes affects nothing else, and stop closes the window.
func TestWindowAndAgentEnd(t *testing.T) {
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked, Panel: true})
	shop := p.add("shop", core.Sandbox, 0)
	p.open()
	token := p.issued(shop)
	another := p.crashAgent()
	another()
	calls := p.sim.Calls(shop.appID, "/cgi-bin/stable_token")
	if got := p.do("", "get", shop.ref); got != token+"\n" {
		t.Error("after the crash the token is another one")
	}
	if n := p.sim.Calls(shop.appID, "/cgi-bin/stable_token"); n != calls {
		t.Errorf("a restart with a living token made %d calls", n-calls)
	}
	p.icon()

	windows := p.Processes("tokentray-window")
	if err := syscall.Kill(windows[0].PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	p.noWindow()
	p.wait(5*time.Second, "the agent to see that the window is gone", func() error {
		s, err := p.client.Status(t.Context())
		if err == nil && s.Windows > 0 {
			err = fmt.Errorf("it counts %d", s.Windows)
		}
		return err
	})
	p.open()
	p.do("", "stop")
	p.noWindow()
}

// TestWindowAddsAccount is the first minute of a new user: the empty window, the form
// filled in by keyboard, Save. Then there is a living token, and the AppSecret is in
// the keyring.
func TestWindowAddsAccount(t *testing.T) {
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked, Panel: true})
	shop := p.owner("shop", core.Sandbox, 0)
	h := p.hands()
	h.enter("shop", shop)
	p.save(h.w, 1)
	if got := p.do("", "get", "shop"); got != p.issued(shop)+"\n" {
		t.Error("the token is not the one that upstream issued")
	}
	items, err := p.KeyringItems()
	if err != nil || !slices.ContainsFunc(items, func(i desktop.KeyringItem) bool { return strings.Contains(i.Secret, shop.secret) }) {
		t.Errorf("the AppSecret is not in the keyring, %v", err)
	}
	hunt := newHunt(shop.secret)
	hunt.files(t, p.Dir)
	for _, where := range hunt.found {
		t.Errorf("the AppSecret is in %s", where)
	}
}

// changes does something and reports an error unless the window looks different soon.
func (p *product) changes(w desktop.Window, do func()) error {
	before, err := p.Screenshot(w.ID)
	if err != nil {
		return err
	}
	do()
	return desktop.Until(patience, "the window to change", func() error {
		after, err := p.Screenshot(w.ID)
		if err == nil && reflect.DeepEqual(before, after) {
			err = errors.New("it looks the same")
		}
		return err
	})
}

// TestWindowComesBackToItsPlace: the window opens where it was moved to, each time.
// If that place is on no screen, or its size on none, it opens on the screen and fits.
func TestWindowComesBackToItsPlace(t *testing.T) {
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked, Panel: true})
	p.add("shop", core.Sandbox, 0)
	where := func(w desktop.Window) image.Point {
		t.Helper()
		box, err := w.Geometry()
		if err != nil {
			t.Fatal(err)
		}
		return box.Min
	}
	w := p.open()
	first := where(w)
	if _, err := p.Output("xdotool", "windowmove", "--sync", w.ID, fmt.Sprint(first.X+137), fmt.Sprint(first.Y+61)); err != nil {
		t.Fatal(err)
	}
	moved := first
	p.wait(10*time.Second, "the window to move", func() error {
		if moved = where(w); moved == first {
			return errors.New("it has not moved")
		}
		return nil
	})
	for range 3 { // it does not drift
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		p.noWindow()
		w = p.open()
		p.wait(10*time.Second, "the window at its place", func() error {
			if got := where(w); got != moved {
				return fmt.Errorf("it is at %v, and was left at %v", got, moved)
			}
			return nil
		})
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	p.noWindow()

	kept, err := filepath.Glob(filepath.Join(p.Home(), ".local", "*", "tokentray", "window*"))
	if err != nil || len(kept) != 1 {
		t.Fatalf("%v, %v", kept, err)
	}
	if err := os.WriteFile(kept[0], []byte(`{"width":9000,"height":7000,"place":{"x":9000,"y":-400}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	w = p.open()
	p.wait(10*time.Second, "the window on the screen", func() error {
		if got := where(w); got.X >= 9000 || got.Y < 0 {
			return fmt.Errorf("it is at %v", got)
		}
		return nil
	})
	p.wait(10*time.Second, "the window to fit the screen", func() error {
		if box, err := w.Geometry(); err != nil || box.Dx() > 1280 || box.Dy() > 800 {
			return fmt.Errorf("it is %v, %v", box, err)
		}
		return nil
	})
}
