//go:build !windows && !darwin

package clipboard

import (
	"context"
	"os/exec"
	"time"

	"github.com/jezek/xgb/xproto"
)

// newMark notes the state of the session's clipboard; nil if that is not possible:
// on Wayland, and when the X server does not answer in time.
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
	go func() { // a server that hangs cannot be interrupted; a late answer is closed
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

// x11Mark listens for new owners of the CLIPBOARD selection on a connection of its
// own. The server keeps the events until they are read.
type x11Mark struct {
	*x11Client
	clip  xproto.Atom
	first xproto.Window // the owner at the beginning
}

func newX11Mark(s Session) (*x11Mark, error) {
	c, err := dialX11(s)
	if err != nil {
		return nil, err
	}
	k := &x11Mark{x11Client: c, clip: c.atoms["CLIPBOARD"]}
	_ = k.listen(k.clip) // otherwise only a new window is noticed
	if k.first, err = k.owner(k.clip); err != nil {
		c.conn.Close()
		return nil, err
	}
	return k, nil
}

// changed asks for the owner; events about earlier owners come before the answer.
// The same program may have copied again, with the same window. A server that does
// not answer within goodbye counts as unchanged.
func (k *x11Mark) changed() bool {
	answer := make(chan bool, 1)
	go func() { // ends with the answer, or with the connection
		now, err := k.owner(k.clip)
		if err != nil || now == xproto.WindowNone {
			answer <- false // no text is lost
			return
		}
		k.drain()
		answer <- now != k.first || k.moved[k.clip]
	}()
	select {
	case yes := <-answer:
		return yes
	case <-time.After(goodbye):
		return false
	}
}

func (k *x11Mark) close() { k.conn.Close() }
