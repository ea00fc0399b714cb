//go:build !windows && !darwin

package tray

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
)

// The service where icons register and where panels look for them (freedesktop.org,
// StatusNotifierItem).
const (
	watcherName = "org.kde.StatusNotifierWatcher"
	watcherPath = dbus.ObjectPath("/StatusNotifierWatcher")
	busName     = "org.freedesktop.DBus"
)

const (
	grace = 500 * time.Millisecond // for systray to register by itself
	tries = 5                      // registrations by us, each after a grace
	reply = 5 * time.Second        // limits a call to the watcher
)

// watcher starts the icon when there is a tray and makes sure that it is registered.
// It does so again after a panel started, even if systray missed that.
type watcher struct {
	conn      *dbus.Conn
	cfg       Config
	start     func() // shows the icon; then systray registers it too
	started   bool
	reported  string // the last state
	triesLeft int
}

// watch keeps the icon in the trays of one session bus. It returns when ctx or the
// bus ends.
func watch(ctx context.Context, conn *dbus.Conn, cfg Config, start func()) {
	w := &watcher{conn: conn, cfg: cfg, start: start, triesLeft: tries}
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	if err := w.subscribe(ctx); err != nil {
		cfg.Log.Warn("the session bus lets nobody watch for a tray", "err", err)
	}
	w.report(Waiting)
	check := time.NewTimer(0)
	defer check.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case s, ok := <-signals:
			if !ok {
				return // the bus is gone
			}
			switch {
			case s.Name != busName+".NameOwnerChanged":
			case len(s.Body) == 3 && s.Body[2] == "":
				w.report(NoHost)
				continue
			default:
				w.report(Waiting)
			}
			w.triesLeft = tries
			check.Reset(w.pause())
		case <-check.C:
			if again := w.check(ctx); again {
				check.Reset(grace)
			}
		}
	}
}

// pause returns how long systray has to register by itself before we look; none
// before the icon was started.
func (w *watcher) pause() time.Duration {
	if !w.started {
		return 0
	}
	return grace
}

// subscribe asks for signals about starting and ending watchers and panels.
func (w *watcher) subscribe(ctx context.Context) error {
	if err := w.conn.AddMatchSignalContext(ctx, dbus.WithMatchSender(busName), dbus.WithMatchInterface(busName),
		dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, watcherName)); err != nil {
		return err
	}
	for _, member := range []string{"StatusNotifierHostRegistered", "StatusNotifierHostUnregistered"} {
		if err := w.conn.AddMatchSignalContext(ctx, dbus.WithMatchInterface(watcherName), dbus.WithMatchMember(member)); err != nil {
			return err
		}
	}
	return nil
}

// check registers the icon if the watcher does not know it. It reports whether to
// check again.
func (w *watcher) check(ctx context.Context) (again bool) {
	ctx, cancel := context.WithTimeout(ctx, reply)
	defer cancel()
	if !w.owned(ctx, watcherName) {
		w.report(NoHost)
		return false
	}
	if !w.started {
		w.started = true
		w.start()
		return true
	}
	// The item belongs to systray's connection, which owns this name.
	var item string
	name := fmt.Sprintf("org.kde.StatusNotifierItem-%d-1", os.Getpid())
	if err := w.conn.BusObject().CallWithContext(ctx, busName+".GetNameOwner", dbus.FlagNoAutoStart, name).Store(&item); err != nil {
		return w.retry("the icon is not on the bus", err)
	}
	var items []string
	if err := w.property(ctx, "RegisteredStatusNotifierItems", &items); err != nil {
		return w.retry("the tray does not tell its icons", err)
	}
	if !registered(items, item, name) {
		// It uses the connection's own name and the path that every watcher assumes.
		// That equals systray's registration, so a second one does not make a second
		// icon.
		err := w.watcher().CallWithContext(ctx, watcherName+".RegisterStatusNotifierItem", dbus.FlagNoAutoStart, item).Err
		return w.retry("registered the icon again", err)
	}
	var host bool
	if err := w.property(ctx, "IsStatusNotifierHostRegistered", &host); err != nil || !host {
		w.report(NoHost)
		return false
	}
	w.report(Shown)
	return false
}

// retry logs what happened and counts the try.
func (w *watcher) retry(what string, err error) bool {
	w.cfg.Log.Debug("tray: "+what, "err", err, "left", w.triesLeft)
	w.triesLeft--
	if w.triesLeft <= 0 {
		w.report(NoHost)
	}
	return w.triesLeft > 0
}

// registered reports whether a watcher's list has our item. Watchers write an item as
// bus name and path, some with an @ between, some only the bus name.
func registered(items []string, names ...string) bool {
	for _, i := range items {
		for _, n := range names {
			if rest, ok := strings.CutPrefix(i, n); ok && (rest == "" || rest[0] == '/' || rest[0] == '@') {
				return true
			}
		}
	}
	return false
}

func (w *watcher) watcher() dbus.BusObject { return w.conn.Object(watcherName, watcherPath) }

func (w *watcher) owned(ctx context.Context, name string) bool {
	var has bool
	err := w.conn.BusObject().CallWithContext(ctx, busName+".NameHasOwner", 0, name).Store(&has)
	return err == nil && has
}

func (w *watcher) property(ctx context.Context, name string, into any) error {
	var v dbus.Variant
	err := w.watcher().CallWithContext(ctx, busName+".Properties.Get", dbus.FlagNoAutoStart, watcherName, name).Store(&v)
	if err != nil {
		return err
	}
	return v.Store(into)
}

// report calls State if the state changed.
func (w *watcher) report(state string) {
	if w.reported != state {
		w.reported = state
		w.cfg.State(state)
	}
}
