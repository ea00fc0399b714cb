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
	reply      = 5 * time.Second // bounds each call
)

// errNoBus tells that there is no session bus to show anything on.
var errNoBus = errors.New("no session bus")

type signal = *dbus.Signal

// server is the desktop's notification server. The connection is its own, made
// for the first notification and kept only while one is shown: the buttons are
// told on it. It is used by one goroutine.
type server struct {
	address string
	conn    *dbus.Conn
	news    chan signal
	can     map[string]bool // the server's capabilities
	ids     map[kind]uint32 // of what is shown
}

func newBoard(address string) board { return &server{address: address, ids: map[kind]uint32{}} }

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
	conn, err := dbus.Connect(s.address)
	if err != nil {
		return errors.Join(errNoBus, err)
	}
	ctx, cancel := context.WithTimeout(ctx, reply)
	defer cancel()
	var can []string
	err = conn.AddMatchSignalContext(ctx, dbus.WithMatchSender(serverName), dbus.WithMatchInterface(serverName))
	if err == nil {
		err = conn.Object(serverName, serverPath).CallWithContext(ctx, serverName+".GetCapabilities", 0).Store(&can)
	}
	if err != nil {
		_ = conn.Close()
		return err
	}
	s.can = map[string]bool{}
	for _, c := range can {
		s.can[c] = true
	}
	s.conn, s.news = conn, make(chan signal, 16)
	conn.Signal(s.news)
	return nil
}

// drop ends the connection.
func (s *server) drop() {
	if s.conn != nil {
		_ = s.conn.Close()
	}
	s.conn, s.news = nil, nil
	clear(s.ids)
}

func (s *server) show(ctx context.Context, m message) error {
	if err := s.connect(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, reply)
	defer cancel()
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
	err := s.conn.Object(serverName, serverPath).CallWithContext(ctx, serverName+".Notify", 0,
		"TokenTray", s.ids[m.kind], "tokentray", m.title, body, actions, hints, int32(-1)).Store(&id)
	if err != nil {
		s.rest()
		return err
	}
	s.ids[m.kind] = id
	return nil
}

func (s *server) withdraw(ctx context.Context, k kind) {
	id, shown := s.ids[k]
	if !shown {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, reply)
	defer cancel()
	// One that is gone already is an error of no interest.
	_ = s.conn.Object(serverName, serverPath).CallWithContext(ctx, serverName+".CloseNotification", dbus.FlagNoAutoStart, id).Err
	delete(s.ids, k)
	s.rest()
}

// rest ends the connection when nothing is shown.
func (s *server) rest() {
	if len(s.ids) == 0 {
		s.drop()
	}
}

func (s *server) signals() <-chan signal { return s.news }

// pressed reads a signal: a button was pressed, or a notification is gone.
func (s *server) pressed(sig signal, ok bool) (kind, string) {
	if !ok {
		s.drop() // the bus is gone
		return 0, ""
	}
	if len(sig.Body) != 2 {
		return 0, ""
	}
	id, _ := sig.Body[0].(uint32)
	for k, shown := range s.ids {
		if shown != id {
			continue
		}
		switch sig.Name {
		case serverName + ".ActionInvoked":
			what, _ := sig.Body[1].(string)
			return k, what
		case serverName + ".NotificationClosed":
			delete(s.ids, k)
			s.rest()
		}
		break
	}
	return 0, ""
}

// close takes everything away.
func (s *server) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	for k := range kinds {
		s.withdraw(ctx, k)
	}
	s.drop()
}
