//go:build linux

package desktop

import (
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// dragged is a program from which somebody drags files, as the XDND protocol has it.
type dragged struct {
	x      *xgb.Conn
	own    xproto.Window
	target xproto.Window
	atoms  map[string]xproto.Atom
	list   string // of the files' URIs
}

// DropFile drags a file from another program into the middle of the window with that
// title, a regular expression, and drops it there.
func (d *Desktop) DropFile(title, path string, limit time.Duration) error {
	want, err := regexp.Compile(title)
	if err != nil {
		return err
	}
	x, err := d.connect()
	if err != nil {
		return err
	}
	defer x.Close()
	s := &dragged{x: x, atoms: map[string]xproto.Atom{}, list: "file://" + path + "\r\n"}
	for _, name := range []string{"_NET_CLIENT_LIST", "_NET_WM_NAME", "XdndSelection", "XdndEnter", "XdndPosition", "XdndStatus", "XdndDrop", "XdndFinished", "XdndActionCopy", "text/uri-list"} {
		if s.atoms[name], err = atom(x, name); err != nil {
			return err
		}
	}
	screen := xproto.Setup(x).DefaultScreen(x)
	if s.target, err = clientNamed(x, screen.Root, s.atoms["_NET_CLIENT_LIST"], s.atoms["_NET_WM_NAME"], want); err != nil {
		return err
	}
	if s.own, err = xproto.NewWindowId(x); err != nil {
		return err
	}
	if err := xproto.CreateWindowChecked(x, screen.RootDepth, s.own, screen.Root, 0, 0, 1, 1, 0, xproto.WindowClassInputOutput, screen.RootVisual, 0, nil).Check(); err != nil {
		return err
	}
	if err := xproto.SetSelectionOwnerChecked(x, s.own, s.atoms["XdndSelection"], xproto.TimeCurrentTime).Check(); err != nil {
		return err
	}
	box, err := xproto.GetGeometry(x, xproto.Drawable(s.target)).Reply()
	if err != nil {
		return err
	}
	at, err := xproto.TranslateCoordinates(x, s.target, screen.Root, int16(box.Width/2), int16(box.Height/2)).Reply()
	if err != nil {
		return err
	}
	return s.drop(uint32(at.DstX)<<16|uint32(at.DstY), limit)
}

// drop enters the window, moves there, and drops once it takes the file.
func (s *dragged) drop(at uint32, limit time.Duration) error {
	const version = 5
	if err := s.send("XdndEnter", version<<24, uint32(s.atoms["text/uri-list"]), 0, 0); err != nil {
		return err
	}
	if err := s.send("XdndPosition", 0, at, xproto.TimeCurrentTime, uint32(s.atoms["XdndActionCopy"])); err != nil {
		return err
	}
	deadline, dropped := time.Now().Add(limit), false
	for time.Now().Before(deadline) {
		event, fault := s.x.PollForEvent()
		if fault != nil {
			return fmt.Errorf("dropping a file: %w", fault)
		}
		switch e := event.(type) {
		case nil:
			time.Sleep(4 * time.Millisecond)
		case xproto.SelectionRequestEvent:
			if err := s.hand(e); err != nil {
				return err
			}
		case xproto.ClientMessageEvent:
			switch {
			case e.Type == s.atoms["XdndFinished"]:
				return nil
			case e.Type != s.atoms["XdndStatus"] || dropped:
			case e.Data.Data32[1]&1 == 0:
				return errors.New("the window takes no files")
			default:
				dropped = true
				if err := s.send("XdndDrop", 0, xproto.TimeCurrentTime, 0, 0); err != nil {
					return err
				}
			}
		}
	}
	return fmt.Errorf("waited %v for the window to take the file; dropped: %v", limit, dropped)
}

// hand gives the window the list that it asks for.
func (s *dragged) hand(e xproto.SelectionRequestEvent) error {
	err := xproto.ChangePropertyChecked(s.x, xproto.PropModeReplace, e.Requestor, e.Property, e.Target, 8, uint32(len(s.list)), []byte(s.list)).Check()
	if err != nil {
		return err
	}
	done := xproto.SelectionNotifyEvent{Time: e.Time, Requestor: e.Requestor, Selection: e.Selection, Target: e.Target, Property: e.Property}
	return xproto.SendEventChecked(s.x, false, e.Requestor, 0, string(done.Bytes())).Check()
}

// send sends a message of the protocol to the window.
func (s *dragged) send(name string, data ...uint32) error {
	e := xproto.ClientMessageEvent{
		Format: 32, Window: s.target, Type: s.atoms[name],
		Data: xproto.ClientMessageDataUnionData32New(append([]uint32{uint32(s.own)}, data...)),
	}
	return xproto.SendEventChecked(s.x, false, s.target, 0, string(e.Bytes())).Check()
}
