//go:build linux

package e2e

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"tokentray/cmd/e2e/desktop"
	"tokentray/core"
)

// TestAgentTakesSession starts the agent without a desktop, as over ssh. It runs, and
// says that it has no clipboard. The first command from the desktop brings the icon
// and the clipboard.
func TestAgentTakesSession(t *testing.T) {
	t.Parallel()
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked, Panel: true})
	bare := func(args ...string) (string, string, int) {
		return p.runWith("env", slices.Concat([]string{"-u", "DISPLAY", "-u", "DBUS_SESSION_BUS_ADDRESS", p.exe}, args)...)
	}
	if _, stderr, code := bare("status"); code != 0 && code != 7 {
		t.Fatalf("status: exit %d, %s", code, stderr)
	}
	if _, stderr, code := bare("list"); code != 0 {
		t.Fatalf("list without a desktop: exit %d, %s", code, stderr)
	}
	shop := p.add("shop", core.Sandbox, 0)
	p.do("", "get", shop.ref, "--copy")
	p.wantCopied(p.issued(shop))
	p.icon()
}

// runWith is run for a program other than tokentray.
func (p *product) runWith(program string, args ...string) (stdout, stderr string, code int) {
	p.t.Helper()
	exe := p.exe
	defer func() { p.exe = exe }()
	p.exe = program
	return p.run("", args...)
}

// TestDemoLeavesNothing ends the demo by Ctrl-C, with and without a display. No
// process, file or keyring entry is left.
func TestDemoLeavesNothing(t *testing.T) {
	t.Run("desktop", func(t *testing.T) {
		p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked, Panel: true})
		before := p.everyFile()
		demo, err := p.Start("demo", p.exe, "demo")
		if err != nil {
			t.Fatal(err)
		}
		if err := p.WaitPainted("TokenTray", 0, 2*patience); err != nil {
			t.Fatal(err)
		}
		p.click("shop")
		p.wait(10*time.Second, "a token on the clipboard", func() error {
			if got, _ := p.Clipboard(); got == "" {
				return errors.New("it is empty")
			}
			return nil
		})
		p.interrupt(demo)
		p.wantCleared(time.Second)
		p.wantUntouched(before)
		if items, err := p.KeyringItems(); err != nil || len(items) > 0 {
			t.Errorf("the keyring holds %v, %v", items, err)
		}
	})
	t.Run("at any moment", func(t *testing.T) {
		p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked, Panel: true})
		before := p.everyFile()
		for wait := 20 * time.Millisecond; wait < time.Second; wait *= 4 {
			demo, err := p.Start("demo", p.exe, "demo")
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(wait)
			p.interrupt(demo)
			p.wantUntouched(before)
		}
	})
	t.Run("no display", func(t *testing.T) {
		p := newProduct(t, desktop.Options{NoScreen: true, NoBus: true})
		before := p.everyFile()
		demo, err := p.Start("demo", p.exe, "demo")
		if err != nil {
			t.Fatal(err)
		}
		p.wait(20*time.Second, "the table in the terminal", func() error {
			if out := demo.Output(); !strings.Contains(out, "shop") || !strings.Contains(out, "weather") {
				return fmt.Errorf("it shows %q", out)
			}
			return nil
		})
		p.interrupt(demo)
		p.wantUntouched(before)
	})
}

// interrupt presses Ctrl-C, which reaches the whole foreground group.
func (p *product) interrupt(proc *desktop.Process) {
	p.t.Helper()
	if err := syscall.Kill(-proc.PID(), syscall.SIGINT); err != nil {
		p.t.Fatal(err)
	}
	code, err := proc.Wait(2 * patience)
	if err != nil {
		p.t.Fatalf("%v\n%s", err, proc.Output())
	}
	early := code == -1 && proc.Output() == "" // the signal came before the program could listen for it
	if code != 0 && code != 130 && !early {
		p.t.Errorf("after Ctrl-C the demo ended with %d\n%s", code, proc.Output())
	}
	if left := p.Processes("tokentray", "tokentray-window"); len(left) > 0 {
		p.t.Errorf("after Ctrl-C there is still %v", left)
	}
}

// everyFile lists all files and folders of the desktop but the logs of its
// programs and the caches of fonts and of the graphics driver.
func (p *product) everyFile() []string {
	p.t.Helper()
	var out []string
	err := filepath.WalkDir(p.Dir, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // the desktop's programs make files for a moment
		}
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(p.Dir, path)
		if rel == "log" || strings.HasPrefix(rel, "home/.cache") || strings.HasPrefix(rel, "home/.config/xfce4") {
			return fs.SkipDir
		}
		out = append(out, rel)
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return out
}

// wantUntouched fails the test if files were left behind.
func (p *product) wantUntouched(before []string) {
	p.t.Helper()
	for _, path := range p.everyFile() {
		if !slices.Contains(before, path) {
			p.t.Errorf("left behind: %s", path)
		}
	}
}
