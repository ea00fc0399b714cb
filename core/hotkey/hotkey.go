// Package hotkey holds a key that works on the whole desktop: on X11 by a grab of the
// key, on Windows by RegisterHotKey. At rest it costs nothing: a connection, or a
// thread, waits for the key. Wayland lets no program have such a key; there the desktop's
// own settings bind one to a command.
package hotkey

import (
	"log/slog"
	"sync"
	"time"

	"tokentray/core"
)

// Session is the desktop whose key it is.
type Session struct {
	Display        string // X11, as in DISPLAY
	WaylandDisplay string
	XAuthority     string
}

// Options make a Key.
type Options struct {
	Session Session
	Pressed func()       // called at each press, in a goroutine of its own
	Log     *slog.Logger // nil discards
}

// Key is the hotkey of a desktop.
type Key struct {
	o Options

	mu      sync.Mutex
	session Session
	want    core.Hotkey
	release func() // nil: none is held
	err     error  // why the wanted one is not held
	last    time.Time
	closed  bool
}

// again is how long a key that is held down counts as one press.
const again = 400 * time.Millisecond

// New returns a Key that holds none yet.
func New(o Options) *Key {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Key{o: o, session: o.Session}
}

// Set holds another key in place of the present one; empty: none. If it cannot, the
// present one stays. The error, a *core.Error, says why and what to do.
func (k *Key) Set(want core.Hotkey) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if want == k.want && k.err == nil {
		return nil
	}
	if want == "" {
		k.drop()
		k.want, k.err = "", nil
		return nil
	}
	release, err := k.grab(want)
	if err != nil {
		return err
	}
	k.drop()
	k.want, k.release, k.err = want, release, nil
	return nil
}

// Keep is Set for a key that was chosen before: it is wanted even where it cannot be
// held now, and tried again on the next desktop.
func (k *Key) Keep(want core.Hotkey) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.want = want
	k.grabWanted()
}

// Move holds the key on another desktop.
func (k *Key) Move(s Session) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s == k.session && k.release != nil {
		return
	}
	k.session = s
	k.grabWanted()
}

// grabWanted tries to grab the key that is wanted. The lock is held.
func (k *Key) grabWanted() {
	k.drop()
	k.err = nil
	if k.want == "" || k.closed {
		return
	}
	if k.release, k.err = k.grab(k.want); k.err != nil {
		k.o.Log.Warn("the hotkey does not work", "key", k.want, "error", k.err)
	}
}

// drop gives the key back. The lock is held.
func (k *Key) drop() {
	if k.release != nil {
		k.release()
		k.release = nil
	}
}

// Close gives the key back.
func (k *Key) Close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.closed = true
	k.drop()
}

// Err says why the wanted key is not held; nil: it is, or none is wanted.
func (k *Key) Err() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.err
}

// grab takes a key. The lock is held.
func (k *Key) grab(want core.Hotkey) (func(), error) {
	stop, err := grabKey(k.session, want, k.press, k.lost)
	if err != nil {
		return nil, err
	}
	return stop, nil
}

// press is called at each press, and again and again while the key is held down.
func (k *Key) press() {
	k.mu.Lock()
	now := time.Now()
	first := now.Sub(k.last) > again
	k.last = now
	k.mu.Unlock()
	if first && k.o.Pressed != nil {
		go k.o.Pressed()
	}
}

// lost is called when the desktop ended.
func (k *Key) lost() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.release = nil
	k.err = unavailable("the desktop of the hotkey ended")
}

// taken is the error for a key that another program has.
func taken(want core.Hotkey) *core.Error {
	return &core.Error{
		Class: core.Misuse, Remedy: core.RemedyHotkeyTaken, Path: string(want),
		Message: "setting hotkey: another program has " + string(want) + "; choose another key",
	}
}

// unavailable is the error for a desktop that gives no program such a key.
func unavailable(why string) *core.Error {
	return &core.Error{
		Class: core.Misuse, Remedy: core.RemedyNoHotkey,
		Message: "setting hotkey: " + why + "; bind a shortcut of the desktop to the command: tokentray open --search",
	}
}
