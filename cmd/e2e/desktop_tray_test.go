//go:build linux

package e2e

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"tokentray/cmd/e2e/desktop"
	"tokentray/core"
)

// TestTrayCopies tests the whole product: an account is added, its icon appears in
// the tray, a click puts the token that the upstream issued on the clipboard, and
// some seconds later the clipboard is empty.
func TestTrayCopies(t *testing.T) {
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked, Panel: true})
	shop := p.add("shop", core.Sandbox, 0)
	live := p.add("shop", core.Live, 0)
	p.do("", "settings", "set", "clear-after", "15s") // a busy machine needs some of it to look
	item := p.icon()

	sandboxIcon, err := item.Property("IconPixmap")
	if err != nil {
		t.Fatal(err)
	}
	before := time.Now() // before the click: it is told some time after it was made
	p.click("shop")
	p.wantCopied(p.issued(shop))
	p.wantCleared(2 * patience)
	if lay := time.Since(before); lay < 15*time.Second {
		t.Errorf("the clipboard was cleared after %v already, not 15 s", lay)
	}

	// A text of another program is left alone, when the time is over and at stop.
	p.click("shop")
	p.wantCopied(p.issued(shop))
	if err := p.SetClipboard("mine"); err != nil {
		t.Fatal(err)
	}
	p.wait(8*time.Second, "the agent to see that its copy is gone", func() error {
		list, err := p.client.List(t.Context())
		if err == nil && list.Clipboard.Account != "" {
			err = errors.New("it still counts")
		}
		return err
	})

	// The switch in the menu changes what is listed, and the icon.
	p.click("Live")
	p.wait(5*time.Second, "the other icon", func() error {
		liveIcon, err := item.Property("IconPixmap")
		if err == nil && reflect.DeepEqual(liveIcon, sandboxIcon) {
			err = errors.New("the icon is the same")
		}
		return err
	})
	// A click at the moment when a line changes does nothing, because it was meant
	// for the old line.
	time.Sleep(time.Second)
	p.click("shop (LIVE)")
	p.wantCopied(p.issued(live))

	// The submenu copies what was copied last in another format.
	p.click("Header")
	p.wantCopied("Authorization: Bearer " + p.issued(live))
	p.click("Clear the clipboard now")
	p.wantCleared(2 * time.Second)
	p.click("Header")
	p.wantCopied("Authorization: Bearer " + p.issued(live))

	// Stopping takes the icon, and the token off the clipboard.
	p.do("", "stop")
	p.wantCleared(2 * time.Second)
	p.wait(5*time.Second, "the icon to go", func() error {
		items, err := p.TrayItems()
		if err == nil && len(items) > 0 {
			err = fmt.Errorf("%d icons are there", len(items))
		}
		return err
	})
	p.wait(5*time.Second, "the agent to end", func() error {
		if left := p.Processes("tokentray"); len(left) > 0 {
			return fmt.Errorf("after stop there is still %v", left)
		}
		return nil
	})
}

// TestTrayMenu checks the menu: accounts of the active environment, with coarse times,
// live accounts of Sandbox in a submenu alone, and the few commands.
func TestTrayMenu(t *testing.T) {
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked, Panel: true})
	shop := p.add("shop", core.Sandbox, 0)
	blog := p.add("blog", core.Live, 0)
	item := p.icon()
	p.wait(5*time.Second, "the menu of the sandbox", func() error {
		menu, err := item.Menu()
		if err != nil {
			return err
		}
		labels := desktop.Labels(menu)
		has := func(begin string) bool {
			return slices.ContainsFunc(labels, func(l string) bool { return strings.HasPrefix(l, begin) })
		}
		live := slices.IndexFunc(menu, func(m desktop.MenuItem) bool { return m.Visible && m.Label == "Live accounts" })
		if !has("shop ·") || !has("Open") || !has("Add an account") || !has("Quit") || live < 0 {
			return fmt.Errorf("the menu is %q", labels)
		}
		// Nothing at the top of the menu copies a live token.
		if slices.ContainsFunc(menu, func(m desktop.MenuItem) bool { return m.Visible && strings.HasPrefix(m.Label, "blog") }) {
			t.Errorf("a live account stands among those of Sandbox: %q", labels)
		}
		if in := desktop.Labels(menu[live].Children); len(in) != 1 || !strings.HasPrefix(in[0], "blog (LIVE) ·") {
			return fmt.Errorf("the live accounts are %q", in)
		}
		return nil
	})
	p.click("blog (LIVE)")
	p.wantCopied(p.issued(blog))
	// A middle click copies again what was copied last in Sandbox, which blog was not.
	p.do("", "get", shop.ref, "--format", "header", "--copy")
	p.wantCopied("Authorization: Bearer " + p.issued(shop))
	p.click("Clear the clipboard now")
	p.wantCleared(2 * time.Second)
	if err := item.SecondaryActivate(); err != nil {
		t.Fatal(err)
	}
	p.wantCopied("Authorization: Bearer " + p.issued(shop))
	p.click("Clear the clipboard now")
	p.wantCleared(2 * time.Second)
	p.do("", "use", "live")
	p.wait(2*time.Second, "the menu of live", func() error {
		menu, err := item.Menu()
		if err != nil {
			return err
		}
		labels := strings.Join(desktop.Labels(menu), "\n")
		if !strings.Contains(labels, "blog (LIVE) ·") || strings.Contains(labels, "shop") {
			return fmt.Errorf("the menu is %q", labels)
		}
		return nil
	})
	// The menu opens pages of the window, which it starts.
	p.click("Settings")
	if err := p.WaitPainted("TokenTray", 0, 2*patience); err != nil {
		t.Fatal(err)
	}
	p.click("Quit")
	p.wait(5*time.Second, "the agent to end", func() error {
		if left := p.Processes("tokentray"); len(left) > 0 {
			return fmt.Errorf("there is still %v", left)
		}
		return nil
	})
}

