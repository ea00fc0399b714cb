//go:build linux

package e2e

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tokentray/cmd/e2e/desktop"
	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/core/sim"
)

// TestWindowFormOutlivesTheAgent kills the agent while a form is half filled in. The
// window starts another agent, no typed text is lost, and the focus stays.
func TestWindowFormOutlivesTheAgent(t *testing.T) {
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked, Panel: true})
	shop := p.owner("shop", core.Sandbox, 0)
	h := p.hands()
	h.shows("ctrl+n")
	h.fill("shop")
	h.press(toAppID...)
	h.fill(shop.appID[:9])

	another := p.crashAgent()
	h.fill(shop.appID[9:]) // the person goes on typing
	h.press(toSecret...)
	h.fill(shop.secret)
	h.press(toBaseURL...)
	h.fill(p.base)
	another()
	p.save(h.w, 1)
	if got := p.do("", "get", "shop"); got != p.issued(shop)+"\n" {
		t.Error("the token is not the one that upstream issued")
	}
}

// TestWindowFormTakesAPastedBlock pastes what a console shows about an account and
// saves it. The desktop's clipboard fills two fields at once.
func TestWindowFormTakesAPastedBlock(t *testing.T) {
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked, Panel: true})
	shop := p.owner("shop", core.Sandbox, 0)
	h := p.hands()
	h.shows("ctrl+n")
	if err := p.SetClipboard("AppID: " + shop.appID + "\nAppSecret: " + shop.secret + "\n"); err != nil {
		t.Fatal(err)
	}
	h.fill("shop")
	h.press(toAppID...)
	h.press("ctrl+v")
	h.press(toSecret...)
	h.press(toBaseURL...)
	h.fill(p.base)
	p.save(h.w, 1)
}

// clickSave presses Save, at the lower right of the form.
func (p *product) clickSave(w desktop.Window) {
	p.t.Helper()
	box, err := w.Geometry()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := w.Click(box.Dx()-48, box.Dy()-24); err != nil {
		p.t.Fatal(err)
	}
}

// save presses Save, and again where a busy machine has lost the click, until there are
// that many accounts, all with a living token.
func (p *product) save(w desktop.Window, n int) {
	p.t.Helper()
	p.clickSave(w)
	var pressed time.Time
	p.wait(20*time.Second, "the account to be saved", func() error {
		list, err := p.client.List(p.t.Context())
		if err != nil || len(list.Accounts) >= n {
			return err
		}
		if pressed.IsZero() {
			pressed = time.Now()
		}
		if time.Since(pressed) > 8*time.Second {
			pressed = time.Now()
			p.clickSave(w)
		}
		return errors.New("it is not there")
	})
	p.waitFresh(n)
}

// waitFresh waits until there are that many accounts, all with a living token.
func (p *product) waitFresh(n int) {
	p.t.Helper()
	p.wait(10*time.Second, "the account with a token", func() error {
		list, err := p.client.List(p.t.Context())
		if err != nil {
			return err
		}
		fresh := 0
		for _, a := range list.Accounts {
			if a.StateAt(time.Now()) == core.StateFresh {
				fresh++
			}
		}
		if len(list.Accounts) != n || fresh != n {
			return fmt.Errorf("of %d accounts %d are fresh: %v", len(list.Accounts), fresh, refsOf(list.Accounts))
		}
		return nil
	})
}

func refsOf(accounts []api.Account) []string {
	var out []string
	for _, a := range accounts {
		out = append(out, a.Ref().String()+" "+string(a.State))
	}
	return out
}

// TestWindowTriesASecretBeforeItIsSaved enters a new AppSecret by keyboard after the
// old one was refused. A wrong one is not saved; the right one brings a token.
func TestWindowTriesASecretBeforeItIsSaved(t *testing.T) {
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked, Panel: true})
	shop := p.add("shop", core.Sandbox, 0)
	reset := shop
	reset.secret = string(core.NewID()) + string(core.NewID())
	if err := p.sim.Put(sim.Account{AppID: shop.appID, Secret: core.NewSecret(reset.secret), Product: kinds.ProductTest}); err != nil {
		t.Fatal(err)
	}
	if _, _, code := p.run("", "refresh", shop.ref, "--force"); code != 4 {
		t.Fatalf("a refresh with the old secret ended with %d", code)
	}
	h := p.hands()
	h.press("Down", "Right")                   // open its details
	h.press("Tab", "Tab", "Tab", "Tab", "Tab") // past the menu and three copy buttons, to Edit secret
	_ = p.changes(h.w, func() { h.press("space") })
	saved := func() bool {
		items, err := p.KeyringItems()
		return err == nil && slices.ContainsFunc(items, func(i desktop.KeyringItem) bool { return strings.Contains(i.Secret, reset.secret) })
	}
	calls := p.sim.Calls(shop.appID, "/cgi-bin/stable_token")
	if err := p.changes(h.w, func() { h.fill("ffffffffffffffffffffffffffffffff") }); err != nil {
		t.Fatal(err)
	}
	h.press("Return")
	p.wait(15*time.Second, "the test of the secret", func() error {
		if p.sim.Calls(shop.appID, "/cgi-bin/stable_token") == calls {
			return errors.New("upstream was not asked")
		}
		return nil
	})
	if saved() {
		t.Fatal("a secret that was not accepted is saved")
	}
	h.press("ctrl+a")
	h.fill(reset.secret)
	h.until("the new secret in the keyring", func() error { // while the first is tested, Return is ignored
		if !saved() {
			return errors.New("it is not there")
		}
		return nil
	}, "Return")
	p.waitFresh(1)
}
