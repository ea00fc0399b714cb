//go:build linux

package e2e

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"tokentray/cmd/e2e/desktop"
	"tokentray/core"
	"tokentray/core/api"
)

// TestWindowDaily does by keyboard what people do beside copying, on one desktop: it sets
// an API client up, tries a call, adds a push that fails and mends it, opens the page of
// today from the tray, and drops a file onto the list.
func TestWindowDaily(t *testing.T) {
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked, Panel: true})
	shop := p.add("shop", core.Sandbox, 0)
	p.do("", "settings", "set", "loopback-port", strconv.Itoa(freePort(t)))
	h := p.hands()
	h.shows("Down")
	for _, part := range []struct {
		name string
		do   func(hands, owned)
	}{
		{"an API client", hands.setsAClientUp},
		{"a call", hands.triesACall},
		{"a push", hands.mendsAPush},
		{"today", hands.opensToday},
		{"a dropped file", hands.dropsAFile},
	} {
		began := time.Now()
		part.do(h, shop)
		t.Logf("%s took %s", part.name, time.Since(began).Round(time.Millisecond))
	}
}

// setsAClientUp does every step of the page of API clients: it opens the HTTP API, makes
// a key, copies it, saves the files and tests the key. The key is on the clipboard alone.
func (h hands) setsAClientUp(shop owned) {
	p := h.p
	p.t.Helper()
	h.shows("ctrl+p")
	h.until("the HTTP API to open", func() error {
		door, err := p.client.Loopback(p.t.Context())
		if err == nil && door.State != api.DoorOn {
			err = fmt.Errorf("it is %s", door.State)
		}
		return err
	}, "Return")
	h.settle()               // the keyboard goes to the clients
	h.press("Tab", "Return") // past the clients, into the key's name
	p.wait(10*time.Second, "the key", func() error {
		keys, err := p.client.ClientKeys(p.t.Context())
		if err == nil && (len(keys) != 1 || keys[0].Name != "postman") {
			err = fmt.Errorf("there are %+v", keys)
		}
		return err
	})
	var key string
	h.until("the copy of the key", func() error {
		if key, _ = p.Clipboard(); len(key) < 20 || strings.ContainsAny(key, " \n") {
			return errors.New("it is not on the clipboard")
		}
		return nil
	}, "Return")
	h.press("Tab", "Return") // the file
	file := filepath.Join(p.Home(), "tokentray-shop-sandbox.postman_collection.json")
	p.wait(10*time.Second, "the file", func() error {
		raw, err := os.ReadFile(file)
		if err == nil && (strings.Contains(string(raw), key) || strings.Contains(string(raw), p.issued(shop))) {
			p.t.Fatal("the file holds the key or the token")
		}
		return err
	})
	h.press("Tab", "Tab", "Tab") // past Browse and Save
	h.until("the test of the key", func() error {
		log, err := p.client.AccessLog(p.t.Context(), 10)
		if err != nil {
			return err
		}
		for _, line := range log {
			if line.Key == "postman" && line.Status == 200 && line.Account == shop.ref {
				return nil
			}
		}
		return fmt.Errorf("the log has %+v", log)
	}, "Return")
	if status, _, code := p.run("", "status"); code != 0 || strings.Contains(status, key) {
		p.t.Errorf("status ends with %d, or shows the key", code)
	}
	h.shows("Escape")
}

// triesACall sends the first sample call, and copies its answer.
func (h hands) triesACall(shop owned) {
	p := h.p
	p.t.Helper()
	h.shows("ctrl+j")
	h.press("Tab", "Tab", "Tab") // past the call, its method and its path
	const path = "/cgi-bin/get_api_domain_ip"
	asked := p.sim.Calls(shop.appID, path)
	h.press("Return")
	p.wait(patience, "the call", func() error {
		if p.sim.Calls(shop.appID, path) == asked {
			return errors.New("upstream was not asked")
		}
		return nil
	})
	h.settle() // without an answer, Tab goes past its copy
	h.press("Tab")
	h.until("the answer", func() error {
		if text, _ := p.Clipboard(); !strings.Contains(text, "ip_list") || strings.Contains(text, p.issued(shop)) {
			return fmt.Errorf("copied is %q", text)
		}
		return nil
	}, "Return")
}

// mendsAPush adds a push into a folder that is not there. The tray says that it fails,
// until the folder is there and it is tried again.
func (h hands) mendsAPush(shop owned) {
	p := h.p
	p.t.Helper()
	h.press("Tab") // past the copy of the answer, to the list of pushes
	h.shows("Return")
	folder := filepath.Join(p.Home(), "backend")
	h.press("Tab") // past the target
	h.fill(filepath.Join(folder, "token.txt"))
	h.shows("ctrl+s")
	says := func(want bool) func() error {
		return func() error {
			tip, err := p.icon().Property("ToolTip")
			if err == nil && strings.Contains(fmt.Sprint(tip), "1 push fails") != want {
				err = fmt.Errorf("the tooltip is %v", tip)
			}
			return err
		}
	}
	p.wait(10*time.Second, "the tray to say that the push fails", says(true))
	if err := os.Mkdir(folder, 0o700); err != nil {
		p.t.Fatal(err)
	}
	h.settle()                                     // the form closes, and the button that adds one has the keyboard
	h.press("shift+Tab", "shift+Tab", "shift+Tab") // from the button that adds one, past Remove and Edit
	h.until("the token in the file", func() error {
		raw, err := os.ReadFile(filepath.Join(folder, "token.txt"))
		if err == nil && strings.TrimSpace(string(raw)) != p.issued(shop) {
			err = errors.New("it holds something else")
		}
		return err
	}, "Return") // Try now
	p.wait(10*time.Second, "the tray to be content", says(false))
}

// opensToday opens the page of today from the tray, and leaves it.
func (h hands) opensToday(owned) {
	h.p.t.Helper()
	if err := h.p.changes(h.w, func() { h.p.click("Today") }); err != nil {
		h.p.t.Fatal(err)
	}
	h.shows("Escape")
}

// dropsAFile drags a file from another program onto the list. It is imported after a
// preview.
func (h hands) dropsAFile(owned) {
	p := h.p
	p.t.Helper()
	mall, desk := p.owner("mall", core.Sandbox, 0), p.owner("desk", core.Sandbox, 0)
	file := filepath.Join(p.Home(), "backend.env")
	text := "MALL_APPID=" + mall.appID + "\nMALL_APPSECRET=" + mall.secret + "\nDESK_APPID=" + desk.appID + "\nDESK_APPSECRET=" + desk.secret + "\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
	if err := p.changes(h.w, func() {
		if err := p.DropFile("TokenTray", file, 20*time.Second); err != nil {
			p.t.Fatal(err)
		}
	}); err != nil {
		p.t.Fatal(err)
	}
	imported := func() error {
		list, err := p.client.List(p.t.Context())
		if err == nil && len(list.Accounts) != 3 {
			err = fmt.Errorf("there are %d", len(list.Accounts))
		}
		return err
	}
	if imported() == nil {
		p.t.Fatal("they were imported without a preview")
	}
	// Past where they belong, which the file does not tell, and whether they are renewed,
	// which is no until somebody tells.
	h.settle() // the page is there before its plan
	h.press("Tab", "Tab", "Tab")
	h.until("the import", imported, "Return")
}
