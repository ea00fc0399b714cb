//go:build !windows && !darwin

package clipboard

import (
	"context"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xfixes"
	"github.com/jezek/xgb/xproto"
)

// newMark notes the state of the session's clipboard, nil where that cannot be
// told: on Wayland, and when the X server does not answer in time.
func newMark(ctx context.Context, s Session) mark {
	if s.WaylandDisplay != "" {
		if _, err := exec.LookPath("wl-copy"); err == nil {
			return nil
		}
	}
	if s.Display == "" {
		return nil
	}
	ready := make(chan *x11Mark)
	go func() { // a server that hangs cannot be interrupted; what comes late is closed
		k, _ := newX11Mark(s)
		select {
		case ready <- k:
		case <-ctx.Done():
			if k != nil {
				k.close()
			}
		}
	}()
	select {
	case k := <-ready:
		if k != nil {
			return k
		}
	case <-ctx.Done():
	}
	return nil
}

// x11Mark listens for new owners of the CLIPBOARD selection on a connection of
// its own. The server keeps the events until somebody looks.
type x11Mark struct {
	conn  *xgb.Conn
	atom  xproto.Atom
	first xproto.Window // the owner at the beginning
	heard bool          // the server tells of new owners
}

func newX11Mark(s Session) (_ *x11Mark, err error) {
	xgb.Logger.SetOutput(io.Discard) // it writes to standard error; errors come back to us all the same
	if s.XAuthority != "" {
		os.Setenv("XAUTHORITY", s.XAuthority) // the library reads the key from where this points
	}
	conn, err := xgb.NewConnDisplay(s.Display)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			conn.Close()
		}
	}()
	k := &x11Mark{conn: conn}
	r, err := xproto.InternAtom(conn, false, uint16(len("CLIPBOARD")), "CLIPBOARD").Reply()
	if err != nil {
		return nil, err
	}
	k.atom = r.Atom
	k.heard = k.listen() == nil
	now, err := xproto.GetSelectionOwner(conn, k.atom).Reply()
	if err != nil {
		return nil, err
	}
	k.first = now.Owner
	return k, nil
}

func (k *x11Mark) listen() error {
	if err := xfixes.Init(k.conn); err != nil {
		return err
	}
	if _, err := xfixes.QueryVersion(k.conn, 1, 0).Reply(); err != nil {
		return err
	}
	root := xproto.Setup(k.conn).DefaultScreen(k.conn).Root
	return xfixes.SelectSelectionInputChecked(k.conn, root, k.atom, xfixes.SelectionEventMaskSetSelectionOwner).Check()
}

// changed asks who the owner is; news of owners before that stand before the
// answer. The same program may have copied again, with the same window. A server
// that does not answer within goodbye counts as unchanged.
func (k *x11Mark) changed() bool {
	answer := make(chan bool, 1)
	go func() { // ends with the answer, or with the connection
		now, err := xproto.GetSelectionOwner(k.conn, k.atom).Reply()
		if err != nil || now.Owner == xproto.WindowNone {
			answer <- false // nobody's text is lost
			return
		}
		answer <- now.Owner != k.first || k.taken()
	}()
	select {
	case yes := <-answer:
		return yes
	case <-time.After(goodbye):
		return false
	}
}

// taken reports whether the server told of a new owner.
func (k *x11Mark) taken() bool {
	for k.heard {
		ev, err := k.conn.PollForEvent()
		if ev == nil && err == nil {
			break
		}
		if _, ok := ev.(xfixes.SelectionNotifyEvent); ok {
			return true
		}
	}
	return false
}

func (k *x11Mark) close() { k.conn.Close() }
