//go:build !windows && !darwin

package clipboard

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xfixes"
	"github.com/jezek/xgb/xproto"
)

// x11Client is a connection to an X server with a window of its own, which everybody
// needs who owns or reads a selection. Its calls wait for the server and for the
// selection's owner, and both may hang: the calls run beside the caller, see beside,
// and end with the connection.
type x11Client struct {
	conn  *xgb.Conn
	win   xproto.Window
	atoms map[string]xproto.Atom
	names map[xproto.Atom]string

	moved map[xproto.Atom]bool // selections that were set since listen
	fixes byte                 // the number of XFixes' events; 0: unknown
}

// prepareXGB sets up the library for the whole process. Its own setup of an
// extension writes a map that the goroutines of all connections read, so events of
// extensions are kept raw, and note decodes them.
var prepareXGB = sync.OnceFunc(func() {
	xgb.Logger.SetOutput(io.Discard) // it writes to standard error; errors still come back to us
	const first, last = 64, 127      // of extensions, by the protocol
	for n := first; n <= last; n++ {
		xgb.NewEventFuncs[n] = func(buf []byte) xgb.Event { return extensionEvent(bytes.Clone(buf)) }
	}
})

// extensionEvent is an event of an extension as the server sent it.
type extensionEvent []byte

// Bytes implements xgb.Event.
func (e extensionEvent) Bytes() []byte  { return e }
func (e extensionEvent) String() string { return "an event of an extension" }

// extension makes an extension's requests known to the connection, and returns the
// number of its first event.
func (c *x11Client) extension(name string) (byte, error) {
	r, err := xproto.QueryExtension(c.conn, uint16(len(name)), name).Reply()
	if err != nil {
		return 0, err
	}
	if !r.Present {
		return 0, fmt.Errorf("the X server has no %s", name)
	}
	c.conn.ExtLock.Lock()
	defer c.conn.ExtLock.Unlock()
	c.conn.Extensions[name] = r.MajorOpcode
	return r.FirstEvent, nil
}

// dialX11 connects to the session's display.
func dialX11(s Session) (_ *x11Client, err error) {
	prepareXGB()
	if s.XAuthority != "" {
		os.Setenv("XAUTHORITY", s.XAuthority) // the library reads the key from where this points
	}
	conn, err := xgb.NewConnDisplay(s.Display)
	if err != nil {
		return nil, err
	}
	c := &x11Client{conn: conn, moved: map[xproto.Atom]bool{}}
	defer func() {
		if err != nil {
			conn.Close()
		}
	}()
	if err := c.intern(); err != nil {
		return nil, err
	}
	return c, c.window()
}

// lingering is how long a connection stays open after its time is over.
const lingering = 10 * time.Minute

// endWith closes the connection some time after ctx has ended. An owner that answers
// late must still find our window: some programs end with an error otherwise, and
// their text would be lost. So the server also keeps the window if we end before
// that.
func (c *x11Client) endWith(ctx context.Context) (stop func()) {
	var late *time.Timer
	var mu sync.Mutex
	ended := false
	cancel := context.AfterFunc(ctx, func() {
		mu.Lock()
		defer mu.Unlock()
		if !ended {
			xproto.SetCloseDownMode(c.conn, xproto.CloseDownRetainTemporary)
			late = time.AfterFunc(lingering, c.conn.Close)
		}
	})
	return func() {
		cancel()
		mu.Lock()
		defer mu.Unlock()
		ended = true
		if late != nil && late.Stop() {
			xproto.SetCloseDownMode(c.conn, xproto.CloseDownDestroyAll)
		}
	}
}

func (c *x11Client) intern() error {
	cookies := make([]xproto.InternAtomCookie, len(targets))
	for i, name := range targets {
		cookies[i] = xproto.InternAtom(c.conn, false, uint16(len(name)), name)
	}
	c.atoms = make(map[string]xproto.Atom, len(targets))
	c.names = make(map[xproto.Atom]string, len(targets))
	for i, name := range targets {
		r, err := cookies[i].Reply()
		if err != nil {
			return err
		}
		c.atoms[name], c.names[r.Atom] = r.Atom, name
	}
	return nil
}

