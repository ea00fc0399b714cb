//go:build !windows && !darwin

package hotkey

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"

	"tokentray/core"
)

// answerTime is how long the X server may take to answer.
const answerTime = 3 * time.Second

// grabKey grabs a key on the root window of the session's X server. press is called at each
// press until the key is given back, lost once if the server goes.
func grabKey(s Session, want core.Hotkey, press, lost func()) (release func(), err error) {
	if s.WaylandDisplay != "" {
		return nil, unavailable("Wayland gives no program a key of the desktop")
	}
	if s.Display == "" {
		return nil, unavailable("there is no X11 desktop")
	}
	type result struct {
		g   *grab
		err error
	}
	got := make(chan result)
	late := time.NewTimer(answerTime)
	defer late.Stop()
	over := make(chan struct{})
	defer close(over)
	go func() { // a server that hangs cannot be interrupted; a late answer is closed
		g, err := connect(s, want)
		select {
		case got <- result{g, err}:
		case <-over:
			if g != nil {
				g.conn.Close()
			}
		}
	}()
	select {
	case r := <-got:
		if r.err != nil {
			return nil, r.err
		}
		done := make(chan struct{})
		go func() {
			if r.g.serve(press) {
				select {
				case <-done:
				default:
					go lost()
				}
			}
		}()
		return func() { close(done); r.g.conn.Close() }, nil
	case <-late.C:
		return nil, unavailable("the X server does not answer")
	}
}

// grab is a connection that has the key.
type grab struct {
	conn    *xgb.Conn
	root    xproto.Window
	want    core.Hotkey
	grabbed []grabbed
}

// grabbed is a key with modifiers, as the server knows them.
type grabbed struct {
	code xproto.Keycode
	mods uint16
}

// connect connects to the server and grabs the key.
func connect(s Session, want core.Hotkey) (*grab, error) {
	xgb.Logger.SetOutput(io.Discard) // errors come back to us
	if s.XAuthority != "" {
		os.Setenv("XAUTHORITY", s.XAuthority) // the library reads the key of the display from where this points
	}
	conn, err := xgb.NewConnDisplay(s.Display)
	if err != nil {
		return nil, unavailable(fmt.Sprintf("the X server cannot be reached (%v)", err))
	}
	g := &grab{conn: conn, root: xproto.Setup(conn).DefaultScreen(conn).Root, want: want}
	if err := g.grabAll(); err != nil {
		conn.Close()
		return nil, err
	}
	return g, nil
}

// grabAll grabs the key with every combination of the locks: the server would deliver it
// with none of them alone.
func (g *grab) grabAll() error {
	codes, mods, locks, err := g.layout()
	if err != nil {
		return unavailable(fmt.Sprintf("the keyboard cannot be read (%v)", err))
	}
	if len(codes) == 0 {
		return unavailable("the keyboard has no such key")
	}
	var want []grabbed
	for _, code := range codes {
		for _, lock := range combinations(locks) {
			want = append(want, grabbed{code, mods | lock})
		}
	}
	// Another keyboard tells of a new layout at the first of its keys, which mostly is
	// the same: what is grabbed already stays so, so that no press is lost.
	was := g.grabbed
	for _, h := range want {
		if slices.Contains(g.grabbed, h) {
			continue
		}
		err := xproto.GrabKeyChecked(g.conn, false, g.root, h.mods, h.code, xproto.GrabModeAsync, xproto.GrabModeAsync).Check()
		if denied := (xproto.AccessError{}); errors.As(err, &denied) {
			return taken(g.want)
		}
		if err != nil {
			return unavailable(fmt.Sprintf("the X server refuses the key (%v)", err))
		}
		g.grabbed = append(g.grabbed, h)
	}
	for _, h := range was {
		if !slices.Contains(want, h) {
			xproto.UngrabKey(g.conn, h.code, g.root, h.mods)
		}
	}
	g.grabbed = want
	return nil
}

