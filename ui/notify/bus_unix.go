//go:build !windows && !darwin

package notify

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/draw"
	"image/png"
	"time"

	"github.com/godbus/dbus/v5"

	"tokentray/assets/icons"
	"tokentray/core/api"
)

// supported: the Desktop Notifications Specification of freedesktop.org.
const supported = true

const (
	serverName = "org.freedesktop.Notifications"
	serverPath = dbus.ObjectPath("/org/freedesktop/Notifications")
	busName    = "org.freedesktop.DBus"
	reply      = 5 * time.Second // bounds each call
)

// errNoBus tells that there is no session bus to show anything on.
var errNoBus = errors.New("no session bus")

type signal = *dbus.Signal

// server is the desktop's notification server. Its connection is used for nothing
// else: it is made for the first notification and kept while one is shown or
// pending, since it brings the buttons that are pressed and tells when a server
// starts. One goroutine uses it.
type server struct {
	address      string
	conn         *dbus.Conn
	incoming     chan signal
	capabilities map[string]bool // the server's capabilities, nil when not known
	ids          map[kind]uint32 // of what is shown
	pending      map[kind]bool   // could not be shown: there is no server yet
}

func newDesktop(address string) desktop {
	return &server{address: address, ids: map[kind]uint32{}, pending: map[kind]bool{}}
}

// session takes another bus. What was shown on the last one is gone with it.
func (s *server) session(next api.Session) bool {
	if next.DBus == "" || next.DBus == s.address {
		return false
	}
	s.disconnect()
	s.address = next.DBus
	return true
}

// connect connects to the session bus. Nothing starts one: without an address
// the library would run dbus-launch.
func (s *server) connect(ctx context.Context) error {
	if s.conn != nil {
		return nil
	}
	if s.address == "" || s.address == "autolaunch:" {
		return errNoBus
	}
	ctx, cancel := context.WithTimeout(ctx, reply)
	defer cancel()
	conn, err := greet(ctx, s.address)
	if err != nil {
		return errors.Join(errNoBus, err)
	}
	for _, match := range [][]dbus.MatchOption{
		{dbus.WithMatchSender(serverName), dbus.WithMatchInterface(serverName)},
		{dbus.WithMatchSender(busName), dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, serverName)},
	} {
		if err := conn.AddMatchSignalContext(ctx, match...); err != nil {
			_ = conn.Close()
			return err
		}
	}
	s.conn, s.incoming = conn, make(chan signal, 16)
	conn.Signal(s.incoming)
	return nil
}

