package agent

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"syscall"

	"github.com/godbus/dbus/v5"
)

// systemBus is the system bus's default address.
const systemBus = "unix:path=/run/dbus/system_bus_socket"

// Names of systemd-logind.
const (
	logindName    = "org.freedesktop.login1"
	logindPath    = dbus.ObjectPath("/org/freedesktop/login1")
	logindManager = logindName + ".Manager"
	logindSession = logindName + ".Session"
)

// watchSleep calls wake whenever the machine wakes from sleep, and away before it
// goes to sleep and when a session of ours is locked, until ctx ends. It is only a
// hint: without a system bus it does nothing, since the Keeper checks the wall clock
// anyway. It has a connection of its own and never starts a bus.
func watchSleep(ctx context.Context, log *slog.Logger, wake func(), away func(why string)) {
	address := os.Getenv("DBUS_SYSTEM_BUS_ADDRESS")
	if address == "" {
		address = systemBus
	}
	conn, signals := listenOn(ctx, log, address, dbus.WithMatchSender(logindName))
	if conn == nil {
		return
	}
	defer conn.Close()
	delay := delaySleep(ctx, conn)
	defer func() { delay() }()
	for {
		select {
		case <-ctx.Done():
			return
		case signal, ok := <-signals:
			if !ok {
				return
			}
			asleep, told := first(signal.Body).(bool)
			switch {
			case signal.Name == logindSession+".Lock" && ownSession(ctx, conn, signal.Path):
				away("the session is locked")
			case signal.Name != logindManager+".PrepareForSleep" || !told:
			case asleep:
				away("the machine goes to sleep")
				delay()
				delay = func() {}
			default:
				log.Info("the machine woke")
				delay() // it can be told twice
				delay = delaySleep(ctx, conn)
				wake()
			}
		}
	}
}

// watchScreen calls away when the session's screen is locked, according to its
// screen saver, until ctx ends. There are several services with names of their own
// and one signal.
func watchScreen(ctx context.Context, log *slog.Logger, address string, away func(why string)) {
	if address == "" {
		return
	}
	conn, signals := listenOn(ctx, log, address, dbus.WithMatchMember("ActiveChanged"))
	if conn == nil {
		return
	}
	defer conn.Close()
	for {
		select {
		case <-ctx.Done():
			return
		case signal, ok := <-signals:
			if !ok {
				return
			}
			if locked, _ := first(signal.Body).(bool); locked && strings.HasSuffix(signal.Name, ".ScreenSaver.ActiveChanged") {
				away("the screen is locked")
			}
		}
	}
}

// listenOn connects to a bus and subscribes to signals; nil if the bus cannot be
// reached.
func listenOn(ctx context.Context, log *slog.Logger, address string, match dbus.MatchOption) (*dbus.Conn, <-chan *dbus.Signal) {
	if !reachable(ctx, busSocket(address)) {
		return nil, nil
	}
	conn, err := dbus.Connect(address, dbus.WithContext(ctx))
	if err != nil {
		log.Debug("no hints from a bus", "error", err)
		return nil, nil
	}
	if err := conn.AddMatchSignalContext(ctx, match); err != nil {
		log.Debug("no hints from a bus", "error", err)
		conn.Close()
		return nil, nil
	}
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	return conn, signals
}

// delaySleep asks logind to wait, for the seconds it allows, until we have cleared
// the clipboard before the machine sleeps. The function it returns ends that.
func delaySleep(ctx context.Context, conn *dbus.Conn) (end func()) {
	var fd dbus.UnixFD
	call := conn.Object(logindName, logindPath).CallWithContext(ctx, logindManager+".Inhibit", dbus.FlagNoAutoStart,
		"sleep", "TokenTray", "Clears the clipboard", "delay")
	if call.Store(&fd) != nil {
		return func() {}
	}
	syscall.CloseOnExec(int(fd))
	return func() { _ = syscall.Close(int(fd)) }
}

// ownSession reports whether a session of logind is one of our user's.
func ownSession(ctx context.Context, conn *dbus.Conn, path dbus.ObjectPath) bool {
	var v dbus.Variant
	call := conn.Object(logindName, path).CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", dbus.FlagNoAutoStart, logindSession, "User")
	if call.Store(&v) != nil {
		return false
	}
	user, _ := v.Value().([]any)
	uid, ok := first(user).(uint32)
	return ok && int(uid) == os.Getuid()
}

func first(body []any) any {
	if len(body) == 0 {
		return nil
	}
	return body[0]
}