// serve calls press at each press until the connection ends. It follows changes of the
// keyboard's layout.
func (g *grab) serve(press func()) (ended bool) {
	for {
		event, err := g.conn.WaitForEvent()
		if event == nil && err == nil {
			return true
		}
		switch e := event.(type) {
		case xproto.KeyPressEvent:
			press()
		case xproto.MappingNotifyEvent:
			if e.Request != xproto.MappingPointer {
				_ = g.grabAll() // a layout without the key keeps what was grabbed
			}
		}
	}
}

// The keysyms of the locks and of the keys with names.
const (
	symNumLock    = 0xff7f
	symScrollLock = 0xff14
	symF1         = 0xffbe
	symSpace      = 0x20
)

// keysym is the keysym of a key.
func keysym(key string) xproto.Keysym {
	switch {
	case key == "Space":
		return symSpace
	case len(key) > 1:
		n := 0
		_, _ = fmt.Sscanf(key, "F%d", &n)
		return symF1 + xproto.Keysym(n) - 1
	case key[0] >= 'A' && key[0] <= 'Z':
		return xproto.Keysym(key[0] - 'A' + 'a')
	}
	return xproto.Keysym(key[0])
}

// layout reads from the keyboard which keys and modifiers are meant, and which modifiers
// the locks are.
func (g *grab) layout() (codes []xproto.Keycode, mods uint16, locks []uint16, err error) {
	setup := xproto.Setup(g.conn)
	n := byte(setup.MaxKeycode - setup.MinKeycode + 1)
	keys, err := xproto.GetKeyboardMapping(g.conn, setup.MinKeycode, n).Reply()
	if err != nil {
		return nil, 0, nil, err
	}
	modifiers, err := xproto.GetModifierMapping(g.conn).Reply()
	if err != nil {
		return nil, 0, nil, err
	}
	per := int(keys.KeysymsPerKeycode)
	symsOf := func(code xproto.Keycode) []xproto.Keysym {
		i := int(code-setup.MinKeycode) * per
		if code < setup.MinKeycode || i+per > len(keys.Keysyms) {
			return nil
		}
		return keys.Keysyms[i : i+per]
	}
	names, key := g.want.Parts()
	want := keysym(key)
	for code := int(setup.MinKeycode); code <= int(setup.MaxKeycode); code++ {
		if syms := symsOf(xproto.Keycode(code)); len(syms) > 0 && syms[0] == want {
			codes = append(codes, xproto.Keycode(code))
		}
	}
	if len(codes) == 0 { // a figure is behind Shift on some keyboards
		for code := int(setup.MinKeycode); code <= int(setup.MaxKeycode); code++ {
			if syms := symsOf(xproto.Keycode(code)); len(syms) > 1 && syms[1] == want {
				codes = append(codes, xproto.Keycode(code))
			}
		}
	}
	// bit is the modifier that a key with one of the keysyms is.
	bit := func(syms ...xproto.Keysym) uint16 {
		each := int(modifiers.KeycodesPerModifier)
		for m := range 8 {
			for _, code := range modifiers.Keycodes[m*each : (m+1)*each] {
				for _, have := range symsOf(code) {
					for _, s := range syms {
						if code != 0 && have == s {
							return 1 << m
						}
					}
				}
			}
		}
		return 0
	}
	for _, name := range names {
		switch name {
		case core.ModCtrl:
			mods |= xproto.ModMaskControl
		case core.ModShift:
			mods |= xproto.ModMaskShift
		case core.ModAlt:
			mods |= either(bit(0xffe9, 0xffea), xproto.ModMask1)
		case core.ModSuper:
			mods |= either(bit(0xffeb, 0xffec), xproto.ModMask4)
		}
	}
	locks = []uint16{xproto.ModMaskLock}
	for _, lock := range []xproto.Keysym{symNumLock, symScrollLock} {
		if b := bit(lock); b != 0 && mods&b == 0 {
			locks = append(locks, b)
		}
	}
	return codes, mods, locks, nil
}

func either(found, usual uint16) uint16 {
	if found != 0 {
		return found
	}
	return usual
}

// combinations are all sums of the locks, none among them.
func combinations(locks []uint16) []uint16 {
	out := []uint16{0}
	for _, lock := range locks {
		for _, with := range out[:len(out):len(out)] {
			if with&lock == 0 {
				out = append(out, with|lock)
			}
		}
	}
	return out
}
