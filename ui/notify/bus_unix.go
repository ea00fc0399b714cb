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

// supported is true: freedesktop.org has the Desktop Notifications Specification.
const supported = true

const (
	serverName = "org.freedesktop.Notifications"
	serverPath = dbus.ObjectPath("/org/freedesktop/Notifications")
	busName    = "org.freedesktop.DBus"
	reply      = 5 * time.Second // limits each call
	brief      = 4 * time.Second // how long a brief notification is shown
)

// errNoBus means that there is no session bus to show anything on.
var errNoBus = errors.New("no session bus")

type signal = *dbus.Signal

// server is a client of the desktop's notification server. It has its own connection,
// made for the first notification and kept while one is shown or pending, because
// signals about pressed buttons and starting servers arrive there. One goroutine uses
// it.
type server struct {
	address      string
	conn         *dbus.Conn
	incoming     chan signal
	capabilities map[string]bool // of the server; nil: not known
	ids          map[kind]uint32 // of shown notifications
	pending      map[kind]bool   // not shown yet, because there is no server
}

func newDesktop(cfg Config) desktop {
	return &server{address: cfg.Bus, ids: map[kind]uint32{}, pending: map[kind]bool{}}
}

// session switches to another bus. Notifications on the last one are gone.
func (s *server) session(next api.Session) bool {
	if next.DBus == "" || next.DBus == s.address {
		return false
	}
	s.disconnect()
	s.address = next.DBus
	return true
}

// connect connects to the session bus. It never starts one: without an address the
// library would run dbus-launch.
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

// greet opens a connection. If the bus does not answer, it waits until ctx ends.
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

// learnCapabilities asks the server for its capabilities. The bus starts a server for
// that if it knows one.
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

// disconnect closes the connection.
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
	// The icon's name works only if the program is installed.
	if icon, ok := rawPicture(icons.Small()); ok {
		hints["image-data"] = dbus.MakeVariant(icon)
	}
	life := int32(-1) // as long as the server likes
	if m.brief {
		life = int32(brief / time.Millisecond)
		hints["transient"] = dbus.MakeVariant(true) // no server's list keeps it
	}
	var id uint32
	err := s.call(ctx, "Notify", 0, "TokenTray", s.ids[m.kind], "tokentray", m.title, body, actions, hints, life).Store(&id)
	if err != nil {
		return err
	}
	s.ids[m.kind] = id
	delete(s.pending, m.kind)
	return nil
}

// picture is an image in the form of the hint image-data.
type picture struct {
	Width, Height, Stride int32
	Alpha                 bool
	Bits, Channels        int32 // bits of each channel
	Pixels                []byte
}

// rawPicture decodes a PNG. It runs for each notification, because these are rare.
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
		// It uses no context: with one that is done the library sends nothing, and at
		// the end of a session on a busy machine the time may be over. The answer
		// does not matter; it is an error if the notification is gone.
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

// disconnectIfIdle disconnects if nothing is shown or pending.
func (s *server) disconnectIfIdle() {
	if len(s.ids)+len(s.pending) == 0 {
		s.disconnect()
	}
}

func (s *server) signals() <-chan signal { return s.incoming }

// read interprets a signal: a button was pressed, a notification is gone, a server
// started or ended, or, if ok is false, the bus is gone.
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

// onOwnerChange records that another server took over. The notifications of the last
// one are gone and are not shown again: some servers end whenever they are idle.
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

// close withdraws all notifications.
func (s *server) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	for k := range places {
		s.withdraw(ctx, k)
	}
	s.disconnect()
}