// TestIconComesBack tests the icon with a panel that starts after the agent, a panel
// that crashes, and a keyring that asks for a password meanwhile.
func TestIconComesBack(t *testing.T) {
	t.Parallel()
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked})
	shop := p.add("shop", core.Sandbox, 0)
	if items, err := p.TrayItems(); err == nil {
		t.Fatalf("without a panel there are icons: %v", items)
	}

	restart := func() {
		t.Helper()
		if err := p.StartPanel(); err != nil {
			t.Fatal(err)
		}
		p.icon()
	}
	restart()
	for range 2 {
		if err := p.StopPanel(); err != nil {
			t.Fatal(err)
		}
		restart()
	}

	// The keyring asks for its password in a window of its own.
	p.do("", "vault", "lock")
	if err := p.LockKeyring(); err != nil {
		t.Fatal(err)
	}
	unlock, err := p.Start("unlock", p.exe, "vault", "unlock")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.AnswerPrompt(); err != nil {
		t.Fatal(err)
	}
	if code, err := unlock.Wait(2 * patience); err != nil || code != 0 {
		t.Fatalf("unlocking ended with %d, %v\n%s", code, err, unlock.Output())
	}
	for range 2 {
		if err := p.StopPanel(); err != nil {
			t.Fatal(err)
		}
		restart()
	}
	p.click("shop")
	p.wantCopied(p.issued(shop))
}

// TestClosingWithoutATray closes the window on a desktop without a tray. The first
// time it says so and waits; later it closes at once.
func TestClosingWithoutATray(t *testing.T) {
	t.Parallel()
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked})
	p.add("shop", core.Sandbox, 0)
	told := func() (bool, error) {
		list, err := p.client.List(t.Context())
		return list.Settings.ToldNoTray, err
	}
	w := p.open()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	p.wait(10*time.Second, "the window to say that there is no tray", func() error {
		if ok, err := told(); err != nil || !ok {
			return fmt.Errorf("said: %v, %v", ok, err)
		}
		return nil
	})
	if len(p.Processes("tokentray-window")) == 0 {
		t.Fatal("the window closed before anybody could read")
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	p.noWindow()
	if err := p.open().Close(); err != nil {
		t.Fatal(err)
	}
	p.noWindow()
}

// TestRenewalWithoutWindow lets a token come near its end without a window. The agent
// alone gets a new one before that. Automatic rounds are at least 30 s apart; the
// test waits for that.
func TestRenewalWithoutWindow(t *testing.T) {
	t.Parallel()
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked, Panel: true})
	shop := p.add("shop", core.Sandbox, 64*time.Second)
	first := strings.TrimSpace(p.do("", "get", shop.ref, "--min-ttl", "1s"))
	if !p.sim.Accepts(shop.appID, first) {
		t.Fatal("upstream does not accept the first token")
	}
	w := p.open()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	p.noWindow()
	before := p.sim.Minted(shop.appID)
	p.wait(50*time.Second, "the renewal", func() error {
		if n := p.sim.Minted(shop.appID); n == before {
			return fmt.Errorf("there are still %d tokens", n)
		}
		return nil
	})
	p.wait(5*time.Second, "the new token", func() error {
		second := strings.TrimSpace(p.do("", "get", shop.ref, "--min-ttl", "1s"))
		if second == first || !p.sim.Accepts(shop.appID, second) {
			return errors.New("it is not one that upstream newly issued")
		}
		return nil
	})
}
