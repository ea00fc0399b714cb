//go:build linux

package e2e

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"tokentray/cmd/e2e/desktop"
	"tokentray/core"
	"tokentray/core/api"
)

// The tests of this file mostly wait, so they run in parallel.

// managers are the clipboard managers of Debian that the tests run, by the names that
// people know, and what doctor says about each.
func managers() map[string]struct{ name, doctor string } {
	return map[string]struct{ name, doctor string }{
		"xfce4-clipman": {"Xfce Clipman", "ignores the mark of confidential content"},
		"copyq":         {"CopyQ", "from version 8.0 on"},
		"autocutsel":    {"autocutsel", "puts tokens into the cut buffer"},
	}
}

// TestClipboardManagers copies while a clipboard manager runs that keeps what it
// reads and may put it back. When the time is over, and when the agent ends, the
// token is gone from the clipboard and stays away.
func TestClipboardManagers(t *testing.T) {
	t.Parallel()
	for program, m := range managers() {
		t.Run(program, func(t *testing.T) {
			t.Parallel()
			p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked})
			shop := p.add("shop", core.Sandbox, 0)
			p.do("", "settings", "set", "clear-after", "20s")
			if _, err := exec.LookPath(program); err != nil {
				t.Fatalf("%v; install it with assets/scripts/install-deps.sh run test", err)
			}
			if _, err := p.Start(program, program); err != nil {
				t.Fatal(err)
			}
			p.wait(20*time.Second, "doctor to name the manager", func() error {
				if out, _, _ := p.run("", "doctor"); !strings.Contains(out, m.name) || !strings.Contains(out, m.doctor) {
					return errors.New(out)
				}
				return nil
			})
			p.settled(program)

			token := p.issued(shop)
			p.do("", "get", shop.ref, "--copy")
			p.wantCopied(token)
			p.wantNoToken(token, 2*patience)
			p.wantStaysAway(token)

			p.do("", "get", shop.ref, "--copy")
			p.wantCopied(token)
			p.wantSet("shopping list")
			p.wantLog("reason=replaced")
			if got, _ := p.Clipboard(); got != "shopping list" {
				t.Errorf("another program's text became %q", got)
			}

			p.do("", "get", shop.ref, "--copy")
			p.wantCopied(token)
			p.do("", "stop")
			p.wantNoToken(token, time.Second)
			p.wantStaysAway(token)
			if log := p.log(); strings.Contains(log, token) {
				t.Errorf("the token is in the log:\n%s", log)
			}
		})
	}
}

// settled waits until a manager watches the clipboard, that is, has read what was
// copied. It may never read what was copied before it was ready, so more is copied.
func (p *product) settled(program string) {
	p.t.Helper()
	tries := 0
	p.wait(30*time.Second, program+" to read the clipboard", func() error {
		tries++
		probe := fmt.Sprintf("a text that everybody may keep, %d", tries)
		p.wantSet(probe)
		return desktop.Until(2*time.Second, "", func() error { return p.hasRead(program, probe) })
	})
}

// hasRead reports whether a manager has read a text, as far as it shows that.
func (p *product) hasRead(program, text string) error {
	look := map[string][]string{
		"xfce4-clipman": {"grep", "-rh", text, filepath.Join(p.Home(), ".cache/xfce4/clipman")},
		"copyq":         {"copyq", "read", "0"},
		"autocutsel":    {"xprop", "-root", "CUT_BUFFER0"},
	}[program]
	if out, err := p.Output(look[0], look[1:]...); err != nil || !strings.Contains(out, text) {
		return fmt.Errorf("%q tells %q, %v", look, out, err)
	}
	return nil
}

// wantSet puts another program's text on the clipboard.
func (p *product) wantSet(text string) {
	p.t.Helper()
	if err := p.SetClipboard(text); err != nil {
		p.t.Fatal(err)
	}
}

