//go:build linux

package e2e

import (
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
	shop := p.add("shop", core.Live, 0)
	if ps := p.Processes("tokentray-window"); len(ps) > 0 {
		t.Fatalf("there is a window: %v", ps)
	}
	s := p.bareAgent("claude")
	ask := map[string]any{"account": shop.ref, "path": "/cgi-bin/menu/create", "body": `{"button":[]}`}
	if out, failed := use(t, s, "tokentray_write", ask); !failed || !strings.Contains(out, "window now asks a person") {
		t.Errorf("the AI agent is told: %s", out)
	}
	if _, err := p.WaitWindow("TokenTray", 20*time.Second); err != nil {
		t.Fatal(err)
	}
	if err := p.WaitPainted("TokenTray", 0, 20*time.Second); err != nil {
		t.Fatal(err)
	}
	got, err := p.client.Grants(t.Context())
	if err != nil || len(got.Asks) != 1 || got.Asks[0].Call != "POST /cgi-bin/menu/create" || !got.Asks[0].Write {
		t.Errorf("asked for: %+v, %v", got, err)
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
