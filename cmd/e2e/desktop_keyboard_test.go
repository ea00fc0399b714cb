//go:build linux

package e2e

import (
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

const stablePath = "/cgi-bin/stable_token"

// TestWindowByKeyboardAlone does a day's work in the window without a pointer: an
// account is added, tested, copied, switched to live and back, renewed, given a new
// AppSecret after the upstream refused the old one, and deleted.
func TestWindowByKeyboardAlone(t *testing.T) {
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked, Panel: true})
	shop := p.owner("shop", core.Sandbox, 0)
	h := p.hands()
	calls := func() int { return p.sim.Calls(shop.appID, stablePath) }

	// Add it. The test asks the upstream and saves nothing.
	h.enter("shop", shop)
	h.press("ctrl+Return")
	p.wait(10*time.Second, "the test to ask upstream", func() error {
		if calls() == 0 {
			return fmt.Errorf("nobody asked")
		}
		return nil
	})
	if list, err := p.client.List(t.Context()); err != nil || len(list.Accounts) != 0 {
		t.Fatalf("after the test there are the accounts %v, %v", list.Accounts, err)
	}
	// Ctrl+S does nothing while the test is running.
	h.until("the account", func() error { return p.is(shop.ref, core.StateFresh) }, "ctrl+s")

	// Copy it. The list gets the focus as soon as the form is gone.
	h.until("the copy", p.copied(shop), "Down", "Return")
	p.wantCopied(p.issued(shop))

	// Show the account of the same name in live, and go back. The tray and the
	// command line follow what the window shows.
	live := p.add("shop", core.Live, 0)
	active := func(env core.Env) func() error {
		return func() error {
			list, err := p.client.List(t.Context())
			if err == nil && list.Active != env {
				err = fmt.Errorf("active is %s", list.Active)
			}
			return err
		}
	}
	h.until("the switch to live", active(core.Live), "F6")
	h.until("the copy of the live token", p.copied(live), "Return")
	p.wantCopied(p.issued(live))
	h.until("the switch back", active(core.Sandbox), "F6")

	// Renew it.
	before := calls()
	h.until("the renewal", func() error {
		if calls() == before {
			return fmt.Errorf("nobody asked")
		}
		return p.is(shop.ref, core.StateFresh)
	}, "ctrl+r")

	// Its AppSecret is reset in the console. The window shows the refusal and the
	// remedy, while the token still works.
	token := p.issued(shop)
	next := string(core.NewID()) + string(core.NewID())
	if err := p.sim.Put(sim.Account{AppID: shop.appID, Secret: core.NewSecret(next), Product: kinds.ProductTest}); err != nil {
		t.Fatal(err)
	}
	h.until("the refusal", func() error { return p.is(shop.ref, core.StateBlocked) }, "ctrl+r")
	if got := p.do("", "get", shop.ref); got != token+"\n" {
		t.Error("the living token is gone with the AppSecret")
	}
	h.shows("ctrl+h")
	h.fill(next)
	h.press("Return")
	p.wait(20*time.Second, "the new AppSecret to be taken", func() error { return p.is(shop.ref, core.StateFresh) })
	items, err := p.KeyringItems()
	if err != nil || !slices.ContainsFunc(items, func(i desktop.KeyringItem) bool { return strings.Contains(i.Secret, next) }) {
		t.Errorf("the new AppSecret is not in the keyring, %v", err)
	}
	if slices.ContainsFunc(items, func(i desktop.KeyringItem) bool { return strings.Contains(i.Secret, shop.secret) }) {
		t.Error("the old AppSecret still is in the keyring")
	}

	// Delete it. The first answer is no, which has the focus.
	h.shows("Delete")
	h.press("Return")
	if err := p.is(shop.ref, core.StateFresh); err != nil {
		t.Errorf("no was taken for yes: %v", err)
	}
	// Yes takes it out of the list alone at first, and Ctrl+Z brings it back: the agent
	// had it all the time, with its secret.
	h.shows("Delete")
	h.press("Tab", "Return")
	h.press("ctrl+z")
	h.until("the copy of the account that came back", p.copied(shop), "Down", "Return")
	if err := p.is(shop.ref, core.StateFresh); err != nil {
		t.Errorf("the delete was not undone: %v", err)
	}
	h.shows("Delete")
	h.press("Tab", "Return")
	p.wait(25*time.Second, "the account to go", func() error { // it can be undone for ten seconds
		if err := p.is(shop.ref, core.StateFresh); err == nil {
			return fmt.Errorf("it is still there")
		}
		return nil
	})
	if _, _, code := p.run("", "get", shop.ref); code != 3 {
		t.Errorf("get of a deleted account ends with %d", code)
	}
}

// copied reports an error unless the token of an account was copied last.
func (p *product) copied(a owned) func() error {
	return func() error {
		list, err := p.client.List(p.t.Context())
		if ref := list.Clipboard.Account + "/" + string(list.Clipboard.Env); err == nil && ref != a.ref {
			err = fmt.Errorf("%s was copied", ref)
		}
		return err
	}
}

// is reports an error unless an account is in a state.
func (p *product) is(ref string, want core.State) error {
	name, env, _ := strings.Cut(ref, "/")
	a, err := p.client.Account(p.t.Context(), api.Ref{Name: name, Env: core.Env(env)})
	if err == nil && a.State != want {
		err = fmt.Errorf("%s is %s", ref, a.State)
	}
	return err
}
