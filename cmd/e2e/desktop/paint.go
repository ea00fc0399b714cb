//go:build linux

package desktop

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// textColours is how many colours smooth text brings along; an empty area has
// one, or a few along its borders.
const textColours = 12

// WaitPainted waits until the window with that title, a regular expression,
// shows text somewhere below a line that is so many pixels from its top. It asks
// the X server itself every few milliseconds, so that the time can be measured.
func (d *Desktop) WaitPainted(title string, below int, limit time.Duration) error {
	want, err := regexp.Compile(title)
	if err != nil {
		return err
	}
	x, err := d.connect()
	if err != nil {
		return err
	}
	defer x.Close()
	list, err := atom(x, "_NET_CLIENT_LIST")
	if err != nil {
		return err
	}
	name, err := atom(x, "_NET_WM_NAME")
	if err != nil {
		return err
	}
	root := xproto.Setup(x).DefaultScreen(x).Root
	deadline := time.Now().Add(limit)
	for {
		w, err := clientNamed(x, root, list, name, want)
		if err == nil {
			err = painted(x, w, below)
		}
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("waited %v for window %s to be painted: %w", limit, title, err)
		}
		time.Sleep(4 * time.Millisecond)
	}
}

// connect opens a connection to the X server.
func (d *Desktop) connect() (*xgb.Conn, error) {
	xgb.Logger.SetOutput(io.Discard) // it tells of every missing .Xauthority
	x, err := xgb.NewConnDisplay(d.Display)
	if err != nil {
		return nil, fmt.Errorf("connecting to display %s: %w", d.Display, err)
	}
	return x, nil
}

func atom(x *xgb.Conn, name string) (xproto.Atom, error) {
	reply, err := xproto.InternAtom(x, false, uint16(len(name)), name).Reply()
	if err != nil {
		return 0, fmt.Errorf("asking for the atom %s: %w", name, err)
	}
	return reply.Atom, nil
}

// clientNamed finds the managed window whose title fits.
func clientNamed(x *xgb.Conn, root xproto.Window, list, name xproto.Atom, want *regexp.Regexp) (xproto.Window, error) {
	clients, err := xproto.GetProperty(x, false, root, list, xproto.AtomWindow, 0, 1024).Reply()
	if err != nil {
		return 0, err
	}
	for i := 0; i+4 <= len(clients.Value); i += 4 {
		w := xproto.Window(xgb.Get32(clients.Value[i:]))
		title, err := xproto.GetProperty(x, false, w, name, xproto.GetPropertyTypeAny, 0, 1024).Reply()
		if err == nil && want.Match(title.Value) {
			return w, nil
		}
	}
	return 0, errors.New("it is not there")
}

// painted reports whether a window shows text below a line.
func painted(x *xgb.Conn, w xproto.Window, below int) error {
	g, err := xproto.GetGeometry(x, xproto.Drawable(w)).Reply()
	if err != nil {
		return err
	}
	if below >= int(g.Height) {
		return fmt.Errorf("it is %d pixels high", g.Height)
	}
	img, err := xproto.GetImage(x, xproto.ImageFormatZPixmap, xproto.Drawable(w),
		0, int16(below), g.Width, g.Height-uint16(below), 0xffffffff).Reply()
	if err != nil {
		return err
	}
	colours := map[uint32]bool{}
	for i := 0; i+4 <= len(img.Data); i += 4 {
		colours[xgb.Get32(img.Data[i:])&0xffffff] = true
		if len(colours) >= textColours {
			return nil
		}
	}
	return fmt.Errorf("it has %d colours", len(colours))
}

// Backdrop paints the screen behind all windows in one colour.
func (d *Desktop) Backdrop(red, green, blue uint8) error {
	x, err := d.connect()
	if err != nil {
		return err
	}
	defer x.Close()
	root := xproto.Setup(x).DefaultScreen(x).Root
	pixel := uint32(red)<<16 | uint32(green)<<8 | uint32(blue)
	if err := xproto.ChangeWindowAttributesChecked(x, root, xproto.CwBackPixel, []uint32{pixel}).Check(); err != nil {
		return fmt.Errorf("painting the backdrop: %w", err)
	}
	return xproto.ClearAreaChecked(x, false, root, 0, 0, 0, 0).Check()
}