// wantNoToken waits until the token is gone from the clipboard.
func (p *product) wantNoToken(token string, limit time.Duration) {
	p.t.Helper()
	p.wait(limit, "the token to go", func() error {
		if got, targets := p.Clipboard(); got == token {
			return fmt.Errorf("it is offered as %q", targets)
		}
		return nil
	})
}

// wantStaysAway checks for a while that the token does not come back, to the
// clipboard or the cut buffer.
func (p *product) wantStaysAway(token string) {
	p.t.Helper()
	for until := time.Now().Add(3 * time.Second); time.Now().Before(until); time.Sleep(100 * time.Millisecond) {
		if got, targets := p.Clipboard(); got == token {
			p.t.Errorf("the token came back, offered as %q", targets)
			return
		}
	}
	if out, err := p.Output("xprop", "-root", "CUT_BUFFER0"); err != nil || strings.Contains(out, token) {
		p.t.Errorf("the cut buffer holds the token, %v", err)
	}
}

// log is what the agents have logged.
func (p *product) log() string {
	out, _ := p.Output("sh", "-c", `cat "$HOME"/.local/state/tokentray/*.log`)
	return out
}

func (p *product) wantLog(words string) {
	p.t.Helper()
	p.wait(15*time.Second, "the log to say "+words, func() error {
		if log := p.log(); !strings.Contains(log, words) {
			return errors.New(log)
		}
		return nil
	})
}

// TestAnotherProgramTakesTheTokenOver: what the clipboard holds matters, not which
// program owns it.
func TestAnotherProgramTakesTheTokenOver(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*product){
		"its time is over": func(*product) {},
		"the agent ends":   func(p *product) { p.do("", "stop") },
		"SIGTERM":          func(p *product) { p.signal(syscall.SIGTERM) },
		"SIGINT":           func(p *product) { p.signal(syscall.SIGINT) },
		"SIGHUP":           func(p *product) { p.signal(syscall.SIGHUP) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked})
			shop := p.add("shop", core.Sandbox, 0)
			p.do("", "settings", "set", "clear-after", "20s")
			p.do("", "get", shop.ref, "--copy")
			token := p.issued(shop)
			p.wantCopied(token)
			p.wantSet(token)
			p.wantLog("another program took over what was copied")
			end(p)
			p.wantCleared(20 * time.Second)
		})
	}
}

// signal sends the agent a signal.
func (p *product) signal(s syscall.Signal) {
	p.t.Helper()
	all := p.Processes("tokentray")
	if len(all) == 0 {
		p.t.Fatal("no agent runs")
	}
	for _, proc := range all {
		if err := syscall.Kill(proc.PID, s); err != nil {
			p.t.Fatal(err)
		}
	}
}

// TestASignalClears: a signal that ends the agent takes what was copied off the clipboard
// first.
func TestASignalClears(t *testing.T) {
	t.Parallel()
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked})
	shop := p.add("shop", core.Sandbox, 0)
	p.do("", "settings", "set", "clear-after", "10m")
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGHUP, syscall.SIGTERM} {
		p.do("", "get", shop.ref, "--copy")
		token := p.issued(shop)
		p.wantCopied(token)
		p.signal(s)
		p.wait(20*time.Second, "the agent to end", func() error {
			if all := p.Processes("tokentray"); len(all) > 0 {
				return fmt.Errorf("%v after %v", all, s)
			}
			return nil
		})
		if got, targets := p.Clipboard(); got == token {
			t.Errorf("after %v the token is offered as %q", s, targets)
		}
		p.wantStaysAway(token)
	}
}

