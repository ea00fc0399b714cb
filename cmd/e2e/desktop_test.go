//go:build linux

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tokentray/cmd/e2e/desktop"
	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/core/sim"
)

// concealHint is the clipboard format that tells KDE's clipboard history, and others
// that follow it, what not to keep.
const concealHint = "x-kde-passwordManagerHint"

// built builds the programs once and returns their folder. If TOKENTRAY_E2E_BIN is
// set, it returns that folder.
var built = sync.OnceValues(func() (string, error) {
	if dir := os.Getenv("TOKENTRAY_E2E_BIN"); dir != "" {
		return dir, nil
	}
	cmd := exec.Command("make", "--no-print-directory", "-C", "../..", "build-all")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the programs: %w\n%s", err, out)
	}
	return filepath.Abs("../../bin")
})

// product is the built programs on a desktop of their own, with a simulated
// upstream on the loopback.
type product struct {
	*desktop.Desktop
	t      *testing.T
	exe    string // tokentray
	sim    *sim.Server
	base   string // URL of the simulator
	client *api.Client
}

// newProduct starts a desktop and a simulator. At the end of the test it stops
// the agent and fails if any process, or anything else, is left.
func newProduct(t *testing.T, o desktop.Options) *product {
	t.Helper()
	bin, err := built()
	if err != nil {
		t.Fatal(err)
	}
	d, err := desktop.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	p := &product{
		Desktop: d, t: t, exe: filepath.Join(bin, "tokentray"),
		sim:    sim.New(sim.Config{}),
		client: api.Dial(filepath.Join(d.Dir, "run", "tokentray", "agent.sock")),
	}
	t.Cleanup(func() {
		if t.Failed() {
			p.tell()
		}
		p.client.Close()
		p.run("", "stop")
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	p.serve()
	return p
}

// serve runs the simulator until the test ends.
func (p *product) serve() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		p.t.Fatal(err)
	}
	p.base = "http://" + ln.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.sim.Serve(ctx, ln) }()
	p.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			p.t.Errorf("the simulator: %v", err)
		}
	})
}

// tell logs what helps after a failure: the log, the output of the programs, and a
// picture.
func (p *product) tell() {
	logs, _ := filepath.Glob(filepath.Join(p.Dir, "log", "*.log"))
	more, _ := filepath.Glob(filepath.Join(p.Home(), ".local/state/tokentray/*.log"))
	for _, path := range slices.Concat(logs, more) {
		if b, err := os.ReadFile(path); err == nil && len(b) > 0 {
			p.t.Logf("%s:\n%s", filepath.Base(path), b)
		}
	}
	p.t.Logf("processes: %v", p.Processes())
	if p.Display == "" {
		return
	}
	if img, err := p.Screenshot(""); err == nil {
		path := filepath.Join(os.TempDir(), strings.ReplaceAll(p.t.Name(), "/", "-")+".png")
		if desktop.SavePNG(path, img) == nil {
			p.t.Logf("picture: %s", path)
		}
	}
}

// run runs tokentray and returns what it printed and its exit code.
func (p *product) run(stdin string, args ...string) (stdout, stderr string, code int) {
	p.t.Helper()
	stdout, stderr, err := p.Run(strings.NewReader(stdin), p.exe, args...)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.t.Fatalf("tokentray %s: %v\n%s", strings.Join(args, " "), err, stderr)
	}
	if exit != nil {
		code = exit.ExitCode()
	}
	return stdout, stderr, code
}

// do runs tokentray and fails the test unless it succeeds.
func (p *product) do(stdin string, args ...string) string {
	p.t.Helper()
	stdout, stderr, code := p.run(stdin, args...)
	if code != 0 {
		p.t.Fatalf("tokentray %s: exit %d\n%s%s", strings.Join(args, " "), code, stdout, stderr)
	}
	return stdout
}

// owned is an account that the simulator and the test know.
type owned struct{ ref, appID, secret string }

// add makes an account at the simulator and adds it to TokenTray.
func (p *product) add(name string, env core.Env, life time.Duration) owned {
	p.t.Helper()
	a := p.owner(name, env, life)
	p.do(a.secret+"\n", "add", name, "--env", string(env), "--kind", "wechat", "--appid", a.appID,
		"--base-url", p.base, "--secret-stdin")
	return a
}

// owner makes an account only at the simulator.
func (p *product) owner(name string, env core.Env, life time.Duration) owned {
	p.t.Helper()
	a := owned{ref: name + "/" + string(env), appID: "wx" + string(core.NewID()), secret: word()}
	if err := p.sim.Put(sim.Account{
		AppID: a.appID, Secret: core.NewSecret(a.secret), Product: kinds.ProductTest, Life: life,
	}); err != nil {
		p.t.Fatal(err)
	}
	return a
}

// issued returns the token that the simulator currently gives out. It asks as any
// client of the account may.
func (p *product) issued(a owned) string {
	p.t.Helper()
	body, _ := json.Marshal(map[string]any{"grant_type": "client_credential", "appid": a.appID, "secret": a.secret})
	resp, err := http.Post(p.base+"/cgi-bin/stable_token", "application/json", bytes.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil || answer.AccessToken == "" {
		p.t.Fatalf("the simulator answers %s", raw)
	}
	return answer.AccessToken
}

// patience is how long a wait lasts at least before it fails. A wait that succeeds ends at
// once, so this is only for machines that have other work.
const patience = 30 * time.Second

// wait fails the test unless try succeeds in time.
func (p *product) wait(limit time.Duration, what string, try func() error) {
	p.t.Helper()
	if err := desktop.Until(max(limit, patience), what, try); err != nil {
		p.t.Fatal(err)
	}
}

// icon waits for the icon in the tray.
func (p *product) icon() desktop.Item {
	p.t.Helper()
	item, err := p.WaitTrayItem(2 * patience)
	if err != nil {
		p.t.Fatal(err)
	}
	return item
}

// click chooses an entry of the tray's menu once it has not moved for half a second.
// The tray ignores clicks on a line that just changed to another account, and
// accounts arrive one by one.
func (p *product) click(label string) {
	p.t.Helper()
	place, since := int32(0), time.Time{}
	p.wait(10*time.Second, "the menu's entry "+label, func() error {
		item, err := p.WaitTrayItem(time.Second)
		if err != nil {
			return err
		}
		entry, err := item.Entry(label)
		if err != nil {
			return err
		}
		if place != entry.ID {
			place, since = entry.ID, time.Now()
		}
		if time.Since(since) < 500*time.Millisecond {
			return errors.New("it has just moved")
		}
		return item.Click(entry.ID)
	})
}

// wantCopied waits until the clipboard has a text that is marked as concealed.
func (p *product) wantCopied(text string) {
	p.t.Helper()
	p.wait(10*time.Second, "the token on the clipboard", func() error {
		if got, targets := p.Clipboard(); got != text {
			return fmt.Errorf("the clipboard holds %d bytes that are not the token, offered as %q", len(got), targets)
		}
		return nil
	})
	hint, err := p.ClipboardAs(concealHint)
	if err != nil || hint != "secret" {
		p.t.Errorf("%s is %q, %v; want secret", concealHint, hint, err)
	}
}

// wantCleared waits until the clipboard is empty.
func (p *product) wantCleared(limit time.Duration) {
	p.t.Helper()
	err := desktop.Until(max(limit, patience), "the clipboard to clear", func() error {
		if got, targets := p.Clipboard(); got != "" || len(targets) > 0 {
			return fmt.Errorf("it holds %d bytes, offered as %q", len(got), targets)
		}
		return nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
}
