//go:build linux

package e2e

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"tokentray/cmd/e2e/desktop"
	"tokentray/core"
)

// bareAgent is an AI agent whose client passes on only PATH and the home: no display,
// no bus, no runtime folder.
func (p *product) bareAgent(name string) *mcp.ClientSession {
	p.t.Helper()
	cmd := exec.Command(p.exe, "mcp", "--as", name)
	cmd.Env = []string{"HOME=" + p.Home(), "PATH=" + filepath.Dir(p.exe) + ":/usr/bin:/bin"}
	session, err := mcp.NewClient(&mcp.Implementation{Name: name, Version: "1"}, nil).Connect(p.t.Context(), &mcp.CommandTransport{Command: cmd}, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = session.Close() })
	return session
}

// TestAnAIAgentsAskOpensTheWindow: the agent knows the desktop from a command that a
// person ran there. So a request of an AI agent opens the window, although its client
// has no display. While no desktop is known, the answer says that a person is needed.
func TestAnAIAgentsAskOpensTheWindow(t *testing.T) {
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked, Panel: true})
	p.do("", "settings", "set", "theme", "light")
	shop := p.add("shop", core.Live, 0)
	if ps := p.Processes("tokentray-window"); len(ps) > 0 {
		t.Fatalf("there is a window: %v", ps)
	}
	s := p.bareAgent("claude")
	ask := map[string]any{"account": shop.ref, "path": "/cgi-bin/menu/create", "body": `{"button":[]}`}
	if out, failed := use(t, s, "tokentray_write", ask); !failed || !strings.Contains(out, "window now asks a person") {
		t.Errorf("the AI agent is told: %s", out)
	}
	w, err := p.WaitWindow("TokenTray", 2*patience)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.WaitPainted("TokenTray", 0, 2*patience); err != nil {
		t.Fatal(err)
	}
	got, err := p.client.Grants(t.Context())
	if err != nil || len(got.Asks) != 1 || got.Asks[0].Call != "POST /cgi-bin/menu/create" || !got.Asks[0].Write {
		t.Errorf("asked for: %+v, %v", got, err)
	}

	// A person allows it, by the keyboard: the second button, whose colour warns.
	p.wait(20*time.Second, "the question", func() error {
		img, err := p.Screenshot("")
		if err != nil {
			return err
		}
		warning := 0
		for y := 180; y < img.Bounds().Dy(); y++ {
			for x := range img.Bounds().Dx() {
				if r, g, b, _ := img.At(x, y).RGBA(); r>>8 > 150 && g>>8 < 100 && b>>8 < 70 {
					warning++
				}
			}
		}
		if warning < 1000 {
			return fmt.Errorf("%d pixels of a button that warns", warning)
		}
		return nil
	})
	p.wait(2*patience, "the window to have the keyboard", func() error {
		if !w.Active() {
			return errors.New("it has not")
		}
		return nil
	})
	if err := p.Key("Tab"); err != nil {
		t.Fatal(err)
	}
	if err := p.Key("Return"); err != nil {
		t.Fatal(err)
	}
	left := func(want int) {
		t.Helper()
		p.wait(20*time.Second, fmt.Sprint(want, " calls that write"), func() error {
			got, err := p.client.Grants(t.Context())
			if err != nil || len(got.Grants) != 1 || len(got.Asks) != 0 {
				return fmt.Errorf("%+v, %w", got, err)
			}
			if g := got.Grants[0]; !g.Write || g.Left != want || g.Client != "claude" || g.Env != core.Live || time.Until(g.Until) > 10*time.Minute {
				return fmt.Errorf("granted: %+v", g)
			}
			return nil
		})
	}
	left(20)
	if out, failed := use(t, s, "tokentray_write", ask); strings.Contains(out, "nobody allowed") {
		t.Errorf("the call that was allowed: %v, %s", failed, out)
	}
	left(19)
	if out, failed := use(t, s, "tokentray_read", map[string]any{"account": shop.ref, "path": "/cgi-bin/menu/get"}); !failed || !strings.Contains(out, "nobody allowed") {
		t.Errorf("a call that was not allowed: %s", out)
	}
	p.do("", "stop")
	p.noWindow()

	// The AI client itself starts the agent here, so the agent knows no desktop.
	if out, failed := use(t, p.bareAgent("cursor"), "tokentray_write", ask); !failed || !strings.Contains(out, "have them open TokenTray") {
		t.Errorf("without a desktop the AI agent is told: %s", out)
	}
	if ps := p.Processes("tokentray-window"); len(ps) > 0 {
		t.Errorf("there is a window: %v", ps)
	}
}
