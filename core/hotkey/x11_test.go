//go:build linux

package hotkey

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
	"github.com/jezek/xgb/xtest"

	"tokentray/core"
)

// screen is an X server of the test, with a keyboard to type on.
type screen struct {
	t       *testing.T
	cmd     *exec.Cmd
	display string
	once    sync.Once
	conn    *xgb.Conn
}

func newScreen(t *testing.T) *screen {
	t.Helper()
	path, err := exec.LookPath("Xvfb")
	if err != nil {
		t.Fatal("Xvfb is missing; install the package xvfb")
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	s := &screen{t: t, cmd: exec.Command(path, "-displayfd", "3", "-screen", "0", "64x64x24", "-nolisten", "tcp", "-noreset")}
	s.cmd.ExtraFiles = []*os.File{w}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	t.Cleanup(s.end)
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb names no display: %v", err)
	}
	s.display = ":" + strings.TrimSpace(line)
	if s.conn, err = xgb.NewConnDisplay(s.display); err != nil {
		t.Fatal(err)
	}
	if err := xtest.Init(s.conn); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *screen) end() {
	s.once.Do(func() {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
	})
}

// code is the key of a keysym.
func (s *screen) code(sym xproto.Keysym) byte {
	s.t.Helper()
	setup := xproto.Setup(s.conn)
	r, err := xproto.GetKeyboardMapping(s.conn, setup.MinKeycode, byte(setup.MaxKeycode-setup.MinKeycode+1)).Reply()
	if err != nil {
		s.t.Fatal(err)
	}
	for i, have := range r.Keysyms {
		if have == sym {
			return byte(setup.MinKeycode) + byte(i/int(r.KeysymsPerKeycode))
		}
	}
	s.t.Fatalf("the keyboard has no key %x", sym)
	return 0
}

// hit presses keys and lets them go.
func (s *screen) hit(syms ...xproto.Keysym) {
	s.t.Helper()
	for _, kind := range []byte{xproto.KeyPress, xproto.KeyRelease} {
		for _, sym := range syms {
			if err := xtest.FakeInputChecked(s.conn, kind, s.code(sym), 0, xproto.WindowNone, 0, 0, 0).Check(); err != nil {
				s.t.Fatal(err)
			}
		}
	}
}

const (
	leftCtrl  = 0xffe3
	leftAlt   = 0xffe9
	leftShift = 0xffe1
	capsLock  = 0xffe5
)

// waits is a Key that counts presses.
func (s *screen) waits(pressed chan<- struct{}) *Key {
	k := New(Options{Session: Session{Display: s.display}, Pressed: func() { pressed <- struct{}{} }})
	s.t.Cleanup(k.Close)
	return k
}

func comes(t *testing.T, pressed <-chan struct{}, when string) {
	t.Helper()
	select {
	case <-pressed:
	case <-time.After(time.Minute):
		t.Errorf("%s: the press does not come", when)
	}
}

// TestAPressComes with every combination of the locks, and not with another modifier.
func TestAPressComes(t *testing.T) {
	s := newScreen(t)
	pressed := make(chan struct{}, 9)
	k := s.waits(pressed)
	if err := k.Set("Ctrl+Alt+K"); err != nil {
		t.Fatal(err)
	}
	press := func(when string) {
		t.Helper()
		k.mu.Lock()
		k.last = time.Time{} // long ago
		k.mu.Unlock()
		s.hit(leftCtrl, leftAlt, 'k')
		comes(t, pressed, when)
	}
	press("alone")
	s.hit(symNumLock)
	press("with Num Lock")
	s.hit(capsLock)
	press("with Num Lock and Caps Lock")
	s.hit(symNumLock)
	press("with Caps Lock")
	s.hit(capsLock)
	s.hit(leftCtrl, leftShift, 'k')
	s.hit(leftAlt, 'k')
	press("after other keys")
	if n := len(pressed); n > 0 {
		t.Errorf("%d presses of other keys came", n)
	}
}

// TestAHeldKeyIsOnePress: the server repeats it.
func TestAHeldKeyIsOnePress(t *testing.T) {
	pressed := make(chan struct{}, 9)
	k := New(Options{Pressed: func() { pressed <- struct{}{} }})
	for range 5 {
		k.press()
	}
	comes(t, pressed, "the first")
	if n := len(pressed); n > 0 {
		t.Errorf("%d more", n)
	}
}

// TestATakenKeyIsToldAndTheFormerStays, and the key is free once it was given back.
func TestATakenKeyIsToldAndTheFormerStays(t *testing.T) {
	s := newScreen(t)
	pressed := make(chan struct{}, 9)
	other, ours := s.waits(nil), s.waits(pressed)
	if err := other.Set("Ctrl+Alt+K"); err != nil {
		t.Fatal(err)
	}
	if err := ours.Set("Ctrl+F9"); err != nil {
		t.Fatal(err)
	}
	err := core.AsError(ours.Set("Ctrl+Alt+K"))
	if err == nil || err.Remedy != core.RemedyHotkeyTaken || err.Path != "Ctrl+Alt+K" {
		t.Errorf("taking what another has: %v", err)
	}
	s.hit(leftCtrl, symF1+8)
	comes(t, pressed, "the former key")
	if err := other.Set(""); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(time.Minute)
	for err := ours.Set("Ctrl+Alt+K"); err != nil; err = ours.Set("Ctrl+Alt+K") { // the server hears of the end a moment later
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
	if err := ours.Err(); err != nil {
		t.Error(err)
	}
}

// TestNoDesktopNoKey: on Wayland, and without a display, the error names the command to
// bind; a chosen key waits for a desktop that has one.
func TestNoDesktopNoKey(t *testing.T) {
	for _, in := range []Session{{}, {Display: ":0", WaylandDisplay: "wayland-0"}, {Display: ":399"}} {
		k := New(Options{Session: in})
		if err := core.AsError(k.Set("Ctrl+Alt+K")); err == nil || err.Remedy != core.RemedyNoHotkey || !strings.Contains(err.Message, "tokentray open --search") {
			t.Errorf("%+v: %v", in, err)
		}
	}
	s := newScreen(t)
	pressed := make(chan struct{}, 9)
	k := New(Options{Pressed: func() { pressed <- struct{}{} }})
	t.Cleanup(k.Close)
	k.Keep("Ctrl+Alt+K")
	if err := core.AsError(k.Err()); err == nil || err.Remedy != core.RemedyNoHotkey {
		t.Errorf("without a desktop: %v", err)
	}
	k.Move(Session{Display: s.display})
	if err := k.Err(); err != nil {
		t.Error(err)
	}
	s.hit(leftCtrl, leftAlt, 'k')
	comes(t, pressed, "on the next desktop")
	s.end()
	for deadline := time.Now().Add(time.Minute); k.Err() == nil; {
		if time.Now().After(deadline) {
			t.Fatal("the end of the desktop is not noticed")
		}
	}
	if err := k.Err(); !errors.As(err, new(*core.Error)) {
		t.Error(err)
	}
}
