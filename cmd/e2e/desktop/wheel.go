//go:build linux

package desktop

import (
	"bytes"
	"fmt"
	"regexp"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/damage"
	"github.com/jezek/xgb/xfixes"
	"github.com/jezek/xgb/xproto"
	"github.com/jezek/xgb/xtest"
)

// Wheel turns the wheel over a window, and sees when its pixels change.
type Wheel struct {
	x      *xgb.Conn
	win    xproto.Window
	width  uint16
	height uint16
	watch  damage.Damage
	before []byte
}

// NewWheel puts the pointer into the middle of the window with that title, a regular
// expression.
func (d *Desktop) NewWheel(title string) (_ *Wheel, err error) {
	want, err := regexp.Compile(title)
	if err != nil {
		return nil, err
	}
	x, err := d.connect()
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			x.Close()
		}
	}()
	for _, begin := range []func(*xgb.Conn) error{xfixes.Init, damage.Init, xtest.Init} {
		if err := begin(x); err != nil {
			return nil, err
		}
	}
	if _, err := xfixes.QueryVersion(x, 5, 0).Reply(); err != nil {
		return nil, err
	}
	if _, err := damage.QueryVersion(x, 1, 1).Reply(); err != nil {
		return nil, err
	}
	list, err := atom(x, "_NET_CLIENT_LIST")
	if err != nil {
		return nil, err
	}
	name, err := atom(x, "_NET_WM_NAME")
	if err != nil {
		return nil, err
	}
	root := xproto.Setup(x).DefaultScreen(x).Root
	w := &Wheel{x: x}
	if w.win, err = clientNamed(x, root, list, name, want); err != nil {
		return nil, fmt.Errorf("the window %s: %w", title, err)
	}
	g, err := xproto.GetGeometry(x, xproto.Drawable(w.win)).Reply()
	if err != nil {
		return nil, err
	}
	w.width, w.height = g.Width, g.Height
	if w.watch, err = damage.NewDamageId(x); err != nil {
		return nil, err
	}
	if err := damage.CreateChecked(x, w.watch, xproto.Drawable(w.win), damage.ReportLevelNonEmpty).Check(); err != nil {
		return nil, err
	}
	// A pointer that comes back to the very place where it left a window of GLFW is not
	// told to it, and the wheel then turns nothing: so it comes in beside that place.
	for _, beside := range []int16{20, 0} {
		if err := xproto.WarpPointerChecked(x, xproto.WindowNone, w.win, 0, 0, 0, 0, int16(g.Width/2)+beside, int16(g.Height/2)).Check(); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// Close ends the watching.
func (w *Wheel) Close() { w.x.Close() }

// look takes a column of pixels through the rows.
func (w *Wheel) look() ([]byte, error) {
	const from, column = 120, 40
	img, err := xproto.GetImage(w.x, xproto.ImageFormatZPixmap, xproto.Drawable(w.win), column, from, 24, w.height-from-60, 0xffffffff).Reply()
	if err != nil {
		return nil, err
	}
	return img.Data, nil
}

// Rest waits until the window has not been painted for so long: what was painted late
// would count as an answer to the next turn.
func (w *Wheel) Rest(pause, limit time.Duration) error {
	began := time.Now()
	for quiet := began; time.Since(quiet) < pause; {
		if time.Since(began) > limit {
			return fmt.Errorf("the window was painted again and again for %v", limit)
		}
		event, bad := w.x.PollForEvent()
		if bad != nil {
			return bad
		}
		if _, ok := event.(damage.NotifyEvent); !ok {
			time.Sleep(time.Millisecond)
			continue
		}
		quiet = time.Now()
		if err := damage.SubtractChecked(w.x, w.watch, xfixes.RegionNone, xfixes.RegionNone).Check(); err != nil {
			return err
		}
	}
	return nil
}

// Turn turns the wheel by a notch and returns how long it took until pixels of the rows
// had changed.
func (w *Wheel) Turn(down bool, limit time.Duration) (time.Duration, error) {
	button := byte(4)
	if down {
		button = 5
	}
	var err error
	if w.before, err = w.look(); err != nil {
		return 0, err
	}
	for { // what was there before does not count
		event, bad := w.x.PollForEvent()
		if bad != nil {
			return 0, bad
		}
		if event == nil {
			break
		}
	}
	if err := damage.SubtractChecked(w.x, w.watch, xfixes.RegionNone, xfixes.RegionNone).Check(); err != nil {
		return 0, err
	}
	began := time.Now()
	xtest.FakeInput(w.x, xproto.ButtonPress, button, 0, xproto.WindowNone, 0, 0, 0)
	if err := xtest.FakeInputChecked(w.x, xproto.ButtonRelease, button, 0, xproto.WindowNone, 0, 0, 0).Check(); err != nil {
		return 0, err
	}
	for time.Since(began) < limit {
		event, bad := w.x.PollForEvent()
		if bad != nil {
			return 0, bad
		}
		if _, ok := event.(damage.NotifyEvent); !ok {
			time.Sleep(100 * time.Microsecond)
			continue
		}
		took := time.Since(began)
		if err := damage.SubtractChecked(w.x, w.watch, xfixes.RegionNone, xfixes.RegionNone).Check(); err != nil {
			return 0, err
		}
		now, err := w.look()
		if err != nil {
			return 0, err
		}
		if !bytes.Equal(now, w.before) {
			return took, nil
		}
	}
	return 0, fmt.Errorf("%v after a turn of the wheel no row had moved", limit)
}
