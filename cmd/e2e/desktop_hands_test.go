//go:build linux

package e2e

import (
	"fmt"
	"syscall"
	"time"

	"tokentray/cmd/e2e/desktop"
)

// hands uses the keyboard in the window.
type hands struct {
	p *product
	w desktop.Window
}

// hands opens the window and returns hands for it.
func (p *product) hands() hands {
	p.t.Helper()
	w := p.open()
	if err := w.Activate(); err != nil {
		p.t.Fatal(err)
	}
	h := hands{p, w}
	h.settle() // the agent knows of the window before the list is drawn
	return h
}

// settle gives the window the moment that it may be behind the agent. Nothing outside
// tells when that is over, and a key that comes too early is lost.
func (h hands) settle() { time.Sleep(1500 * time.Millisecond) }

// press presses keys, such as ctrl+n or Return.
func (h hands) press(keys ...string) {
	h.p.t.Helper()
	if err := h.p.Key(keys...); err != nil {
		h.p.t.Fatal(err)
	}
}

// fill types a text.
func (h hands) fill(text string) {
	h.p.t.Helper()
	if err := h.p.Type(text); err != nil {
		h.p.t.Fatal(err)
	}
}

// shows presses keys and waits until the window looks different.
func (h hands) shows(keys ...string) {
	h.p.t.Helper()
	if err := h.p.changes(h.w, func() { h.press(keys...) }); err != nil {
		h.p.t.Fatal(err)
	}
}

// until presses keys until a condition holds. It presses them again as a person does
// if nothing happens: the window may be a moment behind the agent.
func (h hands) until(what string, holds func() error, keys ...string) {
	h.p.t.Helper()
	h.p.wait(3*patience, what, func() error {
		if holds() == nil {
			return nil
		}
		h.press(keys...)
		return desktop.Until(5*time.Second, what, holds)
	})
}

// How many Tabs a field of the form is from the one before.
var (
	toAppID   = []string{"Tab", "Tab", "Tab", "Tab"} // past environment, kind and product
	toSecret  = []string{"Tab"}
	toBaseURL = []string{"Tab", "Tab", "Tab", "Tab"} // past the eye, renewal and watch
)

// enter opens the form and fills in an account.
func (h hands) enter(name string, a owned) {
	h.p.t.Helper()
	h.shows("ctrl+n")
	h.fill(name)
	h.press(toAppID...)
	h.fill(a.appID)
	h.press(toSecret...)
	h.fill(a.secret)
	h.press(toBaseURL...)
	h.fill(h.p.base)
}

// crashAgent kills the agent. The returned function waits until the window has
// started another.
func (p *product) crashAgent() (another func()) {
	p.t.Helper()
	agents := p.Processes("tokentray")
	if len(agents) != 1 {
		p.t.Fatalf("the agents are %v", agents)
	}
	if err := syscall.Kill(agents[0].PID, syscall.SIGKILL); err != nil {
		p.t.Fatal(err)
	}
	return func() {
		p.t.Helper()
		p.wait(20*time.Second, "another agent with the window", func() error {
			s, err := p.client.Status(p.t.Context())
			if err == nil && (s.PID == agents[0].PID || s.Windows != 1) {
				err = fmt.Errorf("agent %d has %d windows", s.PID, s.Windows)
			}
			return err
		})
	}
}