// window makes the unmapped window that an owner or reader of a selection needs.
func (c *x11Client) window() error {
	id, err := xproto.NewWindowId(c.conn)
	if err != nil {
		return err
	}
	c.win = id
	return xproto.CreateWindowChecked(c.conn, 0, id, c.root(), 0, 0, 1, 1, 0, xproto.WindowClassInputOnly, 0,
		xproto.CwEventMask, []uint32{xproto.EventMaskPropertyChange}).Check()
}

func (c *x11Client) root() xproto.Window { return xproto.Setup(c.conn).DefaultScreen(c.conn).Root }

// listen asks the server to report each new owner of the selections, and new content
// of the same owner.
func (c *x11Client) listen(selections ...xproto.Atom) (err error) {
	if c.fixes, err = c.extension("XFIXES"); err != nil {
		return err
	}
	if _, err := xfixes.QueryVersion(c.conn, 1, 0).Reply(); err != nil {
		return err
	}
	for _, s := range selections {
		if err := xfixes.SelectSelectionInputChecked(c.conn, c.root(), s, xfixes.SelectionEventMaskSetSelectionOwner).Check(); err != nil {
			return err
		}
	}
	return nil
}

// wait returns the first event that want accepts.
func (c *x11Client) wait(want func(xgb.Event) bool) error {
	for {
		ev, xerr := c.conn.WaitForEvent()
		switch {
		case xerr != nil:
			return xerr
		case ev == nil:
			return io.ErrUnexpectedEOF
		case want(ev):
			return nil
		}
		c.note(ev)
	}
}

// sentEvent marks events that another program sent.
const sentEvent = 0x80

// note notes that a selection was set.
func (c *x11Client) note(ev xgb.Event) {
	e, ok := ev.(extensionEvent)
	if !ok || c.fixes == 0 || e[0]&^sentEvent != c.fixes+xfixes.SelectionNotify {
		return
	}
	if s, ok := xfixes.SelectionNotifyEventNew(e).(xfixes.SelectionNotifyEvent); ok {
		c.moved[s.Selection] = true
	}
}

// drain notes the events that have come.
func (c *x11Client) drain() {
	for {
		ev, err := c.conn.PollForEvent()
		if ev == nil && err == nil {
			return
		}
		c.note(ev)
	}
}

// timestamp is the server's time, which an owner must give instead of "now": that of
// a change to our own window.
func (c *x11Client) timestamp() (at xproto.Timestamp, err error) {
	if err := xproto.ChangePropertyChecked(c.conn, xproto.PropModeAppend, c.win,
		c.atoms["TIMESTAMP"], xproto.AtomInteger, 32, 0, nil).Check(); err != nil {
		return 0, err
	}
	err = c.wait(func(ev xgb.Event) bool {
		p, ok := ev.(xproto.PropertyNotifyEvent)
		if ok {
			at = p.Time
		}
		return ok
	})
	return at, err
}

func (c *x11Client) owner(selection xproto.Atom) (xproto.Window, error) {
	r, err := xproto.GetSelectionOwner(c.conn, selection).Reply()
	if err != nil {
		return 0, err
	}
	return r.Owner, nil
}

// seize becomes the owner of a selection in place of by, unless anybody has set the
// selection since listen. The server serves nobody else meanwhile, so it cannot hit
// what another program copies at the same moment.
func (c *x11Client) seize(selection xproto.Atom, by xproto.Window) (bool, error) {
	at, err := c.timestamp()
	if err != nil {
		return false, err
	}
	if err := xproto.GrabServerChecked(c.conn).Check(); err != nil {
		return false, err
	}
	defer xproto.UngrabServer(c.conn)
	now, err := c.owner(selection)
	if err != nil {
		return false, err
	}
	c.drain() // events before the answer
	if now != by || c.moved[selection] {
		return false, nil
	}
	return true, xproto.SetSelectionOwnerChecked(c.conn, c.win, selection, at).Check()
}
