//go:build !windows && !darwin

package notify

import (
	"context"
	"errors"
	"time"

	"github.com/godbus/dbus/v5"

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

// server is the desktop's notification server. The connection is its own, made
// for the first notification and kept only while one is shown or owed: the
// buttons are told on it, and the coming of a server. It is used by one
// goroutine.
type server struct {
	address string
	conn    *dbus.Conn
	news    chan signal
	can     map[string]bool // the server's capabilities, nil when not known
	ids     map[kind]uint32 // of what is shown
	owed    map[kind]bool   // could not be shown, for there is no server yet
}

func newBoard(address string) board {
	return &server{address: address, ids: map[kind]uint32{}, owed: map[kind]bool{}}
}

// session takes another bus. What was shown on the last one is gone with it.
func (s *server) session(next api.Session) bool {
	if next.DBus == "" || next.DBus == s.address {
		return false
	}
	s.drop()
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
	s.conn, s.news = conn, make(chan signal, 16)
	conn.Signal(s.news)
	return nil
}

// greet opens a connection, which a bus that says nothing holds up until ctx
// ends.
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

// ask asks what the server can, which starts one that the bus knows how to
// start.
func (s *server) ask(ctx context.Context) error {
	if s.can != nil {
		return nil
	}
	var can []string
	if err := s.call(ctx, "GetCapabilities", 0).Store(&can); err != nil {
		return err
	}
	s.can = map[string]bool{}
	for _, c := range can {
		s.can[c] = true
	}
	return nil
}

func (s *server) call(ctx context.Context, method string, flags dbus.Flags, args ...any) *dbus.Call {
	return s.conn.Object(serverName, serverPath).CallWithContext(ctx, serverName+"."+method, flags, args...)
}

// drop ends the connection.
func (s *server) drop() {
	if s.conn != nil {
		_ = s.conn.Close()
	}
	s.conn, s.news, s.can = nil, nil, nil
	clear(s.ids)
	clear(s.owed)
}

func (s *server) show(ctx context.Context, m message) error {
	if err := s.connect(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, reply)
	defer cancel()
	s.owed[m.kind] = true
	if err := s.ask(ctx); err != nil {
		return err
	}
	actions := []string{}
	if s.can["actions"] {
		for _, b := range m.buttons {
			actions = append(actions, b.act, b.label)
		}
	}
	body := m.body
	switch {
	case !s.can["body"]:
		body = ""
	case s.can["body-markup"]:
		body = markup(body)
	}
	hints := map[string]dbus.Variant{"desktop-entry": dbus.MakeVariant("tokentray"), "urgency": dbus.MakeVariant(byte(1))}
	var id uint32
	err := s.call(ctx, "Notify", 0, "TokenTray", s.ids[m.kind], "tokentray", m.title, body, actions, hints, int32(-1)).Store(&id)
	if err != nil {
		return err
	}
	s.ids[m.kind] = id
	delete(s.owed, m.kind)
	return nil
}

func (s *server) withdraw(ctx context.Context, k kind) {
	if id, shown := s.ids[k]; shown {
		// Sent it is in any case: on a busy machine the time of one who ends can be
		// over before it began, and with a context that is done the library sends
		// nothing. The answer, an error for one that is gone already, is of no
		// interest.
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
	delete(s.owed, k)
	s.rest()
}

// rest ends the connection when nothing is shown or owed.
func (s *server) rest() {
	if len(s.ids)+len(s.owed) == 0 {
		s.drop()
	}
}

func (s *server) signals() <-chan signal { return s.news }

// hear reads a signal: a button was pressed, a notification is gone, a server
// came or went, or, when ok is false, the bus is gone.
func (s *server) hear(sig signal, ok bool) heard {
	if !ok {
		s.drop()
		return heard{lost: true}
	}
	switch sig.Name {
	case busName + ".NameOwnerChanged":
		return s.owner(sig.Body)
	case serverName + ".ActionInvoked", serverName + ".NotificationClosed":
	default:
		return heard{}
	}
	if len(sig.Body) != 2 {
		return heard{}
	}
	id, _ := sig.Body[0].(uint32)
	for k, shown := range s.ids {
		if shown != id {
			continue
		}
		if sig.Name == serverName+".ActionInvoked" {
			button, _ := sig.Body[1].(string)
			return heard{kind: k, button: button}
		}
		delete(s.ids, k)
		s.rest()
		break
	}
	return heard{}
}

// owner hears that the server is another. What the last one showed went with it
// and is not shown again: some servers end whenever they have nothing to do.
func (s *server) owner(body []any) heard {
	if len(body) != 3 {
		return heard{}
	}
	s.can = nil
	clear(s.ids)
	if next, _ := body[2].(string); next != "" {
		return heard{back: true}
	}
	s.rest()
	return heard{}
}

// close takes everything away.
func (s *server) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	for k := range places {
		s.withdraw(ctx, k)
	}
	s.drop()
}