// TestAProgramThatHangsHoldsTheClipboard: while a stopped program owns the clipboard,
// the agent says that the content is not known. The agent can end nevertheless, and
// the program still has its text when it continues.
func TestAProgramThatHangsHoldsTheClipboard(t *testing.T) {
	t.Parallel()
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked})
	shop := p.add("shop", core.Sandbox, 0)
	p.do("", "settings", "set", "clear-after", "20s")
	p.do("", "get", shop.ref, "--copy")
	token := p.issued(shop)
	p.wantCopied(token)
	p.wantSet(token)
	p.wantLog("another program took over what was copied")
	goOn := p.hang("xclip")
	p.wait(2*patience, "the agent to say so", func() error {
		list, err := p.client.List(t.Context())
		if err == nil && list.Clipboard != (api.Clipboard{Silent: true}) {
			err = fmt.Errorf("the clipboard is %+v", list.Clipboard)
		}
		return err
	})
	p.do("", "stop")
	goOn()
	if got, _ := p.Clipboard(); got != token {
		t.Errorf("the program that hung has lost its text")
	}
}

// TestWindowGoesOnWhileTheClipboardHangs pastes while the program that owns the
// clipboard is stopped. A person can still fill in the form and save it.
func TestWindowGoesOnWhileTheClipboardHangs(t *testing.T) {
	t.Parallel()
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked, Panel: true})
	shop := p.owner("shop", core.Sandbox, 0)
	h := p.hands()
	h.shows("ctrl+n")
	p.wantSet("a text that nobody hands out")
	goOn := p.hang("xclip")
	h.press("ctrl+v")
	h.fill("shop")
	h.press(toAppID...)
	h.press("ctrl+v")
	h.fill(shop.appID)
	h.press(toSecret...)
	h.fill(shop.secret)
	h.press(toBaseURL...)
	h.fill(p.base)
	p.save(h.w, 1)
	goOn()
	if got, _ := p.Clipboard(); got != "a text that nobody hands out" {
		t.Errorf("the program that hung holds %q", got)
	}
}

// hang stops the only process of a program until the returned function is called.
func (p *product) hang(program string) (goOn func()) {
	p.t.Helper()
	all := p.Processes(program)
	if len(all) != 1 {
		p.t.Fatalf("%s runs as %v", program, all)
	}
	signal := func(s syscall.Signal) {
		if err := syscall.Kill(all[0].PID, s); err != nil {
			p.t.Fatal(err)
		}
	}
	signal(syscall.SIGSTOP)
	return func() { signal(syscall.SIGCONT) }
}

// TestATokenIsPastedOnce: with clipboard-once the first paste clears the token. A
// clipboard manager that reads it at once does not count as a paste.
func TestATokenIsPastedOnce(t *testing.T) {
	t.Parallel()
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked})
	shop := p.add("shop", core.Sandbox, 0)
	p.do("", "settings", "set", "clear-after", "10m")
	p.do("", "settings", "set", "clipboard-once", "true")
	if _, err := p.Start("copyq", "copyq"); err != nil {
		t.Fatal(err)
	}
	p.settled("copyq")
	p.do("", "get", shop.ref, "--copy")
	token := p.issued(shop)
	p.wait(20*time.Second, "copyq to read the token", func() error {
		if err := p.hasRead("copyq", token); err != nil {
			return errors.New("it has not yet")
		}
		return nil
	})
	time.Sleep(2 * time.Second) // a program that reads at once does not paste
	if list, err := p.client.List(t.Context()); err != nil || !list.Clipboard.HasOurs() {
		t.Fatalf("before the paste: %+v, %v", list.Clipboard, err)
	}
	if got, err := p.ClipboardAs("UTF8_STRING"); err != nil || got != token {
		t.Fatalf("the paste gives %d bytes, %v", len(got), err)
	}
	p.wait(10*time.Second, "the clearing after the paste", func() error {
		list, err := p.client.List(t.Context())
		if err == nil && list.Clipboard != (api.Clipboard{Pasted: true}) {
			err = fmt.Errorf("the clipboard is %+v", list.Clipboard)
		}
		return err
	})
	p.wantNoToken(token, time.Second)
	p.wantStaysAway(token)
}
