package agent

import (
	"context"
	"log/slog"
	"os"

	"github.com/godbus/dbus/v5"
)

// systemBus is the system bus's default address.
const systemBus = "unix:path=/run/dbus/system_bus_socket"

// watchSleep calls wake whenever the machine wakes from sleep, until ctx ends. It is
// only a hint: without a system bus it does nothing, since the Keeper checks the
// wall clock anyway. It has a connection of its own and never starts a bus.
func watchSleep(ctx context.Context, log *slog.Logger, wake func()) {
	address := os.Getenv("DBUS_SYSTEM_BUS_ADDRESS")
	if address == "" {
		address = systemBus
	}
	if !reachable(ctx, busSocket(address)) {
		return
	}
	conn, err := dbus.Connect(address, dbus.WithContext(ctx))
	if err != nil {
		log.Debug("no hints about sleep", "error", err)
		return
	}
	defer conn.Close()
	err = conn.AddMatchSignalContext(
		ctx,
		dbus.WithMatchSender("org.freedesktop.login1"),
		dbus.WithMatchObjectPath("/org/freedesktop/login1"),
		dbus.WithMatchInterface("org.freedesktop.login1.Manager"),
		dbus.WithMatchMember("PrepareForSleep"),
	)
	if err != nil {
		log.Debug("no hints about sleep", "error", err)
		return
	}
	signals := make(chan *dbus.Signal, 4)
	conn.Signal(signals)
	for {
		select {
		case <-ctx.Done():
			return
		case signal, ok := <-signals:
			if !ok {
				return
			}
			if asleep, ok := first(signal.Body).(bool); ok && !asleep {
				log.Info("the machine woke")
				wake()
			}
		}
	}
}

func first(body []any) any {
	if len(body) == 0 {
		return nil
	}
	return body[0]
}
