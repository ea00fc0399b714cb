//go:build linux

package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tokentray/cmd/e2e/desktop"
	"tokentray/core"
)

// desktops skips a test of a desktop that make test does not install.
func desktops(t *testing.T) {
	t.Helper()
	if os.Getenv("TOKENTRAY_E2E_DESKTOPS") == "" {
		t.Skip("make test-desktops installs the desktop's parts and runs this")
	}
}

// TestDesktopsLXQt: the tray of LXQt shows the icon and its menu, and a click in the
// menu that it draws copies the token.
func TestDesktopsLXQt(t *testing.T) {
	desktops(t)
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked})
	if err := p.StartLXQtPanel(); err != nil {
		t.Fatal(err)
	}
	shop := p.add("shop", core.Sandbox, 0)
	item := p.icon()
	if title, err := item.Property("Title"); err != nil || title == "" {
		t.Errorf("the icon's title: %v, %v", title, err)
	}
	p.wait(10*time.Second, "the menu", func() error {
		menu, err := item.Menu()
		if err != nil {
			return err
		}
		if labels := desktop.Labels(menu); !slices.ContainsFunc(labels, func(l string) bool { return strings.HasPrefix(l, "shop ·") }) {
			return fmt.Errorf("the menu is %q", labels)
		}
		return nil
	})
	// The panel shows an icon only once it has one: its bar has colours then.
	var x, y int
	p.wait(20*time.Second, "the icon in the bar", func() error {
		var err error
		x, y, err = p.PanelIcon()
		return err
	})
	p.wait(3*patience, "a click in the panel's menu to copy", func() error {
		if err := p.ClickAt(x, y, 3); err != nil {
			return err
		}
		defer func() { _ = p.Key("Escape") }()
		if err := p.MenuOpens(5 * time.Second); err != nil {
			return err
		}
		if err := p.Key("Down", "Return"); err != nil {
			return err
		}
		return desktop.Until(3*time.Second, "the copy", func() error {
			if text, _ := p.Clipboard(); text != p.issued(shop) {
				return errors.New("the clipboard holds something else")
			}
			return nil
		})
	})
	if err := p.StopPanel(); err != nil {
		t.Fatal(err)
	}
	if err := p.StartLXQtPanel(); err != nil {
		t.Fatal(err)
	}
	p.icon() // it comes back by itself
}

// TestDesktopsWithoutATray: a session whose desktop has no tray says so once and does
// all the rest.
func TestDesktopsWithoutATray(t *testing.T) {
	desktops(t)
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked})
	shop := p.add("shop", core.Sandbox, 0)
	if got := strings.TrimSpace(p.do("", "get", "shop")); got != p.issued(shop) {
		t.Error("the token is not the one that was issued")
	}
	p.do("", "get", "shop", "--copy")
	p.wantCopied(p.issued(shop))
	p.open()
	out, _, _ := p.run("", "doctor")
	if !strings.Contains(strings.ToLower(out), "tray") {
		t.Errorf("doctor does not tell of the tray:\n%s", out)
	}
	// A tray that comes later gets the icon.
	if err := p.StartLXQtPanel(); err != nil {
		t.Fatal(err)
	}
	p.icon()
}

// TestDesktopsKWallet keeps the secrets of accounts in KDE's KWallet by the Secret
// Service: they are there after the agent's restart, in no file of ours, and gone with
// their account.
func TestDesktopsKWallet(t *testing.T) {
	desktops(t)
	p := newProduct(t, desktop.Options{})
	if err := p.StartKWallet(); err != nil {
		t.Fatal(err)
	}
	p.do("", "vault", "unlock") // nothing is asked: the login has opened the wallet
	shop := p.add("shop", core.Sandbox, 0)
	if got := p.do("", "doctor"); !strings.Contains(strings.ToLower(got), "keyring") {
		t.Errorf("doctor says\n%s", got)
	}
	if raw, err := os.ReadFile(p.WalletFile()); err != nil || len(raw) == 0 {
		t.Errorf("the wallet's file: %d bytes, %v", len(raw), err)
	}
	p.do("", "stop")
	p.do("", "refresh", "shop")
	if got := strings.TrimSpace(p.do("", "get", "shop")); got != p.issued(shop) {
		t.Error("after a restart the token is not the one that was issued")
	}
	err := filepath.WalkDir(p.Home(), func(path string, e os.DirEntry, err error) error {
		if errors.Is(err, os.ErrNotExist) {
			return nil // programs that run make files for a moment
		}
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		raw, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err == nil && bytes.Contains(raw, []byte(shop.secret)) {
			err = fmt.Errorf("the secret is in %s", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	p.do("", "rm", "shop", "--yes")
	if out := p.do("", "list"); strings.Contains(out, "shop") {
		t.Errorf("it is still listed:\n%s", out)
	}
}

// TestDesktopsFilesAreValid holds the files by which desktops and software centres know
// the program against their own checkers.
func TestDesktopsFilesAreValid(t *testing.T) {
	desktops(t)
	for _, check := range [][]string{
		{"desktop-file-validate", "../../assets/tokentray.desktop"},
		{"appstreamcli", "validate", "--no-net", "../../assets/tokentray.metainfo.xml"},
	} {
		if out, err := exec.Command(check[0], check[1:]...).CombinedOutput(); err != nil || bytes.Contains(out, []byte("W:")) {
			t.Errorf("%v: %v\n%s", check, err, out)
		}
	}
}
