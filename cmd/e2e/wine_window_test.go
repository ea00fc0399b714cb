//go:build linux

package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tokentray/cmd/e2e/desktop"
	"tokentray/core"
)

// newWineProduct is a product whose programs are those of Windows. Nothing of wine stays.
func newWineProduct(t *testing.T, o desktop.Options) *product {
	t.Helper()
	p := newProduct(t, o)
	p.Setenv("TOKENTRAY_HOME", filepath.Join(p.Dir, "h"))
	t.Cleanup(func() {
		p.run("", "stop")
		if out, err := p.Output(os.Getenv("TOKENTRAY_E2E_WINE"), "stop"); err != nil {
			t.Errorf("ending wine: %v: %s", err, out)
		}
		p.exe = "true" // there is no agent to stop any more
	})
	return p
}

// TestWineWindow runs the window of Windows: it opens, counts, copies by Enter with the
// formats that keep a secret out of histories, and follows the language. The tray's icon
// stands in the panel.
func TestWineWindow(t *testing.T) {
	if !underWine() {
		t.Skip("make test-wine runs this")
	}
	p := newWineProduct(t, desktop.Options{Panel: true})
	shop := p.add("shop", core.Sandbox, 0)
	p.do("", "settings", "set", "language", "en")
	p.do("", "open")
	w, err := p.WaitWindow("TokenTray", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.WaitPainted("TokenTray", 0, time.Minute); err != nil {
		t.Fatal(err)
	}
	if err := w.Activate(); err != nil {
		t.Fatal(err)
	}
	if err := p.changes(w, func() {}); err != nil {
		t.Errorf("it does not count: %v", err)
	}
	if err := p.Key("Down", "Return"); err != nil {
		t.Fatal(err)
	}
	p.wait(20*time.Second, "the token on the clipboard", func() error {
		if got, targets := p.Clipboard(); got != p.issued(shop) {
			return fmt.Errorf("it holds %d other bytes, offered as %q", len(got), targets)
		}
		return nil
	})
	_, targets := p.Clipboard()
	for _, format := range []string{"ExcludeClipboardContentFromMonitorProcessing", "CanIncludeInClipboardHistory", "CanUploadToCloudClipboard"} {
		if !slices.Contains(targets, format) {
			t.Errorf("the clipboard has no %s: %q", format, targets)
		}
	}
	p.picture("en")
	if err := p.changes(w, func() { p.do("", "settings", "set", "language", "zh") }); err != nil {
		t.Errorf("the language: %v", err)
	}
	p.picture("zh")

	// wine's icon is a small window of its own in the panel.
	p.wait(20*time.Second, "the icon in the panel", func() error {
		for _, id := range p.ofClass("explorer.exe") {
			out, err := p.Output("xdotool", "getwindowgeometry", "--shell", id)
			var window, left, top, width, height int
			if _, scan := fmt.Sscanf(out, "WINDOW=%d\nX=%d\nY=%d\nWIDTH=%d\nHEIGHT=%d", &window, &left, &top, &width, &height); err != nil || scan != nil {
				continue
			}
			if width < 64 && height < 64 && top < 32 {
				return nil
			}
		}
		return errors.New("there is none")
	})
}

// TestWineClient asks the loopback API of the Windows build as curl does.
func TestWineClient(t *testing.T) {
	if !underWine() {
		t.Skip("make test-wine runs this")
	}
	p := newWineProduct(t, desktop.Options{NoScreen: true, NoBus: true})
	shop := p.add("shop", core.Sandbox, 0)
	port := strconv.Itoa(freePort(t))
	p.do("", "api", "on", "--port", port)
	key := strings.TrimSpace(p.do("", "api", "key", "add", "curl", "--env", "sandbox"))
	at := "http://127.0.0.1:" + port
	out, err := exec.Command("curl", "-fsS", "-H", "Authorization: Bearer "+key, at+"/v1/token/shop").Output()
	if err != nil || !strings.Contains(string(out), p.issued(shop)) {
		t.Errorf("curl: %v, %d bytes", err, len(out))
	}
	if err := exec.Command("curl", "-fsS", at+"/v1/token/shop").Run(); err == nil {
		t.Error("without a key it answers")
	}
}

// ofClass are the visible windows of a program.
func (p *product) ofClass(class string) []string {
	out, _ := p.Output("xdotool", "search", "--onlyvisible", "--class", class) // it fails when there is none
	return strings.Fields(out)
}

// picture keeps a picture of the screen beside the prefix of wine.
func (p *product) picture(name string) {
	p.t.Helper()
	img, err := p.Screenshot("")
	if err == nil {
		err = desktop.SavePNG(filepath.Join(filepath.Dir(p.exe), "..", name+".png"), img)
	}
	if err != nil {
		p.t.Error(err)
	}
}