// greet opens a connection. A bus that does not answer holds it up until ctx ends.
func greet(ctx context.Context, address string) (*dbus.Conn, error) {
	conn, err := dbus.Dial(address)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	if err = conn.Auth(nil); err == nil {
		err = conn.Hello()
	}
	if !stop() {
		return nil, errors.Join(ctx.Err(), err)
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

// learnCapabilities asks the server for its capabilities. The bus starts a server
// for that if it knows one.
func (s *server) learnCapabilities(ctx context.Context) error {
	if s.capabilities != nil {
		return nil
	}
	var can []string
	if err := s.call(ctx, "GetCapabilities", 0).Store(&can); err != nil {
		return err
	}
	s.capabilities = map[string]bool{}
	for _, c := range can {
		s.capabilities[c] = true
	}
	return nil
}

func (s *server) call(ctx context.Context, method string, flags dbus.Flags, args ...any) *dbus.Call {
	return s.conn.Object(serverName, serverPath).CallWithContext(ctx, serverName+"."+method, flags, args...)
}

// disconnect ends the connection.
func (s *server) disconnect() {
	if s.conn != nil {
		_ = s.conn.Close()
	}
	s.conn, s.incoming, s.capabilities = nil, nil, nil
	clear(s.ids)
	clear(s.pending)
}

func (s *server) show(ctx context.Context, m message) error {
	if err := s.connect(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, reply)
	defer cancel()
	s.pending[m.kind] = true
	if err := s.learnCapabilities(ctx); err != nil {
		return err
	}
	actions := []string{}
	if s.capabilities["actions"] {
		for _, b := range m.buttons {
			actions = append(actions, b.act, b.label)
		}
	}
	body := m.body
	switch {
	case !s.capabilities["body"]:
		body = ""
	case s.capabilities["body-markup"]:
		body = markup(body)
	}
	hints := map[string]dbus.Variant{"desktop-entry": dbus.MakeVariant("tokentray"), "urgency": dbus.MakeVariant(byte(1))}
	// The icon's name means something only where the program is installed.
	if icon, ok := rawPicture(icons.Small()); ok {
		hints["image-data"] = dbus.MakeVariant(icon)
	}
	var id uint32
	err := s.call(ctx, "Notify", 0, "TokenTray", s.ids[m.kind], "tokentray", m.title, body, actions, hints, int32(-1)).Store(&id)
	if err != nil {
		return err
	}
	s.ids[m.kind] = id
	delete(s.pending, m.kind)
	return nil
}

// picture is one as the specification's hint image-data has it.
type picture struct {
	Width, Height, Stride int32
	Alpha                 bool
	Bits, Channels        int32 // bits of each channel
	Pixels                []byte
}

// rawPicture takes a PNG apart. It is done for each notification, for there are few.
func rawPicture(file []byte) (picture, bool) {
	img, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		return picture{}, false
	}
	out := image.NewNRGBA(img.Bounds())
	draw.Draw(out, out.Bounds(), img, img.Bounds().Min, draw.Src)
	size := out.Bounds().Size()
	return picture{int32(size.X), int32(size.Y), int32(out.Stride), true, 8, 4, out.Pix}, true
}

func (s *server) withdraw(ctx context.Context, k kind) {
	if id, shown := s.ids[k]; shown {
		// Without a context, for with one that is done the library sends nothing,
		// and at the end of a busy machine's session the time may be over already.
		// The answer does not matter: it is an error when the notification is gone.
		call := s.conn.Object(serverName, serverPath).Go(serverName+".CloseNotification", dbus.FlagNoAutoStart, make(chan *dbus.Call, 1), id)
		answer := time.NewTimer(reply)
		defer answer.Stop()
		select {
		case <-call.Done:
		case <-answer.C:
		case <-ctx.Done():
		}
	}
	delete(s.ids, k)
	delete(s.pending, k)
	s.disconnectIfIdle()
}

// disconnectIfIdle ends the connection when nothing is shown or pending.
func (s *server) disconnectIfIdle() {
	if len(s.ids)+len(s.pending) == 0 {
		s.disconnect()
	}
}

func (s *server) signals() <-chan signal { return s.incoming }

// read reads a signal: a button was pressed, a notification is gone, a server
// came or went, or, when ok is false, the bus is gone.
func (s *server) read(sig signal, ok bool) desktopEvent {
	if !ok {
		s.disconnect()
		return desktopEvent{lost: true}
	}
	switch sig.Name {
	case busName + ".NameOwnerChanged":
		return s.onOwnerChange(sig.Body)
	case serverName + ".ActionInvoked", serverName + ".NotificationClosed":
	default:
		return desktopEvent{}
	}
	if len(sig.Body) != 2 {
		return desktopEvent{}
	}
	id, _ := sig.Body[0].(uint32)
	for k, shown := range s.ids {
		if shown != id {
			continue
		}
		if sig.Name == serverName+".ActionInvoked" {
			button, _ := sig.Body[1].(string)
			return desktopEvent{kind: k, button: button}
		}
		delete(s.ids, k)
		s.disconnectIfIdle()
		break
	}
	return desktopEvent{}
}

// onOwnerChange notes that another server took over. What the last one showed went
// with it and is not shown again: some servers end whenever they have nothing to do.
func (s *server) onOwnerChange(body []any) desktopEvent {
	if len(body) != 3 {
		return desktopEvent{}
	}
	s.capabilities = nil
	clear(s.ids)
	if next, _ := body[2].(string); next != "" {
		return desktopEvent{back: true}
	}
	s.disconnectIfIdle()
	return desktopEvent{}
}

// close withdraws everything.
func (s *server) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	for k := range places {
		s.withdraw(ctx, k)
	}
	s.disconnect()
}
